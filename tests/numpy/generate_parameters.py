"""Writes vectors/parameters.txt: parameters of functions beyond the usual ones, arrays without axes,
masks of one bool, matrices that are singular."""

import numpy as np
from vectors import *

rng = np.random.default_rng(11)
give("x", rng.integers(-50, 50, (3, 4)))
give("f", rng.normal(size=(3, 4)).round(3))
give("i", np.array([5, -7, 1, 0, 12]))
give("m", np.array([[5, -7], [1, 0]]))
give("v", np.array([1.0, 2.5, 4.0]))
give("w", np.array([3, 1, 2, 7]))
give("v8", np.array([1, 3, 4], dtype=np.int8))
give("v32", np.array([1.5, -2.0, 0.25], dtype=np.float32))
give("c", np.array([1 + 2j, 3 - 1j, 0.5j]))
give("one", np.array(5))
give("half", np.array(2.5))
give("t", np.array([[1, 0, 2], [0, 3, 1], [4, 1, 0], [2, 2, 2]]))
give("s", rng.normal(size=(2, 3, 3)))

# ---- Positions outside ----

for mode in ["wrap", "clip"]:
    same(f'take(w, i, mode="{mode}")')
    same(f'take(x, m, axis=1, mode="{mode}")')
    same(f'take(f, -9, axis=0, mode="{mode}")')
    same(f'take(x, i, mode="{mode}")')
refused("take(w, i)")
refused('take(w, i, mode="round")')
refused('take(zeros(0), [1], mode="wrap")')
same("take_along_axis(x, i[1:4], axis=none)")
refused("take_along_axis(x, m, axis=none)")


def put_flat(x, at, values):
    y = x.copy()
    np.put_along_axis(y, at, values, axis=None)
    return y


case("put_along_axis(x, [3, 0, -1], [7, 8, 9], axis=none)", put_flat(inputs["x"], np.array([3, 0, -1]), [7, 8, 9]))

# ---- Shapes and dtypes that are given ----

for like in ["zeros_like(x", "ones_like(v32", "full_like(f, 7"]:
    same(f"{like}, shape=(2, 2))")
    same(f"{like}, shape=3)")
    same(f"{like}, dtype=float32, shape=[1, 3])")
same("empty_like(x, shape=(0, 2))")
same("full_like(x, [1, 2], shape=(3, 2))")
for join in ["concat([v8, w]", "concat([x, x], axis=1", "stack([v8, v8]", "hstack([v8, w]", "vstack([v8, v8]"]:
    for dtype in ["int16", "float32", "complex64"]:
        same(f"{join}, dtype={dtype})")
refused("concat([v, v], dtype=int64)")
refused("stack([c, c], dtype=float64)")

# ---- Grids, axes ----

for indexing in ["xy", "ij"]:
    for k in range(3):
        same(f'meshgrid(v, w, v8, sparse=true, indexing="{indexing}")[{k}]')
same("meshgrid(v, sparse=true)[0]")
for source, target in [("[0, 1]", "[-1, -2]"), ("(2, 0)", "[0, 1]"), ("[1]", "0")]:
    same(f"moveaxis(s, {source}, {target})")
same("roll(x, [1, 2], axis=[0, 1])")
same("flip(x, axis=(0, 1))")
same("tensordot(x, t, axes=[[1], [0]])")
same("expand_dims(x, [0, 2])")
same("cross(t, x.T, axisa=1, axisb=1)")
same("cross(t.T, x.T, axisa=0, axisc=0)")
same("cross(s, v, axisa=1, axisc=0)")
same("cross(s, v, axis=-1)")
same("cross(t[:, :2], v)", "ulp 1")
same("cross(v, [2, 5])")
refused("cross(w, w)")
same("matvec(s, v)", "near 1e-15")
same("matvec(t, [1, 2, 3])")
same("vecmat(v, s)", "near 1e-15")
same("vecmat(c, s)", "near 1e-15")
same("vecmat([1, 0, 2], x)")
same("matvec(s[:, newaxis], x[:, :3])", "near 1e-15")
same("vecdot(x, x[0])")
same("vecdot(s, s, axis=1)", "near 1e-15")
refused("matvec(v, v)")
refused("vecmat(v, v)")

# ---- Interpolation, polynomials ----

