//! The command line: exit codes, what goes where, pipes, signals.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

fn arr() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_arr"));
    command.env_remove("CLICOLOR_FORCE").env("ARR_HISTORY", "").stdin(Stdio::null());
    command
}

fn run(args: &[&str]) -> Output {
    arr().args(args).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// Exit code, output, messages.
fn outcome(args: &[&str]) -> (i32, String, String) {
    let output = run(args);
    (output.status.code().unwrap(), text(&output.stdout).into(), text(&output.stderr).into())
}

fn script(directory: &Path, source: &str) -> String {
    let path = directory.join("script.arr");
    fs::write(&path, source).unwrap();
    path.to_str().unwrap().into()
}

#[test]
fn the_value_of_the_last_expression_is_printed() {
    for (code, expected) in [
        ("1+1", "2\n"),
        ("x = 3", ""),
        ("print(1+1)", "2\n"),
        ("arange(3) * 2", "[0 2 4]\n"),
        ("x = [1.5, 2.5]; x.sum()", "4.0\n"),
        ("\"text\"", "text\n"),
        ("none", ""),
        ("(1, \"a\")", "(1, 'a')\n"),
    ] {
        assert_eq!(outcome(&["-e", code]), (0, expected.into(), String::new()), "{code}");
    }
}

#[test]
fn examples_and_tests_of_scripts_run() {
    let directory = tempfile::tempdir().unwrap();
    let tools = "## Doubles.\n##\n## >>> twice(4)\n## 8\n## >>> twice(zeros(2)) + zeros(3)\n\
                 ## error[E0102]: shapes do not broadcast\nfn twice(x) = 2 * x\nprint(\"noise\")\n\
                 fn test_twice() { assert twice(1) == 2 }\n";
    fs::write(directory.path().join("tools.arr"), tools).unwrap();
    let main = script(directory.path(), "import \"tools.arr\" as t\nprint(t.twice(1))\n");
    assert_eq!(outcome(&["test", &main]), (0, "3 passed, 0 failed\n".into(), String::new()));
    let wrong = script(
        directory.path(),
        "## >>> f(1)\n## 3\nfn f(x) = 2 * x\nfn test_f() { assert f(1) == 1, \"no\" }\n",
    );
    let (code, out, _) = outcome(&["test", &wrong]);
    assert_eq!(code, 3);
    assert!(out.contains(":1: f(1)\n  expected:\n    3\n  got:\n    2\n"), "{out}");
    assert!(out.contains(":4: test_f fails\nerror[E0201]: assertion failed: no"), "{out}");
    assert!(out.ends_with("\n0 passed, 2 failed\n"), "{out}");
    let broken = script(directory.path(), "## >>> 1\n## 1\nx = zeros(2) + zeros(3)\n");
    assert_eq!(outcome(&["test", &broken]).0, 2);
    assert_eq!(outcome(&["test", "missing.arr"]).0, 5);
}

#[test]
fn help_on_the_command_line() {
    let (code, out, err) = outcome(&["help", "broadcasting"]);
    assert!(code == 0 && err.is_empty() && out.starts_with("broadcasting: "), "{out}{err}");
    assert!(outcome(&["help", "mean"]).1.starts_with("mean(x, axis=none"));
    assert!(outcome(&["help", "stats"]).1.starts_with("module stats\n"));
    assert!(outcome(&["help", "run"]).1.contains("Usage: arr run"));
    assert!(outcome(&["help"]).1.contains("explain-error"));
    let (code, _, err) = outcome(&["help", "brodcasting"]);
    assert!(code == 2 && err.contains("help(\"broadcasting\")"), "{err}");
    assert_eq!(outcome(&["help", "\") + print(1) #"]).0, 2);
}

#[test]
fn exit_codes() {
    let directory = tempfile::tempdir().unwrap();
    let code = |source: &str| {
        let (code, out, err) = outcome(&["run", &script(directory.path(), source)]);
        assert!(out.is_empty(), "{source}: {out}");
        assert_eq!(err.starts_with("error[E"), code != 0, "{source}: {err}");
        assert!(err.len() <= 4096 && !err.contains('\x1b'), "{err}");
        code
    };
    assert_eq!(code("x = 1"), 0);
    assert_eq!(code("x = (1"), 2);
    assert_eq!(code("x = y"), 2);
    assert_eq!(code("x = zeros(3) + zeros(4)"), 2);
    assert_eq!(code("assert false, \"no\""), 3);
    assert_eq!(code("x = persist(ones((100000, 100000, 1000)))"), 4);
    assert_eq!(code("fn f(n) = f(n + 1)\nf(1)"), 4);
    assert_eq!(code("x = load(\"there is no such file.npy\")"), 5);
    assert_eq!(outcome(&["run", "there is no such script.arr"]).0, 5);
    assert_eq!(outcome(&["frobnicate"]).0, 2);
    assert_eq!(outcome(&["run"]).0, 2);
    assert_eq!(outcome(&["--memory", "much", "-e", "1"]).0, 2);
}

#[test]
fn nothing_of_a_wrong_script_runs() {
    let directory = tempfile::tempdir().unwrap();
    let path = script(directory.path(), "print(1)\nprint(zeros(3) + zeros(4))\n");
    let (code, out, err) = outcome(&["run", &path]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("error[E0102]") && err.contains("script.arr:2:"), "{err}");
    let (checked, out, again) = outcome(&["check", &path]);
    assert_eq!((checked, out.as_str(), again), (2, "", err));
}

#[test]
fn a_failing_script_keeps_what_it_printed_before() {
    let directory = tempfile::tempdir().unwrap();
    let path = script(directory.path(), "print(1)\nassert false, \"stop\"\nprint(2)\n");
    let (code, out, err) = outcome(&["run", &path]);
    assert_eq!((code, out.as_str()), (3, "1\n"));
    assert!(err.contains("stop"), "{err}");
}

#[test]
fn params_come_from_the_command_line() {
    let directory = tempfile::tempdir().unwrap();
    let source = "param n = 3\nparam name = \"x\"\nparam f = 0.5\nprint(n, name, f)\n";
    let path = script(directory.path(), source);
    assert_eq!(outcome(&["run", &path]).1, "3 x 0.5\n");
    assert_eq!(outcome(&["run", &path, "n=5", "name=a=b c", "f=2"]).1, "5 a=b c 2.0\n");
    let (code, _, err) = outcome(&["run", &path, "m=5"]);
    assert!(code == 2 && err.contains("no param `m`"), "{err}");
    assert_eq!(outcome(&["run", &path, "n=many"]).0, 2);
    assert_eq!(outcome(&["run", &path, "n"]).0, 2);
}

#[test]
fn settings_do_not_change_results() {
    let directory = tempfile::tempdir().unwrap();
    let source = "x = random((70, 50), seed=1)\ny = x - sin(x).mean(axis=0)\n\
                  print(f\"{y.sum()!r} {(x @ x.T).sum()!r}\")\n";
    let path = script(directory.path(), source);
    let expected = outcome(&["run", &path]);
    assert_eq!((expected.0, expected.2.as_str()), (0, ""));
    for extra in
        [&["--threads", "1"][..], &["--threads", "3", "--chunk", "7"], &["--memory", "64MiB"]]
    {
        let mut args = vec!["run", &path];
        args.extend(extra);
        assert_eq!(outcome(&args), expected, "{extra:?}");
    }
    let elementwise = source.replace(" {(x @ x.T).sum()!r}", "");
    let path = script(directory.path(), &elementwise);
    assert_eq!(outcome(&["run", &path, "--interpret"]), outcome(&["run", &path]));
}

#[test]
fn statistics_go_to_the_standard_error() {
    let (code, out, err) = outcome(&["--stats", "-e", "arange(5).sum()"]);
    assert_eq!((code, out.as_str()), (0, "10\n"));
    assert!(err.contains("memory") && err.contains("1 task\n"), "{err}");
}

#[test]
fn statistics_set_what_was_planned_beside_what_was_measured() {
    let directory = tempfile::tempdir().unwrap();
    let [x, y] = ["x.npy", "y.npy"].map(|n| directory.path().join(n));
    let source = format!(
        "import stats\nx = load({x:?})\nfor i in range(3) {{\n    print(exp(x[i]).sum())\n}}\n\
         save({y:?}, x + x.T)\nprint(stats.cov(x[:2]).shape)\n"
    );
    let path = script(directory.path(), &source);
    let made = format!("save({x:?}, random((1000, 1000), seed=0))");
    assert_eq!(outcome(&["-e", &made]).0, 0);
    for (memory, in_parts) in [("1GiB", false), ("6MiB", true)] {
        let (code, _, err) = outcome(&["run", &path, "--stats=json", "--memory", memory]);
        assert_eq!(code, 0, "{err}");
        let stats: serde_json::Value = serde_json::from_str(&err).unwrap();
        let steps = stats["steps"].as_array().unwrap();
        let mut documented = vec![];
        let text = include_str!("../docs/stats.md");
        documented.extend(text.lines().filter_map(|l| l.strip_prefix("| `")?.split('`').next()));
        let mut fields = |object: &serde_json::Value| {
            for (name, _) in object.as_object().unwrap() {
                assert!(documented.contains(&name.as_str()), "{name} is not documented");
            }
        };
        fields(&stats);
        for step in steps {
            fields(step);
            fields(&step["predicted"]);
            fields(&step["actual"]);
            let (predicted, actual) = (&step["predicted"], &step["actual"]);
            assert!(actual["seconds"].as_f64().unwrap() >= 0.0);
            if step["plan"].as_u64() > Some(0) {
                assert!(actual["peak"].as_u64() > Some(0) && predicted["peak"].as_u64() > Some(0));
                assert!(step["chunks"].as_u64() > Some(0) && step["tasks"].as_u64() > Some(0));
            }
            assert_eq!(step["parts"].as_u64() > Some(0), in_parts && step["plan"] != 0, "{step}");
        }
        let lines = stats["lines"].as_array().unwrap();
        lines.iter().for_each(&mut fields);
        // The loop's line has its steps, what the library computes stands at its call.
        let places: Vec<_> = lines.iter().map(|l| l["line"].as_u64().unwrap()).collect();
        assert_eq!(places[..2], [4, 6], "{err}");
        assert_eq!(lines[0]["text"], "print(exp(x[i]).sum())");
        let looped = steps.iter().find(|s| s["line"] == 4 && s["operators"] == "exp").unwrap();
        assert_eq!(looped["title"], "sum over 1 dimension, block by block");
        // All of x is read for x + x.T: in memory once for everything, else by parts.
        let sum = |key: &str, line: u64| -> u64 {
            let of = steps.iter().filter(|s| s["line"] == line);
            of.map(|s| s["actual"][key].as_u64().unwrap()).sum()
        };
        assert!(sum("read", if in_parts { 6 } else { 4 }) >= 8_000_000, "{err}");
        assert!(sum("written", 6) >= 8_000_000, "{err}");
        let of_lines = |key: &str| lines.iter().map(|l| l[key].as_u64().unwrap()).sum::<u64>();
        let of_steps: u64 = steps.iter().map(|s| s["actual"]["written"].as_u64().unwrap()).sum();
        assert_eq!(of_lines("written"), of_steps);
    }
}

#[test]
fn explain_compares_limits_of_memory() {
    let directory = tempfile::tempdir().unwrap();
    let x = directory.path().join("x.npy");
    let made = format!("save({x:?}, random((1000, 1000), seed=0))");
    assert_eq!(outcome(&["-e", &made]).0, 0);
    let path = script(directory.path(), &format!("x = load({x:?})\nprint((x + x.T).sum())\n"));
    let (code, out, err) = outcome(&["explain", &path, "--memory", "1GiB,4MiB,64KiB"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.starts_with("plan 1, for "), "{out}");
    assert!(out.contains("script.arr:2: print((x + x.T).sum())\n  new arrays take"), "{out}");
    let at = out.lines().position(|l| l.split_whitespace().next() == Some("memory")).unwrap();
    let rows: Vec<&str> = out.lines().skip(at + 1).take(3).collect();
    for (row, how) in rows.iter().zip(["in memory", "in parts", "not"]) {
        assert!(row.contains(how), "{out}");
    }
}

#[test]
fn explain_says_what_is_computed_and_does_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let saved = directory.path().join("y.npy");
    let source = format!(
        "param n = 4000\nx = random((n, n), seed=0)\ny = x + x.T - x.mean(axis=0)\n\
         print(\"no\")\nsave({:?}, y)\n",
        saved.to_str().unwrap()
    );
    let path = script(directory.path(), &source);
    let (code, out, err) = outcome(&["explain", &path]);
    assert_eq!((code, err.as_str()), (0, ""));
    for part in ["float64[4000, 4000]", "transposed", "operators fused", "chunks of", "save "] {
        assert!(out.contains(part), "{part} missing in\n{out}");
    }
    assert!(!out.contains("no\n") && !saved.exists(), "{out}");
    assert!(outcome(&["explain", &path, "n=10"]).1.contains("float64[10, 10]"));
}

#[test]
fn every_stage_is_dumped() {
    let directory = tempfile::tempdir().unwrap();
    let path = script(directory.path(), "x = arange(1000) * 2.0\nprint(x.sum())\n");
    for (stage, part) in [
        ("ast", "print"),
        ("hir", "print"),
        ("graph", "multiply"),
        ("plan", "blockwise"),
        ("kernel", "multiply"),
        ("clif", ""),
        ("asm", ""),
    ] {
        let (code, out, err) = outcome(&["dump", "--stage", stage, &path]);
        assert_eq!((code, err.as_str()), (0, ""), "{stage}");
        assert!(out.len() > 10 && out.contains(part), "{stage}: {out}");
    }
    assert_eq!(outcome(&["dump", "--stage", "soup", &path]).0, 2);
}

#[test]
fn error_codes_are_explained() {
    let (code, out, err) = outcome(&["explain-error", "e0002"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.starts_with("E0002: bracket not closed"), "{out}");
    assert_eq!(outcome(&["explain-error", "E9999"]).0, 2);
}

#[test]
fn version_and_help() {
    let (code, out, _) = outcome(&["--version"]);
    assert_eq!((code, out), (0, format!("arr {}\n", env!("CARGO_PKG_VERSION"))));
    let (code, out, _) = outcome(&["--help"]);
    assert!(code == 0 && out.contains("explain-error") && !out.contains("--interpret"), "{out}");
}

fn piped(args: &[&str], input: &str) -> (i32, String, String) {
    let mut child = arr()
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    (output.status.code().unwrap(), text(&output.stdout).into(), text(&output.stderr).into())
}

#[test]
fn the_prompt_reads_from_a_pipe() {
    for args in [&["repl"][..], &[]] {
        assert_eq!(piped(args, "1+1"), (0, "2\n".into(), String::new()));
    }
    let input = "x = [1.0,\n  2.0]\nfn f(a) {\n    a + 1\n}\nf(x)\n_ * 2\n\nprint(3)\n";
    assert_eq!(piped(&["repl"], input), (0, "[2. 3.]\n[4. 6.]\n3\n".into(), String::new()));
    assert_eq!(piped(&["repl"], "1\nexit\n2\n").1, "1\n");
}

#[test]
fn an_error_at_the_prompt_keeps_the_session() {
    let (code, out, err) = piped(&["repl"], "x = 5\ny = x + zz\nx + 1\n");
    assert_eq!((code, out.as_str()), (2, "6\n"));
    assert!(err.contains("zz") && err.contains("<input 2>:1:9"), "{err}");
}

#[test]
fn a_script_from_the_standard_input() {
    assert_eq!(piped(&["run", "-"], "print(2 * 3)\n"), (0, "6\n".into(), String::new()));
    let mut child =
        arr().args(["run", "-"]).stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"x = 1\n\xff\xfe").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(5));
    assert!(text(&output.stderr).contains("line 2 is not UTF-8"), "{:?}", output.stderr);
}

