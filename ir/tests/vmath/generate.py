#!/usr/bin/env python3
"""Writes reference values of the math functions, computed with mpmath, as text.

    python3 ir/tests/vmath/generate.py > ir/tests/vmath/reference.txt
    python3 ir/tests/vmath/generate.py 20000 7 > many.txt   # points per function, seed

Format: `# name` opens a function; each further line holds the bit patterns of the arguments, then
that of the correctly rounded result and the rest in thousandths of an ulp, so that a test can
measure fractions of an ulp. Infinities and NaN are not covered here.
"""

import math
import random
import struct
import sys
from mpmath import mp, mpf
import mpmath

COUNT = int(sys.argv[1]) if len(sys.argv) > 1 else 220
rng = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
mp.prec = 260


def bits(x):
    return struct.unpack("<Q", struct.pack("<d", x))[0]


def from_bits(n):
    return struct.unpack("<d", struct.pack("<Q", n))[0]


def rounded(value):
    """The bits of the nearest double and the rest in thousandths of its ulp."""
    if value == 0:
        return 0, 0
    size = abs(value)
    exponent = int(mpmath.floor(mpmath.log(size, 2)))
    last = max(exponent - 52, -1074)
    ulp = mpf(2)**last
    units = mpmath.nint(size / ulp)
    rest = int(mpmath.nint((size / ulp - units) * 1000))
    if units * ulp >= mpf(2)**1024:
        number = float("inf")
        rest = 0
    else:
        number = math.ldexp(float(units), last)
    sign = -1 if value < 0 else 1
    return bits(sign * number), sign * rest


def uniform(low, high):
    return lambda: rng.uniform(low, high)


def spread(low, high, signs=(1, -1)):
    """Magnitudes between 2^low and 2^high, uniform in the exponent."""
    return lambda: rng.choice(signs) * from_bits(
        bits(2.0**rng.uniform(low, min(high, 1023.999))) ^ rng.getrandbits(20))


def around(*centres):
    """Up to a few thousand ulps from one of the points."""
    def draw():
        centre = rng.choice(centres)
        distance = int(2.0**rng.uniform(0, 30)) * rng.choice((1, -1))
        return from_bits(bits(abs(centre)) + distance) * (-1 if centre < 0 else 1)
    return draw


def denormal():
    return rng.choice((1, -1)) * from_bits(rng.getrandbits(rng.randint(1, 52)) | 1)


def multiples(step, count):
    """Doubles next to odd and even multiples of a constant."""
    return lambda: float(mpf(step) * rng.randint(-count, count)) * rng.choice(
        (1.0, 1.0, 1 + 2.0**-52, 1 - 2.0**-52)) or 1.0


ANY = spread(-1074, 1024)
TRIG = [spread(-40, 3), uniform(-10, 10), spread(3, 30), spread(29, 31), spread(30, 1024),
        multiples(mp.pi / 4, 20), multiples(mp.pi / 2, 10**6), multiples(mp.pi / 2, 10**12),
        denormal]
HARDEST = [6381956970095103.0 * 2.0**797, 6411027962775774.0 * 2.0**-48, 1.7976931348623157e308]
SMALL = spread(-60, 0)
UNIT = [uniform(-1, 1), spread(-60, 0), around(0.5, -0.5, 1 - 2.0**-20, -1 + 2.0**-20), denormal]
EXP = [uniform(-1, 1), uniform(-745.2, 709.9), uniform(-40, 40), SMALL, uniform(-745.2, -708),
       around(709.782712893384, -744.44007192138126, -708.3964185322641), multiples(mp.ln2 / 2, 60),
       denormal]
POSITIVE = [spread(-1022, 1024, (1,)), uniform(0.5, 2), around(1.0), lambda: abs(denormal()),
            around(0.7071067811865476, 1.4142135623730951), uniform(0, 100)]


def log_abs_gamma(x):
    return mpmath.re(mpmath.loggamma(x)) if x > 0 else mpmath.log(abs(mpmath.gamma(x)))


