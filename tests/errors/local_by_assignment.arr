total = 0
fn add(x) {
    total = total + x
    total
}
print(add(1))
