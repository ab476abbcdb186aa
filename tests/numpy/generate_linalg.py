"""Writes vectors/linalg.txt: linear algebra. Where signs or orders are free, the case is what the
factors multiply to."""

import numpy as np
import scipy.linalg
from vectors import *
from vectors import NAMES, inputs, lines

rng = np.random.default_rng(11)


class Names:
    """The names of the language's module, with NumPy's functions where they mean the same."""

    def __getattr__(self, name):
        return getattr(np.linalg, name)

    def cholesky(self, x, upper=False):
        return np.linalg.cholesky(real(x), upper=upper)

    def lu(self, x):
        return scipy.linalg.lu(x)

    def expm(self, x):
        return scipy.linalg.expm(x)

    def solve_triangular(self, a, b, lower=False, unit_diagonal=False):
        return scipy.linalg.solve_triangular(a, b, lower=lower, unit_diagonal=unit_diagonal)

    def cho_solve(self, c, b, lower=True):
        return scipy.linalg.cho_solve((c, lower), b)

    def toeplitz(self, c, r=None):
        return scipy.linalg.toeplitz(c, r)

    def circulant(self, c):
        return scipy.linalg.circulant(c)

    def hilbert(self, n):
        return scipy.linalg.hilbert(n)

    def matrix_rank(self, x, tol=None, rtol=None):
        return np.linalg.matrix_rank(x, tol) if tol is not None else np.linalg.matrix_rank(x, rtol=rtol)

    def pinv(self, x, rtol=None):
        return np.linalg.pinv(real(x), rtol=rtol)


def real(x):
    return x if np.asarray(x).dtype.kind in "fc" else np.asarray(x, "float64")


linalg = Names()
NAMES["linalg"] = linalg
F8, F4 = "near 1e-12", "near 5e-6"


def tolerance(name):
    return F4 if inputs[name].dtype.itemsize == 4 and inputs[name].dtype.kind == "f" else F8


# ---- Inputs: general, symmetric and positive definite, triangular, singular ----

for d in FLOATS:
    s = SHORT[d]
    for n in [0, 1, 2, 3, 5, 8]:
        a = rng.normal(size=(n, n))
        give(f"a{n}_{s}", (a + 2 * np.eye(n)).astype(d))
        give(f"s{n}_{s}", (a + a.T).astype(d))
        give(f"p{n}_{s}", (a @ a.T + n * np.eye(n)).astype(d))
    for m, n in [(5, 3), (3, 5), (4, 1), (1, 4), (0, 3), (3, 0)]:
        give(f"r{m}{n}_{s}", rng.normal(size=(m, n)).astype(d))
    b = rng.normal(size=(2, 3, 4, 4))
    give(f"b_{s}", (b + 3 * np.eye(4)).astype(d))
    give(f"bp_{s}", (b @ b.swapaxes(-1, -2) + 4 * np.eye(4)).astype(d))
    give(f"br_{s}", rng.normal(size=(2, 3, 5, 2)).astype(d))
    give(f"v4_{s}", rng.normal(size=4).astype(d))
    give(f"m42_{s}", rng.normal(size=(4, 2)).astype(d))
    give(f"b3_{s}", rng.normal(size=(3, 4, 2)).astype(d))
    give(f"v5_{s}", rng.normal(size=5).astype(d))
    give(f"w_{s}", rng.normal(size=(4, 3)).astype(d))
for d in INTS[:4] + ["uint8"]:
    give(f"i_{SHORT[d]}", np.array([[4, 1, 2], [1, 5, 3], [2, 3, 6]], d))
give("singular", np.array([[1.0, 2.0], [2.0, 4.0]]))
give("rank2", np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 10.0], [8.0, 10.0, 13.0]]) @ np.array([[1.0, 0, 1], [0, 1, 1], [0, 0, 0]]))
give("indefinite", np.array([[1.0, 2.0], [2.0, 1.0]]))
give("zero", np.zeros((3, 3)))
give("with_nan", np.array([[1.0, np.nan], [2.0, 3.0]]))
give("with_inf", np.array([[1.0, np.inf], [2.0, 3.0]]))
give("huge", np.diag([1e200, 1e200, 1e-200, 1e-200]))
give("columns", np.array([[0.0, 1.0, 2.0], [0.0, 3.0, 4.0], [0.0, 5.0, 7.0]]))

