"""Writes vectors/windows.txt: moving windows and what is computed over them."""

from itertools import permutations

import numpy as np
from vectors import *
from vectors import NAMES, inputs

NAMES["windows"] = np.lib.stride_tricks.sliding_window_view
NAMES["sliding_window_view"] = NAMES["windows"]

rng = np.random.default_rng(5)
for d in DTYPES:
    values = rng.integers(0, 2 if d == "bool" else 100, 40)
    give("v_" + SHORT[d], values.astype(d))
    give("m_" + SHORT[d], values.reshape(5, 8).astype(d))
give("v", rng.normal(size=60))
give("m", rng.normal(size=(9, 11)))
give("t", rng.normal(size=(4, 5, 6)))
give("q", rng.normal(size=(2, 3, 4, 3)))
give("z", np.array(7.5))
give("e0", np.zeros((0,)))
give("e1", np.zeros((3, 0, 2)))
give("s", np.array([1.0, np.nan, 2.0, -0.0, np.inf, 3.0, -np.inf, 4.0, 5.0]))
give("k", rng.normal(size=(3, 3)))
give("w", rng.normal(size=5))

# ---- The views themselves ----

for d in DTYPES:
    same(f"windows(v_{SHORT[d]}, 3)")
    same(f"windows(m_{SHORT[d]}, (2, 3))")
for n in [0, 1, 2, 7, 59, 60]:
    same(f"windows(v, {n})")
for shape in [(1, 1), (9, 11), (3, 3), (2, 5), (0, 2), (4, 0)]:
    same(f"windows(m, {shape})")
for axis in [0, 1, -1, -2]:
    for n in [1, 3, 9]:
        same(f"windows(m, {n}, axis={axis})")
same("windows(m, (3,), axis=(1,))")
for axes in permutations([0, 1, 2], 2):
    same(f"windows(t, (2, 3), axis={axes})")
same("windows(t, (2, 3, 4))")
same("windows(t, (2, 3, 4), axis=(2, 0, 1))")
same("windows(q, (2, 2), axis=(1, -2))")
same("windows(q, (1, 2, 3, 2))")
same("windows(v, (3, 4), axis=(0, 0))")
same("windows(m, (2, 2, 2), axis=(0, 1, 0))")
same("windows(z, ())")
same("windows(e0, 0)")
same("windows(e1, (2, 0, 1))")
same("windows(e1, 2, axis=0)")
same("sliding_window_view(v, 5)")

# ---- Views of them ----

same("windows(v, 5)[::2]")
same("windows(v, 5)[:, ::-1]")
same("windows(v, 5)[::-3, 1:4]")
same("windows(v[::-1], 4)")
same("windows(v[3:40:3], 4)[2]")
same("windows(m, (3, 3))[::2, ::3]")
same("windows(m.T, (2, 4))")
same("windows(m, (3, 2))[1, :, :, 1]")
same("windows(windows(v, 4), 2, axis=1)")
same("windows(windows(v, 4), 3, axis=0)[5]")
same("windows(m, 2, axis=0).transpose(2, 0, 1)")
same("windows(v, 4).reshape(-1)")
same("windows(v, 4).T.reshape(19, 12)")
same("windows(m, (3, 3)).reshape(63, 9)")
same("concatenate((windows(v, 4), windows(v, 4)[::-1]), axis=1)")
same("windows(arange(20), 6)")
same("windows(arange(20).reshape(4, 5), (2, 2))")
same("windows(v + 1, 3)")
same("windows(v, 3) + windows(v[::-1], 3)")
same("windows(broadcast_to(w, (4, 5)), (2, 2))")
same("where(windows(v, 3) > 0, windows(v, 3), 0.0)")

# ---- Computing over them ----

for f in ["sum", "mean", "max", "min", "prod", "std"]:
    same(f"{f}(windows(v, 7), axis=-1)", "near 1e-13")
    same(f"{f}(windows(m, (3, 2)), axis=(-2, -1))", "near 1e-13")
for f in ["max", "min"]:
    for axis in [0, 1, (0, 1)]:
        same(f"{f}(windows(s, 3), axis={axis})")
for d in DTYPES:
    same(f"sum(windows(v_{SHORT[d]}, 4), axis=1)", "near 1e-6" if d in FLOATS else "exact")
    same(f"max(windows(m_{SHORT[d]}, (2, 2)), axis=(2, 3))")
same("sum(windows(m, (3, 3)) * k, axis=(-2, -1))", "near 1e-13")
same("sum(windows(m, (3, 3))[::2, ::2] * k, axis=(-2, -1))", "near 1e-13")
same("sum(windows(m, (3, 3)), axis=(0, 1))", "near 1e-13")
same("sum(windows(m, (3, 3)), axis=(0, 3))", "near 1e-13")
same("sum(windows(m, (3, 3)), axis=(1, 2), keepdims=true)", "near 1e-13")
same("windows(v, 5) @ w", "near 1e-13")
same("windows(v, 5) @ windows(v, 5).T", "near 1e-13")
same("windows(m, (3, 3)).reshape(63, 9) @ k.ravel()", "near 1e-13")
same("windows(t, 3, axis=2) @ k", "near 1e-13")
same("cumsum(windows(v, 4), axis=0)", "near 1e-13")
same("cumsum(windows(v, 4), axis=1)", "near 1e-13")
same("argmax(windows(v, 4), axis=1)")
same("sum(windows(e0, 0))")
same("sum(windows(v, 0), axis=1)")
same("x = v + 0; x[2:-2] = sum(windows(v, 5), axis=1); x", "near 1e-13")
same("abs(windows(v, 9) - windows(v, 9)[:, 4:5])[10]")

# ---- Mistakes ----

for text in ["windows(v, 61)", "windows(m, 3)", "windows(m, (3, 3), axis=0)", "windows(v, -1)"]:
    refused(text)
refused("windows(m, 3, axis=2)")
refused("windows(m, (3, 12))")
refused("windows(v, 2.5)")
refused("windows(v, (31, 31), axis=(0, 0))")
refused("windows(e0, 1)")

write("windows")
