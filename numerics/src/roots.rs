//! Roots of unity of an order too large for a table of all.
//!
//! State before: an order and a direction. State after: two tables of about the square root of the
//! order, whose products are the roots.

use num_complex::Complex;

/// The powers of `exp(2 pi i / order)`, or of its inverse.
pub(crate) struct Roots {
    /// What the exponents of the second table are shifted by.
    shift: u32,
    near: Vec<Complex<f64>>,
    far: Vec<Complex<f64>>,
}

impl Roots {
    pub(crate) fn new(order: usize, inverse: bool) -> Roots {
        let shift = order.max(1).ilog2().div_ceil(2);
        let root = |t: usize| if inverse { root(t, order).conj() } else { root(t, order) };
        Roots {
            shift,
            near: (0..(1 << shift).min(order)).map(root).collect(),
            far: (0..order.div_ceil(1 << shift)).map(|t| root(t << shift)).collect(),
        }
    }

    /// The power of an exponent below the order: the real and the imaginary part are within
    /// 4e-16 of it.
    #[inline(always)]
    pub(crate) fn get(&self, exponent: usize) -> Complex<f64> {
        self.far[exponent >> self.shift] * self.near[exponent & ((1 << self.shift) - 1)]
    }
}

/// `exp(2 pi i t / order)` for `t` below the order. The angle is brought between 0 and a quarter of
/// pi before anything is rounded.
fn root(t: usize, order: usize) -> Complex<f64> {
    let (quarter, rest) = (4 * t / order, 4 * t % order);
    let turn =
        |rest: usize| libm::sincos(std::f64::consts::FRAC_PI_2 * (rest as f64 / order as f64));
    let (sin, cos) = if 2 * rest <= order {
        turn(rest)
    } else {
        let (sin, cos) = turn(order - rest);
        (cos, sin)
    };
    match quarter {
        0 => Complex::new(cos, sin),
        1 => Complex::new(-sin, cos),
        2 => Complex::new(-cos, -sin),
        _ => Complex::new(sin, -cos),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_are_near_the_roots() {
        for order in [1usize, 2, 3, 8, 100, 1 << 20, 3 << 19, 1_000_003] {
            let (roots, back) = (Roots::new(order, false), Roots::new(order, true));
            for i in 0..500 {
                let t = i * 7919 % order;
                let (found, exact) = (roots.get(t), root(t, order));
                assert!((found.re - exact.re).abs() < 4e-16, "{t} of {order}");
                assert!((found.im - exact.im).abs() < 4e-16, "{t} of {order}");
                assert_eq!(back.get(t), found.conj());
            }
        }
        // Exact ones, and one with known digits: the cosine and sine of a degree.
        assert_eq!(root(3, 4), Complex::new(0.0, -1.0));
        assert_eq!(root(1, 2), Complex::new(-1.0, 0.0));
        assert!((root(1, 360).im - 0.017_452_406_437_283_51).abs() < 1e-17);
        assert!((root(359, 360).re - 0.999_847_695_156_391_3).abs() < 1e-16);
    }
}
