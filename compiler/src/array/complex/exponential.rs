//! Powers, roots, exponentials and logarithms of complex numbers.
//!
//! Special values are those of C99, Annex G; every formula is written for float64 and keeps its
//! intermediate results in range.

use super::formula::{Complex, Real, Truth};
use arr_ir::op::MapOp;
use std::f64::consts::LN_2;

/// Below this the exponential of a real number is finite.
pub(super) const LARGE: f64 = 709.0;

/// `e^x` as a product of two factors, each finite wherever `e^x cos y` may be.
pub(super) fn exp_factors(x: Real<'_>) -> (Real<'_>, Real<'_>) {
    let large = x.gt(LARGE);
    (large.pick(x - LARGE, x).map(MapOp::Exp), large.pick(LARGE.exp(), 1.0))
}

/// `e^z`
pub(super) fn exp<'a>(z: Complex<'a>) -> Complex<'a> {
    let (x, y) = (z.re, z.im);
    let (one, two) = exp_factors(x);
    let lost = x.is_inf() & !y.is_finite();
    let zero = x.lt(0.0);
    let re = one * y.map(MapOp::Cos) * two;
    let im = one * y.map(MapOp::Sin) * two;
    let re = lost.pick(zero.pick(0.0, x), re);
    let im = (lost & zero).pick(y.number(0.0).signed(y), im);
    let real = y.is(0.0);
    Complex { re: real.pick(x.map(MapOp::Exp), re), im: real.pick(y, im) }
}

/// `2^z`
pub(super) fn exp2<'a>(z: Complex<'a>) -> Complex<'a> {
    let (x, y) = (z.re, z.im);
    let general = exp(Complex { re: x * LN_2, im: y * LN_2 });
    let real = y.is(0.0);
    let turn = y * LN_2;
    let size = x.map(MapOp::Exp2);
    let inside = x.abs().lt(1000.0) & y.is_finite();
    let polar = Complex { re: size * turn.map(MapOp::Cos), im: size * turn.map(MapOp::Sin) };
    let z = inside.pick_complex(polar, general);
    Complex { re: real.pick(size, z.re), im: real.pick(y, z.im) }
}

/// `e^z - 1`: `(e^x - 1) cos y - 2 sin^2(y / 2)`, and the imaginary part of the exponential.
pub(super) fn expm1<'a>(z: Complex<'a>) -> Complex<'a> {
    let (x, y) = (z.re, z.im);
    let whole = exp(z);
    let half = (y * 0.5).map(MapOp::Sin);
    let re = x.map(MapOp::Expm1) * y.map(MapOp::Cos) - 2.0 * half * half;
    let re = x.gt(40.0).pick(whole.re, re);
    let re = x.is(f64::NEG_INFINITY).pick(-1.0, re);
    Complex { re: y.is(0.0).pick(x.map(MapOp::Expm1), re), im: whole.im }
}

/// The square root of complex numbers: the part of the half sum of `|x|` and `|z|` that does not
/// cancel, the other from the product of both. Scaled by powers of two, which is exact.
pub(super) fn sqrt<'a>(z: Complex<'a>) -> Complex<'a> {
    let size = z.re.abs().with(MapOp::Max, z.im.abs());
    let (huge, tiny) = (size.gt(2f64.powi(1020)), size.lt(2f64.powi(-960)));
    let scale = huge.pick(0.25, tiny.pick(2f64.powi(108), 1.0));
    let back = huge.pick(2.0, tiny.pick(2f64.powi(-54), 1.0));
    let (x, y) = (z.re * scale, z.im * scale);
    let root = ((x.abs() + x.hypot(y)) * 0.5).sqrt();
    let rest = y.abs() / (root + root);
    let left = x.lt(0.0);
    let re = left.pick(rest, root) * back;
    let im = (left.pick(root, rest) * back).signed(y);
    let zero = z.re.is(0.0) & z.im.is(0.0);
    let high = z.im.is_inf();
    let flat = z.re.is_nan() & !high;
    let re = zero.pick(0.0, high.pick(f64::INFINITY, flat.pick(z.re, re)));
    Complex { re, im: (zero | high).pick(z.im, im) }
}

/// A product and what its rounding lost (Dekker, Numer. Math. 18, 1971); no fused operation.
fn product<'a>(a: Real<'a>, b: Real<'a>) -> (Real<'a>, Real<'a>) {
    let split = |v: Real<'a>| {
        let big = v * 134_217_729.0;
        let high = big - (big - v);
        (high, v - high)
    };
    let whole = a * b;
    let ((ah, al), (bh, bl)) = (split(a), split(b));
    (whole, ((ah * bh - whole) + ah * bl + al * bh) + al * bl)
}

/// A sum and what its rounding lost (Knuth).
fn sum<'a>(a: Real<'a>, b: Real<'a>) -> (Real<'a>, Real<'a>) {
    let whole = a + b;
    let from = whole - a;
    (whole, (a - (whole - from)) + (b - from))
}

