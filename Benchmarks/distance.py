"""Time and values of the Fréchet distance: oodml beside the formulas that are in use.

    python3 -m pip install --require-hashes -r Scripts/requirements/benchmarks.txt
    swift build -c release
    python3 Benchmarks/distance.py --work FOLDER

Two sets of 5,900 × 2048 ReLU-like features (float32), and 100 against 100 of their rows as if they were class means.
Peers, all in float64, mean and covariance (one matrix product a set) included in "from rows":

- eigenvalues: Tr √(Σ₁Σ₂) from numpy's eigenvalues of the unsymmetric product, as torchmetrics has it;
- sqrtm: scipy's square root of the product, as pytorch-fid has it;
- symmetric: numpy's Cholesky factor and the eigenvalues of a symmetric product, the best of the common formulas;
- reference (class means): the formula of Milbich et al. (2021), numpy's cov and sqrtm with 1e-8 on both diagonals;
- singular values (class means): numpy, oodml's own formula for few rows.

Each side runs in its own process with OPENBLAS_CORETYPE unset and with Haswell, and the quicker one counts. A time is
the best of up to three runs, or five for class means (oodml: as often as its benchmark repeats). oodml is timed inside
one process, like its peers, by the package in this folder; the whole command `oodml distance` is a row of its own.
"""

import argparse
import functools
import json
import pathlib
import shlex
import sys
import tempfile
import time
import types

import numpy as np

import synthetic
from measure import CORETYPES, Run, add_oodml, best_setting, name_of, print_machine, print_table, significant

ROWS, D, CLASSES = 5900, 2048, 100


# MARK: The peers, each in a process of its own


def statistics(rows):
    rows = rows.astype(np.float64)
    mean = rows.mean(0)
    rows -= mean
    return mean, rows.T @ rows / (len(rows) - 1)


def with_root(root):
    """A formula in two steps: statistics of each side, then the distance from them."""

    def from_statistics(a, b):
        (mean_a, cov_a), (mean_b, cov_b) = a, b
        return ((mean_a - mean_b) ** 2).sum() + np.trace(cov_a) + np.trace(cov_b) - 2 * root(cov_a, cov_b)

    return statistics, from_statistics


def eigenvalues_root(a, b):
    return np.sqrt(np.linalg.eigvals(a @ b).astype(complex)).real.sum()


def symmetric_root(a, b):
    factor = np.linalg.cholesky(a)
    return np.sqrt(np.maximum(np.linalg.eigvalsh(factor.T @ b @ factor), 0)).sum()


def sqrtm_root(a, b):
    import scipy.linalg

    return np.trace(scipy.linalg.sqrtm(a @ b).real)


def ridge_root(a, b):
    ridge = 1e-8 * np.eye(len(a))
    return sqrtm_root(a + ridge, b + ridge)


def plain_statistics(rows):
    return rows.mean(0), np.cov(rows, rowvar=False)


def singular_values(a, b):
    return (
        ((a[0] - b[0]) ** 2).sum()
        + (a[1] ** 2).sum()
        + (b[1] ** 2).sum()
        - 2 * np.linalg.svd(a[1] @ b[1].T, compute_uv=False).sum()
    )


def centred_rows(rows):
    rows = rows.astype(np.float64)
    mean = rows.mean(0)
    return mean, (rows - mean) / np.sqrt(len(rows) - 1)


FORMULAS = {
    "eigenvalues": with_root(eigenvalues_root),
    "symmetric": with_root(symmetric_root),
    "sqrtm": with_root(sqrtm_root),
    "reference": (plain_statistics, with_root(ridge_root)[1]),
    "singular values": (centred_rows, singular_values),
}


def work(name, path_a, path_b, rows):
    """Prints the best times of one formula, as JSON."""
    from threadpoolctl import threadpool_info

    a, b = (np.load(path)[:rows] for path in (path_a, path_b))
    fit, from_statistics = FORMULAS[name]
    small = a[:50, :16]  # so that libraries are loaded and threads are running before the clock starts
    from_statistics(fit(small), fit(a[50:100, :16]))
    result = dict(from_rows=np.inf, from_statistics=np.inf)
    began, repeats = time.perf_counter(), 0
    while repeats < (3 if rows > CLASSES else 5) and time.perf_counter() - began < 60:
        start = time.perf_counter()
        sides = fit(a), fit(b)
        fitted = time.perf_counter()
        value = from_statistics(*sides)
        end = time.perf_counter()
        result["from_rows"] = min(result["from_rows"], end - start)
        result["from_statistics"] = min(result["from_statistics"], end - fitted)
        repeats += 1
    libraries = [library for library in threadpool_info() if library["user_api"] == "blas"]
    kernels = sorted({library.get("architecture", "?") for library in libraries})
    print(json.dumps(result | dict(value=float(value), repeats=repeats, kernels="/".join(kernels))))


