"""A whole progression of a CUB-200-2011-shaped dataset: oodml on all samples, the reference formula on class means.

    python3 -m pip install --require-hashes -r Scripts/requirements/benchmarks.txt
    swift build -c release
    python3 Benchmarks/progression.py --work FOLDER

200 classes of 41 to 60 samples, 11,788 in all, × 2048 ReLU-like features with class structure (97 MB). oodml runs as
the whole command: reading the features, both arms, removal, nine levels, writing the manifest; once without its
controls (--draws 0) and once with null bands and the held-out repetition (--draws 20).

The reference code of Milbich et al. (2021) makes 110 distances between class means for this dataset: 25 records of
harder swaps, 15 of easier ones, and 35 of removal with two distances each. Only its formula is timed here (numpy's cov,
scipy's sqrtm with 1e-8 on both diagonals), which is all but everything: some distances are measured on different
partitions, and 110 times their mean is reported, unless --full measures all 110.
"""

import argparse
import json
import pathlib
import sys
import tempfile
import time
import types

import numpy as np

import synthetic
from distance import plain_statistics, ridge_root, with_root
from measure import Run, add_oodml, best_setting, best_splits, name_of, print_machine, print_table, significant

CLASSES, SAMPLES, D, DISTANCES = 200, 11788, 2048, 110


def work(path, count):
    """Prints the seconds of `count` distances of the reference formula, on partitions two swaps apart."""
    means = np.load(path)
    from_statistics = with_root(ridge_root)[1]
    generator = np.random.default_rng(0)
    train, test = np.arange(CLASSES // 2), np.arange(CLASSES // 2, CLASSES)
    seconds = []
    for _ in range(count):
        start = time.perf_counter()
        value = from_statistics(plain_statistics(means[train]), plain_statistics(means[test]))
        seconds.append(time.perf_counter() - start)
        p, q = (generator.choice(CLASSES // 2, 2, replace=False) for _ in range(2))
        train[p], test[q] = test[q], train[p]
    print(json.dumps(dict(seconds=seconds, last=float(value))))


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_oodml(options)
    options.add_argument("--work", help="a folder for the features; they are made once")
    options.add_argument("--full", action="store_true", help="measure all 110 distances of the reference formula")
    options.add_argument("--distances", type=int, default=3, help="how many to measure otherwise (default: 3)")
    options.add_argument("--peers-only", action="store_true", help="do not run oodml")
    options.add_argument("--oodml-only", action="store_true", help="do not run the reference formula")
    options.add_argument("--worker", nargs=2, help=argparse.SUPPRESS)
    arguments = options.parse_args()
    if arguments.worker:
        work(arguments.worker[0], int(arguments.worker[1]))
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(arguments.work or temporary).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        report(arguments, folder)


def report(arguments, folder):
    sizes = synthetic.uneven_sizes(1, CLASSES, 41, 60, SAMPLES)
    labels = np.repeat(np.arange(CLASSES), sizes)
    features, samples, means = folder / "cub-shaped.npy", folder / "cub-shaped.csv", folder / "cub-shaped-means.npy"
    if not features.exists():
        synthetic.ReLUFeatures(1, CLASSES, D).write(features, labels)
    synthetic.write_samples(samples, labels)
    rows = np.load(features, mmap_mode="r")
    np.save(means, np.stack([rows[labels == label].mean(0) for label in range(CLASSES)]))

    own = {}
    if not arguments.peers_only:
        for draws in (0, 20):
            own[draws] = best_splits(arguments.oodml, features, samples, folder / "out", draws)
            print(f"oodml, --draws {draws}: {own[draws][0].seconds:.2f} s", file=sys.stderr, flush=True)

    def reference(coretype):
        # A full measurement takes hours, so its setting is chosen by the few.
        result = Run([sys.executable, __file__, "--worker", means, arguments.distances], coretype)
        each = result.json()["seconds"]
        print(f"reference, {name_of(coretype)}: {each}", file=sys.stderr, flush=True)
        return types.SimpleNamespace(seconds=sum(each), each=each, megabytes=result.megabytes)

    print_machine(["numpy", "scipy"])
    table, total = [], None
    if not arguments.oodml_only:
        best, coretype = best_setting(reference)
        label = f"reference formula, class means: {DISTANCES} × the mean of {len(best.each)} distances"
        if arguments.full:
            run = Run([sys.executable, __file__, "--worker", means, DISTANCES], coretype)
            best = types.SimpleNamespace(each=run.json()["seconds"], megabytes=run.megabytes)
            label = f"reference formula, class means: {DISTANCES} distances, all measured"
        total = float(np.mean(best.each)) * DISTANCES
        table.append([label, significant(total), f"{best.megabytes:,.0f}", "1", name_of(coretype)])
    for draws, (run, coretype) in own.items():
        label = "without controls (--draws 0)" if draws == 0 else f"bands and held-out repetition (--draws {draws})"
        table.append(
            [
                f"oodml, whole command, samples, {label}",
                significant(run.seconds),
                f"{run.megabytes:,.0f}",
                significant(total / run.seconds) if total else "–",
                name_of(coretype),
            ]
        )
    print_table(["what", "seconds", "peak MB", "times faster", "OPENBLAS_CORETYPE"], table)


if __name__ == "__main__":
    main()
