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
