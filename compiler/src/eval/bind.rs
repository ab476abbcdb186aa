//! Arguments and how they meet parameters.

use crate::builtin::Builtin;
use crate::fault::Failure;
use crate::format::number::float64_text;
use crate::lower::constant_value;
use crate::suggest;
use crate::value::Value;
use arr_syntax::diag::Span;
use smallvec::SmallVec;
use std::rc::Rc;

/// Evaluated arguments of a call.
#[derive(Default, Clone)]
pub(crate) struct Args {
    /// Those without a name.
    pub positional: SmallVec<[(Value, Span); 4]>,
    /// Those with one.
    pub keywords: SmallVec<[Keyword; 2]>,
    /// While checking: a tuple of unknown length was spread, so that nothing can be bound.
    pub unknown: bool,
}

/// `name=value` of a call.
#[derive(Clone)]
pub(crate) struct Keyword {
    pub name: Rc<str>,
    /// The place of the name.
    pub named: Span,
    pub value: Value,
    /// The place of the value.
    pub span: Span,
}

impl Args {
    /// Adds an argument.
    pub fn push(&mut self, value: Value, span: Span, keyword: Option<&(Rc<str>, Span)>) {
        match keyword {
            Some((name, named)) => {
                let (name, named) = (name.clone(), *named);
                self.keywords.push(Keyword { name, named, value, span });
            }
            None => self.positional.push((value, span)),
        }
    }
}

/// A parameter, as far as binding is concerned.
pub(crate) struct Formal<'a> {
    pub name: &'a str,
    pub rest: bool,
    pub keyword_only: bool,
    /// Takes every other named argument, as a record.
    pub others: bool,
    pub required: bool,
}

/// Where each parameter's value comes from.
pub(crate) enum Bound {
    /// The argument given.
    Given(Value, Span),
    /// The rest of the arguments, as a tuple.
    Rest(Vec<Value>, Span),
    /// Its default.
    Default,
}

/// What a call of a function of random numbers, whose shape comes first, says of the order of its
/// arguments: none unless it would be a call in NumPy's order, where the shape comes last, too.
pub(crate) fn shape_first(args: &Args, name: &str, formals: &[&str]) -> Option<(String, String)> {
    let n = formals.iter().position(|f| *f == "seed")?;
    if let (1, [(Value::Int(a), _), (Value::Int(b), _), ..]) = (n, &args.positional[..]) {
        let title = format!("`{name}` takes one shape: {b} is the seed here");
        let hint =
            format!("the shape ({a}, {b}) is one argument: `{name}(({a}, {b}))`; a seed is named");
        return Some((title, hint));
    }
    if let ("choice", [(Value::Array(from), _), (Value::Int(size), _), ..]) =
        (name, &args.positional[..])
        && from.ndim() == 1
    {
        let title = format!("`{name}` takes the shape first: here it is the array");
        let hint = format!(
            "to draw {size} of its elements write `{name}({size}, a)`; `shape=` says that it is meant"
        );
        return Some((title, hint));
    }
    let ([(shape @ Value::Int(first), _), between @ .., (last, _)], "shape") =
        (&args.positional[..], formals[0])
    else {
        return None;
    };
    // How many arguments NumPy's call has with its shape, and whether they are likely ones.
    let whole = between.len() + 2 == if name == "choice" { 2 } else { n };
    let sizes = match last {
        Value::Int(size) => *size >= 1 && (name == "choice" || first < size),
        Value::Tuple(items) => items.iter().all(|v| matches!(v, Value::Int(1..))),
        _ => false,
    };
    let from_low_to_high = match between {
        [(Value::Int(high), _)] if formals[1] == "low" => first < high,
        _ => true,
    };
    let others = args.keywords.iter().any(|k| &*k.name != "seed");
    if !whole || !sizes || !from_low_to_high || others {
        return None;
    }
    fn said(value: &Value) -> String {
        match value {
            Value::Int(n) => n.to_string(),
            Value::Float(v) => float64_text(*v),
            Value::Tuple(items) => {
                let items: Vec<String> = items.iter().map(said).collect();
                format!("({})", items.join(", "))
            }
            _ => "...".into(),
        }
    }
    let theirs = [shape].into_iter().chain(between.iter().map(|b| &b.0));
    let named: Vec<String> =
        theirs.zip(&formals[1..]).map(|(v, f)| format!("{f}={}", said(v))).collect();
    let title = format!("`{name}` takes the shape first: here it is {}", said(shape));
    let hint = format!(
        "in NumPy's order, the shape last, this would be `{name}({}, {})`; `shape={}` says that it is \
         meant",
        said(last),
        named.join(", "),
        said(shape)
    );
    Some((title, hint))
}