/// `log(|z|)` in a base, scaled where the square of the modulus over- or underflows, and by
/// `log1p(|z|^2 - 1) / 2`, its argument in twice the precision, where the modulus is near 1.
/// `log` is the real logarithm in that base, `unit` the logarithm of e.
fn log_modulus<'a>(z: Complex<'a>, log: MapOp, unit: f64) -> Real<'a> {
    let (x, y) = (z.re.abs(), z.im.abs());
    let (large, small) = (x.with(MapOp::Max, y), x.with(MapOp::Min, y));
    let (huge, tiny) = (large.gt(2f64.powi(1020)), large.lt(2f64.powi(-960)));
    let scale = huge.pick(2f64.powi(-4), tiny.pick(2f64.powi(100), 1.0));
    let shift = huge.pick(4.0 * LN_2 * unit, tiny.pick(-100.0 * LN_2 * unit, 0.0));
    let far = (x * scale).hypot(y * scale).map(log) + shift;
    let ((ah, al), (bh, bl)) = (product(large, large), product(small, small));
    let (whole, lost) = sum(ah - 1.0, bh);
    let near = (whole + (lost + (al + bl))).map(MapOp::Log1p) * (0.5 * unit);
    let modulus = x.hypot(y);
    let close = modulus.gt(0.7) & modulus.lt(1.5);
    (close & large.lt(1.5)).pick(near, far)
}

/// The logarithm in a base: `log` of the modulus, `unit` times the angle.
pub(super) fn log<'a>(z: Complex<'a>, log: MapOp, unit: f64) -> Complex<'a> {
    let angle = z.im.atan2(z.re);
    let im = if unit == 1.0 { angle } else { angle * unit };
    Complex { re: log_modulus(z, log, unit), im }
}

/// `log(1 + z)`: the modulus from `2x + x^2 + y^2` in twice the precision where it is near 1.
pub(super) fn log1p<'a>(z: Complex<'a>) -> Complex<'a> {
    let (x, y) = (z.re, z.im);
    let moved = Complex { re: x + 1.0, im: y };
    let far = log_modulus(moved, MapOp::Log, 1.0);
    let ((ah, al), (bh, bl)) = (product(x, x), product(y, y));
    let (one, lost) = sum(x + x, ah);
    let (whole, more) = sum(one, bh);
    let near = (whole + (lost + more + (al + bl))).map(MapOp::Log1p) * 0.5;
    let modulus = moved.re.hypot(y);
    let close = modulus.gt(0.7) & modulus.lt(1.5) & y.abs().gt(1e-150) & x.abs().gt(1e-150);
    let flat = x.gt(-0.5) & x.lt(0.5) & y.abs().le(1e-150);
    let re = close.pick(near, flat.pick((x + 0.0).map(MapOp::Log1p), far));
    Complex { re, im: y.atan2(moved.re) }
}

/// `z^n` for a number known when the formula is written: [`pow`] without what it does not need.
pub(super) fn pow_whole<'a>(z: Complex<'a>, n: i32) -> Complex<'a> {
    let unit = Complex { re: z.re.number(1.0), im: z.re.number(0.0) };
    if n == 0 {
        return unit;
    }
    let (mut result, mut square, mut rest) = (None, z, n.unsigned_abs());
    while rest > 0 {
        if rest % 2 == 1 {
            result = Some(result.map_or(square, |r| r * square));
        }
        rest /= 2;
        if rest > 0 {
            square = square * square;
        }
    }
    let power = result.unwrap_or(unit);
    let (power, at_origin) = if n < 0 { (unit / power, f64::NAN) } else { (power, 0.0) };
    let origin = z.re.is(0.0) & z.im.is(0.0);
    Complex { re: origin.pick(at_origin, power.re), im: origin.pick(at_origin, power.im) }
}

/// `z^w`. Whole exponents up to 100 multiply, as NumPy does; others are `e^(w log z)`. The power
/// zero of everything is 1; zero to a power is 0 where the real part of the exponent is
/// positive, else NaN.
pub(super) fn pow<'a>(z: Complex<'a>, w: Complex<'a>) -> Complex<'a> {
    let general = exp(w * log(z, MapOp::Log, 1.0));
    let (zero, one, nan) = (z.re.number(0.0), z.re.number(1.0), z.re.number(f64::NAN));
    let whole: Truth<'a> = w.im.is(0.0) & w.re.abs().le(100.0) & w.re.is(w.re.map(MapOp::Trunc));
    let unit = Complex { re: one, im: zero };
    let (mut result, mut square, mut rest) = (unit, z, w.re.abs());
    for bit in 0..7 {
        let half = (rest * 0.5).map(MapOp::Floor);
        let odd = rest.is_not(half + half);
        let first = result.re.is(1.0) & result.im.is(0.0);
        let next = first.pick_complex(square, result * square);
        result = odd.pick_complex(next, result);
        rest = half;
        if bit < 6 {
            square = square * square;
        }
    }
    let result = w.re.lt(0.0).pick_complex(unit / result, result);
    let power = whole.pick_complex(result, general);
    let origin = z.re.is(0.0) & z.im.is(0.0);
    let vanishing = w.re.gt(0.0);
    let at_origin = Complex { re: vanishing.pick(zero, nan), im: vanishing.pick(zero, nan) };
    let power = origin.pick_complex(at_origin, power);
    (w.re.is(0.0) & w.im.is(0.0)).pick_complex(unit, power)
}
