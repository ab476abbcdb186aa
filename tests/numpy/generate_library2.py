"""Writes vectors/library2.txt: functions of the standard library that NumPy has too."""

from vectors import *
import scipy.integrate as integrate

v = np.array([3.0, -1.5, 0.25, 8.0, 2.5, -0.0, 4.0])
m = np.arange(12).reshape(3, 4)
g = np.sin(np.arange(24.0)).reshape(2, 3, 4)

give("v", v)
give("w", np.array([1, 0, 2, 1]))
give("m", m)
give("f", np.arange(12).reshape(3, 4) * 0.75 - 3)
give("q", (np.arange(12).reshape(3, 4) * 0.7).astype(np.float32))
give("g", g)
give("i8", np.array([100, -100, 3, 127, -128], np.int8))
give("u8", np.array([200, 0, 3, 255], np.uint8))
give("u8m", np.arange(0, 240, 20).astype(np.uint8).reshape(3, 4))
give("h", np.array([1.0, np.nan, -np.inf, np.inf, 2.0, -0.0, 0.0]))
give("hn", np.array([[1.0, np.nan, 3.0], [np.nan, 2.0, -1.0]]))
give("h32", np.array([1.5, np.nan, -2.0], np.float32))
give("t", np.array([[True, False, True], [False, False, True]]))
give("s", np.array(2.5))
give("z", np.zeros((0, 3)))
give("one", np.array([[7.0]]))
give("xs", np.array([0.0, 1.0, 1.5, 3.5]))
give("a", np.array([12, -18, 0, 7, 9, 0, 1000000007]))
give("b", np.array([18, 12, 5, -21, 0, 0, 998244353]))
give("d", np.array([7.5, -7.5, 0.0, -0.0, np.inf, 3.0, np.nan, 1e300]))
give("e", np.array([2.0, 2.0, 3.0, 3.0, 2.0, np.inf, 1.0, 7.0]))
NAMES |= dict(cumulative_trapezoid=integrate.cumulative_trapezoid)

# ---- Shapes ----
for x in ["s", "w", "m", "g"]:
    for f in ["atleast_1d", "atleast_2d", "atleast_3d"]:
        same(f"{f}({x})")
same("atleast_2d(s, w)[1]")
for x in ["w", "m", "g"]:
    same(f"dstack(({x}, {x}))")
    for axis in range(-inputs[x].ndim, inputs[x].ndim):
        for n in [1, 2, 3, 5]:
            for k in range(n):
                same(f"array_split({x}, {n}, axis={axis})[{k}]")
        same(f"array_split({x}, (1, 2), axis={axis})[1]")
        for start in range(-inputs[x].ndim, inputs[x].ndim + 1):
            same(f"rollaxis({x}, {axis}, {start})")
for k in range(-5, 6):
    same(f"rot90(m, {k})")
    same(f"rot90(g, {k}, axes=(1, 2))")
    same(f"rot90(g, k={k}, axes=(2, 0))")
for text in ["fliplr(m)", "flipud(m)", "fliplr(g)", "flipud(w)", "split(m, 2, axis=1)[1]",
             "split(w, (1, 3))[2]", "split(w, (1, 9))[1]", "vsplit(m, 3)[2]", "hsplit(m, 2)[0]", "hsplit(w, 2)[1]",
             "dsplit(g, 2)[1]", "apply_over_axes(max, m, (-1,))"]:
    same(text)
for text in ["fliplr(w)", "split(m, 3, axis=1)", "vsplit(w, 2)", "dsplit(m, 2)", "rot90(w)",
             "rot90(m, 1, axes=(0, 0))", "rollaxis(m, 2)", "array_split(m, 0)"]:
    refused(text)
same("apply_over_axes(sum, g, (0, 2))", "near 1e-14")
case("grid((0, 2), (1, 7, 2))", np.mgrid[0:2, 1:7:2])
case("grid((3,))", np.mgrid[0:3][None])
case("ogrid((0, 2), (1, 7, 2))[1]", np.ogrid[0:2, 1:7:2][1])
same("indices((2, 3))")
same("indices((2, 3), sparse=true)[0]")

