"""Writes vectors/library3.txt: elements added and replaced, positions of parts, sets, grids, polynomials."""

from vectors import *

v = np.array([3.0, -1.5, 0.25, 8.0, 2.5, -0.0, 4.0])
give("v", v)
give("w", np.array([1, 0, 2, 1]))
give("m", np.arange(12).reshape(3, 4))
give("f", np.arange(12).reshape(3, 4) * 0.75 - 3)
give("g", np.sin(np.arange(24.0)).reshape(2, 3, 4))
give("i8", np.array([100, -100, 3, 127, -128], np.int8))
give("t", np.array([[True, False, True], [False, False, True]]))
give("s", np.array(2.5))
give("z", np.zeros((0, 3)))
give("zs", np.array([0, 0, 3, 0, 1, 0]))
give("zm", np.array([[0, 0, 0, 0], [0, 1, 0, 0], [0, 2, 3, 0]]))
give("h", np.array([1.0, np.nan, -np.inf, np.inf, 2.0, np.nan, 0.0]))
give("hn", np.array([[1.0, np.nan, 3.0, 7.0], [np.nan, 2.0, -1.0, 0.5], [4.0, 4.0, np.nan, 9.0]]))
give("q", np.array([0.0, 0.1, 0.25, 0.5, 0.8, 1.0]))
give("r", np.array([[2, 1, 1], [1, 5, 5], [2, 1, 1], [1, 5, 0]]))
give("u", np.array([3, 1, 3, 7, 1, 0]))
give("k", np.array([7, 2, 0, 3, 9]))


def parts(expression, n, tolerance="exact"):
    """The elements of a tuple, one case each."""
    for i in range(n):
        same(f"{expression}[{i}]", tolerance)


# ---- Conditions ----
parts("where(w)", 1)
parts("where(m > 5)", 2)
same("v[where(v > 1)]")
for x in ["m", "g"]:
    for axis in range(-inputs[x].ndim, inputs[x].ndim):
        n = inputs[x].shape[axis]
        same(f"repeat({x}, {[k % 3 for k in range(n)]}, axis={axis})")
        same(f"repeat({x}, [2], axis={axis})")
same("repeat(w, w)")
same("repeat(w, [0, 0, 0, 0])")
same("repeat(zs, [1, 2, 0, 0, 3, 1])")
refused("repeat(w, [1, 2])")
refused("repeat(w, [1, -1, 1, 1])")
case("piecewise(v, [v < 0, v > 2], [-1, fn(a) = a * 2, 7])", np.piecewise(v, [v < 0, v > 2], [-1, lambda a: a * 2, 7]))
case("piecewise(v, v > 2, [fn(a) = a * 2])", np.piecewise(v, v > 2, [lambda a: a * 2]))
case("piecewise(v, [v > 2], [fn(a, b) = a * b, 1], 3)", np.piecewise(v, [v > 2], [lambda a, b: a * b, 1], 3))
case("piecewise(m, [m > 5, m < 2], [fn(a) = -a, 9])", np.piecewise(inputs["m"], [inputs["m"] > 5, inputs["m"] < 2], [lambda a: -a, 9]))
refused("piecewise(v, [v > 2], [1, 2, 3])")
same("select([m > 8, m > 3], [m, 10 * m], -1)")
same("select([m > 8, m > 3], [m, f])")
same("choose(w, [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]])")
same("choose(w, [0, [5, 6, 7, 8], -1.5])")
same('choose(w - 1, [1, 2], mode="wrap")')
refused("choose(w, [1, 2])")
for text in ["block([w, w])", "block([[w], [w]])", "block([[m, m], [f, f]])", "block([[[w]], [[w]]])",
             "block([[m[:, :2], m[:, 2:]], [m]])", "block([s, w])", "block([[1, 2], [3, 4]])", "block(m)", "block([[m], [w]])",
             "block([[g, g], [g, g]])"]:
    same(text)
for text in ["block([[w, w], w])", "block([])"]:
    refused(text)

