"""Vectors for standard.txt: names of the standard that other topics reach through operators only."""

from itertools import product

import numpy as np
from vectors import DTYPES, INTS, case, give, refused, same, specials, write

PAIRS = ["int8", "uint8", "int32", "int64", "uint64", "float32", "float64"]
for d in DTYPES:
    give(f"s_{d}", specials(d))
    give(f"m_{d}", np.arange(6).reshape(2, 3).astype(d))
for f in ["add", "multiply", "equal", "not_equal", "less", "less_equal", "greater", "greater_equal"]:
    for d, e in product(PAIRS, ["int8", "uint8", "int64", "float32", "float64"]):
        same(f"{f}(m_{d}, s_{e}[:3])")
for d, e in product(PAIRS, PAIRS):
    same(f"subtract(m_{d}, s_{e}[1:4])")
    same(f"divide(m_{d}, m_{e} + 1)")
for d in INTS:
    same(f"floor_divide(s_{d}, 7)")
    same(f"remainder(s_{d}, 7)")
    same(f"pow(s_{d}, 3)")
    same(f"bitwise_left_shift(s_{d}, 3)")
    same(f"bitwise_right_shift(s_{d}, 3)")
    for f in ["bitwise_and", "bitwise_or", "bitwise_xor"]:
        same(f"{f}(s_{d}[:6].reshape((2, 3)), m_{d})")
    same(f"bitwise_invert(s_{d})")
for f in ["bitwise_and", "bitwise_or", "bitwise_xor"]:
    same(f"{f}(s_bool[:, newaxis], s_bool)")
same("bitwise_invert(s_bool)")
refused("subtract(s_bool, s_bool)")
refused("bitwise_and(m_float64, m_float64)")
refused("add(m_int8, s_int8[:4])")
for d in DTYPES:
    case(f"empty_like(m_{d}) * 0 == zeros_like(m_{d})", np.ones((2, 3), bool))
    for e in DTYPES:
        case(f"asarray(can_cast({d}, {e}))", np.can_cast(np.dtype(d), np.dtype(e)))
        same(f"zeros(2, dtype=result_type({d}, {e}))")
for d in INTS:
    for field in ["min", "max", "bits"]:
        case(f"asarray(iinfo({d}).{field} == {getattr(np.iinfo(d), field)})" if d != "uint64" else f"asarray(iinfo({d}).bits == 64)", True)
for d in ["float32", "float64"]:
    for field in ["max", "min", "eps", "smallest_normal"]:
        case(f"asarray(finfo({d}).{field} == {float(getattr(np.finfo(d), field))!r})", True)
KINDS = ["bool", "signed integer", "unsigned integer", "integral", "real floating", "numeric"]
for d in DTYPES:
    for kind in KINDS:
        case(f'asarray(isdtype({d}, "{kind}"))', np.isdtype(np.dtype(d), kind))
same("broadcast_arrays(m_int8, s_int64[:3])[1]")
same("broadcast_arrays(m_int8, s_int64[:3])[0]")
case("asarray(broadcast_shapes((2, 1), (3,), ()))", [2, 3])
case("asarray(broadcast_shapes((0, 1), (5,)))", [0, 5])
refused("broadcast_shapes((2,), (3,))")
case("asarray(len(dtypes()))", 13)
case('asarray(len(dtypes(kind="integral")))', 8)
case("zeros(2, dtype=default_dtypes().real_floating)", np.zeros(2))
case("zeros(2, dtype=default_dtypes().indexing)", np.zeros(2, "int64"))
case("asarray(capabilities().boolean_indexing)", True)
write("standard")
