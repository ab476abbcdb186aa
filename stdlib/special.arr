# Special functions beside erf, erfc, gamma and lgamma, which are plain names too. Arguments are
# numbers or arrays that broadcast; results are floats.

## In floating point, float64 for whole numbers.
fn _real(x) {
    x = asarray(x)
    if isdtype(x.dtype, "real floating") { x } else { astype(x, float64) }
}

## The logarithm of the beta function.
##
## >>> round(special.betaln(2.0, 3.0), 12)
## -2.484906649788
fn betaln(a, b) = lgamma(_real(a)) + lgamma(_real(b)) - lgamma(_real(a) + _real(b))

## The beta function gamma(a) gamma(b) / gamma(a + b) of positive numbers.
##
## >>> round(special.beta(2.0, 3.0), 12)
## 0.083333333333
fn beta(a, b) = exp(betaln(a, b))

## The regularized incomplete beta function: the share of the beta function's integral up to `x`, for
## positive `a` and `b`. By Lentz's method for its continued fraction (Press et al., Numerical
## Recipes, 6.4), to about 1e-13 of the result for parameters up to 100.
##
## Errors: the fraction does not settle (parameters beyond a million or so).
##
## >>> round(special.betainc(2.0, 3.0, 0.5), 12)
## 0.6875
fn betainc(a, b, x) {
    a, b, x = broadcast_arrays(_real(a), _real(b), _real(x))
    valid = (a > 0) & (b > 0) & (x >= 0) & (x <= 1)
    inside = valid & (x > 0) & (x < 1)
    end = where(valid, where(x > 0, 1.0, 0.0), nan)
    a = where(valid, a, 1.0)
    b = where(valid, b, 1.0)
    x = where(inside, x, 0.5)
    # The fraction settles fast below the mean; above, the other end is taken.
    other = x > (a + 1) / (a + b + 2)
    p = where(other, b, a)
    q = where(other, a, b)
    front = exp(a * log(x) + b * log1p(-x) - betaln(a, b)) / p
    r = front * _beta_fraction(p, q, where(other, 1 - x, x))
    r = where(other, 1 - r, r)
    where(inside, r, end)
}

## Numbers that are too near to 0 to divide by moved away from it.
fn _away(x) = where(abs(x) < 1e-300, 1e-300, x)

fn _beta_fraction(a, b, x) {
    sum_of = a + b
    c = ones_like(x)
    d = 1 / _away(1 - sum_of * x / (a + 1))
    h = d
    m = 1.0
    for part in range(100) {
        change = c
        for k in range(8) {
            t = m * (b - m) * x / ((a - 1 + 2 * m) * (a + 2 * m))
            d = 1 / _away(1 + t * d)
            c = _away(1 + t / c)
            h = h * d * c
            t = -(a + m) * (sum_of + m) * x / ((a + 2 * m) * (a + 1 + 2 * m))
            d = 1 / _away(1 + t * d)
            c = _away(1 + t / c)
            change = d * c
            h = h * change
            m = m + 1
        }
        c = persist(c)
        d = persist(d)
        h = persist(h)
        if all((abs(change - 1) <= 4e-16) | isnan(change)) { return h }
    }
    assert false, "the continued fraction does not settle"
}

## The regularized lower incomplete gamma function: the share of the gamma function's integral from 0
## to `x`, for positive `a`.
##
## >>> round(special.gammainc(2.0, 1.0), 12)
## 0.264241117657
fn gammainc(a, x) = _gamma_share(a, x, true)

## The regularized upper incomplete gamma function: 1 less gammainc, without cancellation.
##
## >>> round(special.gammaincc(2.0, 1.0), 12)
## 0.735758882343
fn gammaincc(a, x) = _gamma_share(a, x, false)

fn _gamma_share(a, x, lower) {
    a, x = broadcast_arrays(_real(a), _real(x))
    valid = (a > 0) & (x >= 0)
    inside = valid & (x > 0) & (x < inf)
    end = where(x == 0, 0.0, 1.0)
    a = where(valid, a, 1.0)
    x = where(inside, x, 1.0)
    front = exp(a * log(x) - x - lgamma(a))
    below = x < a + 1
    # Each way is taken where it settles; elsewhere it is given what settles at once.
    series = front * _gamma_series(where(below, a, 1.0), where(below, x, 0.5))
    fraction = front * _gamma_fraction(where(below, 1.0, a), where(below, 4.0, x))
    low = where(below, series, 1 - fraction)
    high = where(below, 1 - series, fraction)
    r = if lower { low } else { high }
    where(inside, r, where(valid, if lower { end } else { 1 - end }, nan))
}

