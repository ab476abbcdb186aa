//! Bits of bytes, which `packbits` and `unpackbits` of the library put together and take apart.

use super::args::{self, Result};
use crate::array::faults;
use crate::array::{Array, build};
use crate::builtin::Context;
use crate::value::Value;
use arr_ir::dtype::DType;
use arr_ir::routine::{BITS, Bits};
use arr_ir::shape::{Dim, count};
use smallvec::smallvec;

rows! {
    "_packed" ("x, little") packed, false,
        "Eight elements along the last axis, zero or not, as the bits of one uint8, the first as the highest or, if `little`, the lowest."
        "_packed([1, 0, 0, 0, 0, 0, 1, 0], false)" => "[130]";
    "_unpacked" ("x, little") unpacked, false,
        "The bits of uint8 elements along the last axis as zeros and ones, the highest or, if `little`, the lowest first."
        "_unpacked([130].astype(uint8), false)" => "[1 0 0 0 0 0 1 0]";
}

fn packed(cx: &mut dyn Context, a: &[Value]) -> Result {
    converted(cx, a, |little| Bits::Pack { little })
}

fn unpacked(cx: &mut dyn Context, a: &[Value]) -> Result {
    converted(cx, a, |little| Bits::Unpack { little })
}

fn converted(cx: &mut dyn Context, a: &[Value], bits: impl Fn(bool) -> Bits) -> Result {
    known!(&a[0], &a[1]);
    let given = args::array(cx, a, 0)?;
    let bits = bits(args::flag(cx, a, 1)?);
    let packs = matches!(bits, Bits::Pack { .. });
    let given = if packs { build::cast(&given, DType::Bool)? } else { given };
    let mut dims = given.dims().clone();
    let Some(last) = dims.last_mut() else {
        return Err(faults::argument(0, &a[0], "an array of at least one dimension").into());
    };
    *last = match *last {
        Dim::Known(n) if packs => Dim::Known(n.div_ceil(BITS)),
        Dim::Known(n) => Dim::Known(n * BITS),
        Dim::Unknown(_) => cx.fresh_dim(),
    };
    let Some(shape) = given.known_shape().filter(|_| !given.is_abstract()) else {
        return Ok(Value::Array(Array::abstract_of(DType::U8, dims)));
    };
    // Lines of whole bytes are one line.
    let whole = !packs || shape.last().is_some_and(|n| n % BITS == 0);
    let all = smallvec![Dim::Known(count(&shape))];
    let lines = if whole { build::reshape(&given, all)? } else { given };
    build::reshape(&build::routine(bits.into(), smallvec![lines])?, dims).map(Value::Array)
}
