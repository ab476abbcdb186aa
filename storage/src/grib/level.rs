//! Types of levels and layers, and where a field is among those of its type.
//!
//! References: code table 3 of edition 1, code table 4.5 of edition 2. The names are cfgrib's; a
//! type has one unit in both editions.

/// A type of level.
#[derive(Debug, PartialEq)]
pub(super) struct LevelType {
    /// Its code of edition 1; none is 0.
    one: u8,
    /// Its code of edition 2.
    two: u8,
    /// Whether it lies between two levels.
    layer: bool,
    /// What the dimension is called.
    pub name: &'static str,
    /// The unit of values.
    pub units: &'static str,
    /// The unit of edition 1 in this one.
    scale_one: f64,
    /// The unit of edition 2 in this one.
    scale_two: f64,
}

/// A type without values: there is one such level.
const fn single(one: u8, two: u8, name: &'static str) -> LevelType {
    LevelType { one, two, layer: false, name, units: "", scale_one: 1.0, scale_two: 1.0 }
}

const fn level(
    (one, scale_one): (u8, f64),
    (two, scale_two): (u8, f64),
    name: &'static str,
    units: &'static str,
) -> LevelType {
    LevelType { one, two, layer: false, name, units, scale_one, scale_two }
}

const fn layer(
    (one, scale_one): (u8, f64),
    (two, scale_two): (u8, f64),
    name: &'static str,
    units: &'static str,
) -> LevelType {
    LevelType { one, two, layer: true, name, units, scale_one, scale_two }
}

/// The types of levels that are known.
const TYPES: &[LevelType] = &[
    single(1, 1, "surface"),
    single(2, 2, "cloudBase"),
    single(3, 3, "cloudTop"),
    single(4, 4, "isothermZero"),
    single(5, 5, "adiabaticCondensation"),
    single(6, 6, "maxWind"),
    single(7, 7, "tropopause"),
    single(8, 8, "nominalTop"),
    single(9, 9, "seaBottom"),
    single(102, 101, "meanSea"),
    single(200, 10, "atmosphere"),
    single(0, 200, "atmosphereSingleLayer"),
    single(204, 204, "highestTroposphericFreezing"),
    single(211, 211, "boundaryLayerCloudLayer"),
    single(212, 212, "lowCloudBottom"),
    single(213, 213, "lowCloudTop"),
    single(214, 214, "lowCloudLayer"),
    single(222, 222, "middleCloudBottom"),
    single(223, 223, "middleCloudTop"),
    single(224, 224, "middleCloudLayer"),
    single(232, 232, "highCloudBottom"),
    single(233, 233, "highCloudTop"),
    single(234, 234, "highCloudLayer"),
    single(242, 242, "convectiveCloudBottom"),
    single(243, 243, "convectiveCloudTop"),
    single(244, 244, "convectiveCloudLayer"),
    level((20, 0.01), (20, 1.0), "isothermal", "K"),
    level((100, 1.0), (100, 0.01), "isobaricInhPa", "hPa"),
    layer((101, 10.0), (100, 0.01), "isobaricLayer", "hPa"),
    level((103, 1.0), (102, 1.0), "heightAboveSea", "m"),
    layer((104, 100.0), (102, 1.0), "heightAboveSeaLayer", "m"),
    level((105, 1.0), (103, 1.0), "heightAboveGround", "m"),
    layer((106, 100.0), (103, 1.0), "heightAboveGroundLayer", "m"),
    level((107, 1e-4), (104, 1.0), "sigma", "1"),
    layer((108, 0.01), (104, 1.0), "sigmaLayer", "1"),
    level((109, 1.0), (105, 1.0), "hybrid", "1"),
    layer((110, 1.0), (105, 1.0), "hybridLayer", "1"),
    level((111, 0.01), (106, 1.0), "depthBelowLand", "m"),
    layer((112, 0.01), (106, 1.0), "depthBelowLandLayer", "m"),
    level((113, 1.0), (107, 1.0), "theta", "K"),
    level((115, 1.0), (108, 0.01), "pressureFromGround", "hPa"),
    layer((116, 1.0), (108, 0.01), "pressureFromGroundLayer", "hPa"),
    level((117, 1e-9), (109, 1.0), "potentialVorticity", "K m2 kg-1 s-1"),
    level((119, 1e-4), (111, 1.0), "eta", "1"),
    level((0, 1.0), (114, 1.0), "snow", "1"),
    layer((0, 1.0), (114, 1.0), "snowLayer", "1"),
    level((0, 1.0), (118, 1.0), "hybridHeight", "1"),
    level((0, 1.0), (150, 1.0), "generalVertical", "1"),
    layer((0, 1.0), (150, 1.0), "generalVerticalLayer", "1"),
    level((0, 1.0), (151, 1.0), "soil", "1"),
    layer((0, 1.0), (151, 1.0), "soilLayer", "1"),
    level((160, 1.0), (160, 1.0), "depthBelowSea", "m"),
    layer((0, 1.0), (160, 1.0), "depthBelowSeaLayer", "m"),
    level((0, 1.0), (168, 1.0), "oceanModel", "1"),
    layer((0, 1.0), (168, 1.0), "oceanModelLayer", "1"),
];