SQUARE = [f"a{n}_{s}" for s in ["f4", "f8"] for n in [0, 1, 2, 3, 5, 8]] + ["b_f4", "b_f8"]
DEFINITE = [f"p{n}_{s}" for s in ["f4", "f8"] for n in [0, 1, 2, 3, 5, 8]] + ["bp_f4", "bp_f8"]
SYMMETRIC = [f"s{n}_{s}" for s in ["f4", "f8"] for n in [0, 1, 2, 3, 5, 8]] + ["bp_f4", "bp_f8"]
LONG = [f"r{m}_{s}" for s in ["f4", "f8"] for m in ["53", "35", "41", "14", "03", "30"]] + ["br_f4", "br_f8"]
INTEGER = [f"i_{SHORT[d]}" for d in INTS[:4] + ["uint8"]]
# Integers of 16 bits and less are float64 as well.

# ---- Values that are determined ----

for x in SQUARE + INTEGER:
    t = tolerance(x)
    same(f"linalg.det({x})", t)
    same(f"linalg.slogdet({x})[0]", t)
    same(f"linalg.slogdet({x})[1]", t)
    same(f"linalg.inv({x})", t)
for x in DEFINITE + INTEGER:
    same(f"linalg.cholesky({x})", tolerance(x))
    same(f"linalg.cholesky({x}, upper=true)", tolerance(x))
    same(f"linalg.inv({x})", tolerance(x))
for x in SYMMETRIC + INTEGER:
    same(f"linalg.eigvalsh({x})", tolerance(x))
    case(f'linalg.eigvalsh({x}, UPLO="U")', np.linalg.eigvalsh(inputs[x], UPLO="U"), tolerance(x))
for x in SQUARE + LONG + INTEGER:
    same(f"linalg.svdvals({x})", tolerance(x))
for x in [x for x in SQUARE + LONG if inputs[x].size] + INTEGER:
    t = "near 1e-4" if tolerance(x) == F4 else F8
    same(f"linalg.pinv({x})", t)
    same(f"linalg.matrix_rank({x})")
    for p in ["none", 2, -2]:
        same(f"linalg.cond({x}, p={p})", "near 1e-4" if t != F8 else t)
for x in [x for x in SQUARE if inputs[x].size]:
    t = "near 1e-4" if tolerance(x) == F4 else F8
    for p in [1, -1, "inf", "-inf", '"fro"', '"nuc"']:
        same(f"linalg.cond({x}, p={p})", t)
for x in ["singular", "rank2", "zero", "columns"]:
    same(f"linalg.matrix_rank({x})")
    same(f"linalg.matrix_rank({x}, tol=1e-9)")
    case(f"linalg.pinv({x}, rtol=1e-10)", np.linalg.pinv(inputs[x], rtol=1e-10), F8)
same("linalg.matrix_rank(b_f8, rtol=0.3)")
same("linalg.matrix_rank(v4_f8)")
case("linalg.matrix_rank(bp_f8, rtol=[0.1, 0.2, 0.4])", np.linalg.matrix_rank(inputs["bp_f8"], rtol=np.array([0.1, 0.2, 0.4])))

# ---- Orthogonal factors ----


def orthogonal(x, full):
    """The reduced or complete factors, as NumPy gives them."""
    return np.linalg.qr(x, mode="complete" if full else "reduced")