# ---- Elements added ----
for x in ["m", "g"]:
    for axis in range(-inputs[x].ndim, inputs[x].ndim):
        for i in ["0", "2", "-1", "[1]", "[0, 2]", "[2, 0, 0]", "[-1, 1]"]:
            same(f"insert({x}, {i}, 5, axis={axis})")
same("insert(m, 1, [1, 2, 3, 4], axis=0)")
same("insert(m, 1, [1, 2, 3], axis=1)")
same("insert(m, [1], [[1], [2], [3]], axis=1)")
same("insert(m, [0, 3], [[1, 4], [2, 5], [3, 6]], axis=1)")
same("insert(m, [0, 3], [[1], [2], [3]], axis=1)")
same("insert(m, [0, 3], m[:2], axis=0)")
same("insert(m, 1, m, axis=0)")
same("insert(w, 2, [7, 8, 9])")
same("insert(w, [2], [7, 8, 9])")
same("insert(w, [4, 0], [7, 8])")
same("insert(m, 3, 7)")
same("insert(m, [0, 12], 7)")
same("insert(i8, 1, 7)")
same("insert(v, 1, 7)")
for text in ["insert(w, 5, 1)", "insert(w, [0, -5], 1)", "insert(m, 1, [1, 2, 3], axis=0)", "insert(w, 1.5, 2)",
             "insert(w, 0, 2.5)", "insert(s, 0, 1, axis=0)", "insert(w, [0, 1], [1, 2, 3])"]:
    refused(text)
same("append(w, 5)")
same("append(m, f)")
same("append(m, m, axis=1)")
same("append(i8, [1])")
refused("append(m, w, axis=0)")
for shape in ["(2, 3)", "7", "(0, 2)", "(3, 1, 4)", "()"]:
    same(f"resize(w, {shape})")
    same(f"resize(f, {shape})")
for x in ["zs", "zm", "w", "zs * 0", "zm * 0"]:
    for trim in ["fb", "f", "b"]:
        same(f'trim_zeros({x}, "{trim}")')
same("trim_zeros(zm, axis=1)")
same('trim_zeros(zm, "b", axis=(0, -1))')
refused('trim_zeros(w, "x")')

# ---- Elements replaced: arr gives the new array ----


def mutated(function, name, *args, **kwargs):
    """What a function that changes its argument leaves."""
    x = inputs[name].copy()
    getattr(np, function)(x, *args, **kwargs)
    return x


m = inputs["m"]
case("place(m, m > 4, [7, 8, 9])", mutated("place", "m", m > 4, [7, 8, 9]))
case("place(m, m > 40, [7])", mutated("place", "m", m > 40, [7]))
case("putmask(m, m > 4, [7, 8, 9])", mutated("putmask", "m", m > 4, [7, 8, 9]))
case("putmask(m, m > 4, -m)", mutated("putmask", "m", m > 4, -m))
case("fill_diagonal(m, 5)", mutated("fill_diagonal", "m", 5))
case("fill_diagonal(m, [5, 6])", mutated("fill_diagonal", "m", [5, 6]))
case("fill_diagonal(m.T, 5)", mutated("fill_diagonal", "m", 5)[:, :3].T if False else np.array([[5, 4, 8], [1, 5, 9], [2, 6, 5], [3, 7, 11]]))
tall = np.zeros((7, 3), np.int64)
np.fill_diagonal(tall, 4, wrap=True)
case("fill_diagonal(zeros((7, 3), dtype=int64), 4, wrap=true)", tall)
cube = np.zeros((3, 3, 3))
np.fill_diagonal(cube, 4)
case("fill_diagonal(zeros((3, 3, 3)), 4)", cube)
for text in ["fill_diagonal(w, 1)", "fill_diagonal(g, 1)", "place(w, [true], 1)", "place(w, w > 0, zeros(0, dtype=int64))"]:
    refused(text)

