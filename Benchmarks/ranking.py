"""Time of exact ranks over sizes, dimensions and sizes of classes: oodml beside pytorch-metric-learning and sgemm.

    python3 -m pip install --require-hashes -r Scripts/requirements/benchmarks.txt
    swift build -c release
    python3 Benchmarks/ranking.py --work FOLDER

Float32 rows around the centres of their classes, which hide them (`--spread`): every row is a query, and the gallery is
all others. Classes have 5 rows, as in Stanford Online Products, or 59 or 83, as in the test halves of CUB-200-2011 and
CARS196.

- oodml score: the whole command, start-up, reading and writing included, without clusters and structure.
- pytorch-metric-learning: AccuracyCalculator for Recall@1, R-precision and MAP@R, with k = "max_bin_count", its
  default for these, and with k = 1001. Data are loaded before.
- sgemm: the product of all rows with all rows by numpy, in blocks. Half of it is the floor, since x·y = y·x.

Each side runs in processes of its own, with OPENBLAS_CORETYPE unset and with Haswell, peers on one thread and on all,
and the quickest run counts. Beyond 20,000 rows, peers run with the setting that was best for 20,000 or fewer.
"""

import argparse
import os
import pathlib
import sys
import tempfile

import numpy as np

from measure import CORETYPES, Run, add_oodml, best_setting, name_of, print_machine, print_table, significant

WORKER = """
import json, sys, time
import numpy as np
path, what, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
rows = np.load(path + ".npy")
labels = np.loadtxt(path + ".csv", skiprows=1, dtype=np.int64)
if what == "sgemm":
    from threadpoolctl import threadpool_limits
    with threadpool_limits(threads):
        out = np.empty((1024, len(rows)), np.float32)
        np.matmul(rows[:1024], rows.T, out=out[:min(1024, len(rows))])
        start = time.perf_counter()
        for first in range(0, len(rows), 1024):
            block = rows[first : first + 1024]
            np.matmul(block, rows.T, out=out[: len(block)])
        seconds = time.perf_counter() - start
    values = []
else:
    import faiss, torch
    from pytorch_metric_learning.utils.accuracy_calculator import AccuracyCalculator
    faiss.omp_set_num_threads(threads)
    torch.set_num_threads(threads)
    names = ("precision_at_1", "r_precision", "mean_average_precision_at_r")
    k = "max_bin_count" if what == "default" else min(int(what), len(rows) - 1)
    accuracy = AccuracyCalculator(include=names, k=k, device=torch.device("cpu"))
    # The calculator searches by Euclidean distance unless rows are normalised, as oodml's cosine does.
    rows = torch.nn.functional.normalize(torch.from_numpy(rows))
    accuracy.get_accuracy(rows[:256], torch.from_numpy(labels[:256]))
    start = time.perf_counter()
    values = accuracy.get_accuracy(rows, torch.from_numpy(labels))
    seconds = time.perf_counter() - start
    values = [float(values[name]) for name in names]
print(json.dumps(dict(seconds=seconds, values=values)))
"""


