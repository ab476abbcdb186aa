# test: large
# Sizes around blocks and chunks, several results from one input, mixed access.
for n in (1, 6, 7, 8, 63, 64, 65, 1000) {
    x = arange(n * 3).reshape(n, 3)
    y = x * 2 + x[::-1] - x.mean(axis=0)
    print(n, y.sum(), y[0], x.T.sum(axis=1), (x + x[:, ::-1]).max(axis=1)[-1], x[n // 2:].sum(axis=0))
}
a = (arange(100_003) * 13 % 1000) / 4
b = a[1:] - a[:-1]
c = a[::-1]
print(f"{b.sum():.4f} {(a * c).sum():.4f} {(a - c).max():.4f} {(a[::2][:50_000] * a[1::2][:50_000]).sum():.4f} {abs(b).max():.4f}")
m = a[:99_960].reshape(1428, 70)
n = m - m.T[:, :1].T
print(n[:2, :3], n.sum(axis=1)[-2:], (m[:, :-1] * m[:, 1:]).sum(axis=0)[:3], m[::3, ::-7].sum(axis=0), sep="\n")
p = (m[:700].T @ m[:700]) / 700
print(p.shape, p[0, :3], (p == p.T).all(), p.diagonal()[:3], sep="\n")
q = m.reshape(12, 119, 70).max(axis=1) - m.reshape(12, 119, 70).min(axis=1)
print(q.shape, q.sum(), q[11, -3:], (m > m.mean()).sum(axis=0)[:5], m.cumsum(axis=1)[:, -1][:3], sep="\n")
