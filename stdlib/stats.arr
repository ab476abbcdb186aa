# Statistics beyond mean and variance.

## Deviations from the mean in units of the standard deviation, along an axis.
##
## >>> stats.standardize([1.0, 2.0, 3.0])
## [-1.22474487  0.          1.22474487]
fn standardize(x, axis=0, correction=0) {
    x = asarray(x)
    d = x - mean(x, axis=axis, keepdims=true)
    d / std(x, axis=axis, correction=correction, keepdims=true)
}

## The same as standardize, under its other name.
##
## >>> stats.zscore([1.0, 2.0, 3.0])
## [-1.22474487  0.          1.22474487]
fn zscore(x, axis=0, correction=0) = standardize(x, axis=axis, correction=correction)

## Values moved and scaled to lie between 0 and 1.
##
## >>> stats.minmax_scale([2.0, 4.0, 6.0])
## [0.  0.5 1. ]
fn minmax_scale(x, axis=0) {
    x = asarray(x)
    low = min(x, axis=axis, keepdims=true)
    (x - low) / (max(x, axis=axis, keepdims=true) - low)
}

## The covariance matrix of variables in rows and observations in columns.
##
## >>> stats.cov([[1.0, 2.0, 3.0], [1.0, 2.0, 3.0]])
## [[1. 1.]
##  [1. 1.]]
fn cov(x, correction=1) {
    x = asarray(x)
    d = x - mean(x, axis=1, keepdims=true)
    (d @ d.T) / (x.shape[1] - correction)
}

## The correlation matrix of variables in rows and observations in columns.
##
## >>> stats.corrcoef([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]])
## [[ 1. -1.]
##  [-1.  1.]]
fn corrcoef(x) {
    c = cov(x)
    s = sqrt(diagonal(c))
    c / (s[:, newaxis] * s[newaxis, :])
}

## Pearson's correlation of two arrays along an axis.
##
## >>> stats.correlation([1.0, 2.0, 3.0], [2.0, 4.0, 6.0])
## 1.0
fn correlation(x, y, axis=0) {
    dx = x - mean(x, axis=axis, keepdims=true)
    dy = y - mean(y, axis=axis, keepdims=true)
    sum(dx * dy, axis=axis) / sqrt(sum(dx * dx, axis=axis) * sum(dy * dy, axis=axis))
}

## The line through points by least squares: record(slope, intercept).
##
## >>> stats.linear_fit([0.0, 1.0, 2.0], [1.0, 3.0, 5.0]).slope
## 2.0
fn linear_fit(x, y) {
    dx = x - mean(x)
    slope = sum(dx * (y - mean(y))) / sum(dx * dx)
    record(slope=slope, intercept=mean(y) - slope * mean(x))
}

## The third standardized moment: how lopsided values are.
##
## >>> stats.skewness([1.0, 2.0, 3.0])
## 0.0
fn skewness(x, axis=none) = _moment(x, 3, axis) / _moment(x, 2, axis) ** 1.5

## The fourth standardized moment less 3: how heavy the tails are.
##
## >>> stats.kurtosis([1.0, 2.0, 3.0])
## -1.5
fn kurtosis(x, axis=none) = _moment(x, 4, axis) / _moment(x, 2, axis) ** 2 - 3

fn _moment(x, k, axis) = mean((x - mean(x, axis=axis, keepdims=true)) ** k, axis=axis)

## The means of `window` neighbours along an axis, which gets shorter by window - 1.
##
## >>> stats.moving_average([1.0, 2.0, 6.0, 4.0], 2)
## [1.5 4.  5. ]
fn moving_average(x, window, axis=0) {
    y = moveaxis(x * 1.0, axis, 0)
    n = y.shape[0] - window + 1
    s = y[:n]
    for k in range(1, window) { s = s + y[k:k + n] }
    moveaxis(s / window, 0, axis)
}

## The root of the mean squared difference.
##
## >>> stats.rmse([1.0, 2.0], [1.0, 4.0])
## 1.4142135623730951
fn rmse(x, y, axis=none) = sqrt(mean(square(x * 1.0 - y), axis=axis))

