#!/usr/bin/env python3
"""Derives the polynomial coefficients of ir/src/vmath and prints coefficients.rs.

    python3 ir/tests/vmath/coefficients.py > ir/src/vmath/coefficients.rs

Every polynomial interpolates its function at the Chebyshev nodes of the interval, solved with 80
digits and then rounded; the interpolant is within a factor of about three of the best one, and
a degree is chosen that leaves room for that. `erf`'s tail is a weighted fit (Lawson's iteration
towards the minimax solution). The maximal error of the *rounded* polynomial, measured on a
fine grid and relative to the whole function, is printed above each table.
"""

import sys
from mpmath import (mp, mpf, matrix, lu_solve, qr_solve, exp, log, sin, cos, asin, atan, sinh,
                    cosh, erf, erfc, loggamma, pi, sqrt, cbrt, bernoulli, euler)

mp.dps = 80


def fit(function, low, high, degree):
    """Coefficients of the polynomial through `function` at the Chebyshev nodes of the interval."""
    count = degree + 1
    middle, half = (mpf(high) + low) / 2, (mpf(high) - low) / 2
    nodes = [middle + half * cos(pi * (2 * i + 1) / (2 * count)) for i in range(count)]
    rows, right = matrix(count, count), matrix(count, 1)
    for i, x in enumerate(nodes):
        for j in range(count):
            rows[i, j] = x**j
        right[i] = function(x)
    return list(lu_solve(rows, right))


def fit_weighted(function, weight, low, high, degree, rounds=12, points=240):
    """Lawson's iteration: least squares whose weights grow where the error is largest."""
    middle, half = (mpf(high) + low) / 2, (mpf(high) - low) / 2
    nodes = [middle + half * cos(pi * (2 * i + 1) / (2 * points)) for i in range(points)]
    values, weights = [function(x) for x in nodes], [weight(x) for x in nodes]
    lawson, best = [mpf(1)] * points, None
    for _ in range(rounds):
        rows, right = matrix(points, degree + 1), matrix(points, 1)
        for i, x in enumerate(nodes):
            scale = weights[i] * sqrt(lawson[i])
            for j in range(degree + 1):
                rows[i, j] = scale * x**j
            right[i] = scale * values[i]
        solution, _ = qr_solve(rows, right)
        coefficients = list(solution)
        errors = [abs(weights[i] * (horner(coefficients, x) - values[i]))
                  for i, x in enumerate(nodes)]
        if best is None or max(errors) < best[0]:
            best = (max(errors), coefficients)
        total = sum(l * e for l, e in zip(lawson, errors))
        lawson = [l * e / total * points for l, e in zip(lawson, errors)]
    return best[1]


def horner(coefficients, x):
    result = mpf(0)
    for c in reversed(coefficients):
        result = result * x + c
    return result


def emit(name, doc, coefficients, error):
    """Prints one table; `error(rounded, i)` gives the total relative error at grid point i/400."""
    rounded = [mpf(float(c)) for c in coefficients]
    worst = max(abs(error(rounded, mpf(i) / 400)) for i in range(401))
    bits = f"2^{float(log(worst, 2)):.1f}" if worst else "0"
    print(f"\n/// {doc} Error {bits}.")
    print(f"pub const {name}: [f64; {len(coefficients)}] = [")
    for c in coefficients:
        print(f"    {literal(float(c))},")
    print("];")
    print(f"{name}: {bits}", file=sys.stderr)


def literal(value):
    text = repr(value)
    return text if "." in text or "e" in text else text + ".0"


def split(name, doc, value, parts):
    """A constant as an unevaluated sum of doubles, largest first."""
    rest, out = mpf(value), []
    for _ in range(parts):
        out.append(float(rest))
        rest -= mpf(out[-1])
    print(f"\n/// {doc}")
    print(f"pub const {name}: [f64; {parts}] = [{', '.join(literal(v) for v in out)}];")


def near(function, limit, at_zero):
    """`function`, or its limit in a neighbourhood of zero where it cancels."""
    return lambda z: at_zero if abs(z) < limit else function(z)


TINY = mpf(10)**-18
LN2_HALF = log(2) / 2 + mpf(2)**-20
PI_QUARTER = pi / 4 + mpf(2)**-16
ATANH_MAX = ((sqrt(2) - 1) / (sqrt(2) + 1) + mpf(2)**-40)**2
ATAN_MAX = (sqrt(2) - 1 + mpf(2)**-40)**2


def atanh_rest(z):
    """(2 atanh(s) - 2 s - 2/3 s^3) / s^5 as a series in z = s^2."""
    return sum(2 * z**n / (2 * n + 5) for n in range(90))


def signed(low_high):
    return lambda t: -low_high + 2 * low_high * t


def exp_table(name, degree, doc):
    h = near(lambda r: (exp(r) - 1 - r) / r**2, TINY, mpf(1) / 2)
    at = signed(LN2_HALF)
    emit(name, doc, fit(h, -LN2_HALF, LN2_HALF, degree),
         lambda c, t: (horner(c, at(t)) - h(at(t))) * at(t)**2 / exp(at(t)))


