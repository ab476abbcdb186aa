total = 0
history = zeros(3)
fn add(x) {
    total += x
    history[0] = x
}
add(3)
print(total)
