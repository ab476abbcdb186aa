//! Values that enter and leave a session.

use crate::error::{Error, ErrorKind};
use arr_compiler::format::{self, Item};
use arr_ir::dtype::{DType, Kind, Scalar};
use arr_ir::shape::Shape;
use arr_runtime::buffer::Buffer;
use ndarray::{Array, ArrayBase, ArrayD, ArrayView, Data, Dimension, IxDyn};
use num_complex::Complex;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

/// How deep tuples and records are written out.
const MAX_NESTING: usize = 64;

/// A value of the language. Cheap to clone; arrays are shared and never change.
///
/// The lifetime is that of memory lent to the session ([`Session::set`](crate::Session::set)):
/// a value may be a view of it.
#[derive(Clone)]
pub struct Value<'a> {
    pub(crate) content: Content,
    lent: PhantomData<&'a ()>,
}

/// What a value is; nothing in it is tied to a thread.
#[derive(Clone)]
pub(crate) enum Content {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Complex(f64, f64),
    Str(Arc<str>),
    DType(DType),
    Array(Buffer),
    Tuple(Arc<[Content]>),
    Record(Arc<[(String, Content)]>),
    Range(i64, i64, i64),
    /// A function or a module: its text.
    Opaque(Arc<str>),
}

/// The Rust types of elements: `bool`, the integers of 8 to 64 bits, `f32`, `f64`, and
/// `Complex<f32>`, `Complex<f64>` of the crate `num-complex`.
pub trait Element: arr_runtime::buffer::Element {
    /// The element with these little-endian bytes.
    #[doc(hidden)]
    fn read(bytes: &[u8]) -> Self;
    /// The value of a scalar of this dtype.
    #[doc(hidden)]
    fn of(scalar: Scalar) -> Self;
}

macro_rules! elements {
    ($($type:ty),*) => {$(
        impl Element for $type {
            fn read(bytes: &[u8]) -> Self {
                let mut own = [0; size_of::<$type>()];
                own.copy_from_slice(bytes);
                <$type>::from_le_bytes(own)
            }
            fn of(scalar: Scalar) -> Self {
                Self::read(&scalar.bits.to_le_bytes()[..size_of::<$type>()])
            }
        }
    )*};
}

elements!(i8, i16, i32, i64, u8, u16, u32, u64, f32, f64);

impl Element for bool {
    fn read(bytes: &[u8]) -> Self {
        bytes[0] != 0
    }
    fn of(scalar: Scalar) -> Self {
        scalar.truthy()
    }
}

impl Element for Complex<f32> {
    fn read(bytes: &[u8]) -> Self {
        Complex::new(f32::read(&bytes[..4]), f32::read(&bytes[4..]))
    }
    fn of(scalar: Scalar) -> Self {
        Self::read(&scalar.bits.to_le_bytes()[..8])
    }
}

impl Element for Complex<f64> {
    fn read(bytes: &[u8]) -> Self {
        Complex::new(f64::read(&bytes[..8]), f64::read(&bytes[8..]))
    }
    fn of(scalar: Scalar) -> Self {
        Self::read(&scalar.bits.to_le_bytes())
    }
}

