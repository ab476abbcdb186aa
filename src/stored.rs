//! Arrays behind handles: where their elements are.

use arr_ir::dtype::DType;
use arr_ir::shape::Shape;
use arr_runtime::buffer::Buffer;
use arr_storage::Source;
use std::sync::{Arc, Mutex, PoisonError};

/// An array behind a handle.
#[allow(clippy::large_enum_variant, reason = "planned ones exist while explaining only")]
pub(crate) enum Stored {
    /// An array, wherever it is now.
    Array(Mutex<Place>),
    /// Only while recording: an array that was planned and not computed.
    Planned(DType, Shape),
}

/// Where the elements of an array are.
pub(crate) enum Place {
    /// In memory only.
    Memory(Buffer),
    /// In a file (spilled or not), complex ones as pairs of floats; and in memory too, once they
    /// were needed there.
    Disk(Arc<dyn Source>, Option<Buffer>),
}

impl Stored {
    pub(crate) fn memory(buffer: Buffer) -> Stored {
        Stored::Array(Mutex::new(Place::Memory(buffer)))
    }

    pub(crate) fn disk(source: Arc<dyn Source>) -> Stored {
        Stored::Array(Mutex::new(Place::Disk(source, None)))
    }

    /// Looks at where an array is, or moves it.
    pub(crate) fn at<T>(&self, see: impl FnOnce(&mut Place) -> T) -> Option<T> {
        match self {
            Stored::Array(place) => {
                Some(see(&mut place.lock().unwrap_or_else(PoisonError::into_inner)))
            }
            Stored::Planned(..) => None,
        }
    }

    /// The shape, as the engine sees it.
    pub(crate) fn shape(&self) -> Shape {
        match self {
            Stored::Planned(_, shape) => shape.clone(),
            _ => self
                .at(|place| match place {
                    Place::Memory(buffer) => Shape::from_slice(buffer.shape()),
                    Place::Disk(source, _) => Shape::from_slice(source.shape()),
                })
                .unwrap_or_default(),
        }
    }

    /// The file it lies in, if any.
    pub(crate) fn source(&self) -> Option<Arc<dyn Source>> {
        self.at(|place| match place {
            Place::Memory(_) => None,
            Place::Disk(source, _) => Some(source.clone()),
        })?
    }

    /// Its elements in memory, if they are there.
    pub(crate) fn buffer(&self) -> Option<Buffer> {
        self.at(|place| match place {
            Place::Memory(buffer) => Some(buffer.clone()),
            Place::Disk(_, loaded) => loaded.clone(),
        })?
    }
}
