//! Arrays on object stores, over a server on this machine: what comes back is what local files
//! give, whatever the server does wrong on the way, or there is an error.

#[path = "common/store.rs"]
mod store;

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use store::{Fault, Server};

fn arr(server: &Server) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_arr"));
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        let lower = name.to_lowercase();
        if name.starts_with("AWS_") || lower.ends_with("_proxy") {
            command.env_remove(name);
        }
    }
    command
        .env("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{}", server.port))
        .env("AWS_ALLOW_HTTP", "true")
        .env("AWS_ACCESS_KEY_ID", "key")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .env("AWS_REGION", "us-east-1")
        .env("ARR_HISTORY", "")
        .stdin(Stdio::null());
    command
}

/// Exit code, output, messages.
fn run(server: &Server, code: &str) -> (i32, String, String) {
    let output = arr(server).args(["-e", code]).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// The output of a program that must succeed.
fn said(server: &Server, code: &str) -> String {
    let (status, output, messages) = run(server, code);
    assert_eq!((status, messages.as_str()), (0, ""), "{code}\n{output}");
    output
}

/// Puts a file or a directory with everything below into a bucket.
fn upload(server: &Server, path: &Path, name: &str) {
    if !path.is_dir() {
        return server.put(name, &fs::read(path).unwrap());
    }
    for entry in fs::read_dir(path).unwrap() {
        let entry = entry.unwrap();
        let below = format!("{name}/{}", entry.file_name().to_str().unwrap());
        upload(server, &entry.path(), &below);
    }
}

/// The error of a program that must fail on input or output.
fn refused(server: &Server, code: &str) -> String {
    let (status, output, messages) = run(server, code);
    assert_eq!((status, output.as_str()), (5, ""), "{code}\n{messages}");
    assert!(messages.starts_with("error[E0220]: "), "{messages}");
    messages
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("storage/tests/files")
}

/// An array of a file: its name is empty if it has none.
type Case = (String, String);

/// A program that copies arrays from a root to `.npy` files of a directory.
fn copies(root: &str, cases: &[Case], to: &Path) -> String {
    let mut code = String::new();
    for (i, (file, name)) in cases.iter().enumerate() {
        let name = if name.is_empty() { "none".into() } else { format!("\"{name}\"") };
        let to = to.join(format!("{i}.npy"));
        code += &format!("save(\"{}\", load(\"{root}/{file}\", name={name}))\n", to.display());
    }
    code
}

#[test]
fn arrays_are_read_as_local_ones() {
    let server = Server::start();
    let mut cases: Vec<Case> = vec![];
    for line in fs::read_to_string(fixtures().join("cases.txt")).unwrap().lines() {
        let mut fields = line.split('|').map(str::to_string);
        let (file, name, twin) = (fields.next(), fields.next(), fields.next());
        let file = file.unwrap();
        if !file.contains(['*', '?']) {
            cases.push((file, name.unwrap()));
        }
        cases.push((twin.unwrap(), String::new()));
    }
    assert!(cases.len() > 100);
    for (file, _) in &cases {
        upload(&server, &fixtures().join(file), &format!("b/deep/{file}"));
    }
    let directory = tempfile::tempdir().unwrap();
    let local = fixtures().display().to_string();
    let http = format!("http://127.0.0.1:{}/b/deep", server.port);
    for (i, root) in [local, "s3://b/deep".into(), http].iter().enumerate() {
        let to = directory.path().join(i.to_string());
        fs::create_dir(&to).unwrap();
        said(&server, &copies(root, &cases, &to));
    }
    for (i, (file, _)) in cases.iter().enumerate() {
        let read = |k: usize| fs::read(directory.path().join(format!("{k}/{i}.npy"))).unwrap();
        assert!(read(0) == read(1) && read(0) == read(2), "{file}");
    }
}

#[test]
fn what_is_written_is_read_again() {
    let server = Server::start();
    let code = "
        x = arange(7 * 9).reshape(7, 9) * 1.5
        save(\"s3://b/a.zarr\", x, chunks=(3, 4), compression=\"zstd\")
        save(\"s3://b/a.npy\", x)
        save(\"s3://b/g.zarr\", x + 1, name=\"deep/one\")
        save(\"s3://b/g.zarr\", x > 9, name=\"two\")
        save(\"s3://b/z.zarr\", x + 2j)
    ";
    said(&server, code);
    let code = "
        x = arange(7 * 9).reshape(7, 9) * 1.5
        print(all(load(\"s3://b/a.zarr\") == x), all(load(\"s3://b/a.npy\") == x))
        print(all(load(\"s3://b/g.zarr\", name=\"deep/one\") == x + 1))
        print(all(load(\"s3://b/g.zarr\", name=\"two\") == (x > 9)))
        print(all(load(\"s3://b/z.zarr\") == x + 2j))
    ";
    assert_eq!(said(&server, code), "True True\nTrue\nTrue\nTrue\n");
    let chunks = server.names().iter().filter(|n| n.starts_with("b/a.zarr/c/")).count();
    assert_eq!(chunks, 9);
    // The metadata came after every chunk.
    let versions = |text: &str| -> Vec<u64> {
        let state = server.state();
        state.objects.iter().filter(|(n, _)| n.contains(text)).map(|(_, o)| o.version).collect()
    };
    assert!(versions("a.zarr/c/").iter().max() < versions("a.zarr/zarr.json").iter().min());
    let info = arr(&server).args(["info", "s3://b/g.zarr"]).output().unwrap();
    let info = String::from_utf8(info.stdout).unwrap();
    assert!(info.contains("deep/one: float64[7, 9]") && info.contains("two: bool[7, 9]"), "{info}");
    assert_eq!(
        said(&server, "print(info(\"s3://b/a.npy\"))"),
        "s3://b/a.npy: NumPy file\n  float64[7, 9]\n"
    );

    // A smaller array in the place of a larger one leaves nothing of it.
    let code = "
        x = load(\"s3://b/a.zarr\")
        save(\"s3://b/a.zarr\", x[:3, :4] + 1, chunks=(3, 4))
        print(load(\"s3://b/a.zarr\"))
        print(x.sum())
    ";
    let output = said(&server, code);
    let expected = "arange(7 * 9).reshape(7, 9) * 1.5";
    let expected = said(&server, &format!("x = {expected}\nprint(x[:3, :4] + 1)\nprint(x.sum())"));
    assert_eq!(output, expected);
    let left: Vec<String> = server.names().into_iter().filter(|n| n.contains("a.zarr")).collect();
    assert_eq!(left, ["b/a.zarr/c/0/0", "b/a.zarr/zarr.json"]);
}

#[test]
fn large_arrays_are_written_and_read_in_parts() {
    let server = Server::start();
    let code = "
        x = arange(5_000_000)
        save(\"s3://b/x.npy\", x)
        y = load(\"s3://b/x.npy\")
        print(y.sum() == x.sum(), y[4_999_999], y[3_000_000:3_000_003])
        save(\"s3://b/y.zarr\", y.reshape(2500, 2000).T, chunks=(500, 500))
        z = load(\"s3://b/y.zarr\")
        save(\"s3://b/z.npy\", z.T)
        print(all(load(\"s3://b/z.npy\").reshape(5_000_000) == x))
    ";
    let limited = arr(&server).args(["--memory", "40MiB", "-e", code]).output().unwrap();
    let messages = String::from_utf8(limited.stderr).unwrap();
    let output = String::from_utf8(limited.stdout).unwrap();
    assert_eq!(
        (messages.as_str(), output.as_str()),
        ("", "True 4999999 [3000000 3000001 3000002]\nTrue\n")
    );
    let log = server.log();
    assert!(log.len() < 600, "{} requests", log.len());
    let parts = log.iter().filter(|l| l.starts_with("PUT /b/x.npy")).count();
    assert_eq!(parts, 5, "parts of eight megabytes");
    let (x, z) = (server.get("b/x.npy").unwrap(), server.get("b/z.npy").unwrap());
    assert!(x[128..] == z[128..]);
}

#[test]
fn only_what_is_needed_is_read() {
    let server = Server::start();
    let code = "x = arange(4_000_000).reshape(2000, 2000)
        save(\"s3://b/x.zarr\", x, chunks=(500, 500), compression=\"zstd\")
        save(\"s3://b/x.npy\", x)";
    said(&server, code);
    server.log();
    let limited = |code: &str| {
        let output = arr(&server).args(["--memory", "16MiB", "-e", code]).output().unwrap();
        assert_eq!(output.stderr, b"", "{}", String::from_utf8_lossy(&output.stderr));
        let requests = server.log();
        (String::from_utf8(output.stdout).unwrap(), requests)
    };
    let (output, requests) = limited("load(\"s3://b/x.zarr\").shape");
    assert_eq!(output, "(2000, 2000)\n");
    assert!(requests.iter().all(|r| r.ends_with("zarr.json")), "{requests:?}");
    // More than fits into memory.
    let (output, requests) = limited("load(\"s3://b/x.zarr\")[600:900, 1200:1400].sum()");
    assert_eq!(output, "90017970000\n");
    let chunks: Vec<&String> = requests.iter().filter(|r| r.contains("/c/")).collect();
    assert!(chunks.iter().all(|r| *r == "GET /b/x.zarr/c/1/2"), "{chunks:?}");
    let (output, requests) = limited("load(\"s3://b/x.npy\")[10:20].sum()");
    assert_eq!(output, "599990000\n");
    // Its beginning, once for the check and once for the run; thirty megabytes are there.
    let ranges: Vec<&str> =
        requests.iter().filter_map(|r| r.strip_prefix("GET /b/x.npy ")).collect();
    let bytes = |range: &str| {
        let (from, to) = range.split_once('-').unwrap();
        to.parse::<usize>().unwrap() - from.parse::<usize>().unwrap() + 1
    };
    let bytes: usize = ranges.iter().map(|r| bytes(r)).sum();
    assert!((1..2 << 20).contains(&bytes), "{requests:?}");
}

#[test]
fn what_fails_for_a_while_is_asked_for_again() {
    let server = Server::start();
    said(
        &server,
        "x = arange(40_000).reshape(200, 200)
        save(\"s3://b/x.zarr\", x, chunks=(100, 200))
        save(\"s3://b/x.npy\", x)",
    );
    for path in ["x.zarr", "x.npy"] {
        let code = format!("load(\"s3://b/{path}\").sum()");
        let faults = [
            ("zarr.json", Fault::Status(503)),
            ("GET /b/x.zarr/c/1/0", Fault::Status(500)),
            ("GET /b/x.zarr/c/0/0", Fault::Cut(1000)),
            ("HEAD /b/x.npy", Fault::Status(500)),
            ("GET /b/x.npy", Fault::Cut(10)),
            ("GET /b/x.npy", Fault::Status(429)),
        ];
        for (text, fault) in faults {
            server.plan(text, 2, fault);
        }
        assert_eq!(said(&server, &code), "799980000\n");
    }
    // Fewer bytes than the range.
    server.plan("GET /b/x.npy", 1, Fault::Short(100));
    assert_eq!(said(&server, "load(\"s3://b/x.npy\").sum()"), "799980000\n");
    // Later than the client waits.
    server.plan("GET /b/x.zarr/c/1/0", 1, Fault::Slow(Duration::from_secs(5)));
    let mut patient = arr(&server);
    patient.env("AWS_TIMEOUT", "1 second").args(["-e", "load(\"s3://b/x.zarr\").sum()"]);
    let start = Instant::now();
    assert_eq!(patient.output().unwrap().stdout, b"799980000\n");
    assert!(start.elapsed() < Duration::from_secs(5));
    // Writing.
    server.plan("PUT /b/y", 3, Fault::Status(503));
    server.plan("POST /b/y", 1, Fault::Status(500));
    let code = "save(\"s3://b/y.zarr\", arange(6)); save(\"s3://b/y.npy\", load(\"s3://b/y.zarr\"))
        load(\"s3://b/y.npy\")";
    assert_eq!(said(&server, code), "[0 1 2 3 4 5]\n");
}

#[test]
fn what_stays_wrong_is_an_error() {
    let server = Server::start();
    let make = || {
        said(
            &server,
            "x = arange(40_000).reshape(200, 200)
            save(\"s3://b/x.zarr\", x, chunks=(100, 200))
            save(\"s3://b/packed.zarr\", x, chunks=(100, 200), compression=\"zstd\")
            save(\"s3://b/x.npy\", x)",
        );
    };
    let cases = [
        (
            "x.zarr",
            "GET /b/x.zarr/c/1/0",
            Fault::Status(500),
            "its chunk `c/1/0`: the server answered 500",
        ),
        (
            "x.zarr",
            "GET /b/x.zarr/c/1/0",
            Fault::Status(403),
            "its chunk `c/1/0`: the server answered 403",
        ),
        ("x.zarr", "GET /b/x.zarr/c/1/0", Fault::Short(8), "its chunk `c/1/0` is damaged"),
        ("x.zarr", "GET /b/x.zarr/c/1/0", Fault::Cut(8), "its chunk `c/1/0`: "),
        (
            "packed.zarr",
            "GET /b/packed.zarr/c/0/0",
            Fault::Short(8),
            "its chunk `c/0/0` is damaged",
        ),
        (
            "packed.zarr",
            "GET /b/packed.zarr/c/0/0",
            Fault::Flipped(60),
            "its chunk `c/0/0` is damaged",
        ),
        ("x.zarr", "zarr.json", Fault::Flipped(0), "zarr.json"),
        ("x.zarr", "zarr.json", Fault::Status(404), "holds no Zarr metadata"),
        ("x.npy", "GET /b/x.npy", Fault::Short(8), "bytes instead of"),
        ("x.npy", "GET /b/x.npy", Fault::Flipped(0), "it is not a .npy file"),
        ("x.npy", "HEAD /b/x.npy", Fault::Status(404), "no such object"),
        ("x.npy", "GET /b/x.npy", Fault::Status(416), "the server answered 416"),
    ];
    make();
    for (path, text, fault, expected) in cases {
        let start = Instant::now();
        server.plan(text, usize::MAX, fault.clone());
        let error = refused(&server, &format!("load(\"s3://b/{path}\").sum()"));
        let named = format!("`s3://b/{path}`");
        assert!(error.contains(&named) && error.contains(expected), "{fault:?}: {error}");
        assert!(start.elapsed() < Duration::from_secs(30), "{fault:?}");
        server.forgive();
    }
}

#[test]
fn a_writer_that_fails_leaves_the_old_or_nothing() {
    let server = Server::start();
    let zarr = |add: i64| {
        let x = format!("arange(40_000).reshape(200, 200) + {add}");
        format!("save(\"s3://b/x.zarr\", {x}, chunks=(50, 200))")
    };
    let npy = |add: i64| format!("save(\"s3://b/x.npy\", arange(2_000_000) + {add})");
    let failing = |text: &str, code: &str| {
        server.plan(text, usize::MAX, Fault::Status(403));
        let error = refused(&server, code);
        assert!(error.contains("cannot write `s3://b/x."), "{error}");
        assert!(error.contains("the server answered 403"), "{error}");
        server.forgive();
    };
    // Nothing was there.
    for (text, code) in [
        ("PUT /b/x.zarr/c/2/0", zarr(1)),
        ("PUT /b/x.zarr/zarr.json", zarr(1)),
        ("PUT /b/x.npy", npy(1)),
        ("POST /b/x.npy", npy(1)),
    ] {
        failing(text, &code);
        assert_eq!(server.names(), [""; 0], "{text}");
    }
    // What a writer that was killed has left is not taken for chunks of the next.
    server.put("b/x.zarr/c/7/0", b"left");
    let [zarr_sum, npy_sum] = ["zarr", "npy"].map(|f| format!("load(\"s3://b/x.{f}\").sum()"));
    said(&server, &format!("{}; {}", zarr(1), npy(1)));
    let names = server.names();
    assert!(!names.contains(&"b/x.zarr/c/7/0".to_string()));
    let old = said(&server, &format!("print({zarr_sum}, {npy_sum})"));
    assert_eq!(old, "800020000 2000001000000\n");
    // The old array stays.
    for (text, code) in [("arr-tmp/c/2/0", zarr(2)), ("PUT /b/x.npy", npy(2))] {
        failing(text, &code);
        assert_eq!(said(&server, &format!("print({zarr_sum}, {npy_sum})")), old);
        assert_eq!(server.names(), names, "{text}");
    }
    // Between the old and the new there is none.
    failing("PUT /b/x.zarr/c/2/0", &zarr(2));
    assert!(refused(&server, &zarr_sum).contains("it holds no Zarr metadata"));
    said(&server, &zarr(2));
    assert_eq!(server.names(), names);
    assert_eq!(said(&server, &zarr_sum), "800060000\n");
    // Foreign objects are in the way.
    server.put("b/other.zarr/readme.txt", b"mine");
    let error = refused(&server, "save(\"s3://b/other.zarr\", arange(3))");
    assert!(error.contains("holds no Zarr store"), "{error}");
    assert_eq!(server.get("b/other.zarr/readme.txt").unwrap(), b"mine");
}

#[test]
fn an_array_that_changes_while_it_is_read_is_an_error() {
    let server = Server::start();
    said(
        &server,
        "x = arange(40_000).reshape(200, 200)
        save(\"s3://b/x.zarr\", x, chunks=(100, 200)); save(\"s3://b/x.npy\", x)",
    );
    for (file, slow, changed) in [
        ("x.zarr", "GET /b/x.zarr/c/1/0", "b/x.zarr/zarr.json"),
        ("x.npy", "GET /b/x.npy", "b/x.npy"),
    ] {
        server.plan(slow, 1, Fault::Slow(Duration::from_millis(1500)));
        let code = format!("load(\"s3://b/{file}\").sum()");
        std::thread::scope(|scope| {
            let running = scope.spawn(|| refused(&server, &code));
            while !server.state().log.iter().any(|l| l.starts_with(slow)) {
                std::thread::sleep(Duration::from_millis(20));
            }
            let same = server.get(changed).unwrap();
            server.put(changed, &same);
            let error = running.join().unwrap();
            assert!(error.contains("changed after it was opened"), "{error}");
        });
    }
}

#[test]
fn files_of_other_formats_are_copied_within_the_limit() {
    let server = Server::start();
    let spill = tempfile::tempdir().unwrap();
    let rows: String = (0..20_000).map(|i| format!("{i},{}\n", 2 * i)).collect();
    server.put("b/t.csv", rows.as_bytes());
    server.put("b/bad.nc", b"CDF\x01 and no more");
    let limited = |disk: &str, code: &str| {
        let mut command = arr(&server);
        command.arg("--spill-dir").arg(spill.path()).args(["--disk", disk, "-e", code]);
        let output = command.output().unwrap();
        let left = fs::read_dir(spill.path()).unwrap().count();
        assert_eq!(left, 0, "files left in the directory for spilled arrays");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (text(output.stdout), text(output.stderr))
    };
    let (output, messages) = limited("1MiB", "load(\"s3://b/t.csv\").sum(axis=0)");
    assert_eq!((output.as_str(), messages.as_str()), ("[1.9999e+08 3.9998e+08]\n", ""));
    let fetched = server.log().iter().filter(|l| l.starts_with("GET /b/t.csv")).count();
    assert_eq!(fetched, 1, "once for the check and the run");
    let (_, messages) = limited("100KiB", "load(\"s3://b/t.csv\").sum(axis=0)");
    assert!(messages.contains("the limit of 102400 bytes"), "{messages}");
    let (_, messages) = limited("1MiB", "load(\"s3://b/bad.nc\", name=\"x\")");
    assert!(messages.contains("cannot read `s3://b/bad.nc`"), "{messages}");
    let error = refused(&server, "save(\"s3://b/x.csv\", eye(3))");
    assert!(error.contains("text files are not written to object stores"), "{error}");
}

#[test]
fn addresses_that_lead_nowhere_are_errors() {
    let server = Server::start();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let nobody = format!("load(\"http://127.0.0.1:{port}/x.npy\")");
    let group = format!("load(\"http://127.0.0.1:{}/b/g.zarr\")", server.port);
    said(&server, "save(\"s3://b/g.zarr\", arange(3), name=\"x\")");
    for (code, expected) in [
        ("load(\"s3://b/none.npy\")", "cannot read `s3://b/none.npy`: no such object"),
        ("load(\"s3://b/none.zarr\")", "it holds no Zarr metadata"),
        ("load(\"s3://b/none\")", "it holds no Zarr metadata"),
        ("load(\"s3://\")", "it names no bucket"),
        ("save(\"s3://b\", arange(3))", "the address names no object"),
        ("load(\"hdfs://host/x.npy\")", "`hdfs://` is not supported"),
        ("save(\"https://host/x.npy\", arange(3))", "nothing is written over HTTP"),
        ("load(\"s3://b/g.zarr\")", "name one of its arrays, as `x`"),
        (&group, "cannot be listed over HTTP"),
        (&nobody, "connection refused, tried"),
    ] {
        let error = refused(&server, code);
        assert!(error.to_lowercase().contains(&expected.to_lowercase()), "{error}");
    }
}

#[test]
fn waiting_for_a_server_can_be_interrupted() {
    let server = Server::start();
    said(&server, "save(\"s3://b/x.zarr\", arange(40_000), chunks=(10_000,))");
    server.plan("/c/2", 9, Fault::Slow(Duration::from_secs(20)));
    let mut child = arr(&server).args(["-e", "load(\"s3://b/x.zarr\").sum()"]).spawn().unwrap();
    while !server.state().log.iter().any(|l| l.contains("GET /b/x.zarr/c/2")) {
        std::thread::sleep(Duration::from_millis(20));
    }
    let start = Instant::now();
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(start.elapsed() < Duration::from_secs(3));
}