impl<'a> Value<'a> {
    pub(crate) fn new(content: Content) -> Value<'a> {
        Value { content, lent: PhantomData }
    }

    /// The value `none`.
    pub fn none() -> Value<'a> {
        Value::new(Content::None)
    }

    /// A tuple.
    pub fn tuple(items: impl IntoIterator<Item = Value<'a>>) -> Value<'a> {
        Value::new(Content::Tuple(items.into_iter().map(|v| v.content).collect()))
    }

    /// Whether it is `none`.
    pub fn is_none(&self) -> bool {
        matches!(self.content, Content::None)
    }

    /// The shape of an array; of a scalar, the empty one.
    pub fn shape(&self) -> Option<&[usize]> {
        match &self.content {
            Content::Array(buffer) => Some(buffer.shape()),
            _ => self.scalar().map(|_| &[][..]),
        }
    }

    /// The dtype of an array, and the one a scalar has by itself, by the name it has in the
    /// language: `float64`.
    pub fn dtype(&self) -> Option<&'static str> {
        match &self.content {
            Content::Array(buffer) => Some(buffer.dtype().name()),
            _ => self.scalar().map(|s| s.dtype.name()),
        }
    }

    /// Bytes of an array's elements.
    pub fn nbytes(&self) -> Option<usize> {
        match &self.content {
            Content::Array(buffer) => Some(buffer.nbytes()),
            _ => None,
        }
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.content {
            Content::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The elements of a tuple.
    pub fn items(&self) -> Option<Vec<Value<'a>>> {
        match &self.content {
            Content::Tuple(items) => Some(items.iter().cloned().map(Value::new).collect()),
            _ => None,
        }
    }

    /// A field of a record.
    pub fn field(&self, name: &str) -> Option<Value<'a>> {
        match &self.content {
            Content::Record(fields) => {
                fields.iter().find(|f| f.0 == name).map(|f| Value::new(f.1.clone()))
            }
            _ => None,
        }
    }

    /// The one element of a scalar or of an array with a single element.
    fn scalar(&self) -> Option<Scalar> {
        Some(match &self.content {
            Content::Bool(v) => Scalar::bool(*v),
            Content::Int(v) => Scalar::int(*v),
            Content::Float(v) => Scalar::float(*v),
            Content::Complex(re, im) => Scalar::from_complex(*re, *im, DType::C128),
            Content::Array(b) if b.shape().iter().all(|&n| n == 1) => b.element(0),
            _ => return None,
        })
    }

    /// The value of a scalar, or of an array with a single element.
    ///
    /// # Errors
    /// It is something else, or `T` does not hold the value exactly (an integer is given for
    /// `f64` as far as `f64` is exact, 2.5 is not given for `i64`).
    pub fn to_scalar<T: Element>(&self) -> Result<T, Error> {
        let scalar = self.scalar().ok_or_else(|| self.unsuited("a scalar"))?;
        let cast = scalar.cast(T::DTYPE);
        let lost_kind = scalar.dtype.kind() == Kind::Complex && T::DTYPE.kind() != Kind::Complex
            || scalar.dtype.kind() != Kind::Bool && T::DTYPE == DType::Bool;
        let same =
            cast.cast(scalar.dtype) == scalar || scalar.as_f64().is_nan() && cast.as_f64().is_nan();
        match same && !lost_kind {
            true => Ok(T::of(cast)),
            false => Err(self.unsuited(T::DTYPE.name())),
        }
    }

    /// The elements of an array (or scalar), copied, in row-major order.
    ///
    /// # Errors
    /// It is no array, or its dtype is not that of `T`.
    pub fn to_ndarray<T: Element>(&self) -> Result<ArrayD<T>, Error> {
        let wrong = || self.unsuited(&format!("an array of {}", T::DTYPE));
        let made = match &self.content {
            Content::Array(buffer) if buffer.dtype() == T::DTYPE => {
                let read = |bytes: &[u8]| bytes.chunks_exact(size_of::<T>()).map(T::read).collect();
                let elements: Vec<T> = match buffer.bytes() {
                    Some(bytes) => read(bytes),
                    None => read(&buffer.to_bytes()),
                };
                ArrayD::from_shape_vec(IxDyn(buffer.shape()), elements)
            }
            Content::Array(_) => return Err(wrong()),
            _ => match self.scalar() {
                Some(s) if s.dtype == T::DTYPE => {
                    ArrayD::from_shape_vec(IxDyn(&[]), vec![T::of(s)])
                }
                _ => return Err(wrong()),
            },
        };
        made.map_err(|e| Error::bug(&e.to_string()))
    }

    fn unsuited(&self, wanted: &str) -> Error {
        let title = format!("the value is {}, not {wanted}", self.content.type_text());
        Error::new(ErrorKind::Value, "E0200", title)
    }
}

impl Content {
    fn type_text(&self) -> String {
        match self {
            Content::None => "none".into(),
            Content::Bool(_) => "bool".into(),
            Content::Int(_) => "int".into(),
            Content::Float(_) => "float".into(),
            Content::Complex(..) => "complex".into(),
            Content::Str(_) => "str".into(),
            Content::DType(_) => "dtype".into(),
            Content::Array(b) => type_text(b),
            Content::Tuple(items) => format!("tuple of {}", items.len()),
            Content::Record(_) => "record".into(),
            Content::Range(..) => "range".into(),
            Content::Opaque(text) => text.to_string(),
        }
    }

