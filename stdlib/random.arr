# Random numbers of many distributions: `random.gamma(1000, 2.5, seed=1)`.
#
# The shape comes first, then the parameters (numbers, or arrays that broadcast against the
# shape), then the seed. Element i of a result is a function of the seed, of i and of the
# parameters, whatever the chunks and threads. The reference page on random numbers says how each
# is made, so that another program can make the same ones.

## A parameter that must not be negative.
fn _positive(v, what) {
    assert all(v >= 0), f"{what} cannot be negative"
    v
}

## A parameter that is a probability.
fn _share(p) {
    p = if _is_tuple(p) { asarray(p) } else { p }
    assert all((p >= 0) & (p <= 1)), "a probability lies between 0 and 1"
    p
}

## The seed of part `k` of a distribution.
fn _seed(seed, k) {
    # seed ^ k * -7046029254386353131, modulo 2**64, by halves.
    low = k * 2135587861
    seed ^ ((k * -1640531527 + (low >> 32)) << 32 | low & 4294967295)
}

## Uniform numbers in [0, 1).
fn _unit(shape, seed, k) = random(shape, seed=_seed(seed, k))

## Odd multiples of 2^-53 in (-1, 1).
fn _symmetric(shape, seed, k) = (2 * _unit(shape, seed, k) - 1) + 2.0 ** -53

## Exponentially distributed numbers.
fn _exponential(shape, seed, k) = -log1p(-_unit(shape, seed, k))

## Gamma-distributed numbers.
fn _gamma(shape, a, seed, k) = gamma_from_uniform(astype(_positive(a, "the shape parameter"), float64), _unit(shape, seed, k))

## Normally distributed numbers with mean 0 and standard deviation 1.
##
## >>> random.standard_normal((2, 3)).shape
## (2, 3)
fn standard_normal(shape=none, seed=0, dtype=none) = normal(shape, seed=seed, dtype=dtype)

## Numbers whose logarithm is normal with this mean and standard deviation.
##
## >>> random.lognormal(3, sigma=0.0)
## [1. 1. 1.]
fn lognormal(shape=none, mean=0.0, sigma=1.0, seed=0) = exp(mean + _positive(sigma, "sigma") * normal(shape, seed=_seed(seed, 1)))

## Exponentially distributed numbers with mean `scale`.
##
## >>> all(random.exponential(100) >= 0)
## True
fn exponential(shape=none, scale=1.0, seed=0) = _positive(scale, "the scale") * _exponential(shape, seed, 2)

## Exponentially distributed numbers with mean 1.
##
## >>> random.standard_exponential(4).shape
## (4,)
fn standard_exponential(shape=none, seed=0) = exponential(shape, seed=seed)

## Numbers of the gamma distribution: shape parameter `a`, mean `a * scale`.
##
## >>> all(random.gamma(100, 2.5) > 0)
## True
fn gamma(shape, a, scale=1.0, seed=0) = _positive(scale, "the scale") * _gamma(shape, a, seed, 3)

## Numbers of the gamma distribution with scale 1.
##
## >>> all(random.standard_gamma(100, 0.5) >= 0)
## True
fn standard_gamma(shape, a, seed=0) = _gamma(shape, a, seed, 3)

## Numbers of the beta distribution, between 0 and 1.
##
## >>> max(random.beta(100, 2.0, 3.0)) <= 1
## True
fn beta(shape, a, b, seed=0) = _beta(shape, a, b, seed, 4)

## A quotient of gamma numbers, with parts `k` and `k + 100`.
fn _beta(shape, a, b, seed, k) {
    x = _gamma(shape, a, seed, k)
    x / (x + _gamma(shape, b, seed, k + 100))
}

## Numbers of the chi-square distribution with `df` degrees of freedom.
##
## >>> all(random.chisquare(100, 3) >= 0)
## True
fn chisquare(shape, df, seed=0) = 2 * _gamma(shape, df / 2, seed, 5)

## Numbers of the F distribution with `dfnum` and `dfden` degrees of freedom.
##
## >>> all(random.f(100, 3, 5) >= 0)
## True
fn f(shape, dfnum, dfden, seed=0) {
    (_gamma(shape, dfnum / 2, seed, 6) / dfnum) / (_gamma(shape, dfden / 2, seed, 106) / dfden)
}

## Numbers of Student's t distribution with `df` degrees of freedom.
##
## >>> random.standard_t(5, 4).shape
## (5,)
fn standard_t(shape, df, seed=0) {
    normal(shape, seed=_seed(seed, 7)) * sqrt(df / 2 / _gamma(shape, df / 2, seed, 107))
}

