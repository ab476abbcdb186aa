//! Elements that are known while checking: those of short literals and what is made of them.
//!
//! They say whether positions lie in an axis and assertions hold. Conditions of the program are not
//! decided by them: both ways are checked.

use crate::array::{Array, State, build};
use arr_ir::dtype::{DType, Kind, Scalar};
use arr_ir::graph::{Builder, Op};
use arr_ir::oracle::{DenseArray, evaluate};
use arr_ir::shape::{Shape, count};
use std::rc::Rc;

/// How many elements of an array are kept.
pub(crate) const MOST: usize = 64;

/// Operations that what is known is looked for through.
const DEEPEST: u32 = 8;

/// The elements, if they are known: of a 0-d value, noted by [`result`], or of few operations on such.
pub(crate) fn elements(array: &Array) -> Option<Rc<DenseArray>> {
    if let Some(scalar) = array.known_scalar().filter(|s| s.dtype.kind() != Kind::Complex) {
        return Some(Rc::new(DenseArray::new(scalar.dtype, Shape::new(), [scalar])));
    }
    match &*array.0.state.borrow() {
        State::Abstract(elements) => elements.clone(),
        State::Pending(op, args) if array.depth() <= DEEPEST => {
            evaluated(op, args, array.dtype(), &array.known_shape()?).map(Rc::new)
        }
        _ => None,
    }
}

/// What is known of the elements beside their number: all of them, or the one that all are.
pub(crate) fn content(array: &Array) -> Vec<Scalar> {
    let one = array.known_scalar().or_else(|| build::filled(array)?.known_scalar());
    match one {
        Some(scalar) => vec![scalar],
        None => elements(array).map_or(vec![], |x| x.elements().collect()),
    }
}

/// The abstract array that a node makes of arguments, with its elements if all of theirs are known.
pub(crate) fn result(op: &Op, args: &[Array], dtype: DType, shape: &Shape) -> Option<Array> {
    evaluated(op, args, dtype, shape).map(Array::known)
}

fn evaluated(op: &Op, args: &[Array], dtype: DType, shape: &Shape) -> Option<DenseArray> {
    let elementary = matches!(
        op,
        Op::Map(_)
            | Op::View(_)
            | Op::Reshape
            | Op::Reduce { .. }
            | Op::Scan { .. }
            | Op::Concat(_)
            | Op::Update { .. }
    );
    if !elementary || dtype.kind() == Kind::Complex || count(shape) > MOST {
        return None;
    }
    let inputs: Vec<Rc<DenseArray>> = args.iter().map(elements).collect::<Option<_>>()?;
    let inputs: Vec<DenseArray> = inputs.into_iter().map(Rc::unwrap_or_clone).collect();
    let mut graph = Builder::default();
    let ids = inputs
        .iter()
        .enumerate()
        .map(|(i, x)| graph.node(Op::Input(i as u32), Default::default(), x.dtype, x.shape.clone()))
        .collect();
    let root = graph.node(op.clone(), ids, dtype, shape.clone());
    evaluate(&graph.finish(vec![root]), &inputs, &[]).ok()?.pop()
}