for x in SQUARE + LONG + INTEGER + ["rank2", "zero", "columns"]:
    t, a = tolerance(x), inputs[x]
    for mode in ["reduced", "complete"]:
        q, r = np.linalg.qr(a, mode=mode)
        case(f'q, r = linalg.qr({x}, mode="{mode}"); q @ r', real(a), t)
        case(f'q, r = linalg.qr({x}, mode="{mode}"); q.mT @ q', np.broadcast_to(np.eye(q.shape[-1]), (*q.shape[:-2], q.shape[-1], q.shape[-1])).astype(q.dtype), t)
        if x != "rank2":
            case(f'linalg.qr({x}, mode="{mode}")[1]', r, t)
        # Columns beyond the rank are free.
        if mode == "reduced" and x != "rank2":
            case(f"linalg.qr({x})[0]", q, t)
    if x != "rank2":
        case(f'linalg.qr({x}, mode="r")', np.linalg.qr(a, mode="r"), t)
    for full in ["true", "false"]:
        u, s, vh = np.linalg.svd(a, full_matrices=full == "true")
        k = s.shape[-1]
        f = f"u, s, vh = linalg.svd({x}, full_matrices={full}); "
        case(f + f"(u[..., :{k}] * s[..., newaxis, :]) @ vh[..., :{k}, :]", real(a), t)
        for name, v in [("u.mT @ u", u.swapaxes(-1, -2) @ u), ("vh @ vh.mT", vh @ vh.swapaxes(-1, -2))]:
            case(f + name, np.broadcast_to(np.eye(v.shape[-1]), v.shape).astype(u.dtype), t)
        case(f + "s", s, t)
    same(f"linalg.svd({x}, compute_uv=false)", t)
for x in SYMMETRIC + INTEGER:
    t, a = tolerance(x), real(inputs[x])
    f = f"w, v = linalg.eigh({x}); "
    case(f + "(v * w[..., newaxis, :]) @ v.mT", a, t)
    case(f + "v.mT @ v", np.broadcast_to(np.eye(a.shape[-1]), a.shape).astype(a.dtype), t)
    case(f + "w", np.linalg.eigvalsh(a), t)
case('w, v = linalg.eigh([[1.0, 9.0], [2.0, 1.0]], UPLO="U"); (v * w) @ v.mT', [[1.0, 9.0], [9.0, 1.0]], F8)
case("w, v = linalg.eigh([[1.0, 9.0], [2.0, 1.0]]); (v * w) @ v.mT", [[1.0, 2.0], [2.0, 1.0]], F8)

# ---- Equations ----

for s in ["f4", "f8"]:
    t = F4 if s == "f4" else F8
    for a, b in [("b", "v4"), ("b", "m42"), ("b", "b3"), ("bp", "b3"), ("a5", "v5"), ("a5", "a5"), ("a0", "a0"), ("a1", "a1")]:
        same(f"linalg.solve({a}_{s}, {b}_{s})", t)
    same(f"linalg.solve({'a3_' + s}, {'r30_' + s})", t)
    for lower in ["true", "false"]:
        for unit in ["true", "false"]:
            same(f"linalg.solve_triangular(a5_{s}, v5_{s}, lower={lower}, unit_diagonal={unit})", "near 1e-4" if s == "f4" else F8)
            same(f"linalg.solve_triangular(a5_{s}, a5_{s}, lower={lower}, unit_diagonal={unit})", "near 1e-4" if s == "f4" else F8)
    same(f"linalg.cho_solve(linalg.cholesky(p5_{s}), v5_{s})", t)
    for x in [f"a5_{s}", f"r53_{s}", f"r35_{s}", f"a2_{s}"]:
        for i in range(3):
            case(f"linalg.lu({x})[{i}]", scipy.linalg.lu(inputs[x])[i], t)
    for x, b in [("r53", "v5"), ("a5", "v5"), ("a5", "a5")]:
        for i in range(4):
            value = np.linalg.lstsq(inputs[f"{x}_{s}"], inputs[f"{b}_{s}"])[i]
            case(f"linalg.lstsq({x}_{s}, {b}_{s})[{i}]", np.int64(value) if i == 2 else value, "near 1e-4" if s == "f4" else F8)
    for i in range(4):
        flat = np.outer(inputs["v4_" + s][:3], inputs["v5_" + s])
        value = np.linalg.lstsq(flat, inputs["v4_" + s][:3], rcond=1e-3)[i]
        case(f"linalg.lstsq(linalg.outer(v4_{s}[:3], v5_{s}), v4_{s}[:3], rcond=1e-3)[{i}]", np.int64(value) if i == 2 else value, "near 1e-4" if s == "f4" else F8)
    case(f"linalg.lstsq(r35_{s}, r35_{s})[0]", np.linalg.lstsq(inputs[f"r35_{s}"], inputs[f"r35_{s}"])[0], t)
