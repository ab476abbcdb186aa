# --- Functions applied along axes ---

## The array after a function was applied at positions, a tuple of index arrays, one after the other:
## in each round all positions that have come as often before.
fn _at(f, x, indices, values) {
    k = len(indices)
    parts = broadcast_arrays(*indices)
    p = zeros(parts[0].shape, dtype=int64)
    for j in range(k) {
        n = x.shape[j]
        assert all((parts[j] >= -n) & (parts[j] < n)), "a position is outside the array"
        p = p * n + where(parts[j] < 0, parts[j] + n, parts[j])
    }
    rows = reshape(x, (prod(x.shape[:k]), *x.shape[k:]))
    v = if values == none { none } else { reshape(broadcast_to(asarray(values), (*p.shape, *x.shape[k:])), (p.size, *x.shape[k:])) }
    p = persist(ravel(p))
    if p.size == 0 { return x }
    order = argsort(p)
    place = iota(p.size)
    turn = zeros(p.size, dtype=int64)
    turn[order] = place - cumulative_max(where(_begins(p[order]), place, 0))
    turn = persist(turn)
    for r in range(int(max(turn)) + 1) {
        now = flatnonzero(turn == r)
        rows[p[now]] = if values == none { f(rows[p[now]]) } else { f(rows[p[now]], v[now]) }
    }
    reshape(rows, x.shape)
}

fn _reduceat(f, x, indices, axis) {
    y = moveaxis(asarray(x), axis, 0)
    n = y.shape[0]
    at = persist(asarray(indices))
    assert at.ndim == 1 and isdtype(at.dtype, "integral"), "reduceat takes a vector of positions"
    assert at.size > 0, "reduceat needs a position"
    results = ()
    for i in range(at.size) {
        start = int(at[i])
        stop = if i + 1 < at.size { int(at[i + 1]) } else { n }
        assert start >= 0 and start < n, "a position is outside the axis"
        results = (*results, if start < stop { f.reduce(y[start:stop]) } else { y[start] })
    }
    moveaxis(stack(results), 0, axis)
}

## An array from a function of the indices: it is called once, with an array of indices for each
## axis, and what it gives is broadcast to the shape.
##
## Shapes: `shape` is the shape of the result: a tuple of sizes.
##
## >>> fromfunction(fn(i, j) = 10 * i + j, (2, 3), dtype=int64)
## [[ 0  1  2]
##  [10 11 12]]
fn fromfunction(f, shape, dtype=float64) {
    n = len(shape)
    grids = ()
    for axis in range(n) {
        grids = (*grids, broadcast_to(reshape(astype(iota(shape[axis]), dtype), (*((1,) * axis), -1, *((1,) * (n - 1 - axis)))), shape))
    }
    broadcast_to(asarray(f(*grids)), shape)
}

## What a function of a vector gives for every vector along an axis: its own axes stand in the place
## of that axis. More arguments are passed on to the function, which is called for each vector; what
## works on whole arrays is faster.
##
## >>> apply_along_axis(fn(v) = v[0] - v[-1], 1, [[5, 1, 3], [9, 2, 7]])
## [2 2]
fn apply_along_axis(f, axis, x, *args) {
    x = asarray(x)
    at = if axis < 0 { axis + x.ndim } else { axis }
    x = moveaxis(x, axis, -1)
    before = x.ndim - 1
    rows = reshape(x, (prod(x.shape[:-1]), x.shape[-1]))
    assert rows.shape[0] > 0, "apply_along_axis needs at least one vector"
    results = [asarray(f(row, *args)) for row in rows]
    own = results.ndim - 1
    y = reshape(results, (*x.shape[:-1], *results.shape[1:]))
    # The axes of a result, which come last, go to the place of the axis.
    for k in range(own) {
        y = moveaxis(y, before + k, at + k)
    }
    y
}

## A function of single numbers as a function of arrays, which broadcast: it is called for each
## element, so that `if` and `while` in it take one number at a time. What can be said of whole
## arrays, with `where` for choices, is far faster.
##
## Dtypes: what the results have in common.
##
## >>> vectorize(fn(a, b) = if a > b { a - b } else { a + b })([1, 2, 3, 4], 2)
## [3 4 1 2]
fn vectorize(f) = fn(*arrays) = _each_element(f, arrays)

fn _each_element(f, arrays) {
    assert len(arrays) > 0, "a vectorized function takes at least one array"
    all_of = broadcast_arrays(*arrays)
    shape = all_of[0].shape
    lines = ()
    for x in all_of { lines = (*lines, persist(ravel(x))) }
    assert lines[0].size > 0, "a vectorized function needs at least one element"
    results = ()
    for i in range(lines[0].size) {
        own = ()
        for x in lines { own = (*own, x[i]) }
        r = asarray(f(*own))
        assert r.ndim == 0, "a vectorized function gives one number"
        results = (*results, r)
    }
    reshape(stack(results), shape)
}

## What a function gives for blocks of an array along its first axis, `rows` at a time (the last block
## may be smaller), one after the other. Other arrays are cut like the first, those of one
## row or no axis are given whole. Without `rows` there is one block: arr cuts what it computes
## into chunks by itself, and no function sees them; this is for functions that are to work on one
## part at a time.
##
## Shapes: the results are joined along their first axis.
##
## >>> map_blocks(fn(b) = b - b[0], [1, 2, 5, 7, 9], rows=2)
## [0 1 0 2 0]
fn map_blocks(f, x, *others, rows=none) {
    x = asarray(x)
    if rows == none { return asarray(f(x, *others)) }
    assert rows > 0, "a block has at least one row"
    assert x.ndim > 0, "a single value has no blocks"
    n = x.shape[0]
    if n == 0 { return asarray(f(x, *others)) }
    results = ()
    for start in range(0, n, rows) {
        parts = ()
        for y in others {
            y = asarray(y)
            parts = (*parts, if y.ndim < x.ndim or y.shape[0] == 1 { y } else { y[start:start + rows] })
        }
        results = (*results, asarray(f(x[start:start + rows], *parts)))
    }
    concat(results)
}

## A function of shifted neighbours: `f` gets a function `u` with which `u(-1, 0)` is the array
## moved by one along axis 0, and so on, up to `reach` along each axis. Beyond the edge stands what
## `pad` puts there in this mode (edge, wrap, reflect, symmetric, constant); without a mode only the
## elements are computed that have all neighbours.
##
## >>> stencil(fn(u) = u(-1) + u(1), [1.0, 2.0, 4.0, 8.0])
## [ 5. 10.]
## >>> stencil(fn(u) = u(-1) + u(1), [1.0, 2.0, 4.0, 8.0], mode="wrap")
## [10.  5. 10.  5.]
fn stencil(f, x, reach=1, mode=none) {
    x = asarray(x)
    n = x.ndim
    padded = if mode == none { x } else { pad(x, reach, mode=mode) }
    w = windows(padded, (2 * reach + 1,) * n)
    fn neighbour(*shift) {
        assert len(shift) == n, "a neighbour has one shift for each axis"
        v = w
        for k in range(n) {
            d = shift[n - 1 - k]
            assert -reach <= d and d <= reach, "the neighbour is further away than reach"
            v = v[..., reach + d]
        }
        v
    }
    f(neighbour)
}
