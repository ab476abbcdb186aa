"""GRIB files, and what ecCodes says they hold: `grib/cases.txt` pairs them with arrays of
`grib/expected.npz`.

    python3 -m venv ENV && ENV/bin/pip install eccodes numpy
    ENV/bin/python storage/tests/make_grib.py
"""

import os
import shutil

import eccodes as ec
import numpy as np

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "grib")
shutil.rmtree(HERE, ignore_errors=True)
os.makedirs(HERE)
os.chdir(HERE)
cases = []
expected = {}
rng = np.random.default_rng(11)


def sets(h, keys):
    for key, value in keys.items():
        ec.codes_set(h, key, value)


def field(h):
    """What a message holds, as rows and columns by the places of its points."""
    values = ec.codes_get_values(h)
    if ec.codes_get(h, "bitmapPresent"):
        values = np.where(values == ec.codes_get(h, "missingValue"), np.nan, values)
    if ec.codes_get(h, "gridType").startswith("reduced"):
        return values
    nx, ny = ec.codes_get(h, "Nx"), ec.codes_get(h, "Ny")
    if ec.codes_get(h, "jPointsAreConsecutive"):
        values = values.reshape(nx, ny)
        if ec.codes_get(h, "alternativeRowScanning"):
            values[1::2] = values[1::2, ::-1]
        return values.T
    values = values.reshape(ny, nx)
    if ec.codes_get(h, "alternativeRowScanning"):
        values[1::2] = values[1::2, ::-1]
    return values


def message(edition, values=None, packing=None, missing=(), grid=None, packed=None, **keys):
    h = ec.codes_grib_new_from_samples(f"GRIB{edition}")
    grid = dict(gridType="regular_ll", Ni=9, Nj=7, latitudeOfFirstGridPointInDegrees=60,
                latitudeOfLastGridPointInDegrees=30, longitudeOfFirstGridPointInDegrees=350,
                longitudeOfLastGridPointInDegrees=30, iDirectionIncrementInDegrees=5,
                jDirectionIncrementInDegrees=5) if grid is None else grid
    sets(h, grid)
    sets(h, keys)
    n = ec.codes_get(h, "Nx") * ec.codes_get(h, "Ny")
    if values is None:
        values = 280 + 20 * np.sin(np.arange(n) / 5) + rng.normal(size=n)
    values = np.array(values, "f8")
    if packing:
        # Its sizes are those of the grid only when there are values.
        ec.codes_set_values(h, values)
        ec.codes_set(h, "packingType", packing)
        sets(h, packed or {})
    if len(missing):
        ec.codes_set(h, "bitmapPresent", 1)
        values[list(missing)] = ec.codes_get(h, "missingValue")
    ec.codes_set_values(h, values)
    if packing and edition == 2:
        assert ec.codes_get(h, "packingType") == packing, (packing, ec.codes_get(h, "packingType"))
    return h


def write(path, messages, between=b""):
    with open(path, "wb") as out:
        for h in messages:
            out.write(between + ec.codes_get_message(h))


def case(path, name, array, dtype="f4"):
    """`path`, and `name` in it, must be read as this array."""
    expected[f"a{len(cases)}"] = np.asarray(array, dtype=dtype)
    cases.append(f"{path}|{name}|a{len(cases)}")


def cubes():
    for edition in (1, 2):
        fields, t, u = [], {}, {}
        level = "level"
        kind = dict(typeOfLevel="isobaricInhPa")
        for number in (0, 1):
            for day in (20200229, 20200301):
                for step in (0, 6, 12):
                    for hpa in (500, 850):
                        keys = dict(centre="ecmf")
                        if edition == 1:
                            keys |= dict(setLocalDefinition=1, localDefinitionNumber=1, type="pf",
                                         stream="enfo")
                        else:
                            keys |= dict(productDefinitionTemplateNumber=1)
                        keys |= dict(kind, dataDate=day, dataTime=600, stepUnits=1)
                        keys["endStep"] = step
                        keys["number" if edition == 1 else "perturbationNumber"] = number
                        keys[level] = hpa
                        keys["shortName"] = "t"
                        fields.append(message(edition, bitsPerValue=8, **keys))
                        t[number, day, step, -hpa] = field(fields[-1])
                        if number == 0 and step == 6:
                            keys["shortName"] = "u"
                            fields.append(message(edition, bitsPerValue=8, **keys))
                            u[day, -hpa] = field(fields[-1])
        order = rng.permutation(len(fields))
        path = f"cube.grib{edition}"
        write(path, [fields[i] for i in order], b"\0" * 5)
        case(path, "t", np.array([t[k] for k in sorted(t)]).reshape(2, 2, 3, 2, 7, 9))
        case(path, "u", np.array([u[k] for k in sorted(u)]).reshape(2, 2, 7, 9))
        case(path, "number", [0, 1], "i8")
        case(path, "time", (np.array(["2020-02-29T06", "2020-03-01T06"], "M8[s]")).astype("i8"), "i8")
        case(path, "step", [0, 6, 12], "f8")
        case(path, "isobaricInhPa", [850, 500], "f8")
        case(path, "latitude", np.linspace(60, 30, 7), "f8")
        case(path, "longitude", np.linspace(350, 390, 9), "f8")
        # The third is of member 0, the first day, step 6, 500 hPa.
        assert ec.codes_get(fields[2], "shortName") == "t" and ec.codes_get(fields[2], "level") == 500
        write(f"hole.grib{edition}", fields[:2] + fields[3:])
        write(f"twice.grib{edition}", fields[:1] + fields[:1])


