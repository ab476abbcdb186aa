//! Images as arrays: height, width, and channels if there are several.
//!
//! PNG and JPEG are decoded as a whole with the first read, into a temporary file; TIFF is read by
//! its strips and tiles. What a file claims about its size is compared with what its bytes can
//! unpack to, before anything is decoded.

mod directory;
mod png;
mod tiff;
mod write;

pub use tiff::{TiffArray, info as tiff_info, open as open_tiff};
pub use write::create;
#[cfg(test)]
pub(crate) use write::create_with;
pub(crate) use write::suits;

use crate::Source;
use crate::attributes::Attributes;
use crate::error::{StorageError, failure};
use crate::file::{Held, Stopped, proceed};
use crate::stage::Stage;
use arr_ir::dtype::DType;
use arr_ir::shape::{Shape, count};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

/// The most bytes of an image that is decoded as a whole.
const MAX_IMAGE: usize = 2 << 30;

/// An image that was opened.
pub struct ImageArray {
    held: Held,
    kind: Kind,
    dtype: DType,
    shape: Shape,
    attributes: Attributes,
    ready: Mutex<Option<Arc<Stage>>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Png,
    Jpeg,
}

/// A file as a stream that others' decoders read; positional reads beneath.
struct Stream {
    file: Arc<File>,
    at: u64,
    bytes: u64,
}

impl Read for Stream {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read_at(out, self.at)?;
        self.at += n as u64;
        Ok(n)
    }
}

impl Seek for Stream {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let to = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => self.bytes.checked_add_signed(by),
        };
        self.at = to.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

fn stream(file: &Arc<File>, bytes: u64) -> BufReader<Stream> {
    BufReader::with_capacity(64 << 10, Stream { file: file.clone(), at: 0, bytes })
}

/// Runs a decoder; its panic is an error.
fn guarded<T, E: std::fmt::Display>(run: impl FnOnce() -> Result<T, E>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(result) => result.map_err(|e| {
            let text = e.to_string();
            let line: String = text.lines().next().unwrap_or("").chars().take(200).collect();
            format!("it cannot be decoded ({})", line.trim_end_matches('.'))
        }),
        Err(_) => Err("it cannot be decoded".into()),
    }
}

/// Opens a PNG or JPEG image.
///
/// # Errors
/// It is neither, or of a kind that is not supported.
pub fn open(path: &Path) -> Result<ImageArray, StorageError> {
    let (held, file, bytes) = Held::open(path)?;
    let fail = |why: String| failure("read", path, &why);
    let mut from = stream(&file, bytes);
    let start = from.fill_buf().map_err(|e| fail(crate::reason(&e)))?;
    let kind = match start {
        [0x89, b'P', b'N', b'G', ..] => Kind::Png,
        [0xff, 0xd8, ..] => Kind::Jpeg,
        _ => return Err(fail("it is neither a PNG nor a JPEG image".into())),
    };
    let (dtype, shape) = match kind {
        Kind::Png => png::header(from).map_err(fail)?,
        Kind::Jpeg => jpeg(from, false).map(|j| (DType::U8, j.0)).map_err(fail)?,
    };
    let ratio = if kind == Kind::Png { 1032 } else { 1000 };
    let size = arr_ir::shape::checked_count(&shape).and_then(|n| n.checked_mul(dtype.size()));
    match size {
        Some(n) if n as u64 > bytes.saturating_mul(ratio) => {
            Err(fail(format!("it is truncated: {bytes} bytes cannot hold {n}")))
        }
        Some(n) if n <= MAX_IMAGE => Ok(ImageArray {
            held,
            kind,
            dtype,
            shape,
            attributes: Attributes::default(),
            ready: Mutex::new(None),
        }),
        _ => Err(fail("the image is larger than 2 GiB".into())),
    }
}

