//! Decoding of Blosc (format of version 1): blocks of bytes, shuffled and compressed.
//!
//! A buffer is a header of 16 bytes, the places of its blocks, and the blocks; a block is one
//! stream, or one per byte of an element. All five shuffles and codecs but snappy are read.

use super::codec::{lz4_block, room, zlib_block, zstd_block};

const BYTE_SHUFFLE: u8 = 1;
const STORED: u8 = 2;
const BIT_SHUFFLE: u8 = 4;
const ONE_STREAM: u8 = 16;

const SHORT: &str = "it ends too early";

fn word(data: &[u8], at: usize) -> Result<usize, String> {
    let bytes = data.get(at..).and_then(|d| d.first_chunk::<4>()).ok_or(SHORT)?;
    Ok(u32::from_le_bytes(*bytes) as usize)
}

/// Decodes a buffer of at most `most` bytes.
pub(crate) fn decode(data: &[u8], most: usize) -> Result<Vec<u8>, String> {
    if data.len() < 16 {
        return Err(SHORT.into());
    }
    let (flags, item) = (data[2], data[3] as usize);
    let (size, block) = (word(data, 4)?, word(data, 8)?);
    if size > most {
        return Err("it is longer than a chunk".into());
    }
    if word(data, 12)? > data.len() {
        return Err(SHORT.into());
    }
    if flags & STORED != 0 {
        return Ok(data.get(16..16 + size).ok_or(SHORT)?.to_vec());
    }
    if size == 0 {
        return Ok(vec![]);
    }
    if block == 0 || item == 0 || (data.len() - 16) / 4 < size.div_ceil(block) {
        return Err("its header is damaged".into());
    }
    let mut out = room(size)?;
    for i in 0..size.div_ceil(block) {
        let length = block.min(size - i * block);
        let start = word(data, 16 + 4 * i)?;
        let bytes = one_block(data, start, flags, item, length, length == block)?;
        let at = out.len();
        out.resize(at + length, 0);
        match flags & (BYTE_SHUFFLE | BIT_SHUFFLE) {
            0 => out[at..].copy_from_slice(&bytes),
            f if f & BIT_SHUFFLE != 0 => bit_unshuffle(item, &bytes, &mut out[at..]),
            _ => unshuffle(item, &bytes, &mut out[at..]),
        }
    }
    Ok(out)
}

/// The bytes of a block, still shuffled.
fn one_block(
    data: &[u8],
    start: usize,
    flags: u8,
    item: usize,
    length: usize,
    whole: bool,
) -> Result<Vec<u8>, String> {
    let split = flags & ONE_STREAM == 0 && item <= 16 && length / item >= 128 && whole;
    let streams = if split { item } else { 1 };
    let each = length / streams;
    let mut out = room(length)?;
    let mut at = start;
    for _ in 0..streams {
        let packed = word(data, at)?;
        at += 4;
        let stream = data.get(at..at.checked_add(packed).ok_or(SHORT)?).ok_or(SHORT)?;
        at += packed;
        if packed == each {
            out.extend_from_slice(stream);
            continue;
        }
        let bytes = match flags >> 5 {
            0 => blosclz(stream, each)?,
            1 => lz4_block(stream, each, each)?,
            3 => zlib_block(stream, each)?,
            4 => zstd_block(stream, each)?,
            2 => return Err("its codec snappy is not supported".into()),
            n => return Err(format!("its codec {n} is unknown")),
        };
        if bytes.len() != each {
            return Err("a block has the wrong size".into());
        }
        out.extend_from_slice(&bytes);
    }
    if out.len() != length {
        return Err("a block has the wrong size".into());
    }
    Ok(out)
}

/// Brings the bytes of elements together again; what is no whole element is copied.
pub(crate) fn unshuffle(item: usize, bytes: &[u8], out: &mut [u8]) {
    let n = bytes.len() / item.max(1);
    for (i, row) in bytes.chunks_exact(n.max(1)).take(item).enumerate() {
        for (to, byte) in out.chunks_exact_mut(item).zip(row) {
            to[i] = *byte;
        }
    }
    out[n * item..].copy_from_slice(&bytes[n * item..]);
}

/// Brings the bits of elements together again; blocks of another number of elements than a
/// multiple of eight are not shuffled.
fn bit_unshuffle(item: usize, bytes: &[u8], out: &mut [u8]) {
    let n = bytes.len() / item;
    if !n.is_multiple_of(8) || n == 0 {
        out.copy_from_slice(bytes);
        return;
    }
    let row = n / 8;
    out.fill(0);
    for bit in 0..item * 8 {
        for (i, byte) in bytes[bit * row..(bit + 1) * row].iter().enumerate() {
            for k in 0..8 {
                out[(i * 8 + k) * item + bit / 8] |= (byte >> k & 1) << (bit % 8);
            }
        }
    }
    out[n * item..].copy_from_slice(&bytes[n * item..]);
}

/// BloscLZ, a variant of FastLZ: literals, and copies of what stands `distance` bytes before.
fn blosclz(data: &[u8], size: usize) -> Result<Vec<u8>, String> {
    const FAR: usize = 8191;
    let mut out: Vec<u8> = room(size)?;
    let mut at = 0;
    let mut next = || {
        let byte = data.get(at).copied();
        at += 1;
        byte.map(usize::from)
    };
    let damaged = || "it does not decompress".to_string();
    let mut control = next().ok_or(SHORT)? & 31;
    loop {
        if control >= 32 {
            let mut length = (control >> 5) - 1;
            let high = (control & 31) << 8;
            if length == 6 {
                loop {
                    let code = next().ok_or(SHORT)?;
                    length += code;
                    if code != 255 {
                        break;
                    }
                }
            }
            let code = next().ok_or(SHORT)?;
            let mut distance = high + code;
            if code == 255 && high == 31 << 8 {
                distance = (next().ok_or(SHORT)? << 8) + next().ok_or(SHORT)? + FAR;
            }
            let (length, distance) = (length + 3, distance + 1);
            if distance > out.len() || out.len() + length > size {
                return Err(damaged());
            }
            for _ in 0..length {
                out.push(out[out.len() - distance]);
            }
        } else {
            for _ in 0..=control {
                let byte = next().ok_or(SHORT)?;
                if out.len() == size {
                    return Err(damaged());
                }
                out.push(byte as u8);
            }
        }
        match next() {
            Some(byte) => control = byte,
            None => return Ok(out),
        }
    }
}
