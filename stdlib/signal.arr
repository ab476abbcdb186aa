# Signals: sampled at equal distances along the last axis unless another one is given.

## The signal without its mean (`kind` constant) or its straight line by least squares (linear).
##
## >>> signal.detrend([1.0, 3.0, 5.0]) + 0.0
## [0. 0. 0.]
fn detrend(x, axis=-1, kind="linear") {
    assert kind in ("linear", "constant"), "detrend knows the kinds linear and constant"
    y = moveaxis(asarray(x), axis, -1)
    d = y - mean(y, axis=-1, keepdims=true)
    if kind == "linear" {
        n = d.shape[-1]
        t = iota(n) - (n - 1) / 2
        d = d - t * (sum(d * t, axis=-1, keepdims=true) / sum(t * t))
    }
    moveaxis(d, -1, axis)
}

## The means of `n` neighbouring samples, as many as fit.
##
## >>> signal.moving_average([1.0, 2.0, 6.0, 4.0], 2)
## [1.5 4.  5. ]
fn moving_average(x, n, axis=-1) = fir(ones(n) / n, x, axis=axis, whole=true)

## The signal filtered with an impulse response `b`: each sample is the sum of the latest ones times `b`.
## The samples before the first count as 0; with `whole` only the results that need none are given.
##
## >>> signal.fir([0.5, 0.5], [2.0, 4.0, 6.0])
## [1. 3. 5.]
fn fir(b, x, axis=-1, whole=false) {
    b = asarray(b)
    y = moveaxis(asarray(x), axis, -1)
    m = b.shape[0]
    if not whole { y = concat((zeros((*y.shape[:-1], m - 1), dtype=y.dtype), y), axis=-1) }
    n = y.shape[-1] - m + 1
    assert m > 0 and n >= 0, "the response must not be empty or longer than the signal"
    s = b[m - 1] * y[..., :n]
    for k in range(1, m) { s = s + b[m - 1 - k] * y[..., k:k + n] }
    moveaxis(s, -1, axis)
}

## The convolution of two matrices: full, same (as large as the first), or valid (where they overlap
## entirely).
##
## >>> signal.convolve2d([[1, 2], [3, 4]], [[1, 1]])
## [[1 3 2]
##  [3 7 4]]
fn convolve2d(x, kernel, mode="full") = _convolve2d(asarray(x), asarray(kernel), mode, 0)

## With `mode` same, an even kernel lies one element further on if `later` is 1.
fn _convolve2d(x, kernel, mode, later) {
    assert x.ndim == 2 and kernel.ndim == 2, "convolve2d takes matrices"
    assert mode in ("full", "same", "valid"), "the modes are full, same and valid"
    m, n = kernel.shape
    widths = if mode == "full" { ((m - 1, m - 1), (n - 1, n - 1)) }
        else if mode == "same" { (((m - later) // 2, (m - 1 + later) // 2), ((n - later) // 2, (n - 1 + later) // 2)) }
        else { ((0, 0), (0, 0)) }
    p = pad(x, widths)
    rows = p.shape[0] - m + 1
    columns = p.shape[1] - n + 1
    assert rows > 0 and columns > 0, "the kernel is larger than the matrix"
    s = kernel[m - 1, n - 1] * p[:rows, :columns]
    for i in range(m) {
        for j in range(n) {
            if i + j > 0 { s = s + kernel[m - 1 - i, n - 1 - j] * p[i:i + rows, j:j + columns] }
        }
    }
    s
}

## The sums of products of a matrix and another moved over it: convolve2d without turning the kernel.
##
## >>> signal.correlate2d([[1, 2], [3, 4]], [[1, 0]], mode="valid")
## [[1]
##  [3]]
fn correlate2d(x, kernel, mode="full") {
    _convolve2d(asarray(x), conj(flip(asarray(kernel))), mode, 1)
}

## Which samples are higher than both neighbours; those at the ends are not.
##
## >>> signal.is_peak([0, 2, 1, 3, 0])
## [False  True False  True False]
fn is_peak(x, axis=-1) {
    y = moveaxis(asarray(x), axis, -1)
    n = y.shape[-1]
    if n < 3 { return zeros(asarray(x).shape, dtype=bool) }
    inner = (y[..., 1:-1] > y[..., :-2]) & (y[..., 1:-1] > y[..., 2:])
    moveaxis(pad(moveaxis(inner, -1, 0), ((1, 1), *(((0, 0),) * (inner.ndim - 1)))), 0, axis)
}

## The root of the mean square.
##
## >>> signal.rms([3.0, 4.0, 5.0, 0.0])
## 3.5355339059327378
fn rms(x, axis=none) = sqrt(mean(square(asarray(x)), axis=axis))

## How often the sign changes between neighbouring samples.
##
## >>> signal.zero_crossings([1.0, -1.0, -2.0, 3.0])
## 2
fn zero_crossings(x, axis=-1) = sum(diff(signbit(asarray(x)), axis=axis), axis=axis)

## A Gaussian window of `n` points with a standard deviation in samples.
##
## >>> signal.gaussian(3, 1.0)
## [0.60653066 1.         0.60653066]
fn gaussian(n, std) = exp(-0.5 * square((iota(n) - (n - 1) / 2) / std))

## The Hann window of `n` points, of a period of n if `periodic`.
##
## >>> signal.hann(4, periodic=true)
## [0.  0.5 1.  0.5]
fn hann(n, periodic=false) = if periodic { hanning(n + 1)[:-1] } else { hanning(n) }

## A wave of period 2 pi that is 1 for the share `duty` of it, then -1.
##
## >>> signal.square_wave([0.0, 4.0])
## [ 1. -1.]
fn square_wave(t, duty=0.5) = where(t % (2 * pi) < 2 * pi * duty, 1.0, -1.0)

## A wave of period 2 pi that rises from -1 to 1.
##
## >>> signal.sawtooth([0.0, pi])
## [-1.  0.]
fn sawtooth(t) = t % (2 * pi) / pi - 1

## A cosine whose frequency goes from `f0` at time 0 to `f1` at time `t1` along a line.
##
## >>> signal.chirp(0.0, 1.0, 1.0, 2.0)
## 1.0
fn chirp(t, f0, t1, f1) = cos(2 * pi * (f0 * t + (f1 - f0) / (2 * t1) * t * t))

## The convolution of two vectors by Fourier transforms: for long ones. `mode` as for convolve, but same
## is as long as the first.
##
## >>> signal.fftconvolve([1.0, 2.0, 3.0], [0.0, 1.0, 2.0]).round(6) + 0.0
## [0. 1. 4. 7. 6.]
fn fftconvolve(a, v, mode="full") {
    assert ndim(a) == 1 and ndim(v) == 1, "fftconvolve takes vectors"
    assert mode in ("full", "same", "valid"), "the modes are full, same and valid"
    n = len(a)
    m = len(v)
    assert n > 0 and m > 0, "a convolution with no elements does not exist"
    c = fft.irfft(fft.rfft(a, n=n + m - 1) * fft.rfft(v, n=n + m - 1), n=n + m - 1)
    if mode == "full" { return c }
    length = if mode == "same" { n } else { maximum(n, m) - minimum(n, m) + 1 }
    start = (n + m - 1 - length) // 2
    c[start:start + length]
}
