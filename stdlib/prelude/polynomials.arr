
# --- Polynomials ---
# Coefficients stand from the highest power down to the constant.

## The value of a polynomial, coefficients from the highest power down.
##
## >>> polyval([1, 0, -2], [0, 1, 2])
## [-2 -1  2]
fn polyval(p, x) {
    p = asarray(p)
    y = 0 * asarray(x)
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
## weights `w` of the residuals. `y` may be a matrix of several columns.
##
## >>> polyfit([0.0, 1.0, 2.0], [1.0, 3.0, 5.0], 1).round(6)
## [2. 1.]
fn polyfit(x, y, deg, w=none, rcond=none) {
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
    if y.ndim == 1 { c / scale } else { c / scale[:, newaxis] }
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
