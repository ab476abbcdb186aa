# test: large
# Running sums and products, differences.
x = [[1, 2, 3], [4, 5, 6]]
print(cumsum(x), cumsum(x, axis=0), x.cumsum(axis=1), cumprod(x, axis=1), cumprod([1.5, 2.0, 4.0]), sep="\n")
print(diff([1, 4, 9, 16]), diff(x), diff(x, axis=0), diff([1.0, 4.0, 9.0], n=2), sep="\n")
v = arange(100_000) % 17
c = v.cumsum()
print(c[:5], c[99_995:], c[::20_000], (c[1:] - c[:-1] == v[1:]).all(), c.dtype, sep="\n")
m = (arange(210_000) % 19).reshape(3000, 70)
print(m.cumsum(axis=0)[-1, :6], m.cumsum(axis=1)[-1, -6:], m.T.cumsum(axis=1)[5, ::600], m[::-1].cumsum(axis=0)[-1, -3:], sep="\n")
print(cumsum([true, true, false]), cumsum(asarray([100, 100], dtype=uint8)), cumsum(asarray([100, 100], dtype=int8)).dtype)
f = cumsum(ones(5) / 4)
print(f, cumsum(f)[::-1], diff(f), cumsum(zeros(0)), sep="\n")
