# Prices, returns, payments and options. Arguments are numbers or arrays that broadcast; rates and
# volatilities of options are per year.

## Prices of European options by Black and Scholes (1973): record(call, put).
##
## `spot` is today's price, `strike` the agreed one, `years` the time left, `rate` the interest
## rate and `volatility` the standard deviation of returns.
##
## >>> round(finance.black_scholes(100.0, 100.0, 1.0, 0.05, 0.2).call, 4)
## 10.4506
fn black_scholes(spot, strike, years, rate, volatility) {
    deviation = volatility * sqrt(years)
    drift = log(spot / strike) + (rate + 0.5 * volatility * volatility) * years
    # Without deviation the option is certain to be worth something, or nothing.
    d1 = where((deviation == 0) & (drift == 0), 0.0, drift / deviation)
    d2 = d1 - deviation
    discounted = strike * exp(-rate * years)
    call = spot * _cdf(d1) - discounted * _cdf(d2)
    record(call=call, put=call - spot + discounted)
}

fn _cdf(x) = 0.5 * erfc(x * -sqrt(0.5))

## The change of a call's price with the price of what is bought.
##
## >>> round(finance.call_delta(100.0, 100.0, 1.0, 0.05, 0.2), 4)
## 0.6368
fn call_delta(spot, strike, years, rate, volatility) {
    deviation = volatility * sqrt(years)
    _cdf((log(spot / strike) + (rate + 0.5 * volatility * volatility) * years) / deviation)
}

## The present value of cash flows at the end of periods 0, 1, 2, ...
##
## >>> round(finance.net_present_value(0.1, [-100.0, 60.0, 60.0]), 4)
## 4.1322
fn net_present_value(rate, flows) {
    flows = asarray(flows)
    sum(flows / (1 + rate) ** iota(flows.shape[-1]), axis=-1)
}

## The relative changes from each price to the next along an axis.
##
## >>> finance.returns([100.0, 110.0, 99.0])
## [ 0.1 -0.1]
fn returns(prices, axis=0) {
    p = moveaxis(asarray(prices), axis, 0)
    moveaxis(p[1:] / p[:-1] - 1, 0, axis)
}

## The logarithms of the ratios of each price to the one before along an axis.
##
## >>> finance.log_returns([1.0, e])
## [1.]
fn log_returns(prices, axis=0) = diff(log(asarray(prices)), axis=axis)

## The present value of cash flows at the end of periods 0, 1, 2, ...; the same as net_present_value.
##
## >>> round(finance.npv(0.1, [-100.0, 60.0, 60.0]), 4)
## 4.1322
fn npv(rate, flows) = net_present_value(rate, flows)

## The rate at which the present value of cash flows is 0, by Newton's method from `guess` on.
##
## Errors: the method does not come to an end.
##
## >>> round(finance.irr([-100.0, 60.0, 60.0]), 6)
## 0.130662
fn irr(flows, guess=0.1) {
    flows = asarray(flows) + 0.0
    k = iota(flows.shape[0])
    rate = float(guess)
    for step in range(100) {
        powers = (1 + rate) ** -(k + 0.0)
        change = float(sum(flows * powers) / sum(flows * -k * powers / (1 + rate)))
        rate = rate - change
        if abs(change) <= 1e-14 * (1 + abs(rate)) { return rate }
    }
    assert abs(change) < 1e-9, "no rate of return was found"
    rate
}

## The value after `n` periods of payments `pmt` at the end of each period (at the beginning if `due`)
## and of `pv` now; money paid is negative.
##
## >>> round(finance.fv(0.01, 12, -100.0), 4)
## 1268.2503
fn fv(rate, n, pmt, pv=0.0, due=false) {
    growth = (1 + rate) ** n
    when = if due { 1 } else { 0 }
    annuity = where(rate == 0, n, (1 + rate * when) * (growth - 1) / where(rate == 0, 1, rate))
    -(pv * growth + pmt * annuity)
}

## The value today of `n` payments `pmt`, and of `fv` after the last; see fv.
##
## >>> round(finance.pv(0.01, 12, -100.0), 4)
## 1125.5077
fn pv(rate, n, pmt, fv=0.0, due=false) {
    growth = (1 + rate) ** n
    when = if due { 1 } else { 0 }
    annuity = where(rate == 0, n, (1 + rate * when) * (growth - 1) / where(rate == 0, 1, rate))
    -(fv + pmt * annuity) / growth
}

## The payment per period that pays off `pv` in `n` periods and leaves `fv`; see fv.
##
## >>> round(finance.pmt(0.01, 12, 1000.0), 4)
## -88.8488
fn pmt(rate, n, pv, fv=0.0, due=false) {
    growth = (1 + rate) ** n
    when = if due { 1 } else { 0 }
    annuity = where(rate == 0, n, (1 + rate * when) * (growth - 1) / where(rate == 0, 1, rate))
    -(fv + pv * growth) / annuity
}

## The standard deviation of logarithmic returns along an axis, for a year of `periods`.
##
## >>> round(finance.volatility([100.0, 101.0, 100.0, 102.0], periods=252), 4)
## 0.2406
fn volatility(prices, periods=252, axis=0) {
    std(log_returns(prices, axis=axis), axis=axis, ddof=1) * sqrt(float(periods))
}

## The mean of returns above a riskless one in units of their standard deviation, for a year of
## `periods`.
##
## >>> round(finance.sharpe([0.01, -0.005, 0.02], periods=1), 4)
## 0.6623
fn sharpe(returns, riskless=0.0, periods=252, axis=0) {
    excess = asarray(returns) - riskless
    mean(excess, axis=axis) / std(excess, axis=axis, ddof=1) * sqrt(float(periods))
}

