//! The headers of a message of edition 1.

use super::field::{Field, Method, Statistic, check, lead, seconds};
use super::level::Level;
use super::parameter::Code;
use super::scan::{Headers, Message, Scanned};
use crate::file::Stopped;
use grib_reader::Grib1ProductDefinition as Product;

/// The bit of a length that says that the message is longer than three octets can say: then it is
/// in units of 120 bytes, and the last section's length says what of them is missing.
const LARGE: u64 = 1 << 23;
const UNIT: u64 = 120;
/// The centre whose local definitions of section 1 are known.
const ECMWF: u8 = 98;
/// Local definitions with the member of an ensemble in octet 50, and those with it in octet 51.
const MEMBER_IN_50: &[u8] = &[1, 4, 13, 14, 17, 18, 19, 26, 27, 28, 30, 31, 36, 37, 40, 49, 50];
const MEMBER_IN_51: &[u8] = &[12, 15, 16, 23];
/// The type that an analysis has in octet 43.
const ANALYSIS: u8 = 2;

/// Reads a message and gives where it ends.
pub(super) fn read(
    headers: &mut Headers,
    message: &Message,
    scanned: &mut Scanned,
) -> Result<u64, Stopped> {
    let begin = message.at;
    let declared = headers.number(begin + 4, 3)?;
    let mut at = begin + 8;
    let mut section = |headers: &mut Headers, least: u64| {
        let length = headers.number(at, 3)?;
        check(length >= least, "a section is too short")?;
        let found = (at, length);
        at += length;
        Ok::<_, Stopped>(found)
    };
    let (product_at, length) = section(headers, 28)?;
    let definition = headers.bytes(product_at, length as usize)?.to_vec();
    let flags = definition[7];
    let grid = match flags & 0x80 != 0 {
        true => {
            let (at, length) = section(headers, 32)?;
            let bytes = headers.bytes(at, length as usize)?.to_vec();
            Some(scanned.grid(1, &bytes))
        }
        false => None,
    };
    let bitmap = if flags & 0x40 != 0 { Some(section(headers, 6)?) } else { None };
    let data = section(headers, 0)?;
    let (end, length) = match declared & LARGE != 0 && data.1 < UNIT {
        true => {
            let end = begin + (declared & !LARGE) * UNIT + 4 - data.1;
            (end, end.saturating_sub(data.0 + 4))
        }
        false => (begin + declared, data.1),
    };
    check(length >= 11, "a section is too short")?;
    check(data.0 + length + 4 == end, "its sections do not fill it")?;
    headers.ends(end)?;
    let mut field = described(&definition)?;
    (field.message, field.at) = (message.number, begin);
    pack(&mut field, headers, (data.0, length))?;
    match grid {
        Some(grid) => field.grid = grid,
        None => {
            field.grid = scanned.grid(1, &[]);
            field.problem = Some("it has no grid of its own, but one of a catalogue".into());
        }
    }
    if let Some((at, length)) = bitmap {
        if headers.number(at + 4, 2)? != 0 {
            field.problem = Some("its missing values are in a catalogue".into());
        }
        field.packed.bitmap = Some((at, length));
    }
    scanned.add(field)?;
    Ok(end)
}

/// How numbers are packed, by the head of section 4.
fn pack(field: &mut Field, headers: &mut Headers, data: (u64, u64)) -> Result<(), Stopped> {
    let head = headers.bytes(data.0, data.1.min(14) as usize)?;
    let (flags, extended) = (head[3], head.get(13).copied().unwrap_or(0));
    let second = flags & 0x40 != 0;
    let packed = &mut field.packed;
    packed.method = if second { Method::SecondOrder } else { Method::Simple };
    (packed.bits, packed.data) = (head[10], data);
    let why = if second && extended & 0x0f != 0 {
        "its second-order packing has extensions that are not supported"
    } else if extended & 0x40 != 0 && (second || flags & 0x10 != 0) {
        "it has matrices at its points, which are not supported"
    } else if second && extended & 0x20 == 0 {
        "its packing row by row is not supported"
    } else if flags & 0x90 != 0 {
        "its packing is not supported"
    } else {
        return Ok(());
    };
    field.problem = Some(why.into());
    Ok(())
}

/// What section 1 says.
fn described(section: &[u8]) -> Result<Field, Stopped> {
    let product = Product::parse(section).map_err(|e| Stopped::Bad(e.to_string()))?;
    // Others' fields that ECMWF publishes have its codes and definitions.
    let of_ecmwf = product.subcenter_id == ECMWF;
    let code = Code {
        edition: 1,
        centre: if of_ecmwf { ECMWF } else { product.center_id }.into(),
        parts: [product.table_version, product.parameter_number, 0],
    };
    let mut field = Field {
        code,
        level: Level::one(product.level_type, product.level_value.to_be_bytes()),
        statistic: Statistic::one(product.time_range_indicator),
        time: seconds(&product.reference_time),
        ..Field::default()
    };
    field.packed.decimal_scale = product.decimal_scale;
    let n = match product.time_range_indicator {
        1 => 0,
        2..=5 => product.p2.into(),
        10 => u16::from_be_bytes([product.p1, product.p2]).into(),
        _ => product.p1.into(),
    };
    match lead(&product.reference_time, 1, product.forecast_time_unit, n) {
        Some(step) => field.step = step,
        None => field.problem = Some("its unit of time is not known".into()),
    }
    if code.centre == u16::from(ECMWF) {
        local(&mut field, section);
    }
    Ok(field)
}

/// What ECMWF's own part of section 1 says.
fn local(field: &mut Field, section: &[u8]) {
    let (Some(definition), Some(kind)) = (section.get(40), section.get(42)) else { return };
    field.analysis = Some(*kind == ANALYSIS);
    let octet = match definition {
        d if MEMBER_IN_50.contains(d) => section.get(49).map(|&n| u32::from(n)),
        d if MEMBER_IN_51.contains(d) => {
            section.get(49..51).map(|n| u32::from(u16::from_be_bytes([n[0], n[1]])))
        }
        _ => None,
    };
    field.member = octet;
}
