//! `docs/reference/functions` has a page for every function, made from what the tables of the
//! compiler and the comments of the standard library say and from calls of the function;
//! `ARR_BLESS=1` writes it anew.

mod entries;
mod probe;

use arr::Session;
use arr_compiler::builtins::ALIASES;
use arr_ir::op::Rule;
use entries::{Entry, about, entries};
use probe::Probe;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

const HEAD: &str = "# Functions

One page for each function: signature, meaning, shapes, dtypes, errors, and examples with what they
print. Written by `ARR_BLESS=1 cargo test -p arr --test reference` from the functions themselves.
The functions of a module are called `module.name`, after `import module` or without; all others
are visible everywhere. Arguments that do not suit the signature are the error `E0109` everywhere;
`arr explain-error CODE` explains a code.
";

const ALIAS_HEAD: &str = "
## NumPy's names

Names that NumPy has for functions of the language or that the Array API standard does not have,
and how each differs from the function beside it.

| name | function | difference |
|---|---|---|
";

/// What the dtype rule of an operator says.
fn rule_text(rule: Rule) -> &'static str {
    match rule {
        Rule::Numeric => {
            "Operands are promoted to one dtype, which is that of the result; bool is refused."
        }
        Rule::NumericOrBool => "Operands are promoted to one dtype, which is that of the result.",
        Rule::Divide => {
            "Operands are promoted to one dtype; integers and bool are computed in float64."
        }
        Rule::Float => {
            "Operands are promoted to one dtype and computed in floating point: bool and integers of at \
             most 16 bits in float32, wider ones in float64."
        }
        Rule::Bits => {
            "Operands are promoted to one dtype, which is that of the result: integers or bool."
        }
        Rule::Shift => "Operands are promoted to one integer dtype, which is that of the result.",
        Rule::Compare => {
            "Operands are promoted to one dtype and compared in it; the result is bool."
        }
        Rule::Rounding => {
            "The result has the dtype of the operand; integers and bool pass unchanged."
        }
        Rule::Test => "An operand of any dtype; the result is bool.",
        Rule::Select => {
            "The first operand is bool; the others are promoted to one dtype, which is that of the result."
        }
        Rule::Cast => "The result has the dtype asked for.",
    }
}

/// The shapes of a function whose text says nothing of them.
fn shapes(entry: &Entry, parameters: &[&str], probe: Option<&mut Probe>) -> String {
    let has = |name: &str| parameters.contains(&name);
    match entry.row.map(|row| row.arity) {
        Some(1) => return "The result has the shape of the operand.".into(),
        Some(_) => return "The operands are broadcast; the result has their common shape.".into(),
        None => {}
    }
    if has("axis") && has("keepdims") {
        return "The axes given by `axis` (all when it is none) are gone from the result, or have \
                size 1 with `keepdims`."
            .into();
    }
    if parameters.first() == Some(&"shape") {
        return "`shape` is the shape of the result: a size or a tuple of sizes.".into();
    }
    probe.and_then(Probe::shapes).unwrap_or_default()
}

/// The page of a function.
fn page(entry: &Entry, session: &mut Session<'static>) -> String {
    let name = entry.full_name();
    let parameters = entry.parameter_names();
    let shown = probe::of_example(session, entry);
    let mut probe = Probe::new(session, entry);
    let shapes = match entry.doc.shapes.as_str() {
        "" => shapes(entry, &parameters, probe.as_mut()),
        text => text.to_string(),
    };
    let shapes = if shapes.is_empty() { shown.1 } else { shapes };
    let (table, refused) = probe.as_mut().and_then(Probe::dtypes).unwrap_or_default();
    let stated = entry.row.map_or("", |row| rule_text(row.rule));
    let stated = if entry.doc.dtypes.is_empty() { stated } else { &entry.doc.dtypes };
    let dtypes = match format!("{stated}\n\n{table}").trim() {
        "" => shown.0,
        text => text.to_string(),
    };
    let mut errors = refused;
    errors.extend(probe.map(|mut p| p.errors(&parameters)).unwrap_or_default());
    if entry.row.is_some_and(|row| row.arity > 1) {
        let title = arr::explain_error("E0102").map_or("", |e| e.0);
        errors.push(format!("operands whose shapes do not fit: `E0102`: {title}"));
    }
    let errors: String = errors.iter().map(|e| format!("- {e}\n")).collect();
    let errors = match format!("{}\n\n{errors}", entry.doc.errors).trim() {
        "" => "None of its own.".to_string(),
        text => text.to_string(),
    };
    let mut page = format!("# {name}\n\n```\n{name}({})\n```\n\n", entry.parameters);
    let up = if entry.module.is_some() { "../" } else { "" };
    let kind = if entry.library { "written in arr" } else { "built in" };
    let method = match (entry.method, parameters.first()) {
        (true, Some(first)) if entry.module.is_none() => {
            format!("; also a method, `{first}.{}(...)`", entry.name)
        }
        _ => String::new(),
    };
    writeln!(page, "[{}]({up}README.md), {kind}{method}.", entry.subject).expect("written");
    for (title, text) in [
        ("Meaning", entry.doc.meaning.as_str()),
        ("Shapes", shapes.trim()),
        ("Dtypes", &dtypes),
        ("Errors", &errors),
    ] {
        write!(page, "\n## {title}\n\n{text}\n").expect("written");
    }
    page += "\n## Example\n\n```\n";
    for (expression, output) in &entry.doc.examples {
        write!(page, ">>> {expression}\n{}", output.trim_start_matches('\n')).expect("written");
    }
    page + "```\n"
}

