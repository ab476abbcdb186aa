
# --- Shapes and axes ---

## A function applied to each of several values: one result alone, several as a tuple.
fn _each(f, values) {
    results = ()
    for value in values { results = (*results, f(value)) }
    if len(results) == 1 { results[0] } else { results }
}

## Arrays with at least one axis; several arrays give a tuple.
##
## Shapes: a single number becomes (1,); other arrays stay as they are.
##
## >>> atleast_1d(3)
## [3]
fn atleast_1d(*arrays) = _each(_atleast_1d, arrays)

fn _atleast_1d(x) = if ndim(x) == 0 { reshape(x, (1,)) } else { asarray(x) }

## Arrays with at least two axes; several arrays give a tuple.
##
## Shapes: a vector (n,) becomes (1, n).
##
## >>> atleast_2d([1, 2])
## [[1 2]]
fn atleast_2d(*arrays) = _each(_atleast_2d, arrays)

fn _atleast_2d(x) = if ndim(x) < 2 { _atleast_1d(x)[newaxis] } else { asarray(x) }

## Arrays with at least three axes; several arrays give a tuple.
##
## Shapes: a vector (n,) becomes (1, n, 1), a matrix (n, m) becomes (n, m, 1).
##
## >>> atleast_3d([1, 2]).shape
## (1, 2, 1)
fn atleast_3d(*arrays) = _each(_atleast_3d, arrays)

fn _atleast_3d(x) = if ndim(x) < 3 { _atleast_2d(x)[..., newaxis] } else { asarray(x) }

## Arrays joined along the third axis, after atleast_3d. Arrays of different shapes are given as a
## tuple.
##
## >>> dstack(([1, 2], [3, 4]))
## [[[1 3]
##   [2 4]]]
fn dstack(arrays) {
    parts = ()
    for x in arrays { parts = (*parts, _atleast_3d(x)) }
    concat(parts, axis=2)
}

## An axis moved to before the place `start`; moveaxis says where it is afterwards.
##
## >>> rollaxis(zeros((2, 3, 4)), 2).shape
## (4, 2, 3)
fn rollaxis(x, axis, start=0) {
    n = ndim(x)
    assert -n <= axis and axis < n, "axis out of range"
    assert -n <= start and start <= n, "start out of range"
    source = axis % n
    place = if start < 0 { start + n } else { start }
    target = if source < place { place - 1 } else { place }
    moveaxis(x, source, target)
}

## The elements of each row in reverse order: flip along axis 1.
##
## Errors: fewer than two axes.
##
## >>> fliplr([[1, 2], [3, 4]])
## [[2 1]
##  [4 3]]
fn fliplr(x) = flip(x, axis=1)

## The rows in reverse order: flip along axis 0.
##
## >>> flipud([[1, 2], [3, 4]])
## [[3 4]
##  [1 2]]
fn flipud(x) = flip(x, axis=0)

## Turned by `k` quarter turns in the plane of two axes, from the first towards the second.
##
## >>> rot90([[1, 2], [3, 4]])
## [[2 4]
##  [1 3]]
fn rot90(x, k=1, axes=(0, 1)) {
    x = asarray(x)
    a, b = axes
    assert (a - b) % maximum(x.ndim, 1) != 0, "rot90 needs two different axes"
    assert isdtype(asarray(k).dtype, "integral"), "rot90 turns a whole number of times"
    k = int(k)
    turns = k % 4
    if turns == 0 { x }
    else if turns == 1 { swapaxes(flip(x, axis=b), a, b) }
    else if turns == 2 { flip(flip(x, axis=a), axis=b) }
    else { flip(swapaxes(x, a, b), axis=b) }
}

