# test: no-chunk-1
# where, clip, masks.
x = arange(-5, 6)
print(where(x > 0, x, 0), where(x % 2 == 0, x, -x), where(x < 0, -1.5, 2.5), sep="\n")
print(clip(x, -2, 3), x.clip(0, 4), clip(x / 2, -1.0, 1.25), sep="\n")
m = (x > -3) & (x < 3)
print(m, m.sum(), m.any(), m.all(), x[5], count_nonzero(x), sep="\n")
y = x * 1.0
y[m] = nan
print(y, isnan(y).sum(), nansum(y), nanmax(y), nanmean(y), sep="\n")
y[isnan(y)] = 0
print(y)
grid = arange(20).reshape(4, 5)
grid[(grid > 3) & (grid % 2 == 0)] = -grid.max()
print(grid, where(grid < 0, 0, grid).sum(axis=1), sep="\n")
big = arange(100_000)
big[big % 7 == 3] = -big.max()
print(big.sum(), big.min(), (big < 0).sum(), where(big < 0, 0, big).max())
print(logical_and(x, x > 2), logical_or(x > 3, x < -3).sum(), logical_not(x).sum(), logical_xor(x > 0, x > 2).sum())
print(isclose([1.0, 1.0 + 1e-9, nan], [1.0, 1.0, nan]), allclose(x / 3, x * (1 / 3)), array_equal(x, x + 0))
