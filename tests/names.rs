//! Whatever NumPy, and what of SciPy is used most, has a name for (`names.txt`) is a function or an
//! attribute under that name here, or else the error says how arr does it.

use arr::Session;

/// Names of the library that are constants or values of another kind.
const VALUES: &[&str] = &["pi", "e", "inf", "nan", "newaxis"];

/// A program that asks for a name as a user of Python would.
fn program(name: &str) -> String {
    match name.split_once('.') {
        None if VALUES.contains(&name) => name.to_string(),
        None => format!("callable({name})"),
        Some(("x", name)) => format!("x = [[1.0, 2.0]]\nx.{name}"),
        Some(("ndimage", _)) => format!("scipy.{name}"),
        Some(_) => format!("callable({name})"),
    }
}

#[test]
fn every_name_of_numpy_is_there_or_has_a_hint() {
    let mut wrong = vec![];
    let names: Vec<&str> =
        include_str!("names.txt").lines().filter(|l| !l.starts_with('#')).collect();
    assert!(names.len() > 700, "{} names", names.len());
    let mut session = Session::builder().build();
    for name in names {
        let Err(error) = session.eval(&program(name)) else { continue };
        let hints: Vec<&str> =
            error.diagnostics().iter().flat_map(|d| &d.hints).map(String::as_str).collect();
        // A near miss is another name, and without the prefix alone nothing would be gained.
        let helps = |hint: &&str| {
            let (first, last) = (hint.starts_with("did you mean"), name.rsplit('.').next());
            !first && last.is_none_or(|last| !hint.ends_with(&format!("{last}`")))
        };
        if !hints.iter().any(helps) {
            wrong.push(format!("{name}: {hints:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} names:\n{}", wrong.len(), wrong.join("\n"));
}
