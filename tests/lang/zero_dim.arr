# Arrays of zero dimensions, and scalars from them.
x = asarray(2.5)
print(x, x.shape, x.ndim, x.size, x.dtype, x + 1, x * x, -x, exp(x - 2.5), x > 2)
s = [1, 2, 3].sum()
print(s, s.shape, s + 1, s / 4, s.dtype, s == 6, s * [1, 2], maximum(s, 10))
if s > 5 { print("large") }
print(x.sum(), x.mean(), x.reshape(1), x.reshape(1, 1).shape, x[...], x[newaxis].shape, broadcast_to(x, (2, 2)))
print(int(s) * 2, float(s), [s, s + 1], range(s)[2], s ** 2, s // 4, s % 4, ~s, s << 2)
f = asarray(1, dtype=float32)
print((f + 1).dtype, (f * 1e-3).dtype, (f + asarray(1.0)).dtype, (asarray(1, dtype=int8) + 1).dtype)
m = arange(6).reshape(2, 3)
e = m[1, 2]
m[1, 2] = 0
print(e, m, e.shape, m[0, 1] + m[1, 0])
for i in range(m.sum()) { if m[0, i % 3] > 1 { print("at", i); break } }
