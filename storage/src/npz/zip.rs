//! The directory of a zip archive.
//!
//! Names of members are only compared, never used as paths. Places and sizes are checked against
//! the file before they are used.

use crate::file::Stopped;
use std::fs::File;
use std::os::unix::fs::FileExt;

/// The largest directory that is read.
const MAX_DIRECTORY: u64 = 64 << 20;
/// What deflate can make of a byte.
const MAX_RATIO: u64 = 1032;
/// A size of four bytes that stands elsewhere, in eight.
const LARGE: u64 = 0xffff_ffff;

/// A member of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    pub name: String,
    pub deflated: bool,
    pub checksum: u32,
    /// Where its bytes begin, and how many there are in the archive.
    pub at: u64,
    pub stored: u64,
    /// How many they are unpacked.
    pub bytes: u64,
    /// Why it cannot be read.
    pub problem: Option<&'static str>,
}

fn u16_at(data: &[u8], at: usize) -> Option<u64> {
    Some(u16::from_le_bytes(*data.get(at..)?.first_chunk()?).into())
}

fn u32_at(data: &[u8], at: usize) -> Option<u64> {
    Some(u32::from_le_bytes(*data.get(at..)?.first_chunk()?).into())
}

fn u64_at(data: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*data.get(at..)?.first_chunk()?))
}

fn bytes(file: &File, at: u64, n: u64) -> Result<Vec<u8>, Stopped> {
    let mut out = vec![0; n as usize];
    file.read_exact_at(&mut out, at)?;
    Ok(out)
}

fn damaged() -> Stopped {
    Stopped::Bad("its directory of members is damaged".into())
}

/// The members of an archive of `size` bytes.
pub(crate) fn members(file: &File, size: u64) -> Result<Vec<Member>, Stopped> {
    let tail = bytes(file, size - size.min(66_000), size.min(66_000))?;
    let end = tail.windows(4).rposition(|w| w == b"PK\x05\x06");
    let end = end.ok_or_else(|| Stopped::Bad("it is not a zip archive, or truncated".into()))?;
    let mut at = u32_at(&tail, end + 16).ok_or_else(damaged)?;
    let mut length = u32_at(&tail, end + 12).ok_or_else(damaged)?;
    if at == LARGE || length == LARGE || u16_at(&tail, end + 10) == Some(0xffff) {
        let locator = end.checked_sub(20).map(|l| &tail[l..]);
        let locator = locator.filter(|l| l.starts_with(b"PK\x06\x07")).ok_or_else(damaged)?;
        let place = u64_at(locator, 8).ok_or_else(damaged)?;
        if place.checked_add(56).is_none_or(|end| end > size) {
            return Err(damaged());
        }
        let record = bytes(file, place, 56)?;
        if !record.starts_with(b"PK\x06\x06") {
            return Err(damaged());
        }
        length = u64_at(&record, 40).ok_or_else(damaged)?;
        at = u64_at(&record, 48).ok_or_else(damaged)?;
    }
    if at.checked_add(length).is_none_or(|end| end > size) || length > MAX_DIRECTORY {
        return Err(damaged());
    }
    let directory = bytes(file, at, length)?;
    let mut rest = &directory[..];
    let mut found = vec![];
    while !rest.is_empty() {
        let (member, next) = entry(rest).ok_or_else(damaged)?;
        found.push(member);
        rest = &rest[next..];
    }
    for member in &mut found {
        place(file, size, member)?;
    }
    Ok(found)
}

