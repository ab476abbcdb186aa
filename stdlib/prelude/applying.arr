# --- Functions applied along axes ---

## An array from a function of the indices: it is called once, with an array of indices for each
## axis, and what it gives is broadcast to the shape.
##
## Shapes: `shape` is the shape of the result: a tuple of sizes.
##
## >>> fromfunction(fn(i, j) = 10 * i + j, (2, 3))
## [[ 0  1  2]
##  [10 11 12]]
fn fromfunction(f, shape, dtype=int64) {
    n = len(shape)
    grids = ()
    for axis in range(n) {
        grids = (*grids, broadcast_to(reshape(astype(iota(shape[axis]), dtype), (*((1,) * axis), -1, *((1,) * (n - 1 - axis)))), shape))
    }
    broadcast_to(asarray(f(*grids)), shape)
}

## What a function of a vector gives for every vector along an axis: its own axes stand in the place
## of that axis. The function is called for each vector; what works on whole arrays is faster.
##
## >>> apply_along_axis(fn(v) = v[0] - v[-1], 1, [[5, 1, 3], [9, 2, 7]])
## [2 2]
fn apply_along_axis(f, axis, x) {
    x = moveaxis(asarray(x), axis, -1)
    before = x.ndim - 1
    at = if axis < 0 { axis + x.ndim } else { axis }
    rows = reshape(x, (-1, x.shape[-1]))
    assert rows.shape[0] > 0, "apply_along_axis needs at least one vector"
    results = [asarray(f(row)) for row in rows]
    own = results.ndim - 1
    y = reshape(results, (*x.shape[:-1], *results.shape[1:]))
    # The axes of a result, which come last, go to the place of the axis.
    for k in range(own) {
        y = moveaxis(y, before + k, at + k)
    }
    y
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