    fn repr(&self, nesting: usize) -> String {
        if nesting > MAX_NESTING {
            return "...".into();
        }
        match self {
            Content::None => "none".into(),
            Content::Bool(v) => format::item_text(Item::Bool(*v)),
            Content::Int(v) => v.to_string(),
            Content::Float(v) => format::item_text(Item::F64(*v)),
            Content::Complex(re, im) => format::item_text(Item::C128(*re, *im)),
            Content::Str(text) => format::string_repr(text),
            Content::DType(dtype) => dtype.name().into(),
            Content::Array(buffer) if buffer.shape().is_empty() => array_text(buffer),
            Content::Array(buffer) => {
                let mut get = |index: &[usize]| Item::from(buffer.get(index));
                format::array_repr(buffer.shape(), buffer.dtype().name(), &mut get)
            }
            Content::Tuple(items) => {
                let parts: Vec<String> = items.iter().map(|v| v.repr(nesting + 1)).collect();
                match &parts[..] {
                    [one] => format!("({one},)"),
                    many => format!("({})", many.join(", ")),
                }
            }
            Content::Record(fields) => {
                let part =
                    |(name, v): &(String, Content)| format!("{name}={}", v.repr(nesting + 1));
                format!("record({})", fields.iter().map(part).collect::<Vec<_>>().join(", "))
            }
            Content::Range(start, stop, 1) => format!("range({start}, {stop})"),
            Content::Range(start, stop, step) => format!("range({start}, {stop}, {step})"),
            Content::Opaque(text) => text.to_string(),
        }
    }
}

fn type_text(buffer: &Buffer) -> String {
    let sizes: Vec<String> = buffer.shape().iter().map(usize::to_string).collect();
    format!("{}[{}]", buffer.dtype(), sizes.join(", "))
}

fn array_text(buffer: &Buffer) -> String {
    format::array_text(buffer.shape(), &mut |index| Item::from(buffer.get(index)))
}

/// As arr prints it.
impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.content {
            Content::Str(text) => f.write_str(text),
            Content::Array(buffer) => f.write_str(&array_text(buffer)),
            other => f.write_str(&other.repr(0)),
        }
    }
}

/// As arr shows it inside a tuple: text in quotes, arrays with their dtype.
impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.content.repr(0))
    }
}

macro_rules! scalars {
    ($($type:ty => $content:expr),*) => {$(
        impl From<$type> for Value<'_> {
            fn from(value: $type) -> Self {
                Value::new($content(value))
            }
        }
    )*};
}

scalars! {
    bool => Content::Bool,
    i64 => Content::Int,
    i32 => |v| Content::Int(i64::from(v)),
    u32 => |v| Content::Int(i64::from(v)),
    f64 => Content::Float,
    f32 => |v| Content::Float(f64::from(v)),
    Complex<f64> => |v: Complex<f64>| Content::Complex(v.re, v.im),
    &str => |v: &str| Content::Str(v.into()),
    String => |v: String| Content::Str(v.into())
}

/// A view without gaps in memory (whole, transposed, reversed) is lent and not copied; of others
/// the elements are copied.
impl<'a, T: Element, D: Dimension> From<ArrayView<'a, T, D>> for Value<'a> {
    fn from(view: ArrayView<'a, T, D>) -> Self {
        let lent = view.to_slice_memory_order().and_then(|memory| {
            let first = (view.as_ptr() as usize).wrapping_sub(memory.as_ptr() as usize);
            let first = if memory.is_empty() { 0 } else { first / size_of::<T>() };
            Buffer::lent(memory, first, Shape::from_slice(view.shape()), view.strides())
        });
        Value::new(lent.map_or_else(|| copied(&view), Content::Array))
    }
}

impl<'a, T: Element, D: Dimension> From<&'a Array<T, D>> for Value<'a> {
    fn from(array: &'a Array<T, D>) -> Self {
        Value::from(array.view())
    }
}

/// The elements are moved and not copied.
impl<T: Element, D: Dimension> From<Array<T, D>> for Value<'_> {
    fn from(array: Array<T, D>) -> Self {
        let array = array.as_standard_layout().into_owned();
        let shape = Shape::from_slice(array.shape());
        let (memory, first) = array.into_raw_vec_and_offset();
        let strides = row_major(&shape);
        Value::new(content(Buffer::owned(memory, first.unwrap_or(0), shape, &strides)))
    }
}

fn row_major(shape: &[usize]) -> Vec<isize> {
    arr_ir::shape::row_major(shape).to_vec()
}

/// An array; one with more dimensions than the language has cannot be used for anything.
fn content(array: Option<Buffer>) -> Content {
    match array {
        Some(buffer) => Content::Array(buffer),
        None => Content::Opaque("<array of too many dimensions>".into()),
    }
}

fn copied<T: Element, S: Data<Elem = T>, D: Dimension>(array: &ArrayBase<S, D>) -> Content {
    let shape = Shape::from_slice(array.shape());
    let strides = row_major(&shape);
    let elements: Vec<T> = array.iter().copied().collect();
    content(Buffer::owned(elements, 0, shape, &strides))
}
