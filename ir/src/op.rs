//! The operator table: one row per elementwise primitive.
//!
//! A row gives the name, the arity, the dtype rule, how the runtime lowers it, and one line of
//! meaning. The enum, the lookup and the tables of help and tests follow from the rows. What an
//! operator computes on one element is in [`crate::eval`], which the oracle and every helper share.

use crate::dtype::{DType, Kind};
use serde::{Deserialize, Serialize};

/// How operand dtypes decide the dtype computed in and the dtype of the result.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rule {
    /// Promoted; bool refused for signed-ness reasons unless noted (`-`, negative, abs, sign).
    Numeric,
    /// Promoted; bool allowed and stays bool (`+` is or, `*` is and, minimum, maximum).
    NumericOrBool,
    /// Promoted, integers and bool computed in float64.
    Divide,
    /// Promoted, then the float dtype of the standard's float functions.
    Float,
    /// Integers and bool.
    Bits,
    /// Integers.
    Shift,
    /// Promoted; result bool.
    Compare,
    /// Real numbers of any dtype; integers and bool pass unchanged.
    Rounding,
    /// Any; result bool.
    Test,
    /// Second and third promoted, the first is bool.
    Select,
    /// Any to the dtype asked for.
    Cast,
}

/// How the runtime computes it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lowering {
    /// Instructions of the generated code (falls back to a tile helper where the target has none).
    Native,
    /// A call of an ahead-of-time routine over a tile.
    Tile,
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The operator.
    pub op: MapOp,
    /// The name of the language's function.
    pub name: &'static str,
    /// How many operands.
    pub arity: u8,
    /// Dtype rule.
    pub rule: Rule,
    /// Lowering.
    pub lowering: Lowering,
    /// Whether `f(a, b)` is `f(b, a)`, bit for bit but for the payload of a NaN.
    pub commutes: bool,
    /// What it computes.
    pub doc: &'static str,
    /// A runnable example and its printed result.
    pub example: (&'static str, &'static str),
}

macro_rules! rows {
    ($($op:ident $name:literal $arity:literal $rule:ident $low:ident $comm:literal $doc:literal $ex:literal => $out:literal)*) => {
        /// An elementwise primitive; its row says the rest.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum MapOp { $(#[doc = $doc] $op,)* }

        /// The rows, in the order of the enum.
        pub static ROWS: &[Row] = &[$(Row {
            op: MapOp::$op, name: $name, arity: $arity, rule: Rule::$rule, lowering: Lowering::$low,
            commutes: $comm, doc: $doc, example: ($ex, $out),
        },)*];
    };
}