## Numbers of the Cauchy distribution with this median and half width.
##
## >>> random.cauchy(5).shape
## (5,)
fn cauchy(shape=none, loc=0.0, scale=1.0, seed=0) = loc + scale * tan(pi / 2 * _symmetric(shape, seed, 8))

## Numbers of the standard Cauchy distribution.
##
## >>> random.standard_cauchy(5).shape
## (5,)
fn standard_cauchy(shape=none, seed=0) = cauchy(shape, seed=seed)

## Numbers of the Laplace distribution with mean `loc` and decay `scale`.
##
## >>> random.laplace(5).shape
## (5,)
fn laplace(shape=none, loc=0.0, scale=1.0, seed=0) {
    w = _symmetric(shape, seed, 9)
    loc - scale * sign(w) * log1p(-abs(w))
}

## Numbers of the logistic distribution with mean `loc`.
##
## >>> random.logistic(5).shape
## (5,)
fn logistic(shape=none, loc=0.0, scale=1.0, seed=0) = loc + scale * 2 * atanh(_symmetric(shape, seed, 10))

## Numbers of the Gumbel distribution with mode `loc`.
##
## >>> random.gumbel(5).shape
## (5,)
fn gumbel(shape=none, loc=0.0, scale=1.0, seed=0) {
    w = _symmetric(shape, seed, 11)
    loc - scale * log(where(w < 0, -log((1 + w) / 2), -log1p((w - 1) / 2)))
}

## Numbers of the Weibull distribution with shape parameter `a` and scale 1.
##
## >>> all(random.weibull(100, 1.5) >= 0)
## True
fn weibull(shape, a, seed=0) = _exponential(shape, seed, 12) ** (1 / a)

## Numbers of the Rayleigh distribution with this mode.
##
## >>> all(random.rayleigh(100) >= 0)
## True
fn rayleigh(shape=none, scale=1.0, seed=0) = scale * sqrt(2 * _exponential(shape, seed, 13))

## Numbers of the Pareto distribution of the second kind (Lomax), from 0 on; add 1 for the classical one.
##
## >>> all(random.pareto(100, 3.0) >= 0)
## True
fn pareto(shape, a, seed=0) = expm1(_exponential(shape, seed, 14) / a)

## Numbers in [0, 1) with density `a * x**(a - 1)`.
##
## >>> max(random.power(100, 3.0)) < 1
## True
fn power(shape, a, seed=0) = _unit(shape, seed, 15) ** (1 / a)

## Numbers of the triangular distribution from `left` to `right` with its peak at `mode`.
##
## >>> max(random.triangular(100, 0.0, 1.0, 4.0)) <= 4
## True
fn triangular(shape, left, mode, right, seed=0) {
    u = _unit(shape, seed, 16)
    width = right - left
    rising = left + sqrt(u * width * (mode - left))
    where(u * width < mode - left, rising, right - sqrt((1 - u) * width * (right - mode)))
}

## Numbers of the Wald (inverse Gaussian) distribution.
##
## >>> all(random.wald(100, 1.0, 2.0) > 0)
## True
fn wald(shape, mean, scale, seed=0) {
    n = normal(shape, seed=_seed(seed, 17))
    y = mean * n * n
    # The smaller root, without cancellation.
    x = 2 * mean * scale / (2 * scale + y + sqrt(y * (4 * scale + y)))
    where(_unit(shape, seed, 117) <= mean / (mean + x), x, mean * mean / x)
}

## Whole numbers of the Poisson distribution with mean `lam`.
##
## >>> random.poisson(3, 0.0)
## [0 0 0]
fn poisson(shape=none, lam=1.0, seed=0) = _poisson(shape, lam, seed, 18)

fn _poisson(shape, lam, seed, k) {
    astype(poisson_from_uniform(astype(_positive(lam, "the mean"), float64), _unit(shape, seed, k)), int64)
}

## The number of failures before a number of successes `n`, each with probability `p`.
##
## >>> random.negative_binomial(3, 5, 1.0)
## [0 0 0]
fn negative_binomial(shape, n, p, seed=0) = _poisson(shape, _gamma(shape, n, seed, 19) * ((1 - _share(p)) / p), seed, 119)

## The number of trials up to the first success, each with probability `p`.
##
## >>> random.geometric(3, 1.0)
## [1 1 1]
fn geometric(shape, p, seed=0) {
    p = _share(p)
    assert all(p > 0), "the probability of a success is not 0"
    x = ceil(log1p(-_unit(shape, seed, 20)) / log1p(-astype(p, float64)))
    astype(maximum(x, 1.0), int64)
}

