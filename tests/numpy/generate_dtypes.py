"""Writes vectors/dtypes.txt: the dtype of every elementwise function, and of others, for every dtype
or pair of dtypes; complex numbers have no order here.

NumPy's float16 is float32 here. Where functions of bool are NumPy's int8, or int8 has no bool, arr
decides otherwise: bools are left out there."""

import numpy as np
from vectors import *

ORDER = [*DTYPES, *COMPLEX]

UNARY = """abs acos acosh asin asinh atan atanh cbrt ceil conj cos cosh deg2rad degrees exp exp2 expm1 fabs floor
isfinite isinf isnan log log10 log1p log2 logical_not rad2deg radians rint signbit sin sinh sinc sqrt tan tanh trunc
real imag isposinf isneginf spacing bitwise_count bitwise_invert nan_to_num mean var std median sum prod cumsum cumprod
max min nansum nanmean nanvar nanprod nanmax argmax any count_nonzero""".split()
BINARY = """add multiply divide maximum minimum fmax fmin atan2 hypot copysign nextafter heaviside logaddexp logaddexp2
float_power bitwise_and bitwise_or bitwise_xor equal logical_and logical_or logical_xor dot inner outer vdot matmul
vecdot isclose polymul""".split()
NO_BOOL = """subtract floor_divide remainder pow fmod gcd lcm bitwise_left_shift bitwise_right_shift negative sign
square round""".split()

for d in ORDER:
    give("v_" + d, np.array([1, 3]).astype(d))


def result(expression):
    """The dtype that NumPy gives, none if it refuses the operands."""
    try:
        with np.errstate(all="ignore"):
            value = np.asarray(eval(expression, NAMES | inputs))
    except (TypeError, ValueError):
        return None
    return "float32" if value.dtype == np.float16 else value.dtype.name


def rows(names):
    """Of the operands in order: as a slice where they stand side by side."""
    first, last = ORDER.index(names[0]), ORDER.index(names[-1])
    if ORDER[first : last + 1] == names:
        return f"every[{first}:{last + 1}]"
    return "(" + "".join(f"v_{d}, " for d in names) + ")"


def row(call, kinds):
    """A case for every dtype that stands for `?` in a call, and that NumPy takes."""
    given = [(d, result(call.replace("?", f"v_{d}"))) for d in kinds]
    taken = [(d, dtype) for d, dtype in given if dtype is not None]
    if taken:
        expected = "".join(f"{dtype}, " for _, dtype in taken)
        items = rows([d for d, _ in taken])
        test = f"[result_type({call.replace('?', 'y')}) == t for y, t in zip({items}, ({expected}))]"
        case(test, np.ones(len(taken), dtype=bool))


case("every = (" + "".join(f"v_{d}, " for d in ORDER) + f"); len(every) == {len(ORDER)}", np.array(True))
NO_COMPLEX = ["max", "min", "nanmax", "argmax", "median", "nan_to_num", "maximum", "minimum", "fmax", "fmin"]
for name in [*UNARY, *BINARY, *NO_BOOL]:
    kinds = [d for d in ORDER if not (d == "bool" and name in [*NO_BOOL, "conj"] or d in COMPLEX and name in NO_COMPLEX)]
    if name in [*UNARY, "negative", "sign", "square", "round"]:
        row(f"{name}(?)", kinds)
        continue
    for a in kinds:
        row(f"{name}(v_{a}, ?)", kinds)

write("dtypes")