# ---- Padding ----
MODES = ["edge", "linear_ramp", "maximum", "mean", "minimum", "reflect", "symmetric", "wrap"]
for x in ["w", "v", "m", "f", "q", "g", "i8", "u8m", "one"]:
    for width in ["0", "1", "(2, 1)", "(0, 3)", "7"] + (["((1, 2), (0, 1))"] if inputs[x].ndim == 2 else []):
        if inputs[x].size > 12 and width == "7":
            continue
        same(f"pad({x}, {width})")
        for mode in MODES:
            exact = mode not in ("linear_ramp", "mean")
            same(f'pad({x}, {width}, mode="{mode}")', "exact" if exact else "near 1e-6" if x == "q" else "near 1e-14")
for x in ["w", "m", "q", "g", "i8"]:
    same(f'pad({x}, (2, 1), mode="constant", constant_values=(5, 6))')
    same(f'pad({x}, 3, mode="linear_ramp", end_values=(-4, 7))', "near 1e-6" if x == "q" else "near 1e-14")
    for length in ["1", "2", "(1, 3)", "50"]:
        same(f'pad({x}, 2, mode="maximum", stat_length={length})')
        same(f'pad({x}, 2, mode="mean", stat_length={length})', "near 1e-6" if x == "q" else "near 1e-14")
    same(f'pad({x}, 1, mode="reflect", reflect_type="odd")', "near 1e-6" if x == "q" else "exact")
    same(f'pad({x}, 1, mode="symmetric", reflect_type="odd")', "near 1e-6" if x == "q" else "exact")
same("pad(t, 1)")
same('pad(t, (1, 2), mode="wrap")')
same("pad(z, 2, constant_values=1.5)")
same("pad(z, ((1, 1), (0, 0)))")
for text in ["pad(w, -1)", 'pad(w, 1, mode="other")', 'pad(z, 1, mode="edge")', "pad(m, ((1, 1), (1, 1), (1, 1)))",
             'pad(w, 1, mode="maximum", stat_length=0)']:
    refused(text)

# ---- Matrices and statistics ----
for text in ["tri(3)", "tri(3, 4, 1)", "tri(2, 3, k=-1, dtype=int32)", "diagflat(m)", "diagflat(w, -1)", "diagflat(s)",
             "vander(w)", "vander(w, 2)", "vander(v, increasing=true)", "vander(i8)", "vander(w, 0)"]:
    same(text)
refused("vander(m)")
case("kron(g, m)", np.kron(g, m), "exact")
same("kron(w, m)")
same("kron(s, m)")
same("cross(m[:, :2], m[:, 1:3])")
same("cross(f[:, :3], f[:, 1:])")
same("cross(f.T[:3], f.T[1:], axis=0)")
for x in ["m", "f", "q", "w", "v", "t"]:
    for args in ["", ", bias=true", ", ddof=2", ", rowvar=false"]:
        same(f"cov({x}{args})", "near 1e-13")
    same(f"corrcoef({x})", "near 1e-13")
same("cov(f, fweights=w)", "near 1e-13")
same("cov(f, aweights=[0.5, 1.0, 2.0, 0.25])", "near 1e-13")
same("cov(f, fweights=w, aweights=[0.5, 1.0, 2.0, 0.25], ddof=0)", "near 1e-13")
same("cov(f, g[0])", "near 1e-13")
same("cov(w, w * 2.0)", "near 1e-13")
same("corrcoef(w, w * -2)", "near 1e-13")
refused("cov(g)")

for x in ["m", "g"]:
    for offset in [0, 1, -1, 9]:
        same(f"diagonal({x}, {offset})")
        same(f"trace({x}, offset={offset})", "near 1e-15")
same("diagonal(g, 1, 0, 2)")
same("diagonal(g, axis1=2, axis2=1)")
same("trace(g, 0, -1, 0)", "near 1e-15")
same("trace(u8m, dtype=uint8)")
for offset in [0, 1]:
    case(f"linalg.diagonal(g, {offset})", np.linalg.diagonal(g, offset=offset))
refused("diagonal(w)")
same("polyfit(v, v * v - 2.0, 2)", "near 1e-10")
same("polyfit(xs, f[0], 1)", "near 1e-10")
same("polyfit(xs, f.T, 2)", "near 1e-10")
same("polyfit(xs, [1.0, 2.0, 1.5, 0.0], 2, w=[1.0, 2.0, 1.0, 0.5])", "near 1e-10")

# ---- Elementwise ----
for d in INTS + FLOATS:
    give(f"w{SHORT[d]}", specials(d))
