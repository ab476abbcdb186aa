"""Writes library.txt: expressions of the language and what NumPy prints for them.

Run with NumPy 2 installed: python generate_library.py. The output is committed, so that the tests
need no Python. A case is a line "#### expression" followed by the text. Most expressions are the
same in both languages; where they differ the pair is given. Scalars stand in brackets, so that
they print with eight digits.
"""

from pathlib import Path

import numpy as np

true, false, none = True, False, None
NAMES = {name: getattr(np, name) for name in np.__all__ if hasattr(np, name)}
NAMES |= dict(true=True, false=False, none=None, newaxis=None, inf=np.inf, nan=np.nan, pi=np.pi)
NAMES |= dict(np=np, linspace=np.linspace, permute_dims=np.transpose, iota=np.arange)


class Brackets:
    """`A[1, 2]` stands for the bracket literal `[1, 2]`."""

    def __getitem__(self, items):
        return np.array(items if isinstance(items, tuple) else (items,))


NAMES |= dict(A=Brackets())

# Names that every case may use, in both languages.
SETUP = [
    ("i", "arange(12)", None),
    ("m", "arange(12).reshape(3, 4)", None),
    ("f", "(arange(12).reshape(3, 4) * 0.75 - 3)", None),
    ("g", "sin(arange(24).reshape(2, 3, 4) * 1.0)", None),
    ("v", "A[3.0, -1.5, 0.25, 8.0]", None),
    ("w", "A[1, 0, 2, 1]", None),
    ("h", "A[1.0, nan, -inf, inf, 2.0]", None),
    ("u", "arange(6).astype(uint8)", None),
    ("s", "(arange(6) / 4).astype(float32)", None),
    ("t", "(arange(6).reshape(2, 3) % 2 == 0)", None),
]

