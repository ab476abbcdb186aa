//! What is in a file: all of its arrays, without reading any.

use crate::attributes::Attributes;
use arr_ir::dtype::DType;
use arr_ir::shape::Shape;

/// The content of a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Info {
    /// The format, as `Zarr 3`.
    pub format: String,
    /// The arrays, in the order of the file.
    pub arrays: Vec<ArrayInfo>,
    /// The groups and their attributes; the file itself has the empty name.
    pub groups: Vec<(String, Attributes)>,
}

/// An array of a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ArrayInfo {
    /// Its name in the file; empty if it has none.
    pub name: String,
    /// The dtype it is read as; none when it cannot be read.
    pub dtype: Option<DType>,
    /// How elements are stored, in the format's words, where that differs; or why it cannot be
    /// read.
    pub note: String,
    /// Its shape.
    pub shape: Shape,
    /// Its chunk shape.
    pub chunks: Option<Shape>,
    /// The names of its codecs.
    pub codecs: Vec<String>,
    /// Names, units, dimensions and whatever else the file tells.
    pub attributes: Attributes,
}

impl ArrayInfo {
    /// What an open source tells about itself.
    pub(crate) fn of(name: &str, source: &dyn crate::Source) -> ArrayInfo {
        ArrayInfo {
            name: name.into(),
            dtype: Some(source.dtype()),
            note: String::new(),
            shape: source.shape().into(),
            chunks: source.chunks().map(Shape::from_slice),
            codecs: vec![],
            attributes: source.attributes().clone(),
        }
    }
}
