# Matrix products: square, with an elementwise epilogue, with a vector, of a transpose, float32;
# a correlation matrix.
import stats
param n = 1500
x = persist(random((n, n), seed=0))
y = persist(random((n, n), seed=1))
b = persist(random(n, seed=2))
timeit(fn() = x @ y)
timeit(fn() = maximum(x @ y + b, 0.0))
timeit(fn() = x.T @ x)
m = persist(random((4 * n, n), seed=3))
timeit(fn() = m @ b)
x4 = persist(astype(x, float32))
timeit(fn() = x4 @ x4)
timeit(fn() = stats.corrcoef(x.T[:200]))
