
# --- Matrices ---

## Ones on and below the diagonal `k`, zeros above.
##
## >>> tri(2, 3)
## [[1. 0. 0.]
##  [1. 1. 0.]]
fn tri(n, m=none, k=0, dtype=float64) {
    cols = if m == none { n } else { m }
    astype(iota(n)[:, newaxis] + k >= iota(cols), dtype)
}

## The matrix with the flattened elements on the diagonal `k`.
##
## >>> diagflat([[1, 2]])
## [[1 0]
##  [0 2]]
fn diagflat(x, k=0) = diag(ravel(x), k)

## The powers of a vector's elements as columns: n - 1 to 0, or 0 to n - 1 if `increasing`.
##
## Dtypes: at least int64.
##
## >>> vander([1, 2, 3])
## [[1 1 1]
##  [4 2 1]
##  [9 3 1]]
fn vander(x, n=none, increasing=false) {
    x = asarray(x)
    assert x.ndim == 1, "vander takes a vector"
    count = if n == none { x.shape[0] } else { n }
    x = astype(x, result_type(x, int64))
    if count == 0 { return zeros((x.shape[0], 0), dtype=x.dtype) }
    columns = (ones_like(x),)
    for k in range(1, count) { columns = (*columns, columns[-1] * x) }
    powers = stack(columns, axis=1)
    if increasing { powers } else { flip(powers, axis=1) }
}

## The diagonals of two axes, the first two unless given; linalg.diagonal takes those of the last two.
##
## Shapes: the two axes are gone, their diagonal is the last axis.
##
## >>> diagonal([[1, 2], [3, 4]])
## [1 4]
fn diagonal(x, offset=0, axis1=0, axis2=1) {
    _diagonal(moveaxis(asarray(x), (axis1, axis2), (-2, -1)), offset)
}

## The sums of the diagonals of two axes, the first two unless given; linalg.trace takes the last two.
##
## Shapes: the two axes are gone.
##
## >>> trace([[1, 2], [3, 4]])
## 5
fn trace(x, offset=0, axis1=0, axis2=1, dtype=none) {
    sum(diagonal(x, offset, axis1, axis2), axis=-1, dtype=dtype)
}

# --- Statistics ---

## The covariance matrix of variables in rows (in columns unless `rowvar`), with more variables in
## `y`. The divisor is the number of observations less `ddof`, which is 1 unless given or `bias`.
## `fweights` says how often each observation counts, `aweights` how much.
##
## Dtypes: float64, complex128 of complex numbers, or `dtype`.
##
## >>> cov([[1.0, 2.0, 3.0], [1.0, 2.0, 3.0]])
## [[1. 1.]
##  [1. 1.]]
fn cov(x, y=none, rowvar=true, bias=false, ddof=none, fweights=none, aweights=none, dtype=none) {
    x = _observations(x, rowvar)
    if y != none { x = concat((x, _observations(y, rowvar))) }
    if dtype != none { x = astype(x, dtype) }
    less = if ddof != none { ddof } else if bias { 0 } else { 1 }
    w = if fweights == none { none } else { astype(asarray(fweights), float64) }
    if aweights != none {
        a = astype(asarray(aweights), float64)
        w = if w == none { a } else { w * a }
    }
    if w == none {
        d = x - mean(x, axis=1, keepdims=true)
        return squeeze(d @ conj(d.T) * (1.0 / maximum(float(x.shape[1] - less), 0.0)))
    }
    total = sum(w)
    d = x - (sum(x * w, axis=1) / total)[:, newaxis]
    shrink = if aweights == none or less == 0 { less } else { less * sum(w * asarray(aweights)) / total }
    squeeze(d @ conj((d * w).T) * (1.0 / maximum(total - shrink, 0.0)))
}

fn _observations(x, rowvar) {
    x = astype(asarray(x), result_type(x, float64))
    if x.ndim < 2 { return reshape(x, (1, -1)) }
    assert x.ndim == 2, "covariances are those of the rows of a matrix"
    if rowvar { x } else { x.T }
}

## The correlation matrix of variables in rows (in columns unless `rowvar`), with more variables in
## `y`.
##
## Dtypes: float64, complex128 of complex numbers, or `dtype`.
##
## >>> corrcoef([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]])
## [[ 1. -1.]
##  [-1.  1.]]
fn corrcoef(x, y=none, rowvar=true, dtype=none) {
    c = cov(x, y, rowvar=rowvar, dtype=dtype)
    if c.ndim == 0 { return c / c }
    s = sqrt(real(diagonal(c)))
    r = c / s[:, newaxis] / s[newaxis, :]
    if isdtype(r.dtype, "complex floating") { return clip(real(r), -1.0, 1.0) + 1j * clip(imag(r), -1.0, 1.0) }
    clip(r, -1.0, 1.0)
}
