"""Writes vectors/ufuncs.txt: accumulate, reduce and outer of functions, running extremes, scans."""

import numpy as np
from vectors import *
from vectors import NAMES, inputs

NAMES["cumulative_max"] = lambda x, axis=-1: np.maximum.accumulate(x, axis=axis)
NAMES["cumulative_min"] = lambda x, axis=-1: np.minimum.accumulate(x, axis=axis)
NAMES["bitwise_left_shift"] = np.left_shift
NAMES["pow"] = np.power

rng = np.random.default_rng(17)
for d in DTYPES:
    high = 2 if d == "bool" else 30
    give("v_" + SHORT[d], rng.integers(0, high, 23).astype(d))
    give("m_" + SHORT[d], rng.integers(0, high, (4, 6)).astype(d))
give("t", rng.normal(size=(3, 4, 5)))
give("s", np.array([2.0, -0.0, 3.0, np.inf, 1.0, np.nan, 4.0, -np.inf]))
give("c", np.array([[1.0, 2.0], [np.nan, 1.0], [3.0, np.inf], [0.0, -np.inf]]))
give("e", np.zeros((0,)))
give("e2", np.zeros((2, 0, 3)))
give("ei", np.zeros((0,), "int64"))
give("long", rng.normal(size=3000))
give("longi", rng.integers(-5, 1000, 3000))
give("z", np.array(3.0))
give("one", np.array([5.0]))

# The rest of the dtypes differ in nothing here.
SOME = ["bool", "int8", "int64", "uint32", "float32", "float64"]

def near(d):
    return "near 1e-6" if d == "float32" else "near 1e-13" if d == "float64" else "exact"


# ---- Running extremes ----

for d in DTYPES:
    for f in ["cumulative_max", "cumulative_min"]:
        same(f"{f}(v_{SHORT[d]})")
        same(f"{f}(m_{SHORT[d]}, axis=0)")
        same(f"{f}(m_{SHORT[d]}, axis=-1)")
for f in ["maximum", "minimum"]:
    for x in ["s", "e", "long", "longi", "one", "s[::-1]"]:
        same(f"{f}.accumulate({x})")
    for axis in [0, 1, 2, -1, -3]:
        same(f"{f}.accumulate(t, axis={axis})")
    same(f"{f}.accumulate(c)")
    same(f"{f}.accumulate(c, axis=1)")
    same(f"{f}.accumulate(e2, axis=1)")
    same(f"{f}.accumulate(e2, axis=2)")

# ---- accumulate ----

for d in SOME:
    for f in ["add", "multiply", "maximum", "logical_and", "logical_or", "logical_xor"]:
        same(f"{f}.accumulate(m_{SHORT[d]})", near(d))
        same(f"{f}.accumulate(v_{SHORT[d]})", near(d))
    if d != "bool":
        same(f"subtract.accumulate(v_{SHORT[d]})", near(d))
        same(f"subtract.accumulate(m_{SHORT[d]}, axis=1)", near(d))
    if d not in FLOATS:
        for f in ["bitwise_and", "bitwise_or", "bitwise_xor"]:
            same(f"{f}.accumulate(v_{SHORT[d]})")
            same(f"{f}.accumulate(m_{SHORT[d]}, axis=1)")
same("divide.accumulate(t, axis=1)", "near 1e-13")
same("pow.accumulate(t[0] * t[0] + 0.5)", "near 1e-13")
same("hypot.accumulate(t, axis=2)", "near 1e-13")
same("add.accumulate(v_i1, dtype=float64)")
same("add.accumulate(m_f4, dtype=float64)", "near 1e-13")
same("subtract.accumulate(long[:400])", "near 1e-12")
same("add.accumulate(long)", "near 1e-12")
same("subtract.accumulate(e)")
same("subtract.accumulate(one)")

# ---- reduce ----