/// A call that does not fit: the failure, and the place if it is narrower than the call.
pub(crate) type Misfit = Box<(Failure, Option<Span>)>;

/// Binds arguments to parameters; `shown` is the function as messages show it.
pub(crate) fn bind(
    args: Args,
    formals: &[Formal<'_>],
    name: &str,
    shown: &dyn Fn() -> String,
) -> Result<SmallVec<[Bound; 6]>, Misfit> {
    let mut bound: SmallVec<[Bound; 6]> = SmallVec::new();
    let mut positional = args.positional.into_iter();
    for formal in formals {
        if formal.rest {
            let rest: Vec<(Value, Span)> = positional.by_ref().collect();
            let span = rest.first().map(|r| r.1).unwrap_or_default();
            bound.push(Bound::Rest(rest.into_iter().map(|r| r.0).collect(), span));
        } else if formal.keyword_only || formal.others {
            bound.push(Bound::Default);
        } else {
            bound.push(positional.next().map_or(Bound::Default, |(v, s)| Bound::Given(v, s)));
        }
    }
    if let Some((_, span)) = positional.next() {
        let most = formals.iter().filter(|f| !(f.keyword_only || f.rest || f.others)).count();
        let given = most + 1 + positional.count();
        let failure = Failure::new("E0109", format!("`{name}` takes {}", arguments(most)))
            .note(format!("{given} were given"))
            .note(shown());
        return Err(Box::new((failure, Some(span))));
    }
    let others = formals.iter().position(|f| f.others);
    let mut fields: Vec<(Rc<str>, Value)> = vec![];
    for Keyword { name: keyword, named, value, span } in args.keywords {
        let at = formals.iter().position(|f| f.name == &*keyword && !f.rest && !f.others);
        let Some(at) = at else {
            if others.is_some() {
                fields.push((keyword, value));
                continue;
            }
            return Err(unknown_keyword(&keyword, formals, name, named, shown));
        };
        if !matches!(bound[at], Bound::Default) {
            let title = format!("`{name}` is given `{keyword}` twice");
            let failure = Failure::new("E0109", title).note(shown());
            return Err(Box::new((failure, Some(named))));
        }
        bound[at] = Bound::Given(value, span);
    }
    if let Some(at) = others {
        bound[at] = Bound::Given(Value::Record(Rc::new(fields)), Span::default());
    }
    let missing: Vec<&str> = formals
        .iter()
        .zip(&bound)
        .filter(|(f, b)| f.required && matches!(b, Bound::Default))
        .map(|(f, _)| f.name)
        .collect();
    if missing.is_empty() {
        return Ok(bound);
    }
    let title = format!("`{name}` is missing {}", listed(&missing));
    Err(Box::new((Failure::new("E0109", title).note(shown()), None)))
}

fn arguments(n: usize) -> String {
    match n {
        0 => "no arguments".into(),
        1 => "1 argument".into(),
        n => format!("at most {n} arguments"),
    }
}

fn listed(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|n| format!("`{n}`")).collect();
    match &quoted[..] {
        [one] => format!("the argument {one}"),
        many => format!("the arguments {}", many.join(", ")),
    }
}

