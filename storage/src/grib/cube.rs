//! Variables: fields that together fill a grid of members, times, steps and levels.
//!
//! Fields belong together that have the same parameter, type of level, statistic and grid; also
//! the same kind, analysis or forecast, where otherwise two would be at one place. A variable's
//! dimensions are those of `number`, `time`, `step` and the type of level along which its fields
//! differ, in this order, then those of the grid. A place without a field, or with several, is a
//! problem of the variable.

use super::decode;
use super::field::{Field, Statistic, timestamp};
use super::grid::Points;
use super::parameter::Parameter;
use super::scan::Scanned;
use crate::attributes::{Attributes, Value};
use arr_ir::dtype::DType;
use arr_ir::shape::{MAX_RANK, Shape, checked_count};
use std::collections::HashMap;

/// What is in a file.
pub(super) struct Content {
    pub format: String,
    pub attributes: Attributes,
    /// The variables in the order of the file, then the coordinates.
    pub variables: Vec<Variable>,
    pub grids: Vec<super::Grid>,
}

/// A variable.
pub(super) struct Variable {
    /// Its name, by which no other is called.
    pub name: String,
    /// The name of its parameter, which several may have.
    pub parameter: String,
    pub dtype: DType,
    pub shape: Shape,
    pub chunks: Option<Shape>,
    pub attributes: Attributes,
    /// How numbers are stored.
    pub stored: String,
    pub codecs: Vec<&'static str>,
    /// Why it cannot be read.
    pub problem: Option<String>,
    pub numbers: Numbers,
}

/// Where the numbers of a variable are.
pub(super) enum Numbers {
    /// Fields in the order of its outer dimensions, and their grid.
    Messages { fields: Vec<Field>, grid: usize },
    /// Coordinates.
    Axis(Axis),
}

/// Coordinates along a dimension.
#[derive(Clone, PartialEq)]
pub(super) enum Axis {
    Int(Vec<i64>),
    Float(Vec<f64>),
    Points(Points),
}

/// The dimensions that fields may differ along.
const OUTER: usize = 4;

/// Where a field is along each: member, time, step, level. Floats by their order.
type Place = [(i64, i64); OUTER];

impl Variable {
    /// Whether it says where the points of a dimension are.
    pub(super) fn is_coordinate(&self) -> bool {
        matches!(self.numbers, Numbers::Axis(_))
    }

    /// Whether it has a dimension, by name or number.
    pub(super) fn has_dimension(&self, along: &str) -> bool {
        let named = match self.attributes.get("dimensions") {
            Some(Value::List(names)) => names.contains(&Value::Text(along.into())),
            _ => false,
        };
        named || along.parse::<usize>().is_ok_and(|axis| axis < self.shape.len())
    }
}

impl Axis {
    fn len(&self) -> usize {
        match self {
            Axis::Int(values) => values.len(),
            Axis::Float(values) => values.len(),
            Axis::Points(points) => points.len(),
        }
    }

    fn dtype(&self) -> DType {
        if matches!(self, Axis::Int(_)) { DType::I64 } else { DType::F64 }
    }

    /// The coordinates, as in memory.
    pub(super) fn values(&self) -> Result<Vec<u8>, String> {
        let floats = |v: &[f64]| v.iter().flat_map(|v| v.to_le_bytes()).collect();
        match self {
            Axis::Int(values) => Ok(values.iter().flat_map(|v| v.to_le_bytes()).collect()),
            Axis::Float(values) => Ok(floats(values)),
            Axis::Points(points) => points.values().map(|v| floats(&v)),
        }
    }
}

/// Fields that belong together.
struct Group {
    parameter: Parameter,
    fields: Vec<Field>,
}

/// What is common to the fields of a group.
#[derive(PartialEq, Eq, Hash)]
struct Key {
    name: String,
    level: (String, u8),
    statistic: Statistic,
    variant: String,
    grid: usize,
    analysis: Option<bool>,
}

fn groups(fields: Vec<Field>, kinds: bool) -> Vec<Group> {
    let mut places: HashMap<Key, usize> = HashMap::new();
    let mut groups: Vec<Group> = vec![];
    let mut known: HashMap<_, Parameter> = HashMap::new();
    for field in fields {
        let (level, statistic) = (field.level, field.statistic);
        let what = (field.code, level.code, level.value.to_bits(), statistic);
        let parameter = known.entry(what).or_insert_with(|| Parameter::of(&field)).clone();
        let key = Key {
            name: parameter.name.clone(),
            level: (field.level.name(), field.level.bound),
            statistic: field.statistic,
            variant: field.variant.clone(),
            grid: field.grid,
            analysis: field.analysis.filter(|_| kinds),
        };
        let next = groups.len();
        let at = *places.entry(key).or_insert(next);
        if at == next {
            groups.push(Group { parameter, fields: vec![] });
        }
        groups[at].fields.push(field);
    }
    groups
}