for i in [0, 1, 3]:
    case(f"linalg.lstsq(rank2, [1.0, 2.0, 3.0, 4.0], rcond=1e-10)[{i}]", np.linalg.lstsq(inputs["rank2"], np.arange(1.0, 5), rcond=1e-10)[i], F8)
same("linalg.solve(i_i8, i_i4)", F8)
p, l, u = scipy.linalg.lu(inputs["columns"])
case("p, l, u = linalg.lu(columns); p @ l @ u", inputs["columns"], F8)
case("linalg.lu(columns)[2]", u, F8)
case("linalg.tensorsolve(reshape(b_f8[0, 0], (2, 2, 4)), reshape(v4_f8, (2, 2)))", np.linalg.tensorsolve(inputs["b_f8"][0, 0].reshape(2, 2, 4), inputs["v4_f8"].reshape(2, 2)), F8)
case("linalg.tensorinv(reshape(b_f8[0, 0], (2, 2, 4)))", np.linalg.tensorinv(inputs["b_f8"][0, 0].reshape(2, 2, 4)), F8)

# ---- Special values ----

case("linalg.det(singular)", np.linalg.det(inputs["singular"]), "near 1e-12")
same("linalg.det(zero)")
same("linalg.det(columns)")
same("linalg.slogdet(zero)[0]")
same("linalg.slogdet(zero)[1]")
same("linalg.det(huge)", F8)
case("linalg.det(1e150 * a5_f8)", np.linalg.det(1e150 * inputs["a5_f8"]), "near 1e-10")
case("linalg.slogdet(1e150 * a5_f8)[1]", np.linalg.slogdet(1e150 * inputs["a5_f8"])[1], F8)
same("linalg.det(with_nan)")
same("linalg.inv(with_nan)")
same("linalg.vector_norm(with_nan)")
same("linalg.vector_norm(with_inf)")

# ---- Norms ----

for x in ["w_f8", "w_f4", "b_f8", "v4_f8", "i_i4", "i_u1", "r35_f8"]:
    t = tolerance(x)
    for o in [2, 1, 0, "inf", "-inf", 3, 0.5, -1, 1.5]:
        same(f"linalg.vector_norm({x}, ord={o})", t)
        same(f"linalg.vector_norm({x}, axis=-1, ord={o})", t)
        same(f"linalg.vector_norm({x}, axis=0, keepdims=true, ord={o})", t)
    if inputs[x].ndim > 1:
        for o in ['"fro"', '"nuc"', 2, -2, 1, -1, "inf", "-inf"]:
            same(f"linalg.matrix_norm({x}, ord={o})", t)
            same(f"linalg.matrix_norm({x}, ord={o}, keepdims=true)", t)
            if inputs[x].ndim == 2:
                same(f"linalg.norm({x}, ord={o})", t)
                same(f"linalg.norm({x}, ord={o}, keepdims=true)", t)
    same(f"linalg.norm({x})", t)
    same(f"linalg.norm({x}, axis=0)", t)
same("linalg.norm(b_f8, axis=(0, 2))", F8)
same("linalg.norm(b_f8, axis=(-1, 1), ord=1)", F8)
same("linalg.norm(b_f8, axis=(2, 0), ord=2, keepdims=true)", F8)
same("linalg.norm(b_f8, axis=1, ord=3)", F8)
same("linalg.norm(v4_f8, ord=1)", F8)
same("linalg.vector_norm(b_f8, axis=(0, 3), ord=1)", F8)
same("linalg.vector_norm(r03_f8)")
same("linalg.matrix_norm(r03_f8)")

# ---- Products ----

for n in [0, 1, 2, 3, 4, 7]:
    same(f"linalg.matrix_power(i_i8, {n})")
    same(f"linalg.matrix_power(b_f8, {n})", F8)
for n in [-1, -2, -3]:
    same(f"linalg.matrix_power(b_f8, {n})", F8)
    case(f"linalg.matrix_power(i_i8, {n})", np.linalg.matrix_power(inputs["i_i8"].astype(float), n), F8)
