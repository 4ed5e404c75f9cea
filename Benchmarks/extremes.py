"""How far apart, and how close together, can the two sides of a split be brought? oodml beside its peers.

    python3 -m pip install --require-hashes -r Scripts/requirements/benchmarks.txt
    python3 Benchmarks/extremes.py --cache extremes-cache.json
    python3 Benchmarks/extremes.py --quick

Each data set is a table of class means, one sample a class, so that the statistic `class-means` and its features are
the same thing. The start is the first half of the classes in the order of their names. Compared are, for equal class
counts on each side,

- oodml: the hardest level without removed classes and the easiest level of
  `make-splits --statistic class-means --draws 0`;
- swaps: the hardest and easiest of all splits that the swaps of Milbich et al. (2021) pass through, two at a time and
  one at a time, with tabu lists of 5 and of 30 positions, harder and easier. The walk is written anew below;
- splytters: all its adversarial and overlap splitters that take embeddings and a train size and no labels, each for
  several seeds and sensible values of its own options, each result counted as hardest and as easiest. Results with
  other class counts than the start's do not count.

Every split of every method is measured by `distance` below, whatever the method says itself.
"""

import argparse
import functools
import json
import pathlib
import sys
import tempfile
import warnings

import numpy as np

import synthetic
from measure import add_oodml, make_splits, print_machine, print_table, significant

TOLERANCE = 1e-9
# Raised when a peer's part below changes, so that no stale result is taken from a cache.
CACHE_VERSION = 1


# MARK: The measure


def factor(rows):
    """F with FᵀF = the covariance of `rows` (divisor n - 1); at most d rows."""
    centred = (rows - rows.mean(0)) / np.sqrt(len(rows) - 1)
    return np.linalg.qr(centred, mode="r") if len(rows) > rows.shape[1] else centred


def distance(x, train, test):
    """The squared Fréchet distance of two sets of rows of `x`, by the singular values of the product of factors."""
    a, b = x[train], x[test]
    fa, fb = factor(a), factor(b)
    overlap = np.linalg.svd(fa @ fb.T, compute_uv=False).sum()
    return float(((a.mean(0) - b.mean(0)) ** 2).sum() + (fa**2).sum() + (fb**2).sum() - 2 * overlap)


class Extremes:
    """The hardest and the easiest of the splits that it is shown."""

    def __init__(self, x):
        self.x, self.hardest, self.easiest = x, None, None

    def show(self, train, test, name):
        if set(train) & set(test) or len(train) + len(test) != len(self.x):
            raise ValueError(f"{name} does not split the classes in two")
        value = distance(self.x, train, test)
        found = dict(fid=value, train=sorted(map(int, train)), by=name)
        if self.hardest is None or value > self.hardest["fid"]:
            self.hardest = found
        if self.easiest is None or value < self.easiest["fid"]:
            self.easiest = found

    def result(self):
        return dict(hardest=self.hardest, easiest=self.easiest)


# MARK: The peers


def walk(x, train, test, swaps, history, easier, iterations, found, name):
    """The swaps of Milbich et al. (2021); Scripts/fixtures/milbich2021_reference.py describes their rules."""
    train, test = list(train), list(test)
    tabu, chosen = ([], []), [None, None]
    for _ in range(iterations):
        found.show(train, test, name)
        mean_train, mean_test = x[train].mean(0), x[test].mean(0)
        to_train, to_test = (np.linalg.norm(x - mean, axis=1) for mean in (mean_train, mean_test))
        orders = [np.argsort((to_test - to_train)[train]), np.argsort((to_train - to_test)[test])]
        if easier:
            orders = [order[::-1] for order in orders]
        reach = min(len(train), len(test))
        for k in range(swaps):
            for side in range(2):
                recent = set(tabu[side][-history:])
                position = next((p for p in orders[side][k:reach] if p not in recent), None)
                if position is not None:  # else the side's last position serves again
                    tabu[side].append(position)
                    chosen[side] = position
            p, q = chosen
            train[p], test[q] = test[q], train[p]


def reference_swaps(x, train, test, swaps):
    found = Extremes(x)
    for history in (5, 30):
        for easier in (False, True):
            name = f"{swaps} at a time, {'easier' if easier else 'harder'}, history {history}"
            walk(x, train, test, swaps, history, easier, 50, found, name)
    return found.result()


