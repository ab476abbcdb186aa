//! Circular and hyperbolic functions of complex numbers, and their inverses.
//!
//! The circular functions are the hyperbolic ones of `i z`. Branch cuts, signed zeros and special
//! values are those of C99, Annex G. The inverse functions follow Hull, Fairgrieve and Tang,
//! "Implementing the complex arcsine and arccosine functions using exception handling" (ACM TOMS
//! 23, 1997).

use super::exponential::{LARGE, exp_factors, log};
use super::formula::{Complex, Real, Truth};
use arr_ir::op::MapOp;
use std::f64::consts::{FRAC_PI_2, LN_2};

/// `(sinh |x| f, cosh |x| g)` for bounded `f` and `g`, without overflow where the product has none.
fn scaled<'a>(x: Real<'a>, f: Real<'a>, g: Real<'a>) -> (Real<'a>, Real<'a>) {
    let size = x.abs();
    let (one, two) = exp_factors(size);
    let large = size.gt(LARGE);
    let sinh = large.pick(one * f * (two * 0.5), size.map(MapOp::Sinh) * f);
    let cosh = large.pick(one * g * (two * 0.5), size.map(MapOp::Cosh) * g);
    (sinh, cosh)
}

/// `sinh x cos y + i cosh x sin y`
pub(super) fn sinh<'a>(z: Complex<'a>) -> Complex<'a> {
    let (x, y) = (z.re, z.im);
    let (cos, sin) = (y.map(MapOp::Cos), y.map(MapOp::Sin));
    let (re, im) = scaled(x, cos, sin);
    // The sign of an infinity times NaN is free: plus. The real part of `i y` is a zero.
    let re = re * x.number(1.0).signed(x);
    let re = x.is(0.0).pick(x.number(0.0).signed(re.is_nan().pick(x, re)), re);
    let re = (x.is_inf() & !y.is_finite()).pick(f64::INFINITY, re);
    let real = y.is(0.0);
    Complex { re: real.pick(x.map(MapOp::Sinh), re), im: real.pick(y, im) }
}

/// `-i sinh iz`; the free sign of the imaginary part is plus here too.
pub(super) fn sin<'a>(z: Complex<'a>) -> Complex<'a> {
    let w = sinh(z.times_i()).over_i();
    let free = z.im.is_inf() & !z.re.is_finite();
    Complex { re: w.re, im: free.pick(f64::INFINITY, w.im) }
}

/// `cosh x cos y + i sinh x sin y`
pub(super) fn cosh<'a>(z: Complex<'a>) -> Complex<'a> {
    let (x, y) = (z.re, z.im);
    let (cos, sin) = (y.map(MapOp::Cos), y.map(MapOp::Sin));
    let (im, re) = scaled(x, sin, cos);
    let im = im * x.number(1.0).signed(x);
    let zero = x.number(0.0).signed(x);
    let im = (x.is(0.0) & !y.is_finite()).pick(0.0, im);
    let im = y.is(0.0).pick(zero * y, im);
    let re = y.is(0.0).pick(x.map(MapOp::Cosh), re);
    Complex { re: (x.is_inf() & !y.is_finite()).pick(f64::INFINITY, re), im }
}

/// Kahan's formula: with `t = tan y`, `s = sinh x`, `b = 1 + t^2` and `d = 1 + b s^2` it is
/// `b cosh x s / d + i t / d`.
pub(super) fn tanh<'a>(z: Complex<'a>) -> Complex<'a> {
    let (x, y) = (z.re, z.im);
    let (tan, sinh) = (y.map(MapOp::Tan), x.map(MapOp::Sinh));
    let beta = 1.0 + tan * tan;
    let denominator = 1.0 + beta * sinh * sinh;
    let near =
        Complex { re: beta * x.map(MapOp::Cosh) * sinh / denominator, im: tan / denominator };
    // Far out: 1 and 4 sin y cos y e^(-2|x|).
    let decay = (-x.abs()).map(MapOp::Exp);
    let turn = y.is_finite().pick(y.map(MapOp::Sin) * y.map(MapOp::Cos), y.number(0.0).signed(y));
    let infinite = x.is_inf();
    let far = Complex {
        re: x.number(1.0).signed(x),
        im: infinite.pick(x.number(0.0).signed(turn), 4.0 * turn * decay * decay),
    };
    let away = x.abs().ge(22.0) & (y.is_finite() | infinite);
    let w = away.pick_complex(far, near);
    let re = (x.is(0.0) & !y.is_finite()).pick(x, w.re);
    let real = y.is(0.0);
    Complex { re: real.pick(x.map(MapOp::Tanh), re), im: real.pick(y, w.im) }
}

