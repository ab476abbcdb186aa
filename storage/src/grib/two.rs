//! The headers of a message of edition 2, which may hold several fields.

use super::field::{Field, Method, Statistic, check, lead, seconds};
use super::level::Level;
use super::parameter::Code;
use super::scan::{Headers, Message, Scanned};
use crate::file::Stopped;
use grib_reader::{
    DataRepresentation, FixedSurface, Identification, ProbabilityForecastTemplate, ProbabilityType,
    ProductDefinition, ProductDefinitionTemplate as Template, ReferenceTime, StatisticalInterval,
};

/// The longest header that is looked at; grids of rows with different lengths have long ones.
const MAX_SECTION: u64 = 16 << 20;
/// The statistics of ensembles by code table 4.7.
const DERIVED: &[&str] = &["mean", "weighted_mean", "sd", "normalized_sd", "spread", "anomaly"];

/// What came before in a message.
#[derive(Default)]
struct Before {
    discipline: u8,
    identification: Option<Identification>,
    grid: Option<usize>,
    product: Option<Vec<u8>>,
    representation: Option<(u64, u64)>,
    /// The bitmap of this field, and the last one that was defined.
    bitmap: Option<(u64, u64)>,
    defined: Option<(u64, u64)>,
}

/// Reads a message and gives where it ends.
pub(super) fn read(
    headers: &mut Headers,
    message: &Message,
    scanned: &mut Scanned,
) -> Result<u64, Stopped> {
    let begin = message.at;
    let length = headers.number(begin + 8, 8)?;
    let end = begin.checked_add(length);
    let end = end.ok_or_else(|| Stopped::Bad("its length is too large".into()))?;
    check(length > 20, "it is too short")?;
    let mut before = Before { discipline: headers.bytes(begin + 6, 1)?[0], ..Before::default() };
    let (mut at, mut last, mut fields) = (begin + 16, 0, 0);
    while at + 4 < end {
        let length = headers.number(at, 4)?;
        let number = headers.bytes(at + 4, 1)?[0];
        check(length >= 5 && length <= end - 4 - at, "a section does not fit into it")?;
        let follows = number > last || (last == 7 && (2..=4).contains(&number));
        check(follows && (1..=7).contains(&number), "its sections are in no order")?;
        before.section(headers, scanned, number, (at, length))?;
        if number == 7 {
            let mut field = before.field((at, length), headers)?;
            (field.message, field.at) = (message.number, begin);
            scanned.add(field)?;
            fields += 1;
        }
        (at, last) = (at + length, number);
    }
    check(at + 4 == end && last == 7 && fields > 0, "its sections do not fill it")?;
    headers.ends(end)?;
    Ok(end)
}

impl Before {
    /// Notes what a section says for the fields after it.
    fn section(
        &mut self,
        headers: &mut Headers,
        scanned: &mut Scanned,
        number: u8,
        (at, length): (u64, u64),
    ) -> Result<(), Stopped> {
        let whole = |headers: &mut Headers| {
            check(length <= MAX_SECTION, "a section is too long")?;
            Ok::<_, Stopped>(headers.bytes(at, length as usize)?.to_vec())
        };
        match number {
            1 => {
                let parsed = Identification::parse(&whole(headers)?);
                self.identification = Some(parsed.map_err(|e| Stopped::Bad(e.to_string()))?);
            }
            3 => self.grid = Some(scanned.grid(2, &whole(headers)?)),
            4 => self.product = Some(whole(headers)?),
            5 => self.representation = Some((at, length)),
            6 => {
                check(length >= 6, "a section is too short")?;
                self.bitmap = match headers.bytes(at + 5, 1)?[0] {
                    0 => {
                        self.defined = Some((at, length));
                        self.defined
                    }
                    254 => {
                        check(self.defined.is_some(), "it has no bitmap to use again")?;
                        self.defined
                    }
                    255 => None,
                    _ => return Err(Stopped::Bad("its bitmap is in a catalogue".into())),
                };
            }
            _ => {}
        }
        Ok(())
    }

    /// The field whose data is here.
    fn field(&mut self, data: (u64, u64), headers: &mut Headers) -> Result<Field, Stopped> {
        let missing = || Stopped::Bad("a section is missing".into());
        let identification = self.identification.as_ref().ok_or_else(missing)?;
        let product = self.product.take().ok_or_else(missing)?;
        let representation = self.representation.take().ok_or_else(missing)?;
        let mut field = described(self.discipline, identification, &product)?;
        field.grid = self.grid.ok_or_else(missing)?;
        field.packed.bitmap = self.bitmap.take();
        (field.packed.representation, field.packed.data) = (representation, data);
        check(representation.1 <= MAX_SECTION, "a section is too long")?;
        let bytes = headers.bytes(representation.0, representation.1 as usize)?;
        match method(bytes) {
            Ok((method, bits)) => (field.packed.method, field.packed.bits) = (method, bits),
            Err(why) => field.problem = field.problem.or(Some(why)),
        }
        Ok(field)
    }
}

