//! Numbers of a field.
//!
//! `grib_reader` unpacks them; here its input is fetched, what a header claims is compared with
//! the bytes that are there before memory is taken for it, and points are put into rows. Whatever
//! goes wrong inside the reader is an error of the message, a panic too.

use super::field::{Field, Method, check};
use super::grid::{Grid, Part};
use crate::file::{ReadAt, Stopped};
use arr_ir::dtype::DType;
use grib_reader::data::{DecodeSample, decode_field_into};
use grib_reader::{BinaryDataSection, DataRepresentation, Error};
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::AtomicBool;

/// Bytes of the head of a data section: edition 1, edition 2.
const HEAD: [usize; 2] = [11, 5];
/// Bits of numbers up to which float32 holds them.
const NARROW: u8 = 24;
/// Bits that a section of plain numbers may be longer than they are.
const SLACK: usize = 128;
/// The most bytes for a point that decoders of compressed numbers take.
const WORK: usize = 16;

/// A number as it is decoded.
trait Number: DecodeSample {
    const SIZE: usize;
    fn put(self, out: &mut [u8]);
    fn is_infinite(self) -> bool;
}

impl Number for f32 {
    const SIZE: usize = 4;
    fn put(self, out: &mut [u8]) {
        out.copy_from_slice(&self.to_le_bytes());
    }
    fn is_infinite(self) -> bool {
        f32::is_infinite(self)
    }
}

impl Number for f64 {
    const SIZE: usize = 8;
    fn put(self, out: &mut [u8]) {
        out.copy_from_slice(&self.to_le_bytes());
    }
    fn is_infinite(self) -> bool {
        f64::is_infinite(self)
    }
}

/// The dtype that numbers of a field are decoded to.
pub(super) fn dtype(field: &Field) -> DType {
    let single = field.packed.method == Method::Ieee && field.packed.bits == 32;
    if single || field.packed.bits <= NARROW { DType::F32 } else { DType::F64 }
}

/// The most bytes that reading any part of a field takes.
pub(super) fn scratch(field: &Field, grid: &Grid, dtype: DType) -> usize {
    let packed = &field.packed;
    let bitmap = packed.bitmap.map_or(0, |b| b.1);
    let stored = (packed.representation.1 + bitmap + packed.data.1) as usize;
    let work = match packed.method {
        Method::Simple | Method::Ieee => 0,
        _ => WORK,
    };
    stored.saturating_add(grid.points.saturating_mul(dtype.size() + work))
}

/// Reads a part of a field: its rows, one after the other.
pub(super) fn read(
    file: &File,
    field: &Field,
    grid: &Grid,
    part: &Part,
    dtype: DType,
    out: &mut [u8],
    stop: &AtomicBool,
) -> Result<(), Stopped> {
    match dtype {
        DType::F32 => numbers::<f32>(file, field, grid, part, out, stop),
        _ => numbers::<f64>(file, field, grid, part, out, stop),
    }
}

fn numbers<T: Number>(
    file: &File,
    field: &Field,
    grid: &Grid,
    part: &Part,
    out: &mut [u8],
    stop: &AtomicBool,
) -> Result<(), Stopped> {
    let fetch = |(at, length): (u64, u64)| {
        let mut bytes = vec![0; length as usize];
        file.read_at(&mut bytes, at, stop)?;
        Ok::<_, Stopped>(bytes)
    };
    let packed = &field.packed;
    let mut data = fetch(packed.data)?;
    let bitmap = packed.bitmap.map(fetch).transpose()?;
    let bitmap = bitmap.as_ref().map(|b| &b[6..]);
    let present = present(bitmap, grid.points)?;
    let representation = match field.code.edition {
        1 => guarded(|| Ok(BinaryDataSection::parse(&data, packed.decimal_scale, present)?.1))?,
        _ => {
            let section = fetch(packed.representation)?;
            guarded(|| DataRepresentation::parse(&section))?
        }
    };
    let payload = data.get(HEAD[usize::from(field.code.edition) - 1]..).unwrap_or(&[]);
    plausible(&representation, payload.len(), present)?;
    let points = match (constant::<T>(&representation), bitmap) {
        // A few bytes for any number of points.
        (Some(value), None) => vec![value],
        (Some(value), Some(bits)) => {
            let is_present = |i: usize| bits[i / 8] & (0x80 >> (i % 8)) != 0;
            let one = |i| if is_present(i) { value } else { T::nan() };
            (0..grid.points).map(one).collect()
        }
        (None, _) => {
            let mut points = Vec::new();
            let room = points.try_reserve_exact(grid.points);
            check(room.is_ok(), "it is larger than memory")?;
            points.resize(grid.points, T::nan());
            let section = section(&mut data, field.code.edition);
            guarded(|| {
                decode_field_into(section, &representation, bitmap, points.len(), &mut points)
            })?;
            points
        }
    };
    let finite = packed.method == Method::Ieee || !points.iter().any(|p| p.is_infinite());
    check(finite, "a number is too large")?;
    let mut to = out.chunks_exact_mut(T::SIZE);
    for row in part.rows.0..part.rows.0 + part.rows.1 {
        for column in part.columns.0..part.columns.0 + part.columns.1 {
            let at = if points.len() == 1 { 0 } else { grid.position(row, column) };
            if let Some(to) = to.next() {
                points[at].put(to);
            }
        }
    }
    Ok(())
}

