"""Time of scoring arrays in memory: oodml.score and oodml.pml beside pytorch-metric-learning and Open Metric Learning.

    python3 -m pip install --require-hashes -r Scripts/requirements/benchmarks.txt
    python3 -m pip install .build/wheels/oodml-*.whl
    python3 Benchmarks/python.py

Float32 rows of 512 columns around the centres of classes of 59, in memory, in one process for each side; every row is a
query, and the gallery is all others:

- oodml.score: Recall@1, R-precision and MAP@R, exact, without clusters and structure.
- oodml.pml: AccuracyCalculator for the same, in the place of PML's.
- PML: AccuracyCalculator for the same with k = "max_bin_count", its default for them, on rows of length 1.
- OML (open-metric-learning, if it is installed): batched_knn for the nearest 100, and calc_retrieval_metrics for CMC@1
  and mAP@100, since it has neither R-precision nor MAP@R.

Each side runs on one thread and on all, with OPENBLAS_CORETYPE unset and with Haswell (oodml), and the quickest counts.
"""

import argparse
import importlib.util
import os
import sys

from measure import CORETYPES, Run, name_of, print_machine, print_table, significant

WORKER = """
import json, sys, time
import numpy as np
n, d, what, threads, repeats = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
rng = np.random.default_rng([n, d])
count = max(n // 59, 2)
labels = rng.permutation(np.arange(n) % count)
centres = rng.standard_normal((count, d), dtype=np.float32)
rows = centres[labels] + np.float32(6) * rng.standard_normal((n, d), dtype=np.float32)
names = ("precision_at_1", "r_precision", "mean_average_precision_at_r")
if what == "oodml.score":
    import oodml
    def run():
        scores = oodml.score(rows, labels, recall_at=1, no_clusters=True, no_structure=True)
        return [scores["recall@1"], scores["r_precision"], scores["map@r"]]
elif what == "oodml.pml":
    from oodml.pml import AccuracyCalculator
    # As PML's, it searches by Euclidean distance unless rows have length 1.
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    accuracy = AccuracyCalculator(include=names)
    def run():
        values = accuracy.get_accuracy(rows, labels)
        return [values[name] for name in names]
else:
    import torch
    torch.set_num_threads(threads)
    rows, labels = torch.nn.functional.normalize(torch.from_numpy(rows)), torch.from_numpy(labels)
    if what == "PML":
        import faiss
        faiss.omp_set_num_threads(threads)
        from pytorch_metric_learning.utils.accuracy_calculator import AccuracyCalculator
        accuracy = AccuracyCalculator(include=names, k="max_bin_count", device=torch.device("cpu"))
        def run():
            values = accuracy.get_accuracy(rows, labels)
            return [float(values[name]) for name in names]
    else:
        from oml.functional.knn import batched_knn
        from oml.functional.metrics import calc_retrieval_metrics
        ids = torch.arange(n)
        def run():
            _, found, relevant = batched_knn(rows, ids, ids, top_n=100, labels_gt=labels)
            values = calc_retrieval_metrics(
                found, relevant, cmc_top_k=(1,), precision_top_k=(), map_top_k=(100,), verbose=False
            )
            return [float(values["cmc"][1]), None, None]
times, values = [], None
for _ in range(repeats):
    start = time.perf_counter()
    values = run()
    times.append(time.perf_counter() - start)
print(json.dumps(dict(seconds=min(times), first=times[0], values=values)))
"""


def best(n, d, what, repeats):
    """The quickest of all settings of threads and kernels, in seconds, with the values, or None if it failed."""
    found = None
    own = what.startswith("oodml")
    for threads in (os.cpu_count(),) if own else sorted({1, os.cpu_count()}):
        for coretype in CORETYPES if own else (None,):
            run = Run([sys.executable, "-c", WORKER, n, d, what, threads, repeats], coretype, check=False)
            try:
                result = run.json()
            except ValueError:
                print(f"{what}, {n} rows: failed", file=sys.stderr)
                return None
            result["peak"] = run.megabytes
            setting = f"{name_of(coretype)}, {threads} threads"
            print(f"{what}, {n} rows, {setting}: {result['seconds']:.3f} s", file=sys.stderr)
            if found is None or result["seconds"] < found["seconds"]:
                found = result
    return found


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--sizes", default="1000,20000,60502", help="rows (default: %(default)s)")
    options.add_argument("--dimension", type=int, default=512, help="columns (default: %(default)s)")
    options.add_argument("--repeats", type=int, default=3, help="runs of each setting (default: %(default)s)")
    arguments = options.parse_args()
    print_machine(("faiss-cpu", "torch", "pytorch-metric-learning", "numpy"))
    sides = ["oodml.score", "oodml.pml", "PML"]
    if importlib.util.find_spec("oml") is not None:
        sides.append("OML")
    rows = []
    for n in map(int, arguments.sizes.split(",")):
        repeats = arguments.repeats if n <= 20_000 else 1
        results = {side: best(n, arguments.dimension, side, repeats) for side in sides}
        own = results["oodml.score"]["seconds"]
        for side, result in results.items():
            if result is None:
                rows.append([n, side, "failed", "", "", "", ""])
                continue
            values = [f"{value:.6f}" if value is not None else "–" for value in result["values"]]
            ratio = significant(result["seconds"] / own)
            rows.append([n, side, significant(result["seconds"]), ratio, *values, round(result["peak"])])
    header = ["rows", "side", "s", "of oodml.score", "Recall@1", "R-precision", "MAP@R", "MB"]
    print_table(header, rows)


main()
