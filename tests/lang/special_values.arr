# test: no-chunk-1
# NaN, infinities, signed zeros.
x = [nan, inf, -inf, 0.0, -0.0, 1.5, -2.5]
print(x + 1, x * 0, x - x, 1 / x, x / x, -x, sep="\n")
print(x == x, x < 1, x >= 0, x != 0, sep="\n")
print(isnan(x), isinf(x), isfinite(x), signbit(x), sep="\n")
print(maximum(x, 0.5), minimum(x, 0.5), abs(x), sign(x), floor(x), sqrt(x), sep="\n")
print(exp(x), log(x), sin(x[3:]), tanh(x), atan(x), sep="\n")
print(x.sum(), x[1:].max(), x.max(), x[2:].min(), x.min(), x[3:].prod(), x[1:3].mean(), x[3:].std())
print(x ** 2, x ** 0, x ** 2.5, x ** -3, 2.0 ** x, 0.0 ** x[3:], sep="\n")
print(x // 1, x % 2, round(x), copysign(1.0, x), hypot(x, inf), atan2(x[3:5], -1.0), sep="\n")
print(any(x), all(x), (x > 0).sum(), where(isnan(x), 0.0, x), nan == nan, inf == inf, -0.0 == 0.0)
print(expm1(x), log1p(x[3:]), cbrt(x), exp2(x), log2(x), sinh(x), cosh(x), acos(x[3:]), sep="\n")
print(argmax([1.0, nan, 3.0]), argmin([1.0, nan, 0.0]), cumsum([1.0, nan, 2.0]), cumsum([inf, -inf]), sep="\n")
print(1e308 * 10, -1e308 * 10, 5e-324 / 2, inf - inf, nan > 1, 0.0 * inf)
m = ones((3000, 70))
m[2999, 69] = nan
m[17, 3] = inf
print(m.sum(), m.max(axis=0)[[3][0]], m.max(), isnan(m.sum(axis=0)).sum(), m.sum(axis=1)[17], isnan(m).sum())
y = maximum([-0.0, 0.0], -0.0)
print(signbit(-[0.0]), signbit(0.0 * [-1.0]), y)
