# Images: rows and columns are the first two axes; further axes are channels.

## The image with `n` rows and columns more on each side, mirrored at the edge.
##
## >>> image.mirror_pad([[1, 2]], 1)
## [[1 1 2 2]
##  [1 1 2 2]
##  [1 1 2 2]]
fn mirror_pad(x, n) = _mirror(_mirror(asarray(x), n, 0), n, 1)

fn _mirror(x, n, axis) = pad(x, (*(((0, 0),) * axis), (n, n), *(((0, 0),) * (x.ndim - 1 - axis))), mode="symmetric")

## The image smoothed by a Gaussian of standard deviation `sigma` pixels, cut off after `truncate`
## of them; the edge is mirrored.
##
## >>> image.gaussian_blur(ones((2, 2)), 0.25)
## [[1. 1.]
##  [1. 1.]]
fn gaussian_blur(x, sigma, truncate=4.0) {
    x = _real(x)
    radius = int(truncate * sigma + 0.5)
    _smooth(_smooth(x, sigma, radius, 0), sigma, radius, 1)
}

## Whole numbers as float64, so that sums and differences do not wrap.
fn _real(x) {
    x = asarray(x)
    if isdtype(x.dtype, ("integral", "bool")) { astype(x, float64) } else { x }
}

fn _smooth(x, sigma, radius, axis) {
    n = x.shape[axis]
    y = moveaxis(_mirror(x, radius, axis), axis, 0)
    total = 1.0
    s = y[radius:radius + n]
    for k in range(1, radius + 1) {
        w = exp(-0.5 * (k / sigma) ** 2)
        total = total + 2 * w
        s = s + w * (y[radius - k:radius - k + n] + y[radius + k:radius + k + n])
    }
    moveaxis(s / total, 0, axis)
}

## How strongly brightness changes at each pixel, by Sobel's operator; the edge is mirrored.
##
## >>> image.sobel(ones((2, 2)))
## [[0. 0.]
##  [0. 0.]]
fn sobel(x) {
    p = mirror_pad(_real(x), 1)
    across = p[:, 2:] - p[:, :-2]
    down = p[2:] - p[:-2]
    gx = across[:-2] + 2 * across[1:-1] + across[2:]
    gy = down[:, :-2] + 2 * down[:, 1:-1] + down[:, 2:]
    hypot(gx, gy)
}

## The brightness of red, green and blue in the last axis (ITU-R BT.601).
##
## >>> image.grayscale(ones((1, 1, 3)))
## [[1.]]
fn grayscale(rgb) = 0.299 * rgb[..., 0] + 0.587 * rgb[..., 1] + 0.114 * rgb[..., 2]

## 1 where the value exceeds a threshold, else 0.
##
## >>> image.threshold([[0.2, 0.8]], 0.5)
## [[0 1]]
fn threshold(x, level) = astype(x > level, int64)

## Means of blocks of `n` times `n` pixels; rows and columns must be multiples of `n`.
##
## >>> image.shrink([[1.0, 2.0], [3.0, 6.0]], 2)
## [[3.]]
fn shrink(x, n) {
    x = asarray(x)
    rows = x.shape[0] // n
    columns = x.shape[1] // n
    mean(reshape(x, (rows, n, columns, n, *x.shape[2:])), axis=(1, 3))
}

## The sum of second differences at each pixel; the edge is mirrored.
##
## >>> image.laplace(ones((2, 2)))
## [[0. 0.]
##  [0. 0.]]
fn laplace(x) {
    x = _real(x)
    p = mirror_pad(x, 1)
    p[:-2, 1:-1] + p[2:, 1:-1] + p[1:-1, :-2] + p[1:-1, 2:] - 4 * x
}

## The image with what a Gaussian blur takes away added `amount` times.
##
## >>> image.sharpen(ones((2, 2)), 0.25)
## [[1. 1.]
##  [1. 1.]]
fn sharpen(x, sigma=1.0, amount=1.0) {
    x = _real(x)
    x + amount * (x - gaussian_blur(x, sigma))
}