# ---- Positions of parts ----
same("m[ix_([0, 2], [1, 3])]")
same("m[ix_([true, false, true], [1])]")
parts("ix_([1, 2], [3], [4, 5, 6])", 3)
refused("ix_(m)")
parts("diag_indices(3, 3)", 3)
parts("diag_indices_from(zeros((2, 2, 2)))", 3)
for n, k, c in [(3, 0, "none"), (3, 1, "none"), (3, -1, 4), (4, 2, 2), (2, -5, 3), (0, 0, 2)]:
    parts(f"tril_indices({n}, {k}, {c})", 2)
    parts(f"triu_indices({n}, {k}, {c})", 2)
parts("tril_indices_from(m, 1)", 2)
parts("triu_indices_from(m, -1)", 2)
parts("mask_indices(3, triu, 1)", 2)
refused("triu_indices_from(w)")

# ---- Sets ----
for axis in [0, 1, -1]:
    for x in ["r", "m", "t", "f"]:
        parts(f"unique({x}, return_index=true, return_inverse=true, return_counts=true, axis={axis})", 4)
same("unique(g, axis=1)")
same("unique(z, axis=0)")
same("unique(r, axis=1)")
parts("unique(h, return_index=true, return_inverse=true, return_counts=true)", 4)
parts("unique(h, return_counts=true, equal_nan=false)", 2)
parts("intersect1d(u, k, return_indices=true)", 3)
parts("intersect1d(k, r, return_indices=true)", 3)
same("setdiff1d(k, u, assume_unique=true)")
same("setdiff1d(u, k)")
same("setxor1d(u, k)")
same("isin(u, k, invert=true)")
same("isin(m, k)")

# ---- Points at distances ----
same("linspace([0, 1], [1, 3], 3)", "ulp 1")
same("linspace(0.0, [1, 3], 4, endpoint=false)", "ulp 1")
same("linspace([[0, 1]], 5, 3, axis=-1)", "ulp 1")
same("linspace([0, 1], 5, 3, axis=1)", "ulp 1")
same("linspace(-1, 0, 3, dtype=int64)")
same("linspace(0, 5, 4, dtype=int32)")
same("linspace([0, -7], 5, 4, dtype=int64)")
same("linspace(2, 2, 3)")
same("linspace(2, 5, 1)")
same("linspace(2, 5, 0)")
parts("linspace(2, 5, 4, retstep=true)", 2)
parts("linspace(2, [5, 9], 4, retstep=true)", 2)
parts("linspace(2, 5, 1, retstep=true)", 2)
refused("linspace(0, 1, -1)")
same("logspace(0, [1, 2], 3)", "ulp 4")
same("logspace(1, 4, 4, base=2, dtype=int64)")
same("geomspace(1, 256, 9)", "ulp 4")
same("geomspace(-1000, -1, 4)", "ulp 4")
same("geomspace(2, 54, 3, endpoint=false)", "ulp 4")
same("geomspace([1, 2], [100, 50], 3)", "ulp 4")
same("geomspace(1, 8, 1)")
same("geomspace([1, 2], 100, 3, axis=1)", "ulp 4")
for text in ["geomspace(1j, 1000j, 4)", "geomspace(-1 + 0j, 1 + 0j, 5)", "geomspace(1 + 2j, -3 + 0.5j, 7)", "geomspace(2 - 1j, 5, 6)", "geomspace(-3, 1j, 3)",
             "geomspace(1 + 1j, 8 - 8j, 4, endpoint=false)", "geomspace([1j, -2], [4, 3 + 4j], 5)", "geomspace([1j, -2], 3 - 1j, 3, axis=1)", "geomspace(1j, 2j, 1)",
             "logspace(0, 1j, 4)", "logspace(1 + 1j, 2 - 3j, 5)", "logspace(0, 2j, 3, base=2)", "logspace([0, 1j], 1 + 1j, 3, axis=1)", "logspace(1, 3j, 4, endpoint=false)",
             "logspace(0, 3, 4, base=-2 + 1j)", "linspace(1j, 3 - 2j, 5)", "linspace([1j, 2], 3 - 2j, 4, endpoint=false)"]:
    same(text, "near 1e-13")
