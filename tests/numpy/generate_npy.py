"""Writes npy.txt: files as NumPy writes them, and the elements arr must find in them.

One case per block: a name, `file` with the bytes in hex, `dtype` and `shape` as arr has them,
and `bytes`, the elements little-endian in row-major order, in hex.
"""

import io
import pathlib
import struct

import numpy as np

NAMES = {np.dtype(d): d for d in (
    "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float32 float64 complex64 complex128"
).split()}


def saved(array, version=None):
    out = io.BytesIO()
    np.lib.format.write_array(out, array, version=version, allow_pickle=True)
    return out.getvalue()


def case(name, array, version=None):
    half = array.dtype.kind == "f" and array.dtype.itemsize == 2
    plain = array.astype(np.float32) if half else array
    native = plain.astype(plain.dtype.newbyteorder("<"), order="C")
    shape = ",".join(map(str, array.shape))
    return "\n".join([
        f"case {name}",
        f"file {saved(array, version).hex()}",
        f"dtype {NAMES[native.dtype.newbyteorder('=')]}",
        f"shape {shape}",
        f"bytes {native.tobytes().hex()}",
    ])


def refused(name, data, words):
    return f"refused {name}\nfile {data.hex()}\nsays {words}"


def header(text, version=1):
    body = text.encode()
    size = struct.pack("<H" if version == 1 else "<I", len(body))
    return b"\x93NUMPY" + bytes([version, 0]) + size + body


def main():
    grid = np.arange(24).reshape(2, 3, 4)
    odd = np.array([0.0, -0.0, 1.5, -2.25, np.inf, -np.inf, np.nan, 65504.0])
    out = []
    for name in NAMES.values():
        values = (grid % 2 == 0) if name == "bool" else (grid * 5 - 7).astype(name)
        out.append(case(f"{name} C", values))
        out.append(case(f"{name} Fortran", np.asfortranarray(values)))
        if np.dtype(name).itemsize > 1:
            big = values.astype(np.dtype(name).newbyteorder(">"))
            out.append(case(f"{name} big-endian", big))
            out.append(case(f"{name} big-endian Fortran", np.asfortranarray(big)))
    out.append(case("float16", odd.astype(np.float16)))
    out.append(case("float16 big-endian Fortran", np.asfortranarray(odd.reshape(2, 4).astype(">f2"))))
    out.append(case("float64 special", odd))
    out.append(case("0-d", np.array(3.5)))
    out.append(case("empty", np.zeros((0, 3))))
    out.append(case("one row Fortran", np.asfortranarray(np.arange(5.0).reshape(1, 5))))
    out.append(case("version 2", grid, (2, 0)))
    out.append(case("version 3", grid, (3, 0)))
    whole = saved(np.arange(10.0))
    out.append(refused("objects", saved(np.array([{}, 1], dtype=object)), "Python objects"))
    out.append(refused("structured", saved(np.zeros(2, [("a", "<i4"), ("b", "<f8")])), "structured"))
    out.append(refused("unicode", saved(np.array(["ab"])), "text"))
    out.append(refused("bytes", saved(np.array([b"ab"])), "text"))
    out.append(refused("dates", saved(np.array(["2020-01-01"], "M8[D]")), "dates"))
    out.append(refused("long double", saved(np.zeros(2, np.longdouble)), "long double"))
    out.append(refused("no data", b"", "not a .npy file"))
    out.append(refused("other", b"hello, world, this is text", "not a .npy file"))
    out.append(refused("archive", b"PK\x03\x04" + bytes(30), ".npz"))
    for cut in (7, 9, 30, len(whole) - 1):
        out.append(refused(f"cut at {cut}", whole[:cut], "truncated"))
    out.append(refused("version", b"\x93NUMPY\x09\x00" + whole[8:], "version"))
    out.append(refused("long header", b"\x93NUMPY\x02\x00" + struct.pack("<I", 100_000), "too long"))
    plain = "{'descr': '<f8', 'fortran_order': False, 'shape': %s}"
    out.append(refused("overflow", header(plain % "(4294967296, 4294967296, 4294967296)"), "too large"))
    out.append(refused("overflow to 0", header(plain % "(9223372036854775808, 2)"), "too large"))
    out.append(refused("huge", header(plain % "(1099511627776,)"), "truncated"))
    out.append(refused("negative", header(plain % "(-1,)"), "malformed"))
    out.append(refused("rank", header(plain % str((1,) * 17)), "dimensions"))
    out.append(refused("brackets", header(plain % ("(" * 5000)), "brackets"))
    out.append(refused("no shape", header("{'descr': '<f8', 'fortran_order': False}"), "malformed"))
    out.append(refused("code", header("__import__('os')"), "malformed"))
    pathlib.Path(__file__).with_name("npy.txt").write_text("\n\n".join(out) + "\n")


if __name__ == "__main__":
    main()
