# test: large
# Softmax along an axis, written out and from the library.
x = (arange(105_000) * 37 % 101).reshape(1500, 70) / 10
e = exp(x - x.max(axis=1, keepdims=true))
s = e / e.sum(axis=1, keepdims=true)
print(s.shape, s[0, :4], s[-1, -4:], abs(s.sum(axis=1) - 1).max() < 1e-12, s.argmax(axis=1)[:8], sep="\n")
fn cross_entropy(p, labels) = -log(sum(where(arange(p.shape[1]) == labels[:, newaxis], p, 0.0), axis=1)).mean()
print(f"{cross_entropy(s, arange(1500) % 70):.9f}")
c = exp(x - x.max(axis=0))
c = c / c.sum(axis=0)
print(c[:2, :3], f"{c.sum():.6f}", sep="\n")
t = (x - x.max(axis=1, keepdims=true))
l = t - log(exp(t).sum(axis=1, keepdims=true))
print(l[1400, :4], allclose(exp(l), s))
