//! TIFF images, GeoTIFF among them.
//!
//! Pages of one shape are a leading dimension. Strips and tiles are decoded one by one. Where a
//! GeoTIFF lies on the earth is told by attributes: `transform` has the six numbers of GDAL
//! (x = t0 + column t1 + row t2, y = t3 + column t4 + row t5), `epsg` the coordinate system,
//! `nodata` the number that stands for none.

use super::*;
use crate::attributes::Value;
use crate::boxes::{self, Around};
use crate::info::{ArrayInfo, Info};
use ::tiff::TiffError;
use ::tiff::decoder::{Decoder, Limits};
use ::tiff::tags::Tag;
use arr_ir::shape::checked_count;

/// The most pages of a stack.
pub(super) const MAX_PAGES: usize = 65_536;
/// The largest strip or tile.
const MAX_CHUNK: usize = 1 << 30;

/// A TIFF image, or a stack of them.
pub struct TiffArray {
    held: Held,
    dtype: DType,
    half: bool,
    shape: Shape,
    chunks: Shape,
    pages: usize,
    channels: usize,
    attributes: Attributes,
}

type Image = Decoder<BufReader<Stream>>;

fn decoder(file: &Arc<File>, bytes: u64) -> Result<Image, TiffError> {
    let mut limits = Limits::default();
    limits.decoding_buffer_size = MAX_CHUNK;
    limits.intermediate_buffer_size = MAX_CHUNK;
    // Values of tags are in the file, so they are no longer than it.
    limits.ifd_value_size = (bytes as usize).min(256 << 20);
    Ok(Decoder::new(stream(file, bytes))?.with_limits(limits))
}

/// What must be equal for pages of a stack.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Page {
    width: usize,
    height: usize,
    channels: usize,
    bits: u16,
    format: u16,
    chunk: (u32, u32),
}

fn page(image: &mut Image) -> Result<Page, String> {
    let (width, height) = guarded(|| image.dimensions())?;
    let number = |image: &mut Image, tag: Tag, otherwise: u16| {
        let all = guarded(|| image.find_tag_unsigned_vec::<u16>(tag))?.unwrap_or(vec![otherwise]);
        match all.first() {
            Some(first) if all.iter().all(|n| n == first) => Ok(*first),
            _ => Err("its channels differ in their type".to_string()),
        }
    };
    let channels = number(image, Tag::SamplesPerPixel, 1)?;
    if channels > 1 && number(image, Tag::PlanarConfiguration, 1)? == 2 {
        return Err("channels in separate planes are not supported".into());
    }
    Ok(Page {
        width: width as usize,
        height: height as usize,
        channels: channels.into(),
        bits: number(image, Tag::BitsPerSample, 1)?,
        format: number(image, Tag::SampleFormat, 1)?,
        chunk: image.chunk_dimensions(),
    })
}

/// Opens a TIFF image.
///
/// # Errors
/// It is none, or of a kind that is not supported.
pub fn open(path: &Path) -> Result<TiffArray, StorageError> {
    let (held, file, bytes) = Held::open(path)?;
    let fail = |why: String| failure("read", path, &why);
    directory::check(&file, bytes).map_err(fail)?;
    let mut image = guarded(|| decoder(&file, bytes)).map_err(fail)?;
    let first = page(&mut image).map_err(fail)?;
    let (dtype, half) = element(first).map_err(fail)?;
    let attributes = georeference(&mut image);
    let mut pages = 1;
    while image.more_images() {
        guarded(|| image.next_image()).map_err(fail)?;
        if pages == MAX_PAGES || page(&mut image).map_err(fail)? != first {
            return Err(fail("its pages differ, or are too many".into()));
        }
        pages += 1;
    }
    let mut shape: Shape = [first.height, first.width].into_iter().collect();
    let mut chunks: Shape =
        [first.chunk.1 as usize, first.chunk.0 as usize].iter().map(|n| *n.max(&1)).collect();
    if pages > 1 {
        shape.insert(0, pages);
        chunks.insert(0, 1);
    }
    if first.channels > 1 {
        shape.push(first.channels);
        chunks.push(first.channels);
    }
    let size = if half { 2 } else { dtype.size() };
    let total = checked_count(&shape).and_then(|n| n.checked_mul(size));
    match total {
        None => return Err(fail("it is too large".into())),
        // Packbits, LZW, deflate: none makes more than this of a byte.
        Some(n) if n as u64 > bytes.saturating_mul(4096) => {
            return Err(fail(format!("it is truncated: {bytes} bytes cannot hold {n}")));
        }
        Some(_) => {}
    }
    if checked_count(&chunks).is_none_or(|n| n * size > MAX_CHUNK) {
        return Err(fail("its strips or tiles are too large".into()));
    }
    let channels = first.channels;
    Ok(TiffArray { held, dtype, half, shape, chunks, pages, channels, attributes })
}

/// Lists what is in a TIFF image.
///
/// # Errors
/// As [`open`].
pub fn info(path: &Path) -> Result<Info, StorageError> {
    let arrays = vec![ArrayInfo::of("", &open(path)?)];
    Ok(Info { format: "TIFF".into(), arrays, groups: vec![] })
}

