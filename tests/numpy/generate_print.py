"""Writes print.txt: arrays and the text NumPy prints for them.

Run with NumPy 2 installed: python generate_print.py. The output is committed, so that the tests
need no Python. Each line has five fields separated by tabs:

    dtype   NumPy's name
    shape   lengths separated by commas, "-" for an array without axes
    data    bits of the elements as hexadecimal numbers separated by commas; complex elements are
            two numbers. If there are fewer elements than the shape holds they repeat, in
            row-major order.
    str     what print(a) writes, with backslash and newline escaped
    repr    the same for repr(a)
"""

from pathlib import Path

import numpy as np

BITS = {2: np.uint16, 4: np.uint32, 8: np.uint64, 1: np.uint8}
INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
FLOATS = ["float32", "float64"]
COMPLEX = ["complex64", "complex128"]
rng = np.random.default_rng(20250101)
lines = []


def escape(text):
    return text.replace("\\", "\\\\").replace("\n", "\\n")


def bits(values):
    if values.dtype == bool:
        values = values.astype(np.uint8)
    if values.dtype.kind == "c":
        values = values.view(values.real.dtype)
    return ",".join(f"{b:x}" for b in values.view(BITS[values.dtype.itemsize]).tolist())


def case(values, shape=None, dtype=None):
    """Records one array: `values`, repeated to fill `shape` if that is given."""
    with np.errstate(all="ignore"):
        values = np.asarray(values)
        values = values.astype(dtype or values.dtype)
    if shape is None:
        shape = values.shape
    flat = np.ravel(values)
    whole = np.resize(flat, shape) if flat.size else np.zeros(shape, flat.dtype)
    fields = [
        str(whole.dtype),
        ",".join(map(str, shape)) or "-",
        bits(flat),
        escape(str(whole)),
        escape(repr(whole)),
    ]
    lines.append("\t".join(fields))


def scalar(value, dtype):
    case([value], shape=(), dtype=dtype)


def random_floats(count, low, high):
    """Numbers whose decimal exponents spread over a range, with both signs."""
    return rng.choice([-1, 1], count) * 10.0 ** rng.uniform(low, high, count)


def empties():
    for dtype in ["bool", "int32", "int64", "float32", "float64", "complex128"]:
        case(np.zeros(0, dtype))
    for shape in [(0, 3), (3, 0), (2, 0, 3), (0, 0), (2000, 0)]:
        case(np.zeros(0), shape=shape)
    case(np.zeros(0, "uint8"), shape=(1, 0))


def scalars():
    values = [0.0, -0.0, 1.0, 0.1, 1e-4, 9.99e-5, 1e-5, 1e15, 1e16, 123456789.0, 1 / 3, 2.5, np.nan]
    values += [np.inf, -np.inf, 1e38, 5e-324, 1e-45, 3.4028235e38, 1.7976931348623157e308, 2 / 3]
    values += [2097152.25, 1125899906842624.25, 16777216.0, 9007199254740993.0, 100.0, 1e22]
    values += [999999.94, 1e6]
    for dtype in FLOATS:
        for value in values:
            scalar(value, dtype)
    pairs = [(0, 0), (1, 2), (-0.0, -0.0), (0, np.nan), (np.nan, 1), (np.inf, -np.inf), (0.1, 1e-5)]
    pairs += [(1e16, -1e-4), (-1.5, 0), (0, -2)]
    for dtype in COMPLEX:
        for real, imaginary in pairs:
            scalar(complex(real, imaginary), dtype)
    for dtype, value in [("bool", True), ("bool", False), ("int8", -128), ("uint64", 2**64 - 1)]:
        scalar(value, dtype)
    scalar(-(2**63), "int64")


