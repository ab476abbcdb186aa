# Chains of conditions, clipping.
param n = 20_000_000
x = persist(random(n, seed=0))
timeit(fn() = where(x < 0.25, x * 2, where(x < 0.5, 1 - x, where(x < 0.75, x * x, 0.0))))
timeit(fn() = clip(x, 0.2, 0.8) - 0.5)
