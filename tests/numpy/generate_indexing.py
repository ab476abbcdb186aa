"""Writes vectors/indexing.txt: elements by positions and masks, sorting, searching, sets, counting,
order statistics."""

import math

import numpy as np
from vectors import *
from vectors import NAMES, inputs

rng = np.random.default_rng(7)

# ---- Inputs ----

give("x", np.arange(24).reshape(2, 3, 4))
give("m", np.arange(12).reshape(3, 4) * 0.5 - 2)
give("v", np.array([3.0, -1.5, 0.25, 8.0, -1.5]))
give("i", np.array([2, 0, -1, 0]))
give("j", np.array([[0, 1], [2, -1]]))
give("k", np.array([1, 0]))
give("u", np.array([1, 1, 0], "uint8"))
give("b3", np.array([True, False, True]))
give("b34", np.arange(12).reshape(3, 4) % 3 == 0)
give("b2", np.array([False, True]))
give("none5", np.zeros(5, bool))
give("c", (np.arange(6) * 1.5).astype("float32"))
give("e", np.zeros((0, 3)))
give("n4", np.array([np.nan, 1.0, -np.inf, np.inf, 0.0, -0.0, np.nan, 2.0]))
give("w", np.array([4, 1, 3, 1, 2, 4, 4], "int16"))

READS = """
m[[2, 0]]
m[[2, 0, 2], 1]
m[[2, 0], [1, -1]]
m[:, [3, 0]]
m[1:, [3, 0, 3]]
m[::-1, [0, 1]]
m[..., [1, 2]]
m[[[0, 1], [2, 0]]]
m[i[:3] % 3]
v[i]
v[j]
v[u]
x[i % 2]
x[:, i % 3]
x[:, :, i]
x[[0, 1], [2, 1]]
x[[0, 1], :, [1, 2]]
x[:, [0, 2], [1, 2]]
x[0, :, [1, 2]]
x[newaxis, 1:, [2, 1], ..., [1, 2]]
x[..., [1, 0], [1, 2]]
x[1, [0, 2]]
x[:, 1, [0, 2]]
x[[1, 0], 1:, 0]
x[newaxis, [0, 1]]
x[[0, 1], newaxis, [1, 2]]
x[:, [[0], [2]], [[1, 2]]]
x[[[0], [1]], [0, 1, 2], 1::2]
m[b3]
m[b34]
m[:, [true, false, true, false]]
m[b3, 1]
m[b3, 1:3]
m[1, m[1] > 0]
x[b2]
x[:, b3]
x[:, b34]
x[x % 5 == 0]
x[b2, b3[:2] * 1]
v[v > 0]
v[none5]
m[none5[:3]]
v[v > 0] * 2 + 1
(v[v > 0] - v[v > 0].mean())
m[m > 0] - m.mean()
sum(v[v > 0])
m[m > 0].sum()
m[m > 0].mean()
m[m > 0].max()
m[m > 0].min()
prod(m[m > 0])
m[b3].sum(axis=0)
m[b3].mean(axis=0)
m[b3].max(axis=0)
m[b3].sum(axis=1)
any(m[m > 0] > 3)
all(m[m > 0] > 0)
sum(none5[none5])
v[none5].sum()
v[v > 0].size
sqrt(v[v > 0]).astype(float32)
x[x > 3].reshape(4, 5)
e[[]]
e[e > 0]
c[[1, 2]] * 2
""".strip().splitlines()
for text in READS:
    same(text.replace("[]", "zeros(0, dtype=int64)").replace("[[1, 2]]]", "[[1, 2]]]") if text == "e[[]]" else text,
         "near 1e-15" if "mean" in text or "sqrt" in text else "exact")

