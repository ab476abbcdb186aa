# test: no-chunk-1
# Partitions and order statistics against what sorting says.
# The arrangement that a partition promises: by how many of the elements at its positions are below
# and not above, then by position.
fn promised(v, kth) {
    at = sort(v)[kth]
    rank = zeros(v.size, dtype=int64)
    for i in range(at.size) {
        above = where(isnan(v), ~isnan(at[i]), v > at[i])
        rank = rank + above + (above | (v == at[i]) | (isnan(v) & isnan(at[i])))
    }
    argsort(rank)
}

fn agree(v, kth) {
    p = argpartition(v, kth)
    assert array_equal(p, promised(v, kth))
    y = partition(v, kth)
    assert array_equal(y, v[p], equal_nan=isdtype(v.dtype, "real floating"))
    y[kth]
}

v = random(90, seed=5) * 10
v[3] = nan
v[40] = nan
v[11] = -inf
v[60] = inf
few = floor(v / 3)
zero = where(v > 5, 0.0, -0.0)
kths = ([0], [89], [44, 1, 44, -9])
for kth in kths {
    for x in (v, zero, float32(few), int8(nan_to_num(few)), nan_to_num(few) > 1) { agree(x, asarray(kth)) }
}
print(agree(v, asarray([44])), agree(few, asarray([1, 44])), signbit(agree(zero, asarray([0, 44]))))

# Along axes, a line at a time.
m = reshape(v, (9, 10))
y = partition(m, (2, 6), axis=1)
p = argpartition(m, (2, 6), axis=1)
for i in range(9) {
    assert array_equal(y[i], partition(m[i], (2, 6)), equal_nan=true)
    assert array_equal(p[i], argpartition(m[i], (2, 6)))
}
assert array_equal(partition(m, 3, axis=0), partition(m.T, 3).T, equal_nan=true)
assert array_equal(argpartition(m, -3, axis=0), argpartition(m.T, -3).T)
t = reshape(v, (3, 5, 6))
assert array_equal(partition(t, 2, axis=1), moveaxis(partition(moveaxis(t, 1, 2), 2), 2, 1), equal_nan=true)
assert array_equal(partition(m, 7, axis=none), partition(v, 7), equal_nan=true)
print(partition([3, 1, 2, 1], []), argpartition([3, 1, 2, 1], [1]), partition(zeros((0, 3)), 1).shape)

# Quantiles are those of the sorted elements.
s = sort(v[~isnan(v)])
w = v[~isnan(v)]
print(median(v), nanmedian(v) == (s[43] + s[44]) / 2, median(w) == (s[43] + s[44]) / 2, median(w[1:]) == sort(w[1:])[43])
for q in (0.0, 0.3, 1.0) {
    assert quantile(w, q, method="lower") == s[int(floor(q * 87))]
}
assert array_equal(quantile(w, linspace(0, 1, 88), method="nearest"), s)
assert array_equal(nanquantile(m, [0.5, 0.25], axis=1)[0], nanmedian(m, axis=1))
assert array_equal(nanmedian(m, axis=1)[1], nanmedian(m[1]))
print(quantile(w[:20], [[0.1, 0.5], [0.9, 1]]).shape, median(m, axis=0).shape, median([true, false, true]))

# Long lines are looked at by a sample.
long = floor(random(40_000, seed=9) * 100)
for x in (long, random(40_000, seed=2)) {
    o = sort(x)
    for k in (0, 19_999) {
        y = partition(x, k)
        assert y[k] == o[k] and array_equal(sort(y), o)
        assert all(y[:k] <= o[k]) and all(y[k:] >= o[k])
    }
    assert median(x) == (o[19_999] + o[20_000]) / 2
}
print("done")
