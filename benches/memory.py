#!/usr/bin/env python3
"""Workloads over an array in a file, under limits of one, a fourth and a sixteenth of its size.

    python3 benches/memory.py target/release/arr [--mib 256] [--only name,name] [--dask]

Prints a table: seconds and peak resident memory for each limit; a row fails if results differ
between limits or the peak is above 1.10 x limit + 64 MiB. With --dask, the time of Dask (threads,
the same chunks, no limit) stands beside it where the workload has a twin. Needs nothing but
Python (and dask and zarr for --dask).
"""
import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time

# name -> (program, twin in Dask or None); x is the array, t the same data as (time, lat, lon),
# `out` a store to write.
WORK = {
    "sum": ("print(x.sum())", "x.sum().compute()"),
    "mean of columns": ("print(x.mean(axis=0).sum())", "x.mean(axis=0).compute()"),
    "max of rows": ("print(x.max(axis=1).sum())", "x.max(axis=1).compute()"),
    "standard deviation": ("print(x.std(axis=0).sum())", "x.std(axis=0).compute()"),
    "hero": ("save(out, x + x.T - x.mean(axis=0), chunks=(500, 500))",
             "(x + x.T - x.mean(axis=0)).to_zarr(out, overwrite=True)"),
    "anomaly": ("save(out, (x - x.mean(axis=0)) / x.std(axis=0), chunks=(500, 500))",
                "((x - x.mean(axis=0)) / x.std(axis=0)).to_zarr(out, overwrite=True)"),
    "sum of residuals": ("print(((x - x.mean(axis=0)) ** 2).sum())",
                         "((x - x.mean(axis=0)) ** 2).sum().compute()"),
    "swap axes": ("save(out, x.T, chunks=(500, 500))", "x.T.to_zarr(out, overwrite=True)"),
    "tiles to rows": ("save(out, x, chunks=(100, x.shape[1]))",
                      "x.rechunk((100, -1)).to_zarr(out, overwrite=True)"),
    "strided": ("print(x[::3, 5:-5].sum())", "x[::3, 5:-5].sum().compute()"),
    "concatenate": ("save(out, concat([x, 2 * x], axis=1), chunks=(500, 500))",
                    "da.concatenate([x, 2 * x], axis=1).rechunk((500, 500)).to_zarr(out, overwrite=True)"),
    "map overlap": ("save(out, (x[:-2, 1:-1] + x[2:, 1:-1] + x[1:-1, :-2] + x[1:-1, 2:]) / 4, chunks=(500, 500))",
                    "((x[:-2, 1:-1] + x[2:, 1:-1] + x[1:-1, :-2] + x[1:-1, 2:]) / 4).rechunk((500, 500)).to_zarr(out, overwrite=True)"),
    "vorticity": ("print(((x[1:, :-1] - x[:-1, :-1]) - (x[:-1, 1:] - x[:-1, :-1])).sum())",
                  "((x[1:, :-1] - x[:-1, :-1]) - (x[:-1, 1:] - x[:-1, :-1])).sum().compute()"),
    "double difference": ("print((x[1:] - x[:-1])[1:].std(axis=0).sum())", "(x[1:] - x[:-1])[1:].std(axis=0).compute()"),
    "filter, then average": ("print(x[x > 0.5].mean())", "x[x > 0.5].mean().compute()"),
    "where": ("print(where(x > 0.5, sqrt(x), -x).sum())", "da.where(x > 0.5, da.sqrt(x), -x).sum().compute()"),
    "cumulative, down": ("save(out, cumsum(x, axis=0), chunks=(500, 500))",
                         "x.cumsum(axis=0).to_zarr(out, overwrite=True)"),
    "cumulative, along": ("save(out, cumsum(x, axis=1), chunks=(500, 500))",
                          "x.cumsum(axis=1).to_zarr(out, overwrite=True)"),
    "product with transposed": ("print((x @ x.T).sum())", "(x @ x.T).sum().compute()"),
    "least squares": ("a = x[:, :20]\nb = x[:, 20]\nprint(linalg.solve(a.T @ a, a.T @ b).sum())", None),
    "climatic mean": ("print(t.mean(axis=0).sum())", "t.mean(axis=0).compute()"),
    "quadratic means": ("print(sqrt((t ** 2).mean(axis=(1, 2))).sum())", "da.sqrt((t ** 2).mean(axis=(1, 2))).compute()"),
    "anomaly mean": ("print((t - t.mean(axis=0)).mean(axis=(1, 2)).sum())", "(t - t.mean(axis=0)).mean(axis=(1, 2)).compute()"),
    "expensive, used twice": ("e = exp(sin(x)) ** 0.3\nprint((e - e.mean(axis=0)).max(axis=1).sum())",
                              "(lambda e: (e - e.mean(axis=0)).max(axis=1).compute())(da.exp(da.sin(x)) ** 0.3)"),
    "sorted": ("print(sort(x.ravel())[::1000].sum())", None),
    "positions in order": ("print(argsort(x.ravel())[::1000].sum())", None),
    "median": ("print(median(x), quantile(x, [0.1, 0.9]).sum())", None),
    "unique": ("print(unique_values((x * 1000).astype(int32)).sum())", "da.unique((x * 1000).astype('int32')).sum().compute()"),
    "histogram": ("print(histogram(x, bins=20)[0])", "da.histogram(x, bins=20, range=(0, 1))[0].compute()"),
    "chosen, saved": ("save(out, x[x > 0.5])", None),
    "read by positions": ("i = (random((100_000,), seed=5) * x.size).astype(int64)\nprint(x.ravel()[i].sum())", None),
    "sorted rows": ("print(sort(x, axis=1)[:, 10].sum())", None),
    "transforms of columns": ("print(abs(fft.fft(x, axis=0))[7].sum())", None),
    "positions of extremes": ("print(argmax(x, axis=1).sum())", "x.argmax(axis=1).compute()"),
    "matrix and vector": ("print((x @ x[0]).sum())", None),
}


