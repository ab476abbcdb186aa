
# --- Polynomials ---
# Coefficients stand from the highest power down to the constant.

## The value of a polynomial, coefficients from the highest power down.
##
## >>> polyval([1, 0, -2], [0, 1, 2])
## [-2 -1  2]
fn polyval(p, x) {
    p = asarray(p)
    y = zeros_like(asarray(x))
    for k in range(p.shape[0]) { y = y * x + p[k] }
    y
}

## The sum of two polynomials.
##
## >>> polyadd([1, 2], [9, 5, 4])
## [9 6 6]
fn polyadd(a, b) {
    n = maximum(asarray(a).size, asarray(b).size)
    _lengthened(a, n) + _lengthened(b, n)
}

## The difference of two polynomials.
##
## >>> polysub([2, 10, -2], [3, 10, -4])
## [-1  0  2]
fn polysub(a, b) {
    n = maximum(asarray(a).size, asarray(b).size)
    _lengthened(a, n) - _lengthened(b, n)
}

fn _lengthened(p, n) {
    p = atleast_1d(p)
    concat((zeros(n - p.shape[0], dtype=p.dtype), p))
}

## The product of two polynomials.
##
## >>> polymul([1, 1], [1, -1])
## [ 1  0 -1]
fn polymul(a, b) = convolve(a, b)

## The `m`-th derivative of a polynomial.
##
## >>> polyder([1, 1, 1, 1])
## [3 2 1]
fn polyder(p, m=1) {
    p = atleast_1d(p)
    for k in range(m) { p = p[:-1] * flip(iota(maximum(p.shape[0], 1))[1:]) }
    p
}

## The `m`-th antiderivative of a polynomial, with constants `k` of integration: one, or one each time.
##
## >>> polyint([6.0, 2.0])
## [3. 2. 0.]
fn polyint(p, m=1, k=0) {
    p = atleast_1d(p)
    for j in range(m) {
        c = if ndim(k) == 0 { k } else { k[j] }
        c = reshape(asarray(c), (1,))
        p = concat((p / flip(iota(p.shape[0]) + 1), c))
    }
    p
}

## The polynomial of a degree that comes nearest to points, by least squares (singular values), with
## weights `w` of the residuals. `y` may be a matrix of several columns. With `full` a tuple of it, the
## sums of squared residuals, the rank, the singular values and the share of the greatest one from which
## on they count. With `cov` a tuple of it and the covariance matrix of the coefficients, from the
## residuals, or for "unscaled" from the weights alone.
##
## >>> polyfit([0.0, 1.0, 2.0], [1.0, 3.0, 5.0], 1).round(6)
## [2. 1.]
fn polyfit(x, y, deg, rcond=none, full=false, w=none, cov=false) {
    x = asarray(x) + 0.0
    y = asarray(y) + 0.0
    assert deg >= 0, "the degree cannot be negative"
    assert x.ndim == 1 and x.shape[0] > 0, "polyfit takes a vector of points"
    assert y.ndim in (1, 2) and y.shape[0] == x.shape[0], "polyfit needs a value for each point"
    a = vander(x, deg + 1)
    if w != none {
        a = a * asarray(w)[:, newaxis]
        y = if y.ndim == 1 { y * w } else { y * asarray(w)[:, newaxis] }
    }
    scale = sqrt(sum(a * a, axis=0))
    limit = if rcond == none { x.shape[0] * 2.220446049250313e-16 } else { rcond }
    u, s, vh = _svd(a / scale, false)
    inverse = where(s > limit * max(s), 1 / where(s > 0, s, 1), 0)
    c = vh.T @ (if y.ndim == 1 { inverse * (u.T @ y) } else { inverse[:, newaxis] * (u.T @ y) })
    p = if y.ndim == 1 { c / scale } else { c / scale[:, newaxis] }
    unscaled = cov == "unscaled"
    if full {
        rank = int(count_nonzero(inverse))
        squares = if rank <= deg or x.shape[0] <= deg + 1 { zeros(0, dtype=s.dtype) } else { _residuals(a, p, y) }
        return p, squares, rank, s, limit
    }
    if unscaled or cov {
        v = (vh.T * (inverse * inverse)) @ vh / outer(scale, scale)
        if unscaled { return p, if y.ndim == 1 { v } else { v[..., newaxis] } }
        assert x.shape[0] > deg + 1, "a covariance needs more points than coefficients; cov=\"unscaled\" does not"
        squares = _residuals(a, p, y) / (x.shape[0] - deg - 1)
        return p, if y.ndim == 1 { v * squares } else { v[..., newaxis] * squares }
    }
    p
}

## The sums of squared residuals of a least-squares solution: one for each column.
fn _residuals(a, p, y) {
    squares = _square_modulus(y - a @ p)
    if y.ndim == 1 { sum(squares, keepdims=true) } else { sum(squares, axis=0) }
}

