
# --- Order ---

## The array with element `kth` along an axis where sorting puts it, the elements less than it before,
## those equal to it next, the greater ones after them, NaN last; each of these in the order they had.
## With several positions likewise between their elements.
##
## >>> partition([3, 1, 2], 1)
## [1 2 3]
fn partition(x, kth, axis=-1) {
    x = asarray(x)
    if axis == none { return partition(ravel(x), kth) }
    _part(x, _ranked(x, _ranks(kth, x.shape[axis]), axis), axis, false)
}

## The positions that partition an array along an axis, see `partition`.
##
## >>> argpartition([3, 1, 2], 1)
## [1 2 0]
fn argpartition(x, kth, axis=-1) {
    x = asarray(x)
    if axis == none { return argpartition(ravel(x), kth) }
    _part(x, _ranked(x, _ranks(kth, x.shape[axis]), axis), axis, true)
}

# Positions in an axis of size n counted from its beginning, as a vector.
fn _ranks(kth, n) {
    if ndim(kth) == 0 {
        assert isdtype(asarray(kth).dtype, "integral"), "the positions of a partition are whole numbers"
        assert kth >= -n and kth < n, f"position {kth} is outside the axis, which has {n}"
        return [if kth < 0 { kth + n } else { kth }]
    }
    k = ravel(asarray(kth))
    assert k.size == 0 or isdtype(k.dtype, "integral"), "the positions of a partition are whole numbers"
    assert all((k >= -n) & (k < n)), f"a position is outside the axis, which has {n}"
    where(k < 0, k + n, k)
}

## The `k` greatest elements along an axis, the greatest first, and their positions; with
## `largest=false` the least ones.
##
## >>> topk([3, 9, 4, 7], 2)
## (array([9, 7]), array([1, 3]))
fn topk(x, k, axis=-1, largest=true) {
    x = asarray(x)
    p = _first(x, axis, largest, k)
    (take_along_axis(x, p, axis=axis), p)
}

## The positions that sort by several keys of equal shape, the last key first.
##
## >>> lexsort(([1, 0, 1], [5, 5, 4]))
## [2 1 0]
fn lexsort(keys, axis=-1) {
    p = argsort(keys[0], axis=axis)
    for key in keys[1:] {
        assert asarray(key).shape == p.shape, "the keys of a sort have one shape"
        p = take_along_axis(p, argsort(take_along_axis(asarray(key), p, axis=axis), axis=axis), axis=axis)
    }
    p
}

# --- Positions ---

## The positions of the elements that are not zero in the flattened array.
##
## >>> flatnonzero([[0, 3], [5, 0]])
## [1 2]
fn flatnonzero(x) = nonzero(ravel(asarray(x)))[0]

## The positions of the elements that are not zero, one row each.
##
## >>> argwhere([[0, 3], [5, 0]])
## [[0 1]
##  [1 0]]
fn argwhere(x) {
    x = asarray(x)
    if x.ndim == 0 { return zeros((sum(ravel(x) != 0), 0), dtype=int64) }
    stack(nonzero(x), axis=1)
}

## The elements where a condition of the same size is not zero, in order.
##
## >>> extract([true, false, true], [1, 2, 3])
## [1 3]
fn extract(condition, x) = ravel(asarray(x))[ravel(astype(asarray(condition), bool))]

fn _compress(condition, x, axis=none) {
    x = asarray(x)
    if axis == none { return _compress(condition, ravel(x), 0) }
    chosen = ravel(asarray(condition))
    if axis == 0 and x.ndim > 0 and chosen.size == x.shape[0] { return x[astype(chosen, bool)] }
    take(x, flatnonzero(chosen), axis=axis)
}

## The array with values, repeated as needed, at positions of the flattened array. `mode` says what
## positions outside mean: raise (an error), wrap (counted round), clip (the nearest).
##
## >>> put([1, 2, 3], [0, 2], [7, 8])
## [7 2 8]
fn put(x, indices, values, mode="raise") {
    x = asarray(x)
    i = _inside(ravel(asarray(indices)), x.size, mode)
    v = ravel(asarray(values))
    flat = ravel(x)
    if i.size > 0 { flat[i] = v[iota(i.size) % v.size] }
    reshape(flat, x.shape)
}

## The array without the positions along an axis (none: of the flattened array).
##
## >>> delete([1, 2, 3, 4], [1, -1])
## [1 3]
fn delete(x, indices, axis=none) {
    x = asarray(x)
    if axis == none { return delete(ravel(x), indices, axis=0) }
    n = x.shape[axis]
    i = ravel(asarray(indices))
    if i.dtype != bool { assert all((i >= -n) & (i < n)), "a position to delete is outside the axis" }
    if i.size == 1 and isdtype(i.dtype, "integral") {
        y = moveaxis(x, axis, 0)
        p = int(i[0]) % n
        return moveaxis(concat((y[:p], y[p + 1:])), 0, axis)
    }
    keep = ones(n, dtype=bool)
    keep[i] = false
    compress(keep, x, axis=axis)
}

