//! Grids: how many points there are, in which order they were scanned, and where they lie.
//!
//! Before: section 2 of edition 1, section 3 of edition 2. After: rows and columns, or the number
//! of points where there are no such; what their coordinates are computed from; and attributes
//! that say what the projection is. A grid that cannot be read says why.
//!
//! Rows are in the order in which the file has them, as are the columns: the first row is the
//! northernmost unless the scanning mode says that rows lie from south to north, as ecCodes and
//! cfgrib have it. Columns that were scanned one after the other, and rows scanned to and fro, are
//! put into rows of one direction.

use crate::attributes::{Attributes, Value};
use arr_ir::shape::Shape;
use grib_reader::RegularGaussianGrid;

/// Gaussian latitudes of more parallels between pole and equator than these are not computed.
const MAX_PARALLELS: u32 = 10_000;
/// What a field of missing bits is.
const MISSING: u32 = u32::MAX;

/// A grid.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Grid {
    /// Rows and columns, or the number of points.
    pub shape: Shape,
    /// How many points there are.
    pub points: usize,
    pub scan: Scan,
    /// The names of its dimensions.
    pub dimensions: Vec<&'static str>,
    /// What coordinates are computed from, one for each dimension.
    pub axes: Vec<Points>,
    /// Its type and what belongs to it.
    pub attributes: Attributes,
    /// Why it cannot be read.
    pub problem: Option<String>,
}

/// The order in which points were scanned: code table 8 of edition 1, flag table 3.4 of edition 2.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Scan {
    /// Columns go from east to west.
    pub westward: bool,
    /// Rows go from south to north.
    pub northward: bool,
    /// Columns lie one after the other, not rows.
    pub columns: bool,
    /// Every second one was scanned back.
    pub to_and_fro: bool,
}

/// Coordinates along a dimension.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Points {
    /// From the first to the last at equal distances, in degrees.
    Even { first: f64, last: f64, n: usize },
    /// Gaussian latitudes.
    Gaussian(RegularGaussianGrid),
    /// Not told.
    Unknown,
}

/// The part of a grid that is read: first and number along each of its dimensions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    pub rows: (usize, usize),
    pub columns: (usize, usize),
}

impl Scan {
    fn of(mode: u8) -> Scan {
        Scan {
            westward: mode & 0x80 != 0,
            northward: mode & 0x40 != 0,
            columns: mode & 0x20 != 0,
            to_and_fro: mode & 0x10 != 0,
        }
    }
}

impl Grid {
    /// Rows and columns; points without rows are one.
    fn rows_and_columns(&self) -> (usize, usize) {
        match self.shape[..] {
            [rows, columns] => (rows, columns),
            _ => (1, self.points),
        }
    }

    /// The part that a box of its dimensions is.
    pub(super) fn part(&self, start: &[usize], shape: &[usize]) -> Part {
        match (start, shape) {
            (&[row, column], &[rows, columns]) => {
                Part { rows: (row, rows), columns: (column, columns) }
            }
            (&[column], &[columns]) => Part { rows: (0, 1), columns: (column, columns) },
            _ => Part { rows: (0, 1), columns: (0, 1) },
        }
    }

    /// Where a point is among those of the file.
    pub(super) fn position(&self, row: usize, column: usize) -> usize {
        let (rows, columns) = self.rows_and_columns();
        let (line, at, length) = match self.scan.columns {
            true => (column, row, rows),
            false => (row, column, columns),
        };
        let back = self.scan.to_and_fro && line % 2 == 1;
        line * length + if back { length - 1 - at } else { at }
    }

    /// A grid of which only this is known.
    fn unreadable(points: usize, why: String) -> Grid {
        Grid {
            shape: Shape::from_slice(&[points]),
            points,
            dimensions: vec!["values"],
            axes: vec![Points::Unknown],
            problem: Some(why),
            ..Grid::default()
        }
    }

    /// Points without rows.
    fn list(points: usize, kind: &str) -> Grid {
        Grid {
            shape: Shape::from_slice(&[points]),
            points,
            dimensions: vec!["values"],
            axes: vec![Points::Unknown],
            attributes: Attributes(vec![("grid".into(), Value::Text(kind.into()))]),
            ..Grid::default()
        }
    }

