//! Parts of complex numbers.

use super::args::Result;
use crate::array::complex::{conjugate, imaginary, real};
use crate::array::elementwise::elementwise;
use crate::array::scalars::Operand;
use crate::builtin::Context;
use crate::value::{Unknown, Value};
use arr_ir::op::MapOp;

rows! {
    "conj" ("x") conj, true,
        "The complex conjugate: the imaginary part negated; of real numbers the number itself."
        "conj([1 + 2j, 3j])" => "[1.-2.j 0.-3.j]";
    "real" ("x") real_part, true,
        "The real part of complex numbers; of real ones the number itself."
        "real([1 + 2j, 3j])" => "[1. 0.]";
    "imag" ("x") imaginary_part, true,
        "The imaginary part of complex numbers; 0 of real ones, in their dtype."
        "imag([1 + 2j, 3j])" => "[2. 3.]";
}

fn conj(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0]);
    Ok(match Operand::need(cx, 0, &a[0])? {
        Operand::Array(array) => Value::Array(conjugate(&array)?),
        Operand::Weak(_) => match &a[0] {
            Value::Complex(re, im) => Value::Complex(*re, -im),
            other => other.clone(),
        },
    })
}

fn real_part(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0]);
    Ok(match Operand::need(cx, 0, &a[0])? {
        Operand::Array(array) => Value::Array(real(&array)),
        Operand::Weak(_) => match &a[0] {
            Value::Complex(re, _) => Value::Float(*re),
            Value::Unknown(Unknown::Complex) => Value::Unknown(Unknown::Float),
            other => other.clone(),
        },
    })
}

fn imaginary_part(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0]);
    Ok(match Operand::need(cx, 0, &a[0])? {
        Operand::Array(array) => Value::Array(imaginary(&array)?),
        Operand::Weak(_) => match &a[0] {
            Value::Complex(_, im) => Value::Float(*im),
            Value::Unknown(Unknown::Complex) => Value::Unknown(Unknown::Float),
            other => elementwise(cx, MapOp::Mul, &[other.clone(), Value::Int(0)])?,
        },
    })
}
