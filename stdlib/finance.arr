# Option prices. Arguments are numbers or arrays that broadcast; rates and volatilities are per year.

## Prices of European options by Black and Scholes (1973): record(call, put).
##
## `spot` is today's price, `strike` the agreed one, `years` the time left, `rate` the interest
## rate and `volatility` the standard deviation of returns.
##
## >>> round(finance.black_scholes(100.0, 100.0, 1.0, 0.05, 0.2).call, 4)
## 10.4506
fn black_scholes(spot, strike, years, rate, volatility) {
    deviation = volatility * sqrt(years)
    d1 = (log(spot / strike) + (rate + 0.5 * volatility * volatility) * years) / deviation
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