    /// Rows and columns of known places.
    fn regular(
        kind: &str,
        (rows, columns): (usize, usize),
        scan: u8,
        names: [&'static str; 2],
    ) -> Grid {
        Grid {
            shape: Shape::from_slice(&[rows, columns]),
            points: rows.saturating_mul(columns),
            scan: Scan::of(scan),
            dimensions: names.to_vec(),
            axes: vec![Points::Unknown, Points::Unknown],
            attributes: Attributes(vec![("grid".into(), Value::Text(kind.into()))]),
            problem: None,
        }
    }

    fn with(mut self, attributes: &[(&str, f64)]) -> Grid {
        for (name, value) in attributes {
            self.attributes.push(*name, Value::Float(*value));
        }
        self
    }

    /// Sets coordinates from the corners, in millionths of a degree.
    fn cornered(mut self, latitudes: (i64, i64), longitudes: (i64, i64), unit: f64) -> Grid {
        let around = (360.0 / unit).round() as i64;
        let (west, mut east) = longitudes;
        // Longitudes go on in one direction.
        let columns = self.shape[1];
        if self.scan.westward {
            east -= if east > west { around } else { 0 };
        } else {
            east += if east < west { around } else { 0 };
        }
        let even = |(first, last): (i64, i64), n| Points::Even {
            first: first as f64 * unit,
            last: last as f64 * unit,
            n,
        };
        self.axes = vec![even(latitudes, self.shape[0]), even((west, east), columns)];
        self
    }
}

impl Points {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        match self {
            Points::Even { n, .. } => *n,
            Points::Gaussian(grid) => grid.nj as usize,
            Points::Unknown => 0,
        }
    }

    /// The coordinates, in degrees.
    pub(super) fn values(&self) -> Result<Vec<f64>, String> {
        match self {
            Points::Even { first, last, n } => {
                let step = (last - first) / (n.max(&2) - 1) as f64;
                let at = |i| if i + 1 == *n && i > 0 { *last } else { first + step * i as f64 };
                Ok((0..*n).map(at).collect())
            }
            Points::Gaussian(grid) if grid.number_of_parallels > MAX_PARALLELS => {
                Err("it has too many parallels".into())
            }
            Points::Gaussian(grid) => grid.latitudes().map_err(|e| e.to_string()),
            Points::Unknown => Err("they are not known".into()),
        }
    }
}

/// Numbers at places of a section.
struct Octets<'a>(&'a [u8]);

impl Octets<'_> {
    fn byte(&self, at: usize) -> Option<u8> {
        self.0.get(at).copied()
    }

    /// An unsigned number of some octets.
    fn unsigned(&self, at: usize, octets: usize) -> Option<u32> {
        let bytes = self.0.get(at..at.checked_add(octets)?)?;
        Some(bytes.iter().fold(0, |n, &b| n << 8 | u32::from(b)))
    }

    /// A number with its sign in the first bit.
    fn signed(&self, at: usize, octets: usize) -> Option<i64> {
        let raw = i64::from(self.unsigned(at, octets)?);
        let sign = 1 << (8 * octets - 1);
        Some(if raw & sign != 0 { -(raw & (sign - 1)) } else { raw })
    }

    fn size(&self, at: usize, octets: usize) -> Option<usize> {
        self.unsigned(at, octets).map(|n| n as usize)
    }
}

/// Reads section 2 of edition 1.
pub(super) fn one(section: &[u8]) -> Grid {
    let octets = Octets(section);
    let short = || Grid::unreadable(0, "its grid is not complete".into());
    one_of(&octets).unwrap_or_else(short)
}

