# The functions that every program sees, written in the language itself.
#
# Reductions take an axis, a tuple of axes, or none for all; `keepdims` leaves the reduced axes
# in the result with size 1.

# --- Statistics ---

## The arithmetic mean over an axis, several, or all, of the elements where the mask `where` is true,
## if it is given: NaN where it is true nowhere.
##
## >>> mean([1, 2, 4, 5])
## 3.0
## >>> mean([[1.0, 2.0], [3.0, 5.0]], axis=0)
## [2.  3.5]
## >>> mean([1, 2, 9], where=[true, true, false])
## 1.5
fn mean(x, axis=none, keepdims=false, dtype=none, where=none) {
    x = _inexact(asarray(x, dtype=dtype))
    s = sum(x, axis=axis, keepdims=keepdims, where=where)
    s / _counted(x, s, axis, keepdims, where)
}

## Whole numbers and truth values as float64, which does not overflow; other numbers as they are.
fn _inexact(x) = if isdtype(x.dtype, ("integral", "bool")) { astype(x, float64) } else { x }

## How many elements of `x` are in one of `s`, its reduction with a mask.
fn _counted(x, s, axis, keepdims, where) {
    if where == none { return _reduced(x, s) }
    n = sum(broadcast_to(where, x.shape), axis=axis, keepdims=keepdims)
    if isdtype(s.dtype, "real floating") { astype(n, s.dtype) } else { astype(n, float64) }
}

## The variance: the mean of squared deviations from the mean, in two passes. `correction` (NumPy
## calls it `ddof`) is subtracted from the number of elements. Only elements where the mask `where` is
## true count, if it is given. A `mean` that is known, with the axes kept, is not computed again.
##
## >>> var([1, 2, 3, 4])
## 1.25
## >>> var([1, 2, 3, 4], correction=1)
## 1.6666666666666667
fn var(x, axis=none, correction=0, keepdims=false, ddof=none, where=none, dtype=none, mean=none) {
    x = asarray(x, dtype=dtype)
    d = x - (if mean == none { x.mean(axis=axis, keepdims=true, where=where) } else { mean })
    s = sum(_square_modulus(d), axis=axis, keepdims=keepdims, where=where)
    c = if ddof == none { correction } else { ddof }
    s / maximum(_counted(x, s, axis, keepdims, where) - c, 0.0)
}

## The standard deviation: the square root of the variance (see var).
##
## >>> std([1, 2, 3, 4])
## 1.118033988749895
fn std(x, axis=none, correction=0, keepdims=false, ddof=none, where=none, dtype=none, mean=none) {
    sqrt(var(x, axis=axis, correction=correction, keepdims=keepdims, ddof=ddof, where=where, dtype=dtype, mean=mean))
}

## The mean with weights: of the same shape as the array, or a vector along the axis. With `returned`
## a tuple of it and the sum of the weights.
##
## >>> average([1.0, 2.0, 4.0], weights=[1, 1, 2])
## 2.75
fn average(x, axis=none, weights=none, returned=false, keepdims=false) {
    x = asarray(x)
    if weights == none {
        m = mean(x, axis=axis, keepdims=keepdims)
        return if returned { (m, full_like(m, x.size / maximum(m.size, 1))) } else { m }
    }
    x = _inexact(x)
    w = asarray(weights)
    w = astype(w, result_type(x, w))
    if w.ndim == 1 and x.ndim > 1 {
        assert axis != none, "weights along an axis need the axis"
        assert w.shape[0] == x.shape[axis], "there must be a weight for each element along the axis"
        w = _along(w, x.ndim, axis)
    } else { assert w.shape == x.shape, "the weights must have the shape of the array, or be a vector along an axis" }
    w = broadcast_to(w, x.shape)
    total = sum(w, axis=axis, keepdims=keepdims)
    assert all(total != 0), "weights that sum to 0 have no average"
    m = sum(x * w, axis=axis, keepdims=keepdims) / total
    if returned { (m, astype(total, m.dtype)) } else { m }
}

