# test: large
# test: no-numpy
# Many numbers are counted as few are, wherever most of them lie.
i = (iota(100000) * 7919) % 700
c = bincount(i)
print(c.shape, c[:5], sum(c), all(c == scatter_add(zeros(700, dtype=int64), i, 1)))
d = bincount(i, minlength=5000)
print(d.shape, all(d[:700] == c), sum(d[700:]))
# One far from the others.
i[7777] = 123456
e = bincount(i)
print(e.shape, sum(e), e[-1], sum(e[700:]))
i[7777] = 0
for t in (int8, uint8, int16, uint32, uint64) { print(bincount(astype(i % 100, t))[:3], end=" ") }
print(bincount(i * 0), bincount(i * 0 + 63)[-1], bincount(i * 0 + 9000).shape)
print(histogram(i, [0, 1, 2, 3])[0], histogram(i, [-1, 0, 699])[0], histogram(i, [698, 699, 700])[0])
# Bits.
b = i % 3 == 0
p = packbits(b)
print(p[:4], p.shape, all(unpackbits(p) == b), packbits(b[:11], bitorder="little"), packbits(i[:6] > 99, axis=0))
m = reshape(b[:24], (3, 8))
print(packbits(m, axis=1), packbits(m, axis=0), unpackbits(packbits(m, axis=-1), axis=-1, count=3))
print(flatnonzero(b)[:5], flatnonzero(b).size, all(flatnonzero(b) == iota(b.size)[b]), nonzero(m)[1][-3:])
# Few are looked for one by one.
print(isin(i[:6], [0, 19]), isin(asarray([1, 2, 44], dtype=uint8), [300, 2]), isin(asarray([0.1, 0.5], dtype=float32), [0.1, 0.5]))
print(isin([nan, 1.0], [nan, 1.0]), isin([[1, 2], [3, 4]], [[4], [1]], invert=true), isin([3], 3), isin([1], zeros(0)), isin(i, iota(40)).sum())
