# A number made of elements holds on to no array, which is changed in place.
n = 14
a = astype(random.permutation(n, seed=2), int64)
before = a
for i in range(n) {
    for j in range(n - 1 - i) {
        if a[j] > a[j + 1] { t = a[j]; a[j] = a[j + 1]; a[j + 1] = t }
    }
}
print(all(a == arange(n)), sum(before == a) < n)
b = before
for i in range(n) {
    m = i
    for j in range(i + 1, n) { if b[j] < b[m] { m = j } }
    b[i], b[m] = b[m], b[i]
}
print(all(b == a))
c = before
for i in range(1, n) {
    key = c[i]
    j = i - 1
    while j >= 0 and c[j] > key { c[j + 1] = c[j]; j -= 1 }
    c[j + 1] = key
}
print(all(c == a))
s = arange(20)
old = s
for i in range(20) { d = s[i] * 2; if d % 3 == 0 { s[i] = -1 } }
print(s, old)
D = reshape(random(25, seed=1), (5, 5))
E = D
for k in range(5) { for i in range(5) { for j in range(5) { alt = D[i, k] + D[k, j]; if alt < D[i, j] { D[i, j] = alt } } } }
for k in range(5) { E = minimum(E, E[:, k, newaxis] + E[newaxis, k, :]) }
print(all(D == E))
x = 0.0
total = 0.0
z = normal(50, seed=1)
for i in range(50) { y = x + z[i]; if y < 1.0 { x = y }; total += x }
print(total == x + total - x, x < 1.0)
