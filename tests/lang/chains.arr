# test: large
# Long chains and many names, method calls over lines.
x = arange(100_000) / 1000
y = (x
    .sin()
    .abs()
    .sqrt()
    .reshape(1000, 100)
    .mean(axis=1))
print(y.shape, f"{y.sum():.8f} {y[500]:.8f}")
z = x[::10]
for i in range(200) { z = z * 0.99 + i }
print(f"{z.sum():.4f} {z[0]:.6f} {z[-1]:.6f}")
s = 0.0
for i in range(20) { s += (x[i::50] * i).sum() }
print(f"{s:.4f}")
a = x - 50
b = a * a
c = where(a > 0, b, -b)
d = c / (1 + abs(c))
print(f"{d.sum():.9f} {(d * b).max():.6f} {(c + d).min():.6f} {exp(-a * a).sum():.8f}")
n = arange(1000)
for k in (3, 5, 7) { n = where(n % k == 0, n // k, n + k) }
print(n.sum(), n[:20])