/// A float as an integer of the same order.
fn ordered(value: f64) -> i64 {
    let bits = (value + 0.0).to_bits() as i64;
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}

fn place(field: &Field) -> Place {
    let sign = if field.level.descends() { -1 } else { 1 };
    [
        (field.member.unwrap_or(0).into(), 0),
        (field.time, 0),
        (field.step, 0),
        (sign * ordered(field.level.value), sign * ordered(field.level.other)),
    ]
}

impl Group {
    /// Whether two fields are at the same place.
    fn collides(&self) -> bool {
        let mut seen = std::collections::HashSet::new();
        !self.fields.iter().all(|f| seen.insert(place(f)))
    }
}

/// All variables of what was scanned.
pub(super) fn content(scanned: Scanned) -> Content {
    let editions = scanned.fields.iter().map(|f| f.code.edition);
    let (first, last) = (editions.clone().min().unwrap_or(0), editions.max().unwrap_or(0));
    let format = if first == last { format!("GRIB {first}") } else { "GRIB 1 and 2".into() };
    let mut attributes = Attributes::default();
    if let Some(field) = scanned.fields.first() {
        attributes.push("centre", Value::Int(field.code.centre.into()));
    }
    let whole = groups(scanned.fields, false);
    let mut split = vec![];
    for group in whole {
        match group.collides() {
            true => split.extend(groups(group.fields, true)),
            false => split.push(group),
        }
    }
    let names = names(&split);
    let mut coordinates = Coordinates::default();
    let mut variables = vec![];
    for (group, name) in split.into_iter().zip(names) {
        variables.push(variable(group, name, &scanned.grids, &mut coordinates));
    }
    let taken: Vec<String> = variables.iter().map(|v: &Variable| v.name.clone()).collect();
    let free = |c: &Variable| !taken.contains(&c.name);
    variables.extend(coordinates.variables().into_iter().filter(free));
    Content { format, attributes, variables, grids: scanned.grids }
}

/// A name for each group: that of the parameter; if several have it, with what tells them apart.
fn names(groups: &[Group]) -> Vec<String> {
    let base = |g: &Group| match &*g.fields[0].variant {
        "" => g.parameter.name.clone(),
        variant => format!("{}_{variant}", g.parameter.name),
    };
    let level = |g: &Group| g.fields[0].level.name();
    let statistic = |g: &Group| g.fields[0].statistic.name();
    let kind = |g: &Group| match g.fields[0].analysis {
        Some(true) => "analysis".to_string(),
        _ => "forecast".to_string(),
    };
    let suffixes: [&dyn Fn(&Group) -> String; 4] =
        [&level, &statistic, &|g| format!("{}_{}", level(g), statistic(g)), &kind];
    let mut same: HashMap<String, Vec<usize>> = HashMap::new();
    for (i, group) in groups.iter().enumerate() {
        same.entry(base(group)).or_default().push(i);
    }
    let mut names: Vec<String> = groups.iter().map(base).collect();
    for members in same.values().filter(|m| m.len() > 1) {
        let distinct = |suffix: &&&dyn Fn(&Group) -> String| {
            let found = members.iter().map(|&i| suffix(&groups[i]));
            found.collect::<std::collections::HashSet<_>>().len() == members.len()
        };
        let suffix = suffixes.iter().find(distinct);
        for (n, &i) in members.iter().enumerate() {
            let suffix = suffix.map_or_else(|| (n + 1).to_string(), |s| s(&groups[i]));
            names[i] = format!("{}_{suffix}", names[i]);
        }
    }
    names
}

/// The coordinates of variables, each once.
#[derive(Default)]
struct Coordinates {
    found: Vec<(String, String, Axis, Attributes)>,
}

impl Coordinates {
    /// The name of a dimension with these coordinates: others of this name have a number behind.
    fn name(&mut self, dimension: &str, axis: Axis, attributes: Attributes) -> String {
        let mut same = 0;
        for (name, of, known, about) in &self.found {
            if of == dimension {
                if *known == axis && *about == attributes {
                    return name.clone();
                }
                same += 1;
            }
        }
        let name = match same {
            0 => dimension.to_string(),
            n => format!("{dimension}_{}", n + 1),
        };
        self.found.push((name.clone(), dimension.to_string(), axis, attributes));
        name
    }

