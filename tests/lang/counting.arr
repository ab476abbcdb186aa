# test: large
# test: no-numpy
# Many numbers are counted as few are, wherever most of them lie.
i = (iota(100000) * 7919) % 700
c = bincount(i, minlength=5000)
print(c.shape, c[:5], c[695:702], sum(c))
print(bincount(astype(i % 100, uint8))[:3], bincount(i * 0 + 63)[-1])
# One far from the others.
i[7777] = 12345
e = bincount(i)
print(e.shape, sum(e), e[-1], sum(e[700:]))
# Numbers between consecutive ones.
i = i[:3000]
print(bincount(astype(i % 100, int8))[:3], bincount(astype(i, uint64))[698:])
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
