# test: no-chunk-1
# Assignment to parts; arrays are values.
v = zeros(8, dtype=int64)
v[2] = 5
v[-1] = 9
v[3:6] = [1, 2, 3]
v[::4] += 100
print(v)
v[::-2] = arange(4)
print(v)
m = zeros((3, 4))
m[1] = 1
m[:, 2] = [7, 8, 9]
m[0, ::3] = -1.5
m[..., -1] *= 2
m[2:, :2] = 4
print(m)
old = m
m[1:, 1:] = m[:-1, :-1]
print(m, old, sep="\n")
v[1:] = v[:-1]
print(v)
v[::-1] = v
print(v)
x = arange(12).reshape(3, 4)
x[x % 3 == 0] = -1
print(x)
x[x > 5] = 10 * x.max()
print(x)
x[[true, false, true]] = 0
print(x)
c = zeros((2, 3, 4), dtype=int32)
c[:, 1] = arange(4)
c[1, ..., ::2] = [[10], [20], [30]]
c[0, -1, 1:3] -= 5
print(c, c.dtype)
u = asarray([1, 2, 3], dtype=uint8)
u[1] = 255
u += 1
print(u, u.dtype)
f = ones(3, dtype=float32)
f[0] = 1 / 3
f *= 2
print(f, f.dtype)
s = arange(100_000)
s[::2] = 0
s[10:90_000:7] += 3
s[-5:] = s[:5] - 1
print(s.sum(), s[:12], s[-6:])
g = zeros((300, 70))
for i in range(5) { g[i::5, i] = i + 1 }
g[:, -1] = g.sum(axis=1)
print(g[:6, :6], g.sum(), g[7], sep="\n")