case("linalg.multi_dot((r35_f8, r53_f8, r35_f8, v5_f8))", np.linalg.multi_dot([inputs[n] for n in ["r35_f8", "r53_f8", "r35_f8", "v5_f8"]]), F8)
case("linalg.multi_dot((v5_f8, r53_f8, r35_f8))", np.linalg.multi_dot([inputs[n] for n in ["v5_f8", "r53_f8", "r35_f8"]]), F8)
case("linalg.multi_dot((v5_f8, r53_f8, r35_f8, v5_f8))", np.linalg.multi_dot([inputs[n] for n in ["v5_f8", "r53_f8", "r35_f8", "v5_f8"]]), F8)
case("linalg.multi_dot((v5_f8, v5_f8))", np.linalg.multi_dot([inputs["v5_f8"], inputs["v5_f8"]]), F8)
case("linalg.multi_dot((" + "r35_f8, r53_f8, " * 12 + "r35_f8, v5_f8))", np.linalg.multi_dot([inputs["r35_f8"], inputs["r53_f8"]] * 12 + [inputs["r35_f8"], inputs["v5_f8"]]), F8)
case("linalg.multi_dot((r53_f8, r35_f8))", inputs["r53_f8"] @ inputs["r35_f8"], F8)
same("linalg.outer(v4_f8, v5_f8)")
same("linalg.cross(w_f8, w_f8[::-1])")
same("linalg.cross(w_f8, w_f8[0])")
case("linalg.cross(w_f8.T, w_f8[::-1].T, axis=0)", np.linalg.cross(inputs["w_f8"].T, inputs["w_f8"][::-1].T, axis=0))
same("linalg.vecdot(w_f8, w_f8[0])", F8)
case("linalg.vecdot(w_f8, w_f8[::-1], axis=0)", np.linalg.vecdot(inputs["w_f8"], inputs["w_f8"][::-1], axis=0), F8)
for x in ["i_i1", "i_i8", "w_f8", "b_f4"]:
    for o in [0, 1, -1, 2]:
        same(f"linalg.trace({x}, offset={o})", tolerance(x))
        same(f"linalg.diagonal({x}, offset={o})")
same("linalg.trace(i_i4, dtype=float64)")
same("linalg.matmul(w_f8.T, w_f8)", F8)
same("linalg.tensordot(w_f8, w_f8, axes=2)", F8)
case("linalg.tensordot(w_f8, w_f8, axes=((0,), (0,)))", np.tensordot(inputs["w_f8"], inputs["w_f8"], axes=((0,), (0,))), F8)
same("linalg.matrix_transpose(b_f8)")

# ---- Functions of matrices, special matrices ----

for x in ["a1_f8", "a2_f8", "a3_f8", "a5_f8", "a8_f8", "b_f8", "a3_f4", "i_i4", "zero", "columns"]:
    same(f"linalg.expm({x})", "near 1e-11" if tolerance(x) == F8 else "near 1e-4")
for k in [1e-3, 0.01, 0.1, 0.5, 20.0]:
    case(f"linalg.expm({k} * a3_f8)", scipy.linalg.expm(k * inputs["a3_f8"]), "near 1e-11")
case("linalg.expm(a0_f8)", np.zeros((0, 0)))
for x in ["rank2", "r35_f8", "a3_f8"]:
    n = scipy.linalg.null_space(inputs[x], rcond=1e-10)
    case(f"n = linalg.null_space({x}, rcond=1e-10); n @ n.mT", n @ n.T, F8)
    o = scipy.linalg.orth(inputs[x], rcond=1e-10)
    case(f"o = linalg.orth({x}, rcond=1e-10); o @ o.mT", o @ o.T, F8)
same("linalg.toeplitz([1, 2, 3], [1, 4, 5, 6])")
same("linalg.toeplitz(v4_f8)")
same("linalg.circulant(v4_f8)")
for n in [1, 2, 5]:
    same(f"linalg.hilbert({n})", "ulp 1")

# ---- Refused ----

for f in ["cholesky", "inv", "det", "slogdet", "eigh", "eigvalsh", "expm"]:
    refused(f"linalg.{f}(r53_f8)")
for f in ["cholesky", "inv", "det", "qr", "svd", "svdvals", "eigh", "pinv", "lu"]:
    refused(f"linalg.{f}(v4_f8)")
