"""Files of other tools, and what they hold as .npy: `cases.txt` pairs them.

    python3 -m venv ENV && ENV/bin/pip install zarr h5py netCDF4 pillow tifffile
    ENV/bin/python storage/tests/make_files.py
"""

import os
import shutil
import zipfile

import h5py
import netCDF4
import numcodecs
import numpy as np
import tifffile
import zarr
from PIL import Image

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "files")
shutil.rmtree(HERE, ignore_errors=True)
os.makedirs(HERE)
os.chdir(HERE)
cases = []


def case(path, name, array, dtype=None):
    """`path` (and `name` in it) must be read as this array."""
    twin = f"{len(cases):02}.npy"
    np.save(twin, np.asarray(array, dtype=dtype))
    cases.append(f"{path}|{name}|{twin}")


rng = np.random.default_rng(7)
grid = np.arange(11 * 13, dtype="f8").reshape(11, 13) / 4
cube = rng.integers(-1000, 1000, (5, 6, 7)).astype("i4")
small = np.arange(9, dtype="u1").reshape(3, 3)


def npz():
    np.savez("stored.npz", a=grid, b=cube)
    case("stored.npz", "a", grid)
    case("stored.npz", "b", cube)
    np.savez_compressed("packed.npz", x=cube.astype("f2"))
    case("packed.npz", "", cube.astype("f2"), "f4")
    big = np.tile(grid.astype("f4"), (40, 3))
    np.savez_compressed("larger.npz", big=np.asfortranarray(big), text=np.array(["a"]))
    case("larger.npz", "big", big)


def zarr3():
    from zarr.codecs import BloscCodec, BytesCodec, Crc32cCodec, GzipCodec, ShardingCodec
    from zarr.codecs import TransposeCodec, ZstdCodec

    def make(path, data, chunks, compressors=None, **more):
        a = zarr.create_array(path, shape=data.shape, dtype=data.dtype, chunks=chunks,
                              compressors=compressors, zarr_format=3, **more)
        a[...] = data
        case(path, "", data, "f4" if data.dtype == np.float16 else None)

    make("plain3.zarr", grid, (4, 5))
    make("gzip3.zarr", grid, (4, 5), GzipCodec())
    make("zstd3.zarr", cube, (2, 4, 7), [ZstdCodec(checksum=True), Crc32cCodec()])
    make("blosc3.zarr", cube, (5, 6, 7), BloscCodec(cname="lz4", shuffle="shuffle"))
    make("big3.zarr", cube, (3, 3, 3), serializer=BytesCodec(endian="big"))
    make("half3.zarr", cube.astype("f2"), (3, 6, 7))
    make("complex3.zarr", (grid + 1j * grid[::-1]).astype("c8"), (4, 4))
    make("bool3.zarr", cube > 0, (5, 4, 4))
    make("scalar3.zarr", np.array(2.5), ())
    make("shard3.zarr", grid, (2, 3), ZstdCodec(), shards=(6, 6))
    make("turned3.zarr", cube, (2, 4, 7), filters=TransposeCodec(order=(2, 0, 1)))
    a = zarr.create_array("holes3.zarr", shape=(10, 10), dtype="f8", chunks=(4, 4),
                          fill_value=np.nan, zarr_format=3, shards=(8, 8))
    a[5, 5] = 1
    case("holes3.zarr", "", a[...])
    g = zarr.open_group("group3.zarr", mode="w", zarr_format=3, attributes={"title": "a store"})
    b = g.create_group("deep").create_array("b", data=cube, chunks=(5, 2, 7))
    b.attrs["units"] = "K"
    g.create_array("c", data=small)
    case("group3.zarr", "deep/b", cube)
    case("group3.zarr", "c", small)


def zarr2():
    n = numcodecs

    def make(path, data, chunks, compressor, **more):
        a = zarr.create_array(path, shape=data.shape, dtype=data.dtype, chunks=chunks,
                              compressors=compressor, zarr_format=2, **more)
        a[...] = data
        case(path, "", data)

    wide = np.arange(5000, dtype="i4").reshape(50, 100) * 3
    make("none2.zarr", grid, (4, 5), None)
    make("zlib2.zarr", grid, (4, 5), n.Zlib(1), order="F")
    make("lz42.zarr", wide, (20, 100), n.LZ4())
    make("zstd2.zarr", cube, (3, 4, 7), n.Zstd(3), chunk_key_encoding={"name": "v2", "separator": "/"})
    make("shuffle2.zarr", wide, (50, 30), n.Zlib(6), filters=[n.Shuffle(4)])
    for cname in ["blosclz", "lz4", "lz4hc", "zlib", "zstd"]:
        for shuffle in [0, 1, 2]:
            make(f"blosc_{cname}_{shuffle}.zarr", wide.astype("f8" if shuffle else "i4"),
                 (50, 100), n.Blosc(cname, 5, shuffle, blocksize=16384))
    g = zarr.open_group("group2.zarr", mode="w", zarr_format=2)
    b = g.create_array("x", shape=(5,), dtype=">i2", chunks=(2,), fill_value=-1)
    b[2:4] = [7, 8]
    b.attrs["_ARRAY_DIMENSIONS"] = ["time"]
    case("group2.zarr", "x", b[...].astype("i2"))


