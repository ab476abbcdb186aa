"""Writes vectors/complex.txt: complex64 and complex128."""

import numpy as np
from vectors import *
from vectors import inputs

rng = np.random.default_rng(7)
WIDE = {"complex64": np.complex128, "complex128": np.clongdouble}


def grid(values, dtype):
    """Every pair of parts."""
    part = np.dtype(dtype).type(0).real.dtype
    values = np.array(values, part)
    z = np.empty((len(values), len(values)), dtype)
    z.real, z.imag = values[:, None], values[None, :]
    return z.ravel()


def edges(dtype):
    big = 1e30 if dtype == "complex64" else 1e300
    return [0.0, -0.0, 1.0, -1.0, math.inf, -math.inf, math.nan, big, -big, 1 / big, -1 / big]


def sample(dtype, *shape):
    return (rng.standard_normal(shape) * 2 + 2j * rng.standard_normal(shape)).astype(dtype)


for d, s in zip(COMPLEX, ("c8", "c16")):
    give(f"e_{s}", grid(edges(d), d))
    plain = [0.25, -0.5, 1.5, 2.0, -3.0, 10.0, -25.0, 1e-3]
    give(f"g_{s}", np.concatenate([grid(plain, d), sample(d, 40), sample(d, 20) * 5]))
    give(f"m_{s}", sample(d, 3, 4))
    give(f"n_{s}", sample(d, 4, 2))
    give(f"t_{s}", sample(d, 2, 3, 4))
    give(f"v_{s}", sample(d, 4))
    give(f"z_{s}", np.zeros((0, 3), d))
    give(f"s_{s}", np.array(1.5 - 2j, d))
give("x_f4", rng.standard_normal(4).astype("float32"))
give("x_f8", rng.standard_normal((3, 1)))
give("x_i4", np.arange(-2, 2, dtype="int32"))
give("x_i8", np.arange(-2, 2))
give("x_u1", np.arange(4, dtype="uint8"))
give("x_b", np.array([True, False, True, True]))
give("near", np.exp(1j * rng.uniform(-3, 3, 30)) * (1 + rng.standard_normal(30) * 1e-9))


def decided_product(a, b):
    """The textbook formula, every step rounded (NumPy fuses steps where the machine can)."""
    a, b = np.broadcast_arrays(a, b)
    re, im = a.real * b.real - a.imag * b.imag, a.real * b.imag + a.imag * b.real
    return components(re, im, a)


# ---- Elementwise functions ----


def rounded_once(function, z):
    """A function computed with more digits, so that the error of the reference is the rounding."""
    return function(z.astype(WIDE[z.dtype.name])).astype(z.dtype)


def components(re, im, like):
    z = np.empty(np.shape(re), like.dtype)
    z.real, z.imag = re, im
    return z


def decided_expm1(z):
    """The standard's special values: the imaginary part is that of exp, the real part of an
    infinite or real number that of the limit (NumPy: NaN from infinity minus infinity)."""
    wide = z.astype(WIDE[z.dtype.name])
    e = np.exp(wide)
    x, y = wide.real, wide.imag
    re = np.expm1(x) * np.cos(y) - 2 * np.sin(y / 2) ** 2
    re = np.where(y == 0, np.expm1(x), re)
    re = np.where(x > 40, e.real, np.where(np.isneginf(x), -1, re))
    return components(re, e.imag, z)


def decided_log1p(z):
    """log(1 + z) without loss near zero (NumPy adds first)."""
    wide = z.astype(WIDE[z.dtype.name])
    x, y = wide.real, wide.imag
    far = np.log(wide + 1).real
    square = 2 * x + x * x + y * y
    re = np.where((abs(x) < 0.25) & (abs(y) < 0.25), np.log1p(square) / 2, far)
    return components(re + 0.0, np.arctan2(y, 1 + x), z)


def decided_scaled_log(base):
    """Both parts of the logarithm scaled."""

    def function(z):
        w = np.log(z)
        unit = 1 / np.log(z.real.dtype.type(base))
        return components(w.real * unit, w.imag * unit, z)

    return lambda z: rounded_once(function, z)


FUNCTIONS = {name: (lambda z, f=getattr(np, name): rounded_once(f, z)) for name in
             "sqrt exp log sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh arctanh".split()}
