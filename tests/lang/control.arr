# Conditions and loops.
total = 0
for i in range(10) {
    if i == 3 { continue }
    if i == 7 { break }
    total += i
}
print(total, i)
n = 0
while true {
    n += 1
    if n * n > 50 { break }
}
print(n)
for i in range(3) { for j in range(i, 10, 4) { print(i, j) } }
for i in range(5, 0, -2) { print(i, end=" ") }
print()
x = [[1, 2], [3, 4], [5, 6]]
s = 0
for row in x { s += row.sum() * row[0] }
print(s)
for name, value in zip(("a", "b"), (1, 2)) { print(name, value, sep="=") }
if x.sum() > 20 and not x.max() > 6 { print("both") } else { print("no") }
if x[0, 0] == 1 or unused_division() { print("short") }
fn unused_division() = 1 // 0 == 0
if x.min() < 0 { print("negative") }
else if x.min() == 1 { print("one") }
else { print("more") }
err = 100.0
steps = 0
guess = 1.0
while err > 1e-12 {
    next = 0.5 * (guess + 2.0 / guess)
    err = abs(next - guess)
    guess = next
    steps += 1
}
print(steps, f"{guess:.10f}")
assert steps < 10, "Newton's method takes few steps"
assert all(x > 0)
word = ""
for c in ("x", "y", "z") { word += c }
print(word)

# A name that was a number and becomes an array: its rank is known while running only.
places = array([1, 2, 3])
total = 0
for i in range(places[places > 2].size) {
    total = if i == 0 { places } else { total + places }
}
print(einsum("i->i", arange(8)[total]))
