"""Writes vectors/found.txt: cases that random programs have found to be wrong once."""

import numpy as np
from vectors import *

give("x", np.array([[1.0, np.inf, 2.0], [np.nan, -np.inf, 4.0], [5.0, 6.0, np.nan]]))
give("x32", np.array([1.5, np.inf, -np.inf], dtype=np.float32))
give("c", np.array([1 + 2j, 3 - 1j, 0.5j]))
give("b", np.array([[True, True, False], [True, False, True], [True, True, True]]))
give("e", np.zeros((3, 0)))
give("t", np.array([5, 6, 7, 8]).reshape(4, 1, 1))
give("t32", np.array([2, 7, 3], dtype=np.int32).reshape(3, 1, 1))
rng = np.random.default_rng(3)
give("p", rng.normal(size=400) * 7)
give("p32", rng.normal(size=400).astype(np.float32))
give("w2", np.array(2, dtype=np.int8))
give("f", np.array([-11.546875, 5.5, -3.0]))
give("low", np.array([-(2**31), 3, -2], dtype=np.int32))
give("i8", np.array([[1, 2], [3, 4]], dtype=np.int8))

# An infinity makes a difference that is NaN, which is none of the elements to be skipped.
for axis in ["none", 0, 1]:
    same(f"nanvar(x, axis={axis})", "ulp 4")
    same(f"nanstd(x, axis={axis})", "ulp 4")
same("nanvar(x32)", "ulp 4")
same("nanvar(c)", "ulp 4")

# A triangle keeps the dtype, bool too.
for k in [-1, 0, 2]:
    same(f"tril(b, k={k})")
    same(f"triu(b, k={k})")
    same(f"tril(i8, k={k})")

# No elements left over.
same("nanmedian(e, axis=0)")

# Folds down columns where every dimension after the folded one has one index.
same("max(t, axis=1).T")
same("sum(t, axis=1).T")
same("prod(t32, axis=1, keepdims=true)")
same("sum(t32 + 0.5, axis=1).T")

# Squares and reciprocals are rounded correctly.
for n in ["p", "p32"]:
    same(f"{n} ** 2")
    same(f"{n} ** -1.0")
    same(f"{n} ** w2")

# The least integer has no absolute value of its own dtype.
same("fmod(f, low)")
same("fmod(x32[0], low)")

# Sets of complex numbers.
z = give("z", np.array([[2 + 1j, 1 - 1j, 2 + 1j], [1 - 2j, 0j, 1 - 1j]]))
zn = give("zn", np.array([1 + 1j, complex(np.nan, 1), 0.5j, complex(1, np.nan), complex(np.nan, 2)]))
same("unique(z)")
same("unique(zn).size")
for part in range(3):
    same(f"unique(z, return_inverse=true, return_counts=true)[{part}]")
same("isin(z, unique(z)[:2])")
same("isin(z, [1.0, 0.0])")
same("setdiff1d(z, z[0])")
same("intersect1d(z[0], z[1])")
same("union1d(z[0], z[1])")
same("setxor1d(z[0], z[1])")
same("setxor1d([nan, 1.0, 2.0], [nan, 2.0, 3.0])")
same("setxor1d(zeros(0), zeros(0))")

# Numbers at equal distances keep float32; angles of bools are float64.
for ends in ["0, x32[0]", "x32[0], 2", "x32[:1], 2", "x32[0], x32[0]", "-x32[0], x[0, 0]"]:
    case(f"linspace({ends}, 7)", eval(f"np.linspace({ends}, 7)", dict(np=np, **inputs)), "ulp 1")
    same(f"linspace({ends}, 7).dtype == float32")
same("angle(b)")
refused("average([1.0, 2.0], weights=[1.0, -1.0])")
refused("pad([1, 2], (1, 2, 3))")
refused("pad([1, 2], 1.5)")
refused("histogram([1.0, 2.0], bins=2.5)")
refused("gradient(b, [0.0, 1.0, 3.0], axis=0)")

# The larger of two matrices may be the second one.
from scipy import signal, stats
k, m = rng.normal(size=(2, 3)), rng.normal(size=(4, 5))
give("k", k)
give("m", m)
for name in ["convolve2d", "correlate2d"]:
    case(f"signal.{name}(k, m, mode=\"valid\")", getattr(signal, name)(k, m, mode="valid"), "near 1e-13")
    case(f"signal.{name}(m, k, mode=\"valid\")", getattr(signal, name)(m, k, mode="valid"), "near 1e-13")
case("stats.rankdata([1.0, nan, 2.0])", stats.rankdata([1.0, np.nan, 2.0]))
for y in ["[3.0, 5.0]", "[3.0, 3.0]", "[3.0, -5.0]"]:
    for field in ["slope", "intercept", "pvalue", "stderr", "intercept_stderr"]:
        value = getattr(stats.linregress([1.0, 2.0], eval(y)), field)
        case(f"stats.linregress([1.0, 2.0], {y}).{field}", value, "near 1e-13")

write("found")
