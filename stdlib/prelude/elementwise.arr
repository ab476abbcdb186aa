
# --- Elementwise: functions of real numbers ---

## The absolute value in floating point; abs keeps integers.
##
## >>> fabs([-1, 2])
## [1. 2.]
fn fabs(x) = abs(_floating(x))

## In the float dtype that functions of real numbers compute in.
fn _floating(x) = astype(asarray(x), sqrt(x).dtype)

## The float dtype that functions of two real numbers compute in.
fn _joint_float(a, b) = asarray(hypot(a, b)).dtype

## log2(2 ** a + 2 ** b), without overflow on the way.
##
## >>> logaddexp2(3.0, 3.0)
## 4.0
fn logaddexp2(a, b) {
    dtype = _joint_float(a, b)
    a = astype(asarray(a), dtype)
    b = astype(asarray(b), dtype)
    d = where(a == b, 0, abs(a - b))
    maximum(a, b) + log1p(exp2(-d)) * 1.4426950408889634
}

## The power, computed in float64 at least.
##
## >>> float_power([1, 2], -1)
## [1.  0.5]
fn float_power(a, b) {
    dtype = result_type(result_type(a, b), float64)
    astype(asarray(a), dtype) ** astype(asarray(b), dtype)
}

## The nearest whole number, as a float; of two equally near ones the even one.
##
## >>> rint([0.5, 1.5, -2.7])
## [ 0.  2. -3.]
fn rint(x) = round(_floating(x))

## The fraction and the whole part of numbers, both with their sign, as a tuple.
##
## >>> modf([1.5, -2.25])
## (array([ 0.5 , -0.25]), array([ 1., -2.]))
fn modf(x) {
    x = _floating(x)
    whole = trunc(x)
    (copysign(where(isinf(x), 0, x - whole), x), whole)
}

## Whether a number is positive infinity.
##
## >>> isposinf([inf, -inf, 1.0])
## [ True False False]
fn isposinf(x) = isinf(x) & (asarray(x) > 0)

## Whether a number is negative infinity.
##
## >>> isneginf([inf, -inf, 1.0])
## [False  True False]
fn isneginf(x) = isinf(x) & (asarray(x) < 0)

## How many bits of the absolute value of an integer are 1.
##
## >>> bitwise_count([7, -8, 0])
## [3 1 0]
fn bitwise_count(x) {
    x = asarray(x)
    if x.dtype == bool { return astype(x, uint8) }
    assert isdtype(x.dtype, "integral"), "bitwise_count takes integers"
    rest = astype(abs(x), uint64)
    # The least number has no absolute value; its only bit counts.
    least = abs(x) < 0
    n = zeros(x.shape, dtype=uint8)
    for k in range(int(iinfo(x.dtype).bits)) {
        n = n + astype(rest & 1, uint8)
        rest = rest >> 1
    }
    where(least, ones((), dtype=uint8), n)
}

## The distance to the next representable number away from zero, with the sign of the number.
##
## >>> spacing(1.0)
## 2.220446049250313e-16
fn spacing(x) {
    x = _floating(x)
    gap = nextafter(abs(x), inf) - abs(x)
    where(x < 0, -gap, gap)
}

## x * 2 ** n, without overflow on the way.
##
## >>> ldexp(0.75, 4)
## 12.0
fn ldexp(x, n) {
    x = _floating(x)
    low, high = if x.dtype == float32 { (-125, 127) } else { (-1021, 1023) }
    assert isdtype(asarray(n).dtype, ("integral", "bool")), "the exponents of ldexp are whole numbers"
    n = clip(astype(asarray(n), int64), 3 * low, 3 * high)
    for k in range(3) {
        part = clip(n, low, high)
        x = x * exp2(astype(part, x.dtype))
        n = n - part
    }
    x
}

## Mantissa and exponent as a tuple: x is mantissa * 2 ** exponent, the mantissa in [0.5, 1) but for
## the sign.
##
## >>> frexp(12.0)
## (0.75, 4)
fn frexp(x) {
    x = _floating(x)
    plain = isfinite(x) & (x != 0)
    n = where(plain, astype(floor(log2(abs(where(plain, x, 1)))), int64) + 1, 0)
    m = ldexp(x, -n)
    up = plain & (abs(m) >= 1)
    down = plain & (abs(m) < 0.5)
    m = where(up, m / 2, where(down, m * 2, m))
    (m, astype(n + astype(up, int64) - astype(down, int64), int32))
}

