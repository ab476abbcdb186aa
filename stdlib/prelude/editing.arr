# --- Elements added, replaced and left out ---

fn _insert(x, indices, values, axis=none) {
    x = asarray(x)
    if axis == none { return _insert(ravel(x), indices, values, axis=0) }
    assert x.ndim > 0, "a single value has no axis to insert along"
    y = moveaxis(x, axis, 0)
    n = y.shape[0]
    i = asarray(indices)
    if i.dtype == bool { i = flatnonzero(i) }
    i = if i.size == 0 { zeros(i.shape, dtype=int64) } else { i }
    assert isdtype(i.dtype, "integral") and i.ndim <= 1, "insert takes a position or a vector of them"
    assert all((i >= -n) & (i <= n)), "a position to insert at is outside the axis"
    v = _with_axes(asarray(values), x.ndim)
    if x.dtype == bool { v = v != 0 }
    single = i.ndim == 0
    v = if single { v } else { moveaxis(v, axis, 0) }
    k = if i.size == 1 { v.shape[0] } else { i.shape[0] }
    at = ravel(astype(where(i < 0, i + n, i), int64))
    if i.size == 1 {
        new = zeros((k, *y.shape[1:]), dtype=x.dtype)
        new[:] = v
        p = int(at[0])
        return moveaxis(concat((y[:p], new, y[p:])), 0, axis)
    }
    order = argsort(at)
    at[order] = at[order] + iota(k)
    old = ones(n + k, dtype=bool)
    old[at] = false
    z = zeros((n + k, *y.shape[1:]), dtype=x.dtype)
    z[at] = v
    z[flatnonzero(old)] = y
    moveaxis(z, 0, axis)
}

## The array with leading axes of size 1, to have at least `n`.
fn _with_axes(x, n) = reshape(x, (*((1,) * (n - x.ndim)), *x.shape))

fn _append(x, values, axis=none) {
    if axis == none { return concat((ravel(x), ravel(values))) }
    concat((asarray(x), asarray(values)), axis=axis)
}

fn _resize(x, new_shape) {
    x = ravel(x)
    sizes = if ndim(new_shape) == 0 { (new_shape,) } else { new_shape }
    for s in sizes { assert s >= 0, "a size cannot be negative" }
    n = 1
    for s in sizes { n = n * int(s) }
    if x.size == 0 or n == 0 { return zeros(sizes, dtype=x.dtype) }
    reshape(x[iota(n) % x.size], sizes)
}