/// Where a field is: a level, or a layer between two.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Level {
    /// The code of its type in its edition.
    pub code: u8,
    /// None if the type is not known.
    pub known: Option<&'static LevelType>,
    /// Its value in the type's unit, of layers that of the upper end, as the file has it; 0 where
    /// there is none.
    pub value: f64,
    /// The value of the other end.
    pub other: f64,
    /// The code of edition 2 of what bounds it on the other side, if that is of another type.
    pub bound: u8,
}

impl Level {
    /// A level of edition 1: code and the two octets of its value.
    pub(super) fn one(code: u8, octets: [u8; 2]) -> Level {
        let known = TYPES.iter().find(|t| t.one == code && code != 0);
        let scale = known.map_or(1.0, |t| t.scale_one);
        let (value, other) = match known {
            Some(t) if t.layer => (f64::from(octets[0]), f64::from(octets[1])),
            Some(t) if t.units.is_empty() => (0.0, 0.0),
            _ => (f64::from(u16::from_be_bytes(octets)), 0.0),
        };
        Level { code, known, value: scaled(value, scale), other: scaled(other, scale), bound: 0 }
    }

    /// A level of edition 2: codes and values of its first and second surface.
    pub(super) fn two(first: (u8, Option<f64>), second: Option<(u8, Option<f64>)>) -> Level {
        let layer = second.is_some_and(|s| s.0 == first.0);
        let of = |layer| TYPES.iter().find(|t| t.two == first.0 && t.layer == layer);
        let known = of(layer).or(of(false));
        let scale = known.map_or(1.0, |t| t.scale_two);
        let single = known.is_some_and(|t| t.units.is_empty());
        let value = |v: Option<f64>| if single { 0.0 } else { scaled(v.unwrap_or(0.0), scale) };
        Level {
            code: first.0,
            known,
            value: value(first.1),
            other: if layer { value(second.and_then(|s| s.1)) } else { 0.0 },
            bound: second.filter(|_| !layer).map_or(0, |s| s.0),
        }
    }

    /// What the dimension of levels of this type is called.
    pub(super) fn name(&self) -> String {
        self.known.map_or_else(|| format!("levelType{}", self.code), |t| t.name.to_string())
    }

    /// The unit of its value; empty if it has none.
    pub(super) fn units(&self) -> &'static str {
        self.known.map_or("1", |t| t.units)
    }

    /// The codes of its type in edition 1 and 2, if they are known.
    pub(super) fn codes(&self) -> Option<(u8, u8)> {
        self.known.map(|t| (t.one, t.two))
    }

    /// Whether higher up comes first: pressure levels lie from the ground upward, as do heights.
    pub(super) fn descends(&self) -> bool {
        self.known.is_some_and(|t| t.name == "isobaricInhPa")
    }
}

/// A product without the error of a factor as 0.01.
fn scaled(value: f64, scale: f64) -> f64 {
    if scale < 1.0 { value / (1.0 / scale).round() } else { value * scale }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn editions_agree() {
        let pressure = Level::two((100, Some(85_000.0)), None);
        assert_eq!((pressure.name(), pressure.value), ("isobaricInhPa".into(), 850.0));
        assert_eq!(Level::one(100, [0x03, 0x52]).value, 850.0);
        let soil = Level::two((106, Some(0.07)), Some((106, Some(0.28))));
        assert_eq!(
            (soil.name(), soil.value, soil.other),
            ("depthBelowLandLayer".into(), 0.07, 0.28)
        );
        let old = Level::one(112, [7, 28]);
        assert_eq!((old.name(), old.value, old.other), (soil.name(), 0.07, 0.28));
        let column = Level::two((1, None), Some((8, None)));
        assert_eq!((column.name(), column.bound), ("surface".into(), 8));
        assert_eq!(Level::two((177, Some(3.0)), None).name(), "levelType177");
        let potential = Level::one(117, [0x07, 0xd0]);
        assert_eq!(potential.value, 2e-6);
    }

    #[test]
    fn types_are_told_apart() {
        for (i, a) in TYPES.iter().enumerate() {
            for b in &TYPES[..i] {
                assert!(a.name != b.name, "{}", a.name);
                assert!(a.one == 0 || a.one != b.one, "{}", a.name);
                assert!((a.two, a.layer) != (b.two, b.layer), "{}", a.name);
            }
        }
    }
}