def packings():
    cold = dict(shortName="2t")
    for edition, packing, name in [
        (1, "grid_simple", "simple"), (2, "grid_simple", "simple"), (2, "grid_ieee", "ieee"),
        (2, "grid_complex", "complex"), (2, "grid_complex_spatial_differencing", "spatial"),
        (2, "grid_jpeg", "jpeg"), (2, "grid_png", "png"), (2, "grid_ccsds", "ccsds"),
    ]:
        for missing in ((), (0, 5, 17, 62)):
            file = f"{name}{'_missing' if missing else ''}.grib{edition}"
            bits = {} if packing == "grid_ieee" else dict(bitsPerValue=12)
            if packing == "grid_png":
                # Small images are larger than the room that ecCodes gives them.
                bits = dict(bitsPerValue=16, grid=dict(gridType="regular_ll", Ni=40, Nj=30))
            h = message(edition, packing=packing, missing=missing, **cold, **bits)
            write(file, [h])
            case(file, "", field(h))
    h = message(2, packing="grid_complex_spatial_differencing", bitsPerValue=12,
                packed=dict(orderOfSpatialDifferencing=2), **cold)
    write("spatial2.grib2", [h])
    case("spatial2.grib2", "", field(h))
    h = message(2, packing="grid_ieee", packed=dict(precision=2), **cold)
    write("double.grib2", [h])
    case("double.grib2", "", field(h), "f8")
    for bits in (1, 7, 24, 25, 31):
        h = message(1 + bits % 2, bitsPerValue=bits, **cold)
        write(f"bits{bits}.grib{1 + bits % 2}", [h])
        case(f"bits{bits}.grib{1 + bits % 2}", "", field(h), "f8" if bits > 24 else "f4")
    for edition in (1, 2):
        for missing in ((), (1, 3)):
            file = f"constant{'_missing' if missing else ''}.grib{edition}"
            h = message(edition, np.full(63, 3.75), missing=missing, decimalScaleFactor=2, **cold)
            write(file, [h])
            case(file, "", field(h))
    for packing, name in [("grid_jpeg", "jpeg"), ("grid_ccsds", "ccsds"), ("grid_complex", "complex")]:
        h = message(2, np.full(63, 3.75), packing=packing, **cold)
        write(f"constant_{name}.grib2", [h])
        case(f"constant_{name}.grib2", "", field(h))