## A vector as an array of `ndim` dimensions that varies along `axis` only.
fn _along(v, ndim, axis) = reshape(v, (*((1,) * (axis % ndim)), -1, *((1,) * (ndim - 1 - axis % ndim))))

## The number of elements that are not zero.
##
## >>> count_nonzero([0, 3, 0, 5])
## 2
fn count_nonzero(x, axis=none, keepdims=false) = sum(asarray(x) != 0, axis=axis, keepdims=keepdims)

## The greatest element minus the least.
##
## >>> ptp([3, 9, 4])
## 6
fn ptp(x, axis=none, keepdims=false) {
    max(x, axis=axis, keepdims=keepdims) - min(x, axis=axis, keepdims=keepdims)
}

## The position of the greatest element along an axis, or in the flattened array: the first of
## equal ones, and of the first NaN if there is one.
##
## >>> argmax([3, 9, 9, 4])
## 1
## >>> argmax([[1, 5], [7, 2]], axis=0)
## [1 0]
fn argmax(x, axis=none, keepdims=false) {
    x = asarray(x)
    if axis == none or x.ndim == 0 and axis in (0, -1) { return _flat_position(argmax(ravel(x), axis=0), x.ndim, keepdims) }
    _position(x, false, axis, keepdims)
}

## The position of the least element along an axis, or in the flattened array: the first of equal
## ones, and of the first NaN if there is one.
##
## >>> argmin([3, 1, 9, 1])
## 1
fn argmin(x, axis=none, keepdims=false) {
    x = asarray(x)
    if axis == none or x.ndim == 0 and axis in (0, -1) { return _flat_position(argmin(ravel(x), axis=0), x.ndim, keepdims) }
    _position(x, true, axis, keepdims)
}

## Where the greatest or least element first stands along an axis: by one look at each element where
## that can be, else at those that are the best.
fn _position(x, least, axis, keepdims) {
    at = if axis in (-1, x.ndim - 1) { _best(x, least) } else { none }
    if at != none { return if keepdims { expand_dims(at, -1) } else { at } }
    best = if least { min(x, axis=axis, keepdims=true) } else { max(x, axis=axis, keepdims=true) }
    n = x.shape[axis]
    i = _along(iota(n), x.ndim, axis)
    min(where((x == best) | isnan(x), i, n), axis=axis, keepdims=keepdims)
}

fn _flat_position(i, ndim, keepdims) = if keepdims { reshape(i, (1,) * ndim) } else { i }

# --- Sums that skip NaN ---

## The sum of the elements that are not NaN, where the mask `where` is true; `initial + ` it, if that
## is given.
##
## >>> nansum([1.0, nan, 2.0])
## 3.0
## >>> nansum([1.0, nan, 2.0], where=[true, true, false])
## 1.0
fn nansum(x, axis=none, keepdims=false, dtype=none, initial=none, where=none) {
    sum(_without_nan(x, 0), axis=axis, dtype=dtype, keepdims=keepdims, initial=initial, where=where)
}

## The product of the elements that are not NaN, where the mask `where` is true; `initial * ` it, if
## that is given.
##
## >>> nanprod([2.0, nan, 3.0])
## 6.0
fn nanprod(x, axis=none, keepdims=false, dtype=none, initial=none, where=none) {
    prod(_without_nan(x, 1), axis=axis, dtype=dtype, keepdims=keepdims, initial=initial, where=where)
}

## The mean of the elements that are not NaN, where the mask `where` is true.
##
## >>> nanmean([1.0, nan, 2.0])
## 1.5
fn nanmean(x, axis=none, keepdims=false, dtype=none, where=none) {
    x = _inexact(asarray(x, dtype=dtype))
    s = nansum(x, axis=axis, keepdims=keepdims, where=where)
    s / _count(x, axis, keepdims, s.dtype, where)
}

## The array with a number in place of NaN.
fn _without_nan(x, number) {
    x = asarray(x)
    if isdtype(x.dtype, ("integral", "bool")) { x } else { where(isnan(x), number, x) }
}

