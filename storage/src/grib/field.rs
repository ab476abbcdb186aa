//! A field: the numbers of one message, or of one part of a message of edition 2, and what its
//! headers say about them.

use super::level::Level;
use super::parameter::Code;
use crate::file::Stopped;
use grib_reader::ReferenceTime;
use std::sync::Arc;

/// A field.
#[derive(Clone, Debug)]
pub(super) struct Field {
    /// Which of the files it is in.
    pub file: usize,
    /// The name of that, if there are several.
    pub name: Option<Arc<str>>,
    /// Which message of the file it is in, from 1.
    pub message: usize,
    /// Where the message begins.
    pub at: u64,
    pub code: Code,
    pub level: Level,
    pub statistic: Statistic,
    /// What distinguishes it from the plain parameter: `mean` of an ensemble, `p90`.
    pub variant: String,
    /// Whether it is an analysis, where that is told.
    pub analysis: Option<bool>,
    /// The reference time, in seconds from the beginning of 1970.
    pub time: i64,
    /// From the reference time to the end of what the field covers, in seconds.
    pub step: i64,
    /// Which member of an ensemble it is.
    pub member: Option<u32>,
    /// Its place in the table of grids.
    pub grid: usize,
    pub packed: Packed,
    /// Why it cannot be read.
    pub problem: Option<String>,
}

/// How and where numbers are packed.
#[derive(Clone, Debug, Default)]
pub(super) struct Packed {
    pub method: Method,
    /// Bits of a number; of some methods only those of a group's reference.
    pub bits: u8,
    /// Of edition 1: the power of ten that numbers were multiplied by.
    pub decimal_scale: i16,
    /// Position and length of what says how they are packed; of edition 1 it is in the data.
    pub representation: (u64, u64),
    pub bitmap: Option<(u64, u64)>,
    /// Position and length of the whole section.
    pub data: (u64, u64),
}

/// A way to pack numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Method {
    #[default]
    Simple,
    SecondOrder,
    Complex,
    Ieee,
    Jpeg2000,
    Png,
    Ccsds,
    RunLength,
}

impl Method {
    /// What it is called.
    pub(super) fn name(self) -> &'static str {
        match self {
            Method::Simple => "simple",
            Method::SecondOrder => "second order",
            Method::Complex => "complex",
            Method::Ieee => "ieee",
            Method::Jpeg2000 => "jpeg2000",
            Method::Png => "png",
            Method::Ccsds => "ccsds",
            Method::RunLength => "run length",
        }
    }
}

/// What numbers say about an interval of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) enum Statistic {
    /// Nothing: they are of an instant.
    #[default]
    Instant,
    /// A statistic of code table 4.10 of edition 2.
    Of(u8),
    /// Another one of edition 1, by its indicator of code table 5.
    Old(u8),
}

/// The statistics by their codes of edition 2, with ecCodes' names.
const STATISTICS: &[&str] =
    &["avg", "accum", "max", "min", "diff", "rms", "sd", "cov", "", "ratio"];

impl Statistic {
    /// The statistic of a time range indicator of edition 1.
    pub(super) fn one(indicator: u8) -> Statistic {
        match indicator {
            0 | 1 | 10 => Statistic::Instant,
            3 => Statistic::Of(0),
            4 => Statistic::Of(1),
            5 => Statistic::Of(4),
            other => Statistic::Old(other),
        }
    }

    /// Its code of edition 2, as text.
    pub(super) fn code(self) -> String {
        if let Statistic::Of(code) = self { code.to_string() } else { String::new() }
    }

    /// What it is called.
    pub(super) fn name(self) -> String {
        let named = |code: u8| STATISTICS.get(usize::from(code)).filter(|n| !n.is_empty());
        match self {
            Statistic::Instant => "instant".into(),
            Statistic::Of(code) => {
                named(code).map_or_else(|| format!("statistic{code}"), |n| n.to_string())
            }
            Statistic::Old(code) => format!("range{code}"),
        }
    }
}

impl Default for Field {
    fn default() -> Field {
        Field {
            file: 0,
            name: None,
            message: 0,
            at: 0,
            code: Code { edition: 2, centre: 0, parts: [0; 3] },
            level: Level::one(1, [0, 0]),
            statistic: Statistic::Instant,
            variant: String::new(),
            analysis: None,
            time: 0,
            step: 0,
            member: None,
            grid: 0,
            packed: Packed::default(),
            problem: None,
        }
    }
}

impl Field {
    /// How errors call it.
    pub(super) fn place(&self) -> String {
        let place = place(self.message, self.at);
        self.name.as_ref().map_or(place.clone(), |name| format!("{place} of `{name}`"))
    }
}

