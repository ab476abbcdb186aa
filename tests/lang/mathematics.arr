# test: no-chunk-1
# Elementwise functions, at the digits that are printed.
x = [-2.5, -1.0, -0.5, 0.0, 0.5, 1.0, 2.5]
p = [0.1, 0.5, 1.0, 2.0, 10.0, 123.456]
print(exp(x), expm1(x), exp2(x), sep="\n")
print(log(p), log2(p), log10(p), log1p(p), sqrt(p), cbrt(p), sep="\n")
print(sin(x), cos(x), tan(x), sep="\n")
u = x / 2.5
print(asin(u), acos(u), atan(x), atan2(x, 2.0), sep="\n")
print(sinh(x), cosh(x), tanh(x), asinh(x), acosh(p + 1), atanh(u * 0.9), sep="\n")
print(floor(x), ceil(x), round(x), trunc(x), sign(x), abs(x), sep="\n")
print(hypot(x, 1.5), copysign(p[:3], [-1.0, 1.0, -0.0]), nextafter(1.0, 2.0) - 1, sep="\n")
print(square(x), reciprocal(p), positive(x), negative(x), degrees(x), radians(x), sep="\n")
print(sinc(x), heaviside(x, 0.5), logaddexp(x, 1.0), round(p * 1.2345, 2), sep="\n")
print(pow(p, 1.5), pow(2.0, x), remainder(x, 0.75), floor_divide(x, 0.75), sep="\n")
f = asarray(x, dtype=float32)
print(round(exp(f), 4), round(sin(f), 5), f.tanh().round(5), sqrt(abs(f)), exp(f).dtype, sep="\n")
i = arange(5)
print(sqrt(i), exp(i).dtype, cos(i.astype(float32)).dtype, sep="\n")
big = linspace(-50.0, 50.0, 100_003)
print(sin(big).sum() + 1, f"{exp(-big * big).sum():.9f} {log1p(abs(big)).mean():.9f} {tanh(big)[::25_000].sum():.6f}")
print(f"{sqrt(sin(big) ** 2 + cos(big) ** 2).max():.12f} {atan2(sin(big), cos(big)).max():.9f}")