## The array without the zeros at the front (`trim` f), the back (b) or both ends of each axis, or of
## the axes given.
##
## >>> trim_zeros([0, 0, 1, 0, 2, 0])
## [1 0 2]
fn trim_zeros(x, trim="fb", axis=none) {
    x = asarray(x)
    assert trim in ("fb", "bf", "f", "b"), "trim is fb, f or b"
    axes = if axis == none { (*range(x.ndim),) } else if ndim(axis) == 0 { (axis,) } else { axis }
    front = trim != "b"
    back = trim != "f"
    y = x
    for a in axes {
        rows = reshape(moveaxis(x, a, 0), (x.shape[a], x.size // maximum(x.shape[a], 1)))
        p = flatnonzero(any(rows != 0, axis=1))
        start, stop = if p.size == 0 { (0, 0) }
            else { (if front { int(p[0]) } else { 0 }, if back { int(p[-1]) + 1 } else { x.shape[a] }) }
        y = moveaxis(moveaxis(y, a, 0)[start:stop], 0, a)
    }
    y
}

## The array with values where a mask of its size is true: the first values in order, repeated as
## needed.
##
## >>> place([1, 2, 3, 4], [true, false, true, true], [7, 8])
## [7 2 8 7]
fn place(x, mask, values) {
    x = asarray(x)
    m = ravel(astype(asarray(mask), bool))
    assert m.size == x.size, "the mask must have the size of the array"
    at = flatnonzero(m)
    assert at.size == 0 or asarray(values).size > 0, "there is no value to place"
    put(x, at, values)
}

## The array where a mask of its size is true replaced by the value at the same place, values repeated
## as needed.
##
## >>> putmask([1, 2, 3, 4], [true, false, true, true], [7, 8])
## [7 2 7 8]
fn putmask(x, mask, values) {
    x = asarray(x)
    m = ravel(astype(asarray(mask), bool))
    assert m.size == x.size, "the mask must have the size of the array"
    v = ravel(asarray(values))
    if v.size == 0 { return x }
    at = flatnonzero(m)
    flat = ravel(x)
    flat[at] = v[at % v.size]
    reshape(flat, x.shape)
}

## The array with a value, or values repeated as needed, on its main diagonal. With `wrap` the diagonal
## of a high matrix starts anew after the row below it.
##
## >>> fill_diagonal(zeros((2, 2)), 5.0)
## [[5. 0.]
##  [0. 5.]]
fn fill_diagonal(x, value, wrap=false) {
    x = asarray(x)
    assert x.ndim >= 2, "fill_diagonal takes an array of at least two dimensions"
    if x.ndim == 2 {
        n = x.shape[1]
        stop = if wrap { x.size } else { minimum(x.size, n * n) }
        return put(x, arange(0, stop, n + 1), value)
    }
    for k in range(1, x.ndim) { assert x.shape[k] == x.shape[0], "all sizes of the array must be equal" }
    step = 1
    for k in range(1, x.ndim) { step = step + x.shape[0] ** k }
    put(x, arange(0, x.size, step), value)
}

# --- Positions of parts ---

## Index vectors, bools or whole numbers, made to broadcast: `x[ix_(i, j)]` is the array of all
## combinations of rows i and columns j.
##
## >>> arange(6).reshape(2, 3)[ix_([0, 1], [0, 2])]
## [[0 2]
##  [3 5]]
fn ix_(*indices) {
    n = len(indices)
    out = ()
    for k in range(n) {
        v = asarray(indices[k])
        assert v.ndim == 1, "ix_ takes vectors"
        if v.dtype == bool { v = flatnonzero(v) }
        else if v.size == 0 { v = astype(v, int64) }
        out = (*out, reshape(v, (*((1,) * k), v.size, *((1,) * (n - 1 - k)))))
    }
    out
}

## The positions of the main diagonal of an array of `ndim` dimensions of size `n`.
##
## >>> diag_indices(2)
## (array([0, 1]), array([0, 1]))
fn diag_indices(n, ndim=2) = (iota(n),) * ndim

## The positions of the main diagonal of an array of equal sizes.
##
## >>> diag_indices_from(zeros((2, 2)))
## (array([0, 1]), array([0, 1]))
fn diag_indices_from(x) {
    x = asarray(x)
    assert x.ndim >= 2, "diag_indices_from takes an array of at least two dimensions"
    for size in x.shape { assert size == x.shape[0], "all sizes of the array must be equal" }
    diag_indices(x.shape[0], x.ndim)
}

## The positions on and below the diagonal `k` of a matrix of `n` rows and `m` (or n) columns.
##
## >>> tril_indices(2)
## (array([0, 1, 1]), array([0, 0, 1]))
fn tril_indices(n, k=0, m=none) = nonzero(tri(n, m, k, dtype=bool))

## The positions on and above the diagonal `k` of a matrix of `n` rows and `m` (or n) columns.
##
## >>> triu_indices(2)
## (array([0, 0, 1]), array([0, 1, 1]))
fn triu_indices(n, k=0, m=none) = nonzero(~tri(n, m, k - 1, dtype=bool))

## The positions on and below the diagonal `k` of a matrix.
##
## >>> tril_indices_from(zeros((2, 2)))
## (array([0, 1, 1]), array([0, 0, 1]))
fn tril_indices_from(x, k=0) {
    assert ndim(x) == 2, "tril_indices_from takes a matrix"
    tril_indices(shape(x)[0], k, shape(x)[1])
}

## The positions on and above the diagonal `k` of a matrix.
##
## >>> triu_indices_from(zeros((2, 2)))
## (array([0, 0, 1]), array([0, 1, 1]))
fn triu_indices_from(x, k=0) {
    assert ndim(x) == 2, "triu_indices_from takes a matrix"
    triu_indices(shape(x)[0], k, shape(x)[1])
}

## The positions that a function such as `triu` leaves in a square matrix of ones of size `n`.
##
## >>> mask_indices(2, triu)
## (array([0, 0, 1]), array([0, 1, 1]))
fn mask_indices(n, f, k=0) = nonzero(f(ones((n, n), dtype=int64), k))