give("angle", np.array([-180, -170, -185, 185, -10, -5, 0, 365, 720.5]))
for period in ["360", "-360.0", "177"]:
    same(f"interp(angle, [190, -190, 350, -350], [5, 10, 3, 4], period={period})", "ulp 4")
same("interp(angle, [90, 10], [1 + 2j, 3 - 1j], period=360)", "near 1e-15")
refused("interp(v, v, v, period=0)")
give("px", np.array([0.0, 1.0, 2.5, 3.0, 4.0, 6.0]))
give("py", np.array([1.0, 2.5, 2.0, 4.5, 3.0, 9.0]))
give("pw", np.array([1.0, 2.0, 1.0, 0.5, 1.0, 3.0]))
give("py2", np.stack([inputs["py"], inputs["px"] ** 2], axis=1))
for w in ["", ", w=pw"]:
    for k in range(5):
        same(f"[int(polyfit(px, py, 2, full=true{w})[{k}])]" if k == 2 else f"[polyfit(px, py, 2, full=true{w})[{k}]]" if k == 4 else f"polyfit(px, py, 2, full=true{w})[{k}]", "near 1e-12")
    for y in ["py", "py2"]:
        for cov in ["true", '"unscaled"']:
            for k in range(2):
                same(f"polyfit(px, {y}, 1, cov={cov}{w})[{k}]", "near 1e-12")
    same(f"polyfit(px, py2, 1, full=true{w})[1]", "near 1e-11")
same("polyfit([1.0, 1.0, 1.0], [1.0, 2.0, 3.0], 1, full=true)[1]")
refused("polyfit([1.0, 2.0], [1.0, 2.0], 1, cov=true)")
for z in ["v32", "v8", "v", "c"]:
    same(f"poly({z})", "near 1e-6" if z == "v32" else "near 1e-15")
give("m32", np.array([[1, 2], [3, 4]], dtype=np.float32))
same("poly(m32)", "near 1e-6")

# ---- Padding by odd reflections further than the array ----

for name in ["w", "v", "v8", "x"]:
    for mode in ["reflect", "symmetric"]:
        for width in ["2", "(7, 1)", "(0, 11)", "13"]:
            same(f'pad({name}, {width}, mode="{mode}", reflect_type="odd")', "near 1e-14")
same('pad([4], 3, mode="symmetric", reflect_type="odd")')
same('pad([4], 3, mode="reflect", reflect_type="odd")')

# ---- An array without axes has axis 0 for what folds it ----

for name in ["one", "half"]:
    # The second argument of min and max might be a value: see E0175.
    for f in ["sum", "prod", "any", "all", "argmax", "argmin", "count_nonzero", "cumsum", "cumprod",
              "cumulative_sum", "cumulative_prod", "nansum", "nanprod", "nancumsum", "nancumprod",
              "nanargmax", "squeeze", "argsort"]:
        for axis in [0, -1]:
            same(f"{f}({name}, axis={axis})")
        if f not in ("squeeze", "argsort"):
            refused(f"{f}({name}, axis=1)")
    same(f"sum({name}, axis=0, keepdims=true)")
    same(f"repeat({name}, 3, axis=0)")
    same(f"take({name}, [0, 0], axis=0)")
    same(f"compress([true], {name}, axis=0)")
    same(f"sum({name}, axis=())")
    refused(f"sort({name}, axis=0)")
    refused(f"flip({name}, axis=0)")

# ---- Masks of one bool ----

same("half[half > 0]")
same("half[half > 9]")
same("x[x.sum() > -10000]")
same("x[x.sum() > 10000]")
same("f[true]")
same("f[false]")
same("y = half; y[half > 0] = 1.5; y")
same("y = half; y[half > 9] = 1.5; y")
same("y = x; y[x.sum() > -10000] = 3; y")
same("y = x; y[x.sum() > -10000] = w; y")
same("y = x; y[x.sum() > 10000] = 3; y")

# ---- Singular matrices ----

give("a", np.array([[1.0, 2.0], [2.0, 4.0]]))
give("b", np.array([[[1.0, 2.0], [2.0, 4.0]], [[1.0, 2.0], [2.0, 5.0]], [[0.0, 0.0], [0.0, 0.0]]]))
for p in ["1", "-1", "inf", "-inf", '"fro"']:
    same(f"linalg.cond(a, {p})")
    same(f"linalg.cond(b, {p})", "ulp 8")