## The zeros of a polynomial: the eigenvalues of its companion matrix.
##
## Dtypes: complex128, in no order.
##
## >>> sort(roots([1, -3, 2]).real).round(6)
## [1. 2.]
fn roots(p) {
    p = atleast_1d(p)
    assert p.ndim == 1, "roots takes a vector of coefficients"
    at = flatnonzero(p)
    if at.size == 0 { return zeros(0, dtype=complex128) }
    trailing = p.shape[0] - int(at[-1]) - 1
    p = p[int(at[0]):int(at[-1]) + 1]
    n = p.shape[0]
    p = astype(p, result_type(p, float64))
    zero = zeros(trailing, dtype=complex128)
    if n < 2 { return zero }
    a = concat((-p[newaxis, 1:] / p[0], eye(n - 2, n - 1, dtype=p.dtype)))
    concat((astype(_eigvals(a), complex128), zero))
}

## The polynomial with the elements of a vector as its zeros and 1 as its first coefficient, or the
## characteristic polynomial of a square matrix.
##
## >>> poly([1, 2])
## [ 1. -3.  2.]
fn poly(zeros_of) {
    z = atleast_1d(zeros_of)
    real_matrix = z.ndim == 2 and isrealobj(z)
    if z.ndim == 2 {
        assert z.shape[0] == z.shape[1], "poly takes a vector or a square matrix"
        z = _eigvals(_inexact(z))
    }
    assert z.ndim == 1, "poly takes a vector or a square matrix"
    z = _inexact(z)
    p = ones(1, dtype=z.dtype)
    for k in range(z.shape[0]) { p = concat((p, zeros(1, dtype=z.dtype))) - concat((zeros(1, dtype=z.dtype), z[k] * p)) }
    if real_matrix { p.real } else { p }
}

## Quotient and remainder of two polynomials, as a tuple.
##
## >>> polydiv([1.0, -3.0, 2.0], [1.0, -1.0])
## (array([ 1., -2.]), array([0.]))
fn polydiv(u, v) {
    u = atleast_1d(u)
    v = atleast_1d(v)
    dtype = result_type(u, v, float64)
    u = astype(u, dtype)
    v = astype(v, dtype)
    m = u.shape[0] - 1
    n = v.shape[0] - 1
    assert m >= 0 and n >= 0, "polydiv takes vectors of coefficients"
    if m < n { return (zeros(1, dtype=dtype), u) }
    scale = 1 / v[0]
    q = ()
    r = u
    for k in range(m - n + 1) {
        d = scale * r[k]
        q = (*q, d)
        r = concat((r[:k], r[k:k + n + 1] - d * v, r[k + n + 1:]))
    }
    r = persist(r)
    first = 0
    while first < m and abs(complex(r[first])) <= 1e-8 { first += 1 }
    (stack(q), r[first:])
}

# --- Windows ---

## The distances from the middle of `n` points, in steps of 2.
fn _from_middle(n) = arange(1 - n, n, 2) + 0.0

## The triangular window of `n` points that starts and ends at 0.
##
## >>> bartlett(5)
## [0.  0.5 1.  0.5 0. ]
fn bartlett(n) {
    if n <= 1 { return ones(maximum(n, 0)) }
    d = _from_middle(n)
    where(d <= 0, 1 + d / (n - 1), 1 - d / (n - 1))
}

## The Blackman window of `n` points.
##
## >>> blackman(5).round(3)
## [-0.    0.34  1.    0.34 -0.  ]
fn blackman(n) {
    if n <= 1 { return ones(maximum(n, 0)) }
    d = _from_middle(n)
    0.42 + 0.5 * cos(pi * d / (n - 1)) + 0.08 * cos(2.0 * pi * d / (n - 1))
}

## The Hamming window of `n` points.
##
## >>> hamming(5)
## [0.08 0.54 1.   0.54 0.08]
fn hamming(n) {
    if n <= 1 { return ones(maximum(n, 0)) }
    0.54 + 0.46 * cos(pi * _from_middle(n) / (n - 1))
}

## The Hann window of `n` points.
##
## >>> hanning(5)
## [0.  0.5 1.  0.5 0. ]
fn hanning(n) {
    if n <= 1 { return ones(maximum(n, 0)) }
    0.5 + 0.5 * cos(pi * _from_middle(n) / (n - 1))
}

## The Kaiser window of `n` points with the shape `beta`.
##
## >>> kaiser(3, 0.0)
## [1. 1. 1.]
fn kaiser(n, beta) {
    if n <= 1 { return ones(maximum(n, 0)) }
    alpha = (n - 1) / 2.0
    i0(beta * sqrt(1 - ((iota(n) - alpha) / alpha) ** 2.0)) / i0(float(beta))
}
