//! Writing images: PNG of uint8 and uint16, TIFF of any real numbers.
//!
//! A PNG is collected and encoded at the end. A TIFF is stored uncompressed in strips, BigTIFF if
//! it is large: every sample has its place beforehand.

use super::*;
use crate::files::Files;
use crate::npy::write::Layout;
use crate::target::Target;
use crate::{CreateOptions, Sink, known};
use ::png::{BitDepth, ColorType, Encoder};
use arr_ir::dtype::Kind as Class;

/// Bytes of a strip.
const STRIP: usize = 256 << 10;

/// Begins an image.
///
/// # Errors
/// Nothing can be written there, or the array is no image.
pub fn create(
    path: &Path,
    dtype: DType,
    shape: &[usize],
    options: &CreateOptions,
) -> Result<Box<dyn Sink>, StorageError> {
    create_with(options.unfinished.files(), path, dtype, shape)
}

pub(crate) fn create_with(
    files: Arc<dyn Files>,
    path: &Path,
    dtype: DType,
    shape: &[usize],
) -> Result<Box<dyn Sink>, StorageError> {
    suits(path, dtype, &known(shape)).map_err(|why| failure("write", path, &why))?;
    let channels = shape.get(2).copied().unwrap_or(1);
    if is_tiff(path) {
        return tiff_sink(files, path, dtype, shape, channels);
    }
    let target = Target::new(files, path)?;
    let stage = Stage::new(shape, dtype.size(), Some(target.directory()));
    let stage = stage.map_err(|e| target.fail(&e))?;
    let size = (shape[1] as u32, shape[0] as u32);
    Ok(Box::new(PngSink { target, stage, dtype, size, channels }))
}

fn is_tiff(path: &Path) -> bool {
    let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase());
    matches!(extension.as_deref(), Some("tif" | "tiff"))
}

/// Whether an array of this dtype and these sizes, where they are known, can be an image.
pub(crate) fn suits(path: &Path, dtype: DType, sizes: &[Option<usize>]) -> Result<(), String> {
    let tiff = is_tiff(path);
    let most = if tiff { 4096 } else { 4 };
    let fits = match sizes {
        [_, _] => true,
        [_, _, channels] => channels.is_none_or(|n| (1..=most).contains(&n)),
        _ => false,
    };
    if !fits {
        return Err("an image has the shape (height, width) or (height, width, channels)".into());
    }
    let limit = u32::MAX as usize >> 1;
    if sizes[..2].iter().flatten().any(|&n| n == 0 || n > limit) {
        return Err("its height and width are impossible for an image".into());
    }
    match (tiff, dtype) {
        (true, d) if matches!(d.kind(), Class::Complex | Class::Bool) => {
            Err(format!("a TIFF image does not hold {dtype}"))
        }
        (true, _) | (false, DType::U8 | DType::U16) => Ok(()),
        (false, _) => Err(format!(
            "a PNG image holds uint8 or uint16, not {dtype}: scale it and use astype(uint8)"
        )),
    }
}

/// A PNG image being written.
struct PngSink {
    target: Target,
    stage: Stage,
    dtype: DType,
    size: (u32, u32),
    channels: usize,
}

/// The file of a target as a stream.
struct Sequence<'a> {
    target: &'a Target,
    at: u64,
}

impl io::Write for Sequence<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.target.output().write_at(bytes, self.at)?;
        self.at += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl PngSink {
    fn encode(&self) -> io::Result<()> {
        let other = |e: ::png::EncodingError| match e {
            ::png::EncodingError::IoError(e) => e,
            other => io::Error::other(other.to_string()),
        };
        let to = io::BufWriter::with_capacity(256 << 10, Sequence { target: &self.target, at: 0 });
        let mut encoder = Encoder::new(to, self.size.0, self.size.1);
        encoder.set_color(match self.channels {
            1 => ColorType::Grayscale,
            2 => ColorType::GrayscaleAlpha,
            3 => ColorType::Rgb,
            _ => ColorType::Rgba,
        });
        let wide = self.dtype == DType::U16;
        encoder.set_depth(if wide { BitDepth::Sixteen } else { BitDepth::Eight });
        let mut writer = encoder.write_header().map_err(other)?;
        let mut stream = writer.stream_writer().map_err(other)?;
        let row = self.size.0 as usize * self.channels * self.dtype.size();
        self.stage.in_order(row, |rows| {
            let mut rows = rows.to_vec();
            if wide {
                rows.chunks_exact_mut(2).for_each(<[u8]>::reverse);
            }
            io::Write::write_all(&mut stream, &rows)
        })?;
        stream.finish().map_err(other)?;
        writer.finish().map_err(other)
    }
}

impl Sink for PngSink {
    fn write(&self, start: &[usize], shape: &[usize], data: &[u8]) -> Result<(), StorageError> {
        self.stage.write(start, shape, data).map_err(|e| self.target.fail(&e))
    }