## Positions along an axis of size `n` brought into it by a mode; those of raise stay as they are.
fn _inside(i, n, mode) {
    assert mode in ("raise", "wrap", "clip"), "the modes are raise, wrap and clip"
    if mode == "wrap" { i % n } else if mode == "clip" { clip(i, 0, n - 1) } else { i }
}

## The flat positions of index vectors, one per dimension of a shape. `mode`, or one of a tuple for each
## dimension, says what positions outside mean: raise (an error), wrap (counted round), clip (the nearest).
##
## >>> ravel_multi_index(([1, 0], [2, 1]), (2, 3))
## [5 1]
fn ravel_multi_index(indices, shape, mode="raise") {
    flat = 0
    modes = if _is_tuple(mode) { mode } else { (mode,) * len(shape) }
    for i, n, m in zip(indices, shape, modes) {
        i = _inside(asarray(i), n, m)
        assert all((i >= 0) & (i < n)), "a position is outside the shape"
        flat = flat * n + i
    }
    flat
}

## Flat positions as one index vector per dimension of a shape.
##
## >>> unravel_index([5, 1], (2, 3))
## (array([1, 0]), array([2, 1]))
fn unravel_index(indices, shape) {
    rest = asarray(indices)
    assert rest.size == 0 or isdtype(rest.dtype, "integral"), "positions are whole numbers"
    assert all((rest >= 0) & (rest < prod(asarray(shape)))), "a position is outside the shape"
    out = ()
    for n in shape[::-1] {
        out = (rest % n, *out)
        rest = rest // n
    }
    out
}

## Each position as often as a vector of counts says.
fn _repetitions(counts) {
    assert all(counts >= 0), "a repetition cannot be negative"
    ends = cumulative_sum(astype(counts, int64))
    n = if ends.size == 0 { 0 } else { int(ends[-1]) }
    # A position is how many elements ended before it.
    cumulative_sum(bincount(ends[:-1], minlength=n + 1)[:n])
}

# --- Sets ---

## Where the elements of a sorted vector begin a run of equal ones.
fn _begins(s) = concat([ones(s.size, dtype=bool)[:1], s[1:] != s[:-1]])

## The different elements, sorted; every NaN is different from the others.
##
## >>> unique_values([3, 1, 3])
## [1 3]
fn unique_values(x) {
    s = _in_order(ravel(asarray(x)))
    s[_begins(s)]
}

## The different elements, sorted, and how often each occurs.
##
## >>> unique_counts([3, 1, 3])
## (array([1, 3]), array([1, 2]))
fn unique_counts(x) {
    s = _in_order(ravel(asarray(x)))
    at = flatnonzero(_begins(s))
    (s[at], _lengths(at, s.size))
}

fn _lengths(at, n) = concat([at[1:], full(at.size, n)[:1]]) - at

## The different elements, sorted, and for each element of the array the position of its value
## among them.
##
## >>> unique_inverse([3, 1, 3])
## (array([1, 3]), array([1, 0, 1]))
fn unique_inverse(x) {
    values, _, inverse, _ = unique_all(x)
    (values, inverse)
}

## The different elements, sorted; where each occurs first in the flattened array; for each
## element of the array the position of its value; how often each occurs.
##
## >>> unique_all([3, 1, 3])
## (array([1, 3]), array([1, 0]), array([1, 0, 1]), array([1, 2]))
fn unique_all(x) {
    x = asarray(x)
    flat = ravel(x)
    p = _order(flat)
    s = flat[p]
    begins = _begins(s)
    at = flatnonzero(begins)
    inverse = zeros(s.size, dtype=int64)
    inverse[p] = cumulative_sum(begins) - 1
    (s[at], p[at], reshape(inverse, x.shape), _lengths(at, s.size))
}

