//! The metadata of Zarr arrays, versions 2 and 3, checked.
//!
//! References: Zarr core specification 3.1 with the codecs it registers, and the Zarr storage
//! specification version 2 with the codecs of numcodecs.

use super::codec::{ByteCodec, Chain, Inner, Shard};
use crate::attributes::{Attributes, Value};
use crate::element::Element;
use arr_ir::dtype::{DType, Kind, Scalar};
use arr_ir::shape::{MAX_RANK, Shape, checked_count};
use half::f16;
use serde_json::{Map, Value as Json};

/// The largest chunk that is decoded.
const MAX_CHUNK: usize = 2 << 30;

/// What is known about an array.
#[derive(Clone, Debug)]
pub(crate) struct Meta {
    pub shape: Shape,
    /// The grid of the store's files.
    pub chunks: Shape,
    /// One element of missing chunks, as in memory.
    pub fill: Vec<u8>,
    pub chain: Chain,
    /// What stands before the indices of a chunk's key.
    pub prefix: &'static str,
    pub separator: char,
    pub attributes: Attributes,
}

impl Meta {
    pub(crate) fn dtype(&self) -> DType {
        self.chain.element().dtype
    }

    /// The chunks that are decoded as a whole.
    pub(crate) fn units(&self) -> &Shape {
        match &self.chain.inner {
            Inner::Shard(shard) => &shard.chunks,
            Inner::Bytes(_) => &self.chunks,
        }
    }

    /// The key of a chunk.
    pub(crate) fn key(&self, index: &[usize]) -> String {
        let numbers: Vec<String> = index.iter().map(|i| i.to_string()).collect();
        match (self.prefix, numbers.is_empty()) {
            ("", true) => "0".into(),
            (prefix, true) => prefix.into(),
            ("", false) => numbers.join(&self.separator.to_string()),
            (prefix, false) => {
                let mut parts = vec![prefix.to_string()];
                parts.extend(numbers);
                parts.join(&self.separator.to_string())
            }
        }
    }

    /// The names of its codecs.
    pub(crate) fn codecs(&self) -> Vec<String> {
        fn list(chain: &Chain, out: &mut Vec<String>) {
            if chain.order.is_some() {
                out.push("transpose".into());
            }
            if let Inner::Shard(shard) = &chain.inner {
                out.push("sharding".into());
                list(&shard.chain, out);
            }
            out.extend(chain.bytes.iter().map(|c| c.name().to_string()));
        }
        let mut out = vec![];
        list(&self.chain, &mut out);
        out
    }
}

type Result<T> = std::result::Result<T, String>;

fn field<'a>(map: &'a Map<String, Json>, name: &str) -> Result<&'a Json> {
    map.get(name).ok_or_else(|| format!("its metadata has no `{name}`"))
}

fn wrong<T>(name: &str) -> Result<T> {
    Err(format!("`{name}` in its metadata is malformed"))
}

fn text<'a>(value: &'a Json, name: &str) -> Result<&'a str> {
    value.as_str().map_or_else(|| wrong(name), Ok)
}

/// A JSON value as an attribute.
pub(crate) fn attribute(value: &Json) -> Value {
    match value {
        Json::Null => Value::Null,
        Json::Bool(v) => Value::Bool(*v),
        Json::Number(n) => match (n.as_i64(), n.as_u64()) {
            (Some(v), _) => Value::Int(v.into()),
            (_, Some(v)) => Value::Int(v.into()),
            _ => Value::Float(n.as_f64().unwrap_or(f64::NAN)),
        },
        Json::String(s) => Value::Text(s.clone()),
        Json::Array(list) => Value::List(list.iter().map(attribute).collect()),
        Json::Object(map) => Value::Map(attributes(map)),
    }
}

/// The members of a JSON object as attributes.
pub(crate) fn attributes(map: &Map<String, Json>) -> Attributes {
    Attributes(map.iter().map(|(k, v)| (k.clone(), attribute(v))).collect())
}

fn sizes(value: &Json, name: &str) -> Result<Shape> {
    let list = value.as_array().map_or_else(|| wrong(name), Ok)?;
    if list.len() > MAX_RANK {
        return Err(format!("it has {} dimensions, at most {MAX_RANK} are possible", list.len()));
    }
    let size = |n: &Json| n.as_u64().and_then(|n| usize::try_from(n).ok());
    let found: Option<Shape> = list.iter().map(size).collect();
    found.map_or_else(|| wrong(name), Ok)
}