/// Shape and, if asked for, pixels of a JPEG image.
fn jpeg(from: BufReader<Stream>, pixels: bool) -> Result<(Shape, Vec<u8>), String> {
    use zune_jpeg::zune_core::colorspace::ColorSpace;
    use zune_jpeg::zune_core::options::DecoderOptions;
    guarded(|| {
        let options = DecoderOptions::default()
            .set_strict_mode(true)
            .set_max_width(1 << 16)
            .set_max_height(1 << 16);
        let mut decoder = zune_jpeg::JpegDecoder::new_with_options(from, options);
        decoder.decode_headers().map_err(|e| format!("{e:?}"))?;
        let gray = decoder.input_colorspace() == Some(ColorSpace::Luma);
        let options = match gray {
            true => options.jpeg_set_out_colorspace(ColorSpace::Luma),
            false => options.jpeg_set_out_colorspace(ColorSpace::RGB),
        };
        decoder.set_options(options);
        let info = decoder.info().ok_or("no header")?;
        let mut shape: Shape =
            [usize::from(info.height), usize::from(info.width)].into_iter().collect();
        if !gray {
            shape.push(3);
        }
        let out = if pixels { decoder.decode().map_err(|e| format!("{e:?}"))? } else { vec![] };
        Ok::<_, String>((shape, out))
    })
}

/// That the last scan of a JPEG image has an end: the decoder takes what is missing for zeros.
fn ends(mut from: BufReader<Stream>) -> Result<(), Stopped> {
    let (mut before, mut open) = (0, true);
    loop {
        let piece = from.fill_buf()?;
        if piece.is_empty() {
            break;
        }
        for &byte in piece {
            match (before, byte) {
                (0xff, 0xda) => open = true,
                (0xff, 0xd9) => open = false,
                _ => {}
            }
            before = byte;
        }
        let n = piece.len();
        from.consume(n);
    }
    if open { Err(Stopped::Bad("it is truncated".into())) } else { Ok(()) }
}

impl ImageArray {
    fn ready(&self, stop: &AtomicBool) -> Result<Arc<Stage>, Stopped> {
        let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(stage) = &*ready {
            return Ok(stage.clone());
        }
        proceed(stop)?;
        let file = self.held.held().map_err(|e| Stopped::Bad(e.to_string()))?;
        let from = stream(&file, self.held.bytes());
        let pixels = match self.kind {
            Kind::Png => png::pixels(from)?,
            Kind::Jpeg => {
                ends(stream(&file, self.held.bytes()))?;
                jpeg(from, true)?.1
            }
        };
        if pixels.len() != count(&self.shape) * self.dtype.size() {
            return Err(Stopped::Bad("it cannot be decoded".into()));
        }
        let stage = Stage::new(&self.shape, self.dtype.size(), None)?;
        let origin = Shape::from_elem(0, self.shape.len());
        stage.write(&origin, &self.shape, &pixels)?;
        Ok(ready.insert(Arc::new(stage)).clone())
    }
}

impl Source for ImageArray {
    fn dtype(&self) -> DType {
        self.dtype
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn attributes(&self) -> &Attributes {
        &self.attributes
    }

    fn read(
        &self,
        start: &[usize],
        shape: &[usize],
        out: &mut [u8],
        stop: &AtomicBool,
    ) -> Result<(), StorageError> {
        assert_eq!(out.len(), count(shape) * self.dtype.size(), "the size of the box");
        self.held.reading(|_| self.ready(stop)?.read(start, shape, out, stop))
    }

    fn scratch(&self, _shape: &[usize]) -> usize {
        let ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner).is_some();
        // The whole image, and what a progressive JPEG keeps of it.
        let whole = count(&self.shape) * self.dtype.size();
        if ready { 512 << 10 } else { 4 * whole + (1 << 20) }
    }

    fn path(&self) -> &Path {
        self.held.path()
    }

    fn is_held(&self) -> bool {
        self.held.is_held()
    }

    fn release(&self) {
        self.held.release();
    }

    fn secure(&self) -> Result<bool, StorageError> {
        self.held.held().map(|_| true)
    }

    fn is_at(&self, path: &Path) -> bool {
        self.held.is_at(path)
    }
}
