# Climate data: time runs along the first axis, in steps of equal length.

## The mean year: the mean of each step of a period over all periods.
##
## >>> climate.climatology([1.0, 2.0, 3.0, 6.0], 2)
## [2. 4.]
fn climatology(x, period) = mean(_periods(x, period), axis=0)

## The deviations from the mean year.
##
## >>> climate.anomaly([1.0, 2.0, 3.0, 6.0], 2)
## [-1. -2.  1.  2.]
fn anomaly(x, period) {
    x = asarray(x)
    y = _periods(x, period)
    reshape(y - mean(y, axis=0), x.shape)
}

## The deviations from the mean year in units of each step's standard deviation.
##
## >>> climate.standardized_anomaly([1.0, 2.0, 3.0, 6.0], 2)
## [-1. -1.  1.  1.]
fn standardized_anomaly(x, period) {
    x = asarray(x)
    y = _periods(x, period)
    reshape((y - mean(y, axis=0)) / std(y, axis=0), x.shape)
}

fn _periods(x, period) {
    x = asarray(x)
    reshape(x, (-1, period, *x.shape[1:]))
}

## Weights of latitudes in degrees: the area of a grid cell is proportional to the cosine.
##
## >>> climate.area_weights([0.0, 60.0])
## [1.  0.5]
fn area_weights(latitude) = cos(radians(asarray(latitude)))

## The mean over the last two axes, latitude and longitude, by area.
##
## >>> climate.area_mean([[1.0, 1.0], [4.0, 4.0]], [0.0, 0.0])
## 2.5
fn area_mean(x, latitude) {
    w = area_weights(latitude)[:, newaxis]
    sum(mean(x, axis=-1, keepdims=true) * w, axis=(-2, -1)) / sum(w)
}

## The slope of a straight line through the values, per step of time.
##
## >>> climate.trend([1.0, 3.0, 5.0])
## 2.0
fn trend(x) {
    x = asarray(x)
    t = iota(x.shape[0]) - (x.shape[0] - 1) / 2
    w = reshape(t, (-1, *((1,) * (x.ndim - 1))))
    sum(x * w, axis=0) / sum(t * t)
}

## The means of `window` neighbouring steps of time, as many as fit.
##
## >>> climate.rolling_mean([1.0, 2.0, 6.0, 4.0], 2)
## [1.5 4.  5. ]
fn rolling_mean(x, window) {
    x = x * 1.0
    n = x.shape[0] - window + 1
    assert window >= 1 and n >= 1, "the window does not fit into the series"
    s = x[:n]
    for k in range(1, window) { s = s + x[k:k + n] }
    s / window
}

## The means of the twelve months of each year, from days in years of 365.
##
## Shapes: (365 * years, ...) becomes (years, 12, ...).
##
## >>> climate.monthly_mean(ones(730)).shape
## (2, 12)
fn monthly_mean(x) {
    y = _periods(x, 365)
    months = ()
    day = 0
    for length in (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31) {
        months = (*months, mean(y[:, day:day + length], axis=1))
        day = day + length
    }
    stack(months, axis=1)
}

## The sum of degrees that daily means lie below `base`.
##
## >>> climate.heating_degree_days([10.0, 20.0], base=18.0)
## 8.0
fn heating_degree_days(x, base=18.0) = sum(maximum(base - asarray(x), 0), axis=0)

## The sum of degrees that daily means lie above `base`.
##
## >>> climate.cooling_degree_days([10.0, 20.0], base=18.0)
## 2.0
fn cooling_degree_days(x, base=18.0) = sum(maximum(asarray(x) - base, 0), axis=0)

## The values without their straight line over time.
##
## >>> climate.detrend([1.0, 3.0, 5.0])
## [0. 0. 0.]
fn detrend(x) {
    x = asarray(x)
    t = reshape(iota(x.shape[0]) - (x.shape[0] - 1) / 2, (-1, *((1,) * (x.ndim - 1))))
    x - mean(x, axis=0) - t * trend(x)
}