FUNCTIONS = {
    "exp": (mpmath.exp, EXP),
    "exp2": (lambda x: mpf(2)**x, [uniform(-1, 1), uniform(-1074.5, 1024), SMALL, denormal,
                                   uniform(-1074.5, -1022), multiples(0.5, 100)]),
    "expm1": (mpmath.expm1, [uniform(-1, 1), uniform(-45, 709.7), SMALL, denormal,
                             multiples(mp.ln2 / 2, 60), uniform(-5, 5), spread(-1074, 0)]),
    "log": (mpmath.log, POSITIVE),
    "log2": (lambda x: mpmath.log(x, 2), POSITIVE + [lambda: 2.0**rng.randint(-1074, 1023)]),
    "log10": (mpmath.log10, POSITIVE + [lambda: float(10**rng.randint(0, 22))]),
    "log1p": (mpmath.log1p, [uniform(-1, 1), SMALL, spread(0, 1024, (1,)), denormal, spread(-30, 0),
                             around(-0.2928932188134524, 0.4142135623730951),
                             lambda: -1 + 2.0**-rng.uniform(1, 53)]),
    "sin": (mpmath.sin, TRIG),
    "cos": (mpmath.cos, TRIG),
    "tan": (mpmath.tan, TRIG),
    "asin": (mpmath.asin, UNIT),
    "acos": (mpmath.acos, UNIT),
    "atan": (mpmath.atan, [ANY, uniform(-10, 10), uniform(-1, 1), spread(-30, 60), denormal,
                           around(1.0, 0.41421356237309503, 2.414213562373095)]),
    "sinh": (mpmath.sinh, [uniform(-710.4, 710.4), uniform(-2, 2), SMALL, uniform(-40, 40),
                           denormal, multiples(mp.ln2 / 2, 60), around(710.4758600739439)]),
    "cosh": (mpmath.cosh, [uniform(-710.4, 710.4), uniform(-2, 2), SMALL, uniform(-40, 40),
                           multiples(mp.ln2 / 2, 60), around(710.4758600739439)]),
    "tanh": (mpmath.tanh, [uniform(-2, 2), SMALL, uniform(-23, 23), denormal, spread(-40, 5),
                           multiples(mp.ln2 / 2, 60)]),
    "asinh": (mpmath.asinh, [ANY, uniform(-2, 2), SMALL, spread(-20, 40), denormal,
                             around(1e9, 0.35, 0.7)]),
    "acosh": (mpmath.acosh, [spread(0, 1024, (1,)), uniform(1, 2), uniform(1, 100),
                             lambda: 1 + 2.0**-rng.uniform(1, 52), spread(0, 40, (1,))]),
    "atanh": (mpmath.atanh, UNIT),
    "erf": (mpmath.erf, [uniform(-1, 1), uniform(-6.5, 6.5), SMALL, denormal, around(1.0, 5.9),
                         uniform(1, 2)]),
    "erfc": (mpmath.erfc, [uniform(-1, 1), uniform(-6, 27.3), uniform(0, 10), SMALL,
                           uniform(26, 27.3), around(0.5, 4.0)]),
    "cbrt": (lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)),
             [ANY, uniform(-10, 10), denormal, lambda: float(rng.randint(-2000, 2000)**3) or 1.0]),
    "gamma": (mpmath.gamma, [uniform(0, 172), uniform(-10, 10), uniform(-184, 0), uniform(0.5, 3),
                             SMALL, uniform(170, 172)]),
    "lgamma": (log_abs_gamma, [uniform(0, 30), uniform(0.4, 2.7), spread(3, 1010, (1,)),
                               spread(-60, 0, (1,)), around(1.0, 2.0), uniform(-30, 0),
                                uniform(-400, -30)]),
    "atan2": (mpmath.atan2, [(ANY, ANY), (uniform(-2, 2), uniform(-2, 2)), (denormal, denormal),
                             (spread(-1070, -900), spread(-60, 0)), (spread(990, 1023), ANY),
                             (spread(-20, 20), spread(-20, 20))]),
    "pow": (lambda x, y: mpf(x)**mpf(y), [
        (spread(-20, 20, (1,)), uniform(-30, 30)), (uniform(0.9, 1.1), uniform(-5000, 5000)),
        (spread(-1022, 1023, (1,)), uniform(-1.1, 1.1)), (around(1.0), spread(20, 60)),
        (lambda: abs(denormal()), uniform(-1, 1)),
        (spread(-3, 3), lambda: float(rng.randint(-40, 40))),
        (uniform(1, 10), uniform(300, 308)), (uniform(1, 10), uniform(-324, -300))]),
    "hypot": (mpmath.hypot, [(ANY, ANY), (uniform(-2, 2), uniform(-2, 2)), (denormal, denormal),
                             (spread(-10, 10), spread(-10, 10)),
                             (spread(980, 1023), spread(980, 1023)),
                             (spread(-1060, -990), spread(-1060, -990))]),
}


def evaluate(function, arguments):
    """The value at a precision that covers the range of the arguments."""
    span = max(abs(mpmath.frexp(mpf(x))[1]) for x in arguments if x) if any(arguments) else 0
    mp.prec = 260 + span * (2 if function in (mpmath.log1p, mpmath.atan2, mpmath.atanh) else 1)
    return function(*[mpf(x) for x in arguments])


for name, (function, domains) in FUNCTIONS.items():
    print(f"# {name}")
    fixed = [(x,) for x in HARDEST] if name in ("sin", "cos", "tan") else []
    for i in range(COUNT):
        domain = domains[i % len(domains)]
        draws = domain if isinstance(domain, tuple) else (domain,)
        arguments = fixed[i] if i < len(fixed) else tuple(draw() for draw in draws)
        try:
            value = evaluate(function, arguments)
            if value != value:
                continue
            if name == "pow" and (value == 0 or abs(mpmath.log(abs(value), 2)) > 1100):
                continue
        except (OverflowError, ValueError, ZeroDivisionError, TypeError):
            continue
        result, rest = rounded(value)
        print(*[f"{bits(x):x}" for x in arguments], f"{result:x}", rest)