fn _gamma_series(a, x) {
    n = a
    term = 1 / a
    total = term
    for part in range(1000) {
        for k in range(10) {
            n = n + 1
            term = term * x / n
            total = total + term
        }
        n = persist(n)
        term = persist(term)
        total = persist(total)
        if all((term <= 1e-17 * total) | isnan(term)) { return total }
    }
    assert false, "the series does not settle"
}

fn _gamma_fraction(a, x) {
    b = x + 1 - a
    c = 1e300 + 0 * x
    d = 1 / _away(b)
    h = d
    m = 1.0
    for part in range(1000) {
        change = c
        for k in range(10) {
            t = -m * (m - a)
            b = b + 2
            d = 1 / _away(t * d + b)
            c = _away(b + t / c)
            change = d * c
            h = h * change
            m = m + 1
        }
        b = persist(b)
        c = persist(c)
        d = persist(d)
        h = persist(h)
        if all((abs(change - 1) <= 4e-16) | isnan(change)) { return h }
    }
    assert false, "the continued fraction does not settle"
}

## The logarithmic derivative of the gamma function of positive numbers; NaN for others.
##
## >>> round(special.digamma(1.0), 12)
## -0.577215664902
fn digamma(x) {
    x = _real(x)
    valid = x > 0
    z = where(valid, x, 1.0)
    less = 0.0
    for k in range(8) {
        less = less + where(z < 8, 1 / z, 0.0)
        z = where(z < 8, z + 1, z)
    }
    t = 1 / (z * z)
    tail = t * (1 / 12 - t * (1 / 120 - t * (1 / 252 - t * (1 / 240 - t * (1 / 132 - t * (691 / 32760 - t / 12))))))
    where(valid, log(z) - 0.5 / z - tail - less, nan)
}

## The number that a normally distributed one with mean 0 and standard deviation 1 is below with
## probability `p` (Wichura's algorithm AS 241).
##
## >>> special.ndtri([0.5, 0.975])
## [0.         1.95996398]
fn ndtri(p) {
    p = _real(p)
    q = p - 0.5
    inside = (p > 0) & (p < 1)
    r = 0.180625 - q * q
    middle = q * polyval(_PPF_A(), r) / polyval(_PPF_B(), r)
    r = sqrt(-log(where(inside, minimum(p, 1 - p), 0.25)))
    near = polyval(_PPF_C(), r - 1.6) / polyval(_PPF_D(), r - 1.6)
    far = polyval(_PPF_E(), r - 5) / polyval(_PPF_F(), r - 5)
    tail = copysign(where(r <= 5, near, far), q)
    z = where(abs(q) <= 0.425, middle, tail)
    where(inside, z, where(p == 0, -inf, where(p == 1, inf, nan)))
}

fn _PPF_A() = (
    2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4,
    1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.3871328727963666080e0,
)

fn _PPF_B() = (
    5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4, 2.1213794301586595867e4,
    5.3941960214247511077e3, 6.8718700749205790830e2, 4.2313330701600911252e1, 1.0,
)

fn _PPF_C() = (
    7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1, 1.27045825245236838258e0,
    3.64784832476320460504e0, 5.76949722146069140550e0, 4.63033784615654529590e0, 1.42343711074968357734e0,
)

fn _PPF_D() = (
    1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2, 1.48103976427480074590e-1,
    6.89767334985100004550e-1, 1.67638483018380384940e0, 2.05319162663775882187e0, 1.0,
)

fn _PPF_E() = (
    2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3, 2.65321895265761230930e-2,
    2.96560571828504891230e-1, 1.78482653991729133580e0, 5.46378491116411436990e0, 6.65790464350110377720e0,
)

fn _PPF_F() = (
    2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4,
    1.48753612908506148525e-2, 1.36929880922735805310e-1, 5.99832206555887937690e-1, 1.0,
)