# Seconds after which a run is ended.
PATIENCE = 60


def run(command):
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    timer = threading.Timer(PATIENCE, child.kill)
    timer.start()
    out, err = child.stdout.read(), child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    timer.cancel()
    return os.waitstatus_to_exitcode(status), out, err, time.perf_counter() - start, usage.ru_maxrss / 1024


def dask_seconds(folder, twin):
    code = ("import dask.array as da, time, os, dask\n"
            f"dask.config.set(scheduler='threads')\nos.chdir({folder!r})\n"
            "x = da.from_zarr('x.zarr'); t = da.from_zarr('t.zarr'); out = 'd.zarr'\n"
            f"s = time.perf_counter()\n{twin}\nprint(time.perf_counter() - s)\n")
    code_, out, err, _, rss = run([sys.executable, "-c", code])
    return (float(out.split()[-1]), rss) if code_ == 0 else (None, err.strip().splitlines()[-1:])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("arr")
    parser.add_argument("--mib", type=int, default=256)
    parser.add_argument("--only")
    parser.add_argument("--dask", action="store_true")
    parser.add_argument("--folder")
    options = parser.parse_args()
    arr = os.path.abspath(options.arr)
    folder = options.folder or tempfile.mkdtemp(prefix="arr-memory-")
    os.chdir(folder)
    side = int((options.mib * 2 ** 20 / 8) ** 0.5)
    days, lat = side * side // (180 * 360), 180
    setup = (f"save('x.zarr', random(({side}, {side}), seed=1), chunks=(500, 500))\n"
             f"save('t.zarr', random(({days}, {lat}, 360), seed=2), chunks=(30, 90, 180))\n")
    code, _, err, *_ = run([arr, "-e", setup.replace("'", '"')])
    assert code == 0, err
    mib = side * side * 8 / 2 ** 20
    print(f"x: {side} x {side} float64, {mib:.0f} MiB, Zarr in chunks of 500 x 500\n")
    limits = [mib, mib / 4, mib / 16]
    head = " | ".join(f"limit {m:.0f} MiB" for m in limits)
    print(f"| workload | {head} |" + (" Dask |" if options.dask else ""))
    print("|---|" + "---|" * (len(limits) + options.dask))
    failed = 0
    for name, (program, twin) in WORK.items():
        if options.only and name not in options.only.split(","):
            continue
        cells, results = [], []
        for limit in limits:
            shutil.rmtree("out.zarr", ignore_errors=True)
            with open("job.arr", "w") as f:
                f.write('x = load("x.zarr")\nt = load("t.zarr")\nout = "out.zarr"\n' + program + "\n")
                if "out" in program:
                    f.write('r = load(out)\nprint(r.sum(), (r * r).max(axis=0).sum())\n')
            code, out, err, seconds, peak = run([arr, "run", "job.arr", "--memory", f"{int(limit * 2 ** 20)}"])
            if code == -9:
                cells.append(f"ended after {PATIENCE} s")
                continue
            if code != 0:
                cells.append(next((l for l in err.splitlines() if "error" in l), err[:80]))
                if code != 4:
                    failed += 1
                continue
            results.append(out)
            over = peak > 1.10 * limit + 64
            failed += over
            cells.append(f"{seconds:.2f} s, {peak:.0f} MiB" + (" OVER" if over else ""))
        if len(set(results)) > 1:
            cells[-1] += " DIFFERS"
            failed += 1
        if options.dask:
            seconds, rss = dask_seconds(folder, twin) if twin else (None, None)
            cells.append(f"{seconds:.2f} s, {rss:.0f} MiB" if seconds else "")
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)
    if not options.folder:
        shutil.rmtree(folder)
    sys.exit(1 if failed else 0)


main()