#[test]
fn a_reader_that_goes_away_ends_the_program_quietly() {
    let mut child = arr()
        .args(["-e", "for i in range(100000000) { print(i) }"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    out.read_line(&mut line).unwrap();
    drop(out);
    assert_eq!(line, "0\n");
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""));
}

#[test]
fn a_full_device_is_an_error() {
    let Ok(full) = fs::OpenOptions::new().write(true).open("/dev/full") else { return };
    for args in [&["-e", "print(1)"][..], &["-e", "1"], &["explain-error", "E0002"], &["repl"]] {
        let mut command = arr();
        command
            .args(args)
            .stdout(full.try_clone().unwrap())
            .stdin(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let _ = child.stdin.take().unwrap().write_all(b"1+1\n");
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(5), "{args:?}");
        let err = text(&output.stderr);
        assert!(err.contains("cannot write the output: no space left"), "{args:?}: {err}");
    }
    // Messages that cannot be written are dropped.
    let status = arr().args(["-e", "x = y"]).stderr(full).stdout(Stdio::null()).status().unwrap();
    assert_eq!(status.code(), Some(2));
}

/// Sends SIGINT as soon as the child has printed a line; its exit code, and how long it took.
fn interrupted(code: &str) -> (Option<i32>, String, Duration) {
    let mut child = arr()
        .args(["-e", &format!("print(\"go\")\n{code}")])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The line is held back until more is written or the time is up; wait for neither.
    std::thread::sleep(Duration::from_millis(400));
    let started = Instant::now();
    let status = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(status.success());
    let code = child.wait().unwrap().code();
    let took = started.elapsed();
    let mut out = String::new();
    child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    (code, out, took)
}