def integers():
    for dtype in INTEGERS:
        info = np.iinfo(dtype)
        case(np.array([info.min, 0, 1, info.max], dtype))
        case(rng.integers(info.min, info.max, 40, dtype=dtype, endpoint=True))
        case(rng.integers(0, 9, (3, 4)).astype(dtype))
    case(np.arange(100))
    case(np.arange(24).reshape(2, 3, 4))
    case(np.arange(-30, 30).reshape(2, 2, 3, 5))
    case(np.array([[7]]))
    case(np.array([-5]))
    case(np.arange(1000))
    case(np.arange(1001))
    case(rng.integers(-(10**9), 10**9, (4, 30)))


def bools():
    case(np.array([True]))
    case(np.array([False, True]))
    case(np.array([True, True]))
    case(rng.integers(0, 2, 50).astype(bool))
    case(rng.integers(0, 2, (3, 4)).astype(bool))
    case(rng.integers(0, 2, 7).astype(bool), shape=(40, 41))


SPECIAL = [
    [0.0],
    [-0.0, 0.0],
    [np.nan],
    [np.inf],
    [-np.inf],
    [np.nan, np.inf],
    [np.nan, -np.inf, 1.0],
    [np.nan, 1.5, -2.25],
    [np.inf, 1234.5],
    [np.inf, -np.inf, np.nan, 1e-10, 1e10],
    [np.nan, 1e300],
    [-np.inf, 0.0],
    [1.0, 2.0, 3.0],
    [1.0, 10.0, 100.0],
    [1.0, 1000.0],
    [1.0, 1001.0],
    [1.0, 1000.0000001],
    [0.001, 1.0],
    [0.00099, 1.0],
    [1e-4, 1e-2],
    [9.9e-5, 1e-2],
    [99999999.0],
    [1e8],
    [999999.0, 1000.0],
    [1e6, 1e4],
    [999999.94, 1001.0],
    [1e5, 12345.678],
    [0.1, 0.2, 0.3],
    [1 / 3, 2 / 3, 1.0],
    [0.123456785, 0.5],
    [0.123456789012345],
    [1.000000005, 1.000000015],
    [1.0000000001],
    [1.0000000001e-9],
    [1e-9, 1.23456789012e-9],
    [1e-300, 1e300],
    [5e-324, 1.0],
    [1e-100, 1e-99],
    [1.5e100, -2.5e-100, 0.0],
    [0.0, 1e-5],
    [-1.0, 0.5],
    [-100.25, 3.0],
    [2097152.25, 4194304.5],
    [16777216.0, 33554432.0],
    [0.1, 1e-10],
    [0.3, 7e9, -1.0],
    [1e10, 1e10],
    [np.pi, np.e],
    [np.pi * 1e5, np.e * 1e3],
    [0.5, 0.25, 0.125, 0.0625, 0.03125],
    [123.456, 7.8, 0.001 * 900],
    [2.0**-i for i in range(12)],
    [2.0**i for i in range(30)],
]


NARROW = [(0, 0.3), (0, 2.9), (-2, 0.9), (-3.9, -1), (-4.5, -4), (3, 5.9), (4, 7.9)]


def floats():
    for dtype in FLOATS:
        for values in SPECIAL:
            case(np.array(values, "float64"), dtype=dtype)
    for dtype in FLOATS:
        for low, high in NARROW:
            case(random_floats(12, low, high), dtype=dtype)
        for low, high in [(-30, 30), (7, 9), (-8, -6), (-37, 37)]:
            case(random_floats(9, low, high), dtype=dtype)
        case(rng.random((3, 3)), dtype=dtype)
        case(rng.standard_normal((4, 5)), dtype=dtype)
        case(rng.standard_normal((2, 3, 4)), dtype=dtype)
        case(rng.standard_normal((2, 2, 2, 3)), dtype=dtype)
        case(rng.standard_normal((1, 1, 1, 1)), dtype=dtype)
        case(np.round(rng.standard_normal((4, 4)), 2), dtype=dtype)
        case(np.linspace(0, 1, 11), dtype=dtype)
        case(np.linspace(-5, 5, 60), dtype=dtype)
        case(np.arange(30.0), dtype=dtype)
        case(np.arange(40.0).reshape(2, 20) * 1.5, dtype=dtype)
        case(np.where(rng.random((5, 5)) < 0.3, np.nan, rng.random((5, 5))), dtype=dtype)
        case(np.where(rng.random(12) < 0.4, -np.inf, random_floats(12, 0, 12)), dtype=dtype)
    case(random_floats(30, -307, 307))