for p in ["none", "2", "-2"]:
    same(f"linalg.cond(zeros((2, 2)), {p})")
same("linalg.cond([[1.0, nan], [2.0, 4.0]], 1)")
refused("linalg.cond(zeros((0, 0)))")
give("h", np.array([[2.0, 9.0, 9.0], [1.0, 3.0, 9.0], [0.5, -1.0, 1.0]]))
give("hc", np.array([[2.0, 9.0], [1 - 1j, 1.0]]))
for rcond in ["0.1", "0.5", "1e-15"]:
    same(f"linalg.pinv(s, rcond={rcond})", "near 1e-12")
    same(f"linalg.pinv(h, rcond={rcond}, hermitian=true)", "near 1e-12")
same("linalg.pinv(hc, rcond=1e-3, hermitian=true)", "near 1e-12")
same("linalg.matrix_rank(hc, hermitian=true)")
same("linalg.matrix_rank(h, tol=1.5, hermitian=true)")

# ---- Rows with NaN; values that become bools; complex numbers in order ----

give("n", np.array([[1.0, np.nan], [1.0, np.nan], [0.0, 1.0], [0.0, 1.0], [np.nan, 2.0]]))
same("unique(n, axis=0)")
same("unique(n, axis=1)")
for k in range(4):
    same(f"unique(n, axis=0, return_index=true, return_inverse=true, return_counts=true)[{k}]")
same("insert([true, false], 0, 5)")
same("insert([true, false], [0, 1], [0, 2.5])")
for z in ["c", "v8", "v32", "x", "concat([c, c + 1j, c - 1])"]:
    same(f"sort_complex({z})")

# ---- Limits that no element is beyond; picked elements keep their dtype ----

for limits in ["-1, 100", "0, 300", "-5, none", "none, 10 ** 6", "2, 3"]:
    same(f"clip(v8.astype(uint8), {limits})")
refused("clip(v8.astype(uint8), 300, 400)")
for name in ["x", "v8", "t > 1", "v32"]:
    for method in ["lower", "higher", "nearest", "inverted_cdf", "closest_observation"]:
        same(f'quantile({name}, 0.3, method="{method}")')
        same(f'percentile({name}, [20, 75], axis=0, method="{method}")')
        same(f'nanpercentile({name}, 60, method="{method}")')
same('quantile(x, 0.4, weights=abs(x), method="inverted_cdf")')

# ---- More parameters ----

for n in ["0", "1", "3"]:
    same(f"array(x, ndmin={n})")
    same(f"array(one, ndmin={n})")
same("[size(s, axis=-1), size(s, axis=0), size(s)]")
refused("size(s, axis=3)")
for f in ["var", "std"]:
    same(f"{f}(x, mean=mean(x, keepdims=true))", "ulp 2")
    same(f"{f}(f, axis=1, mean=mean(f, axis=1, keepdims=true), ddof=1)", "ulp 2")
    same(f"{f}(v, mean=asarray([0.5]))", "ulp 2")


def put(x, indices, values, mode):
    y = x.copy()
    np.put(y, indices, values, mode=mode)
    return y


for mode in ["wrap", "clip"]:
    case(f'put(x, i, w, mode="{mode}")', put(inputs["x"], inputs["i"], inputs["w"], mode))
    same(f'ravel_multi_index(([5, 0, -2], [1, -9, 4]), (3, 4), mode="{mode}")')
same('ravel_multi_index(([5, 0], [1, -9]), (3, 4), mode=("wrap", "clip"))')
refused("ravel_multi_index(([5], [1]), (3, 4))")
same("indices((2, 3), dtype=float32)")
same("indices((2, 3), float32, true)[1]")
same("cov(f, dtype=float32)", "near 1e-6")
same("corrcoef(x, dtype=float32)", "near 1e-6")
same("percentile(x, q=40)")
same("linalg.svd(h, compute_uv=false, hermitian=true)", "near 1e-14")
give("equations", rng.normal(size=(2, 6, 3)))
same("linalg.tensorsolve(equations, reshape(arange(6.0), (6,)), axes=(0,))", "near 1e-12")

write("parameters")