refused("linalg.matrix_power(r53_f8, 2)")
refused("linalg.inv(singular)")
refused("linalg.inv(zero)")
refused("linalg.solve(singular, [1.0, 2.0])")
refused("linalg.matrix_power(zero, -1)")
refused("linalg.solve_triangular(zero, [1.0, 2.0, 3.0])")
refused("linalg.cholesky(indefinite)")
refused("linalg.cholesky(zero)")
refused("linalg.solve(a5_f8, v4_f8)")
refused("linalg.solve(r53_f8, v5_f8)")
refused("linalg.svd(with_nan)")
refused("linalg.svdvals(with_inf)")
# The upper triangle is not read.
same("linalg.eigvalsh(with_nan)", F8)
refused("linalg.eigh(with_nan.T)")
refused('linalg.qr(a3_f8, mode="raw")')
refused('linalg.eigh(a3_f8, UPLO="X")')
refused("linalg.matrix_norm(a3_f8, ord=3)")
refused("linalg.cross(v4_f8, v4_f8)")
refused("linalg.norm(b_f8, axis=(0, 1, 2))")

# ---- Complex matrices ----

for s, d in [("c4", "float32"), ("c8", "float64")]:
    for n in [1, 2, 3, 6]:
        for part in "re", "im":
            give(f"{part}{n}_{s}", rng.normal(size=(n, n)).astype(d))
    for part in "re", "im":
        give(f"{part}l_{s}", rng.normal(size=(5, 3)).astype(d))
        give(f"{part}b_{s}", rng.normal(size=(2, 3, 3)).astype(d))
        give(f"{part}v_{s}", rng.normal(size=3).astype(d))


def numpy_of(x):
    n, s = x
    return inputs[f"re{n}_{s}"] + 1j * inputs[f"im{n}_{s}"]


def text_of(x):
    n, s = x
    return f"re{n}_{s} + 1j * im{n}_{s}"


def both(statements, expression, value, t):
    """A complex result as its real and imaginary parts, in one array."""
    value = np.asarray(value)
    if value.dtype.kind != "c":
        return case(statements + expression, value, t)
    case(statements + f"r = {expression}; stack((real(r), imag(r)))", np.stack([value.real, value.imag]), t)