fn unknown_keyword(
    keyword: &str,
    formals: &[Formal<'_>],
    name: &str,
    span: Span,
    shown: &dyn Fn() -> String,
) -> Misfit {
    let title = format!("`{name}` has no argument `{keyword}`");
    let mut failure = Failure::new("E0109", title).note(shown());
    let names = formals.iter().filter(|f| !f.rest).map(|f| f.name);
    let foreign = suggest::keywords(keyword).find(|k| formals.iter().any(|f| f.name == *k));
    if let Some(near) = foreign.or_else(|| suggest::nearest(keyword, names)) {
        failure = failure.hint(format!("did you mean `{near}`?"));
    } else if let Some(instead) = suggest::absent(keyword) {
        failure = failure.hint(instead);
    }
    Box::new((failure, Some(span)))
}

/// A builtin's signature, parsed.
pub(crate) struct Signature {
    pub params: Vec<SignatureParam>,
    /// Whether a parameter takes a bracket literal as the tuple of its elements.
    pub brackets: bool,
}

/// What a parameter of a builtin makes of a bracket literal.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Brackets {
    /// An array, as everywhere.
    Array,
    /// The tuple of its elements.
    Tuple,
    /// The tuple of its elements, and so the literals in it.
    Nested,
}

/// One parameter of a builtin.
pub(crate) struct SignatureParam {
    pub name: &'static str,
    pub rest: bool,
    pub keyword_only: bool,
    pub others: bool,
    /// How a bracket literal is taken.
    pub brackets: Brackets,
    pub default: Option<Value>,
}

impl Signature {
    /// Parses `"x, axis=none, *, keepdims=false"`; see [`Builtin::signature`].
    pub fn parse(builtin: &'static Builtin) -> Signature {
        let mut params: Vec<SignatureParam> = vec![];
        let mut keyword_only = false;
        for part in split(builtin.signature) {
            let mut part = part.trim();
            if part == "*" {
                keyword_only = true;
                continue;
            }
            if part.is_empty() || part == "/" {
                continue;
            }
            let others = strip(&mut part, "**");
            let rest = strip(&mut part, "*");
            let brackets = if strip(&mut part, "[[]]") {
                Brackets::Nested
            } else if strip(&mut part, "[]") {
                Brackets::Tuple
            } else {
                Brackets::Array
            };
            let (name, default) = match part.split_once('=') {
                Some((name, text)) => (name.trim(), Some(literal(text.trim()))),
                None => (part, None),
            };
            let keyword = keyword_only && !rest;
            params.push(SignatureParam {
                name,
                rest,
                keyword_only: keyword,
                others,
                brackets,
                default,
            });
            keyword_only |= rest;
        }
        let brackets = params.iter().any(|p| p.brackets != Brackets::Array);
        Signature { params, brackets }
    }

    /// What the argument at this position, or of this name, is when it is a bracket literal.
    pub fn brackets_at(&self, position: usize, keyword: Option<&str>) -> Brackets {
        let positional = || {
            let at = self.params.iter().take(position + 1).position(|p| p.rest);
            self.params.get(at.unwrap_or(position))
        };
        match keyword {
            Some(name) => self.params.iter().find(|p| p.name == name),
            None => positional(),
        }
        .map_or(Brackets::Array, |p| p.brackets)
    }
}

fn strip(text: &mut &'static str, prefix: &str) -> bool {
    match text.strip_prefix(prefix) {
        Some(rest) => {
            *text = rest;
            true
        }
        None => false,
    }
}

/// Splits at commas outside brackets.
fn split(text: &'static str) -> Vec<&'static str> {
    let mut parts = vec![];
    let (mut depth, mut start) = (0, 0);
    for (i, c) in text.char_indices() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&text[start..i]);
                start = i + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

/// The value of a default: a literal, a constant, a dtype or a tuple of these.
fn literal(text: &str) -> Value {
    let inside = text.strip_prefix('(').and_then(|t| t.strip_suffix(')'));
    if let Some(items) = inside {
        let items = items.split(',').map(str::trim).filter(|t| !t.is_empty()).map(literal);
        return Value::tuple(items.collect());
    }
    if let Some(text) = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')) {
        return Value::text(&text.replace("\\n", "\n").replace("\\t", "\t"));
    }
    let (sign, number) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    match text {
        "none" => Value::None,
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        "-inf" => Value::Float(f64::NEG_INFINITY),
        _ => match (number.parse::<i64>(), number.parse::<f64>()) {
            _ if !number.starts_with(|c: char| c.is_ascii_digit() || c == '.') => {
                constant_value(text).unwrap_or_else(|| Value::text(text))
            }
            (Ok(n), _) => Value::Int(sign * n),
            (_, Ok(v)) => Value::Float(sign as f64 * v),
            _ => Value::text(text),
        },
    }
}
