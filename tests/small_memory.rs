//! Programs over files several times larger than the memory they may use give the values of a run
//! with plenty of memory, and stay within the limit.

use arr::Session;
use std::path::Path;

/// Arrays in files, 4 MB of float64 each.
const VARIABLES: &[(&str, &str)] = &[
    ("x", "random((500_000,), seed=1) * 1000"),
    ("k", "(random((500_000,), seed=2) * 50).astype(int32)"),
    ("m", "random((1000, 500), seed=3)"),
];
const LIMIT: usize = 1 << 20;
const PLENTY: usize = 1 << 28;

const PROGRAMS: &[&str] = &[
    "sort(x)",
    "sort(x, descending=true)",
    "argsort(x)",
    "argsort(k, descending=true)",
    "sort(m, axis=0)",
    "argsort(m, axis=1)",
    "sort(x * 2 - 1)[100:110]",
    "median(x)",
    "quantile(x, [0, 0.1, 0.5, 0.99, 1])",
    "nanmedian(x)",
    "unique_values(k)",
    "unique_counts(k)[1]",
    "unique_inverse(k)[1]",
    "unique_values(x).sum()",
    "x[x > 500]",
    "x[x > 2000]",
    "(x[k > 30] * 2).sum()",
    "m[m[:, 0] > 0.5]",
    "nonzero(x > 900)[0]",
    "argwhere(m > 0.99)",
    "x[i]",
    "m[i % 1000, i % 500]",
    "m[i % 1000]",
    "take(m, i % 500, axis=1)",
    "bincount(k)",
    "histogram(x, bins=10)[0]",
    "searchsorted([1.0, 10, 500], x)",
    "digitize(x, [1.0, 10, 500]).sum()",
    "isin(k, [3, 5]).sum()",
    "topk(x, 5)[1]",
    "partition(x, 10)[:10]",
    "partition(x, [100_000, 400_000])",
    "argpartition(k, 250_000)",
    "partition(m, 7, axis=0)",
    "nanquantile(x, [0.2, 0.9])",
    "median(k)",
    "cumsum(x)",
    "cumulative_prod(1 + x / 1e9)[-1]",
    "x.std() + x.max()",
    "m[:-2, 1:-1] + m[2:, 1:-1] + m[1:-1, :-2] + m[1:-1, 2:] - 4 * m[1:-1, 1:-1]",
    "(windows(m, (3, 5)) * cos(arange(15.0)).reshape(3, 5)).sum(axis=(2, 3))",
    "m[40:] - m[:-40]",
    "m.T.sum(axis=1) + m.T.max(axis=1)",
    "(m.T * m.T + 1).mean(axis=0)",
    "{ y = zeros((500_000,)); y[i] = x[:5000]; y }",
    "{ y = x + 0; y[i] += 1; y }",
    "{ y = zeros((1000, 500)); y[i % 1000, i % 500] = 1; y.sum() }",
];

/// A matrix `a`, a positive definite one `p`, both of 4 MB, and a complex one `z` of 6 MB.
const MATRICES: &[(&str, &str)] = &[
    ("a", "random((700, 700), seed=4) - 0.5"),
    ("p", "random((700, 700), seed=5) + random((700, 700), seed=5).T + 700 * eye(700)"),
    ("z", "random((600, 600), seed=6) + 1j * random((600, 600), seed=7)"),
];

const OF_MATRICES: &[&str] = &[
    "linalg.cholesky(p)",
    "linalg.cholesky(p, upper=true)",
    "linalg.cholesky(p.astype(float32))",
    "linalg.cholesky(stack((p, p + 1)))[1]",
    "linalg.solve(a, a[:, :3] + 1)",
    "linalg.solve(a, a[0])",
    "linalg.solve(a, p)",
    "linalg.solve(p.astype(float32), a.astype(float32))",
    "linalg.solve(stack((a, p)), a[:, :70])[0]",
    "linalg.inv(a)",
    "linalg.inv(a.astype(float32))",
    "linalg.inv(stack((a, p)))[1]",
    "linalg.det(a)",
    "linalg.slogdet(a[::-1])[0]",
    "linalg.slogdet(stack((a, p)).astype(float32))[1]",
    "linalg.qr(a)[0]",
    "linalg.qr(a)[1]",
    "linalg.qr(a, mode=\"r\")",
    "linalg.qr(a[:, :500])[0]",
    "linalg.qr(a[:, :150], mode=\"complete\")[0]",
    "linalg.qr(a[:, :150], mode=\"complete\")[1]",
    "linalg.qr(a[:500].astype(float32))[0]",
    "linalg.qr(a[:470])[1]",
    "linalg.qr(stack((a, p)))[0][1]",
    "linalg.lstsq(a[:, :100], a[:, 100:103])[0]",
];

