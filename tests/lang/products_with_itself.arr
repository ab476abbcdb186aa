# Products of an array with parts of itself: only one with all of its own transpose is symmetric.
m = reshape(sin(arange(30 * 17.0)), (30, 17))
g = m.T @ m
print(abs(m.T @ m[:, :3] - g[:, :3]).max() < 1e-12, abs(m[:, 2:5].T @ m - g[2:5]).max() < 1e-12)
print(abs(m[:20] @ m.T - (m @ m.T)[:20]).max() < 1e-12, abs(m[:, :5].T @ m[:, 5:10] - g[:5, 5:10]).max() < 1e-12)
print(abs(m[:, ::-1].T @ m - g[::-1]).max() < 1e-12, abs(m[:, ::2].T @ m[:, :9] - g[::2, :9]).max() < 1e-12)
print(abs(m[1:].T @ m[:-1] - sum(m[1:, :, newaxis] * m[:-1, newaxis, :], axis=0)).max() < 1e-12)
b = reshape(cos(arange(4 * 6 * 7.0)), (4, 6, 7))
h = b.mT @ b
print(abs(b.mT @ b[:, :, :2] - h[:, :, :2]).max() < 1e-12, abs(b[:, :, 1:].mT @ b - h[:, 1:]).max() < 1e-12)
print(abs(g - g.T).max(), abs(einsum("ki,kj->ij", m, m[:, :4]) - g[:, :4]).max() < 1e-12)