rows! {
    Add "add" 2 NumericOrBool Native true "Sum; of bools, or." "add(1.5, 2)" => "3.5"
    Sub "subtract" 2 Numeric Native false "Difference." "subtract(5, 2)" => "3"
    Mul "multiply" 2 NumericOrBool Native true "Product; of bools, and." "multiply(3, 4)" => "12"
    Div "divide" 2 Divide Native false "True quotient; integers give float64." "divide(1, 4)" => "0.25"
    FloorDiv "floor_divide" 2 Numeric Tile false "Quotient rounded towards minus infinity; integer division by zero gives 0." "floor_divide(-7, 2)" => "-4"
    Mod "remainder" 2 Numeric Tile false "Remainder with the sign of the divisor; integer remainder by zero gives 0." "remainder(-7, 3)" => "2"
    Pow "pow" 2 Numeric Tile false "Power; an integer other than 1 and -1 raised to a negative integer gives 0 elementwise." "pow(2, 10)" => "1024"
    Min "minimum" 2 NumericOrBool Native true "The smaller; NaN if either is." "minimum(2, 3)" => "2"
    Max "maximum" 2 NumericOrBool Native true "The larger; NaN if either is." "maximum(2, 3)" => "3"
    Atan2 "atan2" 2 Float Tile false "Angle of the point (x2, x1), in radians." "atan2(1.0, 1.0)" => "0.7853981633974483"
    Hypot "hypot" 2 Float Tile true "sqrt(x1^2 + x2^2) without overflow on the way." "hypot(3.0, 4.0)" => "5.0"
    Copysign "copysign" 2 Float Tile false "Magnitude of the first with the sign of the second." "copysign(2.0, -0.0)" => "-2.0"
    Nextafter "nextafter" 2 Float Tile false "The next representable number after x1 towards x2." "nextafter(1.0, 2.0)" => "1.0000000000000002"
    GammaDraw "gamma_from_uniform" 2 Float Tile false "A number of the gamma distribution with shape x1, made from the uniform number x2 in [0, 1)." "gamma_from_uniform(0.0, 0.5)" => "0.0"
    PoissonDraw "poisson_from_uniform" 2 Float Tile false "A number of the Poisson distribution with mean x1, made from the uniform number x2 in [0, 1)." "poisson_from_uniform(0.0, 0.5)" => "0.0"
    BitAnd "bitwise_and" 2 Bits Native true "Bitwise and." "bitwise_and(12, 10)" => "8"
    BitOr "bitwise_or" 2 Bits Native true "Bitwise or." "bitwise_or(12, 10)" => "14"
    BitXor "bitwise_xor" 2 Bits Native true "Bitwise exclusive or." "bitwise_xor(12, 10)" => "6"
    Shl "bitwise_left_shift" 2 Shift Tile false "Left shift; 0 when the shift is at least the width or negative." "bitwise_left_shift(1, 4)" => "16"
    Shr "bitwise_right_shift" 2 Shift Tile false "Right shift, sign-filling; a shift of at least the width or a negative one fills." "bitwise_right_shift(-16, 2)" => "-4"
    Eq "equal" 2 Compare Native true "Whether equal." "equal(1, 1.0)" => "True"
    Ne "not_equal" 2 Compare Native true "Whether different." "not_equal(1, 2)" => "True"
    Lt "less" 2 Compare Native false "Whether less." "less(1, 2)" => "True"
    Le "less_equal" 2 Compare Native false "Whether less or equal." "less_equal(2, 2)" => "True"
    Gt "greater" 2 Compare Native false "Whether greater." "greater(1, 2)" => "False"
    Ge "greater_equal" 2 Compare Native false "Whether greater or equal." "greater_equal(1, 2)" => "False"
    Neg "negative" 1 Numeric Native false "Negation; unsigned wraps." "negative(3)" => "-3"
    Abs "abs" 1 Rounding Native false "Absolute value; the least signed integer stays." "abs(-2.5)" => "2.5"
    Sign "sign" 1 Numeric Tile false "-1, 0 or 1; NaN of NaN." "sign(-2.5)" => "-1.0"
    Invert "bitwise_invert" 1 Bits Native false "Bitwise complement; of bools, not." "bitwise_invert(5)" => "-6"
    Not "logical_not" 1 Test Native false "Whether zero." "logical_not(0)" => "True"
    Sqrt "sqrt" 1 Float Native false "Square root." "sqrt(2.0)" => "1.4142135623730951"
    Floor "floor" 1 Rounding Native false "Rounded towards minus infinity." "floor(-1.5)" => "-2.0"
    Ceil "ceil" 1 Rounding Native false "Rounded towards plus infinity." "ceil(1.2)" => "2.0"
    Round "round" 1 Rounding Native false "Rounded to the nearest integer, halves to even." "round(2.5)" => "2.0"
    Trunc "trunc" 1 Rounding Native false "Rounded towards zero." "trunc(-1.7)" => "-1.0"
    IsNan "isnan" 1 Test Native false "Whether NaN." "isnan(nan)" => "True"
    IsInf "isinf" 1 Test Native false "Whether infinite." "isinf(-inf)" => "True"
    IsFinite "isfinite" 1 Test Native false "Whether neither NaN nor infinite." "isfinite(1.0)" => "True"
    Signbit "signbit" 1 Test Native false "Whether the sign bit is set." "signbit(-0.0)" => "True"
    Exp "exp" 1 Float Tile false "e^x. Within 0.503 ulp in float32, for every argument; within 0.95 ulp in float64, of 20,000 sampled." "exp(0.0)" => "1.0"
    Exp2 "exp2" 1 Float Tile false "2^x. Within 0.503 ulp in float32, for every argument; within 0.8 ulp in float64, of 20,000 sampled." "exp2(3.0)" => "8.0"
    Expm1 "expm1" 1 Float Tile false "e^x - 1, exact near 0. Within 0.511 ulp in float32, for every argument; within 1.7 ulp in float64, of 20,000 sampled." "expm1(0.0)" => "0.0"
    Log "log" 1 Float Tile false "Natural logarithm. Within 0.504 ulp in float32, for every argument; within 0.8 ulp in float64, of 20,000 sampled." "log(e)" => "1.0"
    Log2 "log2" 1 Float Tile false "Logarithm to base 2. Within 0.504 ulp in float32, for every argument; within 0.7 ulp in float64, of 20,000 sampled." "log2(8.0)" => "3.0"
    Log10 "log10" 1 Float Tile false "Logarithm to base 10. Within 0.504 ulp in float32, for every argument; within 0.65 ulp in float64, of 20,000 sampled." "log10(1000.0)" => "3.0"
    Log1p "log1p" 1 Float Tile false "log(1 + x), exact near 0. Within 0.504 ulp in float32, for every argument; within 0.8 ulp in float64, of 20,000 sampled." "log1p(0.0)" => "0.0"
    Sin "sin" 1 Float Tile false "Sine of an angle in radians. Within 0.504 ulp in float32, for every argument; within 0.65 ulp in float64, of 20,000 sampled." "sin(0.0)" => "0.0"
    Cos "cos" 1 Float Tile false "Cosine of an angle in radians. Within 0.501 ulp in float32, for every argument; within 0.7 ulp in float64, of 20,000 sampled." "cos(0.0)" => "1.0"
    Tan "tan" 1 Float Tile false "Tangent of an angle in radians. Within 0.501 ulp in float32, for every argument; within 0.75 ulp in float64, of 20,000 sampled." "tan(0.0)" => "0.0"
    Asin "asin" 1 Float Tile false "Arc sine in radians. Within 0.504 ulp in float32, for every argument; within 0.65 ulp in float64, of 20,000 sampled." "asin(1.0)" => "1.5707963267948966"
    Acos "acos" 1 Float Tile false "Arc cosine in radians. Within 0.504 ulp in float32, for every argument; within 0.6 ulp in float64, of 20,000 sampled." "acos(1.0)" => "0.0"
    Atan "atan" 1 Float Tile false "Arc tangent in radians. Within 0.504 ulp in float32, for every argument; within 0.6 ulp in float64, of 20,000 sampled." "atan(1.0)" => "0.7853981633974483"
    Sinh "sinh" 1 Float Tile false "Hyperbolic sine. Within 0.504 ulp in float32, for every argument; within 1.35 ulp in float64, of 20,000 sampled." "sinh(0.0)" => "0.0"
    Cosh "cosh" 1 Float Tile false "Hyperbolic cosine. Within 0.504 ulp in float32, for every argument; within 1.1 ulp in float64, of 20,000 sampled." "cosh(0.0)" => "1.0"
    Tanh "tanh" 1 Float Tile false "Hyperbolic tangent. Within 0.504 ulp in float32, for every argument; within 1.5 ulp in float64, of 20,000 sampled." "tanh(0.0)" => "0.0"
    Asinh "asinh" 1 Float Tile false "Inverse hyperbolic sine. Within 0.501 ulp in float32, for every argument; within 1.1 ulp in float64, of 20,000 sampled." "asinh(0.0)" => "0.0"
    Acosh "acosh" 1 Float Tile false "Inverse hyperbolic cosine. Within 0.501 ulp in float32, for every argument; within 0.8 ulp in float64, of 20,000 sampled." "acosh(1.0)" => "0.0"
    Atanh "atanh" 1 Float Tile false "Inverse hyperbolic tangent. Within 0.501 ulp in float32, for every argument; within 0.8 ulp in float64, of 20,000 sampled." "atanh(0.0)" => "0.0"
    Erf "erf" 1 Float Tile false "Error function. Within 0.501 ulp in float32, for every argument; within 1.15 ulp in float64, of 20,000 sampled." "erf(0.0)" => "0.0"
    Erfc "erfc" 1 Float Tile false "Complementary error function. Within 0.501 ulp in float32, for every argument; within 1.05 ulp in float64, of 20,000 sampled." "erfc(0.0)" => "1.0"
    Cbrt "cbrt" 1 Float Tile false "Cube root. Within 0.5 ulp in float32, for every argument; within 0.5 ulp in float64, of 20,000 sampled." "cbrt(27.0)" => "3.0"
    Lgamma "lgamma" 1 Float Tile false "Logarithm of the absolute value of the gamma function. Within 0.501 ulp in float32, for every argument; within 1.65 ulp in float64, of 20,000 sampled." "lgamma(1.0)" => "0.0"
    Gamma "gamma" 1 Float Tile false "Gamma function. Within 0.501 ulp in float32, for every argument; within 0.7 ulp in float64, of 20,000 sampled." "gamma(5.0)" => "24.0"
    Select "where" 3 Select Native false "The second where the first is true, else the third." "where(true, 1, 2)" => "1"
    Cast "astype" 1 Cast Tile false "The value in another dtype." "astype(2.7, int64)" => "2"
}