## The number of successes among `n` trials, each with probability `p`.
##
## >>> random.binomial(3, 10, 1.0)
## [10 10 10]
## >>> random.binomial((2, 2), 7, 0.0)
## [[0 0]
##  [0 0]]
fn binomial(shape, n, p, seed=0) = _binomial(shape, _positive(n, "the number of trials"), _share(p), seed, 21)

# The median of what is left of n uniform numbers is a beta number; it tells how half of them lie
# relative to p (L. Devroye, "Non-uniform random variate generation", 1986, X.4.3).
fn _binomial(shape, n, p, seed, k) {
    most = int(max(asarray(n)))
    left = _unit(shape, seed, k) * 0 + n
    p = left * 0 + p
    certain = p >= 1
    total = left * 0
    round = 0
    while most > 0 {
        half = floor((left + 1) / 2)
        b = _beta(shape, maximum(half, 1.0), maximum(left + 1 - half, 1.0), seed, k + 1000 + 200 * round)
        below = b <= p
        some = left > 0
        total = total + where(some & below, half, 0.0)
        p = where(below, (p - b) / (1 - b), p / b)
        p = clip(p, 0.0, 1.0)
        left = where(some, where(below, left - half, half - 1), 0.0)
        most = most // 2
        round += 1
    }
    astype(where(certain, left * 0 + n, total), int64)
}

## How `n` trials fall on outcomes with probabilities `pvals`: a last axis of counts.
##
## >>> random.multinomial((), 10, [1.0, 0.0])
## [10  0]
fn multinomial(shape, n, pvals, seed=0) {
    pvals = asarray(_share(pvals))
    assert all(abs(sum(pvals, axis=-1) - 1) <= 1e-8), "the probabilities do not add up to 1"
    counts = ()
    left = n
    rest = 1.0
    for i in range(len(pvals) - 1) {
        share = where(rest > 0, clip(pvals[i] / maximum(rest, 1e-300), 0.0, 1.0), 0.0)
        count = _binomial(shape, left, share, seed, 22 + 100_000 * (i + 1))
        counts = (*counts, count)
        left = left - count
        rest = rest - pvals[i]
    }
    stack((*counts, left + zeros(shape, dtype=int64)), axis=-1)
}

## Vectors of positive numbers with sum 1, of the Dirichlet distribution with these parameters.
##
## >>> random.dirichlet((), [1.0, 2.0, 3.0]).shape
## (3,)
fn dirichlet(shape, alpha, seed=0) {
    alpha = asarray(alpha)
    g = _gamma((*zeros(shape, dtype=int8).shape, len(alpha)), alpha, seed, 23)
    g / sum(g, axis=-1, keepdims=true)
}

## Vectors of the normal distribution with this mean vector and covariance matrix.
##
## >>> random.multivariate_normal(4, [0.0, 1.0], [[1.0, 0.5], [0.5, 2.0]]).shape
## (4, 2)
fn multivariate_normal(shape, mean, cov, seed=0) {
    mean = asarray(mean)
    one = zeros(shape, dtype=int8)
    z = normal((one.size, mean.shape[0]), seed=_seed(seed, 27))
    x = mean + z @ linalg.cholesky(asarray(cov)).T
    reshape(x, (*one.shape, mean.shape[0]))
}

## Angles of the von Mises distribution, from -pi to pi, around `mu`; the greater `kappa`, the nearer.
##
## >>> max(abs(random.vonmises(100, 0.0, 2.0))) <= pi
## True
fn vonmises(shape, mu, kappa, seed=0) {
    sign_of = _unit(shape, seed, 24)
    kappa = astype(asarray(kappa), float64) + 0 * sign_of
    # So near to its middle the distribution is normal.
    large = kappa > 1e6
    normal_angle = abs(normal(shape, seed=_seed(seed, 26))) / sqrt(where(large, kappa, 1.0))
    given = kappa
    kappa = where(large, 0.0, kappa)
    spread = 1 + sqrt(1 + 4 * kappa * kappa)
    # (s - sqrt(2 s)) / (2 kappa), without cancellation.
    rho = (spread - 2) * spread / (spread + sqrt(2 * spread)) / where(kappa > 0, 2 * kappa, 1.0)
    flat = kappa < 1e-6
    r = (1 + rho * rho) / where(flat, 1.0, 2 * rho)
    angle = where(kappa >= 0, 0 * kappa, nan)
    left = kappa >= 0
    attempt = 0
    while any(left) {
        u = _unit(shape, seed, 24 + 1_000_000 * (2 * attempt + 1))
        v = 1 - _unit(shape, seed, 24 + 1_000_000 * (2 * attempt + 2))
        z = cos(pi * u)
        w = (1 + r * z) / (r + z)
        c = kappa * (r - w)
        accepted = left & (flat | (c * (2 - c) > v) | (log(c / v) + 1 - c >= 0))
        angle = persist(where(accepted, where(flat, pi * u, acos(clip(w, -1.0, 1.0))), angle))
        left = persist(left & ~accepted)
        attempt += 1
    }
    angle = where(given > 1e6, normal_angle, angle)
    turned = where(sign_of < 0.5, -angle, angle) + mu
    (turned + pi) % (2 * pi) - pi
}