## The inverse of erf.
##
## >>> round(special.erfinv(0.5), 12)
## 0.476936276204
fn erfinv(y) {
    y = _real(y)
    near = abs(y) < 0.5
    far = copysign(erfcinv(1 - abs(y)), y)
    # Near 0 taking from 1 loses digits: Newton's steps from the first terms of the series.
    z = where(near, y, 0.0)
    t = z * 0.886226925452758 * (1 + z * z * 0.2617993877991494)
    for k in range(4) { t = t - (erf(t) - z) * exp(t * t) * 0.886226925452758 }
    where(near, t, far)
}

## The inverse of erfc.
##
## >>> round(special.erfcinv(0.5), 12)
## 0.476936276204
fn erfcinv(y) = ndtri(_real(y) / 2) * -sqrt(0.5)

## The factorial of whole numbers that are not negative, in floating point (exact up to 22); 0 for
## negative ones.
##
## >>> special.factorial([0, 1, 5])
## [  1.   1. 120.]
fn factorial(n) {
    n = asarray(n)
    assert isdtype(n.dtype, ("integral", "bool")), "factorial takes whole numbers; gamma(x + 1) floats"
    exact = cumulative_prod(where(iota(171) == 0, 1.0, astype(iota(171), float64)))
    where(n < 0, 0.0, where(n > 170, inf, take(exact, clip(n, 0, 170))))
}

## The number of ways to take `k` of `n` things, in floating point: exact while the results are below
## 2 ** 53.
##
## >>> special.comb(5, 2)
## 10.0
fn comb(n, k) {
    n, k = broadcast_arrays(astype(asarray(n), float64), astype(asarray(k), float64))
    possible = (k >= 0) & (k <= n)
    m = where(possible, minimum(k, n - k), 0.0)
    r = ones_like(n)
    # Products of whole numbers, each division leaving none over, as long as they are exact.
    whole = (n == floor(n)) & (k == floor(k))
    if n.size > 0 {
        for j in range(minimum(int(max(m)), 60)) { r = where(j < m, r * (n - j) / (j + 1), r) }
    }
    r = where((m > 60) | ~whole, exp(lgamma(n + 1) - lgamma(m + 1) - lgamma(n - m + 1)), r)
    where(possible, where(whole & (r < 9007199254740992.0), round(r), r), 0.0)
}

## The number of ways to take `k` of `n` things in an order, in floating point.
##
## >>> special.perm(5, 2)
## 20.0
fn perm(n, k) {
    n, k = broadcast_arrays(astype(asarray(n), float64), astype(asarray(k), float64))
    r = ones_like(n)
    if n.size > 0 {
        for j in range(minimum(int(max(k)), 171)) { r = where(j < k, r * (n - j), r) }
    }
    where((k >= 0) & (k <= n), r, 0.0)
}

## The logistic function 1 / (1 + exp(-x)); the same as sigmoid.
##
## >>> special.expit(0.0)
## 0.5
fn expit(x) = sigmoid(x)

## The inverse of expit: log(p / (1 - p)).
##
## >>> special.logit(0.5)
## 0.0
fn logit(p) = log(_real(p) / (1 - _real(p)))

## x * log(y), and 0 where `x` is 0 unless `y` is NaN.
##
## >>> special.xlogy(0.0, 0.0)
## 0.0
fn xlogy(x, y) = where((x == 0) & ~isnan(y), 0.0, x * log(where((x == 0) & ~isnan(y), 1.0, y)))

## x * log1p(y), and 0 where `x` is 0 unless `y` is NaN.
##
## >>> special.xlog1py(0.0, -1.0)
## 0.0
fn xlog1py(x, y) = where((x == 0) & ~isnan(y), 0.0, x * log1p(where((x == 0) & ~isnan(y), 0.0, y)))

## The entropy of single probabilities: -x * log(x), 0 at 0, -inf below.
##
## >>> special.entr([0.0, 1.0]) + 0.0
## [0. 0.]
fn entr(x) {
    x = _real(x)
    where(x < 0, -inf, -xlogy(x, x))
}

## The logarithm of softmax along an axis, without overflow on the way.
##
## >>> special.log_softmax([0.0, 0.0]).round(6)
## [-0.693147 -0.693147]
fn log_softmax(x, axis=-1) {
    x = _real(x)
    x - logsumexp(x, axis=axis, keepdims=true)
}