## The parts of an array along an axis as a tuple: so many, the first ones longer by one if the
## size is no multiple, or parted at the positions of a tuple.
##
## >>> array_split([1, 2, 3, 4, 5], 2)
## (array([1, 2, 3]), array([4, 5]))
## >>> array_split([1, 2, 3, 4, 5], (1, 4))[1]
## [2 3 4]
fn array_split(x, sections, axis=0) {
    x = moveaxis(asarray(x), axis, 0)
    n = x.shape[0]
    edges = (0,)
    if ndim(sections) == 0 {
        assert sections > 0, "the number of sections must be positive"
        for k in range(sections) { edges = (*edges, edges[-1] + n // sections + int(k < n % sections)) }
    } else {
        for i in sections { edges = (*edges, int(i)) }
        edges = (*edges, n)
    }
    parts = ()
    for k in range(len(edges) - 1) { parts = (*parts, moveaxis(x[edges[k]:edges[k + 1]], 0, axis)) }
    parts
}

## The parts of an array along an axis as a tuple: so many equal ones, or parted at the positions of
## a tuple. Of a text the parts between separators, of which the first `maxsplit` count if that is given,
## or without a separator the words between spaces and line ends.
##
## Errors: the size is no multiple of the number of parts.
##
## >>> split([1, 2, 3, 4], 2)
## (array([1, 2]), array([3, 4]))
## >>> split("2026-11-27", "-")
## ('2026', '11', '27')
fn split(x, sections=none, axis=0, maxsplit=none) {
    if _is_text(x) {
        assert axis == 0, "a text has no axes: the most parts are given as maxsplit=n"
        return _parts(x, sections, maxsplit)
    }
    assert maxsplit == none, "maxsplit is for texts"
    assert sections != none, "split takes a number of parts, or the positions of the edges"
    if ndim(sections) == 0 {
        assert sections > 0, "the number of sections must be positive"
        assert asarray(x).shape[axis] % sections == 0, "split needs parts of equal size; array_split does not"
    }
    array_split(x, sections, axis=axis)
}

## The parts along the rows, see split.
##
## >>> vsplit([[1, 2], [3, 4]], 2)[1]
## [[3 4]]
fn vsplit(x, sections) {
    assert ndim(x) >= 2, "vsplit needs two axes"
    split(x, sections, axis=0)
}

## The parts along the columns (of a vector, along it), see split.
##
## >>> hsplit([[1, 2], [3, 4]], 2)[1]
## [[2]
##  [4]]
fn hsplit(x, sections) {
    assert ndim(x) >= 1, "hsplit needs an axis"
    split(x, sections, axis=if ndim(x) == 1 { 0 } else { 1 })
}

## The parts along the third axis, see split.
##
## >>> dsplit(zeros((2, 2, 4)), 2)[1].shape
## (2, 2, 2)
fn dsplit(x, sections) {
    assert ndim(x) >= 3, "dsplit needs three axes"
    split(x, sections, axis=2)
}

## A function of an array and an axis, applied over several axes one after the other; an axis that
## it removes comes back with size 1.
##
## >>> apply_over_axes(sum, [[1, 2], [3, 4]], (0, 1))
## [[10]]
fn apply_over_axes(f, x, axes) {
    x = asarray(x)
    along = if ndim(axes) == 0 { (axes,) } else { axes }
    for axis in along {
        y = f(x, axis % x.ndim)
        x = if y.ndim == x.ndim { y } else { expand_dims(y, axis % x.ndim) }
    }
    x
}

## The coordinates of every point of a grid, as one array: like NumPy's `mgrid[0:2, 0:3]`. Each
## range is (stop,), (start, stop) or (start, stop, step); for a number of points instead of a step
## use meshgrid of linspace.
##
## Shapes: one axis for the coordinates, then one for each range.
##
## >>> grid((0, 2), (0, 3))[1]
## [[0 1 2]
##  [0 1 2]]
fn grid(*ranges) = stack(broadcast_arrays(*ogrid(*ranges)))

## The coordinates of a grid as a tuple of arrays that broadcast: like NumPy's `ogrid[0:2, 0:3]`, see
## grid.
##
## >>> ogrid((0, 2), (0, 3))[0].shape
## (2, 1)
fn ogrid(*ranges) {
    n = len(ranges)
    axes = ()
    for k in range(n) { axes = (*axes, _along(arange(*ranges[k]), n, k)) }
    axes
}

## The positions of all elements of a shape: one array, or with `sparse` a tuple of arrays that
## broadcast.
##
## >>> indices((2, 3))[0]
## [[0 0 0]
##  [1 1 1]]
fn indices(shape, dtype=int64, sparse=false) {
    n = len(shape)
    axes = ()
    for k in range(n) { axes = (*axes, astype(_along(iota(shape[k]), n, k), dtype)) }
    if sparse { axes } else { stack(broadcast_arrays(*axes)) }
}

# --- Padding ---

## What comes before and after an axis, from one thing, a pair, or a pair for each axis.
fn _pair(v, axis) {
    if ndim(v) == 0 { return (v, v) }
    row = if ndim(v) == 1 { v } else if len(v) == 1 { v[0] } else { v[axis] }
    assert len(row) == 1 or len(row) == 2, "pad takes one number, a pair, or a pair for each axis"
    (row[0], row[-1])
}

fn _width(n) {
    assert isdtype(asarray(n).dtype, "integral"), "a width is a whole number"
    int(n)
}

## The array with elements added before and after along each axis. `pad_width` is a number, a pair
## (before, after), or a tuple of such pairs, one for each axis. Modes: constant (`constant_values`),
## edge, linear_ramp (towards `end_values`), maximum, mean, median, minimum (of the `stat_length` elements
## next to the edge, or all), reflect and symmetric (with `reflect_type` even or odd), wrap, empty.
##
## Dtypes: that of `x`; means are rounded for integers.
##
## Errors: a negative width; elements to be added to an empty axis in a mode that repeats them.
##
## >>> pad([1, 2, 3], 2)
## [0 0 1 2 3 0 0]
## >>> pad([1, 2, 3], (1, 2), mode="reflect")
## [2 1 2 3 2 1]
fn pad(x, pad_width, mode="constant", constant_values=0, end_values=0, stat_length=none, reflect_type="even") {
    x = asarray(x)
    known = ("constant", "empty", "edge", "linear_ramp", "maximum", "mean", "median", "minimum", "reflect", "symmetric", "wrap")
    assert mode in known, "pad does not know this mode"
    if ndim(pad_width) == 2 { assert len(pad_width) == 1 or len(pad_width) == x.ndim, "pad needs a pair for each axis" }
    for axis in range(x.ndim) {
        before, after = _pair(pad_width, axis)
        before = _width(before)
        after = _width(after)
        assert before >= 0 and after >= 0, "a width cannot be negative"
        if before > 0 or after > 0 {
            y = moveaxis(x, axis, -1)
            n = y.shape[-1]
            if mode == "constant" { y = _pad_constant(y, before, after, _pair(constant_values, axis)) }
            else if mode == "empty" { y = _pad_constant(y, before, after, (0, 0)) }
            else {
                assert n > 0, "elements of an empty axis cannot be repeated"
                if mode == "edge" { y = _pad_edge(y, before, after) }
                else if mode == "linear_ramp" { y = _pad_ramp(y, before, after, _pair(end_values, axis)) }
                else if mode == "wrap" { y = _pad_repeat(y, y, before, after, n) }
                else if mode == "symmetric" { y = _pad_mirror(y, before, after, 0, reflect_type) }
                else if mode == "reflect" and n > 1 { y = _pad_mirror(y, before, after, 1, reflect_type) }
                else if mode == "reflect" { y = _pad_edge(y, before, after) }
                else { y = _pad_statistic(y, before, after, mode, stat_length, axis) }
            }
            x = moveaxis(y, -1, axis)
        }
    }
    x
}

## `n` elements of one value for the last axis.
fn _filled(y, v, n) = broadcast_to(astype(asarray(v), y.dtype), (*y.shape[:-1], n))

fn _pad_constant(y, before, after, values) {
    concat((_filled(y, values[0], before), y, _filled(y, values[1], after)), axis=-1)
}

fn _pad_edge(y, before, after) = concat((_filled(y, y[..., :1], before), y, _filled(y, y[..., -1:], after)), axis=-1)

fn _pad_ramp(y, before, after, ends) {
    left = _ramp(ends[0], y[..., :1], before, y.dtype)
    right = _ramp(ends[1], y[..., -1:], after, y.dtype)
    concat((left, y, flip(right, axis=-1)), axis=-1)
}

## `n` numbers from `start` on at equal distances towards `edge`, which is left out.
fn _ramp(start, edge, n, dtype) {
    if n == 0 { return edge[..., :0] }
    whole = isdtype(dtype, ("integral", "bool"))
    edge = if whole { astype(edge, float64) } else { edge }
    delta = edge - start
    step = delta / n
    i = astype(iota(n), step.dtype)
    line = where(any(step == 0), i / n * delta, i * step) + start
    astype(if whole { floor(line) } else { line }, dtype)
}

fn _pad_statistic(y, before, after, mode, stat_length, axis) {
    n = y.shape[-1]
    left, right = if stat_length == none { (n, n) } else { _pair(stat_length, axis) }
    assert mode in ("mean", "median") or (left > 0 and right > 0), "the extreme of no elements does not exist"
    low = _statistic(y[..., :left], mode)
    high = _statistic(y[..., n - minimum(right, n):], mode)
    concat((_filled(y, low, before), y, _filled(y, high, after)), axis=-1)
}

fn _statistic(y, mode) {
    if mode == "maximum" { return max(y, axis=-1, keepdims=true) }
    if mode == "minimum" { return min(y, axis=-1, keepdims=true) }
    m = if mode == "median" { median(y, axis=-1, keepdims=true) } else { mean(y, axis=-1, keepdims=true) }
    if isdtype(y.dtype, "integral") { round(m) } else { m }
}

## Mirrored at the ends; `skip` is 1 when the last element is not repeated.
fn _pad_mirror(y, before, after, skip, reflect_type) {
    n = y.shape[-1]
    back = flip(y, axis=-1)
    if reflect_type == "odd" { return _pad_odd(y, before, after, skip) }
    if before <= n - skip and after <= n - skip {
        return concat((back[..., n - skip - before:n - skip], y, back[..., skip:skip + after]), axis=-1)
    }
    period = concat((y, back[..., skip:n - skip]), axis=-1)
    _pad_repeat(y, period, before, after, period.shape[-1])
}

## Mirrored at the ends in both directions, over and over where the widths reach beyond the array.
fn _pad_odd(y, before, after, skip) {
    unit = y.shape[-1] - skip
    while before > 0 or after > 0 {
        n = y.shape[-1] - skip
        reach = n // unit * unit
        left = int(minimum(before, reach))
        right = int(minimum(after, reach))
        back = flip(y, axis=-1)
        low = 2 * y[..., :1] - back[..., n - left:n]
        high = 2 * y[..., -1:] - back[..., skip:skip + right]
        y = concat((astype(low, y.dtype), y, astype(high, y.dtype)), axis=-1)
        before = before - left
        after = after - right
    }
    y
}

## Cut out of repetitions of a period.
fn _pad_repeat(y, period, before, after, size) {
    n = y.shape[-1]
    if before <= size and after <= size and n == size {
        return concat((period[..., size - before:], y, period[..., :after]), axis=-1)
    }
    left = -(-before // size)
    right = -(-(n + after) // size)
    all_of = concat((period,) * (left + right), axis=-1)
    all_of[..., left * size - before:left * size + n + after]
}
