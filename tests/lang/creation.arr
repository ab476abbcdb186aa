# test: no-chunk-1
# Arrays from nothing.
print(zeros(3), zeros((2, 3)), zeros((2, 2), dtype=int32), sep="\n")
print(ones((2, 1, 2)), ones(2, dtype=bool), sep="\n")
print(full((2, 3), 7), full(2, 1.5), full((2,), true), full(2, 3, dtype=uint8), sep="\n")
print(arange(5), arange(2, 8), arange(10, 0, -3), arange(0, 1, 0.25), arange(3.0), arange(5, 5).shape, sep="\n")
print(linspace(0, 1, 6), linspace(1, 2, 4, endpoint=false), linspace(-1, 1, 1), logspace(0, 3, 4), sep="\n")
print(eye(3), eye(2, 4, k=1), identity(2), eye(3, dtype=int64), sep="\n")
print(tril(ones((3, 3))), triu(arange(9).reshape(3, 3), k=1), tril(arange(8).reshape(2, 4), k=-1), sep="\n")
print(diag([1, 2, 3]), diag([5, 6], k=-1), diag(arange(12).reshape(3, 4)), sep="\n")
a, b = meshgrid([1, 2, 3], [10, 20])
print(a, b, a + b, sep="\n")
c, d = meshgrid([1, 2, 3], [10, 20], indexing="ij")
print(c + d)
x = [[1, 2.5], [3, 4]]
print(x, x.dtype, zeros_like(x), ones_like(x, dtype=int8), full_like(x, 9), sep="\n")
print([true, false].dtype, [1, 2].dtype, [1.0].dtype, asarray([1, 2], dtype=float32).dtype)
print([[1, 2], [3, 4]].shape, [[[1], [2]]].shape, asarray(3).shape)
v = [1, 2, 3]
print([v, v * 2], [v.sum(), 4], [[v, v], [v, v]].shape, sep="\n")
print(asarray([1, 0, 2], dtype=bool), asarray(v, dtype=float64))
big = linspace(0, 1, 100_001)
print(big[::20_000], big.sum(), arange(0, 1, 1e-5)[-1], eye(300)[120:122, 119:123], full((300, 70), 0.5).sum(), sep="\n")