## NumPy's unique: the different elements, sorted, NaN once; with more results asked for a tuple
## of them in NumPy's order. Along an axis: the different slices, in lexicographic order.
##
## >>> unique([3, 1, 3], return_counts=true)
## (array([1, 3]), array([1, 2]))
fn unique(x, return_index=false, return_inverse=false, return_counts=false, axis=none, equal_nan=true) {
    x = asarray(x)
    by_slices = axis != none
    rows = if by_slices { moveaxis(x, axis, 0) } else { ravel(x) }
    p = none
    if by_slices { p = _order_of_rows(reshape(rows, (rows.shape[0], prod(rows.shape[1:])))) }
    else if return_index or return_inverse { p = _order(rows) }
    s = if p == none { _in_order(rows) } else { rows[p] }
    flat = if by_slices { reshape(s, (s.shape[0], prod(s.shape[1:]))) } else { s }
    differ = if by_slices { any(flat[1:] != flat[:-1], axis=1) } else { flat[1:] != flat[:-1] }
    if equal_nan and not by_slices { differ = differ & ~(isnan(s[1:]) & isnan(s[:-1])) }
    begins = concat([ones(s.shape[0], dtype=bool)[:1], differ])
    if not (return_index or return_inverse or return_counts) {
        return if by_slices { moveaxis(s[begins], 0, axis) } else { s[begins] }
    }
    at = flatnonzero(begins)
    out = (if by_slices { moveaxis(s[at], 0, axis) } else { s[at] },)
    if return_index { out = (*out, p[at]) }
    if return_inverse {
        inverse = zeros(s.shape[0], dtype=int64)
        inverse[p] = cumulative_sum(begins) - 1
        out = (*out, if by_slices { inverse } else { reshape(inverse, x.shape) })
    }
    if return_counts { out = (*out, _lengths(at, s.shape[0])) }
    out
}

## Complex numbers in the order of their real parts, those with equal ones in that of the imaginary
## parts, those of which a part is NaN last; other numbers become complex ones.
##
## Dtypes: complex64 of it and of integers of at most 16 bits, complex128 of the others and of bool.
##
## >>> sort_complex([2 + 1j, 1 + 3j, 2 - 1j])
## [1.+3.j 2.-1.j 2.+1.j]
fn sort_complex(x) {
    x = asarray(x)
    x = if x.dtype in (bool, float32) { astype(x, float64) } else { _floating(x) }
    z = if iscomplexobj(x) { x } else { complex(atleast_1d(x), 0.0) }
    take_along_axis(z, _order(z), axis=-1)
}

# The positions that sort a vector, or lines along the last axis; complex numbers by their real parts,
# then the imaginary ones, those that are not numbers last.
fn _order(x) = if iscomplexobj(x) { lexsort((imag(x), real(x), isnan(x))) } else { argsort(x) }

fn _in_order(x) = if iscomplexobj(x) { x[_order(x)] } else { sort(x) }

## The positions that put the rows of a matrix in lexicographic order.
fn _order_of_rows(rows) {
    if rows.shape[1] == 0 { return iota(rows.shape[0]) }
    lexsort(unstack(rows[:, ::-1], axis=1))
}

## For each element of the first array whether it occurs in the second, or with `invert` whether it
## does not. `assume_unique` changes nothing.
##
## >>> isin([1, 2, 3], [3, 1])
## [ True False  True]
fn isin(x1, x2, assume_unique=false, invert=false) {
    x1 = asarray(x1)
    x2 = asarray(x2)
    if iscomplexobj(x1) or iscomplexobj(x2) {
        _, number = unique(concat([ravel(x1), ravel(x2)]), return_inverse=true, equal_nan=false)
        return isin(reshape(number[:x1.size], x1.shape), number[x1.size:], invert=invert)
    }
    found = zeros(x1.shape, dtype=bool)
    if x2.size <= 16 { for v in ravel(x2) { found = found | (x1 == v) } }
    else {
        s = sort(x2, axis=none)
        at = searchsorted(s, x1)
        found = s[minimum(at, s.size - 1)] == x1
    }
    if invert { ~found } else { found }
}

## The different elements of both arrays, sorted.
##
## >>> union1d([3, 1], [1, 2])
## [1 2 3]
fn union1d(a, b) = unique(concat([ravel(asarray(a)), ravel(asarray(b))]))

## The different elements that occur in both arrays, sorted; with `return_indices` a tuple of them and
## the positions where they occur first in each array. `assume_unique` says that no array has
## equal elements.
##
## >>> intersect1d([3, 1, 1], [1, 2, 3])
## [1 3]
fn intersect1d(a, b, assume_unique=false, return_indices=false) {
    if return_indices {
        u, i = unique(a, return_index=true)
        v, j = unique(b, return_index=true)
        both = isin(u, v)
        return (astype(u[both], result_type(u, v)), i[both], j[isin(v, u)])
    }
    u = unique(a)
    astype(u[isin(u, b)], result_type(u, asarray(b)))
}

## The different elements of the first array that do not occur in the second, sorted; with
## `assume_unique` in the order of the first array.
##
## >>> setdiff1d([3, 1, 2], [1])
## [2 3]
fn setdiff1d(a, b, assume_unique=false) {
    u = if assume_unique { ravel(asarray(a)) } else { unique(a) }
    u[isin(u, b, invert=true)]
}

