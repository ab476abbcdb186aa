# A matrix, its transpose and the means of its columns; the transpose alone; three axes turned.
param n = 6000
x = persist(random((n, n), seed=0))
timeit(fn() = x + x.T - x.mean(axis=0))
timeit(fn() = x.T + 1.0)
y = persist(random((n // 20, 400, n // 20), seed=1))
timeit(fn() = permute_dims(y, (2, 0, 1)) * 2.0)
