//! Sizes in bytes and durations, for people.
//!
//! Sizes follow Dask: binary prefixes when writing (`7.63 MiB`), and both families when reading
//! (`5GB` is 5·10⁹ bytes, `5GiB` is 5·2³⁰).

/// Binary prefixes from the largest down, with their exponents of two.
const BINARY: [(&str, u32); 6] =
    [("Ei", 60), ("Pi", 50), ("Ti", 40), ("Gi", 30), ("Mi", 20), ("ki", 10)];

/// Prefix letters in order of size: each is a thousand (or 1024) times the one before it.
const PREFIXES: &str = "kmgtpe";

/// A number of bytes with two decimals and a binary unit: `7.63 MiB`, `488.28 kiB`, `12 B`.
///
/// As in Dask, a unit is used from nine tenths of it on: `0.95 kiB`, not `973 B`.
pub fn bytes_text(n: u64) -> String {
    for (prefix, power) in BINARY {
        let unit = (1u64 << power) as f64;
        if n as f64 >= unit * 0.9 {
            return format!("{:.2} {prefix}B", n as f64 / unit);
        }
    }
    format!("{n} B")
}

/// Reads a size: `128MiB`, `5GB`, `2g`, `1.5 GiB`, or a plain number of bytes.
///
/// Prefixes K, M, G, T, P and E in either case, with or without `i` and `B`; those with `i` are
/// powers of 1024, the others of 1000. A fraction of a byte is dropped. `None` if the text is not
/// a size, is negative, or does not fit.
pub fn parse_bytes(text: &str) -> Option<u64> {
    let text = text.trim();
    let end = text.rfind(|c: char| !c.is_ascii_alphabetic()).map_or(0, |at| at + 1);
    let (number, unit) = text.split_at_checked(end)?;
    let number = number.trim_end();
    if !number.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let unit = unit_size(&unit.to_ascii_lowercase())?;
    if let Ok(count) = number.replace('_', "").parse::<u64>() {
        return count.checked_mul(unit);
    }
    let size = number.parse::<f64>().ok()? * unit as f64;
    (size < u64::MAX as f64).then_some(size as u64)
}

fn unit_size(unit: &str) -> Option<u64> {
    let prefix = unit.strip_suffix('b').unwrap_or(unit);
    if prefix.is_empty() {
        return Some(1);
    }
    let (letter, base) = match prefix.strip_suffix('i') {
        Some(letter) => (letter, 1024u64),
        None => (prefix, 1000u64),
    };
    let [letter] = letter.as_bytes() else { return None };
    let power = PREFIXES.bytes().position(|prefix| prefix == *letter)?;
    base.checked_pow(power as u32 + 1)
}

/// A duration in seconds with three digits and a fitting unit: `1.23 s`, `45.6 ms`, `789 µs`.
///
/// From one minute on it is `2 min 05 s`, from one hour on `3 h 07 min`.
pub fn seconds_text(seconds: f64) -> String {
    if !seconds.is_finite() {
        return format!("{} s", super::number::float64_text(seconds));
    }
    if seconds < 0.0 {
        return format!("-{}", seconds_text(-seconds));
    }
    if seconds >= 59.95 {
        return long_text(seconds);
    }
    // Rounded first, so that 0.9999 s is 1.00 s and not 1000 ms.
    let rounded = format!("{seconds:.2e}").parse().unwrap_or(seconds);
    let (scale, unit) = match rounded {
        0.0 | 1.0.. => (1.0, "s"),
        1e-3.. => (1e3, "ms"),
        1e-6.. => (1e6, "µs"),
        _ => (1e9, "ns"),
    };
    format!("{} {unit}", three_digits(rounded * scale))
}

fn three_digits(value: f64) -> String {
    match value {
        99.95.. => format!("{value:.0}"),
        9.995.. => format!("{value:.1}"),
        0.0 => "0".to_string(),
        _ => format!("{value:.2}"),
    }
}

fn long_text(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    if whole < 3600 {
        return format!("{} min {:02} s", whole / 60, whole % 60);
    }
    let minutes = whole.saturating_add(30) / 60;
    format!("{} h {:02} min", minutes / 60, minutes % 60)
}