## The different elements that occur in exactly one of the arrays, sorted. `assume_unique` changes
## nothing.
##
## >>> setxor1d([3, 1, 2], [1, 4])
## [2 3 4]
fn setxor1d(a, b, assume_unique=false) {
    s = _in_order(concat([unique(a), unique(b)]))
    end = ones(1, dtype=bool)
    differ = concat([end, s[1:] != s[:-1], end])
    if s.size == 0 { s } else { s[differ[1:] & differ[:-1]] }
}

# --- Counting ---

## How often each of 0, 1, ... occurs; with weights the sums of the weights.
##
## >>> bincount([1, 2, 2])
## [0 1 2]
fn bincount(x, weights=none, minlength=0) {
    x = asarray(x)
    if x.dtype == bool { x = astype(x, int64) }
    assert x.ndim == 1, "bincount counts the numbers of a vector"
    assert minlength >= 0, "minlength is at least 0"
    assert weights == none or asarray(weights).size == x.size, "bincount needs a weight for each number"
    if weights == none and x.size >= 100000 {
        counts = _small_counts(x)
        if sum(counts) == x.size {
            n = maximum(int(max(where(counts != 0, iota(counts.size), 0))) + 1, minlength)
            return concat((counts, zeros(maximum(n - counts.size, 0), dtype=int64)))[:n]
        }
    }
    n = minlength
    if x.size > 0 {
        least = min(x)
        most = max(x)
        assert least >= 0, "bincount counts numbers that are not negative"
        n = maximum(int(most) + 1, minlength)
    }
    if weights == none { return scatter_add(zeros(n, dtype=int64), x, 1) }
    scatter_add(zeros(n), x, astype(asarray(weights), float64))
}

# How often each of 0, 1, ... occurs among many whole numbers, up to twice what a few of them are; others
# are not counted, and none if these few are large.
fn _small_counts(x) {
    if not isdtype(x.dtype, "integral") { return zeros(0, dtype=int64) }
    middle = x.size // 2
    # Pieces and no strides: of a file these are small boxes.
    few = concat((x[:250], x[middle:middle + 250], x[-250:]))
    most = int(max(few))
    if most >= 8192 { return zeros(0, dtype=int64) }
    bins = 64
    while bins < 2 * most { bins = bins * 2 }
    # One bin more, in which its right edge is counted too.
    edges = astype(iota(bins + 2), if x.dtype in (int8, uint8) { int64 } else { x.dtype })
    sum(_counts(edges, x), axis=0)[:-1]
}

## For each element the number of the bin it lies in: bin i runs from `bins[i-1]` to below
## `bins[i]`, or with `right` from above the one up to the other. Bins may also fall.
##
## >>> digitize([0.5, 1.5, 9.0], [0.0, 1.0, 2.0])
## [1 2 3]
fn digitize(x, bins, right=false) {
    bins = asarray(bins)
    assert all(bins[1:] >= bins[:-1]) or all(bins[1:] <= bins[:-1]), "the edges of bins rise or fall"
    if bins.size > 1 and bins[0] > bins[-1] {
        return bins.size - searchsorted(bins[::-1], x, side=if right { "left" } else { "right" })
    }
    searchsorted(bins, x, side=if right { "left" } else { "right" })
}

## The edges of equally wide bins over a range (the least to the greatest element). `bins` is their
## number, or a rule for it (NumPy's): auto, fd, scott, doane, rice, sturges, sqrt or stone.
##
## >>> histogram_bin_edges([0.0, 4.0], bins=4)
## [0. 1. 2. 3. 4.]
fn histogram_bin_edges(x, bins=10, range=none) {
    rule = bins
    named = bins in _BIN_RULES()
    bins = asarray(if named { 1 } else { bins })
    if bins.ndim > 0 {
        assert all(bins[1:] >= bins[:-1]), "the edges of bins rise"
        return bins
    }
    assert isdtype(bins.dtype, "integral"), "the number of bins is a whole number"
    x = asarray(x)
    limits = if range != none { range } else if x.size == 0 { (0.0, 1.0) } else { (min(x), max(x)) }
    low = float(limits[0])
    high = float(limits[1])
    assert isfinite(low) and isfinite(high), "the range of the bins is not finite"
    assert low <= high, "the range of the bins goes from the least to the greatest value"
    if low == high {
        low = low - 0.5
        high = high + 0.5
    }
    number = if named { _number_of_bins(x, low, high, rule, range != none) } else { int(bins) }
    assert number >= 1, "a histogram has at least one bin"
    if x.dtype == float32 and range == none and x.size > 0 { return _narrow_edges(float32(low), float32(high), number) }
    linspace(low, high, number + 1, dtype=if x.dtype == float32 { float32 } else { float64 })
}

# Edges between the least and the greatest of float32 elements, in float32 throughout.
fn _narrow_edges(low, high, n) {
    step = (high - low) / float32(n)
    edges = astype(iota(n + 1), float32)
    edges = if step == 0 { edges / float32(n) * (high - low) } else { edges * step }
    edges = edges + low
    edges[n] = high
    edges
}

