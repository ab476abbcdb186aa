//! arr in a control group that limits its memory: the default of `--memory` is a part of that, and
//! what is larger than the group's memory is computed all the same.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A new control group with a limit of memory; removed when dropped.
struct Group(PathBuf);

impl Drop for Group {
    fn drop(&mut self) {
        let _ = fs::remove_dir(&self.0);
    }
}

impl Group {
    /// None where the environment makes no groups: with the reason.
    fn new(bytes: u64) -> Result<Group, String> {
        let mut why = vec![];
        for (tree, limit) in
            [("/sys/fs/cgroup", "memory.max"), ("/sys/fs/cgroup/memory", "memory.limit_in_bytes")]
        {
            let path = Path::new(tree).join(format!("arr-test-{}", std::process::id()));
            if let Err(e) = fs::create_dir(&path) {
                why.push(format!("{}: {e}", path.display()));
                continue;
            }
            let group = Group(path);
            // A directory that is no group takes a file of any name: it must be there already.
            let file = group.0.join(limit);
            let made = match file.exists() {
                true => fs::write(&file, bytes.to_string()).map_err(|e| e.to_string()),
                false => Err("no such file".into()),
            };
            match made {
                Ok(()) => return Ok(group),
                Err(e) => why.push(format!("{}: {e}", file.display())),
            }
        }
        Err(why.join("; "))
    }

    /// Runs arr in the group.
    fn run(&self, args: &[&str]) -> Output {
        let enter = "echo $$ > \"$0\" && exec \"$@\"";
        Command::new("sh")
            .args(["-c", enter, self.0.join("cgroup.procs").to_str().unwrap()])
            .arg(env!("CARGO_BIN_EXE_arr"))
            .args(args)
            .output()
            .unwrap()
    }
}

#[test]
fn the_default_memory_is_that_of_the_group() {
    let group = match Group::new(256 << 20) {
        Ok(group) => group,
        Err(why) => {
            println!("skipped: no control group can be made here ({why})");
            return;
        }
    };
    let directory = tempfile::tempdir().unwrap();
    let script = directory.path().join("job.arr");
    let spill = directory.path().to_str().unwrap();
    // 400 MB of numbers, of which a median needs all.
    let text = "x = persist(random((50, 1000000), seed=0))\nprint(median(x, axis=0).sum() > 0)\n";
    fs::write(&script, text).unwrap();
    let script = script.to_str().unwrap();
    let said = group.run(&["explain", script]);
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    // 60 % of 256 MiB.
    assert!(text.contains("with 153.60 MiB of memory"), "{text}{said:?}");
    let ran = group.run(&["run", script, "--spill-dir", spill]);
    assert!(ran.status.success(), "{ran:?}");
    assert_eq!(String::from_utf8_lossy(&ran.stdout), "True\n");
}