## The mean of the absolute differences.
##
## >>> stats.mae([1.0, 2.0], [1.0, 4.0])
## 1.0
fn mae(x, y, axis=none) = mean(abs(x * 1.0 - y), axis=axis)

## The density of the normal distribution.
##
## >>> stats.normal_pdf(0.0)
## 0.3989422804014327
fn normal_pdf(x, mean=0.0, std=1.0) {
    z = (x - mean) / std
    exp(-0.5 * z * z) / (std * sqrt(2 * pi))
}

## The probability that a normally distributed number is at most `x`.
##
## >>> stats.normal_cdf(0.0)
## 0.5
fn normal_cdf(x, mean=0.0, std=1.0) = 0.5 * erfc(-(x - mean) / (std * sqrt(2.0)))

## The number that a normally distributed one is below with probability `p`: the inverse of normal_cdf
## (see special.ndtri).
##
## >>> stats.normal_ppf([0.5, 0.975])
## [0.         1.95996398]
fn normal_ppf(p, mean=0.0, std=1.0) = mean + std * special.ndtri(p)

## The density of the exponential distribution.
##
## >>> stats.exponential_pdf(0.0, rate=2.0)
## 2.0
fn exponential_pdf(x, rate=1.0) = where(x < 0, 0.0, rate * exp(-rate * x))

## The probability that an exponentially distributed number is at most `x`.
##
## >>> stats.exponential_cdf(0.0)
## 0.0
fn exponential_cdf(x, rate=1.0) = where(x < 0, 0.0, -expm1(-rate * x))

## The inverse of exponential_cdf.
##
## >>> stats.exponential_ppf(0.0)
## 0.0
fn exponential_ppf(p, rate=1.0) = where((p < 0) | (p > 1), nan, -log1p(-p) / rate + 0.0)

## The density of the distribution of numbers whose logarithm is normally distributed.
##
## >>> stats.lognormal_pdf(1.0)
## 0.3989422804014327
fn lognormal_pdf(x, mean=0.0, std=1.0) {
    safe = where(x > 0, x, 1.0)
    where(x > 0, normal_pdf(log(safe), mean=mean, std=std) / safe, 0.0)
}

## The probability that a number whose logarithm is normally distributed is at most `x`.
##
## >>> stats.lognormal_cdf(1.0)
## 0.5
fn lognormal_cdf(x, mean=0.0, std=1.0) {
    where(x > 0, normal_cdf(log(where(x > 0, x, 1.0)), mean=mean, std=std), 0.0)
}

## The density of the logistic distribution.
##
## >>> stats.logistic_pdf(0.0)
## 0.25
fn logistic_pdf(x) {
    t = exp(-abs(x))
    t / (1 + t) ** 2
}

## The density of Cauchy's distribution.
##
## >>> stats.cauchy_pdf(0.0)
## 0.3183098861837907
fn cauchy_pdf(x) = 1 / (pi * (1 + x * x))

## The density of Student's distribution with `df` degrees of freedom.
##
## >>> round(stats.t_pdf(0.0, 4.0), 12)
## 0.375
fn t_pdf(x, df) {
    exp(lgamma((df + 1) / 2) - lgamma(df / 2) - (df + 1) / 2 * log1p(x * x / df)) / sqrt(df * pi)
}

## The density of the gamma distribution.
##
## >>> stats.gamma_pdf(1.0, 1.0)
## 0.36787944117144233
fn gamma_pdf(x, shape, scale=1.0) {
    z = where(x > 0, x / scale, 1.0)
    inside = where(isfinite(z), exp((shape - 1) * log(z) - z - lgamma(shape)) / scale, where(isnan(z), z, 0.0))
    at_0 = where(shape == 1, 1.0 / scale, where(shape < 1, inf, 0.0))
    where(x > 0, inside, where(x == 0, at_0, where(isnan(x), x, 0.0)))
}