def log_table(name, degree, doc):
    emit(name, doc, fit(atanh_rest, 0, ATANH_MAX, degree),
         lambda c, t: (horner(c, t * ATANH_MAX) - atanh_rest(t * ATANH_MAX))
         * (t * ATANH_MAX)**2 / 2)


def odd_table(name, function, top, degree, doc):
    """(f(s) - s) / s^3 as a polynomial in s^2 up to `top`."""
    def h(z):
        s = sqrt(z)
        return (function(s) - s) / s**3
    low = top * mpf(10)**-12
    emit(name, doc, fit(h, 0, top, degree),
         lambda c, t: (horner(c, max(t * top, low)) - h(max(t * top, low))) * t * top)


def cos_table(name, degree, doc):
    top = PI_QUARTER**2
    low = top * mpf(10)**-12
    h = lambda z: (cos(sqrt(z)) - 1 + z / 2) / z**2
    emit(name, doc, fit(h, 0, top, degree),
         lambda c, t: (horner(c, max(t * top, low)) - h(max(t * top, low))) * (t * top)**2
         / cos(sqrt(t * top)))


def cosh_table(name, degree, doc):
    top = LN2_HALF**2
    low = top * mpf(10)**-12
    h = lambda z: (cosh(sqrt(z)) - 1) / z
    emit(name, doc, fit(h, 0, top, degree),
         lambda c, t: (horner(c, max(t * top, low)) - h(max(t * top, low))) * t * top)


def emit_lead(name, doc, lead, function, low, high, degree, with_lead=True):
    """A polynomial whose constant term is a sum of two doubles: NAME_LEAD, and NAME for the rest.

    `lead` is the value of `function` at zero; NAME approximates `(function - lead) / x`.
    """
    parts = [float(lead)]
    parts.append(float(mpf(lead) - mpf(parts[0])))
    slope = lambda x: (function(x) - lead) / x
    at = lambda t: mpf(low) + t * (mpf(high) - low)
    away = lambda x: x if abs(x) > TINY else TINY
    if with_lead:
        split(name + "_LEAD", f"Constant term of the function of `{name}`.", lead, 2)
    emit(name, doc, fit(lambda x: slope(away(x)), low, high, degree),
         lambda c, t: (mpf(parts[0]) + mpf(parts[1]) + at(t) * horner(c, at(t)))
         / function(away(at(t))) - 1)


def erf_table(name, degree, doc, with_lead):
    h = lambda z: erf(sqrt(z)) / sqrt(z)
    emit_lead(name, doc, 2 / sqrt(pi), h, 0, 1, degree, with_lead)


def erf_tail_table(name, top, degree, doc):
    at = lambda t: 1 + t * (top - 1)
    h = lambda t: log(erfc(at(t / (top - 1)))) if t else log(erfc(mpf(1)))
    w = lambda t: erfc(at(t / (top - 1)))
    emit(name, doc, fit_weighted(h, w, 0, mpf(top) - 1, degree),
         lambda c, t: (horner(c, t * (top - 1)) - h(t * (top - 1))) * w(t * (top - 1)))


def erfcx_table(name, degree, doc):
    low, high = mpf(-1), (mpf(28) - 4) / (mpf(28) + 4)
    def h(q):
        x = 4 * (1 + q) / (1 - q)
        return (1 + 2 * x) * erfc(x) * exp(x * x)
    emit_lead(name, doc, h(mpf(0)), h, low, high, degree)


def cbrt_table(name, degree, doc):
    h = lambda m: 1 / cbrt(m)
    emit(name, doc, fit(h, 1, 2, degree), lambda c, t: horner(c, 1 + t) / h(1 + t) - 1)


def lgamma_table(name, root, low, high, degree, doc):
    """lgamma(root + t) / t around the zeros at 1 and 2."""
    h = lambda t: loggamma(root + t) / t
    emit_lead(name, doc, -euler if root == 1 else 1 - euler, h, low, high, degree)


def bits_of_two_over_pi(words):
    """2 / pi as fixed-point words, most significant first, after one word of zeros."""
    with mp.workprec(64 * words + 64):
        value = int(2 / mp.pi * mpf(2)**(64 * (words - 1)))
    print("\n/// Bits of 2 / pi after the binary point, behind one word of zeros.")
    print(f"pub const TWO_OVER_PI_BITS: [u64; {words}] = [")
    for i in range(words):
        print(f"    0x{(value >> (64 * (words - 1 - i))) & (2**64 - 1):016x},")
    print("];")


print("""//! Polynomial coefficients and split constants of the math functions, lowest power first.
//!
//! Printed by `ir/tests/vmath/coefficients.py` (interpolation at Chebyshev nodes, 80 digits);
//! do not edit by hand. The error given is that of the rounded polynomial relative to the whole
//! function, without the rounding errors of its evaluation.
#![allow(
    clippy::approx_constant,
    reason = "several coefficients come close to well-known constants without being them"
)]""")