/// The member at the beginning of the directory, and where the next one is.
fn entry(data: &[u8]) -> Option<(Member, usize)> {
    if !data.starts_with(b"PK\x01\x02") {
        return None;
    }
    let (name, extra) = (u16_at(data, 28)? as usize, u16_at(data, 30)? as usize);
    let end = 46 + name + extra + u16_at(data, 32)? as usize;
    let text = data.get(46..46 + name)?;
    let mut sizes = [u32_at(data, 24)?, u32_at(data, 20)?, u32_at(data, 42)?];
    let mut extras = data.get(46 + name..46 + name + extra)?;
    data.get(..end)?;
    while extras.len() >= 4 {
        let n = u16_at(extras, 2)? as usize;
        let field = extras.get(4..4 + n)?;
        if u16_at(extras, 0)? == 1 {
            let mut at = 0;
            for size in sizes.iter_mut().filter(|s| **s == LARGE) {
                *size = u64_at(field, at)?;
                at += 8;
            }
        }
        extras = &extras[4 + n..];
    }
    let method = u16_at(data, 10)?;
    let problem = match (u16_at(data, 8)? & 1, method) {
        (1, _) => Some("it is encrypted"),
        (_, 0 | 8) => None,
        _ => Some("its compression is not supported"),
    };
    let member = Member {
        name: String::from_utf8_lossy(text).into_owned(),
        deflated: method == 8,
        checksum: u32_at(data, 16)? as u32,
        at: sizes[2],
        stored: sizes[1],
        bytes: sizes[0],
        problem,
    };
    Some((member, end))
}

/// Finds the bytes of a member behind its own header.
fn place(file: &File, size: u64, member: &mut Member) -> Result<(), Stopped> {
    if member.at.checked_add(30).is_none_or(|end| end > size) {
        return Err(damaged());
    }
    let header = bytes(file, member.at, 30)?;
    let names = u16_at(&header, 26).zip(u16_at(&header, 28));
    let (name, extra) = names.filter(|_| header.starts_with(b"PK\x03\x04")).ok_or_else(damaged)?;
    member.at += 30 + name + extra;
    let most =
        if member.deflated { member.stored.saturating_mul(MAX_RATIO) } else { member.stored };
    let fits = member.at.checked_add(member.stored).is_some_and(|end| end <= size);
    match fits && member.bytes <= most && (member.deflated || member.bytes == member.stored) {
        true => Ok(()),
        false => Err(Stopped::Bad(format!("its member `{}` is truncated", member.name))),
    }
}

/// The header of a stored member, as it stands before its bytes; sizes are in an extra field.
pub(crate) fn local_header(member: &Member) -> Vec<u8> {
    let mut out = b"PK\x03\x04".to_vec();
    common(&mut out, member);
    out.extend(20u16.to_le_bytes());
    out.extend(member.name.as_bytes());
    out.extend([1, 0, 16, 0]);
    out.extend(member.bytes.to_le_bytes());
    out.extend(member.stored.to_le_bytes());
    out
}

/// Version, flags, method, time, checksum, sizes and length of the name.
fn common(out: &mut Vec<u8>, member: &Member) {
    let method = if member.deflated { 8u16 } else { 0 };
    // UTF-8 names; the first day there is.
    for half in [45, 0x800, method, 0, 0x21] {
        out.extend(half.to_le_bytes());
    }
    out.extend(member.checksum.to_le_bytes());
    out.extend([0xff; 8]);
    out.extend((member.name.len() as u16).to_le_bytes());
}

/// The directory of members, whose headers begin at `headers`, and the end of the archive.
pub(crate) fn directory(members: &[Member], headers: &[u64], at: u64) -> Vec<u8> {
    let mut out = vec![];
    for (member, header) in members.iter().zip(headers) {
        out.extend(b"PK\x01\x02\x2d\x03");
        common(&mut out, member);
        out.extend(28u16.to_le_bytes());
        out.extend([0; 6]);
        out.extend((0o100_644u32 << 16).to_le_bytes());
        out.extend([0xff; 4]);
        out.extend(member.name.as_bytes());
        out.extend([1, 0, 24, 0]);
        for size in [member.bytes, member.stored, *header] {
            out.extend(size.to_le_bytes());
        }
    }
    let (end, count) = (at + out.len() as u64, members.len() as u64);
    let length = out.len() as u64;
    out.extend(b"PK\x06\x06");
    out.extend(44u64.to_le_bytes());
    out.extend([45, 3, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    for number in [count, count, length, at] {
        out.extend(number.to_le_bytes());
    }
    out.extend(b"PK\x06\x07\0\0\0\0");
    out.extend(end.to_le_bytes());
    out.extend(1u32.to_le_bytes());
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend([0xff; 12]);
    out.extend([0, 0]);
    out
}
