
# --- Differences and sums along an axis ---

## The differences of neighbours of the flattened array, with elements before and after them.
##
## >>> ediff1d([1, 2, 4])
## [1 2]
fn ediff1d(x, to_end=none, to_begin=none) {
    x = ravel(x)
    d = x[1:] - x[:-1]
    if to_begin != none { d = concat((astype(ravel(to_begin), d.dtype), d)) }
    if to_end != none { d = concat((d, astype(ravel(to_end), d.dtype))) }
    d
}

## The slope along each axis by central differences, at the edges by one-sided ones of order
## `edge_order`. The spacing is one number, or one for each axis, a number or a vector of coordinates.
##
## Shapes: that of the array; several axes give a tuple of such arrays.
##
## Dtypes: float32 of float32, float64 of the others.
##
## Errors: fewer than `edge_order` + 1 elements along an axis.
##
## >>> gradient([1.0, 2.0, 4.0, 7.0])
## [1.  1.5 2.5 3. ]
fn gradient(x, *spacing, axis=none, edge_order=1) {
    x = asarray(x)
    assert x.dtype != bool, "bools have no slope: convert them to numbers"
    x = if isdtype(x.dtype, "integral") { astype(x, float64) } else { x }
    assert edge_order == 1 or edge_order == 2, "edge_order is 1 or 2"
    axes = if axis == none { (*range(x.ndim),) } else if ndim(axis) == 0 { (axis,) } else { axis }
    assert len(spacing) <= 1 or len(spacing) == len(axes), "gradient needs a spacing for each axis"
    slopes = ()
    for k in range(len(axes)) {
        h = if len(spacing) == 0 { 1.0 } else if len(spacing) == 1 { spacing[0] } else { spacing[k] }
        y = moveaxis(x, axes[k], -1)
        assert y.shape[-1] > edge_order, "too few elements for the order at the edges"
        y = if ndim(h) == 0 { _even_slope(y, h, edge_order) } else { _uneven_slope(y, diff(h), edge_order) }
        slopes = (*slopes, moveaxis(astype(y, x.dtype), -1, axes[k]))
    }
    if len(slopes) == 1 { slopes[0] } else { slopes }
}

fn _even_slope(y, h, edge_order) {
    inner = (y[..., 2:] - y[..., :-2]) / (2.0 * h)
    if edge_order == 1 {
        return concat(((y[..., 1:2] - y[..., :1]) / h, inner, (y[..., -1:] - y[..., -2:-1]) / h), axis=-1)
    }
    first = (-1.5 / h) * y[..., :1] + (2.0 / h) * y[..., 1:2] + (-0.5 / h) * y[..., 2:3]
    last = (0.5 / h) * y[..., -3:-2] + (-2.0 / h) * y[..., -2:-1] + (1.5 / h) * y[..., -1:]
    concat((first, inner, last), axis=-1)
}

fn _uneven_slope(y, d, edge_order) {
    assert d.shape[0] + 1 == y.shape[-1], "gradient needs a coordinate for each element"
    l = d[:-1]
    r = d[1:]
    inner = -r / (l * (l + r)) * y[..., :-2] + (r - l) / (l * r) * y[..., 1:-1] + l / (r * (l + r)) * y[..., 2:]
    if edge_order == 1 {
        return concat(((y[..., 1:2] - y[..., :1]) / d[0], inner, (y[..., -1:] - y[..., -2:-1]) / d[-1]), axis=-1)
    }
    a = d[0]
    b = d[1]
    first = -(2.0 * a + b) / (a * (a + b)) * y[..., :1] + (a + b) / (a * b) * y[..., 1:2] - a / (b * (a + b)) * y[..., 2:3]
    a = d[-2]
    b = d[-1]
    last = b / (a * (a + b)) * y[..., -3:-2] - (b + a) / (a * b) * y[..., -2:-1] + (2.0 * b + a) / (b * (a + b)) * y[..., -1:]
    concat((first, inner, last), axis=-1)
}

## The integral along an axis up to each element by the trapezoidal rule, at points `x` or at distance
## `dx`; `initial` is put before the first.
##
## >>> cumulative_trapezoid([1.0, 2.0, 3.0])
## [1.5 4. ]
fn cumulative_trapezoid(y, x=none, dx=1.0, axis=-1, initial=none) {
    y = moveaxis(asarray(y), axis, -1)
    d = if x == none { dx } else if ndim(x) == 1 { diff(x) } else { diff(moveaxis(asarray(x), axis, -1)) }
    s = cumulative_sum(d * (y[..., 1:] + y[..., :-1]) / 2.0, axis=-1)
    if initial != none { s = concat((_filled(s, initial, 1), s), axis=-1) }
    moveaxis(s, -1, axis)
}