SAME = """
A[mean(f)]
mean(f, axis=0)
mean(f, axis=(0, 1), keepdims=true)
f.mean(axis=1)
mean(g, axis=(0, 2))
mean(u)
mean(t, axis=0)
mean(s).dtype
A[var(f)]
var(f, axis=1)
var(f, axis=0, ddof=1)
std(g, axis=-1, keepdims=true)
std(m, axis=0, correction=1)
std(s).dtype
A[average(v, weights=w)]
average(f, axis=1, weights=v)
average(f, axis=0, weights=A[1.0, 2.0, 3.0])
count_nonzero(m)
count_nonzero(m, axis=0)
ptp(f, axis=0)
A[ptp(v)]
argmax(v)
argmin(v)
argmax(f, axis=0)
argmin(f, axis=1)
argmax(g, axis=1)
argmax(h)
argmin(h)
argmax(f, axis=0, keepdims=true)
argmax(m % 5)
argmax(w)
argmin(w)
argmax(t, axis=1)
A[nansum(h[:2])]
A[nanmean(h[:2])]
nanmax(where(f > 3, nan, f), axis=0)
nanmin(where(f < 0, nan, f), axis=1)
nanstd(where(f < 0, nan, f))
nanvar(where(f < 0, nan, f), axis=1)
nanmax(m)
nan_to_num(h[:2])
sum(u).dtype
sum(u)
prod(u[1:])
prod(s[1:]).dtype
sum(t)
sum(t, axis=0)
sum(m, axis=0, keepdims=true)
sum(g, axis=(0, 2))
sum(m, dtype=float32).dtype
max(m, axis=0)
min(g, axis=(1, 2))
max(h)
any(t, axis=0)
all(t, axis=1)
all(m)
cumsum(m)
cumsum(m, axis=1)
cumprod(m[1:], axis=0)
cumulative_sum(v)
square(v)
reciprocal(v)
clip(m, 2, 8)
clip(v, 0.0, none)
clip(v, none, 1.0)
m.clip(3, 5)
logaddexp(v, w)
logaddexp(h, 1.0)
degrees(v)
radians(v)
rad2deg(v)
deg2rad(v)
sinc(v)
heaviside(v, 0.5)
logical_and(v > 0, w > 0)
logical_or(v > 5, w > 1)
logical_xor(v > 0, w > 0)
logical_not(w)
isclose(v, v + 1e-9)
isclose(h, h)
isclose(h, h, equal_nan=true)
allclose(v, v + 1e-9)
allclose(v, v + 1e-3)
array_equal(v, v)
array_equal(v, w)
array_equal(v, m)
eye(3)
eye(2, 4, k=1)
eye(3, k=-1)
identity(2)
linspace(0, 1, 7)
linspace(2.0, 3.0, 5, endpoint=false)
linspace(-1, 1, 3)
linspace(1, 1, 2)
linspace(0, 10, 1)
logspace(0, 3, 4)
tril(m)
triu(m, k=1)
tril(m, k=-1)
triu(g)
diag(v)
diag(m)
diag(w, k=1)
diag(w, k=-2)
diag(m, k=-1)
diff(v)
diff(m, axis=0)
diff(i * i, n=2)
diff(t)
diff(w, prepend=A[0])
diff(w, append=A[5])
trapezoid(v)
trapezoid(f, axis=0)
trapezoid(v, x=A[0.0, 1.0, 3.0, 4.0])
trapezoid(v, dx=0.5)
outer(v, w)
outer(m, A[1, 2])
dot(v, w)
dot(f, v)
dot(2, v)
dot(m, m.T)
inner(v, w)
inner(m, m)
vdot(m, m)
vecdot(m, m)
tensordot(m, m.T, axes=1)
tensordot(m, m, axes=2)
tensordot(g, g, axes=((0, 1), (0, 1)))
tensordot(g, m, axes=((2,), (1,)))
tensordot(v, w, axes=0)
kron(A[[1, 2]], A[[0, 1], [1, 0]])
trace(m)
trace(m, offset=1)
cross(A[1, 2, 3], A[3, 2, 1])
cross(f[:, :3], f[:, 1:])
roll(i, 3)
roll(m, 1)
roll(m, 1, axis=0)
roll(m, -1, axis=1)
roll(m, (1, 2), axis=(0, 1))
tile(w, 2)
tile(w, (2, 2))
tile(m, (1, 2))
repeat(w, 2)
repeat(m, 2, axis=0)
repeat(m, 2, axis=1)
vstack((w, w))
hstack((w, A[7, 8]))
hstack((m, m))
column_stack((w, w))
stack((w, w), axis=1)
concatenate((m, m[:1]))
concatenate((m, m[:, :1]), axis=1)
concatenate((m, m), axis=none)
moveaxis(g, 0, -1).shape
swapaxes(m, 0, 1)
flip(m)
flip(m, axis=1)
transpose(m)
expand_dims(w, 0)
squeeze(m[:1])
broadcast_to(w, (2, 4))
diagonal(m)
ravel(m.T)
m.T.reshape(2, 6)
m[::-1, ::2]
m[..., -1]
m[1:, newaxis, :2]
m[:, 1] + m[0, :3]
round(f)
round(v, 1)
round(v * 1000, -2)
round(i, -1)
v @ v
m @ w
w @ m.T
f @ f.T
g @ f.T
(m.T @ m)[0]
m // 5
m % 5
-m // 5
-m % 5
v // 2
v % -2
m / 4
m ** 2
2 ** m
m & 5
m | 5
m ^ 5
~m
m << 1
m >> 1
m == 5
(m > 3) & (m < 8)
u + 200
u * 2.0
s * 2
s + v[0]
abs(v)
sign(v)
floor(v)
ceil(v)
trunc(v)
exp(v)
log(abs(v))
sqrt(abs(v))
sin(v)
cos(v)
tan(v)
tanh(v)
arctan2(v, w)
hypot(v, w)
maximum(v, w)
minimum(h, 1.0)
where(v > 0, v, 0)
where(t, 1, 0)
copysign(v, -1.0)
isnan(h)
isinf(h)
isfinite(h)
signbit(h)
zeros((2, 3))
ones(3, dtype=int64)
full((2, 2), 7)
full(3, 1.5)
zeros_like(m)
ones_like(v)
full_like(w, 9)
arange(3, 11, 2)
arange(5, 0, -2)
arange(0.0, 1.0, 0.3)
arange(4, dtype=float32)
result_type(int8, uint8)
result_type(u, 2.5)
result_type(s, 1)
can_cast(int8, int16)
can_cast(float64, int64)
"""