/// Above this a number squared plus 1 is its square.
const FAR: f64 = 1.0 / f64::EPSILON;

/// `(|a + ib| - b) / 2` where `size` is the modulus, without cancellation.
fn half_excess<'a>(a: Real<'a>, b: Real<'a>, size: Real<'a>) -> Real<'a> {
    let below = b.lt(0.0);
    let direct = (size - b) * 0.5;
    let quotient = a * a / (size + b) * 0.5;
    below.pick(direct, b.is(0.0).pick(a * 0.5, quotient))
}

/// What the inverse functions of `x + iy`, both not negative and at most [`FAR`], share.
struct Inverse<'a> {
    /// The real part of asinh.
    log: Real<'a>,
    /// Where `ratio` is accurate: the imaginary part of asinh is `asin(ratio)`; elsewhere it is
    /// `atan2(height, root)`.
    direct: Truth<'a>,
    ratio: Real<'a>,
    height: Real<'a>,
    root: Real<'a>,
}

fn inverse<'a>(x: Real<'a>, y: Real<'a>) -> Inverse<'a> {
    let eps = f64::EPSILON;
    let (above, below) = (x.hypot(y + 1.0), x.hypot(y - 1.0));
    let a = ((above + below) * 0.5).with(MapOp::Max, 1.0);
    let touching = y.is(1.0);
    let wide = x.ge((y - 1.0).abs() * eps);
    let over = half_excess(x, y + 1.0, above);
    let product = (1.0 - y) * (1.0 + y);

    // log(a + sqrt(a^2 - 1))
    let excess = over + half_excess(x, 1.0 - y, below);
    let near = (excess + (excess * (a + 1.0)).sqrt()).map(MapOp::Log1p);
    let up = y - 1.0;
    let tall = (up + (up * (y + 1.0)).sqrt()).map(MapOp::Log1p);
    let log = wide.pick(near, y.lt(1.0).pick(x / product.sqrt(), tall));
    let log = (touching & x.lt(eps * eps / 128.0)).pick(x.sqrt(), log);
    let log = a.lt(10.0).pick(log, (a + (a * a - 1.0).sqrt()).map(MapOp::Log));

    // y / a, or sqrt(a^2 - y^2) beside y, both scaled where y is tiny or the root is.
    let ratio = y / a;
    let low = y.lt(2f64.powi(-509));
    let shortfall = over + half_excess(x, y - 1.0, below);
    let root = (shortfall * (a + y)).sqrt();
    let lifted = 4.0 / eps / eps;
    let steep = y.gt(1.0);
    let narrow_root = steep.pick(x * lifted * y / ((y + 1.0) * up).sqrt(), product.sqrt());
    let touching = touching & x.lt(eps / 128.0);
    let narrow = !(wide | touching);
    let root = wide.pick(root, narrow_root);
    let root = touching.pick(x.sqrt() * ((a + y) * 0.5).sqrt(), root);
    let height = (narrow & steep).pick(y * lifted, y);
    Inverse {
        log,
        direct: ratio.le(0.6417) & !low,
        ratio,
        height: low.pick(y * (2.0 / eps), height),
        root: low.pick(a * (2.0 / eps), root),
    }
}

/// The parts of `asinh` and `acos` far out: `log |z| + log 2`.
fn far_log<'a>(z: Complex<'a>) -> Complex<'a> {
    let w = log(z, MapOp::Log, 1.0);
    Complex { re: w.re + LN_2, im: w.im }
}

fn is_far<'a>(z: Complex<'a>) -> Truth<'a> {
    z.re.abs().gt(FAR) | z.im.abs().gt(FAR)
}

/// The inverse of sinh; cuts along the imaginary axis beyond `i` and `-i`.
pub(super) fn asinh<'a>(z: Complex<'a>) -> Complex<'a> {
    let (x, y) = (z.re, z.im);
    let (ax, ay) = (x.abs(), y.abs());
    let part = inverse(ax, ay);
    let im = part.direct.pick(part.ratio.map(MapOp::Asin), part.height.atan2(part.root));
    let near = Complex { re: part.log, im };
    let w = is_far(z).pick_complex(far_log(Complex { re: ax, im: ay }), near);
    let tiny = ax.lt(1e-9) & ay.lt(1e-9);
    let re = tiny.pick(x, w.re.signed(x));
    let im = tiny.pick(y, w.im.signed(y));
    let nan = x.number(f64::NAN);
    // NaN: an infinite part stays infinite and real; a zero imaginary part stays.
    let lost = z.is_nan();
    let re = lost.pick(x.is_inf().pick(x, ay.is(f64::INFINITY).pick(ay, nan)), re);
    Complex { re, im: lost.pick(y.is(0.0).pick(y, nan), im) }
}

