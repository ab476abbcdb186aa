# test: no-chunk-1
# Folds of arrays that lie across the order of their axes in memory: the same bits as of a copy.
fn same(a, b) { assert all(a == b), "other bits"; a.shape }
for shape in ((9, 2101), (70, 300)) {
    x = sin(arange(shape[0] * shape[1], dtype=float64)).reshape(shape)
    c = compute(x.T + 0.0)
    print(same(x.T.sum(axis=1), c.sum(axis=1)), same(x.T.sum(axis=0), c.sum(axis=0)))
    print(same((x.T * x.T + 1).sum(axis=1), (c * c + 1).sum(axis=1)), same(x.T.max(axis=1), c.max(axis=1)))
    print(same((x.T + c).sum(axis=1), (c + c).sum(axis=1)), same((x.T + c).sum(axis=0), (c + c).sum(axis=0)))
    f = x.astype(float32)
    g = compute(f.T + float32(0))
    print(same(f.T.sum(axis=1), g.sum(axis=1)), same(f.T.mean(axis=0), g.mean(axis=0)), same(f.T.prod(axis=1), g.prod(axis=1)))
    i = astype(x * 100, int32)
    j = compute(i.T + 0)
    print(same(i.T.sum(axis=1), j.sum(axis=1)), same(i.T.min(axis=0), j.min(axis=0)), same((i > 3).T.any(axis=1), (j > 3).any(axis=1)))
}
x = sin(arange(9 * 12 * 40, dtype=float64)).reshape(9, 12, 40)
for axes in ((2, 1, 0), (1, 2, 0)) {
    y = x.transpose(axes)
    c = compute(y + 0.0)
    for over in (0, 1, 2, (0, 1), (1, 2), (0, 2)) { print(same(y.sum(axis=over), c.sum(axis=over)), same(y[::2, 1:].max(axis=over), c[::2, 1:].max(axis=over))) }
}
y = x.reshape(480, 9).T
c = compute(y + 0.0)
print(same(y[:, ::3].sum(axis=1), c[:, ::3].sum(axis=1)), same(y[::-1].sum(axis=1), c[::-1].sum(axis=1)), same(y[:, ::-1].sum(axis=1), c[:, ::-1].sum(axis=1)))
y[3, 5] = nan
c[3, 5] = nan
print(y.sum(axis=1)[3], y.max(axis=1)[3], same(isnan(y.sum(axis=1)), isnan(c.sum(axis=1))))
