//! Elementary and special functions with the same bits on every machine and path.
//!
//! Each function is written once, as a scalar Rust function over `f64` or `f32`. The oracle calls
//! it per element; the runtime instantiates the very same function in loops that are compiled for
//! several instruction sets, where it vectorises. So there is one definition of every result bit.
//!
//! What makes that work, and has to stay true:
//!
//! - only `+ - * /`, `sqrt`, fused `mul_add`, `abs`, `copysign`, rounding to an integer,
//!   comparisons, selections and integer operations on the bits: all exact or correctly rounded by
//!   IEEE 754, so no instruction set can differ. No libm, no tables, no reordering;
//! - no data-dependent branch, except where a module says so (`gamma`, `lgamma`, and arguments of
//!   `sin`, `cos`, `tan` beyond `SMALL_ANGLE`);
//! - a NaN result is the canonical quiet NaN, since payloads depend on operand order;
//! - rounding mode "to nearest", denormals on.
//!
//! Errors are at most 2 ulp in double and 1 ulp in single precision (`gamma`, `lgamma`: see there);
//! `ir/tests/vmath.rs` measures them against reference values computed by `mpmath`. Special values
//! are those of C99 annex F, which NumPy shares.

mod coefficients;
mod double;
pub mod f32;
pub mod f64;

/// The functions of one argument.
macro_rules! unary_math {
    ($($variant:ident $name:ident $doc:literal,)*) => {
        /// A math function of one argument.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum UnaryMath {
            $(#[doc = $doc] $variant,)*
        }

        impl UnaryMath {
            /// Every function, in declaration order.
            pub const ALL: &[UnaryMath] = &[$(UnaryMath::$variant),*];

            /// The name of the function in this crate.
            pub const fn name(self) -> &'static str {
                match self {
                    $(UnaryMath::$variant => stringify!($name),)*
                }
            }

            /// The value in double precision.
            pub fn apply_f64(self, x: f64) -> f64 {
                match self {
                    $(UnaryMath::$variant => self::f64::$name(x),)*
                }
            }

            /// The value in single precision.
            pub fn apply_f32(self, x: f32) -> f32 {
                match self {
                    $(UnaryMath::$variant => self::f32::$name(x),)*
                }
            }
        }
    };
}

/// The functions of two arguments.
macro_rules! binary_math {
    ($($variant:ident $name:ident $doc:literal,)*) => {
        /// A math function of two arguments.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum BinaryMath {
            $(#[doc = $doc] $variant,)*
        }

        impl BinaryMath {
            /// Every function, in declaration order.
            pub const ALL: &[BinaryMath] = &[$(BinaryMath::$variant),*];

            /// The name of the function in this crate.
            pub const fn name(self) -> &'static str {
                match self {
                    $(BinaryMath::$variant => stringify!($name),)*
                }
            }

            /// The value in double precision.
            pub fn apply_f64(self, x: f64, y: f64) -> f64 {
                match self {
                    $(BinaryMath::$variant => self::f64::$name(x, y),)*
                }
            }

            /// The value in single precision.
            pub fn apply_f32(self, x: f32, y: f32) -> f32 {
                match self {
                    $(BinaryMath::$variant => self::f32::$name(x, y),)*
                }
            }
        }
    };
}

unary_math! {
    Exp exp "`e^x`.",
    Exp2 exp2 "`2^x`.",
    Expm1 expm1 "`e^x - 1`.",
    Log log "Natural logarithm.",
    Log2 log2 "Binary logarithm.",
    Log10 log10 "Decimal logarithm.",
    Log1p log1p "`log(1 + x)`.",
    Sin sin "Sine of radians.",
    Cos cos "Cosine of radians.",
    Tan tan "Tangent of radians.",
    Asin asin "Inverse sine.",
    Acos acos "Inverse cosine.",
    Atan atan "Inverse tangent.",
    Sinh sinh "Hyperbolic sine.",
    Cosh cosh "Hyperbolic cosine.",
    Tanh tanh "Hyperbolic tangent.",
    Asinh asinh "Inverse hyperbolic sine.",
    Acosh acosh "Inverse hyperbolic cosine.",
    Atanh atanh "Inverse hyperbolic tangent.",
    Erf erf "Error function.",
    Erfc erfc "Complementary error function.",
    Cbrt cbrt "Cube root.",
    Lgamma lgamma "Logarithm of the magnitude of the gamma function.",
    Gamma gamma "Gamma function.",
}

binary_math! {
    Atan2 atan2 "Angle of the point `(second, first)`.",
    Pow pow "The first argument to the power of the second.",
    Hypot hypot "Length of the vector of the two arguments.",
}
