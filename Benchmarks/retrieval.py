"""Time, memory and values of retrieval metrics and of k-means: oodml beside faiss and pytorch-metric-learning.

    python3 -m pip install --require-hashes -r Scripts/requirements/benchmarks.txt
    swift build -c release
    python3 Benchmarks/retrieval.py --work FOLDER

Normalised float32 rows of 512 values in classes of 2 to 12, 5.3 on average, as in Stanford Online Products: 20,000 and
60,502 of them. Every row is a query, and the gallery is all others.

- oodml score: the whole command, start-up, reading and writing included: Recall@1, 2, 4, 8, R-precision, MAP@R, mean
  average precision, mAP@1000 and the reciprocal rank. The time of the k-means is that of the command with clusters less
  that without.
- faiss: the search alone, IndexFlatIP and IndexFlatL2 with k = 1001, without any metric; and faiss.Kmeans with 25
  iterations at most, one start. It ends by itself when nothing changes, as oodml does.
- pytorch-metric-learning: AccuracyCalculator for Recall@1, R-precision and MAP@R, k = "max_bin_count". That is the
  largest class, so that the search is for 12 neighbours only.
- sgemm: the product of all rows with all rows by numpy, in blocks, and nothing else. Half of it is the floor for a set
  that is ranked for itself, since x·y = y·x.

Each side runs in processes of its own, with OPENBLAS_CORETYPE unset and with Haswell, faiss and numpy on one thread and
on all, and the quickest run counts. Recall@1, R-precision and MAP@R of oodml are compared with those of
pytorch-metric-learning and, of the smaller set, with numpy's in double precision. In single precision similarities that
differ by less than 1e-7 may come in either order; the benchmark fails where values differ by more than 1e-6.

Then 100,000 queries rank a gallery of 1,000,000 × 128 (`--no-gallery` leaves that out): does it end, and in how much
memory?
"""

import argparse
import json
import pathlib
import sys
import tempfile
import time
import types

import numpy as np

from measure import CORETYPES, Run, add_oodml, best_setting, name_of, print_machine, print_table, significant

D, K = 512, 1001


# MARK: Data


def class_sizes(rng, n):
    """Poisson sizes between 2 and 12 that sum up to n."""
    sizes = np.clip(rng.poisson(5.35, round(n / 5.35)), 2, 12)
    while (excess := sizes.sum() - n) != 0:
        fit = np.flatnonzero(sizes > 2 if excess > 0 else sizes < 12)
        sizes[rng.choice(fit)] -= np.sign(excess)
    return sizes


def write_set(folder, name, labels, centres, spread, rng):
    """The rows in blocks, so that the benchmark itself needs no memory for them."""
    rows = np.lib.format.open_memmap(folder / f"{name}.npy", "w+", np.float32, (len(labels), centres.shape[1]))
    for start in range(0, len(labels), 50_000):
        own = labels[start : start + 50_000]
        block = centres[own] + spread * rng.standard_normal((len(own), centres.shape[1]), dtype=np.float32)
        rows[start : start + 50_000] = block / np.linalg.norm(block, axis=1, keepdims=True)
    rows.flush()
    (folder / f"{name}.csv").write_text("label\n" + "".join(f"{label}\n" for label in labels))


def make_set(folder, n):
    if not (folder / f"set-{n}.csv").exists():
        rng = np.random.default_rng(n)
        sizes = class_sizes(rng, n)
        labels = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
        centres = rng.standard_normal((len(sizes), D), dtype=np.float32)
        write_set(folder, f"set-{n}", labels, centres, np.float32(2), rng)
    return folder / f"set-{n}"