/// Shape and chunks: of one rank, of possible sizes.
fn grid(shape: &Json, chunks: &Json, name: &str) -> Result<(Shape, Shape)> {
    let (shape, chunks) = (sizes(shape, "shape")?, sizes(chunks, name)?);
    if checked_count(&shape).is_none() {
        return Err("its shape is too large".into());
    }
    if chunks.len() != shape.len() || chunks.contains(&0) {
        return wrong(name);
    }
    Ok((shape, chunks))
}

fn check_chunk(chunks: &[usize], size: usize) -> Result<()> {
    let bytes = checked_count(chunks).and_then(|n| n.checked_mul(size));
    match bytes.is_some_and(|b| b <= MAX_CHUNK) {
        true => Ok(()),
        false => Err("its chunks are larger than 2 GiB".into()),
    }
}

/// Reads `zarr.json` of an array.
pub(crate) fn version_3(map: &Map<String, Json>) -> Result<Meta> {
    let chunk_grid = named(field(map, "chunk_grid")?, "chunk_grid")?;
    if chunk_grid.name != "regular" {
        return Err(format!("its chunk grid `{}` is not supported", chunk_grid.name));
    }
    let chunk_shape = field(chunk_grid.options, "chunk_shape")?;
    let (shape, chunks) = grid(field(map, "shape")?, chunk_shape, "chunk_shape")?;
    let kind = text(field(map, "data_type")?, "data_type");
    let kind = kind.map_err(|_| "its data type is not supported".to_string())?;
    let element = element_3(kind)?;
    let chain = chain_3(field(map, "codecs")?, &chunks, element, true)?;
    let unit = if let Inner::Shard(s) = &chain.inner { &s.chunks } else { &chunks };
    check_chunk(unit, element.dtype.size())?;
    let encoding = named(field(map, "chunk_key_encoding")?, "chunk_key_encoding")?;
    let separator = encoding.options.get("separator").and_then(Json::as_str);
    let (prefix, usual) = match encoding.name {
        "default" => ("c", "/"),
        "v2" => ("", "."),
        other => return Err(format!("its chunk key encoding `{other}` is not supported")),
    };
    if let Some(list) = map.get("storage_transformers").and_then(Json::as_array)
        && !list.is_empty()
    {
        return Err("its storage transformers are not supported".into());
    }
    let mut attributes = map.get("attributes").and_then(Json::as_object).map(attributes);
    if let Some(names) = map.get("dimension_names").filter(|n| n.is_array()) {
        let all = attributes.get_or_insert_default();
        if all.get("dimensions").is_none() {
            all.push("dimensions", attribute(names));
        }
    }
    Ok(Meta {
        fill: fill(field(map, "fill_value")?, element)?,
        shape,
        chunks,
        chain,
        prefix,
        separator: separate(separator.unwrap_or(usual))?,
        attributes: attributes.unwrap_or_default(),
    })
}

fn separate(text: &str) -> Result<char> {
    match text {
        "/" => Ok('/'),
        "." => Ok('.'),
        _ => wrong("separator"),
    }
}

/// An extension of version 3: a name, or an object with name and configuration.
struct Named<'a> {
    name: &'a str,
    options: &'a Map<String, Json>,
}

static EMPTY: std::sync::LazyLock<Map<String, Json>> = std::sync::LazyLock::new(Map::new);

fn named<'a>(value: &'a Json, what: &str) -> Result<Named<'a>> {
    match value {
        Json::String(name) => Ok(Named { name, options: &EMPTY }),
        Json::Object(map) => Ok(Named {
            name: text(field(map, "name")?, what)?,
            options: map.get("configuration").and_then(Json::as_object).unwrap_or(&EMPTY),
        }),
        _ => wrong(what),
    }
}

fn element_3(name: &str) -> Result<Element> {
    match name {
        "float16" => Ok(Element { half: true, ..Element::plain(DType::F32) }),
        other => DType::from_name(other)
            .map(Element::plain)
            .ok_or_else(|| format!("its data type `{other}` is not supported")),
    }
}

fn integer(options: &Map<String, Json>, name: &str) -> Option<i64> {
    options.get(name).and_then(Json::as_i64)
}