SPLITTER_OPTIONS = dict(
    cluster_split=[dict(n_clusters=k, strategy=s) for k in (2, 5, 10, 20) for s in ("size", "centroid", "closest")],
    centroid_adversarial_split=[dict(n_clusters=k) for k in (2, 5, 10, 20)],
    distance_adversarial_split=[dict(metric=m) for m in ("euclidean", "cosine")],
    density_adversarial_split=[dict(k=k) for k in (3, 10)],
    min_cut_split=[dict(metric=m) for m in ("euclidean", "cosine")],
    normalized_cut_split=[dict(metric=m) for m in ("euclidean", "cosine")],
    mmd_maximized_split=[{}, dict(kernel="linear")],
    maximin_split=[dict(metric=m) for m in ("euclidean", "cosine")],
    cluster_leak_split=[dict(n_clusters=k) for k in (2, 5, 10, 20)],
    centroid_matched_split=[{}, dict(n_iterations=1000)],
    max_coverage_split=[{}],
)


def splitters(families=("adversarial", "overlap")):
    """(family, name, function) of all splitters that need no labels."""
    import inspect

    import splytters

    for family in families:
        for name in splytters.list_splitters(by_family=True)[family]:
            function = getattr(splytters, name)
            parameters = inspect.signature(function).parameters
            needs_labels = "y" in parameters and parameters["y"].default is inspect.Parameter.empty
            if "train_size" in parameters and not needs_labels:
                yield family, name, function


def splytters_family(x, train, test, family, seeds=(0, 1, 2)):
    found = Extremes(x)
    left_out = 0
    for _, name, function in splitters([family]):
        for options in SPLITTER_OPTIONS.get(name, [{}]):
            for seed in seeds:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    try:
                        a, b = function(x, train_size=len(train), random_state=seed, **options)
                    except ValueError:  # it refuses some data and options, such as more clusters than rows
                        left_out += 1
                        continue
                if len(a) == len(train) and len(b) == len(test):
                    found.show(a, b, name)
                else:
                    left_out += 1
    return found.result() | dict(left_out=left_out)


PEERS = {
    "swaps by 2": functools.partial(reference_swaps, swaps=2),
    "swaps by 1": functools.partial(reference_swaps, swaps=1),
    "splytters adversarial": functools.partial(splytters_family, family="adversarial"),
    "splytters overlap": functools.partial(splytters_family, family="overlap"),
}


# MARK: The cases


def cases(quick):
    if quick:
        shapes, kinds, seeds = [(40, 16), (60, 64)], list(synthetic.CLASS_MEANS), [1]
    else:
        shapes = [(40, 64), (61, 8), (100, 32), (100, 128), (200, 16), (200, 256), (300, 64)]
        kinds, seeds = list(synthetic.CLASS_MEANS), [1, 2]
    return [dict(kind=kind, classes=n, d=d, seed=seed) for n, d in shapes for kind in kinds for seed in seeds]


def start_of(case):
    half = case["classes"] // 2
    return list(range(half)), list(range(half, case["classes"]))


def peers(case, cache):
    """What the peers reach, from the cache if it is there."""
    key = json.dumps(case | dict(version=CACHE_VERSION), sort_keys=True)
    if key not in cache:
        x = synthetic.class_means(**case).astype(np.float64)
        cache[key] = {name: method(x, *start_of(case)) for name, method in PEERS.items()}
    return cache[key]


def oodml_levels(case, command, folder, options=()):
    """The levels of the manifest, each with the distance that this script measures, and the run's seconds."""
    x = synthetic.class_means(**case)
    folder = pathlib.Path(folder)
    np.save(folder / "features.npy", x)
    synthetic.write_samples(folder / "samples.csv", range(len(x)))
    run = make_splits(
        command,
        folder / "features.npy",
        folder / "samples.csv",
        folder / "out",
        "--statistic",
        "class-means",
        "--levels",
        "9",
        "--draws",
        "0",
        *options,
    )
    levels = json.loads((folder / "out/manifest.json").read_text())["levels"]
    number = {synthetic.class_label(i): i for i in range(len(x))}
    for level in levels:
        train, test = ([number[label] for label in level[side]] for side in ("train", "test"))
        level["measured"] = distance(x.astype(np.float64), train, test)
        if abs(level["measured"] - level["fid"]) > 1e-8 * abs(level["fid"]) + 1e-12 * float((x**2).sum()):
            sys.exit(f"{case}: oodml says {level['fid']} where this script measures {level['measured']}")
        level["counts"] = (len(train), len(test))
    return levels, run.seconds