def make_gallery(folder, query_count, item_count, d=128):
    if not (folder / f"gallery-{item_count}.csv").exists():
        rng = np.random.default_rng(7)
        centres = rng.standard_normal((item_count // 10, d), dtype=np.float32)
        for name, count in ((f"queries-{query_count}", query_count), (f"gallery-{item_count}", item_count)):
            write_set(folder, name, rng.integers(0, len(centres), count), centres, np.float32(1.2), rng)
    return folder / f"queries-{query_count}", folder / f"gallery-{item_count}"


# MARK: The peers, each in a process of its own


def load(path):
    rows = np.load(f"{path}.npy")
    labels = np.loadtxt(f"{path}.csv", skiprows=1, dtype=np.int64)
    return rows, labels


def resident():
    """MB that the process holds now, and held at most."""
    status = pathlib.Path("/proc/self/status").read_text()
    return [int(status.split(f"{key}:")[1].split()[0]) / 1024 for key in ("VmRSS", "VmHWM")]


def faiss_search(path, threads, kind):
    import faiss

    faiss.omp_set_num_threads(threads)
    rows, _ = load(path)
    index = faiss.IndexFlatIP(D) if kind == "IP" else faiss.IndexFlatL2(D)
    index.add(rows)
    index.search(rows[:64], 4)
    start = time.perf_counter()
    index.search(rows, K)
    return dict(seconds=time.perf_counter() - start)


def faiss_kmeans(path, threads):
    import faiss
    from sklearn.metrics import normalized_mutual_info_score

    faiss.omp_set_num_threads(threads)
    rows, labels = load(path)
    # Few rows a cluster bring a warning only.
    kmeans = faiss.Kmeans(D, len(np.unique(labels)), niter=25, nredo=1, seed=1, min_points_per_centroid=1)
    start = time.perf_counter()
    kmeans.train(rows)
    _, clusters = kmeans.index.search(rows, 1)
    seconds = time.perf_counter() - start
    return dict(
        seconds=seconds, nmi=float(normalized_mutual_info_score(labels, clusters[:, 0])), iterations=len(kmeans.obj)
    )


def calculator(path, threads):
    import faiss
    import torch
    from pytorch_metric_learning.utils.accuracy_calculator import AccuracyCalculator

    faiss.omp_set_num_threads(threads)
    torch.set_num_threads(threads)
    rows, labels = load(path)
    names = ("precision_at_1", "r_precision", "mean_average_precision_at_r")
    accuracy = AccuracyCalculator(include=names, k="max_bin_count", device=torch.device("cpu"))
    start = time.perf_counter()
    values = accuracy.get_accuracy(torch.from_numpy(rows), torch.from_numpy(labels))
    return dict(seconds=time.perf_counter() - start, values=[float(values[name]) for name in names])


def sgemm(path, threads):
    from threadpoolctl import threadpool_limits

    rows, _ = load(path)
    with threadpool_limits(threads):
        out = np.empty((1024, len(rows)), np.float32)
        np.matmul(rows[:1024], rows.T, out=out)
        start = time.perf_counter()
        for first in range(0, len(rows), 1024):
            block = rows[first : first + 1024]
            np.matmul(block, rows.T, out=out[: len(block)])
        return dict(seconds=time.perf_counter() - start)


def exact(path, threads):
    """The three values from similarities in double precision, ties by row."""
    from threadpoolctl import threadpool_limits

    rows, labels = load(path)
    rows = rows.astype(np.float64)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    sizes = np.bincount(labels)
    k = sizes.max() - 1
    sums = np.zeros(3)
    start = time.perf_counter()
    with threadpool_limits(threads):
        for first in range(0, len(rows), 512):
            own = np.arange(first, min(first + 512, len(rows)))
            similarities = rows[own] @ rows.T
            similarities[np.arange(len(own)), own] = -np.inf
            nearest = np.sort(np.argpartition(similarities, -k, axis=1)[:, -k:], axis=1)
            order = np.argsort(-np.take_along_axis(similarities, nearest, 1), axis=1, kind="stable")
            hits = labels[np.take_along_axis(nearest, order, 1)] == labels[own, None]
            relevant = sizes[labels[own]] - 1
            within = hits & (np.arange(k) < relevant[:, None])
            precision = np.cumsum(hits, axis=1) / (np.arange(k) + 1)
            sums += hits[:, 0].sum(), (within.sum(1) / relevant).sum(), ((precision * within).sum(1) / relevant).sum()
    return dict(seconds=time.perf_counter() - start, values=list(sums / len(rows)))


PEERS = {
    "double precision": exact,
    "faiss IndexFlatIP": lambda path, threads: faiss_search(path, threads, "IP"),
    "faiss IndexFlatL2": lambda path, threads: faiss_search(path, threads, "L2"),
    "faiss.Kmeans": faiss_kmeans,
    "pytorch-metric-learning": calculator,
    "sgemm": sgemm,
}


def work(name, path, threads):
    result = PEERS[name](path, threads)
    print(json.dumps(result | dict(megabytes=resident()[1])))


def measured(name, path, repeats, thread_counts, coretypes=CORETYPES):
    """The quickest run over kernels and threads, with `coretype` and `threads`."""
    runs = []
    for coretype in coretypes:
        for threads in thread_counts:
            for _ in range(repeats):
                run = Run([sys.executable, __file__, "--worker", name, path, "--threads", threads], coretype)
                result = json.loads(run.output.strip().splitlines()[-1])
                print(
                    f"{name}, {path.name}, {name_of(coretype)}, {threads} threads: {result}",
                    file=sys.stderr,
                    flush=True,
                )
                runs.append(types.SimpleNamespace(coretype=coretype, threads=threads, **result))
    return min(runs, key=lambda run: run.seconds)


# MARK: oodml


def score(oodml, path, repeats, *options):
    command = [
        oodml,
        "score",
        f"{path}.npy",
        "--labels",
        f"{path}.csv",
        "--no-structure",
        "--format",
        "json",
        "--quiet",
        *options,
    ]

    def best_of(coretype):
        runs = [Run(command, coretype) for _ in range(repeats)]
        for run in runs:
            print(
                f"oodml, {path.name} {' '.join(options)}, {name_of(coretype)}: {run.seconds:.2f} s",
                file=sys.stderr,
                flush=True,
            )
        return min(runs, key=lambda run: run.seconds)

    return best_setting(best_of)


def setting(run):
    return f"{name_of(run.coretype)}, {run.threads}"


def report(arguments, path, n, thread_counts):
    repeats, all_threads = arguments.repeats, thread_counts[-1]
    (own, coretype) = score(arguments.oodml, path, repeats, "--no-clusters")
    embeddings = pathlib.Path(f"{path}.npy").stat().st_size / 2**20
    names = ["sgemm", "faiss IndexFlatIP", "faiss IndexFlatL2"]
    if not arguments.no_calculator:
        names.append("pytorch-metric-learning")
    peers = {name: measured(name, path, repeats, thread_counts) for name in names}

    print(f"**{n:,} × {D}, all rank metrics**\n")
    rows = [
        [
            "oodml score, whole command",
            significant(own.seconds),
            "1",
            f"{own.megabytes:,.0f}",
            f"{name_of(coretype)}, {all_threads}",
        ]
    ]
    for name, run in peers.items():
        rows.append(
            [
                name,
                significant(run.seconds),
                significant(run.seconds / own.seconds),
                f"{run.megabytes:,.0f}",
                setting(run),
            ]
        )
    print_table(["", "seconds", "times oodml's", "peak MB", "OPENBLAS_CORETYPE, threads"], rows)
    print(
        f"The embeddings are {embeddings:,.0f} MB. oodml takes {own.seconds / (peers['sgemm'].seconds / 2):.2f} times "
        "half of the product.\n"
    )

    values = own.json()
    compared = np.array([values[key] for key in ("recall@1", "r_precision", "map@r")])
    line = "Recall@1, R-precision and MAP@R: " + ", ".join(f"{value:.9f}" for value in compared)
    others = {"pytorch-metric-learning": peers.get("pytorch-metric-learning")}
    if n <= 20_000:
        others["numpy in double precision"] = measured("double precision", path, 1, thread_counts[-1:], CORETYPES[:1])
    for name, run in others.items():
        if run is None:
            continue
        difference = np.abs(compared - run.values).max()
        line += f"; largest difference from {name} {difference:.1e}"
        if difference > 1e-6:
            sys.exit(f"{line}\nThe values differ by more than 1e-6.")
    print(line + "\n")


def report_kmeans(arguments, path, n, thread_counts):
    def timed(coretype):
        """With clusters less without, by turns, since both have the ranking."""

        def run(*options):
            return min(
                (
                    Run(
                        [
                            arguments.oodml,
                            "score",
                            f"{path}.npy",
                            "--labels",
                            f"{path}.csv",
                            "--no-structure",
                            "--format",
                            "json",
                            "--quiet",
                            *options,
                        ],
                        coretype,
                    )
                    for _ in range(arguments.repeats)
                ),
                key=lambda run: run.seconds,
            )

        whole, ranking = run(), run("--no-clusters")
        return types.SimpleNamespace(
            seconds=whole.seconds - ranking.seconds,
            nmi=whole.json()["nmi"],
            megabytes=whole.megabytes,
            clusters=whole.json()["clusters"],
        )

    own, coretype = best_setting(timed)
    peer = measured("faiss.Kmeans", path, arguments.repeats, thread_counts)
    print(f"**{n:,} × {D}, {own.clusters:,} clusters of k-means**\n")
    print_table(
        ["", "seconds", "times oodml's", "NMI", "peak MB", "OPENBLAS_CORETYPE, threads"],
        [
            [
                "oodml",
                significant(own.seconds),
                "1",
                f"{own.nmi:.4f}",
                f"{own.megabytes:,.0f}",
                f"{name_of(coretype)}, {thread_counts[-1]}",
            ],
            [
                f"faiss.Kmeans, {peer.iterations} iterations",
                significant(peer.seconds),
                significant(peer.seconds / own.seconds),
                f"{peer.nmi:.4f}",
                f"{peer.megabytes:,.0f}",
                setting(peer),
            ],
        ],
    )


def report_gallery(arguments, folder):
    counts = (10_000, 100_000) if arguments.quick else (100_000, 1_000_000)
    queries, gallery = make_gallery(folder, *counts)
    run = Run(
        [
            arguments.oodml,
            "score",
            f"{queries}.npy",
            "--labels",
            f"{queries}.csv",
            "--gallery",
            f"{gallery}.npy",
            "--gallery-labels",
            f"{gallery}.csv",
            "--no-structure",
            "--no-clusters",
            "--format",
            "json",
            "--quiet",
        ]
    )
    size = sum(pathlib.Path(f"{path}.npy").stat().st_size for path in (queries, gallery)) / 2**20
    operations = 2 * counts[0] * counts[1] * 128
    print(f"**{counts[0]:,} queries, a gallery of {counts[1]:,} × 128**\n")
    print_table(
        ["seconds", "GFLOP/s of the product", "peak MB", "embeddings MB", "Recall@1"],
        [
            [
                significant(run.seconds),
                significant(operations / run.seconds / 1e9),
                f"{run.megabytes:,.0f}",
                f"{size:,.0f}",
                f"{run.json()['recall@1']:.4f}",
            ]
        ],
    )


def main():
    import os

    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_oodml(options)
    options.add_argument("--work", help="a folder for the data, 750 MB; they are made once")
    options.add_argument("--sizes", default="20000,60502", help="numbers of rows (default: %(default)s)")
    options.add_argument("--repeats", type=int, default=2, help="runs of each setting (default: %(default)s)")
    options.add_argument("--no-calculator", action="store_true", help="leave out pytorch-metric-learning")
    options.add_argument("--no-gallery", action="store_true", help="leave out the large gallery")
    options.add_argument("--quick", action="store_true", help="4,000 rows and a tenth of the gallery")
    options.add_argument("--worker", nargs=2, help=argparse.SUPPRESS)
    options.add_argument("--threads", type=int, default=1, help=argparse.SUPPRESS)
    arguments = options.parse_args()
    if arguments.worker:
        work(arguments.worker[0], pathlib.Path(arguments.worker[1]), arguments.threads)
        return

    thread_counts = sorted({1, len(os.sched_getaffinity(0))})
    sizes = [4000] if arguments.quick else [int(size) for size in arguments.sizes.split(",")]
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(arguments.work or temporary).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        paths = [(make_set(folder, n), n) for n in sizes]
        print_machine(
            ["numpy", "faiss-cpu"] + ([] if arguments.no_calculator else ["pytorch-metric-learning", "torch"])
        )
        # The largest set is measured once, and on all threads only: it takes minutes a run.
        for number, (path, n) in enumerate(paths):
            large = number > 0
            own = argparse.Namespace(**vars(arguments) | (dict(repeats=1) if large else {}))
            report(own, path, n, thread_counts[-1:] if large else thread_counts)
        report_kmeans(arguments, *paths[0], thread_counts)
        if not arguments.no_gallery:
            report_gallery(arguments, folder)


if __name__ == "__main__":
    main()
