# Sorting, histograms, cumulative sums, gathering.
param n = 2_000_000
x = persist(random(n, seed=0))
timeit(fn() = sort(x))
timeit(fn() = sort(reshape(x, (n // 1000, 1000)), axis=1))
timeit(fn() = argsort(x))
timeit(fn() = histogram(x, 100)[0])
timeit(fn() = cumsum(x))
at = persist(integers(n, 0, n, seed=1))
timeit(fn() = x[at])
timeit(fn() = x[x > 0.5])
