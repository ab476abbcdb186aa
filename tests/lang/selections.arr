# x[mask] before and after its size is known, in every place where a value may stand.
x = arange(10) * 1.0
m = x > 5
y = x[m]
print(len(y), y.T, y @ y, [*y], 7.0 in y, concat([y, y]), f"{y.mean():.2f}", (y > 6).all())
for v in y { print(v) }
a, b, c, d = y
print(a + d)
fn f(v: float64[n]) -> float64[n] = v * 2
print(f(y), [v + 1 for v in y])
r = record(a=y)
print(r.a, r)
print(y[0], y[::-1], y[y > 7], stack([y, y]), y.astype(int64), where(y > 7, y, 0.0))
print(std(y), var(y), median(y), sort(y), cumsum(y), argmax(y), y.max(), y.reshape(2, 2))
t = (y, 3)
print(t)
y[0] = 1
print(y)
y += 1
print(y)
z = x[m]
z *= 2
print(z, -z, +z, abs(z), z == z, z ** 2)
if x[x > 8] { print("one") }
w = x[x > 100]
print(w, w.sum(), w.mean(), w.size)
print(x[m] + x[m], x[m][0], x[m].shape, sum(x[m] * 2 + x[m]))
k = 0
while k < 2 { x[x > 3] -= 1
k += 1 }
print(x)
print(unique([3.0, 1.0, 3.0]), isin(x, [1.0]), x[isin(x, [1.0])])