## The number of good ones among `nsample` things drawn, none twice, from `ngood` good and `nbad` bad ones.
##
## Errors: negative numbers; more drawn than there are.
##
## >>> random.hypergeometric(3, ngood=5, nbad=0, nsample=4)
## [4 4 4]
fn hypergeometric(shape, ngood, nbad, nsample, seed=0) {
    zero = 0 * _unit(shape, seed, 25)
    good = ngood + zero
    bad = nbad + zero
    drawn = nsample + zero
    total = good + bad
    assert all((good >= 0) & (bad >= 0) & (drawn >= 0)), "the numbers of things cannot be negative"
    assert all(drawn <= total), "no more things can be drawn than there are"
    assert all(total < 9e15), "there are too many things to count"
    assert all((floor(good) == good) & (floor(bad) == bad) & (floor(drawn) == drawn)), "the numbers of things are whole"
    few = minimum(good, bad)
    many = maximum(good, bad)
    n = minimum(drawn, total - drawn)
    share = n * few / maximum(total, 1.0)
    a = share + 0.5
    variance = share * (total - n) * many / maximum(total * (total - 1), 1.0)
    width = 1.7155277699214135 * sqrt(variance + 0.5) + 0.8989161620588988
    mode = floor((n + 1) * (few + 1) / (total + 2))
    most = minimum(minimum(n, few) + 1, floor(a + 16 * sqrt(variance + 0.5)))
    at_mode = _log_ways(mode, few, many, n)
    left = (few > 0) & (n > 0)
    k = zero
    attempt = 0
    while any(left) {
        u = 1 - _unit(shape, seed, 25 + 1_000_000 * (2 * attempt + 1))
        v = _unit(shape, seed, 25 + 1_000_000 * (2 * attempt + 2))
        x = a + width * (v - 0.5) / u
        possible = left & (x >= 0) & (x < most)
        x = floor(where(possible, x, mode))
        accepted = possible & (2 * log(u) <= at_mode - _log_ways(x, few, many, n))
        k = persist(where(accepted, x, k))
        left = persist(left & ~accepted)
        attempt += 1
    }
    k = where(good > bad, n - k, k)
    astype(where(n < drawn, good - k, k), int64)
}

## The negative logarithm, but for a constant, of the ways to have `k` of the few things among `n`.
fn _log_ways(k, few, many, n) = lgamma(k + 1) + lgamma(few - k + 1) + lgamma(n - k + 1) + lgamma(many - n + k + 1)

## How many things of each kind are among `nsample` drawn, none twice, from as many as `colors` says of
## each kind: a last axis of counts.
##
## >>> random.multivariate_hypergeometric((), [3, 0, 2], 5)
## [3 0 2]
fn multivariate_hypergeometric(shape, colors, nsample, seed=0) {
    colors = asarray(colors)
    assert colors.ndim == 1 and colors.size > 0, "the numbers of each kind are a vector"
    counts = ()
    left = nsample
    rest = sum(colors)
    for i in range(colors.shape[0] - 1) {
        rest = rest - colors[i]
        count = hypergeometric(shape, colors[i], rest, left, seed=_seed(seed, 33 + 1000 * (i + 1)))
        counts = (*counts, count)
        left = left - count
    }
    assert all(left <= colors[-1]), "no more things can be drawn than there are"
    stack((*counts, left + zeros(shape, dtype=int64)), axis=-1)
}

## Numbers of the chi-square distribution with `df` degrees of freedom and noncentrality `nonc`.
##
## >>> all(random.noncentral_chisquare(100, 3, 1.5) >= 0)
## True
fn noncentral_chisquare(shape, df, nonc, seed=0) {
    more = _poisson(shape, _positive(nonc, "the noncentrality") / 2.0, seed, 34)
    2 * _gamma(shape, _positive(df, "the number of degrees of freedom") / 2.0 + more, seed, 134)
}

