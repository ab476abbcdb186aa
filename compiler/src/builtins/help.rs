//! `help`: what functions, modules, values and topics say about themselves.

use super::args::Result;
use super::topics::{TOPICS, topic};
use crate::builtin::{Builtin, Context};
use crate::fault::Failure;
use crate::function::{Closure, Module};
use crate::suggest;
use crate::value::Value;
use std::fmt::Write;

rows! {
    "help" ("what=none") help, false,
        "Prints what there is to know about a function, a module, a value or, given as text, a topic or a name; alone, what there is help for."
        "help(abs)" => "abs(x)\n\nAbsolute value; the least signed integer stays.\n\n>>> abs(-2.5)\n2.5";
}

fn help(cx: &mut dyn Context, a: &[Value]) -> Result {
    let text = match &a[0] {
        Value::None => overview(),
        Value::Unknown(_) => return Ok(Value::None),
        Value::Str(name) => match topic(name) {
            Some(topic) => format!("{}: {}\n\n{}", topic.name, topic.summary, topic.text),
            None => match cx.named(name) {
                Some(value) => about(&value),
                None => return Err(no_topic(name).into()),
            },
        },
        value => about(value),
    };
    if !cx.checking() {
        cx.host().print(&format!("{}\n", text.trim_end()))?;
    }
    Ok(Value::None)
}

fn no_topic(name: &str) -> Failure {
    let shown: String = name.chars().take(40).collect();
    let failure = Failure::new("E0100", format!("there is no help about `{shown}`")).at(0, "");
    let names = TOPICS.iter().map(|t| t.name).chain(super::BUILTINS.iter().map(|b| b.name));
    match suggest::nearest(name, names) {
        Some(near) => failure.hint(format!("did you mean help(\"{near}\")?")),
        None => failure.hint("help() lists the topics"),
    }
}

fn overview() -> String {
    let mut text =
        "help(f) tells about a function, help(m) about a module, help(\"name\") about a \
                    topic or a name.\n\nTopics:\n"
            .to_string();
    for topic in TOPICS {
        let _ = writeln!(text, "  {:<14}{}", topic.name, topic.summary);
    }
    let modules: Vec<&str> =
        arr_stdlib::MODULES.iter().map(|m| m.0).filter(|m| *m != "prelude").collect();
    let _ = write!(text, "\nModules: {}", modules.join(", "));
    text
}

/// What there is to say about a value.
fn about(value: &Value) -> String {
    match value {
        Value::Builtin(builtin) => builtin_text(builtin),
        Value::Function(closure) => function_text(closure),
        Value::Module(module) => module_text(module),
        Value::Record(fields) => {
            let names: Vec<&str> = fields.iter().map(|f| &*f.0).collect();
            format!("a record with the fields {}", names.join(", "))
        }
        Value::DType(dtype) => format!("the dtype {dtype}; help(\"dtypes\") tells more"),
        value => format!("a value: {}", value.type_text()),
    }
}

fn builtin_text(builtin: &Builtin) -> String {
    let (example, output) = builtin.example;
    let head = format!("{}({})", builtin.name, builtin.parameters());
    format!("{head}\n\n{}\n\n>>> {example}\n{output}", builtin.doc)
}

fn function_text(closure: &Closure) -> String {
    let head = format!("{}({})", closure.name(), closure.signature());
    match closure.doc() {
        Some(doc) => format!("{head}\n\n{}", doc.trim_end()),
        None => head,
    }
}

/// The first sentence of a doc comment, on one line.
fn summary(doc: &str) -> String {
    let meaning: Vec<&str> =
        doc.lines().take_while(|l| !l.starts_with(">>>") && !l.trim().is_empty()).collect();
    let text = meaning.join(" ");
    text.split_once(". ").map_or(text.trim_end_matches('.'), |s| s.0).trim().to_string()
}

fn module_text(module: &Module) -> String {
    let mut lines: Vec<(String, String)> = vec![];
    for name in module.names.keys().filter(|n| !n.starts_with('_')) {
        match module.get(name) {
            Some(Value::Function(closure)) => {
                let head = format!("{name}({})", closure.signature());
                lines.push((head, closure.doc().map(summary).unwrap_or_default()));
            }
            Some(Value::Builtin(builtin)) => {
                lines.push((format!("{name}({})", builtin.parameters()), summary(builtin.doc)));
            }
            Some(value) => lines.push((name.to_string(), value.type_text())),
            None => {}
        }
    }
    let prefix = format!("{}.", module.name);
    for builtin in super::BUILTINS.iter() {
        let Some(name) = builtin.name.strip_prefix(&prefix) else { continue };
        if !name.starts_with('_') && !module.names.contains_key(name) {
            let signature = builtin.parameters();
            lines.push((format!("{name}({signature})"), summary(builtin.doc)));
        }
    }
    lines.sort();
    let mut text = format!("module {}\n", module.name);
    for (head, summary) in lines {
        let _ = write!(text, "\n  {head}");
        if !summary.is_empty() {
            let _ = write!(text, "\n      {summary}");
        }
    }
    text
}
