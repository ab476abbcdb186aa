# Fused elementwise operations: floats, functions, integers, conditions, a transpose.
x = persist(random((1200, 1200), seed=0))
y = persist(x + x.T - x.mean(axis=0))
y = persist(2*x*x + 3*x*y - y/(1+x))
y = persist(where(x > 0.5, exp(-x), sin(y)))
i = persist(astype(1000 * x, int32))
i = persist((i * 3 + 7) % 100)
