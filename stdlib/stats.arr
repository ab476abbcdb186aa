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
    y = moveaxis(asarray(x), axis, 0)
    n = y.shape[0] - window + 1
    s = y[:n]
    for k in range(1, window) { s = s + y[k:k + n] }
    moveaxis(s / window, 0, axis)
}

## The root of the mean squared difference.
##
## >>> stats.rmse([1.0, 2.0], [1.0, 4.0])
## 1.4142135623730951
fn rmse(x, y, axis=none) = sqrt(mean(square(x - y), axis=axis))

## The mean of the absolute differences.
##
## >>> stats.mae([1.0, 2.0], [1.0, 4.0])
## 1.0
fn mae(x, y, axis=none) = mean(abs(x - y), axis=axis)

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
## (Wichura's algorithm AS 241).
##
## >>> stats.normal_ppf([0.5, 0.975])
## [0.         1.95996398]
fn normal_ppf(p, mean=0.0, std=1.0) {
    p = asarray(p) + 0.0
    q = p - 0.5
    inside = (p > 0) & (p < 1)
    r = 0.180625 - q * q
    middle = q * polyval(_PPF_A(), r) / polyval(_PPF_B(), r)
    r = sqrt(-log(where(inside, minimum(p, 1 - p), 0.25)))
    near = polyval(_PPF_C(), r - 1.6) / polyval(_PPF_D(), r - 1.6)
    far = polyval(_PPF_E(), r - 5) / polyval(_PPF_F(), r - 5)
    tail = copysign(where(r <= 5, near, far), q)
    z = where(abs(q) <= 0.425, middle, tail)
    mean + std * where(inside, z, where(p == 0, -inf, where(p == 1, inf, nan)))
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
    where(x > 0, exp((shape - 1) * log(z) - z - lgamma(shape)) / scale, 0.0)
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
fn poisson_pmf(k, rate) = exp(k * log(rate) - rate - lgamma(k + 1.0))

## The probability of `k` successes in `n` trials of probability `p` (between 0 and 1, without these).
##
## >>> round(stats.binomial_pmf(1, 2, 0.5), 12)
## 0.5
fn binomial_pmf(k, n, p) {
    exp(lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0) + k * log(p) + (n - k) * log1p(-p))
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

## Pearson's correlation of two arrays along an axis; the same as correlation.
##
## >>> stats.pearsonr([1.0, 2.0, 3.0], [2.0, 4.0, 6.0])
## 1.0
fn pearsonr(x, y, axis=0) = correlation(asarray(x), asarray(y), axis=axis)

## The line through points by least squares and how well it fits: record(slope, intercept, rvalue,
## stderr, intercept_stderr).
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
    stderr = sqrt((1 - r * r) * sum(dy * dy) / sxx / (n - 2))
    intercept_stderr = stderr * sqrt(sxx / n + mean(x) ** 2)
    record(slope=slope, intercept=mean(y) - slope * mean(x), rvalue=r, stderr=stderr, intercept_stderr=intercept_stderr)
}

## Student's statistic for the mean of a sample: record(statistic, df).
##
## >>> stats.ttest_1samp([1.0, 2.0, 3.0], 0.0).df
## 2
fn ttest_1samp(x, popmean, axis=0) {
    n = asarray(x).shape[axis]
    record(statistic=(mean(x, axis=axis) - popmean) / sem(x, axis=axis), df=n - 1)
}

## Student's statistic for two related samples: record(statistic, df).
##
## >>> stats.ttest_rel([1.0, 2.0, 4.0], [1.0, 1.0, 1.0]).df
## 2
fn ttest_rel(a, b, axis=0) = ttest_1samp(asarray(a) - b, 0.0, axis=axis)

## Student's statistic for two independent samples, Welch's unless `equal_var`: record(statistic, df).
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
        return record(statistic=gap / sqrt(pooled * (1 / na + 1 / nb)), df=na + nb - 2)
    }
    ea = va / na
    eb = vb / nb
    record(statistic=gap / sqrt(ea + eb), df=(ea + eb) ** 2 / (ea ** 2 / (na - 1) + eb ** 2 / (nb - 1)))
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
