# test: no-chunk-1
# Products of a matrix with its own transpose: half of the blocks are the mirror images of others.
fn check(a) {
    b = compute(a + 0 * a)
    s = a.mT @ a
    t = a @ a.mT
    assert all(s == compute(b.mT) @ a) and all(t == a @ compute(b.mT)), "other values"
    assert all(s == s.mT) and all(t == t.mT), "not symmetric"
    (s.shape, t.shape)
}
print(check(sin(arange(700 * 130, dtype=float64)).reshape(700, 130)))
print(check(sin(arange(300 * 301, dtype=float64)).reshape(300, 301).astype(float32)))
print(check(sin(arange(3 * 140 * 150, dtype=float64)).reshape(3, 140, 150)))
x = sin(arange(90 * 200, dtype=float64)).reshape(90, 200)
print(check(x[::-1, 3:]), check(x.T[::2]), check(x[:1]), check(x[:, :1]))
y = x[:, 20:]
z = x[:, :-20]
print(((y.T @ z) == compute(y + 0).T @ z).all(), ((y @ y.T)[3:, :7] == (y @ y.T)[:7, 3:].T).all())
