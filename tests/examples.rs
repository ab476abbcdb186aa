//! The scripts in `examples/` print what the files beside them say, through the real binary.
//!
//! `ARR_BLESS=1` writes the files anew.

use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What a script prints; it must succeed in silence otherwise.
fn run(script: &Path, params: &[String]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_arr"))
        .current_dir(root())
        .arg("run")
        .arg(script)
        .args(params)
        .output()
        .expect("arr starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && errors.is_empty(), "{}:\n{errors}", script.display());
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn scripts(folder: &str) -> Vec<PathBuf> {
    let directory = std::fs::read_dir(root().join(folder)).expect("a folder");
    let mut scripts: Vec<PathBuf> = directory
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "arr"))
        .collect();
    scripts.sort();
    scripts
}

#[test]
fn examples_print_what_is_expected() {
    let scripts = scripts("examples");
    assert!(scripts.len() >= 4);
    for script in scripts {
        let printed = run(&script, &[]);
        let beside = script.with_extension("out");
        if std::env::var_os("ARR_BLESS").is_some() {
            std::fs::write(&beside, &printed).expect("written");
        }
        let expected = std::fs::read_to_string(&beside).unwrap_or_default();
        assert_eq!(printed, expected, "{}", script.display());
    }
}

#[test]
fn the_scripts_of_the_benchmarks_are_right() {
    for folder in ["benches", "benches/cases", "benches/instructions"] {
        let scripts = scripts(folder);
        assert!(scripts.len() >= 5, "{folder}");
        for script in scripts {
            let checked =
                Command::new(env!("CARGO_BIN_EXE_arr")).arg("check").arg(&script).output();
            let checked = checked.expect("arr starts");
            let said = String::from_utf8_lossy(&checked.stderr);
            assert!(checked.status.success() && said.is_empty(), "{}:\n{said}", script.display());
        }
    }
}

#[test]
fn the_image_example_saves_where_it_is_told() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("edges.npy");
    run(&root().join("examples/image.arr"), &[format!("out={}", path.display())]);
    let bytes = std::fs::read(&path).expect("saved");
    assert!(bytes.starts_with(b"\x93NUMPY") && bytes.len() == 512 * 512 + 128);
    assert_eq!(bytes[128..].iter().max(), Some(&255));
}
