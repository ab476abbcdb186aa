"""What the generators of vectors share: inputs, cases, and the form of the files.

A generator is a script `generate_TOPIC.py` beside this file that imports everything from here,
gives inputs and cases, and ends with `write("TOPIC")`: that writes `vectors/TOPIC.txt`, which
`tests/numpy.rs` reads. Run with NumPy 2 and the standard library: `python generate_TOPIC.py`. The
output is committed, so that the tests need no Python. Lines of a file:

    in NAME DTYPE SHAPE BITS      an input that every case may name
    == TOLERANCE EXPRESSION       a case; statements are parted by `;`, the last one is the value
    DTYPE SHAPE BITS              its result

SHAPE is sizes joined by `x`, `-` for none. BITS are the elements in row-major order, each in the
hexadecimal digits of its width, `-` for none; a complex element is its real part, then its
imaginary part. TOLERANCE is `exact` (any NaN equals any NaN, -0 is
not 0), `ulp N` (N steps of the dtype), or `near R` (R times the greatest finite magnitude of the
result). A case with the tolerance `error` has no second line: the expression must be refused.

Where arr differs from NumPy by decision, the value written is arr's, made by a function named
`decided_...` whose comment says what differs.
"""

import math
import warnings
from itertools import combinations, permutations
from pathlib import Path

import numpy as np

warnings.simplefilter("ignore")
np.seterr(all="ignore")

INTS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
FLOATS = ["float32", "float64"]
COMPLEX = ["complex64", "complex128"]
DTYPES = ["bool", *INTS, *FLOATS]
SHORT = {d: d[0] + str(np.dtype(d).itemsize) for d in DTYPES}

inputs = {}
lines = []
count = 0


def bits(array):
    """The elements as hexadecimal bits."""
    array = np.atleast_1d(np.ascontiguousarray(array))
    if array.dtype.kind == "c":
        array = array.view(array.real.dtype)
    width = array.dtype.itemsize
    raw = array.view(f"u{width}")
    return "".join(f"{int(v):0{2 * width}x}" for v in raw.ravel()) or "-"


def typed(array):
    shape = "x".join(map(str, array.shape)) or "-"
    return f"{array.dtype.name} {shape} {bits(array)}"


def give(name, array):
    """An input."""
    inputs[name] = np.asarray(array)
    return name


def case(expression, value, tolerance="exact"):
    """A case with a known result."""
    global count
    count += 1
    lines.append(f"== {tolerance} {expression}")
    if tolerance != "error":
        lines.append(typed(np.asarray(value)))


def refused(expression):
    """A case that must be an error."""
    case(expression, None, "error")


# ---- The language's names, for expressions that are the same in both ----

NAMES = {name: getattr(np, name) for name in np.__all__ if hasattr(np, name)}
NAMES |= dict(true=True, false=False, none=None, newaxis=None, inf=np.inf, nan=np.nan, pi=np.pi)
NAMES |= {d: np.dtype(d) for d in [*DTYPES, *COMPLEX]}
NAMES |= dict(int=int, float=float, abs=np.abs, round=np.round, len=len, iota=np.arange)


def same(expression, tolerance="exact"):
    """A case whose text means the same in Python."""
    names = NAMES | {name: array.copy() for name, array in inputs.items()}
    *statements, last = expression.split("; ")
    for statement in statements:
        exec(statement, names)
    case(expression, eval(last, names), tolerance)

SPECIAL_FLOATS = [0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 3.0, 7.25, math.inf, -math.inf, math.nan]


def extremes(dtype):
    info = np.iinfo(dtype)
    values = [0, 1, 2, 3, 7, 100, info.max - 1, info.max, info.min]
    return np.array(values + ([-1, -2, -7, info.min + 1] if info.min < 0 else []), dtype)


def specials(dtype):
    if dtype == "bool":
        return np.array([False, True])
    if dtype in INTS:
        return extremes(dtype)
    info = np.finfo(dtype)
    return np.array(SPECIAL_FLOATS + [info.max, -info.tiny, info.smallest_subnormal], dtype)


def wide(dtype):
    """Arguments of functions of one operand."""
    if dtype not in FLOATS:
        return specials(dtype)
    more = [-0.5, 1.5, 2.5, -3.75, 10.25, 1e-8, -1e-5, 0.999, 1.001, 20.0, -20.0, 88.5, -104.0, 1e6]
    more += [math.pi, math.e, 123456.789, -1e10, 1e22]
    more += [709.5, -745.0, 1e-310, 1e300] if dtype == "float64" else [1e-40, 1e30]
    return np.concatenate([specials(dtype), np.array(more, dtype)])


def write(topic):
    """Ends a generator."""
    path = Path(__file__).parent / "vectors" / f"{topic}.txt"
    with open(path, "w", encoding="utf-8") as file:
        for name, array in inputs.items():
            file.write(f"in {name} {typed(array)}\n")
        file.write("\n".join(lines) + "\n")
    print(count, "cases", path.stat().st_size, "bytes")
