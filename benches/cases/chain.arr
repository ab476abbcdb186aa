# Elementwise chains, float64, float32 and integers; one full of functions.
param n = 20_000_000
a = persist(random(n, seed=0))
b = persist(random(n, seed=1))
timeit(fn() = 2*a*a + 3*a*b - b/(1+a))
a4 = persist(astype(a, float32))
b4 = persist(astype(b, float32))
timeit(fn() = 2*a4*a4 + 3*a4*b4 - b4/(1+a4))
timeit(fn() = exp(-a*a) * sin(b) + log(1 + a))
timeit(fn() = exp(-a4*a4) * sin(b4) + log(1 + a4))
i = persist(integers(n, 0, 1_000_000, seed=2))
i4 = persist(astype(i, int32))
timeit(fn() = (i * 3 + 7) % 1000)
timeit(fn() = (i4 * 3 + 7) ^ (i4 >> 3))