FUNCTIONS |= dict(log2=decided_scaled_log(2), log10=decided_scaled_log(10))
FUNCTIONS |= dict(expm1=decided_expm1, log1p=decided_log1p)
STANDARD = {"arcsin": "asin", "arccos": "acos", "arctan": "atan"}
STANDARD |= {"arcsinh": "asinh", "arccosh": "acosh", "arctanh": "atanh"}
ULP = {"complex64": 1, "complex128": 6}


for d, s in zip(COMPLEX, ("c8", "c16")):
    for f, reference in FUNCTIONS.items():
        name = STANDARD.get(f, f)
        for x in (f"e_{s}", f"g_{s}"):
            case(f"{name}({x})", reference(inputs[x]), f"ulp {ULP[d]}")
    for x in (f"e_{s}", f"g_{s}"):
        z = inputs[x]
        case(f"abs({x})", rounded_once(np.abs, z).real.astype(z.real.dtype), "ulp 1")
        for f in "isnan isinf isfinite logical_not conj real imag sign".split():
            case(f"{f}({x})", getattr(np, f)(z), "ulp 4" if f == "sign" else "exact")
        case(f"angle({x})", np.angle(z), "ulp 2")
        case(f"square({x})", decided_product(z, z))
        case(f"-{x}", -z)
        case(f"+{x}", z)
        case(f"positive({x})", z)
        case(f"round({x})", components(np.round(z.real), np.round(z.imag), z))
        case(f"{x}.real", z.real)
        case(f"{x}.imag", z.imag)
        case(f"isreal({x})", np.isreal(z))
        case(f"iscomplex({x})", np.iscomplex(z))
        case(f"astype({x}, bool)", z.astype(bool))
        case(f"astype({x}, complex64)", z.astype("complex64"))
        case(f"astype({x}, complex128)", z.astype("complex128"))
        case(f"nan_to_num({x})", np.nan_to_num(z))
    same(f"round(g_{s}, 1)", "ulp 2")
same("log(near)", "near 1e-15")
case("log(near).real", rounded_once(np.log, inputs["near"]).real, "ulp 8")

# ---- Operators: edges with edges, dtypes with dtypes ----

for d, s in zip(COMPLEX, ("c8", "c16")):
    e = inputs[f"e_{s}"][::3]
    for op, function in {"+": np.add, "-": np.subtract, "*": decided_product}.items():
        case(f"e_{s}[::3][:, newaxis] {op} e_{s}[::3]", function(e[:, None], e))
    for op, function in {"==": np.equal, "!=": np.not_equal}.items():
        case(f"e_{s}[:, newaxis] {op} e_{s}", function(inputs[f"e_{s}"][:, None], inputs[f"e_{s}"]))
    g = inputs[f"g_{s}"]
    for op, function in {"+": np.add, "-": np.subtract, "*": decided_product}.items():
        case(f"g_{s}[:, newaxis] {op} g_{s}[:20]", function(g[:, None], g[:20]))
    wide = WIDE[d]
    case(f"g_{s}[:, newaxis] / g_{s}[:20]", (g.astype(wide)[:, None] / g[:20].astype(wide)).astype(d), "near 1e-6" if s == "c8" else "near 1e-15")
    case(f"reciprocal(g_{s})", (1 / g.astype(wide)).astype(d), "ulp 4")
    # Specials of the quotient: a zero divisor divides both parts.
    case(f"g_{s} / 0", np.divide(g, np.zeros(1, d)))
    case(f"0 / g_{s}", np.divide(np.zeros(1, d), g))
    for n in (0, 1, 2, 3, 5, 8, -1, -2, -3, 0.5, -0.5, 2.5):
        w = np.power(g.astype(wide), wide(n)).astype(d)
        case(f"g_{s} ** {n}", w, "near 1e-6" if s == "c8" else "near 1e-14")
    case(f"g_{s}[:, newaxis] ** v_{s}", np.power(g.astype(wide)[:, None], inputs[f"v_{s}"].astype(wide)).astype(d), "near 1e-6" if s == "c8" else "near 1e-13")
    case(f"zeros(4, dtype={d}) ** [0, 1, 2.5, 3]", np.array([1, 0, 0, 0], "complex128"))
    same(f"isnan(zeros(3, dtype={d}) ** [-1, 1j, -0.5])")
    for x in ("x_f4", "x_f8", "x_i4", "x_i8", "x_u1", "x_b"):
        for op in "+ - * ==".split():
            if not (op == "-" and x == "x_b"):
                same(f"m_{s} {op} {x}")
                same(f"{x} {op} m_{s}")
        same(f"m_{s} / ({x} + 1.5)", "ulp 2")
    for w in ("2", "0.5", "1j", "(1 - 2j)", "true"):
        same(f"m_{s} + {w}")
        same(f"{w} * m_{s}")
        same(f"m_{s} == {w}")