    fn commit(self: Box<Self>) -> Result<(), StorageError> {
        self.encode().map_err(|e| self.target.fail(&e))?;
        self.target.commit()
    }
}

/// A TIFF image being written.
struct TiffSink {
    target: Target,
    layout: Layout,
}

fn tiff_sink(
    files: Arc<dyn Files>,
    path: &Path,
    dtype: DType,
    shape: &[usize],
    channels: usize,
) -> Result<Box<dyn Sink>, StorageError> {
    let (head, start) = tiff_head(dtype, shape, channels);
    let target = Target::new(files, path)?;
    let end = start + (count(shape) * dtype.size()) as u64;
    let begun = target.output().set_len(end).and_then(|()| target.output().write_at(&head, 0));
    begun.map_err(|e| target.fail(&e))?;
    let layout = Layout { shape: shape.into(), size: dtype.size(), start };
    Ok(Box::new(TiffSink { target, layout }))
}

/// Everything before the samples, and where these begin.
fn tiff_head(dtype: DType, shape: &[usize], channels: usize) -> (Vec<u8>, u64) {
    let row = shape[1] * channels * dtype.size();
    let rows = (STRIP / row).clamp(1, shape[0]);
    let strips = shape[0].div_ceil(rows);
    let total = row as u64 * shape[0] as u64;
    let big = total + 32 * strips as u64 + (1 << 16) >= 1 << 32;
    // Sizes of an offset, of the count of entries, of an entry.
    let (word, counts, entry) = if big { (8, 8, 20) } else { (4, 2, 12) };
    let kind = if big { 16u16 } else { 4 };
    let format = match dtype.kind() {
        Class::Signed => 2,
        Class::Float => 3,
        _ => 1,
    };
    let colour = if channels == 3 || channels == 4 { 2 } else { 1 };
    let extra = channels - if colour == 2 { 3 } else { 1 };
    let mut entries: Vec<(u16, u16, Vec<u64>)> = vec![
        (256, 4, vec![shape[1] as u64]),
        (257, 4, vec![shape[0] as u64]),
        (258, 3, vec![dtype.size() as u64 * 8; channels]),
        (259, 3, vec![1]),
        (262, 3, vec![colour]),
        (273, kind, vec![0; strips]),
        (277, 3, vec![channels as u64]),
        (278, 4, vec![rows as u64]),
        (279, kind, vec![0; strips]),
        (284, 3, vec![1]),
        (339, 3, vec![format; channels]),
    ];
    if extra > 0 {
        let meaning = if channels == 2 || channels == 4 { 2 } else { 0 };
        entries.insert(10, (338, 3, vec![meaning; extra]));
    }
    let bytes = |kind: u16| match kind {
        3 => 2,
        4 => 4,
        _ => 8,
    };
    let first = if big { 16 } else { 8 };
    let mut outside = first + counts + entry * entries.len() + word;
    let long = |e: &(u16, u16, Vec<u64>)| Some(e.2.len() * bytes(e.1)).filter(|&n| n > word);
    let start =
        outside + entries.iter().filter_map(long).map(|n| n.next_multiple_of(8)).sum::<usize>();
    let start = (start as u64).next_multiple_of(16);
    let strip = (rows * row) as u64;
    for i in 0..strips as u64 {
        entries[5].2[i as usize] = start + i * strip;
        entries[8].2[i as usize] = strip.min(total - i * strip);
    }
    let put = |out: &mut Vec<u8>, n: u64, size: usize| out.extend(&n.to_le_bytes()[..size]);
    let mut out = if big { b"II\x2b\0\x08\0\0\0".to_vec() } else { b"II\x2a\0".to_vec() };
    put(&mut out, first as u64, word);
    put(&mut out, entries.len() as u64, counts);
    let mut behind = vec![];
    for (tag, kind, values) in &entries {
        put(&mut out, (*tag).into(), 2);
        put(&mut out, (*kind).into(), 2);
        put(&mut out, values.len() as u64, word);
        let mut data = vec![];
        values.iter().for_each(|&v| put(&mut data, v, bytes(*kind)));
        if data.len() > word {
            put(&mut out, outside as u64, word);
            data.resize(data.len().next_multiple_of(8), 0);
            outside += data.len();
            behind.extend(data);
        } else {
            data.resize(word, 0);
            out.extend(data);
        }
    }
    put(&mut out, 0, word);
    out.extend(behind);
    (out, start)
}

impl Sink for TiffSink {
    fn write(&self, start: &[usize], shape: &[usize], data: &[u8]) -> Result<(), StorageError> {
        let put = |bytes: &[u8], at| self.target.output().write_at(bytes, at);
        self.layout.write(start, shape, data, put).map_err(|e| self.target.fail(&e))
    }

    fn commit(self: Box<Self>) -> Result<(), StorageError> {
        self.target.commit()
    }
}