## The modified Bessel function of the first kind and order 0.
##
## >>> i0(0.0)
## 1.0
fn i0(x) {
    x = asarray(x)
    x = abs(if isdtype(x.dtype, "real floating") { x } else { astype(x, float64) })
    near = exp(x) * _chebyshev(x / 2 - 2, _I0_NEAR())
    far = exp(x) * _chebyshev(32 / where(x > 8, x, 8) - 2, _I0_FAR()) / sqrt(where(x > 8, x, 8))
    where(x > 8, far, near)
}

## The sum of Chebyshev polynomials at x / 2, coefficients from the highest order down.
fn _chebyshev(x, coefficients) {
    b0 = coefficients[0] + 0 * x
    b1 = 0 * x
    b2 = 0 * x
    for k in range(1, len(coefficients)) {
        b2 = b1
        b1 = b0
        b0 = x * b1 - b2 + coefficients[k]
    }
    0.5 * (b0 - b2)
}

# Coefficients of exp(-x) i0(x) for x in [0, 8] and of exp(-x) sqrt(x) i0(x) above (Cephes).
fn _I0_NEAR() = (
    -4.41534164647933937950e-18, 3.33079451882223809783e-17, -2.43127984654795469359e-16,
    1.71539128555513303061e-15, -1.16853328779934516808e-14, 7.67618549860493561688e-14,
    -4.85644678311192946090e-13, 2.95505266312963983461e-12, -1.72682629144155570723e-11,
    9.67580903537323691224e-11, -5.18979560163526290666e-10, 2.65982372468238665035e-9,
    -1.30002500998624804212e-8, 6.04699502254191894932e-8, -2.67079385394061173391e-7,
    1.11738753912010371815e-6, -4.41673835845875056359e-6, 1.64484480707288970893e-5,
    -5.75419501008210370398e-5, 1.88502885095841655729e-4, -5.76375574538582365885e-4,
    1.63947561694133579842e-3, -4.32430999505057594430e-3, 1.05464603945949983183e-2,
    -2.37374148058994688156e-2, 4.93052842396707084878e-2, -9.49010970480476444210e-2,
    1.71620901522208775349e-1, -3.04682672343198398683e-1, 6.76795274409476084995e-1,
)

fn _I0_FAR() = (
    -7.23318048787475395456e-18, -4.83050448594418207126e-18, 4.46562142029675999901e-17,
    3.46122286769746109310e-17, -2.82762398051658348494e-16, -3.42548561967721913462e-16,
    1.77256013305652638360e-15, 3.81168066935262242075e-15, -9.55484669882830764870e-15,
    -4.15056934728722208663e-14, 1.54008621752140982691e-14, 3.85277838274214270114e-13,
    7.18012445138366623367e-13, -1.79417853150680611778e-12, -1.32158118404477131188e-11,
    -3.14991652796324136454e-11, 1.18891471078464383424e-11, 4.94060238822496958910e-10,
    3.39623202570838634515e-9, 2.26666899049817806459e-8, 2.04891858946906374183e-7,
    2.89137052083475648297e-6, 6.88975834691682398426e-5, 3.36911647825569408990e-3,
    8.04490411014108831608e-1,
)

# --- Elementwise: arithmetic ---

## The larger of two; where one is NaN, the other.
##
## >>> fmax([1.0, nan], 0.5)
## [1.  0.5]
fn fmax(a, b) = where(isnan(a), b, where(isnan(b), a, maximum(a, b)))

## The smaller of two; where one is NaN, the other.
##
## >>> fmin([1.0, nan], 0.5)
## [0.5 0.5]
fn fmin(a, b) = where(isnan(a), b, where(isnan(b), a, minimum(a, b)))

## The remainder with the sign of the dividend; remainder has that of the divisor.
##
## >>> fmod([-7, 7], 3)
## [-1  1]
fn fmod(a, b) {
    dtype = result_type(a, b)
    if isdtype(dtype, "real floating") {
        x = astype(asarray(a), dtype)
        return copysign(remainder(abs(x), abs(astype(asarray(b), dtype))), x)
    }
    r = remainder(a, b)
    where((r != 0) & ((r < 0) != (asarray(a) < 0)), r - b, r)
}

