# Prices of options on crude oil by Black and Scholes, for a grid of strikes and times to expiry.
# The volatility is that of the last year's daily prices.

import finance

param rate = 0.02

price = load("examples/data/oil_price.npy")
spot = price[-1]
daily = diff(log(price[-253:]))                         # 252 trading days
volatility = daily.std(correction=1) * sqrt(252)
print(f"spot {spot:.2f} dollars, volatility {100 * volatility:.2f} % a year")

strike = spot * linspace(0.8, 1.2, 5)[:, newaxis]
years = [1, 3, 6, 12] / 12
value = finance.black_scholes(spot, strike, years, rate, volatility)
print("call: strikes down, 1, 3, 6 and 12 months across")
print(value.call.round(3))
print("put")
print(value.put.round(3))
print("delta of the call")
print(finance.call_delta(spot, strike, years, rate, volatility).round(3))

gap = max(abs(value.call - value.put - spot + strike * exp(-rate * years)))
assert gap < 1e-12, "call less put is spot less the strike's present value"