## How many elements are not NaN where the mask is true, in the float dtype of the parts of the
## other one, if that has any.
fn _count(x, axis, keepdims, dtype, where) {
    n = sum(~isnan(asarray(x)), axis=axis, keepdims=keepdims, where=where)
    if isdtype(dtype, ("integral", "bool")) { n } else { astype(n, real(zeros((), dtype=dtype)).dtype) }
}

## The variance of the elements that are not NaN, where the mask `where` is true.
##
## >>> nanvar([1.0, nan, 3.0])
## 1.0
fn nanvar(x, axis=none, correction=0, keepdims=false, ddof=none, where=none) {
    x = asarray(x)
    d = x - nanmean(x, axis=axis, keepdims=true, where=where)
    n = _count(x, axis, keepdims, d.dtype, where)
    c = if ddof == none { correction } else { ddof }
    sum(_zero_at_nan(x, _square_modulus(d)), axis=axis, keepdims=keepdims, where=where) / _nan_below_one(n - c)
}

## Zero where `x` is NaN; NaN that an infinity makes of a difference stays.
fn _zero_at_nan(x, e) = where(isnan(x), zeros((), dtype=e.dtype), e)

fn _nan_below_one(left) = where(left > 0, left, nan)

## The standard deviation of the elements that are not NaN, where the mask `where` is true.
##
## >>> nanstd([1.0, nan, 3.0])
## 1.0
fn nanstd(x, axis=none, correction=0, keepdims=false, ddof=none, where=none) {
    sqrt(nanvar(x, axis=axis, correction=correction, keepdims=keepdims, ddof=ddof, where=where))
}

## The greatest of the elements that are not NaN, where the mask `where` is true, and of `initial`,
## which a mask needs; NaN when there is none.
##
## >>> nanmax([1.0, nan, 2.0])
## 2.0
fn nanmax(x, axis=none, keepdims=false, initial=none, where=none) {
    x = asarray(x)
    first = if initial == none { none } else { _without_nan(asarray(initial, dtype=result_type(x, initial)), -inf) }
    m = max(_without_nan(x, -inf), axis=axis, keepdims=keepdims, initial=first, where=where)
    _nan_of_nothing(x, m, axis, keepdims, initial)
}

## The least of the elements that are not NaN, where the mask `where` is true, and of `initial`,
## which a mask needs; NaN when there is none.
##
## >>> nanmin([1.0, nan, 2.0])
## 1.0
fn nanmin(x, axis=none, keepdims=false, initial=none, where=none) {
    x = asarray(x)
    first = if initial == none { none } else { _without_nan(asarray(initial, dtype=result_type(x, initial)), inf) }
    m = min(_without_nan(x, inf), axis=axis, keepdims=keepdims, initial=first, where=where)
    _nan_of_nothing(x, m, axis, keepdims, initial)
}

## NaN where there is nothing but NaN, the initial value included, else the greatest or least `m`.
fn _nan_of_nothing(x, m, axis, keepdims, initial) {
    if isdtype(x.dtype, ("integral", "bool")) { return m }
    nothing = all(isnan(x), axis=axis, keepdims=keepdims)
    where(if initial == none { nothing } else { nothing & isnan(initial) }, nan, m)
}

## NaN replaced by a number, infinities by the greatest finite ones unless given.
##
## >>> nan_to_num([1.0, nan], nan=0.5)
## [1.  0.5]
fn nan_to_num(x, nan=0.0, posinf=none, neginf=none) {
    x = asarray(x)
    if isdtype(x.dtype, ("integral", "bool")) { return x }
    if iscomplexobj(x) {
        re = nan_to_num(x.real, nan=nan, posinf=posinf, neginf=neginf)
        return complex(re, nan_to_num(x.imag, nan=nan, posinf=posinf, neginf=neginf))
    }
    high = if posinf == none { finfo(x.dtype).max } else { posinf }
    low = if neginf == none { finfo(x.dtype).min } else { neginf }
    x = where(isnan(x), nan, x)
    where(x == inf, high, where(x == -inf, low, x))
}

