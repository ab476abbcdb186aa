//! What the codes of parameters are called.
//!
//! `parameters.tsv` has a line for each code of the common ones, made by `parameters.py`: edition;
//! centre, 0 for codes of the WMO; the code (edition 1: table, number; edition 2: discipline,
//! category, number); the type of level and the value that belong to it; the statistic that belongs
//! to it; name; unit; name in words. Of the WMO's tables of edition 1, 1 to 3, the line has the last.

use super::field::Field;

const TABLE: &str = include_str!("parameters.tsv");

/// The code of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Code {
    pub edition: u8,
    pub centre: u16,
    /// Edition 1: table, number, 0. Edition 2: discipline, category, number.
    pub parts: [u8; 3],
}

/// What a parameter is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parameter {
    pub name: String,
    /// Unit and name in words, if they are known.
    pub words: Option<(&'static str, &'static str)>,
}

impl Code {
    /// As it is written: `128.167`, `0.0.0`.
    pub(super) fn text(&self) -> String {
        let [a, b, c] = self.parts;
        if self.edition == 1 { format!("{a}.{b}") } else { format!("{a}.{b}.{c}") }
    }

    /// Whether lines that give this code mean this one.
    fn is(&self, edition: &str, centre: &str, code: &str) -> bool {
        let mut own = *self;
        if edition == "1" && (1..=3).contains(&own.parts[0]) && own.parts[1] < 128 {
            own.parts[0] = 3;
        }
        let local = if edition == "1" {
            own.parts[0] > 3 || own.parts[1] > 127
        } else {
            own.parts.iter().any(|&p| p >= 192)
        };
        edition.parse() == Ok(own.edition)
            && (if local { centre.parse() == Ok(own.centre) } else { centre == "0" })
            && code == own.text()
    }
}

/// A line of the table.
struct Line<'a> {
    level: &'a str,
    statistic: &'a str,
    name: &'static str,
    units: &'static str,
    words: &'static str,
}

fn lines(code: &Code) -> Vec<Line<'static>> {
    let line = |text: &'static str| {
        let parts: Vec<&'static str> = text.split('\t').collect();
        let [edition, centre, own, level, statistic, name, units, words] = parts[..] else {
            return None;
        };
        code.is(edition, centre, own).then_some(Line { level, statistic, name, units, words })
    };
    TABLE.lines().filter_map(line).collect()
}

/// Whether a field lies on the level that belongs to a code: `105=2`, `105`, or any.
fn lies_on(field: &Field, wanted: &str) -> bool {
    if wanted.is_empty() {
        return true;
    }
    let (kind, value) = wanted.split_once('=').map_or((wanted, None), |(k, v)| (k, Some(v)));
    let level = &field.level;
    let Some((one, two)) = level.codes() else { return false };
    let own = if field.code.edition == 1 { one } else { two };
    // Values are whole in the table, temperatures in hundredths.
    let unit = if level.units() == "K" { 100.0 } else { 1.0 };
    let whole = |v: &str| v.parse::<f64>().is_ok_and(|v| (v - level.value * unit).abs() < 1e-6);
    kind.parse() == Ok(own) && (level.units().is_empty() || value.is_none_or(whole))
}

impl Parameter {
    /// The parameter of a field; the one whose level and statistic fit best. Codes that are not in
    /// the table are called by their numbers.
    pub(super) fn of(field: &Field) -> Parameter {
        let fits = |l: &Line| {
            let statistic = l.statistic.is_empty() || l.statistic == field.statistic.code();
            statistic && lies_on(field, l.level)
        };
        let weight = |l: &Line| {
            let level = !l.level.is_empty() as usize + l.level.contains('=') as usize;
            level + !l.statistic.is_empty() as usize
        };
        let best = lines(&field.code).into_iter().filter(fits).max_by_key(weight);
        match best {
            Some(line) => {
                let words = Some((line.units, line.words));
                Parameter { name: line.name.into(), words }
            }
            None => {
                let name = format!("p{}", field.code.text().replace('.', "_"));
                Parameter { name, words: None }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::level::Level;
    use super::*;

    #[test]
    fn the_table_is_complete() {
        let mut seen = std::collections::HashSet::new();
        for line in TABLE.lines() {
            let parts: Vec<&str> = line.split('\t').collect();
            assert_eq!(parts.len(), 8, "{line}");
            assert!(seen.insert(parts[..5].join("\t")), "{line}");
            assert!(matches!(parts[0], "1" | "2"), "{line}");
            assert!(parts[1].parse::<u16>().is_ok(), "{line}");
            let code: Vec<u8> = parts[2].split('.').map(|p| p.parse().unwrap()).collect();
            assert_eq!(code.len(), 1 + parts[0].parse::<usize>().unwrap(), "{line}");
            assert!(!parts[5].is_empty() && !parts[7].is_empty(), "{line}");
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
            assert!(parts[5].chars().all(plain), "{line}");
        }
        assert!(seen.len() > 500);
    }

    #[test]
    fn the_best_line_is_taken() {
        let name = |edition, centre, parts, level: Level| {
            let code = Code { edition, centre, parts };
            Parameter::of(&Field { code, level, ..Field::default() }).name
        };
        let two = |kind, value| Level::two((kind, value), None);
        assert_eq!(name(1, 98, [128, 167, 0], Level::one(1, [0, 0])), "t2m");
        assert_eq!(name(1, 7, [128, 167, 0], Level::one(1, [0, 0])), "p128_167");
        assert_eq!(name(1, 7, [2, 11, 0], Level::one(105, [0, 2])), "t2m");
        assert_eq!(name(1, 7, [2, 11, 0], Level::one(105, [0, 80])), "t");
        assert_eq!(name(2, 7, [0, 0, 0], two(103, Some(2.0))), "t2m");
        assert_eq!(name(2, 98, [0, 0, 0], two(100, Some(50_000.0))), "t");
        assert_eq!(name(2, 7, [0, 3, 5], two(100, Some(50_000.0))), "gh");
        assert_eq!(name(2, 7, [0, 3, 5], two(1, None)), "orog");
        assert_eq!(name(2, 7, [0, 1, 193], two(1, None)), "cfrzr");
        assert_eq!(name(2, 7, [0, 1, 250], two(1, None)), "p0_1_250");
    }
}