/// A data section as the reader takes it. Of edition 1 that is the end of its head, in which the
/// number of bits, read before, makes place for the number that sections of edition 2 have.
fn section(data: &mut [u8], edition: u8) -> &[u8] {
    if edition == 2 {
        return data;
    }
    let head = HEAD[0] - HEAD[1];
    data[head + 4] = 7;
    &data[head..]
}

/// How many points a bitmap says are present.
fn present(bitmap: Option<&[u8]>, points: usize) -> Result<usize, Stopped> {
    let Some(bits) = bitmap else { return Ok(points) };
    check(bits.len() >= points.div_ceil(8), "its bitmap is too short")?;
    let (whole, rest) = (points / 8, points % 8);
    let ones = bits[..whole].iter().map(|b| b.count_ones() as usize).sum::<usize>();
    let last = if rest > 0 { bits[whole] >> (8 - rest) } else { 0 };
    Ok(ones + last.count_ones() as usize)
}

/// Compares the number of values and bytes with those that a header claims.
fn plausible(
    representation: &DataRepresentation,
    bytes: usize,
    present: usize,
) -> Result<(), Stopped> {
    let (values, bits) = match representation {
        DataRepresentation::SimplePacking(p) => (p.encoded_values, Some(p.bits_per_value)),
        DataRepresentation::IeeePacking(p) => {
            (p.encoded_values, Some(p.precision.bits_per_value()))
        }
        DataRepresentation::Grib1SecondOrderPacking(p) => (p.packing().encoded_values, None),
        DataRepresentation::ComplexPacking(p) => (p.encoded_values, None),
        DataRepresentation::Jpeg2000Packing(p) => (p.packing.encoded_values, None),
        DataRepresentation::PngPacking(p) => (p.packing.encoded_values, None),
        DataRepresentation::CcsdsPacking(p) => (p.packing().encoded_values, None),
        DataRepresentation::RunLengthPacking(p) => (p.encoded_values, None),
        _ => return Err(Stopped::Bad("its packing is not supported".into())),
    };
    if values != present {
        let why = format!("it has {values} values for {present} points");
        return Err(Stopped::Bad(why));
    }
    let Some(bits) = bits else { return Ok(()) };
    let needed = values.saturating_mul(bits.into());
    let have = bytes.saturating_mul(8);
    // With one bit more for each number it would be too short.
    let fits = needed <= have && have - needed < values.saturating_add(SLACK);
    check(fits, &format!("it has {bytes} bytes for {values} numbers of {bits} bits"))
}

/// The number that all points are, if they have no bits. As ecCodes and the tools of NCEP have it,
/// it is the reference value itself, without the power of ten.
fn constant<T: Number>(representation: &DataRepresentation) -> Option<T> {
    let packing = match representation {
        DataRepresentation::SimplePacking(p) => p,
        DataRepresentation::CcsdsPacking(p) => p.packing(),
        DataRepresentation::PngPacking(p) => &p.packing,
        DataRepresentation::Jpeg2000Packing(p) => &p.packing,
        _ => return None,
    };
    let value = f64::from(packing.reference_value);
    (packing.bits_per_value == 0).then(|| T::from_f64(value))
}

/// Runs the reader; a panic of it is an error.
fn guarded<T>(run: impl FnOnce() -> Result<T, Error>) -> Result<T, Stopped> {
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(result) => result.map_err(|e| {
            let text = e.to_string();
            Stopped::Bad(text.lines().next().unwrap_or("").chars().take(200).collect())
        }),
        Err(_) => Err(Stopped::Bad("its numbers cannot be unpacked".into())),
    }
}