## The density of the chi-squared distribution with `df` degrees of freedom.
##
## >>> stats.chi2_pdf(2.0, 2.0)
## 0.18393972058572117
fn chi2_pdf(x, df) = gamma_pdf(x, df / 2, scale=2.0)

## The probability of `k` events when `rate` are expected.
##
## >>> round(stats.poisson_pmf(0, 1.0), 12)
## 0.367879441171
fn poisson_pmf(k, rate) = where((k < 0) | (k != floor(k)), 0.0, exp(_times_log(k, rate) - rate - lgamma(k + 1.0)))

# k * log(x), 0 where k is.
fn _times_log(k, x) = where(k == 0, 0.0, k * log(where(k == 0, 1.0, x)))

## The probability of `k` successes in `n` trials of probability `p`.
##
## >>> round(stats.binomial_pmf(1, 2, 0.5), 12)
## 0.5
fn binomial_pmf(k, n, p) {
    possible = (k >= 0) & (k <= n) & (k == floor(k))
    k = where(possible, k, 0)
    ways = lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0)
    failures = where(n == k, 0.0, (n - k) * log1p(-where(n == k, 0.0, p)))
    where(possible, exp(ways + _times_log(k, p) + failures), 0.0)
}

## The moment of an order about the mean.
##
## >>> stats.moment([1.0, 2.0, 3.0], 2)
## 0.6666666666666666
fn moment(x, order, axis=none) = _moment(asarray(x), order, axis)

## The standard error of the mean.
##
## >>> stats.sem([1.0, 2.0, 3.0, 4.0])
## 0.6454972243679028
fn sem(x, axis=none, ddof=1) {
    s = std(x, axis=axis, ddof=ddof)
    s / sqrt(_number(x, s))
}

## How many elements go into each one of a reduced array.
fn _number(x, r) = asarray(x).size / maximum(r.size, 1)

## The standard deviation in units of the mean.
##
## >>> stats.variation([1.0, 3.0])
## 0.5
fn variation(x, axis=none, ddof=0) = std(x, axis=axis, ddof=ddof) / mean(x, axis=axis)

## The geometric mean of positive numbers.
##
## >>> stats.gmean([1.0, 4.0])
## 2.0
fn gmean(x, axis=none) = exp(mean(log(x), axis=axis))

## The harmonic mean of positive numbers.
##
## >>> stats.hmean([1.0, 3.0])
## 1.5
fn hmean(x, axis=none) = 1 / mean(1 / asarray(x), axis=axis)

## The variance with weights: the weighted mean of squared deviations from the weighted mean.
##
## >>> stats.weighted_var([1.0, 2.0, 4.0], [1, 1, 2])
## 1.6875
fn weighted_var(x, weights, axis=none) {
    center = average(x, axis=axis, weights=weights, keepdims=true)
    average((x - center) ** 2, axis=axis, weights=weights)
}

## The standard deviation with weights, see weighted_var.
##
## >>> stats.weighted_std([1.0, 2.0, 4.0], [1, 1, 2])
## 1.299038105676658
fn weighted_std(x, weights, axis=none) = sqrt(weighted_var(x, weights, axis=axis))

## The entropy of weights taken as probabilities, in nats or to another `base`; with `q` the entropy of
## the first relative to the second.
##
## >>> stats.entropy([1.0, 1.0], base=2)
## 1.0
fn entropy(p, q=none, base=none, axis=0) {
    p = p / sum(p, axis=axis, keepdims=true)
    r = 1
    if q != none { r = q / sum(q, axis=axis, keepdims=true) }
    terms = where(p == 0, 0.0, p * log(where(p == 0, 1.0, p) / r))
    s = sum(terms, axis=axis)
    s = if q == none { -s } else { s }
    if base == none { s } else { s / log(float(base)) }
}

