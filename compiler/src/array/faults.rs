//! The failures of operations on values: one constructor each, with its code.
//!
//! `{0}`, `{1}` in notes and hints stand for the source text of that operand; whoever knows the
//! place in the text replaces them.

use crate::array::Array;
use crate::fault::{Failure, Fault};
use crate::host::{HostError, HostErrorKind};
use crate::value::{Value, array_type_text};
use arr_ir::dtype::{DType, Kind};
use arr_ir::op::MapOp;
use arr_ir::shape::{Dim, Dims, MAX_RANK, Mismatch, broadcast};

/// What an operation gives.
pub(crate) type Outcome<T> = Result<T, Fault>;

/// A dimension list as messages show it: `[3, ?]`.
pub(crate) fn dims_text(dims: &[Dim]) -> String {
    let sizes: Vec<String> =
        dims.iter().map(|d| d.known().map_or("?".into(), |n| n.to_string())).collect();
    format!("[{}]", sizes.join(", "))
}

/// Two shapes that do not broadcast; `lhs` and `rhs` are the operands' positions and dimensions.
pub(crate) fn shapes(
    lhs: (usize, String, &[Dim]),
    rhs: (usize, String, &[Dim]),
    mismatch: Mismatch,
) -> Fault {
    let Mismatch { axis, left, right } = mismatch;
    let failure = Failure::new("E0102", "shapes do not broadcast")
        .at(lhs.0, lhs.1)
        .at(rhs.0, rhs.1)
        .note(format!("axis {axis}: {left} against {right}"));
    match pairing_hint((lhs.0, lhs.2), (rhs.0, rhs.2)) {
        Some(hint) => failure.hint(hint).into(),
        None => failure.into(),
    }
}

/// How new axes at the end of the operand with fewer dimensions would make both broadcast.
fn pairing_hint(lhs: (usize, &[Dim]), rhs: (usize, &[Dim])) -> Option<String> {
    let (small, large) = if lhs.1.len() < rhs.1.len() { (lhs, rhs) } else { (rhs, lhs) };
    let missing = large.1.len() - small.1.len();
    if small.1.is_empty() {
        return None;
    }
    for new in 1..=missing {
        let mut widened: Dims = small.1.into();
        widened.extend(std::iter::repeat_n(Dim::Known(1), new));
        if broadcast(large.1, &widened).is_ok() {
            let axis = missing - new;
            let head = if small.1.len() == 1 { ":" } else { "..." };
            let axes = ", newaxis".repeat(new);
            let at = match small.1.len() {
                1 => format!("axis {axis}"),
                n => format!("axes {axis} to {}", axis + n - 1),
            };
            return Some(format!(
                "to pair {{{0}}} with {at}, write {{{0}}}[{head}{axes}]",
                small.0
            ));
        }
    }
    None
}

/// How programs write an operator: its sign, or the name of its function.
pub(crate) fn sign(op: MapOp) -> &'static str {
    match op {
        MapOp::Add => "+",
        MapOp::Sub | MapOp::Neg => "-",
        MapOp::Mul => "*",
        MapOp::Div => "/",
        MapOp::FloorDiv => "//",
        MapOp::Mod => "%",
        MapOp::Pow => "**",
        MapOp::BitAnd => "&",
        MapOp::BitOr => "|",
        MapOp::BitXor => "^",
        MapOp::Invert => "~",
        MapOp::Shl => "<<",
        MapOp::Shr => ">>",
        MapOp::Eq => "==",
        MapOp::Ne => "!=",
        MapOp::Lt => "<",
        MapOp::Le => "<=",
        MapOp::Gt => ">",
        MapOp::Ge => ">=",
        _ => op.row().name,
    }
}

/// Dtypes that do not suit an operator.
pub(crate) fn dtypes(name: &str, reason: &str, blame: &[(usize, String)]) -> Failure {
    let mut failure = Failure::new("E0151", format!("`{name}` does not suit these dtypes"));
    failure.blame = blame.to_vec();
    failure.note(reason)
}

/// A value that is not a number or array where one is needed.
pub(crate) fn no_number(position: usize, value: &Value) -> Fault {
    Failure::new("E0150", "the operation needs numbers or arrays")
        .at(position, value.type_text())
        .into()
}