fn _BIN_RULES() = ("auto", "fd", "scott", "doane", "rice", "sturges", "sqrt", "stone")

## How many bins from `low` to `high` a rule gives for the elements there.
fn _number_of_bins(x, low, high, rule, within) {
    x = ravel(x)
    if within { x = persist(x[(x >= low) & (x <= high)]) }
    if x.size == 0 { return 1 }
    width = _bin_width(x, float(max(x)) - float(min(x)), low, high, rule)
    if isdtype(x.dtype, "integral") and width > 0 and width < 1 { width = 1.0 }
    if width > 0 { int(ceil((high - low) / width)) } else { 1 }
}

## The width of bins by a rule, for elements that lie over a distance `extent`; 0 where it gives none.
fn _bin_width(x, extent, low, high, rule) {
    n = x.size
    if rule == "sqrt" { return extent / sqrt(float(n)) }
    if rule == "sturges" { return extent / (log2(float(n)) + 1) }
    if rule == "rice" { return extent / (2 * float(n) ** (1 / 3)) }
    if rule == "scott" { return (24 * sqrt(pi) / n) ** (1 / 3) * float(std(x)) }
    if rule == "fd" {
        q = percentile(x, [75, 25])
        return 2 * float(q[0] - q[1]) * float(n) ** (-1 / 3)
    }
    if rule == "doane" {
        sigma = float(std(x))
        if n <= 2 or sigma == 0 { return 0.0 }
        skewness = float(mean(((x - mean(x)) / sigma) ** 3))
        spread = sqrt(6 * (n - 2) / ((n + 1.0) * (n + 3)))
        return extent / (1 + log2(float(n)) + log2(1 + abs(skewness) / spread))
    }
    if rule == "stone" { return _stone_width(x, extent, low, high) }
    # auto: Freedman and Diaconis, but no more bins than twice the root of the number.
    fd = _bin_width(x, extent, low, high, "fd")
    minimum(maximum(fd, extent / sqrt(float(n)) / 2), _bin_width(x, extent, low, high, "sturges"))
}

## Stone's rule: of 1 to 100 bins (or the root of the number of elements) those with the least
## estimated error.
fn _stone_width(x, extent, low, high) {
    n = x.size
    if n <= 1 or extent == 0 { return 0.0 }
    best = inf
    chosen = 1
    for number in range(1, maximum(100, int(sqrt(float(n)))) + 1) {
        share = sum(_counts(linspace(low, high, number + 1), x), axis=0) / n
        error = float((2 - (n + 1) * sum(share * share)) * number / extent)
        if error < best {
            best = error
            chosen = number
        }
    }
    extent / chosen
}

## How many elements lie in each bin (the last one with its right edge), and the edges. `bins` is
## a number of equally wide bins, a rule for it (see histogram_bin_edges) or a vector of edges; `weights` are summed instead of counted;
## `density` divides by the total and the widths.
##
## >>> histogram([1.0, 2.0, 1.5], bins=[0.0, 1.5, 3.0])
## (array([1, 2]), array([0. , 1.5, 3. ]))
fn histogram(x, bins=10, range=none, density=false, weights=none) {
    x = ravel(asarray(x))
    edges = histogram_bin_edges(x, bins=bins, range=range)
    counts = _histogram(x, edges, weights)
    if density { counts = counts / (sum(counts) * (edges[1:] - edges[:-1])) }
    (counts, edges)
}

fn _bin(x, edges) {
    n = edges.size - 1
    where(x == edges[-1], n - 1, searchsorted(edges, x, side="right") - 1)
}

fn _histogram(x, edges, weights) {
    n = edges.size - 1
    if weights == none { return sum(_counts(edges, x), axis=0) }
    # Elements outside go to one bin more, which is dropped.
    b = where((x >= edges[0]) & (x <= edges[-1]), _bin(x, edges), n)
    w = ravel(asarray(weights))
    scatter_add(zeros(n + 1, dtype=result_type(w.dtype, int64)), b, w)[:-1]
}

## Whether a value is a tuple or an array of at least one dimension.
fn _is_sequence(x) = asarray(x).ndim > 0