#[test]
fn ctrl_c_stops_loops_and_computations_within_a_second() {
    for code in [
        "while true { }",
        "i = 0\nwhile true { i = i + 1 }",
        "x = random((40000, 40000), seed=0)\nprint(sin(x).sum())",
        "for i in range(1000000000) { x = arange(10).sum() }",
    ] {
        let (status, out, took) = interrupted(code);
        assert_eq!((status, out.as_str()), (Some(130), "go\n"), "{code}");
        assert!(took < Duration::from_millis(1500), "{code}: {took:?}");
    }
}

#[test]
fn an_interrupted_save_leaves_the_old_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.npy");
    let name = format!("{:?}", path.to_str().unwrap());
    assert_eq!(outcome(&["-e", &format!("save({name}, arange(5))")]).0, 0);
    let before = fs::read(&path).unwrap();
    let code = format!("while true {{ x = zeros((3000, 3000)); save({name}, x) }}");
    let (status, _, _) =
        interrupted(&format!("y = load({name})\n{}", code.replace("x.npy", "z.npy")));
    assert_eq!(status, Some(130));
    assert_eq!(fs::read(&path).unwrap(), before);
    // A file left by a process that was ended is removed by the next save.
    let again = format!("save({}, arange(3))", name.replace("x.npy", "z.npy"));
    assert_eq!(outcome(&["-e", &again]).0, 0);
    let names: Vec<_> =
        fs::read_dir(directory.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
}

