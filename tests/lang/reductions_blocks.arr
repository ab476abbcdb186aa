# test: large
# Reductions over arrays of several blocks, with uneven tails.
v = arange(100_000)
print(v.sum(), v.min(), v.max(), v.mean(), v.std(), (v % 2 == 0).sum(), v.argmax(), (v % 1000).argmax())
w = (v - 50_000) / 7
print(f"{w.sum():.6f} {w.min():.6f} {abs(w).max():.6f} {(w * w).mean():.3f} {w.var():.3f}")
m = (arange(210_000) % 1013).reshape(3000, 70)
print(m.sum(axis=0)[:5], m.sum(axis=1)[-4:], m.max(axis=1)[::700], m.min(axis=0)[::9], m.sum(), m.prod(axis=1)[:2], sep="\n")
print(m.mean(axis=0)[-3:], m.std(axis=1)[:3], m.var(), (m > 500).sum(axis=0)[:4], m.argmax(axis=0)[:6], m.argmin(axis=1)[-6:], sep="\n")
f = m / 3
print(f.sum(axis=0)[:3], f.mean(axis=1)[1500:1503], f.max(), f.std(axis=0)[-2:], sep="\n")
c = (arange(180_180) % 97).reshape(13, 77, 180)
print(c.sum(axis=(0, 2))[::11], c.sum(axis=1)[12, -3:], c.sum(axis=(1, 2)), c.max(axis=(0, 1))[-5:], c.mean(axis=0)[76, ::60], sep="\n")
print(c.sum(axis=0, keepdims=true).shape, (c == 3).any(axis=(0, 1)).all(), (c < 97).all(), c.prod(axis=0).sum(), sep="\n")
t = permute_dims(c, (2, 1, 0))
print(t.shape, t.sum(axis=0)[70, :3], t.sum(axis=-1)[-1, -3:], t[::-1, ::2].max(axis=(0, 2))[:4], sep="\n")
for n in (1, 2, 127, 128, 129, 1023, 1025, 4097, 65_537) {
    x = arange(n)
    print(n, x.sum(), (x * 0.5).sum(), x.max(), (x[::-1] // 3).sum(), (x % 2).mean())
}
s = ones(100_000, dtype=float32) * 0.1
print(f"{s.sum():.0f} {s.mean():.4f}", s.sum().dtype)
