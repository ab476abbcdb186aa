# Random numbers against the means, variances and probabilities of their distributions.
fn near(x, expected, tolerance) = bool(all(abs(x - asarray(expected)) <= tolerance))
n = 4000
z = random.zipf(n, 3.5, seed=1)
print(z.dtype, z.min(), near(mean(z == 1), 0.8875, 0.02), near(mean(z == 2), 0.0784, 0.015))
l = random.logseries(n, 0.6, seed=1)
print(l.dtype, l.min(), near(l.mean(), 1.637, 0.06), near(mean(l == 1), 0.6548, 0.025))
c = random.noncentral_chisquare(n, 3, 1.5, seed=1)
print(c.dtype, near(c.mean(), 4.5, 0.2), near(c.var(), 12.0, 1.5))
f = random.noncentral_f(n, 3, 10, 1.5, seed=1)
print(f.dtype, near(f.mean(), 1.875, 0.12))
m = random.multivariate_hypergeometric((n,), [3, 5, 2], 4, seed=1)
print(m.shape, m.dtype, near(m.mean(axis=0), [1.2, 2.0, 0.8], 0.06), near(m.var(axis=0), [0.56, 0.667, 0.427], 0.05))
print(bool(all(m.sum(axis=1) == 4)), m.max(axis=0), random.multivariate_hypergeometric((2, 2), [1, 0], 1).shape)