/// Runs a long computation with a terminal as its standard error and interrupts it: at the latest
/// after some seconds, sooner if `seen` says so of what was written; the exit code, and all that
/// was written there.
fn interrupted_on_a_terminal(
    args: &[&str],
    seconds: u64,
    seen: impl Fn(&str) -> bool,
) -> (Option<i32>, String) {
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let name = ptsname(&master, vec![]).unwrap();
    let terminal = fs::OpenOptions::new().read(true).write(true).open(name.to_str().unwrap());
    let mut child = arr()
        .args(args)
        .args(["-e", "x = random((40000, 40000), seed=0)\nprint(sin(x).sum())"])
        .env("TERM", "xterm")
        .stdout(Stdio::piped())
        .stderr(terminal.unwrap())
        .spawn()
        .unwrap();
    let (text, read) = std::sync::mpsc::channel();
    let mut master = fs::File::from(master);
    std::thread::spawn(move || {
        let mut piece = [0; 4096];
        // Reading fails when nobody has the other end any more.
        while let Ok(n @ 1..) = master.read(&mut piece) {
            text.send(String::from_utf8_lossy(&piece[..n]).into_owned()).unwrap();
        }
    });
    let mut all = String::new();
    let end = Instant::now() + Duration::from_secs(seconds);
    while !seen(&all) && Instant::now() < end {
        all.extend(read.recv_timeout(Duration::from_millis(50)));
    }
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let code = child.wait().unwrap().code();
    all.extend(read.iter());
    (code, all)
}

