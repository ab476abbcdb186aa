//! Near misses: what somebody who wrote an unknown name probably meant.

use crate::foreign::FOREIGN;

/// Names of modules whose functions have no prefix here.
pub const PREFIXES: &[&str] =
    &["np", "numpy", "math", "jnp", "cp", "xp", "torch", "builtins", "scipy", "sp"];

/// The arr spelling of a name of Python, NumPy or SciPy: of the whole of it, or of its last part.
pub fn foreign(name: &str) -> Option<&'static str> {
    let find = |name: &str| FOREIGN.iter().find(|f| f.0 == name).map(|f| f.1);
    find(name).or_else(|| find(name.rsplit('.').next()?))
}

/// The name of a module's function with the module before it, for who left that out.
pub fn in_module(name: &str) -> Option<String> {
    let head = format!("\nfn {name}(");
    let modules = arr_stdlib::MODULES.iter().filter(|m| m.0 != "prelude");
    let of_library = modules.filter(|m| m.1.contains(&head)).map(|m| format!("{}.{name}", m.0));
    let plain = |b: &&crate::builtin::Builtin| !b.name.starts_with("ufunc.");
    let mut builtins = crate::builtins::BUILTINS.iter().filter(plain).map(|b| b.name);
    let own = builtins.find(|b| b.split_once('.').is_some_and(|parts| parts.1 == name));
    own.map(str::to_string).into_iter().chain(of_library).next()
}

/// Names of arguments elsewhere, and how arr calls them.
const KEYWORDS: &[(&str, &str)] = &[
    ("usecols", "columns"),
    ("cols", "columns"),
    ("skiprows", "skip"),
    ("skip_rows", "skip"),
    ("skip_header", "skip"),
    ("skiplines", "skip"),
    ("sep", "delimiter"),
    ("separator", "delimiter"),
    ("missing_values", "missing"),
    ("na_values", "missing"),
    ("names", "header"),
    ("compress", "compression"),
    ("compressed", "compression"),
    ("axes", "axis"),
    ("axis", "axes"),
    ("ddof", "correction"),
    ("dim", "axis"),
    ("dims", "axis"),
    ("keep_dims", "keepdims"),
    ("keepdim", "keepdims"),
    ("size", "shape"),
    ("type", "dtype"),
    ("a", "x"),
    ("arr", "x"),
    ("ary", "x"),
    ("a2", "b"),
    ("ar2", "b"),
    ("a_min", "min"),
    ("a_max", "max"),
    ("M", "n_cols"),
    ("newshape", "shape"),
    ("new_shape", "shape"),
    ("dims", "shape"),
    ("reps", "repetitions"),
    ("obj", "indices"),
    ("ind", "indices"),
    ("v", "values"),
    ("v", "x2"),
    ("y", "x2"),
    ("test_elements", "x2"),
    ("val", "value"),
    ("vals", "values"),
    ("indices_or_sections", "sections"),
    ("condlist", "conditions"),
    ("funclist", "functions"),
    ("choicelist", "choices"),
    ("mask_func", "f"),
    ("tol", "rtol"),
];

/// The arr spellings of the name of an argument.
pub fn keywords(name: &str) -> impl Iterator<Item = &'static str> {
    KEYWORDS.iter().filter(move |k| k.0 == name).map(|k| k.1)
}

/// Arguments elsewhere that have no counterpart, and what to write instead.
const ABSENT: &[(&str, &str)] = &[
    (
        "order",
        "elements are always taken row by row; for Fortran's order transpose before and after",
    ),
    ("out", "no function writes into its arguments: bind the result, x = f(...)"),
    ("where", "choose the elements first: where(mask, x, 0), or x[mask]"),
    ("initial", "combine it with the result: maximum(max(x), initial)"),
    ("inplace", "no function changes its arguments: bind the result, x = f(x)"),
    ("kind", "every sort is stable: leave it out"),
    ("copy", "values are never shared: leave it out"),
    ("sorted", "the elements are always sorted: leave it out"),
    ("optimize", "the order of the products is always chosen: leave it out"),
    ("mmap_mode", "elements are read when they are needed: leave it out"),
    ("allow_pickle", "files hold numbers only: leave it out"),
    ("device", "there is one device: leave it out"),
    ("casting", "convert first: astype(x, dtype)"),
    ("subok", "there are no classes of arrays: leave it out"),
    ("like", "there are no classes of arrays: leave it out"),
    ("overwrite_input", "no function changes its arguments: leave it out"),
];

/// What to write instead of an argument that no function here has.
pub fn absent(name: &str) -> Option<&'static str> {
    ABSENT.iter().find(|k| k.0 == name).map(|k| k.1)
}

/// The name that the written one begins with, or that begins with it, from three letters on.
pub fn longer<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let near =
        |n: &&str| n.len().min(name.len()) > 2 && (n.starts_with(name) || name.starts_with(n));
    names.filter(near).min_by_key(|n| n.len().abs_diff(name.len()))
}

/// The nearest of some names, if it is near enough to be a slip.
pub fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let limit = match name.chars().count() {
        0..=1 => 0,
        2..=4 => 1,
        5..=8 => 2,
        _ => 3,
    };
    let mut best: Option<(usize, bool, bool, &str)> = None;
    for candidate in names {
        if candidate == name || candidate.len().abs_diff(name.len()) > limit * 4 {
            continue;
        }
        let distance = match candidate.eq_ignore_ascii_case(name) {
            true => 0,
            false => edit_distance(name, candidate),
        };
        // Slips at the beginning are rare, and many changes are none then.
        let first = |text: &str| text.chars().next().map(|c| c.to_ascii_lowercase());
        let begins_otherwise = first(candidate) != first(name);
        if distance > limit || distance > 1 && begins_otherwise {
            continue;
        }
        // Swapped letters are likelier than others.
        let found = (distance, begins_otherwise, letters(candidate) != letters(name), candidate);
        best = Some(best.map_or(found, |b| b.min(found)));
    }
    best.map(|b| b.3)
}

/// The characters of a text, sorted.
fn letters(text: &str) -> Vec<char> {
    let mut letters: Vec<char> = text.chars().collect();
    letters.sort_unstable();
    letters
}

/// How many characters must be inserted, removed, replaced or swapped with their neighbour to
/// make one text of the other (optimal string alignment).
pub fn edit_distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().take(64).collect();
    let b: Vec<char> = b.chars().take(64).collect();
    let width = b.len() + 1;
    let mut table = vec![0; (a.len() + 1) * width];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            table[i * width + j] = match (i, j) {
                (0, n) | (n, 0) => n,
                _ => {
                    let change = (a[i - 1] != b[j - 1]) as usize;
                    let mut best = (table[(i - 1) * width + j] + 1)
                        .min(table[i * width + j - 1] + 1)
                        .min(table[(i - 1) * width + j - 1] + change);
                    if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                        best = best.min(table[(i - 2) * width + j - 2] + 1);
                    }
                    best
                }
            };
        }
    }
    table[a.len() * width + b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found() {
        let names = ["mean", "median", "shape", "standardize"];
        assert_eq!(nearest("maen", names.into_iter()), Some("mean"));
        assert_eq!(nearest("standardise", names.into_iter()), Some("standardize"));
        assert_eq!(nearest("Mean", names.into_iter()), Some("mean"));
        assert_eq!(nearest("xyz", names.into_iter()), None);
        assert_eq!(edit_distance("", "abc"), 3);
        assert_eq!(edit_distance("ab", "ba"), 1);
    }
}