def hdf5():
    with h5py.File("several.h5", "w") as f:
        f["plain"] = grid
        f["plain"].attrs["units"] = "m"
        f["deep/packed"] = cube
        f.create_dataset("chunked", data=cube, chunks=(2, 3, 7), compression="gzip", shuffle=True,
                         fletcher32=True)
        f.create_dataset("lzf", data=cube, chunks=(2, 3, 7), compression="lzf")
        f.create_dataset("big", data=grid.astype(">f4"))
        f.create_dataset("holes", shape=(9, 9), dtype="i2", chunks=(4, 4), fillvalue=-5)
        f["holes"][5, 5] = 3
        f.create_dataset("bool", data=cube > 0)
        f.create_dataset("half", data=cube.astype("f2"))
        f.create_dataset("complex", data=grid + 1j)
        f.create_dataset("scalar", data=2.5)
        f["text"] = "words"
        for name in ["plain", "deep/packed", "chunked", "big", "holes"]:
            case("several.h5", name, f[name][...].astype(f[name].dtype.newbyteorder("=")))
        case("several.h5", "bool", f["bool"][...])
        case("several.h5", "half", f["half"][...], "f4")
        case("several.h5", "complex", f["complex"][...])
        case("several.h5", "scalar", f["scalar"][...])
    with h5py.File("latest.h5", "w", libver="latest") as f:
        for name, data, chunks in [("one", cube, (5, 6, 7)), ("many", grid, (2, 2))]:
            f.create_dataset(name, data=data, chunks=chunks, compression="gzip")
            case("latest.h5", name, data)
        f.create_dataset("grows", data=cube, chunks=(1, 6, 7), maxshape=(None, 6, 7))
        case("latest.h5", "grows", cube)


def netcdf():
    temperature = np.round(rng.normal(280, 9, (3, 4, 5)), 2)
    for path, kind in [("classic.nc", "NETCDF3_CLASSIC"), ("offset64.nc", "NETCDF3_64BIT_OFFSET"),
                       ("modern.nc", "NETCDF4")]:
        with netCDF4.Dataset(path, "w", format=kind) as f:
            f.title = "weather"
            for name, n in [("time", None), ("y", 4), ("x", 5)]:
                f.createDimension(name, n)
            v = f.createVariable("t2m", "i2", ("time", "y", "x"), fill_value=-32767)
            v.scale_factor, v.add_offset, v.units = np.float64(0.01), np.float64(280), "K"
            v.set_auto_maskandscale(False)
            stored = np.round((temperature - 280) / 0.01).astype("i2")
            stored[1, 2, 3] = -32767
            v[:] = stored
            plain = f.createVariable("count", "i4", ("time", "y"))
            plain[:] = np.arange(12).reshape(3, 4)
            valid = f.createVariable("wind", "f4", ("y", "x"))
            valid.valid_range = np.array([0, 10], "f4")
            valid.set_auto_maskandscale(False)
            valid[:] = np.arange(20, dtype="f4").reshape(4, 5) - 3
        decoded = stored.astype("f8") * 0.01 + 280
        decoded[stored == -32767] = np.nan
        wind = np.arange(20, dtype="f4").reshape(4, 5) - 3
        wind[(wind < 0) | (wind > 10)] = np.nan
        case(path, "t2m", decoded)
        case(path, "count", np.arange(12, dtype="i4").reshape(3, 4))
        case(path, "wind", wind)
    for i in range(3):
        with netCDF4.Dataset(f"part_{i}.nc", "w") as f:
            f.createDimension("time", i + 1)
            f.createDimension("x", 4)
            f.createVariable("a", "f4", ("time", "x"))[:] = np.full((i + 1, 4), i)
    whole = np.concatenate([np.full((i + 1, 4), i) for i in range(3)])
    case("part_*.nc", "a", whole, "f4")
    for i in range(3):
        np.save(f"piece_{i}.npy", cube[i:i + 1])
    case("piece_?.npy", "", cube[:3])