#[test]
fn a_long_evaluation_has_a_line_on_a_terminal_that_goes_before_an_error() {
    let drawn = |text: &str| text.matches(" left ").count() > 2;
    let (code, text) = interrupted_on_a_terminal(&[], 60, drawn);
    assert_eq!(code, Some(130));
    assert!(drawn(&text), "{text:?}");
    let (line, error) = text.rsplit_once("\r\x1b[2K").expect("the line is cleared");
    assert!(line.starts_with('[') && line.contains("memory"), "{text:?}");
    assert!(error.contains("interrupted") && !error.contains(" left "), "{text:?}");
    assert!(!line.contains('\n'), "{text:?}");
}

#[test]
fn a_quiet_evaluation_has_no_line() {
    let (code, text) = interrupted_on_a_terminal(&["--quiet"], 3, |_| false);
    assert_eq!(code, Some(130));
    assert!(text.contains("interrupted") && !text.contains(" left "), "{text:?}");
}

#[test]
fn what_a_process_wrote_is_removed_however_it_is_interrupted() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.zarr");
    let code = format!(
        "x = random((4000, 4000), seed=0)\nsave({:?}, x, chunks=(10, 10))",
        path.to_str().unwrap()
    );
    let args = ["--memory", "64MiB", "--spill-dir", directory.path().to_str().unwrap()];
    let entries = || fs::read_dir(directory.path()).unwrap().count();
    for times in [1, 2] {
        let mut child =
            arr().args(args).args(["-e", &code]).stderr(Stdio::piped()).spawn().unwrap();
        while entries() == 0 {
            if let Some(status) = child.try_wait().unwrap() {
                let mut told = String::new();
                child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
                panic!("ended before it was interrupted: {status}\n{told}");
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        for _ in 0..times {
            Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
        }
        assert_eq!(child.wait().unwrap().code(), Some(130));
        assert_eq!(entries(), 0, "interrupted {times} times");
    }
}

#[test]
fn tables_are_read_and_written_as_they_are_asked_for() {
    let directory = tempfile::tempdir().unwrap();
    let run = |code: &str| {
        let run = arr().current_dir(directory.path()).args(["-e", code]).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        (run.status.code().unwrap(), text(&run.stdout), text(&run.stderr))
    };
    let shown = |code: &str| {
        let (exit, out, err) = run(code);
        assert_eq!((exit, err.as_str()), (0, ""), "{code}");
        out
    };
    let text = "station 7\nday;temp;rain\n1;-99;2.5\n2;20;3\n";
    fs::write(directory.path().join("a.csv"), text).unwrap();
    let load = "load(\"a.csv\", delimiter=\";\", skip=1";
    assert_eq!(shown(&format!("print({load}).shape)")), "(2, 3)\n");
    assert_eq!(shown(&format!("print({load}, columns=\"rain\"))")), "[2.5 3. ]\n");
    let both = format!("print({load}, columns=(\"rain\", 0), header=true))");
    assert_eq!(shown(&both), "[[2.5 1. ]\n [3.  2. ]]\n");
    assert_eq!(shown(&format!("print({load}, columns=[1], missing=[-99]))")), "[[nan]\n [20.]]\n");
    // What is saved is loaded again.
    let code = "x = arange(3)\nsave(\"b.csv\", x)\ny = load(\"b.csv\")\nprint(y, y.dtype, x.sum())";
    assert_eq!(shown(code), "[0. 1. 2.] float64 3\n");
    shown("save(\"b.csv\", [[1, 2], [3, 4]], delimiter=\";\", header=[\"a\", \"b c\"])");
    let written = fs::read_to_string(directory.path().join("b.csv")).unwrap();
    assert_eq!(written, "a;\"b c\"\n1;2\n3;4\n");
    assert_eq!(shown("print(load(\"b.csv\", columns=\"b c\"))"), "[2. 4.]\n");
    // In parts too, and what was saved is used on.
    let large =
        "x = arange(400000)\nsave(\"c.csv\", x * 2)\nprint((x * 2).sum(), load(\"c.csv\").sum())";
    let args = ["--memory", "2MiB", "-e", large];
    let run_large = arr().current_dir(directory.path()).args(args).output().unwrap();
    let said = String::from_utf8_lossy(&run_large.stdout).into_owned();
    assert_eq!(said, "159999600000 159999600000.0\n", "{run_large:?}");
    // Mistakes are told before anything runs.
    let wrong = |code: &str, exit: i32, says: &str| {
        let (code, out, err) = run(&format!("print(1)\n{code}"));
        assert_eq!((code, out.as_str()), (exit, ""), "{err}");
        assert!(err.contains(says), "{err}");
    };
    wrong("load(\"a.csv\", delimeter=\";\")", 2, "did you mean `delimiter`?");
    wrong("load(\"a.csv\", skiprows=1)", 2, "did you mean `skip`?");
    wrong("load(\"a.csv\", usecols=1)", 2, "did you mean `columns`?");
    wrong("load(\"a.csv\", delimiter=\"ab\")", 2, "give one character");
    wrong("load(\"a.csv\", header=2)", 2, "true or false");
    wrong("load(\"a.csv\", skip=-1)", 2, "a number of lines");
    wrong("load(\"a.csv\", columns=1.5)", 2, "their numbers from 0");
    wrong("load(\"a.csv\", skip=1, delimiter=\";\", columns=7)", 5, "no column 7");
    wrong("load(\"b.csv\", columns=\"c\")", 5, "it has no column `c`, but `a`, `b c`");
    wrong("save(\"d.csv\", ones((2, 2)), header=(\"a\",))", 2, "has 1 name, the array 2 columns");
    wrong("save(\"d.npy\", ones(2), delimiter=\",\")", 5, "a .npy file has no delimiter");
    wrong("save(\"d.npz\", ones(2), compression=\"zstd\")", 5, "\"gzip\" only");
    wrong("save(\"d.npy\", ones(2), compression=\"gzip\")", 5, "is never compressed");
    assert!(!directory.path().join("d.npy").exists());
}

#[test]
fn archives_are_deflated_where_that_is_asked_for() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.npz");
    let save = |more: &str| {
        let code = format!("save({path:?}, zeros((500, 500)){more})\nprint(load({path:?}).sum())");
        assert_eq!(outcome(&["-e", &code]), (0, "0.0\n".into(), String::new()));
        fs::metadata(&path).unwrap().len()
    };
    assert!(save("") > 2_000_000);
    assert!(save(", compression=\"gzip:9\"") < 20_000);
}