## The greatest common divisor of integers; of 0 and a number, the number's absolute value.
##
## >>> gcd([12, 7, 0], [18, 21, 5])
## [6 7 5]
fn gcd(a, b) {
    dtype = result_type(a, b)
    assert isdtype(dtype, "integral"), "gcd takes integers"
    a = abs(astype(asarray(a), dtype))
    b = abs(astype(asarray(b), dtype))
    # Euclid's algorithm takes the most steps for neighbours in Fibonacci's sequence.
    for k in range(int(iinfo(dtype).bits * 1.45) + 1) {
        c = remainder(a, b)
        a = where(b == 0, a, b)
        b = c
    }
    # The least number has no absolute value, so that a remainder may be negative.
    abs(a)
}

## The least common multiple of integers; 0 if one is 0.
##
## >>> lcm([4, 3], 6)
## [12  6]
fn lcm(a, b) {
    g = gcd(a, b)
    dtype = g.dtype
    abs(astype(asarray(a), dtype) // g * astype(asarray(b), dtype))
}

# --- Elementwise: comparison and choice ---

fn _select(conditions, choices, default=0) {
    assert len(conditions) == len(choices), "select needs a choice for each condition"
    result = default
    for k in range(len(choices)) {
        result = where(conditions[len(choices) - 1 - k], choices[len(choices) - 1 - k], result)
    }
    result
}

fn _choose(x, choices, mode="raise") {
    x = asarray(x)
    n = len(choices)
    assert mode in ("raise", "wrap", "clip"), "choose knows the modes raise, wrap and clip"
    if mode == "raise" { assert all((x >= 0) & (x < n)), "a number of a choice is out of range" }
    if mode == "wrap" { x = x % n }
    if mode == "clip" { x = clip(x, 0, n - 1) }
    result = choices[0]
    for k in range(1, n) { result = where(x == k, choices[k], result) }
    broadcast_arrays(x, result)[1]
}

fn _piecewise(x, conditions, functions, args) {
    x = asarray(x)
    if x.ndim > 0 and ndim(conditions[0]) < x.ndim { conditions = (conditions,) }
    n = len(conditions)
    assert len(functions) == n or len(functions) == n + 1, "piecewise needs a function for each condition"
    result = zeros_like(x)
    if len(functions) == n + 1 { result = _piece(functions[n], x, args) }
    for k in range(n) { result = where(conditions[k], _piece(functions[k], x, args), result) }
    result
}

fn _piece(f, x, args) = astype(asarray(if callable(f) { f(x, *args) } else { f }), x.dtype)

## Whether two arrays have the same elements after broadcasting.
##
## >>> array_equiv([1, 1], 1)
## True
fn array_equiv(a, b) {
    a = asarray(a)
    b = asarray(b)
    for k in range(1, minimum(a.ndim, b.ndim) + 1) {
        if a.shape[-k] != b.shape[-k] and a.shape[-k] != 1 and b.shape[-k] != 1 { return false }
    }
    bool(all(a == b))
}

# --- Elementwise: bits ---

## Eight elements, zero or not, as the bits of one uint8; the last ones are filled up with zeros.
## `bitorder` is big (the first is the highest bit) or little. Without an axis the array is flattened.
##
## Dtypes: uint8.
##
## >>> packbits([1, 0, 1, 0, 0, 0, 0, 1, 1])
## [161 128]
fn packbits(x, axis=none, bitorder="big") {
    assert bitorder in ("big", "little"), "bitorder is big or little"
    x = asarray(x)
    assert isdtype(x.dtype, ("integral", "bool")), "packbits takes bools or integers"
    if axis == none { return packbits(ravel(x), axis=0, bitorder=bitorder) }
    moveaxis(_packed(moveaxis(x, axis, -1), bitorder == "little"), -1, axis)
}

## The bits of uint8 elements as zeros and ones; `count` says how many to keep (from the end, how many
## to drop, if negative). Without an axis the array is flattened.
##
## Dtypes: uint8, of uint8.
##
## >>> unpackbits([161].astype(uint8))
## [1 0 1 0 0 0 0 1]
fn unpackbits(x, axis=none, count=none, bitorder="big") {
    assert bitorder in ("big", "little"), "bitorder is big or little"
    x = asarray(x)
    assert x.dtype == uint8, "unpackbits takes uint8"
    if axis == none { return unpackbits(ravel(x), axis=0, count=count, bitorder=bitorder) }
    y = _unpacked(moveaxis(x, axis, -1), bitorder == "little")
    if count != none {
        n = y.shape[-1]
        if count > n { y = concat((y, zeros((*y.shape[:-1], count - n), dtype=uint8)), axis=-1) }
        y = y[..., :count]
    }
    moveaxis(y, -1, axis)
}