def oodml_extremes(case, command, folder, options=()):
    levels, seconds = oodml_levels(case, command, folder, options)
    counts = tuple(map(len, start_of(case)))
    whole = [level for level in levels if not level.get("removed")]
    for level in whole:
        if level["counts"] != counts:
            sys.exit(f"{case}: level {level['id']} has {level['counts']} classes, not {counts}")
    return dict(
        hardest=max(level["measured"] for level in whole),
        easiest=min(level["measured"] for level in whole),
        seconds=seconds,
    )


def compare(selection, command, cache, save=lambda: None, options=(), progress=sys.stderr):
    """One dictionary a case: the case, its start, the peers' results, and oodml's if there is a command."""
    for case in selection:
        x = synthetic.class_means(**case).astype(np.float64)
        result = dict(case=case, start=distance(x, *start_of(case)), peers=peers(case, cache))
        save()
        for extreme, better in (("hardest", max), ("easiest", min)):
            known = {name: peer[extreme]["fid"] for name, peer in result["peers"].items() if peer[extreme]}
            result[f"best_{extreme}"] = better(known.values())
        if command:
            with tempfile.TemporaryDirectory() as folder:
                result["oodml"] = oodml_extremes(case, command, folder, options)
            own = result["oodml"]
            result["hardest_worse"] = own["hardest"] < result["best_hardest"] * (1 - TOLERANCE)
            result["easiest_worse"] = own["easiest"] > result["best_easiest"] * (1 + TOLERANCE)
            print(
                case,
                {key: round(value, 4) for key, value in own.items()},
                f"peers {result['best_hardest']:.4f}",
                f"{result['best_easiest']:.4f}",
                "HARDEST WORSE" if result["hardest_worse"] else "",
                "EASIEST WORSE" if result["easiest_worse"] else "",
                file=progress,
                flush=True,
            )
        yield result


def row(result):
    def cell(extreme, name, mark):
        found = result["peers"][name][extreme]
        if found is None:
            return "–"
        text = significant(found["fid"], 4)
        if name.startswith("splytters"):
            text += f" ({found['by'].removesuffix('_split').replace('_', ' ')})"
        return f"**{text}**" if found["fid"] == result[f"best_{extreme}"] and mark else text

    own, case = result.get("oodml"), result["case"]
    cells = [f"{case['kind']} {case['seed']}", case["classes"], case["d"], significant(result["start"], 4)]
    for extreme in ("hardest", "easiest"):
        worse = result.get(f"{extreme}_worse", True)
        text = significant(own[extreme], 4) if own else "–"
        cells.append(text if worse else f"**{text}**")
        cells += [cell(extreme, name, worse) for name in PEERS]
    return cells


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_oodml(options)
    options.add_argument("--quick", action="store_true", help="a small subset, in under a minute")
    options.add_argument("--cache", help="a file that keeps the peers' results")
    options.add_argument("--kinds", help="only these kinds of class means, separated by commas")
    options.add_argument("--peers-only", action="store_true", help="do not run oodml")
    arguments = options.parse_args()

    cache = {}
    if arguments.cache and pathlib.Path(arguments.cache).exists():
        cache = json.loads(pathlib.Path(arguments.cache).read_text())

    def save():
        if arguments.cache:
            beside = pathlib.Path(arguments.cache + ".new")
            beside.write_text(json.dumps(cache))
            beside.replace(arguments.cache)

    selection = cases(arguments.quick)
    if arguments.kinds:
        selection = [case for case in selection if case["kind"] in arguments.kinds.split(",")]
    command = None if arguments.peers_only else arguments.oodml
    results = list(compare(selection, command, cache, save))

    print_machine(["numpy", "scipy", "scikit-learn", "splytters"])
    extremes = [f"{extreme}: {name}" for extreme in ("hardest", "easiest") for name in ["oodml", *PEERS]]
    print_table(["data", "classes", "d", "start", *extremes], [row(result) for result in results])
    if command:
        for extreme in ("hardest", "easiest"):
            count = sum(result[f"{extreme}_worse"] for result in results)
            print(
                f"{extreme}: oodml is worse than the best peer by more than {TOLERANCE:g} in {count} of "
                f"{len(results)} data sets"
            )
            ratios = [result["oodml"][extreme] / result[f"best_{extreme}"] for result in results]
            print(f"  oodml / best peer: median {np.median(ratios):.4f}, from {min(ratios):.4f} to {max(ratios):.4f}")


if __name__ == "__main__":
    main()
