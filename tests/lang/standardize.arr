# test: large
# Standardised columns: two passes over x, nothing stored in between.
x = (arange(210_000) * 7919 % 1009).reshape(3000, 70) / 8
y = (x - x.mean(axis=0)) / x.std(axis=0)
print(y.shape, y[:2, :3], y[-1, -2:], sep="\n")
print(f"{abs(y.mean(axis=0)).max() < 1e-12} {abs(y.std(axis=0) - 1).max() < 1e-12} {y.max():.9f} {y.min():.9f}")
z = (x - x.mean(axis=1, keepdims=true)) / x.std(axis=1, keepdims=true)
print(z[:2, :3], abs(z.mean(axis=1)).max() < 1e-12, sep="\n")
f = x.astype(float32)
g = (f - f.mean(axis=0)) / f.std(axis=0)
print(g.dtype, f"{g[5, 5]:.4f} {g[2999, 69]:.4f}")
fn standardize(x, axis=0) = (x - x.mean(axis=axis, keepdims=true)) / x.std(axis=axis, keepdims=true)
print(standardize(x[:5, :3]), standardize(x[:2, :4], axis=1), sep="\n")
w = (x - x.min(axis=0)) / (x.max(axis=0) - x.min(axis=0))
print(w.min(), w.max(), w[7, :4])