/// The inverse of cos; cuts along the real axis beyond -1 and 1.
pub(super) fn acos<'a>(z: Complex<'a>) -> Complex<'a> {
    let (x, y) = (z.re, z.im);
    let (ax, ay) = (x.abs(), y.abs());
    let part = inverse(ay, ax);
    let direct = part.ratio.signed(x).map(MapOp::Acos);
    let re = part.direct.pick(direct, part.root.atan2(part.height.signed(x)));
    let w = far_log(z);
    let far = is_far(z);
    let (re, size) = (far.pick(w.im.abs(), re), far.pick(w.re, part.log));
    let tiny = ax.lt(1e-9) & ay.lt(1e-9);
    let re = tiny.pick(FRAC_PI_2 - (x - 6.123_233_995_736_766e-17), re);
    let im = tiny.pick(ay, size).signed(y);
    let one = x.is(1.0) & y.is(0.0);
    let (re, im) = (one.pick(0.0, re), -one.pick(y, im));
    let lost = z.is_nan();
    let nan = x.number(f64::NAN);
    let infinite = x.is_inf().pick(f64::NEG_INFINITY, y.is_inf().pick(-y, nan));
    Complex { re: lost.pick(x.is(0.0).pick(FRAC_PI_2, nan), re), im: lost.pick(infinite, im) }
}

/// The inverse of cosh: acos turned into the right half plane; the cut runs from 1 to the left.
pub(super) fn acosh<'a>(z: Complex<'a>) -> Complex<'a> {
    let w = acos(z);
    let lost = w.im.is_nan();
    let re = lost.pick(f64::NAN, w.im.abs());
    Complex { re, im: w.re.signed(lost.pick(1.0, z.im)) }
}

/// The inverse of tanh; cuts along the real axis beyond -1 and 1.
pub(super) fn atanh<'a>(z: Complex<'a>) -> Complex<'a> {
    let (x, y) = (z.re, z.im);
    let (ax, ay) = (x.abs(), y.abs());
    let eps = f64::EPSILON;
    let below = ax - 1.0;
    let squares = ay.lt(2f64.powi(-511)).pick(below * below, below * below + ay * ay);
    let at_one = ax.is(1.0);
    let re = (4.0 * ax / squares).map(MapOp::Log1p) * 0.25;
    let re = (at_one & ay.lt(eps)).pick((LN_2 - ay.map(MapOp::Log)) * 0.5, re);
    let product = (1.0 - ax) * (1.0 + ax);
    let under = ay.lt(eps).pick(product, product - ay * ay);
    let im = at_one.pick(ay.number(2.0).atan2(-ay), (ay + ay).atan2(under)) * 0.5;

    // Far out: the real part of 1 / z, and a right angle.
    let far = is_far(z);
    let re = far.pick(real_of_reciprocal(ax, ay), re);
    let im = far.pick(FRAC_PI_2, im);
    let tiny = ax.lt(1e-9) & ay.lt(1e-9);
    let (re, im) = (tiny.pick(ax, re).signed(x), tiny.pick(ay, im).signed(y));

    let lost = z.is_nan();
    let nan = x.number(f64::NAN);
    let zero = x.number(0.0).signed(x);
    let re = lost.pick((x.is_inf() | y.is_inf()).pick(zero, nan), re);
    let im = lost.pick(y.is_inf().pick(y.number(FRAC_PI_2).signed(y), nan), im);
    let real = y.is(0.0) & ax.le(1.0);
    let re = real.pick(x.map(MapOp::Atanh), re);
    let im = real.pick(y, im);
    let upright = x.is(0.0);
    Complex { re: upright.pick(x, re), im: upright.pick(y.map(MapOp::Atan), im) }
}

/// `x / (x^2 + y^2)` of numbers not negative, one of them large: no square overflows.
fn real_of_reciprocal<'a>(x: Real<'a>, y: Real<'a>) -> Real<'a> {
    let (large, small) = (x.with(MapOp::Max, y), x.with(MapOp::Min, y));
    let ratio = small / large;
    let result = (x / large) / large / (1.0 + ratio * ratio);
    large.is_inf().pick(0.0, result)
}
