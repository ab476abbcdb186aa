"""Writes vectors/fft.txt: Fourier transforms. A case of complex numbers is two: its real and its
imaginary parts."""

import numpy as np
from vectors import *
from vectors import NAMES, inputs

NAMES["fft"] = np.fft
NAMES["real"], NAMES["imag"] = np.real, np.imag

rng = np.random.default_rng(17)
LENGTHS = [1, 2, 3, 4, 5, 7, 8, 12, 16, 17, 30, 64, 97]
for s, d in [("f4", "float32"), ("f8", "float64")]:
    for n in LENGTHS:
        give(f"x{n}_{s}", rng.normal(size=n).astype(d))
    give(f"m_{s}", rng.normal(size=(4, 6)).astype(d))
    give(f"im_{s}", rng.normal(size=(4, 6)).astype(d))
    give(f"t_{s}", rng.normal(size=(3, 4, 5)).astype(d))
    give(f"q_{s}", rng.normal(size=(2, 3, 2, 4)).astype(d))
give("i_i4", rng.integers(-9, 9, (3, 5)).astype("int32"))
give("i_u1", rng.integers(0, 9, 6).astype("uint8"))
give("b", np.array([True, False, True, True]))
give("empty", np.zeros((0, 4)))
give("pointless", np.zeros((3, 0)))
give("special", np.array([1.0, np.inf, 2.0, np.nan]))
give("zero", np.array(3.0))


def tolerance(expression):
    return "near 3e-6" if "f4" in expression else "near 1e-13"


def both(expression):
    """Real and imaginary part, or the real result."""
    names = NAMES | inputs
    value = eval(expression, names)
    # Integers of few bits are transformed as float64, as in NumPy.
    t = tolerance(expression)
    if value.dtype.kind == "c":
        case(f"stack((real({expression}), imag({expression})))", np.stack([value.real, value.imag]), t)
    else:
        case(expression, value, t)


COMPLEX = "({0} + 1j * {1})"
for s in ["f4", "f8"]:
    for n in LENGTHS:
        x = f"x{n}_{s}"
        for f in ["fft", "ifft", "rfft"]:
            both(f"fft.{f}({x})")
        if n > 1:
            both(f"fft.irfft({x})")
            both(f"fft.hfft({x})")
        both(f"fft.ihfft({x})")
        both(f"fft.irfft(fft.rfft({x}), n={n})")
        both(f"fft.ifft(fft.fft({x}))")
    for f in ["fft", "ifft", "rfft", "irfft", "hfft", "ihfft"]:
        for n in [1, 3, 4, 6, 9]:
            both(f"fft.{f}(m_{s}, n={n})")
            both(f"fft.{f}(m_{s}, n={n}, axis=0)")
        for norm in ["backward", "ortho", "forward"]:
            both(f'fft.{f}(t_{s}, norm="{norm}")')
            both(f'fft.{f}(t_{s}, axis=1, norm="{norm}")')
        for axis in [0, 1, 2, -3]:
            both(f"fft.{f}(t_{s}, axis={axis})")
        both(f"fft.{f}(m_{s}.T)")
        both(f"fft.{f}(m_{s}[::-1, ::2])")
        if f not in ["rfft", "ihfft"]:
            z = COMPLEX.format(f"m_{s}", f"im_{s}")
            both(f"fft.{f}({z})")
            both(f"fft.{f}({z}, n=5, axis=0)")
            both(f"fft.{f}({z}.T, n=9)")
    for f in ["fftn", "ifftn", "rfftn", "irfftn"]:
        both(f"fft.{f}(x8_{s})")
        both(f"fft.{f}(m_{s})")
        both(f"fft.{f}(t_{s})")
        both(f"fft.{f}(q_{s})")
        both(f"fft.{f}(t_{s}, axes=(0, 1))")
        both(f"fft.{f}(t_{s}, axes=(2, 0))")
        both(f"fft.{f}(q_{s}, axes=(-1,))")
        both(f"fft.{f}(t_{s}, s=(5, 6), axes=(0, 1))")
        both(f"fft.{f}(t_{s}, s=(2, 2, 8), axes=(0, 1, 2))")
        both(f"fft.{f}(t_{s}, s=(2, 7), axes=(2, 1))")
        for norm in ["ortho", "forward"]:
            both(f'fft.{f}(t_{s}, norm="{norm}")')
    for f in ["fft2", "ifft2", "rfft2", "irfft2"]:
        both(f"fft.{f}(m_{s})")
        both(f"fft.{f}(q_{s})")
        both(f"fft.{f}(m_{s}, s=(3, 8))")
        both(f"fft.{f}(q_{s}, axes=(0, 1))")
    same(f"abs(fft.rfft(m_{s}, axis=1))", tolerance(s))
    same(f"real(fft.ifft(fft.fft(x30_{s}) * fft.fft(x30_{s})))", tolerance(s))
for x in ["i_i4", "i_u1"]:
    for f in ["fft", "rfft", "ifft", "irfft"]:
        both(f"fft.{f}({x})")
both("fft.fft(b)")
both("fft.rfft(b)")
for f in ["fft", "ifft", "rfft"]:
    both(f"fft.{f}(empty)")
    both(f"fft.{f}(empty, n=3)")
both("fft.irfft(empty)")
both("fft.fft(ones((2, 3)), n=3)[1]")

# ---- Frequencies and shifts ----

for n in [1, 2, 3, 4, 5, 8, 9]:
    for d in [1.0, 0.1, 2]:
        same(f"fft.fftfreq({n}, d={d})")
        same(f"fft.rfftfreq({n}, d={d})")
    same(f"fft.fftshift(iota({n}))")
    same(f"fft.ifftshift(iota({n}))")
case("fft.fftfreq(5, dtype=float32)", np.fft.fftfreq(5).astype("float32"))
for f in ["fftshift", "ifftshift"]:
    for x in ["m_f8", "t_f4", "i_i4", "q_f8"]:
        same(f"fft.{f}({x})")
        same(f"fft.{f}({x}, axes=0)")
        same(f"fft.{f}({x}, axes=(0, 1))")
        same(f"fft.{f}({x}, axes=-1)")

# ---- Refused ----

refused("fft.fft(pointless)")
refused("fft.rfft(pointless)")
refused("fft.fft(zero)")
refused("fft.fft(x4_f8, n=0)")
refused("fft.fft(x4_f8, n=-2)")
refused("fft.irfft(x1_f8)")
refused("fft.fft(x4_f8, axis=1)")
refused('fft.fft(x4_f8, norm="none")')
refused("fft.rfft(m_f8 + 1j * im_f8)")
refused("fft.fftn(m_f8, axes=(0, 2))")

write("fft")
