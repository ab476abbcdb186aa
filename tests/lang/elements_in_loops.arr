# Single elements read and written in loops; nobody else may see the change.
param n = 300
x = zeros(n)
for i in range(1, n) { x[i] = x[i - 1] * 0.5 + 1 }
print(x[0], x[1], x[n - 1], x.sum())
y = x
before = x[3]
plus = x + 1
x[3] = 100
print(y[3], x[3], before, plus[3])
x[4] = 200
print(y[4], x[4], x[3:5])
fn changed(a, i) {
    a[i] = -1.0
    a[i + 1] += 10
    a
}
z = changed(x, 3)
print(x[3], x[4], z[3], z[4])
pair = (x, 1)
x[5] = 7
print(pair[0][5], x[5])
k = zeros((4, 5), dtype=int16)
for i in range(300) {
    k[i % 4, -1 - i % 5] += 1
    if k[i % 4, 0] > 20 { k[i % 4, 0] = 0 }
}
print(k, k.dtype)
b = ones(400, dtype=bool)
b[0] = false
b[1] = false
for i in range(2, 20) {
    if b[i] { b[i * i::i] = false }
}
print(b.sum(), nonzero(b)[0][:10])
t = 0.0
w = (arange(1000) * 0.1).astype(float32)
s = w[0]
for i in range(1000) {
    s = s + w[i]
    t += float(w[i])
}
print(s, s.dtype, round(t, 3))
rows = 12
table = zeros((rows + 1, rows + 1), dtype=int64)
for i in range(rows + 1) {
    table[i, 0] = i
    table[0, i] = i
}
for i in range(1, rows + 1) {
    for j in range(1, rows + 1) {
        cost = 1
        if (i * 7) % 5 == (j * 3) % 5 { cost = 0 }
        least = minimum(table[i - 1, j] + 1, table[i, j - 1] + 1)
        table[i, j] = minimum(least, table[i - 1, j - 1] + cost)
    }
}
print(table[rows, rows], table[5, 3:9])
c = zeros(3, dtype=complex128)
for i in range(300) { c[i % 3] = c[i % 3] + 1j * i }
print(c)
m = arange(12.0).reshape(3, 4)
v = m.T
u = m.reshape(2, 6)
for i in range(3) {
    m[i, i] = -5
    v[i, i] += 1
}
print(m, v, u)
q = arange(5)
for item in q {
    q[item] = item * 2
}
print(q)
x = (arange(40) * 7) % 40
for i in range(39) {
    for j in range(39 - i) {
        if x[j] > x[j + 1] { x[j], x[j + 1] = x[j + 1], x[j] }
    }
}
print(x)
x[1], x[0] = x[0] + 5, x[2]
print(x[:3])