WRITES = """
y = m.copy(); y[[2, 0]] = 7; y
y = m.copy(); y[[2, 0]] = arange(8).reshape(2, 4); y
y = m.copy(); y[[2, 0], 1] = v[:2]; y
y = m.copy(); y[:, [3, 0]] = 1; y
y = m.copy(); y[1:, [3, 0]] = v[:2]; y
y = m.copy(); y[[0, 0, 1], [1, 1, 2]] = v[:3]; y
y = x.copy(); y[:, [0, 2], 1] = -1; y
y = x.copy(); y[[0, 1], :, [1, 2]] = arange(6).reshape(2, 3); y
y = x.copy(); y[0, [1, 2]] = 5; y
y = x.copy(); y[:, :, [1]] = arange(3)[:, newaxis]; y
y = m.copy(); y[m > 0] = 0; y
y = m.copy(); y[m > 0] = arange(7); y
y = m.copy(); y[b3] = v[:4]; y
y = m.copy(); y[b3] = arange(8).reshape(2, 4); y
y = m.copy(); y[b3, 1] = v[:2]; y
y = m.copy(); y[:, b34[0]] = 9; y
y = m.copy(); y[m > 0] += 1; y
y = m.copy(); y[m > 0] *= m[m > 0]; y
y = m.copy(); y[[0, 0, 1]] += 1; y
y = v.copy(); y[i] += arange(4); y
y = v.copy(); y[none5] = 3; y
y = x.copy(); y[x % 2 == 0] = -x[x % 2 == 0]; y
y = x.copy(); y[b2] = 0; y
y = w.copy(); y[w > 1] -= 1; y
y = c.copy(); y[[1, 1]] = 2.5; y
""".strip().splitlines()
for text in WRITES:
    names = NAMES | {n: a.copy() for n, a in inputs.items()}
    *statements, last = text.split("; ")
    for s in statements:
        exec(s.replace("[[1, 1]] =", "[[1, 1]] ="), names)
    case(text.replace(".copy()", ""), eval(last, names))

for text in ("m[[3]]", "m[[0.5]]", "m[[0, 1], [0, 1, 2]]", "m[[0, 1], 0, 0]", "m[[true, false]]", "v[[5]]", "v[[-6]]",
             "y = m; y[[3]] = 1; y", "y = m; y[m > 0] = arange(3); y", "y = w; y[[0]] = 0.5; y", "v[none5].max()", "y = v; y[[0, 1]] = arange(3); y"):
    refused(text)

# ---- Sorting ----


def decided_descending(x, axis=-1, arg=False):
    """The greatest first, equal elements in their order, NaN last."""
    def line(l):
        nan = np.isnan(l) if l.dtype.kind == "f" else np.zeros(l.shape, bool)
        order = sorted(range(len(l)), key=lambda p: (bool(nan[p]), 0.0 if nan[p] else -float(l[p]), p))
        return np.array(order) if arg else l[order]
    if x.size == 0:
        return x.astype("int64") if arg else x
    return np.apply_along_axis(line, axis, x)


for d in DTYPES:
    name = give("q_" + SHORT[d], (rng.integers(0, 9, (3, 1, 5)) - (0 if d.startswith(("u", "b")) else 4)).astype(d))
    for axis in (0, 1, 2, -1, None):
        text = "none" if axis is None else axis
        case(f"sort({name}, axis={text})", np.sort(inputs[name], axis=axis))
        case(f"argsort({name}, axis={text})", np.argsort(inputs[name], axis=axis, kind="stable"))
    case(f"sort({name}, descending=true)", decided_descending(inputs[name]))
    case(f"argsort({name}, axis=0, descending=true)", decided_descending(inputs[name], axis=0, arg=True))
    flat = np.sort(inputs[name].ravel())
    give("f_" + SHORT[d], flat)
    for side in ("left", "right"):
        case(f'searchsorted(f_{SHORT[d]}, {name}, side="{side}")', np.searchsorted(flat, inputs[name], side=side))
    case(f"unique_values({name})", np.unique(inputs[name]))
    for p, part in enumerate(np.unique_all(inputs[name])):
        case(f"unique_all({name})[{p}]", part)
    for p, part in enumerate(np.unique_counts(inputs[name])):
        case(f"unique_counts({name})[{p}]", part)
    for p, part in enumerate(np.unique_inverse(inputs[name])):
        case(f"unique_inverse({name})[{p}]", part)
    for invert in (False, True):
        case(f"isin({name}, {name}[0, 0, 1:3], invert={str(invert).lower()})", np.isin(inputs[name], inputs[name][0, 0, 1:3], invert=invert))
    case(f"take({name}, [1, 0, 1], axis=2)", np.take(inputs[name], [1, 0, 1], axis=2))
    case(f"{name}[[2, 0]]", inputs[name][[2, 0]])
    for p, part in enumerate(np.nonzero(inputs[name])):
        case(f"nonzero({name})[{p}]", part)

