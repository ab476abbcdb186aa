"""Reads what `written.rs` wrote with other tools, and compares it with the `.npy` twins.

    ARR_WRITTEN=DIR cargo test -p arr-storage --test written
    ENV/bin/python storage/tests/check_written.py DIR

ENV as in `make_files.py`.
"""

import os
import sys

import netCDF4
import numpy as np
import tifffile
import zarr
from PIL import Image

os.chdir(sys.argv[1])


def read(path, name):
    kind = path.rsplit(".", 1)[1]
    if kind == "zarr":
        store = zarr.open(path, mode="r")
        return store[name][...] if name else store[...]
    if kind == "npz":
        return np.load(path)[name or "arr_0"]
    if kind == "nc":
        with netCDF4.Dataset(path) as f:
            f.set_auto_maskandscale(False)
            return f[name][...]
    if kind == "tif":
        return tifffile.imread(path)
    if kind == "png":
        image = Image.open(path)
        return None if ".deep" in path and image.mode != "I;16" else np.asarray(image)
    delimiter = {"csv": ",", "tsv": "\t", "txt": " "}[kind]
    return np.loadtxt(path, delimiter=delimiter, ndmin=2)


wrong = 0
cases = open("cases.txt").read().split("\n")
for case in cases:
    path, name, twin = case.split("|")
    expected, found = np.load(twin), read(path, name)
    if found is None:
        continue
    text = path.rsplit(".", 1)[1] in ("csv", "tsv", "txt")
    if text:
        expected = expected.astype("f8") if expected.dtype != "f4" else expected
        found = found.astype(expected.dtype)
    same = found.shape == expected.shape and found.dtype == expected.dtype
    if not same or not np.array_equal(found, expected, equal_nan=expected.dtype.kind in "fc"):
        wrong += 1
        print("differs:", case, found.dtype, found.shape, expected.dtype, expected.shape)
print(len(cases), "files,", wrong, "differ")
sys.exit(wrong > 0)
