"""Writes vectors/einsum.txt: Einstein sums and the products of tensors."""

import itertools
import string

import numpy as np
from vectors import *
from vectors import NAMES, inputs

rng = np.random.default_rng(23)
SIZES = dict(zip("abcdefijklmn", [2, 3, 4, 2, 3, 2, 3, 4, 5, 2, 3, 2]))


def array(shape, kind="float64"):
    if kind in FLOATS:
        return rng.normal(size=shape).astype(kind)
    return rng.integers(0, 2 if kind == "bool" else 9, shape).astype(kind)


def operand(labels, kind="float64"):
    """The name of an input with these axes."""
    name = "x_" + (labels or "0") + ("" if kind == "float64" else "_" + SHORT[kind])
    if name not in inputs:
        give(name, array(tuple(SIZES[l] for l in labels), kind))
    return name


def einsum(spec, kind="float64"):
    terms = spec.replace(" ", "").split("->")[0].split(",")
    names = [operand(t, kind) for t in terms]
    text = f'einsum("{spec}", {", ".join(names)})'
    value = np.einsum(spec, *(inputs[n] for n in names))
    case(text, value, "near 1e-5" if kind == "float32" else "near 1e-13" if kind in FLOATS else "exact")


# ---- One operand ----

for spec in [
    "i->i", "i->", "i", "ij", "ji", "ij->ji", "ij->", "ij->i", "ij->j", "ii", "ii->i", "ii->",
    "ijk->kji", "ijk->j", "ijk->ki", "iij->ij", "iji->j", "iji", "ijj->i", "iii", "iii->i", "iiji->j",
    "ba", "cab", "->", "ijij->ij", "ijij", "iijj->ji", "aabb", " i j -> j i ",
]:
    einsum(spec)

# ---- Two ----

for spec in [
    "i,i", "i,i->i", "i,j", "i,j->ji", "i,j->", ",i", "i,->i", ",", "ij,jk", "ij,jk->ik", "ij,jk->ki",
    "ij,kj->ik", "ji,jk->ik", "ij,jk->", "ij,ij", "ij,ij->i", "ij,ij->j", "ij,ji", "ij,j->i", "i,ij->j",
    "ij,i->ij", "ij,kl->ijkl", "ij,kl->", "aij,ajk->aik", "aij,ajk->ki", "aij,jk->aik", "ijk,ikl->ijl",
    "ijk,jil->kl", "ijk,lkj->il", "abij,abjk->abik", "abij,bjak->abik", "ii,ij->j", "ii,i->i", "iij,jk->ik",
    "ij,jj->i", "ijk,k->ij", "ijk,jk->i", "ijk,ijk->", "ijk,ijk->k", "ab,cd->acbd", "abc,abd->cd",
    "abc,cba->", "ij,jk->j", "ij,jk->ijk", "ik,jk->kij", "iab,jab->ij", "aib,ajb->ij",
]:
    einsum(spec)
for kind in DTYPES:
    for spec in ["ij,jk->ik", "ij->j", "ij,ij->", "ii->i", "i,j->ij", "aij,ajk->aik", "ij,jk,k->i"]:
        einsum(spec, kind)

# ---- Three and more ----

for spec in [
    "i,i,i->i", "i,i,i", "ij,jk,kl->il", "ij,jk,kl", "ij,jk,ki", "i,ij,j", "a,b,c->abc", "ij,ij,ij->ij",
    "ij,kj,lj->ikl", "ia,ja,ka->ijk", "abc,ai,bj,ck->ijk", "ij,jk,kl,lm->im", "ij,jk,kl,lm,mn->in",
    "ab,bc,cd,de,ef->af", "ab,bc,cd,de,ef,fa", "i,j,k,l->lkji", "abij,acj,bci->abc", "ij,,jk->ik",
    "ii,jj,kk", "ij,jk,ik->", "abcd,ab,cd->", "ab,bc,cd,de,ef,fi,ij->aj",
]:
    einsum(spec)

# ---- Ellipses and broadcasting ----

give("p", array((2, 3, 4)))
give("q", array((3, 4, 5)))
give("r", array((2, 1, 4, 5)))
give("s1", array((1, 4)))
give("u", array((4,)))
give("w", array((2, 3, 4, 4)))
give("o1", array((1,)))
give("e", np.zeros((0, 4)))
give("h", np.zeros((4, 0)))
for spec, *names in [
    ("...", "p"), ("...->...", "p"), ("...i->...", "p"), ("i...->...", "p"), ("...ij->...ji", "p"),
    ("i...j->j...i", "p"), ("...ii->...i", "w"), ("...ii", "w"), ("...ij,...jk->...ik", "r[:, :, :, :4]", "w[0]"),
    ("...ij,...jk", "r", "q[:, :, :, newaxis].transpose(0, 3, 2, 1)"), ("...ij,...kj", "r", "q"),
    ("...j,j->...", "p", "u"), ("...,...", "p", "u"), ("...a,...b->ab...", "p", "u"), ("...,...->...", "q[0]", "s1.T"),
    ("...i,i...->i...", "p", "u"), ("i...,...", "p", "q[:, :, 0]"), ("i,...->i...", "u", "p"),
    ("i,i", "o1", "u"), ("ij,jk->ik", "s1", "u[:, newaxis]"), ("ij,ij->ij", "s1", "p[0]"),
    ("ij,jk->ik", "p[0]", "o1[:, newaxis]"), ("i,i->i", "u", "o1"), ("ij,jk->ik", "h", "e"),
    ("ij->i", "h"), ("ij->j", "h"), ("ij,jk", "e", "h"), ("ij,kl->ijkl", "e", "p[0]"),
    ("...a,...a->...", "e", "e"), ("...,->...", "p", "2.0"), ("ij,j->i", "p[0].T", "arange(3)"),
]:
    text = f'einsum("{spec}", {", ".join(names)})'
    values = [eval(n, NAMES | inputs) for n in names]
    try:
        case(text, np.einsum(spec, *values), "near 1e-13")
    except ValueError:
        refused(text)