    fn variables(self) -> Vec<Variable> {
        let one = |(name, _, axis, mut attributes): (String, String, Axis, Attributes)| {
            let own = Value::Text(name.clone());
            attributes.push("dimensions", Value::List(vec![own]));
            Variable {
                parameter: name.clone(),
                name,
                dtype: axis.dtype(),
                shape: Shape::from_slice(&[axis.len()]),
                chunks: None,
                attributes,
                stored: String::new(),
                codecs: vec![],
                problem: None,
                numbers: Numbers::Axis(axis),
            }
        };
        // Points whose places are not known have no coordinates.
        let known =
            |c: &(String, String, Axis, Attributes)| !matches!(c.2, Axis::Points(Points::Unknown));
        self.found.into_iter().filter(known).map(one).collect()
    }
}

/// A dimension along which fields differ, or what all of them have.
struct Outer {
    name: String,
    units: String,
    places: Vec<(i64, i64)>,
    axis: Axis,
    shown: Option<Value>,
}

fn outer(fields: &[Field], d: usize) -> Outer {
    let mut sorted: Vec<(&Field, (i64, i64))> = fields.iter().map(|f| (f, place(f)[d])).collect();
    sorted.sort_by_key(|(_, place)| *place);
    sorted.dedup_by_key(|(_, place)| *place);
    let places = sorted.iter().map(|(_, place)| *place).collect();
    let first = sorted[0].0;
    let ints = |of: &dyn Fn(&Field) -> i64| Axis::Int(sorted.iter().map(|(f, _)| of(f)).collect());
    let floats =
        |of: &dyn Fn(&Field) -> f64| Axis::Float(sorted.iter().map(|(f, _)| of(f)).collect());
    let hours = |f: &Field| f.step as f64 / 3600.0;
    let (name, units, axis, shown) = match d {
        0 => {
            let member = |f: &Field| i64::from(f.member.unwrap_or(0));
            let shown = first.member.map(|m| Value::Int(m.into()));
            ("number".into(), "1".into(), ints(&member), shown)
        }
        1 => {
            let units = "seconds since 1970-01-01T00:00:00".into();
            ("time".into(), units, ints(&|f| f.time), Some(Value::Text(timestamp(first.time))))
        }
        2 => ("step".into(), "hours".into(), floats(&hours), Some(Value::Float(hours(first)))),
        _ => {
            let level = first.level;
            let shown = (!level.units().is_empty()).then_some(Value::Float(level.value));
            (level.name(), level.units().into(), floats(&|f| f.level.value), shown)
        }
    };
    Outer { name, units, places, axis, shown }
}

/// How a place is written in messages.
fn written(outer: &[Outer], index: &[usize]) -> String {
    let one = |(o, &i): (&Outer, &usize)| {
        let value = match &o.axis {
            Axis::Int(values) if o.name == "time" => timestamp(values[i]),
            Axis::Int(values) => values[i].to_string(),
            Axis::Float(values) => values[i].to_string(),
            Axis::Points(_) => String::new(),
        };
        let of_many = o.places.len() > 1;
        of_many.then(|| format!("{} {value}", o.name))
    };
    let parts: Vec<String> = outer.iter().zip(index).filter_map(one).collect();
    if parts.is_empty() { "the same time and level".into() } else { parts.join(", ") }
}

/// Fields in the order of the outer dimensions, or what is wrong with them.
fn arranged(fields: Vec<Field>, outer: &[Outer]) -> Result<Vec<Field>, String> {
    let sizes: Vec<usize> = outer.iter().map(|o| o.places.len()).collect();
    let index = |field: &Field| -> [usize; OUTER] {
        let place = place(field);
        std::array::from_fn(|d| outer[d].places.binary_search(&place[d]).unwrap_or(0))
    };
    let mut sorted: Vec<([usize; OUTER], Field)> =
        fields.into_iter().map(|f| (index(&f), f)).collect();
    sorted.sort_by_key(|(index, _)| *index);
    if let Some(pair) = sorted.windows(2).find(|w| w[0].0 == w[1].0) {
        let (first, second) = (pair[0].1.place(), pair[1].1.place());
        let place = written(outer, &pair[0].0);
        return Err(format!("{first} and {second} are both of {place}"));
    }
    let mut next = [0; OUTER];
    for (index, _) in &sorted {
        if *index != next {
            return Err(hole(outer, &next));
        }
        for d in (0..OUTER).rev() {
            next[d] += 1;
            if next[d] < sizes[d] {
                break;
            }
            next[d] = 0;
        }
    }
    if next != [0; OUTER] {
        return Err(hole(outer, &next));
    }
    Ok(sorted.into_iter().map(|(_, field)| field).collect())
}