for d in SOME:
    for f in ["add", "multiply", "maximum", "minimum", "logical_and", "logical_or", "logical_xor"]:
        same(f"{f}.reduce(m_{SHORT[d]})", near(d))
        same(f"{f}.reduce(m_{SHORT[d]}, axis=1)", near(d))
        same(f"{f}.reduce(m_{SHORT[d]}, axis=(0, 1))", near(d))
    if d != "bool":
        same(f"subtract.reduce(m_{SHORT[d]})", near(d))
        same(f"subtract.reduce(v_{SHORT[d]}, keepdims=true)", near(d))
    if d not in FLOATS:
        for f in ["bitwise_and", "bitwise_or", "bitwise_xor"]:
            same(f"{f}.reduce(v_{SHORT[d]})")
            same(f"{f}.reduce(m_{SHORT[d]}, axis=1, keepdims=true)")
            same(f"{f}.reduce(m_{SHORT[d]}, axis=none)")
same("bitwise_xor.reduce(longi)")
same("bitwise_and.reduce(longi[:7])")
same("logical_xor.reduce(longi)")
same("divide.reduce(t, axis=1)", "near 1e-13")
same("pow.reduce(t[0] * t[0] + 0.5)", "near 1e-13")
same("hypot.reduce(t, axis=-1)", "near 1e-13")
same("add.reduce(t, axis=(0, 2), keepdims=true)", "near 1e-13")
same("add.reduce(t, axis=0, initial=10.0)", "near 1e-13")
same("maximum.reduce(t, axis=0, initial=0.5)")
same("maximum.reduce(e, initial=-1.0)")
same("minimum.reduce(e2, axis=1, initial=2.0)")
same("maximum.reduce(e2, axis=1, initial=2.0, keepdims=true)")
same("subtract.reduce(t, axis=0, initial=10.0)", "near 1e-13")
same("add.reduce(e)")
same("multiply.reduce(e2, axis=1)")
same("bitwise_or.reduce(ei)")
same("bitwise_and.reduce(ei)")
same("logical_xor.reduce(m_i4[:0])")
same("add.reduce(v_i1, dtype=float64)")

# ---- outer ----

for f in ["add", "subtract", "multiply", "maximum", "pow", "less", "logical_and", "hypot"]:
    same(f"{f}.outer(t[0, 0], s)", "near 1e-14" if f in ("pow", "hypot") else "exact")
same("subtract.outer(m_i4, v_i4)")
same("subtract.outer(z, t)")
same("subtract.outer(t, z)")
same("add.outer(e, s)")
same("multiply.outer(m_i1, m_f4)")
same("bitwise_left_shift.outer(arange(3), arange(4))")

# ---- scan ----


def scan(f, x, axis=0, init=None):
    x = np.moveaxis(np.asarray(x), axis, 0)
    states = []
    for i, item in enumerate(x):
        states.append(f(states[-1] if i else init, item) if i or init is not None else item)
    return np.stack(states, axis=axis)


def walked(function, python, args, tolerance="exact"):
    case(f"scan({function}, {args})", eval(f"scan(python, {args})", NAMES | inputs | dict(scan=scan, python=python)), tolerance)


walked("add", lambda a, b: a + b, "v_i8")
walked("fn(s, v) = 0.5 * s + v", lambda s, v: 0.5 * s + v, "long[:300]", "near 1e-13")
walked("fn(s, v) = 0.9 * s + 0.1 * v", lambda s, v: 0.9 * s + 0.1 * v, "t, axis=1", "near 1e-13")
walked("fn(s, v) = s * 3 + v", lambda s, v: s * 3 + v, "m_i8, axis=1, init=7")
walked("fn(s, v) = v - s", lambda s, v: v - s, "t, axis=-1", "near 1e-13")
walked("fn(s, v) = s @ v", lambda s, v: s @ v, "t[:, :3, :3]", "near 1e-13")
walked("fn(s, v) = s + v", lambda s, v: s + v, "v_i8[:4], init=t[0, 0]", "near 1e-13")
walked("maximum", np.maximum, "s")

# ---- Mistakes ----

for text in [
    "maximum.reduce(e)", "minimum.reduce(e2, axis=1)", "subtract.reduce(t, axis=(0, 1))",
    "subtract.reduce(e)", "maximum.accumulate(z)", "maximum.accumulate(t, axis=3)",
    "cumulative_max(t)", "scan(3, s)", "scan(fn(a, b) = a, z)", "add.nothing(s)",
    "bitwise_xor.reduce(t)", "scan(fn(a, b) = stack((a, b)), s)", "s.accumulate(add)",
]:
    refused(text)

write("ufuncs")