/// How numbers are packed, and in how many bits.
fn method(section: &[u8]) -> Result<(Method, u8), String> {
    let parsed = DataRepresentation::parse(section).map_err(|e| e.to_string())?;
    Ok(match parsed {
        DataRepresentation::SimplePacking(p) => (Method::Simple, p.bits_per_value),
        DataRepresentation::ComplexPacking(p) if p.group_splitting_method == 0 => {
            return Err("its packing row by row is not supported".into());
        }
        DataRepresentation::ComplexPacking(p) => (Method::Complex, p.group_reference_bits),
        DataRepresentation::IeeePacking(p) => (Method::Ieee, p.precision.bits_per_value()),
        DataRepresentation::Jpeg2000Packing(p) => (Method::Jpeg2000, p.packing.bits_per_value),
        DataRepresentation::PngPacking(p) => (Method::Png, p.packing.bits_per_value),
        DataRepresentation::CcsdsPacking(p) => (Method::Ccsds, p.packing().bits_per_value),
        DataRepresentation::RunLengthPacking(p) => (Method::RunLength, p.bits_per_value),
        DataRepresentation::Unsupported(template) => {
            return Err(format!("its packing (template 5.{template}) is not supported"));
        }
        _ => return Err("its packing is not supported".into()),
    })
}

/// What sections 0, 1 and 4 say.
fn described(
    discipline: u8,
    identification: &Identification,
    section: &[u8],
) -> Result<Field, Stopped> {
    let product = ProductDefinition::parse(section).map_err(|e| Stopped::Bad(e.to_string()))?;
    let time = ReferenceTime {
        year: identification.reference_year,
        month: identification.reference_month,
        day: identification.reference_day,
        hour: identification.reference_hour,
        minute: identification.reference_minute,
        second: identification.reference_second,
    };
    let code = Code {
        edition: 2,
        centre: identification.center_id,
        parts: [discipline, product.parameter_category, product.parameter_number],
    };
    let mut field = Field {
        code,
        analysis: Some(identification.processed_data_type == 0),
        time: seconds(&time),
        ..Field::default()
    };
    if let Template::Unsupported { number, .. } = product.template {
        let why = format!("its product (template 4.{number}) is not supported");
        field.problem = Some(why);
        return Ok(field);
    }
    let surface = |s: &FixedSurface| (s.surface_type, value(s));
    let first = product.first_surface().map_or((255, None), surface);
    field.level = Level::two(first, product.second_surface().map(surface));
    let unit = product.forecast_time_unit().unwrap_or(255);
    let begin = product.forecast_time().unwrap_or(0);
    match lead(&time, 2, unit, begin.into()) {
        Some(step) => field.step = step,
        None => field.problem = Some("its unit of time is not known".into()),
    }
    distinguish(&mut field, &product.template);
    Ok(field)
}

/// The value of a surface, rounded once.
fn value(surface: &FixedSurface) -> Option<f64> {
    let value = surface.value?;
    let (number, scale) = (f64::from(value.scaled_value), i32::from(value.scale_factor));
    let power = 10f64.powi(scale.abs());
    Some(if scale > 0 { number / power } else { number * power })
}

/// What a template adds to the plain product.
fn distinguish(field: &mut Field, template: &Template) {
    match template {
        Template::IndividualEnsembleForecast(t) => {
            field.member = Some(t.perturbation_number.into())
        }
        Template::EnsembleStatisticalProcess(t) => {
            field.member = Some(t.ensemble.perturbation_number.into());
            cover(field, &t.interval);
        }
        Template::DerivedForecast(t) => field.variant = derived(t.derived_forecast_type),
        Template::DerivedStatisticalProcess(t) => {
            field.variant = derived(t.derived.derived_forecast_type);
            cover(field, &t.interval);
        }
        Template::ProbabilityForecast(t) => field.variant = probability(t),
        Template::ProbabilityStatisticalProcess(t) => {
            field.variant = probability(&t.probability);
            cover(field, &t.interval);
        }
        Template::PercentileForecast(t) => field.variant = format!("p{}", t.percentile_value),
        Template::PercentileStatisticalProcess(t) => {
            field.variant = format!("p{}", t.percentile.percentile_value);
            cover(field, &t.interval);
        }
        Template::StatisticalProcess(t) => cover(field, &t.interval),
        Template::SpatialProcess(t) => {
            field.variant = format!("spatial{}_{}", t.statistical_process, t.spatial_processing);
        }
        _ => {}
    }
}

/// Notes an interval: the step is to its end.
fn cover(field: &mut Field, interval: &StatisticalInterval) {
    if let Some(range) = interval.time_ranges.first() {
        field.statistic = Statistic::Of(range.type_of_statistical_processing);
    }
    field.step = seconds(&interval.end_of_overall_time_interval) - field.time;
}

fn derived(code: u8) -> String {
    let named = DERIVED.get(usize::from(code));
    named.map_or_else(|| format!("ensemble{code}"), |n| n.to_string())
}

fn probability(template: &ProbabilityForecastTemplate) -> String {
    let limit = |l: Option<f64>| l.map(|v| v.to_string()).unwrap_or_default();
    let kind: &ProbabilityType = &template.probability;
    let (low, high) = (kind.lower_limit(), kind.upper_limit());
    let (low, high) = (limit(low.map(|l| l.value_f64())), limit(high.map(|l| l.value_f64())));
    format!("probability{}_{low}_{high}", kind.code())
}