## The greatest value in a square of `size` pixels around each one; the edge is mirrored.
##
## >>> image.dilate([[0, 0, 1]])
## [[0 1 1]]
fn dilate(x, size=3) = _extreme(_extreme(asarray(x), size, 0, maximum), size, 1, maximum)

## The least value in a square of `size` pixels around each one; the edge is mirrored.
##
## >>> image.erode([[1, 1, 0]])
## [[1 0 0]]
fn erode(x, size=3) = _extreme(_extreme(asarray(x), size, 0, minimum), size, 1, minimum)

fn _extreme(x, size, axis, better) {
    assert size % 2 == 1, "the size of the square must be odd"
    n = x.shape[axis]
    widths = if axis == 0 { ((size // 2, size // 2), (0, 0)) } else { ((0, 0), (size // 2, size // 2)) }
    p = moveaxis(pad(x, (*widths, *(((0, 0),) * (x.ndim - 2))), mode="symmetric"), axis, 0)
    s = p[:n]
    for k in range(1, size) { s = better(s, p[k:k + n]) }
    moveaxis(s, 0, axis)
}

## Without bright spots smaller than the square: erode, then dilate.
##
## >>> image.opening([[0, 1, 0]])
## [[0 0 0]]
fn opening(x, size=3) = dilate(erode(x, size=size), size=size)

## Without dark spots smaller than the square: dilate, then erode.
##
## >>> image.closing([[1, 0, 1]])
## [[1 1 1]]
fn closing(x, size=3) = erode(dilate(x, size=size), size=size)

## The image enlarged `n` times by repeating pixels.
##
## >>> image.enlarge([[1, 2]], 2)
## [[1 1 2 2]
##  [1 1 2 2]]
fn enlarge(x, n) = repeat(repeat(asarray(x), n, axis=0), n, axis=1)

## Values moved and scaled so that they go from 0 to 1.
##
## >>> image.stretch([[2.0, 4.0, 6.0]])
## [[0.  0.5 1. ]]
fn stretch(x) {
    x = _real(x)
    (x - min(x)) / (max(x) - min(x))
}

## The mean of squared differences of two images.
##
## >>> image.mse([[1.0, 2.0]], [[1.0, 4.0]])
## 2.0
fn mse(x, y) = mean(square(_real(x) - _real(y)))

## The ratio of the greatest possible value to the error between two images, in decibels.
##
## >>> round(image.psnr([[0.5]], [[0.4]]), 6)
## 20.0
fn psnr(x, y, peak=1.0) = 10 * log10(peak * peak / mse(x, y))

## The threshold that parts the values best in two classes, by the variance between them (Otsu, 1979),
## among the middles of `bins` equal bins.
##
## >>> image.otsu([[0.0, 1.0], [9.0, 10.0]], bins=10)
## 1.5
fn otsu(x, bins=256) {
    counts, edges = histogram(x, bins=bins)
    centers = (edges[1:] + edges[:-1]) / 2
    low = cumulative_sum(counts)
    high = flip(cumulative_sum(flip(counts)))
    below = cumulative_sum(counts * centers) / low
    above = flip(cumulative_sum(flip(counts * centers)) / flip(high))
    centers[argmax(low[:-1] * high[1:] * (below[:-1] - above[1:]) ** 2)]
}

## Values replaced by the share of values that are not greater, by a histogram of `bins` bins: all
## brightnesses are then about equally frequent.
##
## >>> image.equalize([[0.0, 1.0], [1.0, 4.0]], bins=4)
## [[0.25 0.5 ]
##  [0.5  1.  ]]
fn equalize(x, bins=256) {
    x = asarray(x)
    counts, edges = histogram(x, bins=bins)
    total = cumulative_sum(counts) + 0.0
    interp(x, (edges[1:] + edges[:-1]) / 2, total / total[-1])
}

## The image of other numbers of rows and columns, by linear interpolation between the middles of
## pixels; beyond those of the outermost pixels, these are taken.
##
## >>> image.resize([[0.0, 4.0]], 1, 4)
## [[0. 1. 3. 4.]]
fn resize(x, rows, columns) = _resized(_resized(_real(x), rows, 0), columns, 1)

fn _resized(x, n, axis) {
    y = moveaxis(x, axis, 0)
    m = y.shape[0]
    assert m > 0 and n > 0, "an image to be resized has pixels, before and after"
    at = clip((iota(n) + 0.5) * (m / n) - 0.5, 0.0, m - 1.0)
    i = minimum(astype(floor(at), int64), maximum(m - 2, 0))
    t = reshape(at - i, (n, *((1,) * (y.ndim - 1))))
    y = take(y, i, axis=0) * (1 - t) + take(y, minimum(i + 1, m - 1), axis=0) * t
    moveaxis(y, 0, axis)
}

## The image turned by `k` quarter turns against the clock.
##
## >>> image.rotate90([[1, 2], [3, 4]])
## [[2 4]
##  [1 3]]
fn rotate90(x, k=1) = rot90(x, k)

## The values between pixels at coordinates (arrays of rows and of columns), by linear interpolation;
## `fill` outside of the image.
##
## >>> image.sample([[0.0, 4.0], [8.0, 12.0]], 0.5, [0.0, 0.25, 3.0])
## [4. 5. 0.]
fn sample(x, rows, columns, fill=0.0) {
    x = _real(x)
    m, n = x.shape[:2]
    r, c = broadcast_arrays(asarray(rows) + 0.0, asarray(columns) + 0.0)
    inside = (r >= 0) & (r <= m - 1) & (c >= 0) & (c <= n - 1)
    r = where(inside, r, 0.0)
    c = where(inside, c, 0.0)
    i = astype(floor(r), int64)
    j = astype(floor(c), int64)
    more = (1,) * (x.ndim - 2)
    s = reshape(r - i, (*r.shape, *more))
    t = reshape(c - j, (*c.shape, *more))
    k = minimum(i + 1, m - 1)
    l = minimum(j + 1, n - 1)
    v = (x[i, j] * (1 - t) + x[i, l] * t) * (1 - s) + (x[k, j] * (1 - t) + x[k, l] * t) * s
    where(reshape(inside, (*inside.shape, *more)), v, fill)
}

## The image whose pixel at (row, column) is what lies at `matrix @ (row, column) + offset` of the given
## one, by linear interpolation; `fill` outside of it.
##
## >>> image.affine([[1.0, 2.0], [3.0, 4.0]], [[0, 1], [1, 0]])
## [[1. 3.]
##  [2. 4.]]
fn affine(x, matrix, offset=(0.0, 0.0), fill=0.0) {
    x = _real(x)
    a = asarray(matrix)
    r = iota(x.shape[0])[:, newaxis]
    c = iota(x.shape[1])
    sample(x, a[0, 0] * r + a[0, 1] * c + offset[0], a[1, 0] * r + a[1, 1] * c + offset[1], fill=fill)
}

## The image turned about its middle by an angle in degrees, against the clock; its size is kept.
##
## >>> image.rotate([[1.0, 2.0], [3.0, 4.0]], 180.0).round(6)
## [[4. 3.]
##  [2. 1.]]
fn rotate(x, angle, fill=0.0) {
    x = _real(x)
    # Exact for quarter turns.
    t = angle % 360
    c = if t == 90 or t == 270 { 0.0 } else { cos(radians(t)) }
    s = if t == 180 { 0.0 } else { sin(radians(t)) }
    m = (x.shape[0] - 1) / 2
    n = (x.shape[1] - 1) / 2
    affine(x, [[c, s], [-s, c]], offset=(m - c * m - s * n, n + s * m - c * n), fill=fill)
}
