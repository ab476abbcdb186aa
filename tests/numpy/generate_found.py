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

write("found")
