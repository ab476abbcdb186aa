//! The conventions by which numbers of NetCDF files stand for others: packing, missing values,
//! valid ranges.
//!
//! References: NetCDF Users Guide, "Attribute Conventions"; CF conventions 1.11, sections 2.5 and
//! 8.1. The dtype of the result is that of Xarray: float32 if the numbers stored have at most 16
//! bits or are float32, and scale and offset are no float64; else float64. Missing is NaN.

use crate::attributes::{Attributes, Value};
use arr_ir::dtype::{DType, Kind, Scalar};

/// An attribute with the dtype of its numbers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Attribute {
    pub name: String,
    /// None for text.
    pub dtype: Option<DType>,
    pub value: Value,
}

/// How stored numbers are decoded.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Packing {
    /// The dtype of stored numbers, `_Unsigned` respected.
    pub stored: DType,
    /// The dtype they are decoded to.
    pub dtype: DType,
    missing: Vec<Scalar>,
    low: Option<f64>,
    high: Option<f64>,
    scale: Option<f64>,
    offset: Option<f64>,
}

/// The attributes as they are shown.
pub(crate) fn shown(all: &[Attribute]) -> Attributes {
    Attributes(all.iter().map(|a| (a.name.clone(), a.value.clone())).collect())
}

fn numbers(value: &Value) -> Vec<Value> {
    match value {
        Value::List(list) => list.clone(),
        Value::Int(_) | Value::Float(_) => vec![value.clone()],
        _ => vec![],
    }
}

impl Packing {
    /// What the attributes say about numbers stored with this dtype.
    pub(crate) fn of(stored: DType, attributes: &[Attribute]) -> Packing {
        let find = |name: &str| attributes.iter().find(|a| a.name == name);
        let stored = unsigned(stored, find("_Unsigned"));
        let mut packing = Packing {
            stored,
            dtype: stored,
            missing: vec![],
            low: None,
            high: None,
            scale: None,
            offset: None,
        };
        if matches!(stored.kind(), Kind::Complex | Kind::Bool) {
            return packing;
        }
        for name in ["_FillValue", "missing_value"] {
            let values = find(name).map(|a| numbers(&a.value)).unwrap_or_default();
            packing.missing.extend(values.iter().filter_map(|v| element(v, stored)));
        }
        packing.scale = find("scale_factor").and_then(|a| a.value.number());
        packing.offset = find("add_offset").and_then(|a| a.value.number());
        let packed = packing.scale.is_some() || packing.offset.is_some();
        if !packed && packing.missing.is_empty() && !stored.is_inexact() {
            return packing;
        }
        let wide = |name| find(name).is_some_and(|a| a.dtype != Some(DType::F32));
        let narrow = stored == DType::F32 || stored.size() <= 2;
        packing.dtype = match narrow && !wide("scale_factor") && !wide("add_offset") {
            true => DType::F32,
            false => DType::F64,
        };
        let range = find("valid_range").map(|a| numbers(&a.value)).unwrap_or_default();
        let single = |name| find(name).and_then(|a| a.value.number());
        let bound = |i: usize| range.get(i).filter(|_| range.len() == 2).and_then(Value::number);
        packing.low = bound(0).or(single("valid_min"));
        packing.high = bound(1).or(single("valid_max"));
        packing
    }

    /// Whether stored numbers are the result.
    pub(crate) fn is_plain(&self) -> bool {
        let bounded = self.low.is_some() || self.high.is_some();
        self.dtype == self.stored
            && self.missing.is_empty()
            && !bounded
            && self.scale.is_none()
            && self.offset.is_none()
    }

    /// Decodes numbers as in memory.
    pub(crate) fn decode(&self, stored: &[u8], out: &mut [u8]) {
        if self.is_plain() {
            out.copy_from_slice(stored);
            return;
        }
        match self.stored {
            DType::I8 => self.each(stored, out, |b| i8::from_le_bytes(b).into()),
            DType::U8 => self.each(stored, out, |b| u8::from_le_bytes(b).into()),
            DType::I16 => self.each(stored, out, |b| i16::from_le_bytes(b).into()),
            DType::U16 => self.each(stored, out, |b| u16::from_le_bytes(b).into()),
            DType::I32 => self.each(stored, out, |b| i32::from_le_bytes(b).into()),
            DType::U32 => self.each(stored, out, |b| u32::from_le_bytes(b).into()),
            DType::F32 => self.each(stored, out, |b| f32::from_le_bytes(b).into()),
            DType::F64 => self.each(stored, out, f64::from_le_bytes),
            DType::I64 => self.each(stored, out, |b| i64::from_le_bytes(b) as f64),
            DType::U64 => self.each(stored, out, |b| u64::from_le_bytes(b) as f64),
            DType::Bool | DType::C64 | DType::C128 => unreachable!("they are never packed"),
        }
    }

