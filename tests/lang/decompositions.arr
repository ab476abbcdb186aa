# Decompositions of data against what they stand for.
x = normal((12, 4), seed=1) @ normal((4, 8), seed=2)
u, s, vh = linalg.randomized_svd(x, 4)
print(abs(x - u * s @ vh).max() < 1e-10, abs(s - linalg.svdvals(x)[:4]).max() < 1e-10)
a = x @ x.T
v, w = linalg.power_iteration(a)
print(abs(a @ w - v * w).max() < 1e-5 * v)
p = linalg.pca(x, k=2)
print(p.scores.shape, abs(p.scores.var(axis=0, correction=1) - p.variance).max() < 1e-9)