def measured(name, paths, rows, coretypes):
    def run(coretype):
        command = [sys.executable, __file__, "--worker", name, *paths, "--rows", rows]
        result = Run(command, coretype).json()
        print(f"{name}, {rows} rows, {name_of(coretype)}: {result}", file=sys.stderr, flush=True)
        return types.SimpleNamespace(seconds=result["from_rows"], **result)

    return best_setting(run, coretypes)


# MARK: oodml


def oodml_in_process(command, paths, coretypes):
    """Each time with its own best setting: {"from_rows": (seconds, setting), …}."""
    best = {}
    for coretype in coretypes:
        result = json.loads(Run([*shlex.split(command), *paths], coretype).output.strip().splitlines()[-1])
        print(f"oodml, {name_of(coretype)}: {result}", file=sys.stderr, flush=True)
        for key in ("from_rows", "from_statistics", "class_means"):
            if key in result and (key not in best or result[key] < best[key][0]):
                best[key] = (result[key], coretype)
    return best


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_oodml(options)
    options.add_argument(
        "--in-process",
        metavar="COMMAND",
        default="swift run -c release --package-path Benchmarks frechet-benchmark",
        help="prints oodml's times inside one process for A.npy and B.npy (default: %(default)s)",
    )
    options.add_argument("--work", help="a folder for the features, 100 MB; they are made once")
    options.add_argument("--peers-only", action="store_true", help="do not run oodml")
    options.add_argument("--peers", default="eigenvalues,symmetric,sqrtm", help="which of them, for the full rows")
    options.add_argument("--worker", nargs=3, help=argparse.SUPPRESS)
    options.add_argument("--rows", type=int, default=ROWS, help=argparse.SUPPRESS)
    arguments = options.parse_args()
    if arguments.worker:
        work(*arguments.worker, arguments.rows)
        return

    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(arguments.work or temporary).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        paths = [folder / "A.npy", folder / "B.npy"]
        # One set of classes for both files, so that they differ as two halves of a dataset do.
        model = synthetic.ReLUFeatures(1, 200, D)
        for side, path in enumerate(paths):
            if not path.exists():
                model.write(path, np.arange(ROWS) % 100 + 100 * side)
        report(arguments, folder, paths)


def report(arguments, folder, paths):
    few = [folder / "A-means.npy", folder / "B-means.npy"]
    for path, whole in zip(few, paths, strict=True):
        np.save(path, np.load(whole)[:CLASSES])
    peers = {name: measured(name, paths, ROWS, CORETYPES) for name in arguments.peers.split(",") if name}
    small_peers = {name: measured(name, paths, CLASSES, CORETYPES) for name in ("reference", "singular values")}
    own, command, values = {}, {}, {}
    if not arguments.peers_only:
        own = oodml_in_process(arguments.in_process, paths, CORETYPES)
        for name, files in (("full", paths), ("means", few)):
            line = [arguments.oodml, "distance", *files, "--format", "json"]
            command[name] = best_setting(functools.partial(Run, line))
            values[name] = command[name][0].json()["frechet"]

    print_machine(["numpy", "scipy"])
    for title, group, key, part, name in [
        (f"From rows, {ROWS:,} + {ROWS:,} × {D}", peers, "from_rows", "from_rows", "full"),
        (
            f"From statistics (mean and covariance, or what oodml keeps of a set), {D} dimensions",
            peers,
            "from_statistics",
            "from_statistics",
            "full",
        ),
        (f"Class means, {CLASSES} against {CLASSES} × {D}", small_peers, "from_rows", "class_means", "means"),
    ]:
        print(f"**{title}**\n")
        value, oodml_seconds = values.get(name), own.get(part, (None, None))[0]
        rows = []
        if oodml_seconds is not None:
            rows.append(["oodml", significant(oodml_seconds), "1", name_of(own[part][1]), f"{value:.10g}", "–"])
        if name in command and key == "from_rows":
            run, coretype = command[name]
            rows.append(
                [
                    "oodml distance, whole command",
                    significant(run.seconds),
                    significant(run.seconds / oodml_seconds) if oodml_seconds else "–",
                    name_of(coretype),
                    f"{value:.10g}",
                    "–",
                ]
            )
        for peer, (result, coretype) in group.items():
            seconds = getattr(result, key)
            rows.append(
                [
                    peer,
                    significant(seconds),
                    significant(seconds / oodml_seconds) if oodml_seconds else "–",
                    f"{name_of(coretype)} ({result.kernels})",
                    f"{result.value:.10g}",
                    f"{abs(result.value / value - 1):.1e}" if value else "–",
                ]
            )
        print_table(["formula", "seconds", "times oodml's", "OPENBLAS_CORETYPE", "value", "relative difference"], rows)


if __name__ == "__main__":
    main()