split("LN2", "Natural logarithm of 2.", log(2), 2)
split("LOG2_E", "Binary logarithm of e.", 1 / log(2), 2)
split("LOG10_E", "Decimal logarithm of e.", 1 / log(10), 2)
split("LOG10_2", "Decimal logarithm of 2.", log(2) / log(10), 2)
split("HALF_PI", "Half of pi.", pi / 2, 3)
split("TWO_OVER_PI", "Two over pi.", 2 / pi, 1)
split("CBRT_2", "Cube roots of 2.", cbrt(2), 1)
split("CBRT_4", "Cube roots of 4.", cbrt(4), 1)
split("HALF_LN_TAU", "Half the natural logarithm of 2 pi.", log(2 * pi) / 2, 2)
split("PI", "Pi.", pi, 2)
split("TWO_THIRDS", "Two thirds.", mpf(2) / 3, 2)

exp_table("EXP", 10, "`(e^r - 1 - r) / r^2` in `r`, `|r| <= ln(2)/2`.")
exp_table("EXP_SHORT", 5, "`(e^r - 1 - r) / r^2` for single precision.")
log_table("LOG", 6, "`(2 atanh(s) - 2 s - 2/3 s^3) / s^5` in `s^2`, `s <= 3 - 2 sqrt(2)`.")
log_table("LOG_DOUBLE", 7, "`(2 atanh(s) - 2 s - 2/3 s^3) / s^5` in `s^2`, `s <= 3 - 2 sqrt(2)`.")
log_table("LOG_SHORT", 3, "`(2 atanh(s) - 2 s - 2/3 s^3) / s^5` for single precision.")
odd_table("SIN", sin, PI_QUARTER**2, 6, "`(sin(r) - r) / r^3` in `r^2`, `|r| <= pi/4`.")
odd_table("SIN_SHORT", sin, PI_QUARTER**2, 3, "`(sin(r) - r) / r^3` for single precision.")
cos_table("COS", 6, "`(cos(r) - 1 + r^2/2) / r^4` in `r^2`, `|r| <= pi/4`.")
cos_table("COS_SHORT", 3, "`(cos(r) - 1 + r^2/2) / r^4` for single precision.")
odd_table("ASIN", asin, mpf(1) / 4, 13, "`(asin(s) - s) / s^3` in `s^2`, `s <= 1/2`.")
odd_table("ASIN_SHORT", asin, mpf(1) / 4, 7, "`(asin(s) - s) / s^3` for single precision.")
odd_table("ATAN", atan, ATAN_MAX, 11, "`(atan(t) - t) / t^3` in `t^2`, `t <= sqrt(2) - 1`.")
odd_table("ATAN_SHORT", atan, ATAN_MAX, 6, "`(atan(t) - t) / t^3` for single precision.")
odd_table("SINH", sinh, LN2_HALF**2, 5, "`(sinh(r) - r) / r^3` in `r^2`, `|r| <= ln(2)/2`.")
odd_table("SINH_SHORT", sinh, LN2_HALF**2, 2, "`(sinh(r) - r) / r^3` for single precision.")
cosh_table("COSH", 5, "`(cosh(r) - 1) / r^2` in `r^2`, `|r| <= ln(2)/2`.")
cosh_table("COSH_SHORT", 2, "`(cosh(r) - 1) / r^2` for single precision.")
erf_table("ERF", 13, "`(erf(x) / x - 2 / sqrt(pi)) / x^2` in `x^2`, `|x| <= 1`.", True)
erf_table("ERF_SHORT", 7, "`(erf(x) / x - 2 / sqrt(pi)) / x^2` for single precision.", False)
erf_tail_table("ERF_TAIL", 6, 17, "`ln(erfc(1 + t))` in `t`, `t <= 5`; absolute in `erf`.")
erf_tail_table("ERF_TAIL_SHORT", 4, 9, "`ln(erfc(1 + t))` for single precision, `t <= 3`.")
erfcx_table("ERFCX", 23, "Slope of `(1 + 2 x) erfc(x) exp(x^2)` in `(x-4)/(x+4)`, `0 <= x <= 28`.")
cbrt_table("INVERSE_CBRT", 5, "`m^(-1/3)` in `m`, `1 <= m <= 2`; first guess.")
lgamma_table("LGAMMA_ONE", 1, -0.4, 0.6, 29, "Slope of `lgamma(1 + t) / t`, `-0.4 <= t <= 0.6`.")
lgamma_table("LGAMMA_TWO", 2, -0.5, 0.5, 20, "Slope of `lgamma(2 + t) / t`, `|t| <= 1/2`.")
bits_of_two_over_pi(22)
stirling = [bernoulli(2 * n) / (2 * n * (2 * n - 1)) for n in range(1, 13)]
emit("STIRLING", "Stirling's series of `lgamma` in `1/x^2`, after a factor `1/x`, `x >= 12`.",
     stirling, lambda c, t: (loggamma(12 + 40 * t) - ((12 + 40 * t - mpf(1) / 2)
     * log(12 + 40 * t) - (12 + 40 * t) + log(2 * pi) / 2
     + horner(c, 1 / (12 + 40 * t)**2) / (12 + 40 * t))))
