"""Runs random programs, as `tests/fuzz.rs` records them, with NumPy and compares the results.

    ARR_FUZZ=1000 ARR_FUZZ_OUT=programs.txt cargo test --test fuzz -- --ignored
    python tests/numpy/fuzz.py programs.txt

Each result may be as far from NumPy's as the record says, 0 for what both must agree on. Zeros of
either sign are equal: NumPy does not say which one `minimum` and `maximum` give. The standard's
names that NumPy lacks, and what NumPy does otherwise, are defined here.
"""

import sys
import warnings

import numpy as np

warnings.simplefilter("ignore")
np.seterr(all="ignore")

NAMES = {name: getattr(np, name) for name in np.__all__ if hasattr(np, name)}
NAMES |= dict(none=None, newaxis=None, true=True, false=False, abs=np.abs, min=np.min, max=np.max, sum=np.sum, any=np.any, all=np.all)
NAMES |= {n: np.dtype(n) for n in "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float32 float64 complex64 complex128".split()}
NAMES |= dict(linalg=np.linalg, fft=np.fft, windows=np.lib.stride_tricks.sliding_window_view)


def as_array(f):
    return lambda *args, **rest: np.asarray(f(*args, **rest))


for name in ["sum", "prod", "mean", "min", "max", "any", "all", "count_nonzero"]:
    NAMES[name] = as_array(getattr(np, name))


def sort(x, axis=-1, descending=False):
    return np.flip(np.sort(x, axis=axis), axis=axis) if descending else np.sort(x, axis=axis)


def argsort(x, axis=-1, descending=False):
    """Equal elements stay in their order, in a descending sort too."""
    if not descending:
        return np.argsort(x, axis=axis, kind="stable")
    turned = np.argsort(np.flip(x, axis=axis), axis=axis, kind="stable")
    return np.shape(x)[axis] - 1 - np.flip(turned, axis=axis)


def clip(x, low, high):
    return np.minimum(np.maximum(x, low), high)


NAMES |= dict(clip=clip, sort=sort, argsort=argsort, unique_values=np.unique)
NAMES["unique_counts"] = lambda x: np.unique(x, return_counts=True)
NAMES["astype"] = lambda x, dtype: np.asarray(x).astype(dtype)


def parse(text):
    dtype, shape, bits = text.split(" ")
    shape = tuple(int(n) for n in shape.split("x")) if shape != "-" else ()
    part = {"complex64": "float32", "complex128": "float64"}.get(dtype, dtype)
    width = np.dtype(part).itemsize
    raw = b"" if bits == "-" else bytes.fromhex(bits)
    array = np.frombuffer(raw, dtype=f">u{width}").astype(f"u{width}")
    return array.view(dtype).reshape(shape)


def parts(x):
    """Real and imaginary parts, side by side."""
    x = np.ravel(x)
    return x.view(x.real.dtype) if x.dtype.kind == "c" else x


def difference(found, expected, error):
    found = np.asarray(found)
    if found.dtype != expected.dtype or found.shape != expected.shape:
        return f"arr {expected.dtype}{expected.shape}, NumPy {found.dtype}{found.shape}"
    if found.dtype.kind not in "fc":
        return None if np.array_equal(found, expected) else "other elements"
    found, expected = parts(found), parts(expected)
    same = (found == expected) | (np.isnan(found) & np.isnan(expected))
    if np.all(same) or error == np.inf:
        return None
    off = np.abs(found.astype("f8") - expected.astype("f8"))
    off[same] = 0
    return None if np.all(off <= error) else f"other elements, off by {off.max()}, not {error}"


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
            name, error, rest = line[4:].split(" ", 2)
            expected = parse(rest)
            why = difference(names[name], expected, float(error))
            if why:
                wrong = [f"seed {head}: {name}: {why}", f"  NumPy {np.asarray(names[name])!r:.300}", f"  arr   {expected!r:.300}"]
                return wrong + code
    return []


def main():
    text = open(sys.argv[1], encoding="utf-8").read()
    records = text.split("@@ ")[1:]
    bad = [w for w in map(run, records) if w]
    for wrong in bad[:30]:
        print("\n".join(wrong), end="\n\n")
    print(len(records), "programs,", len(bad), "differ")
    sys.exit(bool(bad))


main()