/// How errors call a message.
pub(super) fn place(message: usize, at: u64) -> String {
    format!("its message {message} (at byte {at})")
}

/// What is wrong, if something is.
pub(super) fn check(good: bool, why: &str) -> Result<(), Stopped> {
    if good { Ok(()) } else { Err(Stopped::Bad(why.into())) }
}

/// Seconds from the beginning of 1970, and the days of that.
pub(super) fn seconds(time: &ReferenceTime) -> i64 {
    let days = days(i64::from(time.year), i64::from(time.month), i64::from(time.day));
    let clock = [time.hour, time.minute, time.second].map(i64::from);
    ((days * 24 + clock[0]) * 60 + clock[1]) * 60 + clock[2]
}

/// Days of the Gregorian calendar from the first of 1970 to a date; a month may be any number.
fn days(year: i64, month: i64, day: i64) -> i64 {
    // Years begin in March, so that the leap day is their last.
    let months = year * 12 + month - 3;
    let (year, month) = (months.div_euclid(12), months.rem_euclid(12));
    let leaps = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leaps + (month * 153 + 2) / 5 + day - 1 - 719_468
}

/// Year, month and day of days from the first of 1970.
fn date(days_from_epoch: i64) -> (i64, i64, i64) {
    // Too early rather than too late.
    let longest = if days_from_epoch < 0 { 365 } else { 366 };
    let mut year = 1970 + days_from_epoch.div_euclid(longest);
    while days(year + 1, 1, 1) <= days_from_epoch {
        year += 1;
    }
    let month = (1..=12).rev().find(|&m| days(year, m, 1) <= days_from_epoch).unwrap_or(1);
    (year, month, days_from_epoch - days(year, month, 1) + 1)
}

/// A time as text: `2017-01-01T12:00:00`.
pub(super) fn timestamp(seconds: i64) -> String {
    let (day, clock) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = date(day);
    let (hour, minute, second) = (clock / 3600, clock / 60 % 60, clock % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
}

/// Seconds from a time to the same time so many units later, by the units of code table 4 of
/// edition 1 and 4.4 of edition 2.
pub(super) fn lead(from: &ReferenceTime, edition: u8, unit: u8, n: i64) -> Option<i64> {
    let months = |m: i64| {
        let (year, month, day) = (from.year.into(), i64::from(from.month), i64::from(from.day));
        let months = n.checked_mul(m).filter(|m| m.abs() < 120_000)?;
        Some((days(year, month + months, day) - days(year, month, day)) * 86_400)
    };
    let each = match (unit, edition) {
        (0, _) => 60,
        (1, _) => 3600,
        (2, _) => 86_400,
        (3, _) => return months(1),
        (4, _) => return months(12),
        (5, _) => return months(120),
        (6, _) => return months(360),
        (7, _) => return months(1200),
        (10, _) => 3 * 3600,
        (11, _) => 6 * 3600,
        (12, _) => 12 * 3600,
        (13, 1) => 15 * 60,
        (14, 1) => 30 * 60,
        (13, 2) | (254, 1) => 1,
        _ => return None,
    };
    n.checked_mul(each)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(year: u16, month: u8, day: u8) -> ReferenceTime {
        ReferenceTime { year, month, day, hour: 12, minute: 0, second: 0 }
    }

    #[test]
    fn times_are_counted() {
        for (y, m, d, days) in [
            (1970, 1, 1, 0),
            (2000, 2, 29, 11_016),
            (2000, 3, 1, 11_017),
            (1900, 3, 1, -25_508),
            (2100, 12, 31, 47_846),
        ] {
            let found = seconds(&time(y, m, d));
            assert_eq!(found, days * 86_400 + 43_200, "{y} {m} {d}");
            assert_eq!(timestamp(found), format!("{y:04}-{m:02}-{d:02}T12:00:00"));
        }
        let january = time(2023, 12, 31);
        assert_eq!(lead(&january, 2, 1, 6), Some(21_600));
        assert_eq!(lead(&january, 2, 3, 1), Some(31 * 86_400));
        assert_eq!(lead(&january, 1, 4, 1), Some(366 * 86_400));
        assert_eq!(lead(&january, 1, 254, 5), Some(5));
        assert_eq!(lead(&january, 2, 13, 5), Some(5));
        assert_eq!(lead(&january, 1, 14, 1), Some(1800));
        assert_eq!(lead(&january, 2, 99, 1), None);
        assert_eq!(lead(&january, 2, 3, i64::MAX), None);
    }
}