def complexes():
    specials = [
        [1 + 2j],
        [0j],
        [complex(-0.0, -0.0)],
        [1j, -1j],
        [1 + 1e-5j, 2],
        [1.5 - 2.25j, 100 + 3j],
        [complex(np.nan, 1), 1 - 1j],
        [complex(np.nan, np.nan)],
        [complex(1, np.inf), 2j],
        [complex(1, -np.inf), complex(-np.inf, 2)],
        [complex(np.inf, np.nan), 1e10 + 1e-10j],
        [1e20 + 1j, 1],
        [1 / 3 + 2j / 3, 0.25j],
        [np.exp(1j * k) for k in range(8)],
    ]
    for dtype in COMPLEX:
        for values in specials:
            case(np.array(values, "complex128"), dtype=dtype)
        noise = rng.standard_normal((3, 4)) + 1j * rng.standard_normal((3, 4))
        case(noise, dtype=dtype)
        case(noise.reshape(2, 3, 2) * 1e6, dtype=dtype)
        case(noise[0] * 1e-9, dtype=dtype)
        case(np.round(noise, 1), shape=(40, 30), dtype=dtype)


def summaries():
    case(rng.random(7), shape=(1001,))
    case(rng.random(7), shape=(1000,))
    case(rng.random(101), shape=(40, 50))
    case(rng.random(101), shape=(40, 50), dtype="float32")
    case(rng.standard_normal(97), shape=(12, 13, 14))
    case(rng.integers(-99, 999, 97), shape=(7, 8, 9, 10))
    case(rng.integers(-99, 999, 97), shape=(6, 6, 6, 6))
    case(rng.integers(0, 255, 89), shape=(1, 2000), dtype="uint8")
    case(rng.integers(0, 255, 89), shape=(2000, 1), dtype="uint8")
    case(rng.integers(0, 255, 89), shape=(7, 300), dtype="int16")
    case(rng.integers(0, 10**12, 83), shape=(6, 301))
    case(random_floats(83, -20, 20), shape=(3, 500))
    case(random_floats(83, 0, 2), shape=(2, 3, 500), dtype="float32")
    case(rng.random(83), shape=(2, 1000, 2))
    case(np.array([0.0]), shape=(500, 600))
    case(np.array([np.nan, 1.0]), shape=(3000,))
    case(rng.random(997) * 100, shape=(3000, 1000))
    case(rng.integers(0, 9, 11), shape=(3000003,))


def wide_rows():
    for dtype in ["int64", "float64", "float32", "complex128"]:
        case(rng.integers(0, 1000, 60), dtype=dtype)
        case(rng.integers(0, 100000, (2, 25)), dtype=dtype)
        case(rng.integers(0, 10, (2, 2, 38)), dtype=dtype)
    for count in range(34, 40):
        case(np.ones(count, "int64"))
    for count in range(13, 17):
        case(np.full(count, 1.25))
        case(np.full((1, count), 1.25))
    case(random_floats(10, -200, 200), shape=(1, 1, 1, 1, 10))
    for count in range(9, 25):
        case(np.full(count, 1.5, "float32"))


def main():
    for group in [empties, scalars, integers, bools, floats, complexes, summaries, wide_rows]:
        group()
    target = Path(__file__).with_name("print.txt")
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines)} cases, {target.stat().st_size} bytes, NumPy {np.__version__}")


if __name__ == "__main__":
    main()
