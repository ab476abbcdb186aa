# test: large
# test: no-numpy
# What says when something is computed, and changes no value.
x = random((250, 130), seed=1)
y = persist(x - x.mean())
a, b = compute(y.sum(axis=0), (y * y).sum())
print(a.shape, abs(a.sum()) < 1e-6, b > 0)
z = y.persist()
print((z == y).all())
t = timeit(fn() = sum(x), repeat=2)
print(t.min >= 0)
c = compute(arange(3) * 2)
print(c)
p, q = compute((x.max(), x.min()))
print(p <= 1, q >= 0)
u = x
for i in range(40) { u = u * 0.5 + x * 0.5 }
print(abs(u - x).max() < 1e-9)
n = 0
while (x[n] > 0.01).all() { n += 1 }
print(n, x[n].min() <= 0.01)