/// The codecs of version 3, from elements to bytes.
fn chain_3(list: &Json, chunks: &Shape, element: Element, outer: bool) -> Result<Chain> {
    let list = list.as_array().map_or_else(|| wrong("codecs"), Ok)?;
    let (mut order, mut inner, mut bytes): (Option<Vec<usize>>, _, _) = (None, None, vec![]);
    for codec in list {
        let Named { name, options } = named(codec, "codecs")?;
        match (name, inner.is_some()) {
            ("transpose", false) => {
                let next = permutation(options.get("order"), chunks.len())?;
                order = Some(match order {
                    Some(before) => next.iter().map(|&i| before[i]).collect(),
                    None => next,
                });
            }
            ("bytes" | "endian", false) => {
                let big_endian = options.get("endian").and_then(Json::as_str) == Some("big");
                inner = Some(Inner::Bytes(Element { big_endian, ..element }));
            }
            ("sharding_indexed", false) if outer && order.is_none() => {
                inner = Some(Inner::Shard(Box::new(shard(options, chunks, element)?)));
            }
            (_, true) => bytes.push(byte_codec(name, options, element)?),
            _ => return Err(format!("its codec `{name}` is not supported here")),
        }
    }
    let inner = inner.ok_or("its codecs make no bytes")?;
    if matches!(inner, Inner::Shard(_)) && !bytes.is_empty() {
        return Err("codecs after sharding are not supported".into());
    }
    Ok(Chain { order: order.filter(|o| !o.is_sorted()), inner, bytes })
}

fn permutation(order: Option<&Json>, rank: usize) -> Result<Vec<usize>> {
    match order {
        // Names that older writers used.
        Some(Json::String(s)) if s == "C" => Ok((0..rank).collect()),
        Some(Json::String(s)) if s == "F" => Ok((0..rank).rev().collect()),
        Some(list) => {
            let order = sizes(list, "order")?;
            let mut sorted = order.to_vec();
            sorted.sort_unstable();
            match sorted.iter().copied().eq(0..rank) {
                true => Ok(order.to_vec()),
                false => wrong("order"),
            }
        }
        None => wrong("order"),
    }
}

fn shard(options: &Map<String, Json>, outer: &Shape, element: Element) -> Result<Shard> {
    let chunks = sizes(field(options, "chunk_shape")?, "chunk_shape")?;
    let fits = chunks.len() == outer.len()
        && chunks.iter().zip(outer).all(|(&c, &o)| c != 0 && o % c == 0);
    let inner_count = match fits {
        true => checked_count(outer).map(|n| n / chunks.iter().product::<usize>()),
        false => return wrong("chunk_shape"),
    };
    if inner_count.is_none_or(|n| n > 1 << 24) {
        return Err("its shards have too many chunks".into());
    }
    let chain = chain_3(field(options, "codecs")?, &chunks, element, false)?;
    let index = Element::plain(DType::U64);
    let index = match options.get("index_codecs") {
        Some(list) => chain_3(list, &Shape::from_slice(&[1, 2]), index, false)?,
        None => Chain { order: None, inner: Inner::Bytes(index), bytes: vec![ByteCodec::Crc32c] },
    };
    let index_checksum = match &index.bytes[..] {
        [] => false,
        [ByteCodec::Crc32c] => true,
        _ => return Err("the codecs of its shards' index are not supported".into()),
    };
    let at = options.get("index_location").and_then(Json::as_str).unwrap_or("end");
    Ok(Shard {
        chunks,
        chain,
        index_checksum,
        index_big_endian: index.element().big_endian,
        index_at_start: match at {
            "start" => true,
            "end" => false,
            _ => return wrong("index_location"),
        },
    })
}

fn byte_codec(name: &str, options: &Map<String, Json>, element: Element) -> Result<ByteCodec> {
    let level = integer(options, "level").unwrap_or(5);
    Ok(match name.strip_prefix("numcodecs.").unwrap_or(name) {
        "gzip" => ByteCodec::Gzip(level.clamp(0, 9) as u32),
        "zlib" => ByteCodec::Zlib(level.clamp(0, 9) as u32),
        "zstd" => ByteCodec::Zstd {
            level: level.clamp(-100, 22) as i32,
            checksum: options.get("checksum").and_then(Json::as_bool).unwrap_or(false),
        },
        "lz4" => ByteCodec::Lz4,
        "blosc" => ByteCodec::Blosc,
        "crc32c" => ByteCodec::Crc32c,
        "shuffle" => {
            let size = integer(options, "elementsize").unwrap_or(element.stored_size() as i64);
            match size {
                1..=255 => ByteCodec::Shuffle(size as usize),
                _ => return wrong("elementsize"),
            }
        }
        other => return Err(format!("its codec `{other}` is not supported")),
    })
}

