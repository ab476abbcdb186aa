//! Every name of the Array API standard (`standard.txt`) is a function, attribute or operator of
//! the language with the standard's parameters, and NumPy vectors or library examples cover it.

use arr::Session;
use std::collections::BTreeSet;

/// The lines of the list: name, keywords, what it is, and the rest.
fn names() -> Vec<(&'static str, Vec<&'static str>, &'static str, &'static str)> {
    let lines = include_str!("standard.txt").lines().filter(|l| !l.starts_with('#'));
    lines
        .map(|line| {
            let mut words = line.splitn(4, ' ');
            let mut word = || words.next().expect("four words");
            let (name, keywords, kind, rest) = (word(), word(), word(), word());
            let keywords = keywords.split(',').filter(|k| *k != "-").collect();
            (name, keywords, kind, rest)
        })
        .collect()
}

/// The parameters of a function of the language or of its library.
fn signature(name: &str) -> Option<String> {
    if let Some(builtin) = arr_compiler::builtins::builtin(name) {
        return Some(builtin.signature.to_string());
    }
    let (module, name) = name.split_once('.').unwrap_or(("prelude", name));
    let text = arr_stdlib::module(module)?;
    let start =
        text.lines().find_map(|l| l.strip_prefix("fn ")?.strip_prefix(name)?.strip_prefix('('))?;
    let mut depth = 1;
    let end = start.find(|c| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        depth == 0
    })?;
    Some(start[..end].to_string())
}

#[test]
fn every_name_of_the_standard_is_there() {
    let mut wrong = vec![];
    let names = names();
    let unique: BTreeSet<&str> = names.iter().map(|n| n.0).collect();
    assert_eq!((names.len(), unique.len()), (226, 226));
    for (name, keywords, kind, rest) in names {
        match kind {
            "function" => match signature(rest) {
                None => wrong.push(format!("{name}: there is no function {rest}")),
                Some(signature) => {
                    let has = |k: &str| {
                        signature.split(|c: char| !c.is_alphanumeric() && c != '_').any(|w| w == k)
                    };
                    let missing: Vec<&str> = keywords.into_iter().filter(|k| !has(k)).collect();
                    if !missing.is_empty() {
                        wrong.push(format!("{name}({signature}) lacks {}", missing.join(", ")));
                    }
                }
            },
            "true" => {
                let mut session = Session::builder().build();
                let program = format!("x = [1, -2]; {rest}");
                match session.eval(&program) {
                    Ok(value) if value.to_string() == "True" => {}
                    Ok(value) => wrong.push(format!("{name}: {rest} gives {value}")),
                    Err(error) => wrong.push(format!("{name}: {rest}: {error}")),
                }
            }
            "absent" => assert!(!rest.is_empty(), "{name} has no reason"),
            other => panic!("{name}: {other}"),
        }
    }
    assert!(wrong.is_empty(), "{} names:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn vectors_of_numpy_cover_every_function_of_the_standard() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/numpy/vectors");
    let mut words: BTreeSet<String> = BTreeSet::new();
    for entry in std::fs::read_dir(folder).expect("the folder of vectors") {
        let text = std::fs::read_to_string(entry.expect("an entry").path()).expect("a text");
        for line in text.lines().filter(|l| l.starts_with("== ")) {
            let parts = line.split(|c: char| !c.is_alphanumeric() && c != '_');
            words.extend(parts.map(str::to_string));
        }
    }
    let missing: Vec<&str> = names()
        .iter()
        .filter(|n| n.2 == "function")
        .map(|n| n.3)
        .filter(|name| !words.contains(name.rsplit('.').next().expect("a part")))
        .collect();
    assert!(missing.is_empty(), "no vector names {}", missing.join(", "));
}