## The histogram of points, the rows of a matrix or a tuple of their coordinates, over a grid: counts,
## and a tuple of the edges.
##
## >>> histogramdd([[0.0, 0.0], [1.0, 1.0]], bins=2)[0]
## [[1. 0.]
##  [0. 1.]]
fn histogramdd(sample, bins=10, range=none, density=false, weights=none) {
    sample = if _is_tuple(sample) { stack(sample, axis=1) } else { asarray(sample) }
    if sample.ndim == 1 { sample = sample[:, newaxis] }
    columns = unstack(sample, axis=1)
    edges = ()
    for i, v in enumerate(columns) {
        own = if _is_sequence(bins) { bins[i] } else { bins }
        edges = (*edges, histogram_bin_edges(v, bins=own, range=if range == none { none } else { range[i] }))
    }
    at = zeros(sample.shape[0], dtype=int64)
    inside = ones(sample.shape[0], dtype=bool)
    shape = ()
    for e, v in zip(edges, columns) {
        inside = inside & (v >= e[0]) & (v <= e[-1])
        at = at * (e.size - 1) + _bin(v, e)
        shape = (*shape, e.size - 1)
    }
    n = prod(shape)
    w = if weights == none { 1.0 } else { astype(asarray(weights), float64) }
    counts = reshape(scatter_add(zeros(n + 1), where(inside, at, n), w)[:-1], shape)
    if density {
        counts = counts / sum(counts)
        for i, e in enumerate(edges) {
            counts = counts / reshape(e[1:] - e[:-1], (-1, *((1,) * (len(edges) - 1 - i))))
        }
    }
    (counts, edges)
}

## The histogram of points given by their coordinates, over a grid: counts, and the edges along both
## axes. `bins` is a number or a vector of edges for both axes, or a pair of one for each.
##
## >>> histogram2d([0.0, 1.0], [0.0, 1.0], bins=2)[0]
## [[1. 0.]
##  [0. 1.]]
fn histogram2d(x, y, bins=10, range=none, density=false, weights=none) {
    own = if ndim(bins) == 0 or len(bins) == 2 { bins } else { (bins, bins) }
    sample = stack((ravel(asarray(x)), ravel(asarray(y))), axis=1)
    counts, edges = histogramdd(sample, bins=own, range=range, density=density, weights=weights)
    (counts, edges[0], edges[1])
}

# --- Order statistics ---

## The number below which a share `q` of the elements lies, 0 <= q <= 1, over an axis, several, or
## all; `q` may be an array, whose dimensions come first. `method` is one of NumPy's: linear,
## lower, higher, nearest, midpoint, hazen, weibull, median_unbiased, normal_unbiased,
## interpolated_inverted_cdf, inverted_cdf, averaged_inverted_cdf, closest_observation. NaN if an
## element is. With `weights` (method inverted_cdf only), of the shape of the array or a vector
## along the axis, each element counts so often.
##
## Dtypes: float64 of whole numbers, or their own by the methods that pick an element (lower, higher,
## nearest, inverted_cdf, closest_observation); that of floats.
##
## >>> quantile([1.0, 2.0, 4.0], 0.25)
## 1.5
## >>> quantile([1.0, 2.0, 4.0], 0.5, weights=[1, 1, 3], method="inverted_cdf")
## 4.0
fn quantile(x, q, axis=none, method="linear", keepdims=false, weights=none) {
    x = asarray(x)
    given = x.dtype
    if not isdtype(x.dtype, "real floating") { x = astype(x, float64) }
    q = _shares(q)
    merged = _merged(x, axis)
    n = merged.shape[0]
    assert n > 0, "the quantile of no elements does not exist"
    r, last = if weights == none { _order_statistic(merged, q, n, method, false) } else { _weighted_statistic(merged, q, _weights(weights, x, axis), method) }
    last = broadcast_to(last, r.shape)
    r = where(isnan(last), last, r)
    if method in _PICKING() and isdtype(given, ("integral", "bool")) { r = astype(r, given) }
    _kept(r, x, axis, q.ndim, keepdims)
}

## The methods that pick an element.
fn _PICKING() = ("lower", "higher", "nearest", "inverted_cdf", "closest_observation")

## Shares as floats, which must be such.
fn _shares(q) {
    q = astype(asarray(q), float64)
    assert all((q >= 0) & (q <= 1)), "a share lies between 0 and 1 (a percentage between 0 and 100)"
    q
}

## Weights of the elements of an array in the order of its merged axes.
fn _weights(weights, x, axis) {
    w = asarray(weights)
    if w.ndim == 1 and x.ndim > 1 {
        assert axis != none and ndim(axis) == 0, "weights along an axis need the axis"
        w = _along(w, x.ndim, axis)
    }
    assert all(w >= 0), "a weight cannot be negative"
    _merged(broadcast_to(astype(w, float64), x.shape), axis)
}

fn _weighted_statistic(x, q, w, method) {
    assert method == "inverted_cdf", "weights need the method inverted_cdf"
    p = argsort(x, axis=0)
    total = cumulative_sum(take_along_axis(w, p, axis=0), axis=0)
    total = total / total[-1]
    # Elements of no weight at the beginning are no quantile, also for the share 0.
    total = where(total == 0, -1.0, total)
    shares = reshape(q, (*q.shape, *((1,) * x.ndim)))
    i = minimum(sum(astype(total < shares, int64), axis=q.ndim), x.shape[0] - 1)
    s = sort(x, axis=0)
    (reshape(take_along_axis(s, reshape(i, (q.size, *s.shape[1:])), axis=0), i.shape), s[-1])
}