DIFFERENT = [
    ("softmax(v)", "exp(v - max(v)) / sum(exp(v - max(v)))"),
    ("softmax(f, axis=0)", "exp(f) / sum(exp(f), axis=0)"),
    ("[logsumexp(v)]", "A[log(sum(exp(v)))]"),
    ("logsumexp(f, axis=1)", "log(sum(exp(f), axis=1))"),
    ("sigmoid(v)", "1 / (1 + exp(-v))"),
    ("[norm(v)]", "A[np.linalg.norm(v)]"),
    ("norm(f, axis=1)", "np.linalg.norm(f, axis=1)"),
    ("[norm(v, ord=1)]", "A[np.linalg.norm(v, 1)]"),
    ("norm(f, ord=inf, axis=0)", "np.linalg.norm(f, inf, axis=0)"),
    ("[norm(v, ord=3)]", "A[np.linalg.norm(v, 3)]"),
    ("[linalg.matrix_norm(f)]", "A[np.linalg.norm(f)]"),
    ("linalg.matrix_power(m[:, :3], 3)", "np.linalg.matrix_power(m[:, :3], 3)"),
    ("m.mT", "m.T"),
    ("g.mT", "np.swapaxes(g, -1, -2)"),
    ("cumulative_sum(m, axis=1, include_initial=true)", "np.cumulative_sum(m, axis=1, include_initial=True)"),
    ("concat([w, [7, 8]])", "concatenate((w, A[7, 8]))"),
    ("stack([w, w])", "stack((w, w))"),
    ("meshgrid(w, i[:3])[1]", "meshgrid(w, i[:3])[1]"),
    ("meshgrid(w, i[:3], indexing=\"ij\")[0]", "meshgrid(w, i[:3], indexing='ij')[0]"),
    ("unstack(m, axis=1)[2]", "np.unstack(m, axis=1)[2]"),
    ("permute_dims(g, (2, 0, 1)).shape", "np.transpose(g, (2, 0, 1)).shape"),
    ("stats.cov(f)", "np.cov(f)"),
    ("stats.corrcoef(g[0])", "np.corrcoef(g[0])"),
    ("stats.moving_average(v, 2)", "np.convolve(v, np.ones(2) / 2, 'valid')"),
    ("[stats.linear_fit(w, v).slope]", "np.polyfit(w, v, 1)[:1]"),
    ("[climate.trend(v)]", "np.polyfit(np.arange(4), v, 1)[:1]"),
    ("climate.climatology(f, 3)", "f.reshape(1, 3, 4).mean(axis=0)"),
    ("image.mirror_pad(m, 2)", "np.pad(m, 2, mode='symmetric')"),
    ("image.shrink(f[:2], 2)", "f[:2].reshape(1, 2, 2, 2).mean(axis=(1, 3))"),
]


def main():
    space = dict(NAMES)
    out = []
    for name, source, python in SETUP:
        space[name] = eval(python or source, space)
    cases = [(line, line) for line in SAME.strip().splitlines()] + DIFFERENT
    with np.errstate(all="ignore"):
        for source, python in cases:
            text = str(eval(python, space))
            out.append(f"#### {source.replace('A[', '[')}\n{text}\n")
    setup = "".join(f"{n} = {s.replace('A[', '[')}\n" for n, s, _ in SETUP)
    Path(__file__).with_name("library.txt").write_text(setup + "".join(out))


main()