/// These take numbers of twice the size, and twice the memory.
const OF_COMPLEX_MATRICES: &[&str] = &[
    "linalg.cholesky(z + z.T.conj() + 1200 * eye(600))",
    "linalg.cholesky((z + z.T.conj()).astype(complex64) + 1200 * eye(600))",
    "linalg.solve(z, z[:, ::2] + 1)",
    "linalg.inv(z)",
    "linalg.inv(z.astype(complex64))",
    "linalg.slogdet(z)[0]",
    "linalg.slogdet(z)[1]",
    "linalg.qr(z)[0]",
    "linalg.qr(z)[1]",
    "linalg.qr(z[:, :300].astype(complex64), mode=\"complete\")[0]",
];

/// A matrix of 20 MB.
const LARGE_MATRIX: &[(&str, &str)] = &[("a", "random((1600, 1600), seed=8) - 0.5")];

const OF_A_LARGE_MATRIX: &[&str] = &["linalg.qr(a)[0]"];

/// Lines of 8 MiB, of complex and of real numbers.
const LINES: &[(&str, &str)] = &[
    ("z", "random((524_288,), seed=9) - 0.5 + 1j * random((524_288,), seed=10)"),
    (
        "y",
        "(random((1_048_576,), seed=11) - 0.5 + 1j * random((1_048_576,), seed=12)).astype(complex64)",
    ),
    ("r", "random((1_048_576,), seed=13) - 0.5"),
];

/// Of lengths with equal factors, even and odd ones, as long as the lines, longer and shorter.
const OF_LINES: &[&str] = &[
    "fft.fft(z)",
    "fft.ifft(z)",
    "fft.fft(z, norm=\"ortho\")",
    "fft.fft(y)",
    "fft.ifft(y, n=1_050_624)",
    "fft.fft(z, n=531_441)",
    "fft.ifft(concat((z, z)), n=525_600)",
    "fft.fft(z * 2 - 1)",
    "fft.fft(r[::2])",
    "fft.fft(stack((z, z + 1)))[1]",
    "fft.ifft(stack((z, z + 1), axis=1), axis=0)[:, 0]",
    "fft.rfft(r)",
    "fft.rfft(r + 1, norm=\"forward\")",
    "fft.rfft(r, n=1_062_882)",
    "fft.rfft(concat((r, r)), n=1_051_200)",
    "fft.rfft(stack((r, 0 - r)))[1]",
    "fft.rfft(concat((r, r)).astype(float32))",
    "fft.irfft(z, n=1_048_576)",
    "fft.irfft(z, n=1_062_882)",
    "fft.irfft(concat((z, z)), n=1_051_200, norm=\"ortho\")",
    "fft.irfft(y, n=2_101_250)",
    "fft.hfft(z, n=1_048_576)",
    "fft.fftn(reshape(z, (1, 524_288)))",
];

/// What has no result.
const OF_NO_MATRICES: &[&str] = &[
    "linalg.cholesky(p - 701 * eye(700))",
    "linalg.cholesky(stack((p, 0 - p)))[1]",
    "linalg.solve(a * (arange(700) != 300), a)",
    "linalg.inv(a * (arange(700) != 699))",
    "linalg.inv(a * 0)",
];

/// Results that go into files: small ones, ones in the shape in which they are computed and ones in
/// another, complex ones.
const SAVED: &[&str] = &[
    "m * 2",
    "(m + 1).T",
    "m[3]",
    "m[:2]",
    "m[[5, 3, 3]]",
    "m.sum()",
    "m.sum(axis=0)",
    "m.std(axis=1)",
    "median(x)",
    "argmax(m, axis=0)",
    "histogram(x, 10)[0]",
    "bincount(k)",
    "unique_values(k)",
    "m @ m[0]",
    "m.T @ m[:, :3]",
    "m.T.reshape((500_000,))",
    "m.T.reshape((250, 2, 1000))",
    "m[::-1].reshape((100, 5000))",
    "m[1:].reshape((-1,))",
    "(m + 1).T.reshape((250_000, 2))",
    "repeat(m, 2, axis=1)",
    "tile(m, (2, 1))",
    "kron(m[:30, :40], m[:20, :50])",
    "fft.fft(m)",
    "fft.rfft(m)",
    "fft.ifft(m, axis=0)",
    "fft.fft(m).T.reshape((250, 2000))",
    "sort(x)",
    "x[x > 500]",
    "cumsum(x)",
    "concat((m, m), axis=1)",
];

