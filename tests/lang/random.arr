# test: large
# test: no-numpy
# Random numbers depend on the seed and the position only.
x = random((2, 3), seed=1)
print(x)
print(random((2, 3), seed=1).ravel() - random(6, seed=1), random((2, 3), seed=2)[0])
print(random(), random(seed=5), random(seed=5).shape)
print(normal((2, 2), seed=3), normal(3, loc=10.0, scale=0.1, seed=3))
print(uniform(4, low=-1, high=1, seed=4))
print(integers(10, 0, 6, seed=5), integers((2, 3), 3, seed=6), integers(3, -5, 5, seed=7).dtype)
print(random(3, seed=8, dtype=float32), random(3, seed=8, dtype=float32).dtype)
r = random((3000, 70), seed=9)
print(r.min() >= 0, r.max() < 1, abs(r.mean() - 0.5) < 0.003, abs(r.var() - 1 / 12) < 0.003)
print(r[2999, -2:], random(210_000, seed=9)[-2:], r[::-1, ::-1][0, :2])
n = normal(100_000, seed=10)
print(abs(n.mean()) < 0.01, abs(n.std() - 1) < 0.01, abs((abs(n) < 1.0).mean() - 0.6827) < 0.01)
k = integers(100_000, 0, 10, seed=11)
print(k.min(), k.max(), [(k == i).sum() > 9_600 for i in range(10)].all())
print(n.sum(), r.sum(), k.sum())
