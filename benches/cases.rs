//! Runs `arr bench` on every script of `benches/cases`; arguments choose scripts by substring.
#![forbid(unsafe_code)]

use std::path::Path;
use std::process::Command;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/cases");
    let files = std::fs::read_dir(&folder).expect("the folder of the cases");
    let names = files.map(|f| f.expect("an entry").file_name().to_string_lossy().into_owned());
    let is_wanted = |n: &String| wanted.is_empty() || wanted.iter().any(|w| n.contains(w.as_str()));
    let mut names: Vec<String> = names.filter(is_wanted).collect();
    names.sort();
    let mut command = Command::new(env!("CARGO_BIN_EXE_arr"));
    let status = command.current_dir(folder).arg("bench").args(names).status().expect("arr runs");
    std::process::exit(status.code().unwrap_or(1));
}
