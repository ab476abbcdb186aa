# Distances between all pairs of points; a step of k-means.
param n = 3000
p = persist(random((n, 3), seed=0))
timeit(fn() = sqrt(((p[:, newaxis, :] - p[newaxis, :, :]) ** 2).sum(axis=2)))
q = persist(random((n * 100, 4), seed=1))
c = persist(random((8, 4), seed=2))
fn step(q, c) {
    near = argmin(((q[:, newaxis, :] - c[newaxis, :, :]) ** 2).sum(axis=2), axis=1)
    mine = astype(near[:, newaxis] == arange(8)[newaxis, :], float64)
    (mine.T @ q) / maximum(mine.sum(axis=0), 1.0)[:, newaxis]
}
timeit(fn() = step(q, c))