fn one_of(octets: &Octets) -> Option<Grid> {
    let kind = octets.byte(5)?;
    if (50..=80).contains(&kind) {
        return Some(Grid::unreadable(0, SPECTRAL.into()));
    }
    let (columns, rows) = (octets.size(6, 2)?, octets.size(8, 2)?);
    let scan = octets.byte(27)?;
    let known = matches!(kind, 0 | 1 | 3 | 4 | 5 | 10 | 13 | 14 | 90);
    if !known {
        let why = format!("its grid (type {kind} of edition 1) is not supported");
        return Some(Grid::unreadable(rows.saturating_mul(columns), why));
    }
    if columns == 0xffff {
        let list = octets.size(4, 1)?.checked_sub(1)? + 4 * octets.size(3, 1)?;
        let lengths = (0..rows).map(|row| octets.size(list + 2 * row, 2));
        let points = lengths.sum::<Option<usize>>()?;
        return Some(Grid::list(points, if kind == 4 { "reduced_gg" } else { "reduced_ll" }));
    }
    let at = |place| octets.signed(place, 3);
    let milli = |n: i64| n as f64 * 1e-3;
    let size = (rows, columns);
    Some(match kind {
        0 | 10 | 4 | 14 => {
            let latitudes = (at(10)?, at(17)?);
            let longitudes = (at(13)?, at(20)?);
            let pole = match kind {
                10 | 14 => Some((at(32)?, at(35)?, 0.0)),
                _ => None,
            };
            let parallels = (kind == 4 || kind == 14).then_some(octets.unsigned(25, 2)?);
            geographic(size, scan, latitudes, longitudes, 1e-3, parallels, pole)
        }
        1 => Grid::regular("mercator", size, scan, ["y", "x"]).with(&[
            ("standard_parallel", milli(at(23)?)),
            ("first_latitude", milli(at(10)?)),
            ("first_longitude", milli(at(13)?)),
            ("dx", at(28)? as f64),
            ("dy", at(31)? as f64),
        ]),
        90 => Grid::regular("space_view", size, scan, ["y", "x"]),
        _ => {
            let name = match kind {
                3 => "lambert",
                5 => "polar_stereographic",
                _ => "albers",
            };
            let grid = Grid::regular(name, size, scan, ["y", "x"]).with(&[
                ("first_latitude", milli(at(10)?)),
                ("first_longitude", milli(at(13)?)),
                ("central_longitude", milli(at(17)?)),
                ("dx", at(20)? as f64),
                ("dy", at(23)? as f64),
            ]);
            match kind {
                5 => grid.with(&[("south_pole", f64::from(octets.byte(26)? >> 7))]),
                _ => grid.with(&[
                    ("first_parallel", milli(at(28)?)),
                    ("second_parallel", milli(at(31)?)),
                ]),
            }
        }
    })
}

const SPECTRAL: &str = "its numbers are coefficients of spherical harmonics, not values at points: \
                        have them transformed to a grid, as `cdo sp2gpl` does";

/// Latitudes and longitudes, of the globe or of one with its poles elsewhere.
fn geographic(
    size: (usize, usize),
    scan: u8,
    latitudes: (i64, i64),
    longitudes: (i64, i64),
    unit: f64,
    parallels: Option<u32>,
    pole: Option<(i64, i64, f64)>,
) -> Grid {
    let (kind, names) = match (parallels, pole) {
        (None, None) => ("regular_ll", ["latitude", "longitude"]),
        (Some(_), None) => ("regular_gg", ["latitude", "longitude"]),
        (None, Some(_)) => ("rotated_ll", ["y", "x"]),
        (Some(_), Some(_)) => ("rotated_gg", ["y", "x"]),
    };
    let mut grid = Grid::regular(kind, size, scan, names).cornered(latitudes, longitudes, unit);
    if let Some(n) = parallels {
        let micro = |angle: i64| (angle as f64 * unit * 1e6).round() as i32;
        grid.axes[0] = Points::Gaussian(RegularGaussianGrid {
            ni: size.1 as u32,
            nj: size.0 as u32,
            lat_first: micro(latitudes.0),
            lon_first: micro(longitudes.0),
            lat_last: micro(latitudes.1),
            lon_last: micro(longitudes.1),
            di: MISSING,
            number_of_parallels: n,
            scanning_mode: scan,
        });
    }
    match pole {
        Some((latitude, longitude, angle)) => grid.with(&[
            ("south_pole_latitude", latitude as f64 * unit),
            ("south_pole_longitude", longitude as f64 * unit),
            ("rotation", angle),
        ]),
        None => grid,
    }
}

/// Reads section 3 of edition 2.
pub(super) fn two(section: &[u8]) -> Grid {
    let octets = Octets(section);
    let short = || Grid::unreadable(0, "its grid is not complete".into());
    let grid = two_of(&octets).unwrap_or_else(short);
    let declared = octets.size(6, 4).unwrap_or(0);
    if grid.problem.is_none() && grid.points != declared {
        let why = format!("its grid has {} points, but it says {declared}", grid.points);
        return Grid { problem: Some(why), ..grid };
    }
    grid
}

