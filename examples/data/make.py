"""Rebuilds the .npy files of this folder from the packages they come from.

    pip install numpy pillow netCDF4
    mkdir packages
    pip download --no-deps --dest packages \\
        matplotlib==3.11.2 iris-sample-data==2.5.2 scikit-image==0.26.0 arch==8.0.0
    python make.py packages

The wheels are read as they are; nothing else of the packages is used. README.md says what the
files hold and under which licences.
"""

import csv
import gzip
import io
import sys
import zipfile
from datetime import datetime
from pathlib import Path

import netCDF4
import numpy as np
from PIL import Image

HERE = Path(__file__).parent


def read(packages, name, member):
    """The bytes of one file inside the only wheel whose name starts with `name`."""
    (wheel,) = Path(packages).glob(f"{name}-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return io.BytesIO(archive.read(member))


def elevation(packages):
    """Metres above sea level on the largest square from the north-west corner."""
    member = "matplotlib/mpl-data/sample_data/jacksboro_fault_dem.npz"
    heights = np.load(read(packages, "matplotlib", member))["elevation"]
    side = min(heights.shape)
    return heights[:side, :side].astype(np.float32)


def sea_temperature(packages):
    """Monthly means in kelvin, the calendar years 2007 to 2009, NaN on land."""
    member = "iris_sample_data/sample_data/ostia_monthly.nc"
    content = read(packages, "iris_sample_data", member).getvalue()
    with netCDF4.Dataset("memory", memory=content) as file:
        time = file["time"]
        years = np.array([date.year for date in netCDF4.num2date(time[:], time.units)])
        values = file["surface_temperature"][(years >= 2007) & (years <= 2009)]
    return np.ma.filled(values, np.nan).astype(np.float32)


def camera(packages):
    """Grey levels, unchanged."""
    picture = Image.open(read(packages, "scikit_image", "skimage/data/camera.png"))
    return np.asarray(picture, np.uint8)


def astronaut(packages):
    """Red, green and blue at half the size: each pixel is the rounded mean of four."""
    picture = Image.open(read(packages, "scikit_image", "skimage/data/astronaut.png"))
    pixels = np.asarray(picture.convert("RGB"), np.uint16)
    height, width, colours = pixels.shape
    blocks = pixels.reshape(height // 2, 2, width // 2, 2, colours)
    return ((blocks.sum(axis=(1, 3)) + 2) // 4).astype(np.uint8)


def oil_price(packages):
    """US dollars per barrel on the trading days of 2009 to 2018."""
    content = gzip.decompress(read(packages, "arch", "arch/data/wti/wti.csv.gz").getvalue())
    prices = []
    for row in csv.DictReader(io.StringIO(content.decode())):
        day = datetime.strptime(row["Date"], "%m/%d/%Y")
        if 2009 <= day.year <= 2018 and row["DCOILWTICO"] != ".":
            prices.append(float(row["DCOILWTICO"]))
    return np.array(prices)


def main():
    for make in [elevation, sea_temperature, camera, astronaut, oil_price]:
        values = np.ascontiguousarray(make(sys.argv[1]))
        target = HERE / f"{make.__name__}.npy"
        np.save(target, values)
        print(target.name, values.shape, values.dtype, target.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