#[test]
fn a_lazily_loaded_file_keeps_its_content() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("p.npy");
    let source = format!(
        "p = {:?}\nsave(p, arange(4.0))\nw = load(p)\nsave(p, w + 10)\nprint(w)\nprint(load(p))\n",
        path.to_str().unwrap()
    );
    let (code, out, err) = outcome(&["-e", &source]);
    assert_eq!((code, out.as_str(), err.as_str()), (0, "[0. 1. 2. 3.]\n[10. 11. 12. 13.]\n", ""));
}

#[test]
fn names_of_files_are_escaped() {
    let (code, _, err) = outcome(&["run", "no\x1b[31m\nsuch.arr"]);
    assert_eq!(code, 5);
    assert!(!err.contains('\x1b') && err.trim_end().lines().count() == 1, "{err:?}");
}

#[test]
fn colours_follow_the_environment() {
    let colored = |name: &str, value: &str| {
        let output = arr().args(["-e", "x = y"]).env(name, value).output().unwrap();
        output.stderr.contains(&0x1b)
    };
    assert!(!colored("TERM", "xterm"));
    assert!(colored("CLICOLOR_FORCE", "1"));
    assert!(!colored("CLICOLOR_FORCE", "0"));
    let both = arr().args(["-e", "x = y"]).env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1").output();
    assert!(!both.unwrap().stderr.contains(&0x1b));
}

