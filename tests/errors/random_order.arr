print(random.choice(5, 3).shape)
print(random.gamma(2, 1, 5) * 0)
print(random.integers(1, 6, 10).shape, random.uniform(1, 2, 5, seed=3).shape)
# Not what NumPy would be asked for, or said with names.
print(random.poisson(shape=2, lam=5) * 0, random.poisson(1000, 3).shape, random.gamma(3, 2.0) * 0)
print(random.integers(5, 0, 10).shape, random.normal(10, 0, 1).shape)
print(random.multinomial((2, 3), 1, [0.5, 0.5]).shape)
x = random.integers(1, 6, (2, 3))