for text in ["geomspace(0, 1)", "geomspace(-1, 1)", "geomspace(1, 2, -1)", "geomspace(0j, 1)", "geomspace([1j, 2], [0, 1])"]:
    refused(text)

# ---- Statistics ----
parts("average(v, weights=[1, 2, 3, 4, 5, 6, 7], returned=true)", 2, "near 1e-15")
parts("average(f, axis=1, weights=w, returned=true)", 2, "near 1e-15")
parts("average(f, axis=0, returned=true)", 2, "near 1e-15")
refused("average(f, weights=w)")
refused("average(f, axis=0, weights=w)")
METHODS = ["linear", "lower", "higher", "nearest", "midpoint", "hazen", "weibull", "median_unbiased", "normal_unbiased",
           "interpolated_inverted_cdf", "inverted_cdf", "averaged_inverted_cdf", "closest_observation"]
for method in METHODS:
    near = "near 4e-15"
    same(f'quantile(v, q, method="{method}")', near)
    same(f'quantile(f, q, axis=1, method="{method}")', near)
    same(f'quantile(g, 0.3, axis=(0, 2), method="{method}", keepdims=true)', near)
    same(f'nanquantile(hn, q, axis=1, method="{method}")', near)
    same(f'nanquantile(hn, 0.4, axis=0, method="{method}", keepdims=true)', near)
    same(f'nanquantile(hn, q, method="{method}")', near)
    same(f'percentile(v, 31, method="{method}")', near)
    same(f'nanpercentile(h[3:], [25, 60], method="{method}")', near)
same('quantile(v, q, weights=[1, 2, 0, 3, 1, 1, 2], method="inverted_cdf")')
same('quantile(f, q, axis=1, weights=w, method="inverted_cdf")')
same('percentile(f, [10, 70], axis=0, weights=[1, 2, 3], method="inverted_cdf")')
for text in ['quantile(v, 0.5, method="other")', 'quantile(v, 0.5, weights=v)', 'quantile(v, 1.5)', 'percentile(v, -1)',
             'quantile(w, 0.5, weights=[1, 2, 3, -1], method="inverted_cdf")']:
    refused(text)
same("nanmedian(hn, axis=0)")
same("nanmedian(hn, axis=1, keepdims=true)")
parts("histogram2d(v, v[::-1], 3)", 3)
parts("histogram2d(v, v * 2, [2, 4])", 3)
parts("histogram2d(v, v, [-2.0, 0.0, 1.0, 9.0])", 3)
parts("histogram2d(v, v, 2, range=[[0, 4], [0, 8]], density=true)", 3, "near 1e-15")
parts("histogram2d(v, v, 2, weights=v)", 3, "near 1e-15")

# ---- Padding ----
for x in ["w", "v", "m", "f", "g", "i8"]:
    for more in ["", ", stat_length=2", ", stat_length=(1, 3)"]:
        same(f'pad({x}, 2, mode="median"{more})', "near 1e-15")

# ---- Polynomials ----
for p in ["[1, -3, 2]", "[1.0, 0, 0, -8]", "[0, 2, 4, 0, 0]", "[3]", "[0, 0]", "v", "[1, 2, 3, 4, 5, 6]"]:
    ordered = np.sort_complex(np.roots(np.array(eval(p, NAMES | inputs))))
    case(f"sort(roots({p}).real)", np.sort(ordered.real), "near 1e-10")
    case(f"sort(roots({p}).imag)", np.sort(ordered.imag), "near 1e-10" if ordered.imag.any() else "exact")