## The axes to be reduced merged into one, which comes first.
fn _merged(x, axis) {
    if axis == none { return ravel(x) }
    axes = _axes(x, axis)
    rest = [a for a in range(x.ndim) if not (a in axes)]
    moved = permute_dims(x, (*axes, *_tuple(rest)))
    count = 1
    for a in axes { count = count * x.shape[a] }
    reshape(moved, (count, *moved.shape[len(axes):]))
}

# The same of floats; of no elements one that is NaN.
fn _float_lines(x, axis) {
    if not isdtype(x.dtype, "real floating") { x = astype(x, float64) }
    lines = _merged(x, axis)
    if lines.shape[0] == 0 { full((1, *lines.shape[1:]), nan, dtype=lines.dtype) } else { lines }
}

## Axes as a tuple of numbers counted from the front.
fn _axes(x, axis) {
    if asarray(axis).ndim == 0 { return (_axis(x, axis),) }
    out = ()
    for a in axis { out = (*out, _axis(x, a)) }
    out
}

fn _axis(x, axis) {
    assert axis >= -x.ndim and axis < x.ndim, f"axis {axis} is out of range: the array has {x.ndim}"
    int(axis % x.ndim)
}

fn _tuple(v) {
    out = ()
    for i in range(v.shape[0]) { out = (*out, int(v[i])) }
    out
}

## A reduced result, with `extra` new dimensions first, with the reduced axes of size 1 back if
## wanted.
fn _kept(r, x, axis, extra, keepdims) {
    if not keepdims { return r }
    axes = if axis == none { _tuple(iota(x.ndim)) } else { _axes(x, axis) }
    shape = r.shape[:extra]
    for a in range(x.ndim) { shape = (*shape, if a in axes { 1 } else { x.shape[a] }) }
    reshape(r, shape)
}

## What lies at shares of lines along the first axis, and the last element of each in order: `n` elements
## of each count, the same number or (`per_line`) one of its own for each line.
fn _order_statistic(x, q, n, method, per_line) {
    v = _virtual_index(reshape(q, (*q.shape, *((1,) * (x.ndim - 1)))), n, method)
    low = floor(v)
    t = _share_of_next(v - low, low, method)
    # Before the first and after the last element there is nothing to interpolate with.
    t = where((v < 0) | (v >= n - 1), 0.0, t)
    i = astype(clip(low, 0, n - 1), int64)
    a, b, last = _about(x, i, minimum(i + 1, n - 1), q, per_line)
    t = astype(t, x.dtype)
    # Between equal neighbours, infinite ones too, there is nothing to interpolate.
    d = where(a == b, 0.0, b - a)
    (where(t == 0, a, where(t == 1, b, where(t >= 0.5, b - d * (1 - t), a + d * t))), last)
}

## What lies at the ranks `i` and `j` for the shares `q`, and the last element in order.
fn _about(x, i, j, q, per_line) {
    rest = if per_line { x.shape[1:] } else { () }
    count = q.size
    last = full((1, *rest), x.shape[0] - 1)
    s = _ranked(x, concat([reshape(i, (count, *rest)), reshape(j, (count, *rest)), last]), 0)
    shape = (*q.shape, *x.shape[1:])
    (reshape(s[:count], shape), reshape(s[count:-1], shape), s[-1])
}

## The place of a share among `n` elements, counted from 0.
fn _virtual_index(q, n, method) {
    if method in ("interpolated_inverted_cdf", "inverted_cdf", "averaged_inverted_cdf") { return n * q - 1 }
    if method == "closest_observation" { return n * q - 1.5 }
    if method in ("linear", "lower", "higher", "nearest", "midpoint") { return (n - 1) * q }
    a = if method == "hazen" { 0.5 } else if method == "weibull" { 0.0 } else if method == "median_unbiased" { 1 / 3 } else { 0.375 }
    assert method in ("hazen", "weibull", "median_unbiased", "normal_unbiased"), f"there is no quantile method {method}"
    n * q + (a + q * (1 - 2 * a)) - 1
}

## How much the next element counts at a place that is `t` beyond the element `low`.
fn _share_of_next(t, low, method) {
    if method == "lower" { 0 * t }
    else if method in ("higher", "inverted_cdf") { where(t > 0, 1.0, 0.0) }
    else if method == "nearest" { where((t < 0.5) | ((t == 0.5) & (low % 2 == 0)), 0.0, 1.0) }
    else if method == "midpoint" { where(t > 0, 0.5, 0.0) }
    else if method == "averaged_inverted_cdf" { where(t > 0, 1.0, 0.5) }
    else if method == "closest_observation" { where((t == 0) & (low % 2 == 1), 0.0, 1.0) }
    else { t }
}