def text():
    with open("header.csv", "w") as f:
        f.write("a,b,c\n1,2.5,3\n4,,nan\n-1e3,+inf,1_0\n".replace("1_0", "10"))
    case("header.csv", "", [[1, 2.5, 3], [4, np.nan, np.nan], [-1000, np.inf, 10]])
    with open("plain.tsv", "w") as f:
        f.write("1\t2\r\n3\t4")
    case("plain.tsv", "", [[1, 2], [3, 4]], "f8")
    with open("quoted.csv", "w") as f:
        f.write('"x, m";"y"\n"1";2\n\n3;NA\n')
    case("quoted.csv", "", [[1, 2], [3, np.nan]])
    long = rng.normal(size=(3000, 3))
    np.savetxt("long.txt", long)
    case("long.txt", "", long)


def images():
    rgb = rng.integers(0, 256, (9, 14, 3)).astype("u1")
    Image.fromarray(rgb).save("rgb.png")
    case("rgb.png", "", rgb)
    Image.fromarray(rgb[..., 0]).save("gray.png")
    case("gray.png", "", rgb[..., 0])
    deep = rng.integers(0, 65536, (9, 14)).astype("u2")
    Image.fromarray(deep).save("deep.png")
    case("deep.png", "", deep)
    alpha = rng.integers(0, 256, (4, 5, 4)).astype("u1")
    Image.fromarray(alpha).save("alpha.png")
    case("alpha.png", "", alpha)
    palette = Image.fromarray(rgb).convert("P")
    palette.save("palette.png")
    case("palette.png", "", np.asarray(palette.convert("RGB")))
    smooth = np.add.outer(np.arange(16) * 8, np.arange(24) * 4).astype("u1")
    Image.fromarray(smooth).save("smooth.jpg", quality=95)
    case("smooth.jpg", "", np.asarray(Image.open("smooth.jpg")))
    Image.fromarray(np.dstack([smooth] * 3)).save("colour.jpg", quality=95)
    case("colour.jpg", "", np.asarray(Image.open("colour.jpg")))
    field = rng.normal(size=(30, 40)).astype("f4")
    tifffile.imwrite("float.tif", field)
    case("float.tif", "", field)
    tifffile.imwrite("tiles.tif", np.tile(field, (2, 2)), tile=(32, 32), compression="zlib")
    case("tiles.tif", "", np.tile(field, (2, 2)))
    tifffile.imwrite("strips.tif", deep, rowsperstrip=4)
    case("strips.tif", "", deep)
    tifffile.imwrite("big.tif", field.astype("f8"), byteorder=">")
    case("big.tif", "", field.astype("f8"))
    tifffile.imwrite("rgb.tif", rgb, photometric="rgb")
    case("rgb.tif", "", rgb)
    tifffile.imwrite("pages.tif", cube.astype("i2"), photometric="minisblack")
    case("pages.tif", "", cube.astype("i2"))
    tifffile.imwrite("geo.tif", field, extratags=[
        (33550, 12, 3, (30.0, 30.0, 0.0), True),
        (33922, 12, 6, (0.0, 0.0, 0.0, 500000.0, 4600000.0, 0.0), True),
        (34735, 3, 8, (1, 1, 0, 1, 3072, 0, 1, 32631), True),
        (42113, 2, 6, "-9999", True),
    ])
    case("geo.tif", "", field)


def records():
    """Variables with fewer records than their dimension has."""
    with netCDF4.Dataset("records.nc", "w") as f:
        f.createDimension("time", None)
        f.createDimension("y", 4)
        f.createVariable("whole", "f8", ("time", "y"))[:] = np.arange(12).reshape(3, 4)
        f.createVariable("short", "f4", ("time", "y"))[:2] = np.ones((2, 4))
        f.createVariable("number", "i4", ("time",))[:1] = 7
    case("records.nc", "short", np.array([[1] * 4, [1] * 4, [np.nan] * 4], "f4"))
    case("records.nc", "number", np.array([7, -2147483647, -2147483647], "i4"))


for make in [npz, zarr3, zarr2, hdf5, netcdf, text, images, records]:
    make()
with open("cases.txt", "w") as out:
    out.write("\n".join(cases) + "\n")
with zipfile.ZipFile("empty.npz", "w"):
    pass