def make_set(folder, n, d, size, spread):
    """Rows in classes of nearly equal sizes, in a random order."""
    path = folder / f"{n}-{d}-{size}"
    if not pathlib.Path(f"{path}.csv").exists():
        rng = np.random.default_rng([n, d, size])
        count = max(n // size, 2)
        labels = rng.permutation(np.arange(n) % count)
        centres = rng.standard_normal((count, d), dtype=np.float32)
        rows = np.lib.format.open_memmap(f"{path}.npy", "w+", np.float32, (n, d))
        for start in range(0, n, 20_000):
            own = labels[start : start + 20_000]
            rows[start : start + 20_000] = centres[own] + np.float32(spread) * rng.standard_normal(
                (len(own), d), dtype=np.float32
            )
        rows.flush()
        pathlib.Path(f"{path}.csv").write_text("label\n" + "".join(f"{label}\n" for label in labels))
    return path


def worker(path, what, threads, coretype, repeats):
    command = [sys.executable, "-c", WORKER, path, what, threads]
    best = min((Run(command, coretype).json() for _ in range(repeats)), key=lambda result: result["seconds"])
    print(f"{path.name} {what}, {name_of(coretype)}, {threads} threads: {best['seconds']:.3f} s", file=sys.stderr)
    return best


def peer(path, what, settings, repeats):
    """The quickest of some settings of threads and kernels, and which it was."""
    results = [(worker(path, what, *setting, repeats), setting) for setting in settings]
    return min(results, key=lambda result: result[0]["seconds"])


def score(oodml, path, repeats):
    command = [oodml, "score", f"{path}.npy", "--labels", f"{path}.csv", "--no-structure", "--no-clusters"]

    def best_of(coretype):
        runs = [Run([*command, "--format", "json", "--quiet"], coretype) for _ in range(repeats)]
        return min(runs, key=lambda run: run.seconds)

    return best_setting(best_of)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_oodml(options)
    options.add_argument("--work", help="a folder for the data, which are made once")
    options.add_argument("--sizes", default="1000,5924,8131,20000,60502", help="rows (default: %(default)s)")
    options.add_argument("--dimensions", default="128,512,2048", help="columns (default: %(default)s)")
    options.add_argument("--class-sizes", default="59", help="rows of a class (default: %(default)s)")
    options.add_argument("--spread", type=float, default=6, help="of rows around a centre (default: %(default)s)")
    options.add_argument("--neighbours", default="default,1001", help="k of the peer (default: %(default)s)")
    options.add_argument("--repeats", type=int, default=3, help="runs of each setting (default: %(default)s)")
    options.add_argument("--no-peers", action="store_true", help="time oodml alone")
    arguments = options.parse_args()
    print_machine(() if arguments.no_peers else ("faiss-cpu", "torch", "pytorch-metric-learning", "numpy"))
    numbers = {
        name: [int(part) for part in getattr(arguments, name).split(",")]
        for name in ("sizes", "dimensions", "class_sizes")
    }
    peers = [] if arguments.no_peers else [*arguments.neighbours.split(","), "sgemm"]
    threads = sorted({1, len(os.sched_getaffinity(0))})
    every_setting = [(count, coretype) for count in threads for coretype in CORETYPES]
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(arguments.work or temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for size in numbers["class_sizes"]:
            for d in numbers["dimensions"]:
                best = {}
                for n in numbers["sizes"]:
                    path = make_set(folder, n, d, size, arguments.spread)
                    repeats = arguments.repeats if n <= 20_000 else 1
                    own, coretype = score(arguments.oodml, path, repeats)
                    values = own.json()
                    row = [f"{n:,} × {d}", size, significant(own.seconds), name_of(coretype)]
                    for what in peers:
                        settings = every_setting if n <= 20_000 or what not in best else [best[what]]
                        result, best[what] = peer(path, what, settings, repeats)
                        if result["values"]:
                            ours = [values[key] for key in ("recall@1", "r_precision", "map@r")]
                            difference = max(abs(a - b) for a, b in zip(ours, result["values"], strict=True))
                            if difference > 1e-4:
                                print(f"{path.name}: values differ by {difference:.1e}", file=sys.stderr)
                        reference = result["seconds"] / 2 if what == "sgemm" else result["seconds"]
                        row.append(f"{significant(reference)} ({significant(reference / own.seconds)})")
                    rows.append(row)
                    print(" | ".join(map(str, row)), file=sys.stderr, flush=True)
    names = {"sgemm": "half of sgemm", "default": "calculator, default k"}
    header = ["rows", "of a class", "oodml, s", "kernels"]
    print_table([*header, *(f"{names.get(what, f'calculator, k = {what}')}, s (ratio)" for what in peers)], rows)


if __name__ == "__main__":
    main()