## Jumps of more than `discont` (half a period) taken out by adding whole periods.
##
## >>> unwrap([0, 3, 6, 1], period=8)
## [0 3 6 9]
fn unwrap(x, discont=none, axis=-1, period=6.283185307179586) {
    y = moveaxis(asarray(x), axis, -1)
    d = y[..., 1:] - y[..., :-1]
    whole = isdtype(result_type(d, period), "integral")
    high = if whole { period // 2 } else { period / 2 }
    on_edge = if whole { period % 2 == 0 } else { true }
    limit = if discont == none { period / 2 } else { discont }
    m = (d + high) % period - high
    if on_edge { m = where((m == -high) & (d > 0), high, m) }
    fix = where(abs(d) < limit, 0, m - d)
    y = astype(y, result_type(y, fix))
    moveaxis(concat((y[..., :1], y[..., 1:] + cumulative_sum(fix, axis=-1)), axis=-1), -1, axis)
}

## The convolution of two vectors. `mode` is full, same (as long as the longer), or valid (where they
## overlap entirely).
##
## >>> convolve([1, 2, 3], [0, 1, 2])
## [0 1 4 7 6]
fn convolve(a, v, mode="full") {
    a = atleast_1d(a)
    v = atleast_1d(v)
    assert a.ndim == 1 and v.ndim == 1, "convolve takes vectors"
    if v.size > a.size { _convolve(v, a, mode) } else { _convolve(a, v, mode) }
}

## The sums of products of two vectors at each lag: convolve without reversing the second, but with its
## conjugate.
##
## >>> correlate([1, 2, 3], [0, 1, 2])
## [8]
## >>> correlate([1, 2, 3], [0, 1], mode="full")
## [1 2 3 0]
fn correlate(a, v, mode="valid") {
    a = atleast_1d(a)
    v = atleast_1d(v)
    assert a.ndim == 1 and v.ndim == 1, "correlate takes vectors"
    if v.size > a.size { flip(_convolve(conj(v), flip(a), mode)) } else { _convolve(a, flip(conj(v)), mode) }
}

## The convolution with a vector `v` that is not longer: weighted sums over windows of `a`, to which
## zeros are added where the mode wants it.
fn _convolve(a, v, mode) {
    m = v.shape[0]
    n = a.shape[0]
    assert m > 0, "a convolution with no elements does not exist"
    assert mode in ("full", "same", "valid"), "the modes are full, same and valid"
    dtype = result_type(a, v)
    w = flip(astype(v, dtype))
    left, right = if mode == "full" { (m - 1, m - 1) } else if mode == "same" { (m // 2, m - 1 - m // 2) } else { (0, 0) }
    p = if left + right > 0 { concat((zeros(left, dtype=a.dtype), a, zeros(right, dtype=a.dtype))) } else { a }
    if isdtype(dtype, "bool") { return any(windows(p, m) & w, axis=-1) }
    products = windows(astype(p, dtype), m) * w
    if left + right == 0 or isdtype(dtype, "integral") or bool(all(isfinite(w))) { return sum(products, axis=-1, dtype=dtype) }
    # What was added must not count where an element of `v` is not finite.
    i = iota(n + left + right - m + 1)[:, newaxis] + iota(m) - left
    sum(where((i >= 0) & (i < n), products, 0), axis=-1, dtype=dtype)
}

# --- Sums that skip NaN ---

## The cumulative sum with NaN as 0; without an axis the array is flattened.
##
## >>> nancumsum([1.0, nan, 2.0])
## [1. 1. 3.]
fn nancumsum(x, axis=none, dtype=none) = cumsum(where(isnan(x), 0, asarray(x)), axis=axis, dtype=dtype)

## The cumulative product with NaN as 1; without an axis the array is flattened.
##
## >>> nancumprod([2.0, nan, 3.0])
## [2. 2. 6.]
fn nancumprod(x, axis=none, dtype=none) = cumprod(where(isnan(x), 1, asarray(x)), axis=axis, dtype=dtype)

## The position of the greatest element that is not NaN.
##
## Errors: nothing but NaN.
##
## >>> nanargmax([nan, 2.0, 5.0])
## 2
fn nanargmax(x, axis=none, keepdims=false) {
    assert not any(all(isnan(x), axis=axis)), "nothing but NaN"
    argmax(where(isnan(x), -inf, asarray(x)), axis=axis, keepdims=keepdims)
}

## The position of the least element that is not NaN.
##
## Errors: nothing but NaN.
##
## >>> nanargmin([nan, 2.0, 5.0])
## 1
fn nanargmin(x, axis=none, keepdims=false) {
    assert not any(all(isnan(x), axis=axis)), "nothing but NaN"
    argmin(where(isnan(x), inf, asarray(x)), axis=axis, keepdims=keepdims)
}
