fn swap(a, i, j) { a[i], a[j] = a[j], a[i] }
fn normalize(x) {
    for i in range(len(x)) {
        if x[i] > 1 { x[i] /= 2 }
    }
}
fn kept(x) { x[0] = 1; x }
x = zeros(3)
swap(x, 0, 1)
normalize(x)
print(kept(x))
a = ones((2, 2))
for row in a { row[0] = 5 }
for row in a { row[0] = 5; print(row) }
print(a)