## Pearson's correlation of two arrays along an axis, and the probability of one so far from 0 if normal
## variables are independent: record(statistic, pvalue).
##
## >>> round(stats.pearsonr([1.0, 2.0, 3.0, 5.0], [2.0, 1.0, 4.0, 3.0]).statistic, 5)
## 0.52915
## >>> round(stats.pearsonr([1.0, 2.0, 3.0, 5.0], [2.0, 1.0, 4.0, 3.0]).pvalue, 5)
## 0.47085
fn pearsonr(x, y, axis=0) {
    x = asarray(x)
    r = clip(correlation(x, asarray(y), axis=axis), -1.0, 1.0)
    n = x.shape[axis]
    assert n >= 2, "a correlation needs two observations"
    record(statistic=r, pvalue=_correlation_pvalue(r, n))
}

## The probability of a correlation of `n` observations so far from 0, by Student's distribution.
fn _correlation_pvalue(r, n) {
    if n == 2 { return 0 * r + 1.0 }
    special.betainc(n / 2 - 1, 0.5, (1 - r) * (1 + r))
}

## The ranks of the elements of a vector or, along an axis, of each line, from 1 on; equal elements
## get the mean of their ranks (`method` average), or the least (min), the greatest (max), or numbers
## without gaps (dense).
##
## >>> stats.rankdata([10, 30, 10, 20])
## [1.5 4.  1.5 3. ]
fn rankdata(x, method="average", axis=none) {
    assert method in ("average", "min", "max", "dense"), "rankdata knows the methods average, min, max and dense"
    x = asarray(x)
    if method != "average" { assert not any(isnan(x)), "values that are NaN have ranks by the method average only: NaN" }
    if axis == none { return _ranks(ravel(x), method) }
    apply_along_axis(fn(v) = _ranks(v, method), axis, x)
}

fn _ranks(v, method) {
    if method == "dense" { return unique_inverse(v)[1] + 1 }
    s = sort(v)
    first = searchsorted(s, v, side="left") + 1
    last = searchsorted(s, v, side="right")
    if method == "min" { first }
    else if method == "max" { last }
    else { where(any(isnan(v)), nan, (first + last) / 2) }
}

## Spearman's correlation of the ranks of two vectors, and the probability of one so far from 0 if
## they are independent (by Student's distribution): record(statistic, pvalue).
##
## >>> stats.spearmanr([1.0, 2.0, 3.0, 5.0], [2.0, 1.0, 40.0, 3.0]).statistic
## 0.6
fn spearmanr(x, y) {
    x = asarray(x)
    y = asarray(y)
    assert x.ndim == 1 and x.shape == y.shape, "spearmanr takes two vectors of one size"
    r = correlation(_ranks(x, "average"), _ranks(y, "average"))
    record(statistic=r, pvalue=_correlation_pvalue(r, x.shape[0]))
}

## Kendall's rank correlation tau-b of two vectors, and the probability of one so far from 0 if they
## are independent, by the normal distribution that holds for long vectors: record(statistic, pvalue).
##
## >>> round(stats.kendalltau([1.0, 2.0, 3.0, 5.0], [2.0, 1.0, 40.0, 3.0]).statistic, 6)
## 0.333333
fn kendalltau(x, y) {
    x = asarray(x)
    y = asarray(y)
    assert x.ndim == 1 and x.shape == y.shape, "kendalltau takes two vectors of one size"
    n = x.shape[0]
    assert n >= 2, "a correlation needs two observations"
    difference = sum(_sides(x) * _sides(y)) / 2
    pairs = n * (n - 1) / 2
    a, b, c = _tie_sums(x)
    d, e, f = _tie_sums(y)
    tau = difference / (sqrt(pairs - a / 2) * sqrt(pairs - d / 2))
    m = n * (n - 1.0)
    variance = (m * (2 * n + 5) - c - f) / 18 + a * d / (2 * m)
    if n > 2 { variance = variance + b * e / (9 * m * (n - 2)) }
    record(statistic=clip(tau, -1.0, 1.0), pvalue=erfc(abs(difference) / sqrt(2 * variance)))
}

## 1 where the element of a row is greater than that of a column, -1 where it is less.
fn _sides(x) = (x[:, newaxis] > x) * 1.0 - (x[:, newaxis] < x) * 1.0

