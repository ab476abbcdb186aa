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
    if mode == "valid" and m >= x.shape[0] and n >= x.shape[1] and x.shape != kernel.shape {
        return _convolve2d(kernel, x, mode, later)
    }
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
fn rms(x, axis=none) = sqrt(mean(square(x * 1.0), axis=axis))

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
    b, a = _normalized(b, a)
    v = moveaxis(fir(b, asarray(x) + 0.0, axis=axis), axis, -1)
    moveaxis(_recur(a, v), -1, axis)
}

## The coefficients of a recursion divided by the first one of results.
fn _normalized(b, a) {
    a = atleast_1d(a) + 0.0
    assert float(a[0]) != 0, "the first coefficient of the recursion must not be 0"
    (atleast_1d(b) / a[0], a / a[0])
}

## The results `y[n] = v[n] - a[1] y[n - 1] - a[2] y[n - 2] ...` along the last axis.
fn _recur(a, v) {
    order = a.shape[0] - 1
    n = v.shape[-1]
    if order == 0 or n == 0 { return v }
    # Blocks one after the other: within a block, and from the end of the last one, by matrices.
    size = maximum(minimum(64, n), order)
    inside, carried = _recursion(tuple(persist(a)), size)
    blocks = -(-n // size)
    v = concat((v, zeros((*v.shape[:-1], blocks * size - n), dtype=v.dtype)), axis=-1)
    v = moveaxis(reshape(v, (*v.shape[:-1], blocks, size)), -2, 0)
    step = fn(y, u) = u @ inside.T + y[..., size - order:] @ carried.T
    y = scan(step, v, init=zeros(v.shape[1:], dtype=v.dtype))
    y = moveaxis(y, 0, -2)
    reshape(y, (*y.shape[:-2], blocks * size))[..., :n]
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

## The signal filtered forwards and then backwards, so that no frequency is shifted in time, and each is
## weakened twice. Before and after the signal lie `padlen` samples (three times the number of
## coefficients unless given) that continue it: turned about its ends (`padtype` odd), mirrored (even),
## or repeating the ends (constant); none with `padtype` none. Each way begins in the steady state of
## its first sample (Gustafsson, 1996).
##
## >>> signal.filtfilt([0.5, 0.5], [1.0], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 0.0])
## [1. 2. 3. 4. 5. 6. 5. 0.]
fn filtfilt(b, a, x, axis=-1, padtype="odd", padlen=none) {
    b, a = _normalized(b, a)
    y = moveaxis(asarray(x) + 0.0, axis, -1)
    n = y.shape[-1]
    m = maximum(a.shape[0], b.shape[0])
    a = concat((a, zeros(m - a.shape[0])))
    b = concat((b, zeros(m - b.shape[0])))
    padded = if padtype == none { 0 } else if padlen == none { 3 * m } else { padlen }
    assert padded >= 0, "padlen cannot be negative"
    assert n > padded, f"filtfilt with a padlen of {padded} needs more samples than that, not {n}"
    y = _continued(y, padded, padtype)
    state = _steady(b, a)
    y = flip(_from_steady(b, a, state, y), axis=-1)
    y = flip(_from_steady(b, a, state, y), axis=-1)
    moveaxis(y[..., padded:padded + n], -1, axis)
}

## A signal continued by `count` samples to both sides of its last axis.
fn _continued(y, count, padtype) {
    assert padtype == none or padtype in ("odd", "even", "constant"), "the paddings are odd, even and constant"
    if count == 0 { return y }
    first = y[..., :1]
    last = y[..., -1:]
    before = if padtype == "constant" { first + zeros(count, dtype=y.dtype) } else { flip(y[..., 1:count + 1], axis=-1) }
    after = if padtype == "constant" { last + zeros(count, dtype=y.dtype) } else { flip(y[..., -1 - count:-1], axis=-1) }
    if padtype == "odd" { concat((2 * first - before, y, 2 * last - after), axis=-1) }
        else { concat((before, y, after), axis=-1) }
}

## What results carry over to the samples after them once a signal of ones has come to rest.
fn _steady(b, a) {
    w = b[1:] - a[1:] * b[0]
    c = cumsum(w)
    cumsum(a[:-1]) * (sum(w) / sum(a)) - concat((zeros(1), c))[:-1]
}

## The recursion along the last axis, begun in the steady state of the first sample.
fn _from_steady(b, a, state, y) {
    n = y.shape[-1]
    state = concat((state, zeros(n)))[:n]
    _recur(a, fir(b, y) + y[..., :1] * state)
}

## The coefficients (b, a) of Butterworth's filter of an order, for lfilter and filtfilt: `btype` is
## lowpass, highpass, bandpass or bandstop (or low, high, band, stop), `wn` the frequency of half power,
## for bands the two of them, as a share of half the sampling rate, or in the units of a rate `fs`.
##
## >>> signal.butter(1, 0.5)[0].round(6)
## [0.5 0.5]
## >>> signal.butter(1, (10, 20), "bandpass", fs=120)[0].round(6) + 0.0
## [ 0.211325  0.       -0.211325]
fn butter(order, wn, btype="lowpass", fs=none) {
    assert order >= 1, "the order is at least 1"
    half = if fs == none { 1.0 } else { fs / 2 }
    if btype in ("bandpass", "band", "bandstop", "stop") {
        assert ndim(wn) == 1 and len(wn) == 2, "a band has two frequencies"
        assert 0 < wn[0] and wn[0] < wn[1] and wn[1] < half, "the frequencies of a band rise between 0 and half the sampling rate"
    } else {
        assert btype in ("lowpass", "low", "highpass", "high"), "the types are lowpass, highpass, bandpass and bandstop"
        assert ndim(wn) == 0, "a low or high pass has one frequency"
        assert 0 < wn and wn < half, "the frequency lies between 0 and half the sampling rate"
    }
    angle = pi * (2 * iota(order) + order + 1) / (2 * order)
    w = 4 * tan(pi * (asarray(wn) / half) / 2)
    z, p, gain = _analog(order, complex(cos(angle), sin(angle)), w, btype)
    gain = gain * (prod(4 - z) * prod(1 / (4 - p))).real
    z = concat(((4 + z) / (4 - z), full(p.size - z.size, -1.0)))
    (gain * poly(z).real, poly((4 + p) / (4 - p)).real)
}

## Zeros, poles and gain of a filter made of the poles `p` of a low pass of frequency 1.
fn _analog(order, p, w, btype) {
    if btype in ("bandpass", "band", "bandstop", "stop") {
        half = (w[1] - w[0]) / 2
        square_of_middle = w[0] * w[1]
        p = if btype in ("bandpass", "band") { half * p } else { half / p }
        apart = sqrt(p * p - square_of_middle)
        p = concat((p + apart, p - apart))
        if btype in ("bandpass", "band") { return (zeros(order), p, (2 * half) ** order) }
        middle = complex(zeros(order), full(order, 1.0)) * sqrt(square_of_middle)
        return (concat((middle, -middle)), p, 1.0)
    }
    if btype in ("highpass", "high") { (zeros(order), w / p, 1.0) } else { (zeros(0), w * p, w ** order) }
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
## than their neighbours. Of these the ones at least `height` high, `distance` apart, the highest ones
## first, and that stand out by `prominence` (see peak_prominences, within `wlen` samples). Instead of a
## least height or prominence a pair takes a least and a greatest one.
##
## >>> signal.find_peaks([0, 2, 1, 3, 3, 0, 1])
## [1 3]
## >>> signal.find_peaks([0, 2, 1, 5, 0], prominence=2)
## [3]
fn find_peaks(x, height=none, distance=none, prominence=none, wlen=none) {
    x = asarray(x)
    assert x.ndim == 1, "find_peaks takes a vector"
    n = x.shape[0]
    if n < 3 { return zeros(0, dtype=int64) }
    first = flatnonzero(concat((ones(1, dtype=bool), x[1:] != x[:-1])))
    last = concat((first[1:], full(1, n))) - 1
    v = x[first]
    higher = flatnonzero((v[1:-1] > v[:-2]) & (v[1:-1] > v[2:])) + 1
    peaks = (first[higher] + last[higher]) // 2
    if height != none { peaks = peaks[_within(x[peaks], height)] }
    if distance != none { peaks = _apart(persist(peaks), x[peaks], distance) }
    if prominence != none { peaks = peaks[_within(peak_prominences(x, peaks, wlen=wlen)[0], prominence)] }
    peaks
}

## Which values are at least a bound, or between the two of a pair.
fn _within(v, bounds) {
    if ndim(bounds) == 0 { return v >= bounds }
    low, high = bounds
    (v >= low) & (v <= high)
}

## By how much peaks of a vector stand out: their height over the higher one of the two valleys that
## part them from a higher sample, or from the end, on either side. Gives the prominences and the
## positions of the lowest samples to the left and to the right. With `wlen` no more than that many
## samples around a peak are looked at.
##
## >>> signal.peak_prominences([0, 2, 1, 5, 0], [1, 3])
## (array([1., 5.]), array([0, 0]), array([2, 4]))
fn peak_prominences(x, peaks, wlen=none) {
    x = asarray(x) + 0.0
    peaks = asarray(peaks)
    assert x.ndim == 1 and peaks.ndim == 1, "peak_prominences takes a vector and a vector of positions"
    assert wlen == none or wlen > 1, "the window has more than 1 sample"
    n = x.shape[0]
    assert all((peaks >= 0) & (peaks < n)), "a peak lies outside the signal"
    reach = if wlen == none { n } else { int(ceil(wlen)) // 2 }
    left, left_base = _valley(flip(x), n - 1 - peaks, reach)
    right, right_base = _valley(x, peaks, reach)
    (x[peaks] - maximum(left, right), n - 1 - left_base, right_base)
}

## The least sample from each peak on before the first higher one, no further off than `reach`, and
## where it is first. Steps of halved lengths, whose highest and least samples are looked up.
fn _valley(x, peaks, reach) {
    n = x.shape[0]
    end = minimum(peaks + reach + 1, n)
    highest = (x,)
    lowest = (x,)
    size = 1
    while 2 * size <= n {
        h = highest[-1]
        l = lowest[-1]
        highest = (*highest, persist(maximum(h[:-size], h[size:])))
        lowest = (*lowest, persist(minimum(l[:-size], l[size:])))
        size = 2 * size
    }
    top = x[peaks]
    at = peaks
    least = top
    for k in range(len(highest) - 1, -1, -1) {
        start = minimum(at, n - 2 ** k)
        free = (at + 2 ** k <= end) & (highest[k][start] <= top)
        least = persist(where(free, minimum(least, lowest[k][start]), least))
        at = persist(where(free, at + 2 ** k, at))
    }
    base = peaks
    for k in range(len(lowest) - 1, -1, -1) {
        higher = (base + 2 ** k <= end) & (lowest[k][minimum(base, n - 2 ** k)] > least)
        base = persist(where(higher, base + 2 ** k, base))
    }
    (least, base)
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
