//! What the reference is made of: every function with its signature, meaning and examples, read
//! from the tables of the compiler and from the comments of the standard library.

use arr_compiler::builtins::{BUILTINS, subject};
use arr_ir::op::{MapOp, Row};

/// A function.
pub struct Entry {
    /// Its name without the module.
    pub name: String,
    /// The module it must be imported from, if any.
    pub module: Option<String>,
    /// Its parameters as written.
    pub parameters: String,
    /// Whether it is written in the language.
    pub library: bool,
    /// Whether `x.f(a)` is `f(x, a)`.
    pub method: bool,
    /// The heading of the index that it stands under.
    pub subject: String,
    /// The row of the operator table, if it is an operator.
    pub row: Option<&'static Row>,
    /// Its text.
    pub doc: Doc,
}

/// The text of a function in its parts.
#[derive(Default)]
pub struct Doc {
    /// What it computes.
    pub meaning: String,
    /// What it says after `Shapes:`, if anything.
    pub shapes: String,
    /// What it says after `Dtypes:`, if anything.
    pub dtypes: String,
    /// What it says after `Errors:`, if anything.
    pub errors: String,
    /// Expressions and what they print.
    pub examples: Vec<(String, String)>,
}

impl Doc {
    /// Sorts the lines of a text into its parts. A part ends at an empty line.
    fn read<'a>(lines: impl Iterator<Item = &'a str>) -> Doc {
        let mut doc = Doc::default();
        let mut part = "";
        for line in lines {
            if let Some(expression) = line.strip_prefix(">>> ") {
                part = ">>>";
                doc.examples.push((expression.to_string(), String::new()));
                continue;
            }
            if let (">>>", Some(example)) = (part, doc.examples.last_mut()) {
                example.1 += line;
                example.1.push('\n');
                continue;
            }
            let label = ["Shapes:", "Dtypes:", "Errors:"].iter().find(|l| line.starts_with(**l));
            part = match label {
                Some(label) => label,
                None if line.is_empty() => "",
                None => part,
            };
            let text = match part {
                "Shapes:" => &mut doc.shapes,
                "Dtypes:" => &mut doc.dtypes,
                "Errors:" => &mut doc.errors,
                _ => &mut doc.meaning,
            };
            *text += line.strip_prefix(part).unwrap_or(line).trim_start();
            text.push('\n');
        }
        for text in [&mut doc.meaning, &mut doc.shapes, &mut doc.dtypes, &mut doc.errors] {
            let mut characters = text.trim().chars();
            let first = characters.next().into_iter().flat_map(char::to_uppercase);
            *text = first.chain(characters).collect();
        }
        doc
    }

    /// The first sentence of the meaning, on one line.
    pub fn summary(&self) -> String {
        let text = self.meaning.split("\n\n").next().unwrap_or_default().replace('\n', " ");
        let end = text.find(". ").map_or(text.len(), |at| at + 1);
        text[..end].to_string()
    }
}

impl Entry {
    /// The name with its module.
    pub fn full_name(&self) -> String {
        match &self.module {
            Some(module) => format!("{module}.{}", self.name),
            None => self.name.clone(),
        }
    }

    /// Where its page is, from the folder of the index.
    pub fn path(&self) -> String {
        self.full_name().replacen('.', "/", 1) + ".md"
    }

    /// The names of its parameters, in order.
    pub fn parameter_names(&self) -> Vec<&str> {
        let parts = crate::probe::parts(&self.parameters).into_iter();
        let name = |part: &'_ str| part.find(['=', ':']).unwrap_or(part.len());
        parts.map(|part| part[..name(part)].trim().trim_start_matches('*')).collect()
    }
}

fn of_builtins(entries: &mut Vec<Entry>) {
    for b in BUILTINS.iter().filter(|b| !b.name.starts_with('_') && !b.name.contains("._")) {
        let mut doc = Doc::read(b.doc.lines());
        doc.examples.push((b.example.0.to_string(), format!("{}\n", b.example.1)));
        let (module, name) = match b.name.split_once('.') {
            Some((module, name)) => (Some(module.to_string()), name),
            None => (None, b.name),
        };
        entries.push(Entry {
            name: name.to_string(),
            subject: module.clone().unwrap_or_else(|| subject(b.name).to_string()),
            module,
            parameters: b.parameters(),
            library: false,
            method: b.method,
            row: MapOp::from_name(b.name).map(MapOp::row),
            doc,
        });
    }
}

/// The functions of a module; lines `# --- Subject ---` part those of the prelude.
fn of_module(entries: &mut Vec<Entry>, module: &str, text: &str) {
    let module = (module != "prelude").then(|| module.to_string());
    let mut subject = module.clone().unwrap_or_default();
    let mut doc: Vec<&str> = vec![];
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("##") {
            doc.push(rest.strip_prefix(' ').unwrap_or(rest));
            continue;
        }
        if let (None, Some(title)) = (&module, line.strip_prefix("# --- ")) {
            subject = title.trim_end_matches([' ', '-']).to_string();
        }
        let head = line.strip_prefix("fn ").filter(|head| !head.starts_with('_'));
        if let Some((name, rest)) = head.and_then(|head| head.split_once('(')) {
            let end = rest.find(") =").or(rest.find(") {")).or(rest.find(") ->"));
            entries.push(Entry {
                name: name.to_string(),
                module: module.clone(),
                parameters: rest[..end.unwrap_or(rest.len())].to_string(),
                library: true,
                method: !rest.starts_with(')'),
                subject: subject.clone(),
                row: None,
                doc: Doc::read(doc.iter().copied()),
            });
        }
        doc.clear();
    }
}

/// Every function, by name.
pub fn entries() -> Vec<Entry> {
    let mut entries = vec![];
    of_builtins(&mut entries);
    for (module, text) in arr_stdlib::MODULES {
        of_module(&mut entries, module, text);
    }
    entries.sort_by_key(Entry::full_name);
    entries
}

/// The first comment of a module: what it is about.
pub fn about(module: &str) -> String {
    if module == "ufunc" {
        return "What is written `f.name(x)`, for every function `f` of two arguments: \
                `maximum.accumulate(x)`."
            .into();
    }
    let text = arr_stdlib::module(module).unwrap_or_default();
    let lines = text.lines().take_while(|line| line.starts_with("# ") || *line == "#");
    lines.map(|line| line[1..].trim()).collect::<Vec<_>>().join("\n").trim().to_string()
}