def grids():
    degrees = dict(latitudeOfFirstGridPointInDegrees=40, longitudeOfFirstGridPointInDegrees=10)
    flat = dict(Nx=8, Ny=6, DxInMetres=50000, DyInMetres=50000, **degrees)
    some = {
        "gaussian": dict(gridType="regular_gg", Ni=16, Nj=8, N=4, latitudeOfFirstGridPointInDegrees=73.799,
                         latitudeOfLastGridPointInDegrees=-73.799, longitudeOfFirstGridPointInDegrees=0,
                         longitudeOfLastGridPointInDegrees=337.5, iDirectionIncrementInDegrees=22.5),
        "rotated": dict(gridType="rotated_ll", Ni=9, Nj=7, latitudeOfFirstGridPointInDegrees=3,
                        latitudeOfLastGridPointInDegrees=-3, longitudeOfFirstGridPointInDegrees=356,
                        longitudeOfLastGridPointInDegrees=4, iDirectionIncrementInDegrees=1,
                        jDirectionIncrementInDegrees=1, latitudeOfSouthernPoleInDegrees=-40,
                        longitudeOfSouthernPoleInDegrees=10),
        "lambert": dict(gridType="lambert", LoVInDegrees=10, Latin1InDegrees=30, Latin2InDegrees=50,
                        LaDInDegrees=40, jScansPositively=1, **flat),
        "polar": dict(gridType="polar_stereographic", orientationOfTheGridInDegrees=10, **flat),
        "mercator": dict(gridType="mercator", Ni=8, Nj=6, DiInMetres=50000, DjInMetres=50000,
                         LaDInDegrees=20, **degrees),
    }
    for edition in (1, 2):
        for name, grid in some.items():
            if edition == 1 and name in ("lambert", "polar", "mercator"):
                grid = {k: v for k, v in grid.items() if not k.startswith("LaD")}
            try:
                h = message(edition, grid=grid, shortName="2t", bitsPerValue=10)
            except ec.CodesInternalError as e:
                print(name, edition, e)
                continue
            write(f"{name}.grib{edition}", [h])
            case(f"{name}.grib{edition}", "", field(h))
            if name == "gaussian":
                latitudes = np.unique(ec.codes_get_array(h, "distinctLatitudes"))[::-1]
                case(f"{name}.grib{edition}", "latitude", latitudes, "f8")
                case(f"{name}.grib{edition}", "longitude", np.arange(16) * 22.5, "f8")
        for mode in range(1, 16):
            if edition == 1 and mode & 1:
                continue
            h = message(edition, shortName="2t", bitsPerValue=10, scanningMode=mode << 4)
            write(f"scan{mode}.grib{edition}", [h])
            case(f"scan{mode}.grib{edition}", "", field(h))
        h = ec.codes_grib_new_from_samples(f"reduced_gg_sfc_grib{edition}")
        n = ec.codes_get(h, "numberOfDataPoints")
        sets(h, {"bitsPerValue": 3, "shortName": "2t"})
        ec.codes_set_values(h, 280 + np.round(7 * np.sin(np.arange(n) / 9)))
        write(f"reduced.grib{edition}", [h])
        case(f"reduced.grib{edition}", "", field(h))


def names():
    """Fields of one parameter that are several variables, and others that are no variable."""
    plain = dict(shortName="t", bitsPerValue=8)
    layers = [message(2, typeOfLevel=kind, level=level, **plain)
              for kind, level in [("isobaricInhPa", 500), ("hybrid", 3)]]
    rain = dict(centre="kwbc", productDefinitionTemplateNumber=8, shortName="tp", bitsPerValue=8,
                stepUnits=1, dataDate=20240101)
    summed = [message(2, stepRange=r, **rain) for r in ("0-6", "6-12")]
    gauge = message(2, shortName="2t", bitsPerValue=8, parameterNumber=250)
    of_all = [message(2, productDefinitionTemplateNumber=2, derivedForecast=kind, shortName="2t",
                      bitsPerValue=8) for kind in (0, 4)]
    percentile = message(2, productDefinitionTemplateNumber=6, percentileValue=90, shortName="10u",
                         bitsPerValue=8)
    write("names.grib2", layers + summed + [gauge, *of_all, percentile],
          b"\r\r\nHHXX01 KWBC 010000\r\r\n")
    case("names.grib2", "t2m_mean", field(of_all[0]))
    case("names.grib2", "t2m_spread", field(of_all[1]))
    case("names.grib2", "u10_p90", field(percentile))
    case("names.grib2", "t_isobaricInhPa", field(layers[0]))
    case("names.grib2", "t_hybrid", field(layers[1]))
    case("names.grib2", "tp", np.array([field(h) for h in summed]))
    case("names.grib2", "p0_0_250", field(gauge))
    both = ec.codes_grib_multi_new()
    for i, h in enumerate((layers[0], summed[0])):
        ec.codes_grib_multi_append(h, 0 if i == 0 else 4, both)
    with open("multi.grib2", "wb") as out:
        ec.codes_grib_multi_write(both, out)
    ec.codes_grib_multi_support_on()
    with open("multi.grib2", "rb") as file:
        for name in ("t", "tp"):
            case("multi.grib2", name, field(ec.codes_grib_new_from_file(file)))
    ec.codes_grib_multi_support_off()
    for edition in (1, 2):
        h = ec.codes_grib_new_from_samples(f"sh_pl_grib{edition}")
        write(f"spectral.grib{edition}", [h])
    h = message(1, packing="grid_second_order", bitsPerValue=8, shortName="2t",
                grid=dict(gridType="regular_ll", Ni=40, Nj=30))
    write("second.grib1", [h])


cubes()
packings()
grids()
names()
np.savez_compressed("expected.npz", **expected)
with open("cases.txt", "w") as f:
    f.write("\n".join(cases) + "\n")