/// A weak integer that its array's dtype cannot hold.
pub(crate) fn does_not_fit(position: usize, value: i128, dtype: DType) -> Fault {
    let wider = if value < 0 { DType::I64 } else { dtype.promote(DType::I64) };
    let (low, high) = dtype.int_range().unwrap_or((0, 1));
    Failure::new("E0152", format!("{value} does not fit {dtype}"))
        .at(position, format!("{dtype} holds {low} to {high}"))
        .hint(format!("{wider} holds it: x.astype({wider}), or dtype={wider}"))
        .into()
}

/// An operation that complex arrays do not have.
pub(crate) fn complex(name: &str) -> Fault {
    Failure::new("E0153", format!("`{name}` is not for complex arrays"))
        .note("complex numbers have no order")
        .hint("say which part is meant: .real, .imag or abs(...)")
        .into()
}

/// Complex numbers where real ones are stored or asked for.
pub(crate) fn complex_to_real(from: DType, to: DType) -> Fault {
    Failure::new("E0160", format!("{from} cannot be converted to {to} without loss"))
        .hint("say which part is meant: .real, .imag or abs(...)")
        .into()
}

/// An argument of the wrong type.
pub(crate) fn argument(position: usize, value: &Value, wanted: &str) -> Failure {
    Failure::new("E0171", format!("expected {wanted}")).at(position, value.type_text())
}

/// An axis, given as the argument at `position`, beyond those of an array.
pub(crate) fn axis(position: usize, axis: i64, array: &Array) -> Fault {
    let rank = array.ndim();
    let axes = match rank {
        0 => "no axes".to_string(),
        1 => "1 axis".to_string(),
        n => format!("{n} axes"),
    };
    let failure = axis_beyond(axis)
        .at(position, format!("{} has {axes}", array_type_text(array.dtype(), array.dims())));
    match rank {
        0 => failure.into(),
        _ => failure.note(format!("the axes are {} to {}", -(rank as i64), rank - 1)).into(),
    }
}

/// A new axis, given as the argument at `position`, beyond the `rank` axes of the result.
pub(crate) fn new_axis(position: usize, axis: i64, rank: usize) -> Fault {
    axis_beyond(axis)
        .at(position, format!("the result has {rank} axes"))
        .note(format!("its axes are {} to {}", -(rank as i64), rank.max(1) - 1))
        .into()
}

/// An axis that comes twice in the argument at `position`.
pub(crate) fn axis_twice(position: usize, axis: i64) -> Fault {
    Failure::new("E0162", format!("axis {axis} is given twice")).at(position, "").into()
}

fn axis_beyond(axis: i64) -> Failure {
    Failure::new("E0161", format!("axis {axis} is out of range"))
}

/// A shape that is too large for any array.
pub(crate) fn too_large(dims: &[Dim]) -> Fault {
    let message = match dims.len() > MAX_RANK {
        true => format!("an array has at most {MAX_RANK} dimensions, not {}", dims.len()),
        false => format!("an array of shape {} has too many elements", dims_text(dims)),
    };
    Fault::Host(HostError {
        kind: HostErrorKind::Limit,
        message,
        hint: Some("an array holds at most 2^56 elements in 16 dimensions".into()),
    })
}

/// An index that selects beyond an axis.
pub(crate) fn index_range(index: i64, axis: usize, size: usize) -> Fault {
    Failure::new("E0155", format!("index {index} is out of range for axis {axis} of size {size}"))
        .hint(match size {
            0 => "the axis is empty".to_string(),
            n => format!("the indices are {} to {}", -(n as i64), n - 1),
        })
        .into()
}

/// Storing a value in a dtype of another kind.
pub(crate) fn store(position: usize, from: DType, to: DType) -> Fault {
    let failure = Failure::new("E0160", format!("{from} cannot be stored in {to} without loss"))
        .at(position, from.name());
    if from.kind() == Kind::Complex {
        return failure.hint(format!("store its .real, or make the array {from} first")).into();
    }
    failure.hint(format!("convert it: astype({to}), or make the array {from} first")).into()
}
