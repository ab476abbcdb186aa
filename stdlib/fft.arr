# Fourier transforms: the `fft` extension of the Array API standard, and NumPy's names beside it.
# What runs along one axis is built in: fft.fft, fft.ifft, fft.rfft, fft.irfft. float32 gives
# complex64, other real numbers complex128.

## The axes of a transform over several: those given, the last as there are sizes, or all.
fn _axes(x, s, axes) {
    if axes != none { axes }
    else if s != none { (*range(-len(s), 0),) }
    else { (*range(x.ndim),) }
}

## The size along one axis: as given, or none.
fn _size(s, i) = if s == none { none } else if s[i] == -1 { none } else { s[i] }

fn _forward(x, s, axes, norm, i) {
    if i < 0 { return x }
    _forward(fft.fft(x, n=_size(s, i), axis=axes[i], norm=norm), s, axes, norm, i - 1)
}

fn _backward(x, s, axes, norm, i) {
    if i < 0 { return x }
    _backward(fft.ifft(x, n=_size(s, i), axis=axes[i], norm=norm), s, axes, norm, i - 1)
}

## The transform along several axes, by default all; `s` are their lengths.
##
## >>> fft.fftn([[1.0, 2.0], [3.0, 4.0]])
## [[10.+0.j -2.+0.j]
##  [-4.+0.j  0.+0.j]]
fn fftn(x, s=none, axes=none, norm="backward") {
    x = asarray(x)
    axes = _axes(x, s, axes)
    _forward(x, s, axes, norm, len(axes) - 1)
}

## The inverse of fftn.
##
## >>> fft.ifftn([[4.0, 0.0], [0.0, 0.0]])
## [[1.+0.j 1.+0.j]
##  [1.+0.j 1.+0.j]]
fn ifftn(x, s=none, axes=none, norm="backward") {
    x = asarray(x)
    axes = _axes(x, s, axes)
    _backward(x, s, axes, norm, len(axes) - 1)
}

## The transform of real numbers along several axes: half of it along the last of them.
##
## >>> fft.rfftn([[1.0, 2.0], [3.0, 4.0]])
## [[10.+0.j -2.+0.j]
##  [-4.+0.j  0.+0.j]]
fn rfftn(x, s=none, axes=none, norm="backward") {
    x = asarray(x)
    axes = _axes(x, s, axes)
    last = len(axes) - 1
    x = fft.rfft(x, n=_size(s, last), axis=axes[last], norm=norm)
    _forward(x, s, axes, norm, last - 1)
}

## The inverse of rfftn.
##
## >>> fft.irfftn([[4.0, 0.0], [0.0, 0.0]])
## [[1. 1.]
##  [1. 1.]]
fn irfftn(x, s=none, axes=none, norm="backward") {
    x = asarray(x)
    axes = _axes(x, s, axes)
    last = len(axes) - 1
    x = _backward(x, s, axes, norm, last - 1)
    fft.irfft(x, n=_size(s, last), axis=axes[last], norm=norm)
}

## The transform along two axes, by default the last.
##
## >>> fft.fft2([[1.0, 2.0], [3.0, 4.0]])
## [[10.+0.j -2.+0.j]
##  [-4.+0.j  0.+0.j]]
fn fft2(x, s=none, axes=(-2, -1), norm="backward") = fftn(x, s=s, axes=axes, norm=norm)

## The inverse of fft2.
##
## >>> fft.ifft2([[4.0, 0.0], [0.0, 0.0]])
## [[1.+0.j 1.+0.j]
##  [1.+0.j 1.+0.j]]
fn ifft2(x, s=none, axes=(-2, -1), norm="backward") = ifftn(x, s=s, axes=axes, norm=norm)

## The transform of real numbers along two axes, by default the last.
##
## >>> fft.rfft2([[1.0, 2.0], [3.0, 4.0]])
## [[10.+0.j -2.+0.j]
##  [-4.+0.j  0.+0.j]]
fn rfft2(x, s=none, axes=(-2, -1), norm="backward") = rfftn(x, s=s, axes=axes, norm=norm)

## The inverse of rfft2.
##
## >>> fft.irfft2([[4.0, 0.0], [0.0, 0.0]])
## [[1. 1.]
##  [1. 1.]]
fn irfft2(x, s=none, axes=(-2, -1), norm="backward") = irfftn(x, s=s, axes=axes, norm=norm)

fn _opposite(norm) = if norm == "backward" { "forward" } else if norm == "forward" { "backward" } else { norm }

## The transform of a Hermitian array from its first half: `n` real numbers, by default twice the
## elements given less two.
##
## >>> fft.hfft([1.0, 2.0, 3.0])
## [ 8. -2.  0. -2.]
fn hfft(x, n=none, axis=-1, norm="backward") = fft.irfft(conj(asarray(x)), n=n, axis=axis, norm=_opposite(norm))

## The inverse of hfft: the first half of the Hermitian inverse transform of real numbers.
##
## >>> real(fft.ihfft([8.0, -2.0, 0.0, -2.0]))
## [1. 2. 3.]
fn ihfft(x, n=none, axis=-1, norm="backward") = conj(fft.rfft(x, n=n, axis=axis, norm=_opposite(norm)))

## The frequencies of the elements of a transform of length `n`, in cycles per unit, for samples
## `d` apart.
##
## >>> fft.fftfreq(4, d=0.5)
## [ 0.   0.5 -1.  -0.5]
fn fftfreq(n, d=1.0, dtype=float64) {
    k = iota(n)
    astype(where(k < (n + 1) // 2, k, k - n) * (1.0 / (n * d)), dtype)
}

## The frequencies of the elements of rfft.
##
## >>> fft.rfftfreq(4, d=0.5)
## [0.  0.5 1. ]
fn rfftfreq(n, d=1.0, dtype=float64) = astype(iota(n // 2 + 1) * (1.0 / (n * d)), dtype)

## The array with the element of frequency zero moved to the middle of the axes, by default of all.
##
## >>> fft.fftshift([0, 1, 2, -2, -1])
## [-2 -1  0  1  2]
fn fftshift(x, axes=none) {
    x = asarray(x)
    _shift(x, linalg._axes(x, axes), 0, false)
}

## The inverse of fftshift.
##
## >>> fft.ifftshift([-2, -1, 0, 1, 2])
## [ 0  1  2 -2 -1]
fn ifftshift(x, axes=none) {
    x = asarray(x)
    _shift(x, linalg._axes(x, axes), 0, true)
}

fn _shift(x, axes, i, back) {
    if i == len(axes) { return x }
    n = x.shape[axes[i]] // 2
    _shift(roll(x, if back { -n } else { n }, axis=axes[i]), axes, i + 1, back)
}