fn hole(outer: &[Outer], index: &[usize; OUTER]) -> String {
    format!("there is no message of {}, but of others", written(outer, index))
}

fn variable(
    group: Group,
    name: String,
    grids: &[super::Grid],
    coordinates: &mut Coordinates,
) -> Variable {
    let Group { parameter, fields } = group;
    let first = fields[0].clone();
    let grid = &grids[first.grid];
    let mut attributes = described(&parameter, &first);
    let outer: Vec<Outer> = (0..OUTER).map(|d| outer(&fields, d)).collect();
    let mut dimensions = vec![];
    let mut shape = Shape::new();
    for o in &outer {
        match o.places.len() {
            1 => {
                if let Some(value) = &o.shown {
                    attributes.push(o.name.clone(), value.clone());
                }
            }
            n => {
                let units = vec![("units".to_string(), Value::Text(o.units.clone()))];
                dimensions.push(coordinates.name(&o.name, o.axis.clone(), Attributes(units)));
                shape.push(n);
            }
        }
    }
    let outer_rank = shape.len();
    for ((dimension, points), &n) in grid.dimensions.iter().zip(&grid.axes).zip(&grid.shape) {
        let units = match *dimension {
            "latitude" => "degrees_north",
            "longitude" => "degrees_east",
            _ => "degrees",
        };
        let units = vec![("units".to_string(), Value::Text(units.into()))];
        dimensions.push(match points {
            Points::Unknown => dimension.to_string(),
            points => coordinates.name(dimension, Axis::Points(points.clone()), Attributes(units)),
        });
        shape.push(n);
    }
    attributes.0.extend(grid.attributes.0.iter().cloned());
    let names = dimensions.into_iter().map(Value::Text).collect();
    attributes.push("dimensions", Value::List(names));
    let wide = fields.iter().any(|f| decode::dtype(f) == DType::F64);
    let mut codecs: Vec<&'static str> = fields.iter().map(|f| f.packed.method.name()).collect();
    codecs.sort_unstable();
    codecs.dedup();
    let stored = format!("packed in {} bits", bits(&fields));
    let too_large = shape.len() > MAX_RANK || checked_count(&shape).is_none();
    let place = first.grid;
    let told = |f: &Field| f.problem.as_ref().map(|why| format!("{}: {why}", f.place()));
    let problem = (grid.problem.clone())
        .or_else(|| fields.iter().find_map(told))
        .or(too_large.then(|| "its shape is too large".into()));
    let arranged = arranged(fields, &outer);
    let chunks = shape.iter().enumerate().map(|(d, &n)| if d < outer_rank { 1 } else { n.max(1) });
    Variable {
        name,
        parameter: parameter.name,
        dtype: if wide { DType::F64 } else { DType::F32 },
        chunks: Some(chunks.collect()),
        shape,
        attributes,
        stored,
        codecs,
        problem: problem.or(arranged.as_ref().err().cloned()),
        numbers: Numbers::Messages { fields: arranged.unwrap_or_default(), grid: place },
    }
}

/// The bits of numbers: one figure, or the least and the most.
fn bits(fields: &[Field]) -> String {
    let all = fields.iter().map(|f| f.packed.bits);
    match (all.clone().min().unwrap_or(0), all.max().unwrap_or(0)) {
        (low, high) if low == high => low.to_string(),
        (low, high) => format!("{low} to {high}"),
    }
}

/// What is told about all fields of a variable.
fn described(parameter: &Parameter, field: &Field) -> Attributes {
    let mut attributes = Attributes::default();
    if let Some((units, words)) = parameter.words {
        attributes.push("long_name", Value::Text(words.into()));
        attributes.push("units", Value::Text(units.into()));
    }
    attributes.push("code", Value::Text(field.code.text()));
    attributes.push("level_type", Value::Text(field.level.name()));
    if field.statistic != Statistic::Instant {
        attributes.push("statistic", Value::Text(field.statistic.name()));
    }
    attributes
}