for text in ("sort(e, axis=0)", "sort(e)", "argsort(n4)", "searchsorted(sort(n4), n4)", 'searchsorted(sort(n4), n4, side="right")',
             "searchsorted(v, 0.0, sorter=argsort(v))", "searchsorted(f_i4, 3)", "searchsorted(f_f8, [2.5, 0.0])", "searchsorted(zeros(0), [1.0])",
             "partition(v, 2)[2]", "sort(v)[::-1]", "unique(n4)", "unique(w)", "unique(x)", "unique(e)", "union1d(w, [9, 1])", "intersect1d(w, [9, 1, 4])",
             "setdiff1d(w, [9, 1])", "setxor1d(w, [9, 1])", "isin(x, [])", "flatnonzero(m)", "argwhere(m)", "take(m, [3, -1])", "take(m, j, axis=0)",
             "take(m, 2)", "take(m, 1, axis=1)", "take_along_axis(m, argsort(m, axis=1), axis=1)", "take_along_axis(m, argsort(-m, axis=0), axis=0)",
             "take_along_axis(m, k[:, newaxis][:1], axis=1)", "extract(m > 0, m)", "compress([false, true], m, axis=0)", "compress([false, true], m)",
             "delete(v, [1, -1])", "delete(m, 1, axis=1)", "ravel_multi_index(([1, 0], [2, 1]), (2, 3))", "bincount(w)", "bincount(w, minlength=9)",
             "bincount([0, 1, 1], weights=[0.5, 1.0, 2.0])", "digitize(v, [-2.0, 0.0, 3.0])", "digitize(v, [-2.0, 0.0, 3.0], right=true)",
             "digitize(v, [3.0, 0.0, -2.0])", "digitize(v, [3.0, 0.0, -2.0], right=true)", "choose([0, 1, 0], ([1, 2, 3], [7, 8, 9]))",
             "choose([[0], [1]], (v, 2 * v))"):
    if text in ("isin(x, [])",):
        case("isin(x, zeros(0))", np.isin(inputs["x"], np.zeros(0)))
        continue
    same(text)
case("sort(n4) + 0.0", np.sort(inputs["n4"]) + 0.0)
# What is in its place, and what is on either side of it.
for text, x, kth in (("v", inputs["v"], (1, 3)), ("w", inputs["w"], (2,)), ("n4", inputs["n4"], (0, 5))):
    y = np.partition(x, kth)
    ends = [0, *(k + 1 for k in kth), len(x)]
    case(f"partition({text}, {list(kth)})[{list(kth)}] + 0", y[list(kth)] + 0)
    for a, b in zip(ends, ends[1:]):
        case(f"sort(partition({text}, {list(kth)})[{a}:{b}]) + 0", np.sort(y[a:b]) + 0)
for axis in (0, 1):
    case(f"take(partition(m, 1, axis={axis}), 1, axis={axis})", np.take(np.partition(inputs["m"], 1, axis=axis), 1, axis=axis))
    case(f"take_along_axis(m, argpartition(m, -1, axis={axis}), axis={axis})[-1, -1]",
         np.take_along_axis(inputs["m"], np.argpartition(inputs["m"], -1, axis=axis), axis=axis)[-1, -1])