for d in FLOATS:
    give(f"x{SHORT[d]}", wide(d))
    x = f"x{SHORT[d]}"
    same(f"spacing({x})")
    same(f"fabs({x})")
    same(f"frexp({x})[0]")
    same(f"frexp({x})[1]")
    for n in [0, 1, -1, 10, -30, 126, -140, 1000, -1060, 2000, -3000]:
        same(f"ldexp({x}, {n})", "ulp 1")
    same(f"fmax({x}, {x}[::-1])") if d == "none" else None
    near = "ulp 4" if d == "float64" else "ulp 6"
    case(f"i0(clip({x}, -50.0, 50.0))", np.i0(np.clip(inputs[x], -50, 50).astype(d)).astype(d), "near 1e-6" if d == "float32" else near)
    same(f"sinc(clip({x}, -30.0, 30.0))", "near 1e-6" if d == "float32" else "near 1e-15")
    same(f"logaddexp2({x}, 1.5)", "ulp 4")
    same(f"logaddexp({x}, 1.5)", "ulp 4")
    same(f"nan_to_num({x})")
same("fabs(wi4)")
same("logaddexp2(h, h)", "ulp 2")
same("float_power(w, -2)", "ulp 1")
same("float_power(q, 2)", "ulp 1")
for text in ["fmax(h, 0.5)", "fmin(h, 0.5)", "fmax(w, m)", "fmax(nan, h)", "fmod(d, e)", "fmod(d, -e)", "fmod(m - 6, 4)",
             "fmod(u8, 7)", "fmod(i8, 9)", "fmod(i8, -9)", "gcd(a, b)", "lcm(a[:-1], b[:-1])", "gcd(12, m)", "gcd(i8[:4], i8[:4] + i8[:4])",
             "gcd(u8, 15)", "lcm(u8, 3)", "array_equiv(m, m[0])", "array_equiv(w, [1, 1, 2, 1])", "array_equiv(m, v)"]:
    same(text)
refused("gcd(v, 2)")
same("select((m > 8, m > 3), (m * 10, -m), 5)")
same("select((m > 8, m > 3), (m * 1.5, -m))")
same("choose(w, (w * 10, w + 5, 7))")
same('choose([0, 5, -1, 2], (w, w * 10), mode="wrap")')
same('choose([0, 5, -1, 2], (w, w * 10), mode="clip")')
refused("choose([0, 3], (1, 2))")
case("piecewise(v, (v < 0, v > 2), (fn(x) = -x, fn(x) = x * 2))", np.piecewise(v, [v < 0, v > 2], [lambda x: -x, lambda x: x * 2]))
case("piecewise(m, (m < 4,), (fn(x) = x / 2, fn(x) = 0.0 - x))", np.piecewise(m, [m < 4], [lambda x: x / 2, lambda x: 0.0 - x]))
for x in ["t", "m", "u8m", "w"]:
    for axis in ["none", "0", "-1"]:
        for order in ["big", "little"]:
            same(f'packbits({x}, axis={axis}, bitorder="{order}")')
            if x == "u8m":
                same(f'unpackbits({x}, axis={axis}, bitorder="{order}")')
                for count in [3, -2, 100]:
                    same(f'unpackbits({x}, axis={axis}, count={count}, bitorder="{order}")')
refused("packbits(v)")
refused("unpackbits(m)")

# ---- Calculus ----
for x in ["w", "m", "f", "q", "g", "v", "u8"]:
    for n in [0, 1, 2, 5]:
        same(f"diff({x}, n={n})")
        same(f"diff({x}, n={n}, axis=0)")
    same(f"ediff1d({x})")
    near = "near 1e-6" if x == "q" else "near 1e-14"
    same(f"trapezoid({x})", near)
    same(f"trapezoid({x}, dx=0.25, axis=0)", near)
    case(f"cumulative_trapezoid({x})", integrate.cumulative_trapezoid(inputs[x]), near)
    same(f"cumulative_trapezoid({x}, dx=0.5, axis=0, initial=0)", near)
    if inputs[x].ndim == 1 and x != "u8":
        same(f"gradient({x}, edge_order=2)", near)
        same(f"gradient({x}, 0.5)", near)
    if inputs[x].ndim == 2:
        for args in ["", ", 2.0", ", 2.0, 0.5", ", [0.0, 1.0, 3.0], 0.5"]:
            for k in [0, 1]:
                same(f"gradient({x}{args})[{k}]", near)
                if x != "q":
                    same(f"gradient({x}{args}, edge_order=2)[{k}]", near)
        same(f"gradient({x}, xs, axis=1)", near)
        same(f"gradient({x}, xs, axis=-1, edge_order=2)", near)
        same(f"trapezoid({x}, x=xs)", near)
        same(f"trapezoid({x}, x=xs * {x}, axis=1)", near)