/// Why operand dtypes do not suit an operator: one plain sentence without the operator's name.
pub type DTypeError = &'static str;

impl MapOp {
    /// The operator's row.
    pub fn row(self) -> &'static Row {
        &ROWS[self as usize]
    }

    /// The operator of that name.
    pub fn from_name(name: &str) -> Option<MapOp> {
        ROWS.iter().find(|r| r.name == name).map(|r| r.op)
    }

    /// Whether the generated code has instructions for it in `dtype` (the dtype computed in).
    pub fn is_native(self, dtype: DType) -> bool {
        use MapOp::*;
        if self.row().lowering == Lowering::Tile || dtype.kind() == Kind::Complex {
            return false;
        }
        match self {
            Mul => !(dtype.is_integer() && dtype.size() == 1),
            Div | Sqrt | IsNan | IsInf | IsFinite => dtype.kind() == Kind::Float,
            Floor | Ceil | Round | Trunc => dtype.kind() == Kind::Float,
            _ => true,
        }
    }

    /// The dtype computed in and the dtype of the result for operands of these dtypes
    /// (already promoted together for [`Rule::Select`]: pass the second and third only).
    pub fn dtypes(self, operands: &[DType]) -> Result<(DType, DType), DTypeError> {
        let joint = operands.iter().copied().reduce(DType::promote).expect("an operand");
        let same = |d: DType| Ok((d, d));
        match self.row().rule {
            Rule::Numeric if joint == DType::Bool => Err("bool has no such arithmetic"),
            Rule::Numeric | Rule::NumericOrBool => same(joint),
            Rule::Divide if joint.is_inexact() => same(joint),
            Rule::Divide => same(DType::F64),
            // Each operand by itself: integers of at most 16 bits are float32 whatever their signs.
            Rule::Float => {
                let floats = operands.iter().map(|d| d.to_float());
                same(floats.reduce(DType::promote).expect("an operand"))
            }
            Rule::Bits if joint.is_inexact() => {
                Err("bits of floating-point numbers are not reachable")
            }
            Rule::Bits => same(joint),
            Rule::Shift if !joint.is_integer() => Err("only integers can be shifted"),
            Rule::Shift => same(joint),
            Rule::Compare | Rule::Test => Ok((joint, DType::Bool)),
            Rule::Rounding if joint.kind() == Kind::Complex && self != MapOp::Abs => {
                Err("complex numbers have no order")
            }
            Rule::Rounding | Rule::Select => same(joint),
            Rule::Cast => same(joint),
        }
    }
}