    fn each<const N: usize>(&self, stored: &[u8], out: &mut [u8], value: impl Fn([u8; N]) -> f64) {
        let wide = matches!(self.stored, DType::I64 | DType::U64);
        let missing: Vec<f64> = self.missing.iter().map(|m| m.as_f64()).collect();
        let exact: Vec<u64> = self.missing.iter().map(|m| m.bits as u64).collect();
        let is_missing = |bytes: [u8; N], value: f64| match wide {
            // Not every integer of eight bytes is a float of its own.
            true => exact.iter().any(|m| m.to_le_bytes()[..] == bytes),
            false => missing.contains(&value),
        };
        let (elements, _) = stored.as_chunks::<N>();
        for (bytes, out) in elements.iter().zip(out.chunks_exact_mut(self.dtype.size())) {
            let mut found = value(*bytes);
            found = if is_missing(*bytes, found) { f64::NAN } else { self.value(found) };
            match self.dtype {
                DType::F32 => out.copy_from_slice(&(found as f32).to_le_bytes()),
                _ => out.copy_from_slice(&found.to_le_bytes()),
            }
        }
    }

    /// What a number that is not missing stands for; rounded at every step as the result's dtype
    /// rounds.
    fn value(&self, mut value: f64) -> f64 {
        let outside =
            self.low.is_some_and(|low| value < low) || self.high.is_some_and(|high| value > high);
        if outside {
            return f64::NAN;
        }
        let round = |v: f64| if self.dtype == DType::F32 { f64::from(v as f32) } else { v };
        if let Some(scale) = self.scale {
            value = round(round(value) * round(scale));
        }
        if let Some(offset) = self.offset {
            value = round(round(value) + round(offset));
        }
        value
    }
}

fn unsigned(stored: DType, attribute: Option<&Attribute>) -> DType {
    let yes = matches!(attribute, Some(a) if matches!(&a.value, Value::Text(t) if t == "true"));
    match stored {
        DType::I8 if yes => DType::U8,
        DType::I16 if yes => DType::U16,
        DType::I32 if yes => DType::U32,
        DType::I64 if yes => DType::U64,
        other => other,
    }
}

/// A number as an element, if there is one that is equal to it, up to its sign bit.
fn element(value: &Value, dtype: DType) -> Option<Scalar> {
    match (value, dtype.int_range()) {
        (Value::Int(v), Some(_)) => Some(Scalar::from_i128(*v, dtype)),
        (Value::Float(v), Some((low, high))) => {
            let fits = v.fract() == 0.0 && *v >= low as f64 && *v <= high as f64;
            fits.then(|| Scalar::from_i128(*v as i128, dtype))
        }
        (Value::Int(v), None) => Some(Scalar::from_f64(*v as f64, dtype)),
        (Value::Float(v), None) => Some(Scalar::from_f64(*v, dtype)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(name: &str, dtype: DType, value: Value) -> Attribute {
        Attribute { name: name.into(), dtype: Some(dtype), value }
    }

    #[test]
    fn dtypes_of_results() {
        let dtype = |stored, attributes: &[Attribute]| Packing::of(stored, attributes).dtype;
        let fill = number("_FillValue", DType::I16, Value::Int(-1));
        let narrow = number("scale_factor", DType::F32, Value::Float(0.5));
        let wide = number("scale_factor", DType::F64, Value::Float(0.5));
        let range = number("valid_min", DType::I16, Value::Int(0));
        assert_eq!(dtype(DType::I16, &[]), DType::I16);
        assert_eq!(dtype(DType::I16, std::slice::from_ref(&range)), DType::I16);
        assert_eq!(dtype(DType::I16, std::slice::from_ref(&fill)), DType::F32);
        assert_eq!(dtype(DType::I32, &[fill]), DType::F64);
        assert_eq!(dtype(DType::I16, std::slice::from_ref(&narrow)), DType::F32);
        assert_eq!(dtype(DType::I16, std::slice::from_ref(&wide)), DType::F64);
        assert_eq!(dtype(DType::F32, &[narrow, range]), DType::F32);
        assert_eq!(dtype(DType::F32, &[wide]), DType::F64);
    }

    #[test]
    fn missing_numbers_are_told_exactly() {
        let large = i64::MAX - 1;
        let packing = Packing::of(
            DType::I64,
            &[number("missing_value", DType::I64, Value::Int(large.into()))],
        );
        let stored = [large, large + 1, 5].map(i64::to_le_bytes).concat();
        let mut out = [0; 24];
        packing.decode(&stored, &mut out);
        let found: Vec<f64> = out.as_chunks().0.iter().map(|b| f64::from_le_bytes(*b)).collect();
        assert!(found[0].is_nan() && found[1] == large as f64 && found[2] == 5.0, "{found:?}");
        let unsigned =
            Attribute { name: "_Unsigned".into(), dtype: None, value: Value::Text("true".into()) };
        let packing =
            Packing::of(DType::I8, &[unsigned, number("_FillValue", DType::I8, Value::Int(-1))]);
        let mut out = [0; 8];
        packing.decode(&[255, 200], &mut out);
        let found = out.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect::<Vec<_>>();
        assert!(found[0].is_nan() && found[1] == 200.0, "{found:?}");
    }
}