/// Reads `.zarray` and `.zattrs`.
pub(crate) fn version_2(
    map: &Map<String, Json>,
    attrs: Option<&Map<String, Json>>,
) -> Result<Meta> {
    if field(map, "zarr_format")?.as_u64() != Some(2) {
        return wrong("zarr_format");
    }
    let (shape, chunks) = grid(field(map, "shape")?, field(map, "chunks")?, "chunks")?;
    let element = element_2(field(map, "dtype")?)?;
    check_chunk(&chunks, element.dtype.size())?;
    let order = match text(field(map, "order")?, "order")? {
        "C" => None,
        "F" => Some((0..shape.len()).rev().collect::<Vec<_>>()),
        _ => return wrong("order"),
    };
    let mut bytes = vec![];
    let filters = map.get("filters").and_then(Json::as_array);
    for codec in filters.into_iter().flatten().chain(map.get("compressor")) {
        if let Some(codec) = codec.as_object() {
            let name = text(field(codec, "id")?, "id")?;
            if name == "crc32c" {
                return Err("its codec `crc32c` is not supported".into());
            }
            bytes.push(byte_codec(name, codec, element)?);
        }
    }
    let separator = map.get("dimension_separator").and_then(Json::as_str).unwrap_or(".");
    let mut attributes = attrs.map(attributes).unwrap_or_default();
    if let Some(names) = attributes.get("_ARRAY_DIMENSIONS").cloned() {
        attributes.0.retain(|(name, _)| name != "_ARRAY_DIMENSIONS");
        attributes.push("dimensions", names);
    }
    Ok(Meta {
        fill: fill(map.get("fill_value").unwrap_or(&Json::Null), element)?,
        shape,
        chunks,
        chain: Chain { order: order.filter(|o| o.len() > 1), inner: Inner::Bytes(element), bytes },
        prefix: "",
        separator: separate(separator)?,
        attributes,
    })
}

/// NumPy's name of a dtype: byte order, kind, size.
fn element_2(value: &Json) -> Result<Element> {
    let unknown = |name: &str| format!("its data type `{name}` is not supported");
    let name = value.as_str().ok_or("structured data types are not supported")?;
    let (big_endian, rest) = match name.split_at_checked(1) {
        Some((">", rest)) => (true, rest),
        Some(("<" | "|", rest)) => (false, rest),
        _ => return Err(unknown(name)),
    };
    let (kind, size) = rest.split_at_checked(1).ok_or_else(|| unknown(name))?;
    let size = size.parse().map_err(|_| unknown(name))?;
    Element::of_kind(kind.as_bytes()[0], size, big_endian).ok_or_else(|| unknown(name))
}

/// The element that stands for missing chunks.
fn fill(value: &Json, element: Element) -> Result<Vec<u8>> {
    let dtype = element.dtype;
    let scalar = match (dtype.kind(), value) {
        (_, Json::Null) => Some(Scalar { dtype, bits: 0 }),
        (Kind::Complex, Json::Array(parts)) if parts.len() == 2 => {
            let part = Element::plain(dtype.part());
            let (re, im) = (float(&parts[0], part), float(&parts[1], part));
            // Bits, so that NaNs keep theirs.
            re.zip(im).map(|(re, im)| {
                let bits = re.bits | im.bits << (8 * dtype.part().size());
                Scalar { dtype, bits }
            })
        }
        (Kind::Complex, number) => {
            float(number, Element::plain(dtype.part())).map(|re| Scalar { dtype, bits: re.bits })
        }
        (Kind::Float, value) => float(value, element),
        (Kind::Bool, Json::Bool(v)) => Some(Scalar::bool(*v)),
        (Kind::Bool, number) => number.as_f64().map(|v| Scalar::bool(v != 0.0)),
        (_, number) => whole(number).and_then(|v| {
            let (low, high) = dtype.int_range().expect("an integer dtype");
            (low..=high).contains(&v).then(|| Scalar::from_i128(v, dtype))
        }),
    };
    match scalar {
        Some(scalar) => Ok(scalar.bits.to_le_bytes()[..dtype.size()].to_vec()),
        None => wrong("fill_value"),
    }
}

fn whole(value: &Json) -> Option<i128> {
    let float = || value.as_f64().filter(|v| v.fract() == 0.0 && v.abs() < 1e15);
    let int = value.as_i64().map(i128::from).or(value.as_u64().map(i128::from));
    int.or(float().map(|v| v as i128))
}

/// A float: a number, its name, or its bits in hexadecimal.
fn float(value: &Json, element: Element) -> Option<Scalar> {
    let dtype = element.dtype;
    let number = match value {
        Json::String(name) => match name.as_str() {
            "NaN" => f64::NAN,
            "Infinity" => f64::INFINITY,
            "-Infinity" => f64::NEG_INFINITY,
            hex => {
                let bits = u64::from_str_radix(hex.strip_prefix("0x")?, 16).ok()?;
                return Some(match element.half {
                    true => Scalar::from_f64(f16::from_bits(bits as u16).to_f64(), dtype),
                    false => Scalar { dtype, bits: bits.into() },
                });
            }
        },
        number => number.as_f64()?,
    };
    Some(match element.half {
        true => Scalar::from_f64(f16::from_f64(number).to_f64(), dtype),
        false => Scalar::from_f64(number, dtype),
    })
}