for x in ("x_f4", "x_f8", "x_i4", "x_i8", "x_u1", "x_b"):
    for op in "+ *".split():
        same(f"{x} {op} 1j")
        same(f"(2 + 1j) {op} {x}")
same("m_c8 + m_c16")
same("m_c8 * x_f8")
same("where(x_b, m_c8, 1j)")
same("where(x_b, m_c16, x_f8)")
same("where(x_b, 1, v_c8)")

for op in ("<", "<=", ">", ">=", "//", "%", "&", "|", "^", "<<"):
    refused(f"m_c16 {op} m_c16")
    refused(f"(1 + 1j) {op} 2")
for f in ("floor", "ceil", "trunc", "signbit", "max", "min", "erf", "cbrt", "lgamma", "~"):
    refused(f"{f}(m_c8)")
for f in ("minimum", "maximum", "atan2", "hypot", "copysign", "nextafter"):
    refused(f"{f}(m_c8, m_c8)")
refused("astype(m_c16, float64)")
refused("astype(m_c8, int32)")
refused("x = zeros(3); x[0] = 1j; x")
refused("x = zeros(3); x += 1j; x")
refused("arange(3j)")
refused("float(s_c16)")
refused("int(s_c8)")
refused("z_c8[m_c8]")

# ---- Reductions and scans ----

for s in ("c8", "c16"):
    near = "near 1e-5" if s == "c8" else "near 1e-13"
    for x in (f"m_{s}", f"t_{s}", f"v_{s}", f"s_{s}", f"z_{s}"):
        for f in ("sum", "prod", "any", "all", "count_nonzero"):
            same(f"{f}({x})", "exact" if f in ("any", "all", "count_nonzero") else near)
    for x, axes in ((f"m_{s}", (0, 1, (0, 1))), (f"t_{s}", (0, 1, 2, (0, 2), (2, 1))), (f"z_{s}", (0, 1))):
        for axis in axes:
            for f in ("sum", "prod"):
                same(f"{f}({x}, axis={axis})", near)
            if x != f"z_{s}":
                for f in ("mean", "var", "std"):
                    same(f"{f}({x}, axis={axis})", near)
    for axis in (0, 1, 2, -1):
        case(f"cumulative_sum(t_{s}, axis={axis})", np.cumsum(inputs[f"t_{s}"], axis), near)
        case(f"cumulative_prod(t_{s}, axis={axis})", np.cumprod(inputs[f"t_{s}"], axis), near)
    same(f"cumsum(g_{s})", near)
    same(f"cumprod(g_{s} / abs(g_{s}))", near)
    same(f"prod(g_{s} / abs(g_{s}))", near)
    case(f"sum(t_{s}, axis=1, keepdims=true)", inputs[f"t_{s}"].sum(1, keepdims=True), near)
    case(f"prod(t_{s}, axis=(0, 2), keepdims=true)", inputs[f"t_{s}"].prod((0, 2), keepdims=True), near)
    same(f"mean(v_{s})", near)
    same(f"var(v_{s}, ddof=1)", near)
    same(f"std(v_{s})", near)
same("sum(x_f8, dtype=complex64)", "near 1e-6")
same("prod(x_i4, dtype=complex128)", "near 1e-15")
same("sum(x_b, dtype=complex128)")
refused("sum(m_c16, dtype=float64)")

# ---- Products ----

for s in ("c8", "c16"):
    near = "near 1e-5" if s == "c8" else "near 1e-13"
    for text in (f"m_{s} @ n_{s}", f"v_{s} @ v_{s}", f"m_{s} @ v_{s}", f"v_{s} @ n_{s}", f"t_{s} @ n_{s}",
                 f"tensordot(t_{s}, n_{s}, 1)", f"tensordot(m_{s}, m_{s})", f"outer(v_{s}, v_{s})",
                 f"inner(m_{s}, m_{s})", f"dot(m_{s}, n_{s})", f"vdot(v_{s}, v_{s})", f"kron(n_{s}, m_{s})",
                 f"vecdot(m_{s}, v_{s})", f"vecdot(t_{s}, m_{s}[:2, newaxis, :])", f"m_{s} @ x_f4",
                 f"x_i8 @ n_{s}", f"trace(m_{s})"):
        same(text, near)
