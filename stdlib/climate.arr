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
