# Random numbers: stored, and never stored.
param n = 20_000_000
timeit(fn() = random(n, seed=0))
timeit(fn() = random(n, seed=0).mean())
timeit(fn() = normal(n, seed=0).std())