same("diff(w, prepend=0)")
same("diff(m, prepend=0, append=9)")
same("diff(m, axis=0, prepend=m[:1])")
same("diff(t)")
same("diff(t, n=2)")
same("ediff1d(w, to_end=99, to_begin=[-1, -2])")
refused("diff(w, n=-1)")
refused("gradient([1.0])")
refused("gradient(m, 1.0, 2.0, 3.0)")
give("ph", np.array([[0.0, 3.0, 6.5, 0.5, -4.0, 9.0], [1.0, 1.0, -6.0, 12.0, 3.0, np.pi]]))
for text in ["unwrap(ph)", "unwrap(ph, axis=0)", "unwrap(ph, discont=4.0)", "unwrap(ph, period=4.0)"]:
    same(text, "near 1e-14")
same("unwrap([0, 3, 6, 1, 5, 4], period=8)")
same("unwrap([0, 3, 6, 1, 5, 4], period=7)")
same("unwrap([2, 6, 2, 6, 9], period=8)")
for mode in ["full", "same", "valid"]:
    for x in ["w", "v", "h32", "u8", "i8", "xs"]:
        for y in ["[1, 2]", "w", "v", "[2]", "[0.5, 1.5, -1.0]", "i8"]:
            same(f'convolve({x}, {y}, mode="{mode}")', "near 1e-6" if x == "h32" else "near 1e-14")
            same(f'correlate({x}, {y}, mode="{mode}")', "near 1e-6" if x == "h32" else "near 1e-14")
    same(f'convolve(t[0], t[1], mode="{mode}")')
refused("convolve(w, zeros(0))")
refused('convolve(w, w, mode="other")')

# ---- NaN ----
for text in ["nancumsum(hn)", "nancumsum(hn, axis=1)", "nancumprod(hn, axis=0)", "nancumsum(m)", "nanargmax(hn)", "nanargmin(hn)",
             "nanargmax(hn, axis=1)", "nanargmin(hn, axis=0, keepdims=true)", "nanmean(h32)", "nansum(h32)", "nanvar(h32)",
             "nanstd(h32)", "nanmax(h32)", "nanmean(hn, axis=0)", "nanvar(hn, axis=1, ddof=1)", "nanmean(m)", "nanmean(u8)",
             "nanvar(u8)", "nanprod(hn, axis=1)", "nanmin(hn, axis=0)"]:
    same(text, "near 1e-6" if "32" in text else "near 1e-14")
refused("nanargmax([nan, nan])")

# ---- Polynomials and windows ----
give("p", np.array([1.0, -2.0, 0.5, 3.0]))
for text in ["polyval(p, f)", "polyval(w, m)", "polyadd(p, w[:2])", "polysub(w[:2], p)", "polyder(p)", "polyder(p, 2)",
             "polyder(w, 3)", "polyint(p)", "polyint(w, 2)", "polyint(p, 2, [1.0, 2.0])"]:
    same(text, "near 1e-15")
case("polymul(p, [1.0, 2.0])", np.polymul([1.0, -2.0, 0.5, 3.0], [1.0, 2.0]))
for n in [0, 1, 2, 3, 8, 13]:
    for window in ["bartlett", "blackman", "hamming", "hanning"]:
        same(f"{window}({n})", "near 1e-15")
    same(f"kaiser({n}, 8.6)", "near 1e-15")

# ---- clip ----
for text in ["clip(m, 2, 8)", "clip(f, none, 1.0)", "clip(m, w, none)", "clip(f, -1.0, w)", "clip(h, -1.0, 1.0)", "clip(u8, 3, 100)",
             "clip(m, 8, 2)"]:
    same(text)
case("clip(i8, [-5, -5, -5, -5, -5], 50)", np.clip(inputs["i8"], -5, 50).astype(np.int8))
case("clip(q, zeros((3, 4)), 2.0)", np.clip(inputs["q"], np.float32(0), np.float32(2)))

write("library2")