same("m_c8 @ n_c16", "near 1e-6")
same("vecdot(x_f4, v_c8)", "near 1e-5")

# ---- Shapes, indexing, assignment ----

for s, d in (("c8", "complex64"), ("c16", "complex128")):
    for text in (f"m_{s}.T", f"t_{s}[1]", f"t_{s}[:, ::2, ::-1]", f"t_{s}[..., newaxis, 0]", f"m_{s}[-1, 2]",
                 f"reshape(t_{s}, (6, 4))", f"ravel(t_{s}[:, ::-1])", f"concat((m_{s}, m_{s}), axis=1)",
                 f"concat((m_{s}, x_f8), axis=1)", f"stack((v_{s}, x_f4))", f"flip(m_{s}, axis=0)",
                 f"roll(t_{s}, 2, axis=2)", f"tile(v_{s}, (2, 1))", f"repeat(v_{s}, 3)", f"expand_dims(v_{s}, axis=0)",
                 f"squeeze(t_{s}[:, :1], axis=1)", f"moveaxis(t_{s}, 0, -1)", f"broadcast_to(v_{s}, (3, 4))",
                 f"diff(t_{s}, axis=1)", f"tril(m_{s})", f"diag(v_{s})", f"zeros_like(m_{s})", f"ones_like(m_{s})",
                 f"full_like(m_{s}, 2j)", f"z_{s} + 1j", f"s_{s} * 2"):
        same(text)
    for text in (f"x = m_{s}; x[1, 2] = 5; x", f"x = m_{s}; x[0] = 1j; x", f"x = m_{s}; x[:, ::2] = n_{s}[:3]; x",
                 f"x = m_{s}; x[abs(x) > 2] = 0; x", f"x = t_{s}; x[1, ::-1, 1:3] *= 2; x",
                 f"x = m_{s}; x[1] = x_f4; x", f"x = m_{s}; x += 2; x", f"x = m_{s}; x[..., 0] -= x_i4[0]; x"):
        same(text)
    case(f"x = v_{s}; y = x; y[0] = 0; x", inputs[f"v_{s}"])
    case(f"zeros((2, 3), dtype={d})", np.zeros((2, 3), d))
    case(f"ones(4, dtype={d})", np.ones(4, d))
    case(f"full((2, 2), 1 - 1j, dtype={d})", np.full((2, 2), 1 - 1j, d))
    case(f"eye(3, dtype={d})", np.eye(3, dtype=d))
    case(f"arange(4, dtype={d})", np.arange(4, dtype=d))
    case(f"asarray([1, 2.5], dtype={d})", np.array([1, 2.5], d))
    case(f"complex(x_f8, x_f4).shape[0] + 0 * v_{s}", 3 + 0 * inputs[f"v_{s}"])
same("full(3, 2j)")
case("[1, 2j, 0.5]", np.array([1, 2j, 0.5]))
case("[[1j, 2], [3, 4 - 1j]]", np.array([[1j, 2], [3, 4 - 1j]]))
case("[v_c8, v_c8 + 1j]", np.array([inputs["v_c8"], inputs["v_c8"] + 1j]))
case("[s_c8, s_c8]", np.array([1.5 - 2j] * 2, "complex64"))
same("linspace(1j, 2 + 0j, 5)", "ulp 2")
same("linspace(0, 1 + 2j, 4, endpoint=False)".replace("False", "false"), "ulp 2")
same("isclose(m_c16, m_c16 * (1 + 1e-9j))")
same("isclose(m_c16, m_c16 + 1j)")
same("allclose(m_c8, m_c8)")
same("array_equal(m_c8, m_c8)")
same("logical_and(v_c8, x_b)")
same("real_if_close(v_c16 * 0 + 3)")
same("real_if_close(v_c16)")
same("angle(v_c16, deg=True)".replace("True", "true"), "ulp 4")
same("iscomplexobj(v_c8)")
same("isrealobj(x_f4)")
write("complex")