## The number below which `q` percent of the elements lie; see `quantile`.
##
## >>> percentile([1.0, 2.0, 4.0], 50)
## 2.0
fn percentile(x, q, axis=none, method="linear", keepdims=false, weights=none) {
    quantile(x, asarray(q) / 100, axis=axis, method=method, keepdims=keepdims, weights=weights)
}

## The middle element in sorted order, or the mean of the two middle ones, over an axis, several,
## or all; NaN if an element is, and of no elements.
##
## >>> median([3, 1, 2, 5])
## 2.5
fn median(x, axis=none, keepdims=false) {
    x = asarray(x)
    lines = _float_lines(x, axis)
    n = lines.shape[0]
    s = _ranked(lines, [(n - 1) // 2, n // 2, n - 1], 0)
    m = if n % 2 == 1 { s[0] } else { mean(s[:2], axis=0) }
    _kept(where(isnan(s[-1]), s[-1], m), x, axis, 0, keepdims)
}

## The quantile of the elements that are not NaN; see `quantile`.
##
## >>> nanquantile([1.0, nan, 3.0], 0.5)
## 2.0
fn nanquantile(x, q, axis=none, method="linear", keepdims=false) {
    x = asarray(x)
    if method in _PICKING() and isdtype(x.dtype, ("integral", "bool")) { return quantile(x, q, axis, method, keepdims) }
    q = _shares(q)
    lines = _float_lines(x, axis)
    n = maximum(sum(~isnan(lines), axis=0), 1)
    _kept(_order_statistic(lines, q, n, method, true)[0], x, axis, q.ndim, keepdims)
}

## The percentile of the elements that are not NaN; see `quantile`.
##
## >>> nanpercentile([1.0, nan, 3.0], 50)
## 2.0
fn nanpercentile(x, q, axis=none, method="linear", keepdims=false) {
    nanquantile(x, asarray(q) / 100, axis=axis, method=method, keepdims=keepdims)
}

## The median of the elements that are not NaN.
##
## >>> nanmedian([1.0, nan, 3.0])
## 2.0
fn nanmedian(x, axis=none, keepdims=false) {
    x = asarray(x)
    lines = _float_lines(x, axis)
    n = maximum(sum(~isnan(lines), axis=0), 1)
    m = mean(_ranked(lines, stack(((n - 1) // 2, n // 2)), 0), axis=0)
    _kept(m, x, axis, 0, keepdims)
}

## The value at x of the piecewise linear function through the points (xp, fp), xp rising; outside
## them `left` and `right` (the first and last of fp). With a `period` the function repeats, and the
## points may have any order.
##
## >>> interp([0.5, 9.0], [0.0, 1.0, 2.0], [0.0, 10.0, 15.0])
## [ 5. 15.]
## >>> interp([365.0, -45.0], [-180.0, 0.0, 90.0], [0.0, 1.0, 2.0], period=360.0)
## [1.05555556 0.75      ]
fn interp(x, xp, fp, left=none, right=none, period=none) {
    if period != none {
        assert period != 0, "a period is not 0"
        xp = asarray(xp) % abs(period)
        order = argsort(xp)
        xp = xp[order]
        fp = asarray(fp)[order]
        xp = concat((xp[-1:] - abs(period), xp, xp[:1] + abs(period)))
        return interp(asarray(x) % abs(period), xp, concat((fp[-1:], fp, fp[:1])))
    }
    x = astype(asarray(x), float64)
    xp = astype(asarray(xp), float64)
    fp = asarray(fp)
    fp = astype(fp, result_type(fp, float64))
    assert xp.size == fp.size and xp.size > 0, "interp needs as many values as points, at least one"
    low = if left == none { fp[0] } else { left }
    high = if right == none { fp[-1] } else { right }
    n = xp.size
    if n == 1 { return where(x < xp[0], low, where(x > xp[0], high, where(isnan(x), nan, fp[0]))) }
    i = clip(searchsorted(xp, x, side="right") - 1, 0, n - 2)
    x0, x1 = xp[i], xp[i + 1]
    f0, f1 = fp[i], fp[i + 1]
    slope = (f1 - f0) / (x1 - x0)
    r = slope * (x - x0) + f0
    # A value at a point is the value there, and beside one that is not finite the other way is tried.
    r = where(isnan(r), slope * (x - x1) + f1, r)
    r = where(isnan(r) & (f0 == f1), f0, r)
    r = where(x == x0, f0, where(x == x1, f1, r))
    where(x < xp[0], low, where(x > xp[-1], high, where(isnan(x), nan, r)))
}
