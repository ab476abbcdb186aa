# Slices of any step, in any place.
v = arange(10)
print(v[2:5], v[:3], v[7:], v[-3:], v[:-7], v[::3], v[1::4], sep="\n")
print(v[::-1], v[8:2:-2], v[-2::-3], v[:4:-1], v[100:], v[-100:2], v[5:5], v[5:2], sep="\n")
m = arange(24).reshape(4, 6)
print(m[1], m[-1, 2], m[:, 0], m[1:3, ::2], m[::-1, ::-2], m[::2][1], sep="\n")
print(m[..., 1], m[..., -1:], m[2, ...], m[...].shape, m[1:, newaxis].shape, m[newaxis, ..., newaxis, 0].shape, sep="\n")
c = arange(60).reshape(3, 4, 5)
print(c[1, ..., 2], c[:, 2, ::-2], c[-1, 1:, -1], c[..., newaxis, 0].shape, c[0][1][2], sep="\n")
w = m[:, ::-1][::2, 1:4]
print(w, w.T[1], w[w.shape[0] - 1], w.sum(axis=0), w[::-1].T + 1, sep="\n")
i = 2
print(v[i], v[i:i + 3], v[-i], m[i, i:], v[len(v) - 1])
big = arange(100_000)
print(big[::-1][:3], big[99_990::3], big[7::10_000], big[::-777][-2:], big[50_000:].sum(), big[1::2].sum(), big[::-3].max())
t = arange(210_000).reshape(3000, 70)
print(t[::-1, 3][:4], t[1::7, ::-1].sum(), t[-3:, -2:], t[:, 5:68:9].sum(axis=0), t[2999:0:-1000].mean(axis=1), sep="\n")