# --- Elementwise ---

## The square.
##
## >>> square([1, 2, 3])
## [1 4 9]
fn square(x) = x * x

## One divided by the value.
##
## >>> reciprocal([1.0, 4.0])
## [1.   0.25]
fn reciprocal(x) = 1 / x

## The value itself.
##
## >>> positive([1, -2])
## [ 1 -2]
fn positive(x) = +x

## Values below `min` replaced by it, values above `max` too; either may be none. Where `max` is below
## `min`, it counts.
##
## Dtypes: that of `x`, also when a limit is an array of a wider dtype of the same kind; a limit of
## another kind promotes.
##
## >>> clip([1, 5, 9], 2, 8)
## [2 5 8]
fn clip(x, min=none, max=none) {
    x = asarray(x)
    if isdtype(x.dtype, "integral") {
        # A whole number that no element is beyond is no limit, and need not fit the dtype.
        if _is_whole(min) { min = if min <= iinfo(x.dtype).min { none } else { min } }
        if _is_whole(max) and x.dtype != uint64 { max = if max >= iinfo(x.dtype).max { none } else { max } }
    }
    y = x
    if min != none { y = maximum(y, min) }
    if max != none { y = minimum(y, max) }
    for kind in ("bool", "integral", "real floating") {
        if isdtype(x.dtype, kind) and isdtype(y.dtype, kind) { return astype(y, x.dtype) }
    }
    y
}

fn _is_whole(v) = _is_number(v) and isdtype(asarray(v).dtype, "integral")

## log(exp(a) + exp(b)), without overflow on the way.
##
## >>> logaddexp(1000.0, 1000.0)
## 1000.6931471805599
fn logaddexp(a, b) {
    dtype = _joint_float(a, b)
    a = astype(asarray(a), dtype)
    b = astype(asarray(b), dtype)
    d = where(a == b, 0, abs(a - b))
    maximum(a, b) + log1p(exp(-d))
}

## log(sum(exp(x))) over an axis, without overflow on the way.
##
## >>> logsumexp([1000.0, 1000.0])
## 1000.6931471805599
fn logsumexp(x, axis=none, keepdims=false) {
    x = _floating(x)
    m = max(x, axis=axis, keepdims=true)
    m = where(isfinite(m), m, 0)
    s = log(sum(exp(x - m), axis=axis, keepdims=true)) + m
    if keepdims { s } else if axis == none { reshape(s, ()) } else { squeeze(s, axis=axis) }
}

## The logistic function 1 / (1 + exp(-x)).
##
## >>> sigmoid(0.0)
## 0.5
fn sigmoid(x) = 1 / (1 + exp(-_floating(x)))

## exp(x) / sum(exp(x)) along an axis.
##
## >>> softmax([0.0, 0.0])
## [0.5 0.5]
fn softmax(x, axis=-1) {
    x = _floating(x)
    e = exp(x - max(x, axis=axis, keepdims=true))
    e / sum(e, axis=axis, keepdims=true)
}

## 0 below zero, 1 above, `half` at zero.
##
## >>> heaviside([-1.0, 0.0, 2.0], 0.5)
## [0.  0.5 1. ]
fn heaviside(x, half) {
    dtype = _joint_float(x, half)
    x = astype(asarray(x), dtype)
    half = astype(asarray(half), dtype)
    where(x == 0, half, where(x > 0, 1.0, where(x < 0, 0.0, x)))
}

## An angle in degrees from one in radians.
##
## >>> degrees(pi)
## 180.0
fn degrees(x) = _floating(x) * (180 / pi)

## An angle in radians from one in degrees.
##
## >>> radians(180.0)
## 3.141592653589793
fn radians(x) = _floating(x) * (pi / 180)

## An angle in degrees from one in radians.
##
## >>> rad2deg(pi)
## 180.0
fn rad2deg(x) = degrees(x)