#[test]
fn starting_up_is_quick() {
    let fastest = (0..5).map(|_| {
        let started = Instant::now();
        assert_eq!(run(&["-e", "print(1+1)"]).stdout, b"2\n");
        started.elapsed()
    });
    assert!(fastest.min().unwrap() < Duration::from_millis(100));
}

const TIMED: &str = "param n = 300\nx = persist(random((n, n), seed=0))\nprint(\"not shown\")\n\
    t = timeit(fn() = x + x.T, repeat=3)\nfor i in range(2) {\n    s = timeit(fn() {\n        \
    \"two\\\"words\"\n        sort(x, axis=1)\n    })\n}\nassert s.min <= s.max\n";

#[test]
fn bench_shows_every_timeit_of_scripts() {
    let directory = tempfile::tempdir().unwrap();
    let path = script(directory.path(), TIMED);
    let (code, out, err) = outcome(&["bench", &path]);
    assert!(code == 0 && err.is_empty(), "{err}");
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines.len(), 6, "{out}");
    for word in ["copy ", "triad ", "GB/s"] {
        assert!(lines[0].contains(word), "{out}");
    }
    let columns = ["min", "median", "max", "moved", "GB/s", "Gop/s", "limit", "what"];
    assert_eq!(lines[2].split_whitespace().collect::<Vec<_>>(), columns);
    assert!(lines[3].ends_with("script.arr:4 x + x.T"), "{out}");
    // 90,000 elements of 8 bytes, read as they lie and transposed, written once.
    assert!(lines[3].contains(" 2.16 MB ") && lines[3].contains("% "), "{out}");
    assert!(lines[4].contains("script.arr:6 { \"two\\\"words\" sort(x, axis=1) }"), "{out}");
}

