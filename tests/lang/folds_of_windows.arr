# test: no-chunk-1
# test: large
# Folds of many small windows are unrolled: the same bits as of a copy, where they are not.
fn same(a, b) { assert all((a == b) | (isnan(a) & isnan(b))), "other bits"; a.shape }
x = sin(arange(190 * 200, dtype=float64)).reshape(190, 200)
x[7, 9] = nan
k = cos(arange(20.0)).reshape(4, 5)
w = windows(x, (4, 5))
c = compute(w + 0.0)
print(same((w * k).sum(axis=(2, 3)), compute(c * k).sum(axis=(2, 3))), same(w.max(axis=(2, 3)), c.max(axis=(2, 3))))
print(same(w.std(axis=(2, 3)), c.std(axis=(2, 3))), same((w > 0).any(axis=(2, 3)), (c > 0).any(axis=(2, 3))))
f = ravel(x).astype(float32)
r = windows(f, 17)
e = compute(r + float32(0))
print(same(r.mean(axis=-1), e.mean(axis=-1)), same(r.sum(axis=-1, dtype=float64), e.sum(axis=-1, dtype=float64)))
i = windows(astype(f * 100, int32), 3)
print(same(i.sum(axis=-1), compute(i + 0).sum(axis=-1)), same(i.min(axis=-1), compute(i + 0).min(axis=-1)))
z = windows(f * -0.0, 3)
print(same(1 / z.sum(axis=-1), 1 / compute(z + float32(-0.0)).sum(axis=-1)))
