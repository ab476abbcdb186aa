//! Discrete Fourier transforms of the lanes of a dense block.
//!
//! Before: lanes of equal length one after the other, complex numbers as pairs. A lane shorter
//! than what a transform reads counts as continued by zeros, a longer one is cut off. After: the
//! transforms, lane after lane. How a length is best transformed is worked out once and kept; that
//! depends on the length only, not on who does the work.

pub use crate::long::Long;

use crate::Each;
use num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use rustfft::{Fft, FftNum, FftPlanner};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex};

/// A transform.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Transform {
    /// Complex to complex, exponent `-2 pi i`.
    Forward,
    /// Complex to complex, exponent `+2 pi i`, not divided by the length.
    Inverse,
    /// Real to the first half of the complex result of `Forward`, which is symmetric.
    RealForward,
    /// The first half of a symmetric complex array to the real result of `Inverse`.
    RealInverse,
}

impl Transform {
    /// How many numbers, pairs counting as two, of a lane are read for a transform of length `n`.
    pub fn reads(self, n: usize) -> usize {
        match self {
            Transform::Forward | Transform::Inverse => 2 * n,
            Transform::RealForward => n,
            Transform::RealInverse => 2 * (n / 2 + 1),
        }
    }

    /// How many numbers, pairs counting as two, a transform of length `n` gives.
    pub fn writes(self, n: usize) -> usize {
        match self {
            Transform::Forward | Transform::Inverse => 2 * n,
            Transform::RealForward => 2 * (n / 2 + 1),
            Transform::RealInverse => n,
        }
    }
}

/// How a length is transformed.
#[derive(Clone)]
enum Method<R> {
    Complex(Arc<dyn Fft<R>>),
    Forward(Arc<dyn RealToComplex<R>>),
    Inverse(Arc<dyn ComplexToReal<R>>),
    Long(Arc<Long<R>>),
}

impl<R: Wave> Method<R> {
    fn new(transform: Transform, n: usize) -> Method<R> {
        if let Some(long) = Long::new(transform, n) {
            return Method::Long(Arc::new(long));
        }
        match transform {
            Transform::Forward => Method::Complex(FftPlanner::new().plan_fft_forward(n)),
            Transform::Inverse => Method::Complex(FftPlanner::new().plan_fft_inverse(n)),
            Transform::RealForward => Method::Forward(RealFftPlanner::new().plan_fft_forward(n)),
            Transform::RealInverse => Method::Inverse(RealFftPlanner::new().plan_fft_inverse(n)),
        }
    }

    /// Complex numbers that the method needs to work with.
    fn working(&self) -> usize {
        match self {
            Method::Long(long) => long.memory(),
            Method::Complex(plan) => plan.get_inplace_scratch_len(),
            Method::Forward(plan) => plan.get_scratch_len(),
            Method::Inverse(plan) => plan.get_scratch_len(),
        }
    }
}

/// The methods used last, newest at the end.
pub struct Methods<R>(Mutex<Vec<(Transform, usize, Method<R>)>>);

/// How many methods are kept.
const KEPT: usize = 32;

impl<R: Wave> Methods<R> {
    const fn new() -> Self {
        Methods(Mutex::new(vec![]))
    }

    fn get(&self, transform: Transform, n: usize) -> Method<R> {
        let mut known = self.0.lock().unwrap_or_else(|e| e.into_inner());
        if let Some(at) = known.iter().position(|k| k.0 == transform && k.1 == n) {
            return known[at].2.clone();
        }
        let method = Method::new(transform, n);
        if known.len() == KEPT {
            known.remove(0);
        }
        known.push((transform, n, method.clone()));
        method
    }
}

/// A real number type of transforms.
pub trait Wave: FftNum + bytemuck::Pod {
    /// The methods known for it.
    fn methods() -> &'static Methods<Self>;
    /// The number nearest to `value`.
    fn nearest(value: f64) -> Self;
    /// The number itself.
    fn wide(self) -> f64;
}

macro_rules! waves {
    ($($t:ty),*) => {$(
        impl Wave for $t {
            fn methods() -> &'static Methods<Self> {
                static METHODS: Methods<$t> = Methods::new();
                &METHODS
            }
            fn nearest(value: f64) -> Self {
                value as $t
            }
            fn wide(self) -> f64 {
                self as f64
            }
        }
    )*};
}

waves!(f32, f64);

/// Complex numbers of working memory that [`run`] needs.
pub fn working<R: Wave>(transform: Transform, n: usize) -> usize {
    let method = R::methods().get(transform, n);
    method.working() + lane(&method, n)
}

/// How a transform of length `n` is done in steps over parts of a line, if it is.
pub fn long<R: Wave>(transform: Transform, n: usize) -> Option<Arc<Long<R>>> {
    match R::methods().get(transform, n) {
        Method::Long(long) => Some(long),
        _ => None,
    }
}

/// Complex numbers that a lane takes which must be changed while it is read.
fn lane<R>(method: &Method<R>, n: usize) -> usize {
    match method {
        Method::Complex(_) | Method::Long(_) => 0,
        Method::Forward(_) | Method::Inverse(_) => n / 2 + 1,
    }
}

/// Transforms the lanes of `input`, each of `length` numbers (pairs counting as two), into those
/// of `out`, and multiplies by `scale`. `n` is at least 1.
pub fn run<R: Wave>(
    transform: Transform,
    n: usize,
    scale: f64,
    (input, length): (&[R], usize),
    out: &mut [R],
    memory: &mut [Complex<R>],
    each: Each<'_>,
) {
    let method = R::methods().get(transform, n);
    let (buffer, memory) = memory.split_at_mut(lane(&method, n));
    let buffer: &mut [R] = bytemuck::cast_slice_mut(buffer);
    let scale = factor(scale);
    let (reads, writes) = (transform.reads(n), transform.writes(n));
    for (i, out) in out.chunks_exact_mut(writes).enumerate() {
        let given = &input[i * length..][..length.min(reads)];
        match &method {
            Method::Long(long) => {
                long.run(scale, given, out, memory, each);
                continue;
            }
            Method::Complex(plan) => {
                fill(out, given);
                plan.process_with_scratch(bytemuck::cast_slice_mut(out), memory);
            }
            Method::Forward(plan) => {
                let lane = &mut buffer[..n];
                fill(lane, given);
                let done = plan.process_with_scratch(lane, bytemuck::cast_slice_mut(out), memory);
                debug_assert!(done.is_ok(), "{done:?}");
            }
            Method::Inverse(plan) => {
                let lane = &mut buffer[..reads];
                fill(lane, given);
                // These are real in what is symmetric.
                lane[1] = R::zero();
                if n.is_multiple_of(2) {
                    lane[n + 1] = R::zero();
                }
                let done = plan.process_with_scratch(bytemuck::cast_slice_mut(lane), out, memory);
                debug_assert!(done.is_ok(), "{done:?}");
            }
        }
        if let Some(scale) = scale {
            out.iter_mut().for_each(|v| *v = *v * scale);
        }
    }
}

/// The numbers given, then zeros.
pub(crate) fn fill<R: Wave>(lane: &mut [R], given: &[R]) {
    lane[..given.len()].copy_from_slice(given);
    lane[given.len()..].fill(R::zero());
}

/// What numbers are multiplied by, if by anything.
pub(crate) fn factor<R: Wave>(scale: f64) -> Option<R> {
    (scale != 1.0).then(|| R::nearest(scale))
}