#[test]
fn results_saved_in_parts_are_those_of_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: String| folder.path().join(name).display().to_string();
    let mut writer = Session::builder().memory(PLENTY).build();
    for (name, value) in VARIABLES {
        writer.eval(&format!("save({:?}, {value})", path(format!("{name}.npy")))).unwrap();
    }
    let names: Vec<&str> = VARIABLES.iter().map(|v| v.0).collect();
    let mut wrong = vec![];
    for (p, program) in SAVED.iter().enumerate() {
        let mut files = vec![];
        for (memory, kind) in [(PLENTY, "npy"), (2 * LIMIT, "npy"), (2 * LIMIT, "npz")] {
            let file = path(format!("{p}-{memory}.{kind}"));
            let mut session = session(memory, 2, folder.path(), &names);
            if let Err(error) = session.eval(&format!("save({file:?}, {program})")) {
                wrong.push(format!("{program} to {kind}: {error}"));
                continue;
            }
            let copy = path(format!("{p}-{memory}-{kind}-copy.npy"));
            writer.eval(&format!("save({copy:?}, load({file:?}))")).unwrap();
            files.push((kind, std::fs::read(copy).unwrap()));
        }
        let differ = files.iter().filter(|f| f.1 != files[0].1);
        wrong.extend(differ.map(|f| format!("{program} to {}: not what memory gives", f.0)));
        files.clear();
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), SAVED.len(), wrong.join("\n"));
}

/// A folder with variables in files.
fn written(variables: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = Session::builder().memory(PLENTY).build();
    for (name, value) in variables {
        let path = folder.path().join(format!("{name}.npy")).display().to_string();
        writer.eval(&format!("save({path:?}, {value})")).unwrap();
    }
    folder
}

/// A session with these variables in files of a folder.
fn session(memory: usize, threads: usize, folder: &Path, names: &[&str]) -> Session<'static> {
    let mut session = Session::builder().memory(memory).threads(threads).build();
    for name in names {
        let path = folder.join(format!("{name}.npy")).display().to_string();
        session.eval(&format!("{name} = load({path:?})")).unwrap();
    }
    session.eval("i = (random((5000,), seed=7) * 500_000).astype(int64)").unwrap();
    session
}

/// Runs programs over variables in files, with plenty of memory and within the limit.
fn compare(variables: &[(&str, &str)], programs: &[&str], limit: usize, succeed: bool) {
    let folder = written(variables);
    let names: Vec<&str> = variables.iter().map(|v| v.0).collect();
    let mut wrong = vec![];
    for program in programs {
        // A result is larger than memory too: its shape and a weighted sum tell of it.
        let (before, last) = match program.strip_prefix("{ ") {
            Some(block) => block.trim_end_matches(" }").rsplit_once("; ").unwrap(),
            None => ("", *program),
        };
        let text = format!(
            "{}\nr = asarray({last})\nw = reshape(arange(r.size) % 97 + 1.5, r.shape)\n\
             (r.size, (r * w).sum(), sum(r))",
            before.replace("; ", "\n")
        );
        let value = |limit: usize, threads: usize| {
            let mut session = session(limit, threads, folder.path(), &names);
            let text = session.eval(&text).map(|v| v.to_string()).map_err(|e| e.to_string());
            (text, session.stats().memory_peak)
        };
        let (want, _) = value(PLENTY, 1);
        let (found, peak) = value(limit, 2);
        if found != want || want.is_ok() != succeed || peak > limit {
            wrong.push(format!("{program}: {found:?} instead of {want:?}, {peak} bytes at most"));
        }
    }
    assert!(wrong.is_empty(), "{} programs:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn programs_over_larger_files_give_the_same_within_the_limit() {
    compare(VARIABLES, PROGRAMS, LIMIT, true);
}

#[test]
fn matrices_larger_than_memory_have_the_same_factors() {
    compare(MATRICES, OF_MATRICES, LIMIT, true);
    compare(MATRICES, OF_COMPLEX_MATRICES, 2 * LIMIT, true);
    compare(LARGE_MATRIX, OF_A_LARGE_MATRIX, 2 * LIMIT, true);
}

#[test]
fn lines_larger_than_memory_have_the_same_transforms() {
    compare(LINES, OF_LINES, 2 * LIMIT, true);
}

/// Every bit of a transform that is saved, the disk that it takes, and what is left on it.
#[test]
fn saved_transforms_of_long_lines_are_those_of_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let mut writer = Session::builder().memory(PLENTY).build();
    let z = "random((524_288,), seed=9) - 0.5 + 1j * random((524_288,), seed=10)";
    writer.eval(&format!("save({:?}, {z})", path("z.npy"))).unwrap();
    let spill = folder.path().join("spill");
    std::fs::create_dir(&spill).unwrap();
    let line = 8 << 20;
    for (memory, name) in [(PLENTY, "large.npy"), (2 * LIMIT, "small.npy"), (3 * LIMIT, "odd.npy")]
    {
        let builder = Session::builder().memory(memory).threads(2);
        let mut session = builder.spill(&spill, Some(4 * line)).build();
        let program = format!("save({:?}, fft.fft(load({:?})))", path(name), path("z.npy"));
        session.eval(&program).unwrap_or_else(|e| panic!("{memory}: {e}"));
        let stats = session.stats();
        assert!(stats.memory_peak <= memory, "{} of {memory}", stats.memory_peak);
        // Two matrices at once, and the result.
        assert!(stats.spilled_peak <= 3 * line, "{} of {memory}", stats.spilled_peak);
        assert_eq!(stats.parts > 0, memory < PLENTY);
        drop(session);
        assert_eq!(std::fs::read_dir(&spill).unwrap().count(), 0);
        let same = std::fs::read(path(name)).unwrap() == std::fs::read(path("large.npy")).unwrap();
        assert!(same, "{memory} gives other bits");
    }
}

