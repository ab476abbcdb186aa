"""Writes vectors/reductions.txt: reductions of the elements where a mask is true, and from an initial value."""

from vectors import *

rng = np.random.default_rng(20261126)
give("v", np.array([3.0, -1.5, 0.25, 8.0, np.nan, -0.0, np.inf]))
give("vm", np.array([True, True, False, True, False, True, False]))
give("a", rng.standard_normal((3, 4)).round(3))
give("am", np.array([[True, False, True, True], [False] * 4, [False, True, True, False]]))
give("row", np.array([True, False, True, False]))
give("column", np.array([[True], [False], [True]]))
give("g", rng.integers(-9, 9, (2, 3, 4)))
give("gm", rng.random((2, 3, 4)) < 0.5)
give("s", np.array(2.5))
give("z", np.zeros((0, 3)))
give("zm", np.zeros((0, 3), bool))
give("f", rng.standard_normal((5, 3)).astype(np.float32))
give("fm", rng.random((5, 3)) < 0.6)
give("c", rng.standard_normal((2, 3)) + 1j * rng.standard_normal((2, 3)))
give("cm", np.array([[True, False, True], [False, True, True]]))
give("i8", np.array([100, -100, 3, 127, -128], np.int8))
give("im", np.array([True, True, False, True, False]))
give("b", np.array([[True, False], [True, True]]))
give("bm", np.array([[True, False], [False, True]]))

MASKED = [("v", "vm"), ("a", "am"), ("a", "row"), ("a", "column"), ("g", "gm"), ("s", "s > 9"), ("z", "zm"), ("f", "fm"),
          ("i8", "im"), ("b", "bm"), ("a", "s > 9"), ("a", "s > 0")]


def axes(name):
    rank = inputs[name].ndim
    yield "none"
    yield from (str(axis) for axis in range(-rank, rank))
    if rank > 1:
        yield "(0, 1)"


def tolerance(name):
    return {"f": "near 4e-6"}.get(name, "near 1e-14" if inputs[name].dtype.kind in "fc" else "exact")




for x, mask in MASKED:
    for axis in axes(x):
        for keep in ["", ", keepdims=true"]:
            tail = f"axis={axis}{keep}, where={mask}"
            same(f"sum({x}, {tail})", tolerance(x))
            same(f"prod({x}, {tail})", tolerance(x))
            same(f"any({x}, {tail})")
            same(f"all({x}, {tail})")
            same(f"mean({x}, {tail})", tolerance(x) if x != "i8" and x != "g" else "ulp 2")
            if x != "b":
                same(f"min({x}, {tail}, initial=5)")
                same(f"max({x}, {tail}, initial=-5)")
                same(f"sum({x}, {tail}, initial=3)", tolerance(x))
                same(f"prod({x}, {tail}, initial=3)", tolerance(x))
                same(f"var({x}, {tail})", "near 1e-6" if x == "f" else "near 1e-13")
                same(f"std({x}, {tail})", "near 1e-6" if x == "f" else "near 1e-13")
for axis in axes("c"):
    same(f"sum(c, axis={axis}, where=cm)", "near 1e-14")
    same(f"prod(c, axis={axis}, where=cm)", "near 1e-14")
    same(f"mean(c, axis={axis}, where=cm)", "near 1e-14")
    same(f"var(c, axis={axis}, where=cm)", "near 1e-13")
    same(f"sum(c, axis={axis}, initial=2)", "near 1e-14")

give("n", np.where(rng.random((4, 5)) < 0.3, np.nan, rng.standard_normal((4, 5))))
give("nm", rng.random((4, 5)) < 0.5)
for x, mask in [("n", "nm"), ("v", "vm"), ("f", "fm"), ("i8", "im"), ("b", "bm"), ("n", "s > 9")]:
    for axis in axes(x):
        for f in ["nansum", "nanprod", "nanmean", "nanvar", "nanstd"]:
            if x != "b" or f not in ["nanvar", "nanstd"]:
                near = "near 4e-6" if x == "f" else "near 1e-13" if x != "i8" or f in ["nanmean", "nanvar", "nanstd"] else "exact"
                same(f"{f}({x}, axis={axis}, where={mask})", near)
                same(f"{f}({x}, axis={axis}, keepdims=true, where={mask})", near)
        if x != "b":
            for f in ["nanmin", "nanmax"]:
                same(f"{f}({x}, axis={axis}, initial=1, where={mask})")
                same(f"{f}({x}, axis={axis}, keepdims=true, initial=-3)")
            same(f"nansum({x}, axis={axis}, initial=1)", tolerance(x))
            same(f"nanprod({x}, axis={axis}, initial=2, where={mask})", tolerance(x))
same("nansum(n, dtype=float32)", "near 1e-6")
same("nanmean(n, dtype=float32)", "near 1e-6")
same("nanmax(n, initial=nan)")

for x in ["v", "a", "g", "f", "i8"]:
    for axis in axes(x):
        same(f"sum({x}, axis={axis}, initial=2)", tolerance(x))
        same(f"prod({x}, axis={axis}, initial=2)", tolerance(x))
        same(f"min({x}, axis={axis}, initial=2)")
        same(f"max({x}, axis={axis}, initial=2)")
same("min(z, axis=0, initial=4)")
same("max(z, axis=0, keepdims=true, initial=4)")
same("max(z, initial=-inf)")
same("max(z, axis=1, initial=4)")
same("sum(z, axis=0, initial=4)")
same("sum(a, dtype=float32, where=am)", "near 1e-6")
same("a.sum(axis=1, where=am)", "near 1e-14")
same("a.max(axis=1, initial=0, where=am)")
same("a.mean(axis=1, where=am)", "near 1e-14")
same("v.max(where=vm, initial=-inf)")
same("a.std(where=a > 0)", "near 1e-13")
same("sum(a, where=true)", "near 1e-14")
same("sum(a, where=false)")
same("var(a, axis=1, ddof=1, where=am)", "near 1e-13")

refused("max(a, where=am)")
refused("min(a, axis=0, where=row)")
refused("sum(a, where=g)")
refused("sum(a, where=[1, 0, 1, 0])")
refused("sum(a, where=vm)")
refused("sum(a[0], where=am)")
refused("sum(a, initial=[1, 2])")
refused("any(a, initial=true)")
refused("max(z, axis=0)")

write("reductions")
