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

## The signal filtered by a recursion: `a[0] y[n]` is the sum of the latest samples times `b`, less that
## of the latest results times the rest of `a`. Before the first sample all is 0.
##
## >>> signal.lfilter([1.0], [1.0, -0.5], [1.0, 0.0, 0.0, 2.0])
## [1.    0.5   0.25  2.125]
fn lfilter(b, a, x, axis=-1) {
    a = atleast_1d(a) + 0.0
    x = asarray(x) + 0.0
    assert float(a[0]) != 0, "the first coefficient of the recursion must not be 0"
    v = moveaxis(fir(atleast_1d(b) / a[0], x, axis=axis), axis, -1)
    order = a.shape[0] - 1
    n = v.shape[-1]
    if order == 0 or n == 0 { return moveaxis(v, -1, axis) }
    # Blocks one after the other: within a block, and from the end of the last one, by matrices.
    size = maximum(minimum(64, n), order)
    inside, carried = _recursion(tuple(persist(a / a[0])), size)
    blocks = -(-n // size)
    v = concat((v, zeros((*v.shape[:-1], blocks * size - n), dtype=v.dtype)), axis=-1)
    v = moveaxis(reshape(v, (*v.shape[:-1], blocks, size)), -2, 0)
    step = fn(y, u) = u @ inside.T + y[..., size - order:] @ carried.T
    y = scan(step, v, init=zeros(v.shape[1:], dtype=v.dtype))
    y = moveaxis(y, 0, -2)
    y = reshape(y, (*y.shape[:-2], blocks * size))[..., :n]
    moveaxis(y, -1, axis)
}

## What a block of results is of the samples of the block, and of the results before it, as matrices.
fn _recursion(a, size) {
    order = len(a) - 1
    h = (1.0,)
    for i in range(1, size) {
        s = 0.0
        for k in range(1, minimum(i, order) + 1) { s = s - float(a[k]) * h[i - k] }
        h = (*h, s)
    }
    lag = iota(size)[:, newaxis] - iota(size)
    inside = where(lag >= 0, take(asarray(h), maximum(lag, 0)), 0.0)
    # Row i, column j: the result `order - j` before the block reaches sample i as coefficient i + order - j.
    k = iota(size)[:, newaxis] + order - iota(order)
    past = where(k <= order, -take(asarray(a), minimum(k, order)), 0.0)
    (persist(inside), persist(inside @ past))
}

## The coefficients (b, a) of Butterworth's filter of an order, for lfilter: `kind` is low or high, `wn`
## the frequency of half power as a share of half the sampling rate.
##
## >>> signal.butter(1, 0.5)[0].round(6)
## [0.5 0.5]
fn butter(order, wn, kind="low") {
    assert kind in ("low", "high"), "butter makes filters of the kinds low and high"
    assert order >= 1, "the order is at least 1"
    assert 0 < wn and wn < 1, "the frequency is a share of half the sampling rate"
    angle = pi * (2 * iota(order) + order + 1) / (2 * order)
    p = complex(cos(angle), sin(angle))
    warped = 4 * tan(pi * wn / 2)
    p = if kind == "low" { warped * p } else { warped / p }
    gain = prod(1 / (4 - p)).real * (if kind == "low" { warped } else { 4.0 }) ** order
    b = gain * poly(full(order, if kind == "low" { -1.0 } else { 1.0 }))
    (b, poly((4 + p) / (4 - p)).real)
}

## The signal smoothed by polynomials through windows of an odd number of samples, by least squares
## (Savitzky and Golay, 1964), or a derivative of them, for samples at distance `delta`. At the ends
## the polynomial of the outermost window is taken.
##
## >>> signal.savgol_filter([0.0, 1.0, 4.0, 9.0, 16.0], 3, 2, deriv=1).round(6) + 0.0
## [0. 2. 4. 6. 8.]
fn savgol_filter(x, window_length, polyorder, deriv=0, delta=1.0, axis=-1) {
    assert window_length % 2 == 1 and window_length > polyorder, "the window is odd and longer than the order"
    y = moveaxis(asarray(x) + 0.0, axis, -1)
    n = y.shape[-1]
    assert n >= window_length, "the signal is shorter than the window"
    half = window_length // 2
    # Row i: the weights that give the polynomial of a window at its sample i.
    w = _savgol_weights(window_length, polyorder, deriv) / (delta * maximum(half, 1)) ** deriv
    middle = fir(flip(w[half]), y, whole=true)
    first = y[..., :window_length] @ w[:half].T
    last = y[..., n - window_length:] @ w[half + 1:].T
    moveaxis(concat((first, middle, last), axis=-1), -1, axis)
}

fn _savgol_weights(n, order, deriv) {
    half = maximum(n // 2, 1)
    t = (iota(n) - n // 2) / half
    a = vander(t, order + 1, increasing=true)
    if deriv > order { return zeros((n, n)) }
    columns = ()
    for j in range(order + 1) {
        c = 1.0
        for k in range(deriv) { c = c * (j - k) }
        columns = (*columns, if j < deriv { 0 * t } else { c * t ** (j - deriv) })
    }
    stack(columns, axis=1) @ linalg.pinv(a)
}

## The medians of windows around each sample, in every dimension `kernel_size` wide (odd: a number, or
## one for each axis); samples outside count as 0.
##
## Dtypes: that of `x`.
##
## >>> signal.medfilt([1, 9, 2, 3, 8])
## [1 2 3 3 3]
fn medfilt(x, kernel_size=3) {
    x = asarray(x)
    n = x.ndim
    sizes = if ndim(kernel_size) == 0 { (kernel_size,) * n } else { kernel_size }
    assert len(sizes) == n, "medfilt needs a size for each axis"
    widths = ()
    for s in sizes {
        assert s % 2 == 1, "the size of the window must be odd"
        widths = (*widths, (s // 2, s // 2))
    }
    w = windows(pad(x, widths), sizes)
    astype(median(w, axis=(*range(n, 2 * n),)), x.dtype)
}

## The positions of the peaks of a vector: samples, or the middles of runs of equal ones, that are higher
## than their neighbours; at least `height` high, and `distance` apart, the highest ones first.
##
## >>> signal.find_peaks([0, 2, 1, 3, 3, 0, 1])
## [1 3]
fn find_peaks(x, height=none, distance=none) {
    x = asarray(x)
    assert x.ndim == 1, "find_peaks takes a vector"
    n = x.shape[0]
    if n < 3 { return zeros(0, dtype=int64) }
    first = flatnonzero(concat((ones(1, dtype=bool), x[1:] != x[:-1])))
    last = concat((first[1:], full(1, n))) - 1
    v = x[first]
    higher = flatnonzero((v[1:-1] > v[:-2]) & (v[1:-1] > v[2:])) + 1
    peaks = (first[higher] + last[higher]) // 2
    if height != none { peaks = peaks[x[peaks] >= height] }
    if distance == none { peaks } else { _apart(persist(peaks), x[peaks], distance) }
}

## Of positions those that are no nearer to a higher one than `distance`.
fn _apart(peaks, heights, distance) {
    assert distance >= 1, "the distance of peaks is at least 1"
    keep = ones(peaks.size, dtype=bool)
    for i in flip(argsort(heights)) {
        if keep[i] {
            near = abs(peaks - peaks[i]) < distance
            keep = persist(keep & (~near | (iota(peaks.size) == i)))
        }
    }
    peaks[keep]
}

## The signal with `num` samples over the same time, by Fourier transforms: taken as one period.
##
## >>> signal.resample([0.0, 1.0, 0.0, -1.0], 8).round(4)[1]
## 0.7071
fn resample(x, num, axis=-1) {
    y = moveaxis(asarray(x) + 0.0, axis, -1)
    n = y.shape[-1]
    assert n > 0 and num > 0, "resample needs samples, and gives at least one"
    m = minimum(num, n)
    c = fft.rfft(y)[..., :m // 2 + 1]
    if m % 2 == 0 and num != n {
        half = if num < n { 2.0 } else { 0.5 }
        c = c * where(iota(m // 2 + 1) == m // 2, half, 1.0)
    }
    c = concat((c, zeros((*c.shape[:-1], num // 2 - m // 2), dtype=c.dtype)), axis=-1)
    moveaxis(fft.irfft(c, n=num) * (num / n), -1, axis)
}