## Numbers of the F distribution with `dfnum` and `dfden` degrees of freedom and noncentrality `nonc`.
##
## >>> all(random.noncentral_f(100, 3, 5, 1.5) >= 0)
## True
fn noncentral_f(shape, dfnum, dfden, nonc, seed=0) {
    above = noncentral_chisquare(shape, dfnum, nonc, seed=_seed(seed, 35)) / dfnum
    above / (_gamma(shape, dfden / 2.0, seed, 135) * 2 / dfden)
}

## Numbers of the logarithmic series distribution: 1, 2, ..., each `p` times less likely, and by its own
## size.
##
## >>> random.logseries(3, 0.0)
## [1 1 1]
fn logseries(shape, p, seed=0) {
    p = astype(asarray(_share(p)), float64)
    assert all(p < 1), "the parameter of the logarithmic series is less than 1"
    # A geometric number of a random parameter (A. W. Kemp, Applied Statistics 30, 1981).
    q = -expm1(_unit(shape, seed, 36) * log1p(-p))
    astype(1 + floor(log(1 - _unit(shape, seed, 136)) / log(q)), int64)
}

## Numbers of the Zipf distribution: 1, 2, ..., the number `n` as likely as `n ** -a`.
##
## Errors: an `a` of at most 1.
##
## >>> min(random.zipf(100, 2.0))
## 1
fn zipf(shape, a, seed=0) {
    zero = 0 * _unit(shape, seed, 37)
    # By rejection (L. Devroye, "Non-uniform random variate generation", 1986, X.6.1).
    power = minimum(asarray(a) - 1 + zero, 1000.0)
    assert all(power > 0), "the exponent of the Zipf distribution is greater than 1"
    b = 2.0 ** power
    left = zero == 0
    k = zero
    attempt = 0
    while any(left) {
        x = floor((1 - _unit(shape, seed, 37 + 1_000_000 * (2 * attempt + 1))) ** (-1 / power))
        v = _unit(shape, seed, 37 + 1_000_000 * (2 * attempt + 2))
        t = (1 + 1 / x) ** power
        accepted = left & (x < 9.2e18) & (v * x * (t - 1) / (b - 1) <= t / b)
        k = persist(where(accepted, x, k))
        left = persist(left & ~accepted)
        attempt += 1
    }
    astype(k, int64)
}

## The numbers 0 to n - 1 in random order, or the rows of an array in random order.
##
## >>> sort(random.permutation(5))
## [0 1 2 3 4]
fn permutation(x, seed=0) {
    x = asarray(x)
    if x.ndim == 0 { return argsort(_unit(int(x), seed, 30)) }
    x[argsort(_unit(x.shape[0], seed, 30))]
}

## The array with every line along an axis (none: the flattened array) in an order of its own.
##
## >>> sort(random.permuted([[3, 1], [2, 4]], axis=1), axis=1)
## [[1 3]
##  [2 4]]
fn permuted(x, axis=none, seed=0) {
    x = asarray(x)
    if axis == none { return reshape(permutation(ravel(x), seed=seed), x.shape) }
    take_along_axis(x, argsort(_unit(x.shape, seed, 31), axis=axis), axis=axis)
}

## Elements of a vector (or of 0 to a - 1) at random places: with equal probability, or with the
## probabilities `p`; without `replace` no place twice.
##
## >>> all(random.choice(100, [3, 5]) > 2)
## True
## >>> sort(random.choice(3, [7, 8, 9], replace=false))
## [7 8 9]
fn choice(shape, a, replace=true, p=none, seed=0) {
    a = asarray(a)
    if a.ndim == 0 { a = iota(int(a)) }
    n = a.shape[0]
    u = _unit(shape, seed, 32)
    if replace and p == none { return a[minimum(astype(floor(u * n), int64), n - 1)] }
    if replace {
        total = cumsum(astype(asarray(p), float64))
        assert total.size == n, "choice needs as many probabilities as elements"
        assert all(_share(p) >= 0) and abs(total[-1] - 1) <= 1e-8, "the probabilities do not add up to 1"
        return a[minimum(searchsorted(total / total[-1], u, side="right"), n - 1)]
    }
    assert u.size <= n, "choice without replacement takes no more elements than there are"
    # The least of exponential numbers with rates p are a sample without replacement.
    keys = _exponential(n, seed, 33)
    if p != none { keys = keys / astype(asarray(p), float64) }
    a[reshape(argsort(keys)[:u.size], u.shape)]
}