## How far each price is below the highest so far, as a share of that, along an axis.
##
## >>> finance.drawdown([100.0, 80.0, 120.0, 90.0])
## [ 0.   -0.2   0.   -0.25]
fn drawdown(prices, axis=0) {
    p = moveaxis(asarray(prices), axis, 0)
    high = p
    k = 1
    while k < p.shape[0] {
        high = concat((high[:k], maximum(high[k:], high[:-k])))
        k = 2 * k
    }
    moveaxis(p / high - 1, 0, axis)
}

## The deepest drawdown along an axis.
##
## >>> finance.max_drawdown([100.0, 80.0, 120.0, 90.0])
## -0.25
fn max_drawdown(prices, axis=0) = min(drawdown(prices, axis=axis), axis=axis)

## The means of the last `n` prices along an axis, which gets shorter by n - 1.
##
## >>> finance.sma([1.0, 2.0, 6.0, 4.0], 2)
## [1.5 4.  5. ]
fn sma(prices, n, axis=0) {
    p = moveaxis(prices * 1.0, axis, 0)
    assert n >= 1 and n <= p.shape[0], "as many prices as the mean takes are needed"
    count = p.shape[0] - n + 1
    s = p[:count]
    for k in range(1, n) { s = s + p[k:k + count] }
    moveaxis(s / n, 0, axis)
}

## How prices of European options by Black and Scholes change: record(call_delta, put_delta, gamma, vega,
## call_theta, put_theta, call_rho, put_rho), per unit of price, volatility, year and rate.
##
## >>> round(finance.greeks(100.0, 100.0, 1.0, 0.05, 0.2).gamma, 6)
## 0.018762
fn greeks(spot, strike, years, rate, volatility) {
    root = sqrt(years + 0.0)
    d1 = (log(spot / strike) + (rate + 0.5 * volatility * volatility) * years) / (volatility * root)
    d2 = d1 - volatility * root
    density = exp(-0.5 * d1 * d1) / sqrt(2 * pi)
    discounted = strike * exp(-rate * years)
    decay = -spot * density * volatility / (2 * root)
    record(
        call_delta=_cdf(d1), put_delta=_cdf(d1) - 1, gamma=density / (spot * volatility * root),
        vega=spot * density * root, call_theta=decay - rate * discounted * _cdf(d2),
        put_theta=decay + rate * discounted * _cdf(-d2), call_rho=years * discounted * _cdf(d2),
        put_rho=-years * discounted * _cdf(-d2),
    )
}

## The exponential mean of prices along an axis: each is the last one moved by `2 / (n + 1)` of the way to
## the price; the first is the first price.
##
## >>> finance.ema([1.0, 2.0, 4.0], 3)
## [1.   1.5  2.75]
fn ema(prices, n, axis=0) {
    assert n >= 1, "a mean takes at least one price"
    p = moveaxis(asarray(prices) + 0.0, axis, 0)
    moveaxis(_smoothed(p, p[:1], 2 / (n + 1)), 0, axis)
}

## The first of what is smoothed, then each moved by `share` of the way to the next.
fn _smoothed(x, first, share) = first + signal.lfilter([share], [1.0, share - 1], x - first, axis=0)

## The relative strength index along an axis (Wilder, 1978): the mean of rises as a share of that of all
## changes, in percent, both smoothed over `n` periods. The result is shorter by n.
##
## >>> finance.rsi([1.0, 2.0, 1.0, 3.0], 2)
## [50.         83.33333333]
fn rsi(prices, n=14, axis=0) {
    d = diff(moveaxis(asarray(prices) + 0.0, axis, 0), axis=0)
    assert n >= 1 and n <= d.shape[0], "as many changes as the mean takes are needed"
    up = _wilder(maximum(d, 0.0), n)
    down = _wilder(maximum(-d, 0.0), n)
    moveaxis(100 * up / (up + down), 0, axis)
}

## The mean of the first `n`, then smoothed with 1 / n of each further one.
fn _wilder(x, n) {
    first = mean(x[:n], axis=0, keepdims=true)
    _smoothed(concat((first, x[n:])), first, 1 / n)
}

## Means that converge and diverge along an axis: record(macd, signal, histogram), the difference of a
## fast and a slow exponential mean, its own exponential mean, and what it is above that.
##
## >>> finance.macd([1.0, 2.0, 4.0], fast=1, slow=3, signal_periods=1).macd
## [0.   0.5  1.25]
fn macd(prices, fast=12, slow=26, signal_periods=9, axis=0) {
    m = ema(prices, fast, axis=axis) - ema(prices, slow, axis=axis)
    s = ema(m, signal_periods, axis=axis)
    record(macd=m, signal=s, histogram=m - s)
}

## Bollinger's bands along an axis: the means of the last `n` prices, and `k` standard deviations of them
## above and below: record(middle, upper, lower), shorter by n - 1.
##
## >>> finance.bollinger([1.0, 3.0, 5.0], n=2).upper
## [4. 6.]
fn bollinger(prices, n=20, k=2.0, axis=0) {
    p = moveaxis(asarray(prices), axis, -1)
    assert n >= 1 and n <= p.shape[-1], "as many prices as the mean takes are needed"
    w = windows(p, n)
    middle = moveaxis(mean(w, axis=-1), -1, axis)
    width = k * moveaxis(std(w, axis=-1), -1, axis)
    record(middle=middle, upper=middle + width, lower=middle - width)
}