case("roots([1, 2]).dtype == complex128", True)
refused("roots(m)")
same("poly([1, 2, 3])")
same("poly(v)", "near 1e-14")
same("poly([[1.0, 2.0], [3.0, 4.0]])", "near 1e-12")
same("poly([1j, -1j, 2.0]).real", "near 1e-14")
refused("poly(m)")
parts("polydiv([1, -3, 2], [1, -1])", 2)
parts("polydiv([3.0, 5.0, 2.0, 1.0], [2.0, 1.0])", 2, "near 1e-15")
parts("polydiv([1, 2], [1, 2, 3])", 2)
parts("polydiv([2, 0, 0, 4], [2])", 2)
parts("polydiv([1, 0, 1], [1, 1j])", 2)

# ---- Functions applied ----
case("apply_along_axis(percentile, 1, f, 30)", np.apply_along_axis(np.percentile, 1, inputs["f"], 30), "near 1e-15")
case("apply_along_axis(fn(a) = a[:2] - a[-1], 0, g)", np.apply_along_axis(lambda a: a[:2] - a[-1], 0, inputs["g"]))
case("apply_along_axis(fn(a) = outer(a, a), -1, m)", np.apply_along_axis(lambda a: np.outer(a, a), -1, inputs["m"]))
case("apply_along_axis(sort, 1, g)", np.apply_along_axis(np.sort, 1, inputs["g"]))
clipped = np.vectorize(lambda a, b: a - b if a > b else a * b)
case("vectorize(fn(a, b) = if a > b { a - b } else { a * b })(m, w)", clipped(inputs["m"], inputs["w"]))
case("vectorize(fn(a, b) = if a > b { a - b } else { a * b })(f, 0.5)", clipped(inputs["f"], 0.5))
case("map_blocks(fn(b) = b * 2 + 1, m)", inputs["m"] * 2 + 1)
case("map_blocks(fn(b) = b - b[0], v, rows=3)", np.concatenate([v[:3] - v[0], v[3:6] - v[3], v[6:] - v[6]]))
case("map_blocks(fn(a, b, c) = a + b * c, m, m, w, rows=2)", m + m * inputs["w"])
refused("map_blocks(fn(b) = b, m, rows=0)")

# ---- Methods of functions ----


def at(function, name, *args):
    """What a function applied at positions leaves."""
    x = inputs[name].copy()
    getattr(np, function).at(x, *args)
    return x


give("u8", np.array([200, 0, 3, 255], np.uint8))
for function in ["add", "subtract", "multiply", "minimum", "maximum", "floor_divide", "power", "bitwise_xor"]:
    for name, i, b in [("w", [0, 0, -1, 2, 0], 2), ("w", [1, 1], [3, 5]), ("m", [2, 0, 2], [[1], [2], [3]]),
                       ("m", ([0, 0, 1], [1, 1, -1]), [5, 6, 7]), ("u8", [0, 0, 3], 2)]:
        dtype = ", dtype=uint8" if name == "u8" else ""
        value = np.asarray(b).astype(inputs[name].dtype)
        case(f"{function}.at({name}, {i}, asarray({b}{dtype}))", at(function, name, i, value))
case("divide.at(f, ([0, 0], [1, 1]), 2)", at("divide", "f", ([0, 0], [1, 1]), 2))
case("negative.at(v, [0, 0, 1])", at("negative", "v", [0, 0, 1]))
case("add.at(m, m > 5, 1)", at("add", "m", m > 5, 1))
for text in ["add.at(w, [9], 1)", "divide.at(v, [9], 1)", "add.at(w, [0], 1.5)", "add.at(w, ([0], [0]), 1)", "add.at(w, [0.5], 1)"]:
    refused(text)
for function in ["add", "subtract", "maximum", "logical_and"]:
    same(f"{function}.reduceat(u, [0, 3, 1, 5])")
    for axis in [0, 1, -1]:
        same(f"{function}.reduceat(m, [0, 2, 1], axis={axis})")
refused("add.reduceat(w, [4])")
case("f = add.reduce; f(m, axis=1)", np.add.reduce(inputs["m"], axis=1))
case("f = multiply.outer; f(w, u)", np.multiply.outer(inputs["w"], inputs["u"]))
case("apply_along_axis(maximum.reduce, 0, m)", np.maximum.reduce(inputs["m"]))

write("library3")