/// The difference that a text of the form `NumPy's function: difference.` states.
fn difference(meaning: &str) -> Option<(String, String)> {
    let sentence = meaning.split("\n\n").next()?.replace('\n', " ");
    let (function, rest) = sentence.strip_prefix("NumPy's ")?.split_once(": ")?;
    let plain = function.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.');
    plain.then(|| (function.to_string(), rest.trim_end_matches('.').to_string()))
}

fn alias_table(entries: &[Entry]) -> String {
    let mut rows: BTreeMap<String, (String, String)> = ALIASES
        .iter()
        .filter(|(alias, _)| !alias.starts_with('_'))
        .map(|(alias, target)| (alias.to_string(), (target.to_string(), "none".to_string())))
        .collect();
    for entry in entries {
        if let Some(row) = difference(&entry.doc.meaning) {
            rows.insert(entry.full_name(), row);
        }
    }
    let link = |name: &str| match entries.iter().find(|e| e.full_name() == name) {
        Some(entry) => format!("[{name}]({})", entry.path()),
        None => format!("`{name}`"),
    };
    rows.iter().fold(ALIAS_HEAD.to_string(), |table, (name, (target, difference))| {
        format!("{table}| {} | {} | {difference} |\n", link(name), link(target))
    })
}

fn index(entries: &[Entry]) -> String {
    let mut subjects: BTreeMap<(bool, &str), Vec<&Entry>> = BTreeMap::new();
    for entry in entries {
        subjects.entry((entry.module.is_some(), &entry.subject)).or_default().push(entry);
    }
    let anchor = |title: &str| {
        let kept = title.to_lowercase();
        kept.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c)).collect::<String>()
    };
    let title = |(module, name): (bool, &str)| match module {
        true => format!("Module {name}"),
        false => name.to_string(),
    };
    let mut page = format!("{HEAD}\n");
    for key in subjects.keys() {
        let title = title(*key);
        writeln!(page, "- [{title}](#{})", anchor(&title).replace(' ', "-")).expect("written");
    }
    page += "- [NumPy's names](#numpys-names)\n";
    for (key, entries) in &subjects {
        write!(page, "\n## {}\n\n", title(*key)).expect("written");
        if key.0 {
            write!(page, "{}\n\n", about(key.1)).expect("written");
        }
        page += "| function | |\n|---|---|\n";
        for entry in entries {
            let summary = entry.doc.summary().replace('|', "\\|");
            writeln!(page, "| [{}]({}) | {summary} |", entry.full_name(), entry.path())
                .expect("written");
        }
    }
    page + &alias_table(entries)
}

/// Every page, by its path in the folder.
fn pages() -> BTreeMap<String, String> {
    let entries = entries();
    let mut session = Session::builder().interpret(true).threads(1).output(std::io::sink()).build();
    let mut pages = BTreeMap::from([("README.md".to_string(), index(&entries))]);
    for entry in &entries {
        assert!(!entry.subject.is_empty(), "{} stands under no `# --- Subject ---`", entry.name);
        let earlier = pages.insert(entry.path(), page(entry, &mut session));
        assert!(earlier.is_none(), "{} is defined twice", entry.full_name());
    }
    pages
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference/functions")
}

/// The pages in the folder, by path.
fn present() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let inside = std::fs::read_dir(folder()).into_iter().flatten().flatten();
    let folders = inside.filter(|entry| entry.path().is_dir());
    let prefixes = folders.map(|entry| format!("{}/", entry.file_name().to_string_lossy()));
    for prefix in std::iter::once(String::new()).chain(prefixes) {
        let folder = folder().join(&prefix);
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.ends_with(".md") {
                found.insert(format!("{prefix}{name}"));
            }
        }
    }
    found
}

#[test]
fn the_reference_of_functions_is_current() {
    let pages = pages();
    if std::env::var_os("ARR_BLESS").is_some() {
        for stale in present().iter().filter(|path| !pages.contains_key(*path)) {
            std::fs::remove_file(folder().join(stale)).expect("removed");
        }
        for (path, text) in &pages {
            let path = folder().join(path);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, text).expect("written");
        }
    }
    let read = |path: &String| std::fs::read_to_string(folder().join(path)).unwrap_or_default();
    let differs = |(path, text): &(&String, &String)| read(path) != **text;
    let stale: Vec<&String> = pages.iter().filter(differs).map(|p| p.0).collect();
    let hint = "run ARR_BLESS=1 cargo test -p arr --test reference";
    assert!(stale.is_empty(), "{hint}: {stale:?}");
    assert_eq!(present(), pages.into_keys().collect(), "{hint}");
}