## Over the groups of equal elements, t in each: the sums of t (t - 1), t (t - 1) (t - 2) and
## t (t - 1) (2 t + 5).
fn _tie_sums(x) {
    t = unique_counts(x)[1] + 0.0
    pairs = t * (t - 1)
    (sum(pairs), sum(pairs * (t - 2)), sum(pairs * (2 * t + 5)))
}

# Distribution functions

## The probability that a number of Student's distribution is at most `x`.
##
## >>> round(stats.t_cdf(1.0, 4.0), 9)
## 0.813049517
fn t_cdf(x, df) {
    tail = 0.5 * special.betainc(df / 2, 0.5, df / (df + x * x))
    where(isnan(x), nan, where(x > 0, 1 - tail, tail))
}

## The probability that a number of the F distribution is at most `x`.
##
## >>> round(stats.f_cdf(1.0, 2.0, 4.0), 9)
## 0.555555556
fn f_cdf(x, dfnum, dfden) {
    z = where((x > 0) & (x < inf), x, 1.0)
    p = special.betainc(dfnum / 2, dfden / 2, dfnum * z / (dfnum * z + dfden))
    where(isnan(x), x, where(x <= 0, 0.0, where(x == inf, 1.0, p)))
}

## The probability that a number of the chi-squared distribution is at most `x`.
##
## >>> round(stats.chi2_cdf(2.0, 2.0), 9)
## 0.632120559
fn chi2_cdf(x, df) = gamma_cdf(x, df / 2, scale=2.0)

## The probability that a number of the gamma distribution is at most `x`.
##
## >>> round(stats.gamma_cdf(1.0, 1.0), 9)
## 0.632120559
fn gamma_cdf(x, shape, scale=1.0) = special.gammainc(shape, where(x < 0, 0.0, x / scale))

## The probability that a number of the beta distribution is at most `x`.
##
## >>> round(stats.beta_cdf(0.5, 2.0, 3.0), 9)
## 0.6875
fn beta_cdf(x, a, b) = special.betainc(a, b, clip(x, 0.0, 1.0))

## The probability of at most `k` events when `rate` are expected.
##
## >>> round(stats.poisson_cdf(1, 1.0), 9)
## 0.735758882
fn poisson_cdf(k, rate) = where(asarray(k) < 0, 0.0, special.gammaincc(floor(where(asarray(k) < 0, 0, k)) + 1.0, rate))

## The probability of at most `k` successes in `n` trials of probability `p`.
##
## >>> round(stats.binomial_cdf(1, 2, 0.5), 9)
## 0.75
fn binomial_cdf(k, n, p) {
    k = floor(asarray(k)) + 0.0
    some = (k >= 0) & (k < n)
    share = special.betainc(where(some, n - k, 1.0), where(some, k + 1, 1.0), 1 - p)
    where(some, share, where(k < 0, 0.0, 1.0))
}

# Tests of hypotheses

## The line through points by least squares and how well it fits: record(slope, intercept, rvalue,
## pvalue, stderr, intercept_stderr).
##
## >>> stats.linregress([0.0, 1.0, 2.0], [1.0, 3.0, 6.0]).slope
## 2.5
fn linregress(x, y) {
    x = asarray(x)
    y = asarray(y)
    n = x.size
    dx = x - mean(x)
    dy = y - mean(y)
    sxx = sum(dx * dx)
    slope = sum(dx * dy) / sxx
    r = sum(dx * dy) / sqrt(sxx * sum(dy * dy))
    # The line through two points leaves no errors.
    exact = n == 2
    stderr = if exact { 0.0 } else { sqrt((1 - r * r) * sum(dy * dy) / sxx / (n - 2)) }
    intercept_stderr = stderr * sqrt(sxx / n + mean(x) ** 2)
    pvalue = if exact { where(sum(dy * dy) == 0, 1.0, 0.0) } else { _correlation_pvalue(r, n) }
    record(
        slope=slope, intercept=mean(y) - slope * mean(x), rvalue=r, pvalue=pvalue,
        stderr=stderr, intercept_stderr=intercept_stderr,
    )
}