#[test]
fn bench_writes_json() {
    let directory = tempfile::tempdir().unwrap();
    let path = script(directory.path(), TIMED);
    let (code, out, err) = outcome(&["bench", &path, "n=200", "--repeat", "2", "--json"]);
    assert!(code == 0 && err.is_empty(), "{err}");
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    for rate in ["copy", "triad", "read"] {
        assert!(json[rate].as_f64().unwrap() > 0.0, "{out}");
    }
    let timings = json["timings"].as_array().unwrap();
    assert_eq!(timings.len(), 3);
    for (timing, line) in timings.iter().zip([4, 6, 6]) {
        assert_eq!((&timing["line"], &timing["runs"]), (&line.into(), &2.into()));
        let [min, median, max] = ["min", "median", "max"].map(|n| timing[n].as_f64().unwrap());
        assert!(min > 0.0 && min <= median && median <= max, "{out}");
        assert!(timing["share"].as_f64().unwrap() > 0.0, "{out}");
    }
    assert_eq!(timings[0]["bytes_read"], 2 * 200 * 200 * 8);
    assert_eq!(timings[0]["bytes_written"], 200 * 200 * 8);
    assert_eq!(timings[0]["operations"], 200 * 200);
    assert!(timings[1]["operations"].is_null());
    assert_eq!(timings[1]["text"], "{ \"two\\\"words\" sort(x, axis=1) }");
}

#[test]
fn a_selection_is_made_where_it_is_timed() {
    let directory = tempfile::tempdir().unwrap();
    let path = script(directory.path(), "x = persist(ones(1000))\ntimeit(fn() = x[x > 0.5])\n");
    let (code, out, err) = outcome(&["bench", &path, "--json"]);
    assert!(code == 0 && err.is_empty(), "{err}");
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert!(json["timings"][0]["bytes_written"].as_u64() >= Some(8000), "{out}");
}

#[test]
fn bench_says_what_is_missing() {
    let directory = tempfile::tempdir().unwrap();
    let none = script(directory.path(), "fn f() = timeit(fn() = 1)\nx = 1\n");
    let (code, out, err) = outcome(&["bench", &none]);
    assert!(code == 2 && out.is_empty() && err.contains("no timeit(...) ran in"), "{out}{err}");
    assert!(err.contains("write timeit(fn() = EXPRESSION)"), "{err}");
    let (code, out, err) = outcome(&["bench", "there is no such script.arr"]);
    assert!(code == 5 && out.is_empty() && err.starts_with("error[E0220]"), "{err}");
    let (code, _, err) = outcome(&["bench", "n=1"]);
    assert!(code == 2 && err.contains("no script is named"), "{err}");
    assert_eq!(outcome(&["bench", &none, "--repeat", "0"]).0, 2);
    let wrong = script(directory.path(), "timeit(fn() = zeros(2) + zeros(3))\n");
    let (code, out, err) = outcome(&["bench", &wrong]);
    assert!(code == 2 && out.is_empty() && err.contains("error[E0102]"), "{err}");
}

#[cfg(not(feature = "remote"))]
#[test]
fn addresses_are_refused_with_the_way_to_reach_them() {
    for code in [
        "load(\"s3://bucket/x.zarr\")",
        "save(\"gs://bucket/x.npy\", arange(3))",
        "print(info(\"https://host/x.npy\"))",
    ] {
        let (status, _, messages) = outcome(&["-e", code]);
        assert_eq!(status, 5, "{messages}");
        assert!(messages.contains("--features remote"), "{messages}");
    }
    let (status, _, messages) = outcome(&["-e", "load(\"hdfs://host/x.npy\")"]);
    assert!(status == 5 && messages.contains("`hdfs://` is not supported"), "{messages}");
}
