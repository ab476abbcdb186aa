# Rules for the number of bins, NumPy's; a histogram of points given by their coordinates.
x = sin(iota(200) * iota(200) * 1.0) + iota(200) / 100
for rule in ("auto", "fd", "scott", "doane", "rice", "sturges", "sqrt", "stone") {
    print(rule, histogram(x, bins=rule)[0].size, histogram(x, bins=rule, range=(0, 1))[0])
}
print(histogram([1, 2, 3, 4, 9, 9, 2], bins="fd"), histogram([], bins="auto"))
print(histogramdd(([1.0, 2, 3], [4.0, 5, 6]), bins=2)[0])
# Counts of values on edges, outside, and of edges that are not even.
v = [0.0, 0.1, 0.5, 0.5, 1.0, 1.5, nan, inf, -inf, 2.0]
print(histogram(v, bins=[0.0, 0.5, 1.0])[0], histogram(v, bins=[0.0, 0.1, 2.0])[0], histogram(v, bins=4, range=(0, 2))[0])
print(histogram(iota(100000) % 7, bins=7)[0], histogram((iota(100000) % 7).astype(uint8), bins=[1, 2, 5])[0])
print(rint([0.5, 1.5, -2.7]), modf([1.5, -2.25, inf, -0.0]), isposinf([inf, 1.0]), isneginf([-inf]), bitwise_count([7, -8, -9223372036854775807 - 1]))
print(roll([1, 2, 3], (1, 2), axis=0), linalg.norm(zeros(0), inf), median([[1.0, 2]], axis=()), nanmedian(zeros((0, 3)), axis=0))
print(triu([1, 2, 3]), diagflat([true, false]).dtype, float_power([1j], 2), interp([0.5], [0, 1], [0, 1j]))
