"""Runs random programs, as `tests/fuzz.rs` records them, with NumPy and compares the results.

    ARR_FUZZ=1000 ARR_FUZZ_OUT=programs.txt cargo test --test fuzz -- --ignored
    python tests/numpy/fuzz.py programs.txt

Integers, bools and what only moves or combines exact numbers must agree in value; float results
within a tolerance relative to the greatest finite magnitude. Zeros of either sign are equal: NumPy
does not say which one `minimum` and `maximum` give.
"""

import sys
import warnings

import numpy as np

warnings.simplefilter("ignore")
np.seterr(all="ignore")

NAMES = {name: getattr(np, name) for name in np.__all__ if hasattr(np, name)}
NAMES |= dict(none=None, newaxis=None, true=True, false=False, abs=np.abs, min=np.min, max=np.max, sum=np.sum, any=np.any, all=np.all)
NAMES |= {n: np.dtype(n) for n in "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float32 float64".split()}


def with_none(f):
    return lambda x, axis=None, **rest: np.asarray(f(x, axis=axis, **rest))


for name in ["sum", "prod", "mean", "min", "max", "any", "all"]:
    NAMES[name] = with_none(getattr(np, name))


def clip(x, low, high):
    return np.minimum(np.maximum(x, low), high)


NAMES["clip"] = clip
NAMES["astype"] = lambda x, dtype: np.asarray(x).astype(dtype)


def parse(text):
    dtype, shape, bits = text.split(" ")
    shape = tuple(int(n) for n in shape.split("x")) if shape != "-" else ()
    width = np.dtype(dtype).itemsize
    raw = b"" if bits == "-" else bytes.fromhex(bits)
    array = np.frombuffer(raw, dtype=np.dtype(f">u{width}")).astype(f"u{width}")
    return array.view(dtype).reshape(shape)


def difference(found, expected):
    found = np.asarray(found)
    if found.dtype != expected.dtype or found.shape != expected.shape:
        return f"arr {expected.dtype}{expected.shape}, NumPy {found.dtype}{found.shape}"
    if found.dtype.kind != "f":
        return None if np.array_equal(found, expected) else "other elements"
    finite = np.abs(found[np.isfinite(found)])
    limit = (1e-4 if found.dtype == np.float32 else 1e-10) * max(finite.max(initial=0.0), 1e-300)
    same = (found == expected) | (np.isnan(found) & np.isnan(expected))
    near = np.abs(found.astype("f8") - expected.astype("f8")) <= limit
    return None if np.all(same | near) else "other elements"


def run(record):
    head, *lines = record.strip("\n").split("\n")
    names = dict(NAMES)
    code, wrong = [], []
    for line in lines:
        if line.startswith("in "):
            name, rest = line[3:].split(" ", 1)
            names[name] = parse(rest).copy()
        elif line.startswith("| "):
            code.append(line[2:])
    try:
        exec("\n".join(code), names)
    except Exception as error:
        return [f"seed {head}: NumPy refuses: {type(error).__name__}: {error}"] + code
    for line in lines:
        if line.startswith("out "):
            name, rest = line[4:].split(" ", 1)
            expected = parse(rest)
            why = difference(names[name], expected)
            if why:
                wrong = [f"seed {head}: {name}: {why}", f"  NumPy {np.asarray(names[name])!r:.300}", f"  arr   {expected!r:.300}"]
                return wrong + code
    return []


def main():
    text = open(sys.argv[1], encoding="utf-8").read()
    records = text.split("@@ ")[1:]
    bad = [w for w in map(run, records) if w]
    for wrong in bad[:10]:
        print("\n".join(wrong), end="\n\n")
    print(len(records), "programs,", len(bad), "differ")
    sys.exit(bool(bad))


main()