## An angle in radians from one in degrees.
##
## >>> deg2rad(180.0)
## 3.141592653589793
fn deg2rad(x) = radians(x)

## sin(pi x) / (pi x), and 1 at 0.
##
## >>> sinc(0.0)
## 1.0
fn sinc(x) = where(x == 0, 1.0, sin(pi * x) / (pi * where(x == 0, 1.0, x)))


## Quotient and remainder, as a tuple.
##
## >>> divmod(7, 2)
## (3, 1)
fn divmod(a, b) = (a // b, a % b)

# --- Comparison ---

## Whether values are equal within `atol + rtol * abs(b)`; equal infinities are.
##
## >>> isclose([1.0, 1.1], [1.0 + 1e-9, 1.0])
## [ True False]
fn isclose(a, b, rtol=1e-5, atol=1e-8, equal_nan=false) {
    a = asarray(a)
    b = _inexact(asarray(b))
    close = where(isfinite(a) & isfinite(b), abs(a - b) <= atol + rtol * abs(b), a == b)
    if equal_nan { close | (isnan(a) & isnan(b)) } else { close }
}

## Whether all values are close, see isclose.
##
## >>> allclose([1.0, 2.0], [1.0, 2.0 + 1e-9])
## True
fn allclose(a, b, rtol=1e-5, atol=1e-8, equal_nan=false) {
    all(isclose(a, b, rtol=rtol, atol=atol, equal_nan=equal_nan))
}

## Whether two arrays have the same shape and elements; NaN equals NaN only with `equal_nan`.
##
## >>> array_equal([1, 2], [1, 2])
## True
fn array_equal(a, b, equal_nan=false) {
    a = asarray(a)
    b = asarray(b)
    if a.shape != b.shape { return false }
    same = if equal_nan { (a == b) | (isnan(a) & isnan(b)) } else { a == b }
    bool(all(same))
}

# --- Creation ---

## Ones on the diagonal `k` (above the main one if positive), zeros elsewhere.
##
## >>> eye(2)
## [[1. 0.]
##  [0. 1.]]
fn eye(n_rows, n_cols=none, k=0, dtype=float64) {
    m = if n_cols == none { n_rows } else { n_cols }
    astype(iota(n_rows)[:, newaxis] + k == iota(m), dtype)
}

## The unit matrix.
##
## >>> identity(2)
## [[1. 0.]
##  [0. 1.]]
fn identity(n, dtype=float64) = eye(n, dtype=dtype)

## `num` numbers at equal distances from start to stop, which is left out unless `endpoint`. With
## `retstep` a tuple of them and the distance. Arrays as ends give as many lines, along `axis`.
##
## Dtypes: float64, or that of arrays of floats; for an integer `dtype` numbers are rounded down.
##
## >>> linspace(0, 1, 5)
## [0.   0.25 0.5  0.75 1.  ]
fn linspace(start, stop, num=50, endpoint=true, retstep=false, dtype=none, axis=0) {
    assert num >= 0, "the number of points cannot be negative"
    parts = if endpoint { num - 1 } else { num }
    if ndim(start) > 0 or ndim(stop) > 0 { return _lines(start, stop, num, parts, endpoint, retstep, dtype, axis) }
    t = result_type(start, stop, 1.0)
    number = if t == float64 { float } else if t == complex128 { complex } else { t }
    a = number(start)
    b = number(stop)
    step = (b - a) / maximum(parts, 1)
    i = iota(num)
    x = (if t == float32 { astype(i, float32) } else { i }) * step + a
    if endpoint and num > 1 { x = where(i == num - 1, b, x) }
    x = _spaced(x, dtype)
    if retstep { (x, if parts > 0 { step } else { nan }) } else { x }
}

## Numbers at equal distances in a dtype.
fn _spaced(x, dtype) {
    if dtype == none { return x }
    astype(if isdtype(asarray(0, dtype=dtype).dtype, "integral") { floor(x) } else { x }, dtype)
}

## Lines of numbers at equal distances between the elements of arrays.
fn _lines(start, stop, num, parts, endpoint, retstep, dtype, axis) {
    t = result_type(start, stop, 1.0)
    a = astype(asarray(start), t)
    b = astype(asarray(stop), t)
    a, b = broadcast_arrays(a, b)
    step = (b - a) / maximum(parts, 1)
    i = reshape(astype(iota(num), t), (-1, *((1,) * a.ndim)))
    x = i * step + a
    if endpoint and num > 1 { x = where(i == num - 1, b, x) }
    x = moveaxis(_spaced(x, dtype), 0, axis)
    if retstep { (x, if parts > 0 { step } else { nan * step }) } else { x }
}

## `num` numbers at equal ratios from base ** start to base ** stop.
##
## >>> logspace(0, 2, 3)
## [  1.  10. 100.]
fn logspace(start, stop, num=50, endpoint=true, base=10.0, dtype=none, axis=0) {
    x = base ** linspace(start, stop, num, endpoint=endpoint, axis=axis)
    if dtype == none { x } else { astype(x, dtype) }
}

## `num` numbers at equal ratios from start to stop, which is left out unless `endpoint`: real ones of
## the same sign and not 0, complex ones not 0, or arrays of such. Complex ones turn at an equal rate
## from the angle of start to that of stop, the shorter way.
##
## >>> geomspace(1, 1000, 4)
## [   1.   10.  100. 1000.]
## >>> geomspace(1j, 16j, 5)
## [0. +1.j 0. +2.j 0. +4.j 0. +8.j 0.+16.j]
fn geomspace(start, stop, num=50, endpoint=true, dtype=none, axis=0) {
    assert num >= 0, "the number of points cannot be negative"
    t = result_type(start, stop, 1.0)
    a, b = broadcast_arrays(astype(asarray(start), t), astype(asarray(stop), t))
    turn = sign(a)
    if iscomplexobj(a) {
        assert all((a != 0) & (b != 0)), "the ends must not be 0"
    } else {
        assert all(a * sign(b) > 0), "the ends must have the same sign and not be 0"
    }
    x = turn * 10.0 ** linspace(log10(a / turn), log10(b / turn), num, endpoint=endpoint)
    i = reshape(iota(num), (-1, *((1,) * a.ndim)))
    x = where(i == 0, a, x)
    if endpoint { x = where((i == num - 1) & (i > 0), b, x) }
    x = moveaxis(x, 0, axis)
    if dtype == none { x } else { astype(x, dtype) }
}

## The lower triangle: zeros above the diagonal `k`.
##
## >>> tril([[1, 2], [3, 4]])
## [[1 0]
##  [3 4]]
fn tril(x, k=0) {
    x = asarray(x)
    kept = iota(x.shape[if x.ndim == 1 { 0 } else { -2 }])[:, newaxis] + k >= iota(x.shape[-1])
    where(kept, x, zeros((), dtype=x.dtype))
}

## The upper triangle: zeros below the diagonal `k`.
##
## >>> triu([[1, 2], [3, 4]])
## [[1 2]
##  [0 4]]
fn triu(x, k=0) {
    x = asarray(x)
    kept = iota(x.shape[if x.ndim == 1 { 0 } else { -2 }])[:, newaxis] + k <= iota(x.shape[-1])
    where(kept, x, zeros((), dtype=x.dtype))
}

## The matrix with a vector on the diagonal `k`, or the diagonal of a matrix.
##
## >>> diag([1, 2])
## [[1 0]
##  [0 2]]
fn diag(x, k=0) {
    x = asarray(x)
    if x.ndim == 2 { return diagonal(x, k) }
    assert x.ndim == 1, "diag takes a vector or a matrix"
    n = x.shape[0] + abs(k)
    i = iota(n)
    v = concat((x, zeros(abs(k), dtype=x.dtype)))
    v = if k >= 0 { v[:, newaxis] } else { v[newaxis, :] }
    where(i[:, newaxis] + k == i, v, zeros((), dtype=x.dtype))
}

# --- Differences and sums along an axis ---

## The differences of neighbours along an axis, `n` times over, of the array with other elements put
## before and after: arrays, or one value for each row. Differences of bools say where they differ.
##
## >>> diff([1, 4, 9, 16])
## [3 5 7]
fn diff(x, n=1, axis=-1, prepend=none, append=none) {
    assert n >= 0, "the number of differences cannot be negative"
    x = asarray(x)
    y = moveaxis(x, axis, -1)
    if prepend != none { y = concat((_beside(prepend, x, axis), y), axis=-1) }
    if append != none { y = concat((y, _beside(append, x, axis)), axis=-1) }
    for k in range(n) {
        y = if y.dtype == bool { y[..., 1:] ^ y[..., :-1] } else { y[..., 1:] - y[..., :-1] }
    }
    moveaxis(y, -1, axis)
}

## What is put beside an array along an axis, that axis last.
fn _beside(v, x, axis) {
    if ndim(v) > 0 { return moveaxis(asarray(v), axis, -1) }
    broadcast_to(asarray(v), (*moveaxis(x, axis, -1).shape[:-1], 1))
}

## The integral along an axis by the trapezoidal rule, at points `x` or at distance `dx`.
##
## >>> trapezoid([1.0, 2.0, 3.0])
## 4.0
fn trapezoid(y, x=none, dx=1.0, axis=-1) {
    y = moveaxis(asarray(y), axis, -1)
    d = if x == none { dx } else if ndim(x) == 1 { diff(x) } else { diff(moveaxis(asarray(x), axis, -1)) }
    sum(d * (y[..., 1:] + y[..., :-1]) / 2.0, axis=-1)
}

# --- Products ---

## The products of all pairs of elements of two vectors (flattened first).
##
## >>> outer([1, 2], [3, 4])
## [[3 4]
##  [6 8]]
fn outer(a, b) = ravel(a)[:, newaxis] * ravel(b)[newaxis, :]

## NumPy's dot: the product with a scalar, of matrices and vectors; of more dimensions the sum over
## the last axis of `a` and the second last of `b`.
##
## >>> dot([1, 2], [3, 4])
## 11
fn dot(a, b) {
    a = asarray(a)
    b = asarray(b)
    if a.ndim == 0 or b.ndim == 0 { a * b }
    else if b.ndim <= 2 { a @ b }
    else { tensordot(a, b, axes=((-1,), (-2,))) }
}

## The sum of products over the last axes.
##
## >>> inner([1, 2], [3, 4])
## 11
fn inner(a, b) {
    a = asarray(a)
    b = asarray(b)
    if a.ndim == 0 or b.ndim == 0 { a * b } else { tensordot(a, b, axes=((-1,), (-1,))) }
}

## The sum of products along an axis; the first factors are conjugated.
##
## >>> vecdot([1, 2], [3, 4])
## 11
fn vecdot(a, b, axis=-1) {
    a = asarray(a)
    b = asarray(b)
    assert a.ndim > 0 and b.ndim > 0, "vecdot needs arrays of at least one dimension"
    p = moveaxis(a, axis, -1)
    q = moveaxis(b, axis, -1)
    assert p.shape[-1] == q.shape[-1], f"the sizes of the summed axes differ: {p.shape[-1]} and {q.shape[-1]}"
    t = result_type(a, b)
    if t == bool { any(p & q, axis=-1) } else { sum(conj(p) * q, axis=-1, dtype=t) }
}

## The products of matrices and vectors, which lie in the last axes; axes before them broadcast.
##
## >>> matvec([[1, 2], [3, 4]], [[1, 0], [0, 1]])
## [[1 3]
##  [2 4]]
fn matvec(x1, x2) {
    assert ndim(x1) >= 2 and ndim(x2) >= 1, "matvec takes matrices and vectors"
    (asarray(x1) @ asarray(x2)[..., newaxis])[..., 0]
}

## The products of vectors, which are conjugated, and matrices, which lie in the last axes; axes before
## them broadcast.
##
## >>> vecmat([[1, 0], [0, 1]], [[1, 2], [3, 4]])
## [[1 2]
##  [3 4]]
fn vecmat(x1, x2) {
    assert ndim(x1) >= 1 and ndim(x2) >= 2, "vecmat takes vectors and matrices"
    (conj(asarray(x1))[..., newaxis, :] @ asarray(x2))[..., 0, :]
}

## The sum of products of all elements; the first factors are conjugated.
##
## >>> vdot([1, 2], [3, 4])
## 11
fn vdot(a, b) = ravel(conj(asarray(a))) @ ravel(b)

## The Kronecker product: the second array times each element of the first, as blocks of the result.
##
## Shapes: the sizes multiply; the array with fewer axes gets leading ones.
##
## >>> kron([[1, 2]], [[1], [1]])
## [[1 2]
##  [1 2]]
fn kron(a, b) {
    n = maximum(ndim(a), ndim(b))
    outer_shape = _leading(shape(a), n)
    inner_shape = _leading(shape(b), n)
    spread = ()
    tight = ()
    sizes = ()
    for k in range(n) {
        spread = (*spread, outer_shape[k], 1)
        tight = (*tight, 1, inner_shape[k])
        sizes = (*sizes, outer_shape[k] * inner_shape[k])
    }
    reshape(reshape(asarray(a), spread) * reshape(asarray(b), tight), sizes)
}

## A shape with leading ones.
fn _leading(sizes, n) = (*((1,) * (n - len(sizes))), *sizes)

## The vector product along an axis of three elements; of two elements, its third component. Vectors
## of two elements beside ones of three have 0 for the third. `axisa`, `axisb` and `axisc` are the axes
## of the first and second array and of the result, where they are not all the same `axis`.
##
## >>> cross([1, 0, 0], [0, 1, 0])
## [0 0 1]
## >>> cross([[1, 0], [0, 1], [0, 0]], [[0, 1, 0], [0, 0, 1]], axisa=0)
## [[0 0 1]
##  [1 0 0]]
fn cross(a, b, axis=none, axisa=-1, axisb=-1, axisc=-1) {
    a = moveaxis(asarray(a), if axis == none { axisa } else { axis }, -1)
    b = moveaxis(asarray(b), if axis == none { axisb } else { axis }, -1)
    assert a.shape[-1] in (2, 3) and b.shape[-1] in (2, 3), "cross needs vectors of three elements, or of two"
    if a.shape[-1] == 2 and b.shape[-1] == 2 { return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0] }
    a = _with_third(a)
    b = _with_third(b)
    c = stack((
        a[..., 1] * b[..., 2] - a[..., 2] * b[..., 1],
        a[..., 2] * b[..., 0] - a[..., 0] * b[..., 2],
        a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0],
    ), axis=-1)
    moveaxis(c, -1, if axis == none { axisc } else { axis })
}

## Vectors along the last axis, of three elements.
fn _with_third(v) = if v.shape[-1] == 2 { concat((v, zeros_like(v[..., :1])), axis=-1) } else { v }

## The length of vectors along an axis, or of all elements taken as one: the root of the sum of
## squares, or by another `ord` (1, inf, -inf, 0, any power).
##
## >>> norm([3.0, 4.0])
## 5.0
## >>> norm([3.0, -4.0], ord=1)
## 7.0
fn norm(x, ord=2, axis=none, keepdims=false) {
    x = abs(_inexact(asarray(x)))
    if ord == 2 { sqrt(sum(x * x, axis=axis, keepdims=keepdims)) }
    else if ord == 1 { sum(x, axis=axis, keepdims=keepdims) }
    else if ord == inf { max(x, axis=axis, keepdims=keepdims) }
    else if ord == -inf { min(x, axis=axis, keepdims=keepdims) }
    else if ord == 0 { count_nonzero(x, axis=axis, keepdims=keepdims) }
    else { sum(x ** ord, axis=axis, keepdims=keepdims) ** (1 / ord) }
}