for s in ["c4", "c8"]:
    t = "near 3e-5" if s == "c4" else "near 1e-11"
    for n in ["1", "2", "3", "6", "b"]:
        z, a = f"z = {text_of((n, s))}; ", numpy_of((n, s))
        h = a @ a.conj().swapaxes(-1, -2) + np.eye(a.shape[-1], dtype=a.real.dtype)
        eye = np.broadcast_to(np.eye(a.shape[-1]), a.shape).astype(a.dtype)
        zh = z + f"h = z @ conj(z).mT + eye({a.shape[-1]}, dtype={'float32' if s == 'c4' else 'float64'}); "
        both(z, "linalg.det(z)", np.linalg.det(a), t)
        for i in range(2):
            both(z, f"linalg.slogdet(z)[{i}]", np.linalg.slogdet(a)[i], t)
        both(z, "linalg.inv(z)", np.linalg.inv(a), "near 1e-3" if s == "c4" else t)
        both(zh, "linalg.cholesky(h)", np.linalg.cholesky(h), t)
        both(zh, "linalg.cholesky(h, upper=true)", np.linalg.cholesky(h, upper=True), t)
        both(zh, "linalg.eigvalsh(h)", np.linalg.eigvalsh(h), t)
        both(zh, 'linalg.eigvalsh(h, UPLO="U")', np.linalg.eigvalsh(h), t)
        both(zh + "w, v = linalg.eigh(h); ", "(v * w[..., newaxis, :]) @ conj(v).mT", h, t)
        both(z + "w, v = linalg.eig(z); ", "z @ v - v * w[..., newaxis, :] + z", a, "near 3e-4" if s == "c4" else t)
        both(z + "w, v = linalg.eig(z); ", "sum(abs(v) ** 2, axis=-2)", np.ones(a.shape[:-1], a.real.dtype), t)
        both(z, "linalg.expm(z)", scipy.linalg.expm(a), "near 1e-3" if s == "c4" else t)
        both(z, "linalg.pinv(z)", np.linalg.pinv(a), "near 1e-3" if s == "c4" else t)
    for n in ["3", "6", "l", "b"]:
        z, a = f"z = {text_of((n, s))}; ", numpy_of((n, s))
        for full in ["true", "false"]:
            f = z + f"u, s, vh = linalg.svd(z, full_matrices={full}); "
            k = min(a.shape[-2:])
            both(f, f"(u[..., :{k}] * s[..., newaxis, :]) @ vh[..., :{k}, :]", a, t)
            u = np.linalg.svd(a, full_matrices=full == "true")[0]
            both(f, "conj(u).mT @ u", np.broadcast_to(np.eye(u.shape[-1]), (*u.shape[:-2], u.shape[-1], u.shape[-1])).astype(u.dtype), t)
        for mode in ["reduced", "complete"]:
            both(z + f'q, r = linalg.qr(z, mode="{mode}"); ', "q @ r", a, t)
            q = np.linalg.qr(a, mode=mode)[0]
            both(z + f'q, r = linalg.qr(z, mode="{mode}"); ', "conj(q).mT @ q", np.broadcast_to(np.eye(q.shape[-1]), (*q.shape[:-2], q.shape[-1], q.shape[-1])).astype(q.dtype), t)
            both(z, f'imag(linalg.diagonal(linalg.qr(z, mode="{mode}")[1])) + 1', np.ones(np.diagonal(a, axis1=-2, axis2=-1).shape, a.real.dtype), t)
        for o in ['"fro"', '"nuc"', 2, -2, 1, -1, "inf", "-inf"]:
            value = np.linalg.matrix_norm(a, ord=eval(str(o), NAMES))
            both(z, f"linalg.matrix_norm(z, ord={o})", value, t)
        for o in [2, 1, 0, "inf", 3]:
            both(z, f"linalg.vector_norm(z, axis=-1, ord={o})", np.linalg.vector_norm(a, axis=-1, ord=eval(str(o), NAMES)), t)
        both(z, "linalg.svdvals(z)", np.linalg.svdvals(a), t)
        both(z, "linalg.matrix_rank(z)", np.linalg.matrix_rank(a), "exact")
        if n != "b":
            p, l, u = scipy.linalg.lu(a)
            both(z, "linalg.lu(z)[0]", p, t)
            both(z + "p, l, u = linalg.lu(z); ", "p @ l @ u", a, t)
    a, v = numpy_of(("3", s)), numpy_of(("v", s))
    zv = f"z = {text_of(('3', s))}; v = {text_of(('v', s))}; "
    both(zv, "linalg.solve(z, v)", np.linalg.solve(a, v), "near 1e-3" if s == "c4" else t)
    both(zv, "linalg.solve(z, real(v))", np.linalg.solve(a, v.real), "near 1e-3" if s == "c4" else t)
    both(zv, "linalg.solve_triangular(z, v, lower=true)", scipy.linalg.solve_triangular(a, v, lower=True), "near 1e-3" if s == "c4" else t)
    both(zv, "linalg.vecdot(z, v)", np.linalg.vecdot(a, v), t)
    both(zv, "linalg.matrix_power(z, 3)", np.linalg.matrix_power(a, 3), t)
    l = numpy_of(("l", s))
    both(f"z = {text_of(('l', s))}; ", "linalg.lstsq(z, ones(5))[0]", np.linalg.lstsq(l, np.ones(5))[0], t)
for x in ["a3_f8", "a5_f8", "b_f8", "i_i4", "s5_f8"]:
    a = real(inputs[x])
    both(f"w, v = linalg.eig({x}); ", f"{x} @ v - v * w[..., newaxis, :] + 1", np.ones(a.shape, complex), F8)
    w = np.linalg.eigvals(a)
    both("", f"sum(linalg.eigvals({x}), axis=-1)", w.sum(-1).astype(complex), "near 1e-11")
    both("", f"prod(linalg.eigvals({x}), axis=-1)", np.linalg.det(a).astype(complex), "near 1e-11")
    both(f"w, v = linalg.eig({x}); ", "w - linalg.eigvals(%s) + 1" % x, np.ones(w.shape, complex), "near 1e-9")
refused("linalg.eig(r53_f8)")
refused("linalg.eigvals(with_nan)")
refused("linalg.cholesky([[1.0, 2j], [-2j, 1.0]])")

write("linalg")