## Student's test of the mean of a sample: record(statistic, df, pvalue), the last for both sides.
##
## >>> stats.ttest_1samp([1.0, 2.0, 3.0], 0.0).df
## 2
fn ttest_1samp(x, popmean, axis=0) {
    n = asarray(x).shape[axis]
    _student((mean(x, axis=axis) - popmean) / sem(x, axis=axis), n - 1)
}

## Student's test of two related samples: record(statistic, df, pvalue), the last for both sides.
##
## >>> stats.ttest_rel([1.0, 2.0, 4.0], [1.0, 1.0, 1.0]).df
## 2
fn ttest_rel(a, b, axis=0) = ttest_1samp(asarray(a) - b, 0.0, axis=axis)

## Student's test of the means of two independent samples, Welch's unless `equal_var`:
## record(statistic, df, pvalue), the last for both sides.
##
## >>> stats.ttest_ind([1.0, 2.0, 3.0], [4.0, 5.0, 6.0]).df
## 4
fn ttest_ind(a, b, axis=0, equal_var=true) {
    na = asarray(a).shape[axis]
    nb = asarray(b).shape[axis]
    va = var(a, axis=axis, ddof=1)
    vb = var(b, axis=axis, ddof=1)
    gap = mean(a, axis=axis) - mean(b, axis=axis)
    if equal_var {
        pooled = ((na - 1) * va + (nb - 1) * vb) / (na + nb - 2)
        return _student(gap / sqrt(pooled * (1 / na + 1 / nb)), na + nb - 2)
    }
    ea = va / na
    eb = vb / nb
    _student(gap / sqrt(ea + eb), (ea + eb) ** 2 / (ea ** 2 / (na - 1) + eb ** 2 / (nb - 1)))
}

fn _student(t, df) = record(statistic=t, df=df, pvalue=special.betainc(df / 2, 0.5, df / (df + t * t)))

## Pearson's test of counts against expected ones (all equal if none): record(statistic, pvalue).
## `ddof` is the number of parameters taken from the counts.
##
## >>> stats.chisquare([16, 18, 16, 14, 12, 12]).statistic
## 2.0
fn chisquare(observed, expected=none, ddof=0, axis=0) {
    f = asarray(observed) + 0.0
    g = if expected == none { mean(f, axis=axis, keepdims=true) } else { asarray(expected) }
    s = sum((f - g) ** 2 / g, axis=axis)
    record(statistic=s, pvalue=special.gammaincc((f.shape[axis] - 1 - ddof) / 2, s / 2))
}

## The analysis of variance of several samples, vectors: whether their means differ:
## record(statistic, pvalue).
##
## >>> round(stats.f_oneway([1.0, 2.0, 3.0], [2.0, 3.0, 5.0]).statistic, 6)
## 1.6
fn f_oneway(*samples) {
    k = len(samples)
    assert k >= 2, "f_oneway compares at least two samples"
    n = 0
    for v in samples { n = n + asarray(v).size }
    center = mean(concat(samples))
    between = 0.0
    within = 0.0
    for v in samples {
        own = mean(v)
        between = between + asarray(v).size * (own - center) ** 2
        within = within + sum((v - own) ** 2)
    }
    s = (between / (k - 1)) / (within / (n - k))
    record(statistic=s, pvalue=special.betainc((n - k) / 2, (k - 1) / 2, (n - k) / (n - k + (k - 1) * s)))
}

## A summary of a sample along its first axis: record(nobs, min, max, mean, variance, skewness,
## kurtosis).
##
## >>> stats.describe([1.0, 2.0, 3.0]).variance
## 1.0
fn describe(x, axis=0) {
    x = asarray(x)
    record(
        nobs=x.shape[axis], min=min(x, axis=axis), max=max(x, axis=axis), mean=mean(x, axis=axis),
        variance=var(x, axis=axis, ddof=1), skewness=skewness(x, axis=axis), kurtosis=kurtosis(x, axis=axis),
    )
}