case("topk(v, 2)[0]", np.array([8.0, 3.0]))
case("topk(v, 2, largest=false)[1]", np.array([1, 4]))
case("lexsort((w, w[::-1]))", np.lexsort((inputs["w"], inputs["w"][::-1])))
case("put_along_axis(m, argmax(m, axis=1, keepdims=true), 99, axis=1)", (lambda y: (np.put_along_axis(y, y.argmax(axis=1, keepdims=True), 99, axis=1), y)[1])(inputs["m"].copy()))
case("put(v, [0, 2], [7, 8])", (lambda y: (np.put(y, [0, 2], [7, 8]), y)[1])(inputs["v"].copy()))
case("scatter_add(zeros(4), i, [1.0, 2.0, 3.0, 4.0])", (lambda y: (np.add.at(y, inputs["i"], [1.0, 2.0, 3.0, 4.0]), y)[1])(np.zeros(4)))
for part in (0, 1):
    case(f"unravel_index([5, 1, 23], (2, 3, 4))[{part}]", np.unravel_index([5, 1, 23], (2, 3, 4))[part])
    case(f"unique(w, return_counts=true)[{part}]", np.unique(inputs["w"], return_counts=True)[part])
    case(f"unique(w, return_index=true)[{part}]", np.unique(inputs["w"], return_index=True)[part])
    case(f"unique(w, return_inverse=true)[{part}]", np.unique(inputs["w"], return_inverse=True)[part])
    case(f"unique(n4, return_counts=true)[{part}]", np.unique(inputs["n4"], return_counts=True)[part])
case("unique([[1, 2], [0, 5], [1, 2]], axis=0)", np.unique([[1, 2], [0, 5], [1, 2]], axis=0))
case("unique([[1, 0, 1], [2, 5, 2]], axis=1)", np.unique([[1, 0, 1], [2, 5, 2]], axis=1))

# ---- Histograms and order statistics ----

h = give("h", rng.normal(size=200))
for part in (0, 1):
    for args in ("h", "h, bins=5", "h, bins=[-1.0, 0.0, 0.5, 2.0]", "h, bins=4, range=(-1.0, 1.0)", "w", "h, bins=3, density=true", "h, bins=3, weights=abs(h)", "v, bins=2"):
        names = NAMES | inputs | {"density": True}
        case(f"histogram({args})[{part}]", eval(f"histogram({args})[{part}]", NAMES | inputs), "near 1e-14")
give("pts", rng.normal(size=(60, 2)))
case("histogramdd(pts, bins=3)[0]", np.histogramdd(inputs["pts"], bins=3)[0])
case("histogramdd(pts, bins=(2, 4))[0]", np.histogramdd(inputs["pts"], bins=(2, 4))[0])
case("histogramdd(pts, bins=3)[1][1]", np.histogramdd(inputs["pts"], bins=3)[1][1], "near 1e-15")
give("o", rng.normal(size=(4, 5, 3)))
give("on", np.where(rng.random((4, 5)) < 0.2, np.nan, rng.normal(size=(4, 5))))
for axis in ("none", "0", "1", "-1", "(0, 2)"):
    for keep in ("false", "true"):
        tail = f"axis={axis}, keepdims={keep}"
        same(f"median(o, {tail})", "near 1e-15")
        same(f"quantile(o, 0.3, {tail})", "near 1e-15")
        same(f"percentile(o, [10, 50.0, 90], {tail})", "near 1e-15")
for method in ("linear", "lower", "higher", "nearest", "midpoint", "hazen", "weibull", "median_unbiased", "normal_unbiased", "interpolated_inverted_cdf", "inverted_cdf"):
    for q in ("0.0", "0.25", "0.5", "0.61", "1.0", "[0.1, 0.9]"):
        case(f'quantile(v, {q}, method="{method}")', np.quantile(inputs["v"], eval(q), method=method), "near 1e-14")
for text in ("median(w)", "median(on)", "median(on, axis=0)", "nanmedian(on)", "nanmedian(on, axis=1)", "nanquantile(on, 0.3, axis=0)", "nanquantile(on, [0.1, 0.5], axis=1)",
             "nanpercentile(on, 40)", "quantile(n4, 0.5)", "median([inf, inf])", "median(c)", "interp([0.5, 9.0, -1.0, 2.0], [0.0, 1.0, 2.0], [0.0, 10.0, 15.0])",
             "interp(v, [0.0, 1.0, 2.0], [0.0, 10.0, 15.0], left=-1.0, right=99.0)", "interp(m, [0.0, 1.0], [0.0, 10.0])"):
    same(text, "near 1e-14")

write("indexing")
