//! Math functions of double precision: at most 2 ulp (most below 1), special values as in C99.
//!
//! Every function except `gamma`, `lgamma` and the large-argument path of `sin`, `cos` and `tan`
//! is branch-free. NaN results are always the one canonical NaN.

mod erf;
mod exp;
mod gamma;
mod hyperbolic;
mod inverse_trig;
mod log;
mod pow;
mod root;
mod trig;
mod trig_large;

pub use self::erf::{erf, erfc};
pub use self::exp::{NEAR_EXPONENT, exp, exp_near, exp2, expm1};
pub use self::gamma::{gamma, lgamma};
pub use self::hyperbolic::{acosh, asinh, atanh, cosh, sinh, tanh};
pub use self::inverse_trig::{acos, asin, atan, atan2};
pub use self::log::{log, log1p, log2, log10};
pub use self::pow::pow;
pub use self::root::{cbrt, hypot};
pub use self::trig::{SMALL_ANGLE, cos, cos_small, sin, sin_small, tan, tan_small};
pub(super) use self::trig_large::reduce as reduce_large;