fn element(page: Page) -> Result<(DType, bool), String> {
    Ok(match (page.format, page.bits) {
        (1 | 4, 8) => (DType::U8, false),
        (1 | 4, 16) => (DType::U16, false),
        (1, 32) => (DType::U32, false),
        (1, 64) => (DType::U64, false),
        (2, 8) => (DType::I8, false),
        (2, 16) => (DType::I16, false),
        (2, 32) => (DType::I32, false),
        (2, 64) => (DType::I64, false),
        (3, 16) => (DType::F32, true),
        (3, 32) => (DType::F32, false),
        (3, 64) => (DType::F64, false),
        (_, bits) => return Err(format!("samples of {bits} bits of its kind are not supported")),
    })
}

/// What the tags of a GeoTIFF say (OGC GeoTIFF standard 1.1).
fn georeference(image: &mut Image) -> Attributes {
    let mut found = Attributes::default();
    let doubles =
        |image: &mut Image, tag: Tag| guarded(|| image.get_tag_f64_vec(tag)).unwrap_or_default();
    let scale = doubles(image, Tag::ModelPixelScaleTag);
    let tie = doubles(image, Tag::ModelTiepointTag);
    let matrix = doubles(image, Tag::ModelTransformationTag);
    let transform = match (&scale[..], &tie[..], &matrix[..]) {
        ([sx, sy, ..], [i, j, _, x, y, _], _) => Some([x - i * sx, *sx, 0.0, y + j * sy, 0.0, -sy]),
        (_, _, [a, b, _, x, d, e, _, y, ..]) => Some([*x, *a, *b, *y, *d, *e]),
        _ => None,
    };
    if let Some(transform) = transform {
        let list = transform.into_iter().map(Value::Float).collect();
        found.push("transform", Value::List(list));
    }
    let keys = guarded(|| image.get_tag_u16_vec(Tag::GeoKeyDirectoryTag)).unwrap_or_default();
    let key = |id: u16| {
        let entry = keys.chunks_exact(4).skip(1).find(|e| e[0] == id && e[1] == 0);
        entry.map(|e| e[3]).filter(|&code| code != 32767)
    };
    if let Some(code) = key(3072).or(key(2048)) {
        found.push("epsg", Value::Int(code.into()));
    }
    if let Ok(text) = guarded(|| image.get_tag_ascii_string(Tag::GdalNodata)) {
        let text = text.trim_matches([' ', '\0']).to_string();
        let value = text.parse().map_or(Value::Text(text), Value::Float);
        found.push("nodata", value);
    }
    found
}

impl TiffArray {
    fn pages(
        &self,
        file: &Arc<File>,
        start: &[usize],
        shape: &[usize],
        out: &mut [u8],
        stop: &AtomicBool,
    ) -> Result<(), Stopped> {
        if shape.contains(&0) {
            return Ok(());
        }
        let mut image = guarded(|| decoder(file, self.held.bytes()))?;
        let (first, n) = if self.pages > 1 { (start[0], shape[0]) } else { (0, 1) };
        let stack = usize::from(self.pages > 1);
        let (start, shape) = (&start[stack..], &shape[stack..]);
        let bytes = out.len() / n;
        for (i, out) in out.chunks_exact_mut(bytes).enumerate() {
            guarded(|| image.seek_to_image(first + i))?;
            self.page(&mut image, start, shape, out, stop)?;
        }
        Ok(())
    }

    fn page(
        &self,
        image: &mut Image,
        start: &[usize],
        shape: &[usize],
        out: &mut [u8],
        stop: &AtomicBool,
    ) -> Result<(), Stopped> {
        let size = self.dtype.size();
        let stack = usize::from(self.pages > 1);
        let (all, grid) = (&self.shape[stack..], &self.chunks[stack..]);
        let across = all[1].div_ceil(grid[1]);
        let to = Around { origin: start, shape };
        boxes::chunks(start, shape, grid, |index| {
            proceed(stop)?;
            let number = index[0] * across + index[1];
            let mut origin: Shape = index.iter().zip(grid).map(|(i, c)| i * c).collect();
            let mut own: Shape = (0..2).map(|a| grid[a].min(all[a] - origin[a])).collect();
            origin.truncate(2);
            if self.channels > 1 {
                origin.push(0);
                own.push(self.channels);
            }
            let named = |why: String| Stopped::Bad(format!("its strip or tile {number}: {why}"));
            let mut read = guarded(|| image.read_chunk(number as u32)).map_err(named)?;
            let buffer = read.as_buffer(0);
            let elements = count(&own);
            let stored = elements * if self.half { 2 } else { size };
            if buffer.byte_len() != stored {
                return Err(named("it has the wrong size".into()));
            }
            let from = Around { origin: &origin, shape: &own };
            if self.half {
                let mut wide = vec![0; elements * size];
                crate::element::widen(buffer.as_bytes(), &mut wide);
                boxes::copy(&from, &wide, &to, out, size);
            } else {
                boxes::copy(&from, buffer.as_bytes(), &to, out, size);
            }
            Ok(())
        })
    }
}

impl Source for TiffArray {
    fn dtype(&self) -> DType {
        self.dtype
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn chunks(&self) -> Option<&[usize]> {
        Some(&self.chunks)
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
        let file = self.held.held()?;
        self.held.reading(|_| self.pages(&file, start, shape, out, stop))
    }

    fn scratch(&self, _shape: &[usize]) -> usize {
        4 * count(&self.chunks) * self.dtype.size() + (1 << 20)
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
