# Parts of arrays that were updated: inside of what was written, beside it, and across.
x = zeros((6, 5))
x[0] = arange(5.0)
for t in range(1, 6) {
    x[t] = x[t - 1] * 2 + 1
}
print(x)
y = arange(24.0).reshape(4, 6)
z = y
z[1:3, ::2] = y[:2, 1:4] * 10
print(z[1:3, ::2], z[1:3, 1::2], z[1, 2], z[2, 3], z[0], z[::2, 4], z[1:, ::4], z[2, ::-2])
z[::-1, 5] = arange(4.0) + 100
print(z[:, 5], z[1:3, 5], z[3, 5], z[::2, ::5], z[:, 4:])
z[3:1:-1, 3:0:-2] = [[-1.0, -2], [-3, -4]]
print(z[3, 3], z[3, 1], z[2, 1:4:2], z[2:, 1:4:2], z[3:1:-1, 3], z[2:, 1:4])
print(diagonal(z), z.T[3], z.T[3:0:-2, 2:], flip(z)[0], z[3, 1:] + z[3, :-1])
w = zeros(12)
w[1::3] = 5.0
w[2::3] = arange(4.0)
print(w[::3], w[1::3], w[2::3], w[1::6], w[4:8], w[5::3], w[-2], w[::6])
w[3:3] = 1.0
w[4:5] += 1
print(w[4], w[4:6], w)
c = zeros(8, dtype=int64)
c[0] = 1
c[1] = 1
for i in range(2, 8) {
    c[i] = c[i - 1] + c[i - 2]
}
print(c, c[-1], c[2:4])
v = zeros((3, 4, 5))
for i in range(3) {
    v[i, 1:3] = i + 1
    v[:, i] += v[i, 1]
}
print(v[1, 1], v[2, :, 0], v[:, 0, 0], v.sum(axis=(0, 2)))
k = zeros(4, dtype=int32)
k[1:3] = [1, -2]
print(k[1], k[1:3], k[1].dtype, k[2:0:-1], k[0])
u = zeros((3, 2), dtype=complex128)
u[1] = [1 + 2j, 3]
u[2, 0] = u[1, 0] * 1j
print(u[1], u[2, 0], u[2], u.T[0, 1:], conj(u[1, 0]))
b = zeros(3, dtype=bool)
b[1] = true
print(b[1], b[0], b[1:].sum())
