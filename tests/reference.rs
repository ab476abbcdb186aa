//! `docs/reference/functions.md` is what the tables of the compiler and the comments of the
//! standard library say; `ARR_BLESS=1` writes it anew.

use arr_compiler::builtins::{ALIASES, BUILTINS};
use std::fmt::Write;

const HEAD: &str = "# Functions

Written by `ARR_BLESS=1 cargo test --test reference` from the functions themselves. The lines after
`>>>` are examples and what they print.

- [The language](#the-language): functions that are built in
- [The prelude](#the-prelude): functions written in arr, visible everywhere
- [stats](#stats), [linalg](#linalg), [image](#image), [climate](#climate), [finance](#finance):
  modules
- [NumPy's names](#numpys-names): other names for functions of the language
";

/// One entry: the head, the meaning, examples with what they print.
fn entry(page: &mut String, head: &str, doc: &str, examples: &str) {
    write!(page, "\n### `{head}`\n\n{doc}\n\n```\n{examples}```\n").expect("written");
}

/// The functions of a module, in its order, as far as they are documented.
fn module(page: &mut String, text: &str) {
    let mut doc: Vec<&str> = vec![];
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("##") {
            doc.push(rest.strip_prefix(' ').unwrap_or(rest));
            continue;
        }
        let head = line.strip_prefix("fn ").filter(|head| !head.starts_with('_'));
        if let Some(head) = head {
            let end = head.find(") =").or(head.find(") {")).map_or(head.len(), |at| at + 1);
            let first = doc.iter().position(|d| d.starts_with(">>>")).unwrap_or(doc.len());
            let (meaning, examples) = doc.split_at(first);
            let examples: String = examples.iter().map(|line| format!("{line}\n")).collect();
            entry(page, &head[..end], meaning.join("\n").trim(), &examples);
        }
        doc.clear();
    }
}

fn page() -> String {
    let mut page = HEAD.to_string();
    page += "\n## The language\n";
    for b in BUILTINS.iter() {
        let head = format!("{}({})", b.name, b.signature.replace("[]", ""));
        let output = if b.example.1.is_empty() { "" } else { "\n" };
        let examples = format!(">>> {}\n{}{output}", b.example.0, b.example.1);
        entry(&mut page, &head, b.doc, &examples);
    }
    for name in ["prelude", "stats", "linalg", "image", "climate", "finance"] {
        let title = if name == "prelude" { "The prelude" } else { name };
        write!(page, "\n## {title}\n").expect("written");
        module(&mut page, arr_stdlib::module(name).expect("a module"));
    }
    page += "\n## NumPy's names\n\n| name | function |\n|---|---|\n";
    for (alias, target) in ALIASES {
        writeln!(page, "| `{alias}` | `{target}` |").expect("written");
    }
    page
}

#[test]
fn every_module_has_its_chapter() {
    let page = page();
    for (name, _) in arr_stdlib::MODULES {
        assert!(*name == "prelude" || page.contains(&format!("\n## {name}\n")), "{name}");
    }
}

#[test]
fn the_reference_of_functions_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reference/functions.md");
    let page = page();
    if std::env::var_os("ARR_BLESS").is_some() {
        std::fs::write(path, &page).expect("written");
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(written == page, "run ARR_BLESS=1 cargo test --test reference");
}