/// How a reduction combines two values of its dtype; all associate, only float `Sum` and `Prod`
/// round, and so follow the fixed tree of [`crate::fold`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord, Serialize, Deserialize)]
pub enum FoldOp {
    /// `+`
    Sum,
    /// `*`
    Prod,
    /// The smaller, NaN if any.
    Min,
    /// The larger, NaN if any.
    Max,
    /// Logical or of bools.
    Any,
    /// Logical and of bools.
    All,
}

impl FoldOp {
    /// Every fold.
    pub const ALL: [FoldOp; 6] =
        [FoldOp::Sum, FoldOp::Prod, FoldOp::Min, FoldOp::Max, FoldOp::Any, FoldOp::All];

    /// The name of the language's function.
    pub fn name(self) -> &'static str {
        match self {
            FoldOp::Sum => "sum",
            FoldOp::Prod => "prod",
            FoldOp::Min => "min",
            FoldOp::Max => "max",
            FoldOp::Any => "any",
            FoldOp::All => "all",
        }
    }

    /// The elementwise operator that combines two values as the fold does.
    pub fn elementwise(self) -> MapOp {
        match self {
            FoldOp::Sum => MapOp::Add,
            FoldOp::Prod => MapOp::Mul,
            FoldOp::Min => MapOp::Min,
            FoldOp::Max => MapOp::Max,
            FoldOp::Any => MapOp::BitOr,
            FoldOp::All => MapOp::BitAnd,
        }
    }

    /// The dtype a fold over `dtype` computes in: sums and products of integers and bools in
    /// int64 or uint64, as in the standard; `any` and `all` in bool; `min` and `max` unchanged.
    pub fn dtype(self, dtype: DType) -> DType {
        match (self, dtype.kind()) {
            (FoldOp::Any | FoldOp::All, _) => DType::Bool,
            (FoldOp::Sum | FoldOp::Prod, Kind::Bool | Kind::Signed) => DType::I64,
            (FoldOp::Sum | FoldOp::Prod, Kind::Unsigned) => DType::U64,
            _ => dtype,
        }
    }

    /// Whether values of `dtype` (the one computed in) can be combined.
    pub fn accepts(self, dtype: DType) -> bool {
        match self {
            _ if dtype.kind() == Kind::Complex => false,
            FoldOp::Sum | FoldOp::Prod => dtype != DType::Bool,
            FoldOp::Min | FoldOp::Max => true,
            FoldOp::Any | FoldOp::All => dtype == DType::Bool,
        }
    }

    /// Whether there is a value for an empty reduction.
    pub fn has_identity(self) -> bool {
        !matches!(self, FoldOp::Min | FoldOp::Max)
    }
}

/// A distribution of the counter-based generator ([`crate::philox`]); each is a function of
/// (seed, element index) and of its scalar arguments.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Dist {
    /// Uniform in [0, 1).
    Uniform,
    /// Standard normal.
    Normal,
    /// Uniform integers in [low, high), int64; arguments low and high.
    Integers,
}

impl Dist {
    /// The second word of the generator's key: with the same seed, numbers of different
    /// distributions are independent.
    pub fn stream(self) -> u64 {
        match self {
            Dist::Uniform => 0,
            Dist::Normal => 1,
            Dist::Integers => 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stand_in_enum_order_with_unique_names() {
        let mut names = std::collections::HashSet::new();
        for (i, row) in ROWS.iter().enumerate() {
            assert_eq!(row.op as usize, i);
            assert!(names.insert(row.name), "{}", row.name);
            assert_eq!(MapOp::from_name(row.name), Some(row.op));
        }
    }
}