#[test]
fn matrices_larger_than_memory_fail_as_smaller_ones() {
    compare(MATRICES, OF_NO_MATRICES, LIMIT, false);
}

/// All readings of a stencil share the boxes that are read: not much more is read than there is.
/// Programs of which some limits between those that suffice were refused, or named too low.
const AT_EVERY_LIMIT: &[&str] = &[
    "sort(x)[::1000]",
    "argsort(x)[::1000]",
    "median(x)",
    "unique_values(k)",
    "(m.T @ m)[0, :3]",
    "(m[:500] @ m[:500])[0, :3]",
    "linalg.svdvals(m)[:3]",
];

#[test]
fn a_refusal_names_what_is_enough_and_more_is_no_less() {
    let folder = written(VARIABLES);
    let names: Vec<&str> = VARIABLES.iter().map(|v| v.0).collect();
    let mut wrong = vec![];
    for program in AT_EVERY_LIMIT {
        let run = |limit: usize| {
            let mut session = session(limit, 2, folder.path(), &names);
            session.eval(program).map(|v| v.to_string()).map_err(|e| {
                let text = e.to_string();
                let named = text.split("needs ").nth(1).and_then(|t| t.split(".00 MiB").next());
                named.and_then(|n| n.parse::<usize>().ok()).ok_or(text)
            })
        };
        let want = run(PLENTY);
        let mut limit = 512 << 10;
        let mut ran = false;
        while limit < 16 << 20 {
            match run(limit) {
                Err(Ok(named)) if !ran => {
                    let named = named << 20;
                    if named <= limit || run(named) != want {
                        wrong.push(format!("{program} in {limit}: {named} are not enough"));
                    }
                }
                found if found == want => ran = true,
                found => wrong.push(format!("{program} in {limit}: {found:?}")),
            }
            limit += limit / 3;
        }
        assert!(ran, "{program} never ran");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn stencils_read_their_files_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.npy").display().to_string();
    let out = folder.path().join("out.npy").display().to_string();
    let mut session = Session::builder().memory(PLENTY).build();
    session.eval(&format!("save({path:?}, random((1000, 500), seed=3))")).unwrap();
    for program in [
        "(m[:-2, 1:-1] + m[2:, 1:-1] + m[1:-1, :-2] + m[1:-1, 2:]).sum()",
        &format!("save({out:?}, (windows(m, (2, 3)) * [1, 2, 3]).sum(axis=(2, 3)))"),
    ] {
        let mut session = Session::builder().memory(LIMIT).threads(2).build();
        session.eval(&format!("m = load({path:?})\n{program}")).unwrap();
        let read = session.stats().bytes_read;
        assert!(read < 8 * 500_000 * 3 / 2, "{program} read {read} bytes");
    }
}