fn two_of(octets: &Octets) -> Option<Grid> {
    let points = octets.size(6, 4)?;
    let template = octets.unsigned(12, 2)?;
    match template {
        0 | 1 | 40 | 41 => two_geographic(octets, template),
        10 | 20 | 30 | 31 | 90 | 140 => two_projected(octets, template),
        50..=53 => Some(Grid::unreadable(points, SPECTRAL.into())),
        101 => Some(Grid::list(points, "unstructured")),
        _ => {
            let why = format!("its grid (template 3.{template}) is not supported");
            Some(Grid::unreadable(points, why))
        }
    }
}

/// The points of rows of different lengths, by the list behind the template.
fn two_reduced(octets: &Octets, template: u32, rows: usize) -> Option<Grid> {
    let each = octets.size(10, 1)?;
    let list = if matches!(template, 1 | 41) { 84 } else { 72 };
    if !(1..=4).contains(&each) {
        return None;
    }
    let lengths = (0..rows).map(|row| octets.size(list + each * row, each));
    let points = lengths.sum::<Option<usize>>()?;
    Some(Grid::list(points, if template >= 40 { "reduced_gg" } else { "reduced_ll" }))
}

fn two_geographic(octets: &Octets, template: u32) -> Option<Grid> {
    let (columns, rows) = (octets.unsigned(30, 4)?, octets.unsigned(34, 4)?);
    if columns == MISSING {
        return two_reduced(octets, template, rows as usize);
    }
    let unit = match (octets.unsigned(38, 4)?, octets.unsigned(42, 4)?) {
        (0 | MISSING, _) => 1e-6,
        (_, 0 | MISSING) => return None,
        (angle, parts) => f64::from(angle) / f64::from(parts),
    };
    let at = |place| octets.signed(place, 4);
    let parallels = (template >= 40).then_some(octets.unsigned(67, 4)?);
    let pole = match template {
        1 | 41 => Some((at(72)?, at(76)?, f64::from(f32::from_bits(octets.unsigned(80, 4)?)))),
        _ => None,
    };
    let size = (rows as usize, columns as usize);
    let (latitudes, longitudes) = ((at(46)?, at(55)?), (at(50)?, at(59)?));
    Some(geographic(size, octets.byte(71)?, latitudes, longitudes, unit, parallels, pole))
}

fn two_projected(octets: &Octets, template: u32) -> Option<Grid> {
    let size = (octets.size(34, 4)?, octets.size(30, 4)?);
    let micro = |place| Some(octets.signed(place, 4)? as f64 * 1e-6);
    let milli = |place| Some(f64::from(octets.unsigned(place, 4)?) * 1e-3);
    let named = |name, scan| Some(Grid::regular(name, size, octets.byte(scan)?, ["y", "x"]));
    let first = [("first_latitude", micro(38)?), ("first_longitude", micro(42)?)];
    Some(match template {
        10 => named("mercator", 59)?.with(&first).with(&[
            ("standard_parallel", micro(47)?),
            ("dx", milli(64)?),
            ("dy", milli(68)?),
        ]),
        90 => named("space_view", 63)?,
        140 => named("lambert_azimuthal_equal_area", 63)?.with(&first).with(&[
            ("standard_parallel", micro(46)?),
            ("central_longitude", micro(50)?),
            ("dx", milli(55)?),
            ("dy", milli(59)?),
        ]),
        _ => {
            let name = match template {
                20 => "polar_stereographic",
                30 => "lambert",
                _ => "albers",
            };
            let grid = named(name, 64)?.with(&first).with(&[
                ("standard_parallel", micro(47)?),
                ("central_longitude", micro(51)?),
                ("dx", milli(55)?),
                ("dy", milli(59)?),
            ]);
            match template {
                20 => grid.with(&[("south_pole", f64::from(octets.byte(63)? >> 7))]),
                _ => grid.with(&[("first_parallel", micro(65)?), ("second_parallel", micro(69)?)]),
            }
        }
    })
}
