//! The standard library: modules written in arr, as text.
//!
//! `prelude` is visible everywhere without an import; the others are imported by name. Each
//! function has a doc comment: a summary sentence, the meaning, if need be paragraphs that begin
//! with `Shapes:`, `Dtypes:` or `Errors:`, and after `>>>` examples with what they print. In the
//! prelude a line `# --- Subject ---` names the heading that the functions below it have in the
//! reference.
#![forbid(unsafe_code)]

/// Every module: its name and its text.
pub static MODULES: &[(&str, &str)] = &[
    ("climate", include_str!("../climate.arr")),
    ("fft", include_str!("../fft.arr")),
    ("finance", include_str!("../finance.arr")),
    ("geo", include_str!("../geo.arr")),
    ("image", include_str!("../image.arr")),
    ("linalg", include_str!("../linalg.arr")),
    ("optimize", include_str!("../optimize.arr")),
    ("prelude", PRELUDE),
    ("random", include_str!("../random.arr")),
    ("signal", include_str!("../signal.arr")),
    ("special", include_str!("../special.arr")),
    ("stats", include_str!("../stats.arr")),
];

/// The prelude, from the files of its subjects.
const PRELUDE: &str = concat!(
    include_str!("../prelude.arr"),
    include_str!("../prelude/applying.arr"),
    include_str!("../prelude/complex.arr"),
    include_str!("../prelude/editing.arr"),
    include_str!("../prelude/indexing.arr"),
    include_str!("../prelude/calculus.arr"),
    include_str!("../prelude/elementwise.arr"),
    include_str!("../prelude/matrices.arr"),
    include_str!("../prelude/polynomials.arr"),
    include_str!("../prelude/namespace.arr"),
    include_str!("../prelude/shaping.arr"),
    include_str!("../prelude/text.arr"),
);

/// The text of a module.
pub fn module(name: &str) -> Option<&'static str> {
    MODULES.iter().find(|m| m.0 == name).map(|m| m.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_is_documented_with_an_example() {
        for (name, text) in MODULES {
            let mut doc: Vec<&str> = vec![];
            for line in text.lines() {
                if let Some(rest) = line.strip_prefix("##") {
                    doc.push(rest.trim());
                    continue;
                }
                if line.starts_with("fn ") && !line.starts_with("fn _") {
                    assert!(!doc.is_empty(), "{name}: no doc: {line}");
                    let summary = doc.iter().take_while(|d| !d.is_empty()).last();
                    assert!(summary.is_some_and(|d| d.ends_with('.')), "{name}: summary: {line}");
                    assert!(doc.iter().any(|d| d.starts_with(">>>")), "{name}: no example: {line}");
                }
                doc.clear();
            }
        }
    }
}
