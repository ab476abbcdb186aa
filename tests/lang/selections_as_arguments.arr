# What is chosen by a mask may stand wherever an array may.
x = [1.0, -2.0, 3.0]
y = x[x > 0]
print(y == none, none == y, y != none, (y, 1) == none)
print(round(y, 1), y.round(1), clip(y, min=y), clip(y, y - 1, y + 1))
print([y, y].shape, [y, 2 * y][1], dstack([y, y]).shape)
print(bincount([0, 1, 1][x > 0], weights=y), sum(y, where=y > 1), mean(y, where=y > 1), max(y, where=y > 1, initial=0.0))
print(average(y, weights=y), cov(y, y), diff(y, prepend=y), trapezoid(y, x=y), linalg.toeplitz(y, y))
print(std(y, where=y > 1), any(y, where=y > 1), nansum(y, where=y > 1), stats.entropy(y, q=y))
fn weighted(x, w=none) { if w == none { sum(x) } else { sum(x * w) } }
print(weighted(y), weighted(y, w=y), histogram(y, weights=y)[0].sum())
# Selections of selections are not made from the beginning again and again.
v = arange(10.0)
for i in range(300) { v = v[v > 0.5 * i] + 1 }
print(v.size)
v = arange(10.0)
for i in range(300) { v = v[v > -1] + 1 }
print(v)