same('einsum("i,i", x_i_i4, x_i)'.replace("x_i_i4", "arange(3)"), "near 1e-13")
same('einsum("ij,j", x_ij_f4, x_j)', "near 1e-13")
same('einsum("ij->i", x_ij_i1, dtype=float64)')

# ---- Products ----

for axes in [0, 1, 2]:
    same(f"tensordot(p, q, axes={axes})" if axes != 1 else "tensordot(p, u, axes=1)", "near 1e-13")
same("tensordot(p, q)", "near 1e-13")
same("tensordot(p, q, axes=((1, 2), (0, 1)))", "near 1e-13")
same("tensordot(p, q, axes=((2, 1), (1, 0)))", "near 1e-13")
same("tensordot(p, q, axes=((-1,), (-2,)))", "near 1e-13")
same("tensordot(p, q, axes=((), ()))", "near 1e-13")
same("tensordot(x_ij_i4, x_jk_i4, axes=1)")
same("tensordot(x_ij_bool, x_jk_bool, axes=1)" if "x_ij_bool" in inputs else "tensordot(x_ij_b1, x_jk_b1, axes=1)")
for a, b in [("u", "u"), ("p", "u"), ("p", "s1"), ("p", "p"), ("x_ij_i4", "x_ij_i4")]:
    case(f"vecdot({a}, {b})", np.vecdot(inputs[a], inputs[b]), "near 1e-13")
case("vecdot(p, p, axis=1)", np.vecdot(inputs["p"], inputs["p"], axis=1), "near 1e-13")
case("vecdot(p, p, axis=-3)", np.vecdot(inputs["p"], inputs["p"], axis=-3), "near 1e-13")
same("vecdot(x_ij_b1, x_ij_b1)")
for a, b in [("u", "u"), ("p", "u"), ("p", "s1"), ("2.5", "p"), ("p", "2"), ("p", "x_ji")]:
    if b == "x_ji":
        continue
    same(f"inner({a}, {b})", "near 1e-13")
    same(f"outer({a}, {b})", "near 1e-13")
for a, b in itertools.product(["u", "p", "s1", "x_ij", "x_0", "x_jk_i4"], ["u", "s1", "x_ij", "x_i"]):
    same(f"kron({a}, {b})", "near 1e-13")
same("matrix_transpose(p)")
same("matrix_transpose(x_ij_i4)")
for shapes in ["(2, 3), (3, 4), (4, 5)", "(3,), (3, 4), (4, 5)", "(2, 3), (3, 4), (4,)", "(3,), (3, 4), (4,)",
               "(10, 2), (2, 30), (30, 1), (1, 7)", "(2, 3), (3, 2)", "(1, 20), (20, 1), (1, 20), (20, 2), (2, 3)"]:
    arrays = [array(s) for s in eval("[" + shapes + "]")]
    names = [give(f"d{len(inputs)}", a) for a in arrays]
    case(f"linalg.multi_dot(({', '.join(names)}))", np.linalg.multi_dot(arrays), "near 1e-12")

# ---- Mistakes ----

for text in [
    'einsum("ij,jk", p, q)', 'einsum("ij", u)', 'einsum("ij,jk->ik", x_ij)', 'einsum("i->j", u)',
    'einsum("i->ii", u)', 'einsum("i!->i", u)', 'einsum("ij,jk->ik", x_ij, x_ij)', 'einsum("ii", x_ij)',
    'einsum("...i->i", p)', 'einsum("i...j...", p)', 'einsum(3, p)', 'einsum("ij->i->j", x_ij)',
    'tensordot(p, q, axes=3)', 'tensordot(p, q, axes=((0,), (0, 1)))', 'tensordot(p, u, axes=((0,), (0,)))',
    'tensordot(p, q, axes=((0, 0), (0, 0)))', 'vecdot(u, q)', 'vecdot(u, o1)', 'vecdot(2.0, u)',
    'matrix_transpose(u)', 'linalg.multi_dot((p, q))',
    'linalg.multi_dot((x_ij, x_ij))', 'p @ 2.0', '2 @ p', 'p @ q', 'u @ o1',
]:
    refused(text)

write("einsum")
