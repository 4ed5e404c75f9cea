"""How hard is one class-disjoint hold-out, beside those of splytters and DataSAIL at the same ratio?

    python3 -m pip install --require-hashes -r Scripts/requirements/benchmarks.txt
    python3 -m pip install datasail==1.4.0
    python3 Benchmarks/holdout.py --features F.npy --samples S.csv

Without features it takes synthetic ones. Every method holds out a fifth of the classes and is measured here, by the
whole classes that it names, whatever it says itself:

- fid: the squared Fréchet distance between the samples of the test classes and all others, as oodml has it;
- reach: the mean distance of a test class's mean from the nearest mean of another class that is not for test, by
  splytters' `compute_split_similarity`;
- leakage: the part of all similarity between class means that is across the parts, by DataSAIL's `eval_split`, with
  exp(-distance² / mean squared distance) as similarity. Lower is harder.

splytters and DataSAIL get the class means, one row a class, so that no class is divided. splytters: all its adversarial
splitters that take a train size and no labels, for three seeds and the options of `extremes.py`; of those with exactly
the right number of classes the one of largest fid counts, and is named. DataSAIL: its cluster-based split C1e on the
same similarities, of 50 clusters, its default, and of as many as there are classes. It may miss the ratio by its
epsilon of 5 %; how many classes it took is shown.
"""

import argparse
import contextlib
import csv
import io
import json
import pathlib
import tempfile
import time
import warnings

import numpy as np

import synthetic
from extremes import SPLITTER_OPTIONS, distance, splitters
from measure import Run, add_oodml, print_machine, print_table, significant


class Case:
    """Features, the class of each row, and the means of the classes."""

    def __init__(self, name, features, classes):
        self.name, self.x = name, np.asarray(features, np.float32)
        self.labels, self.of_row = np.unique(classes, return_inverse=True)
        self.means = np.stack([self.x[self.of_row == number].mean(0) for number in range(len(self.labels))])
        squared = ((self.means[:, None] - self.means[None]) ** 2).sum(-1).astype(float)
        self.similarity = np.exp(-squared / squared[np.triu_indices(len(squared), 1)].mean())

    @property
    def test_count(self):
        return round(len(self.labels) / 5)

    def fid(self, test):
        is_test = np.isin(self.of_row, test)
        return distance(self.x.astype(np.float64), ~is_test, is_test)

    def measured(self, test):
        import splytters
        from datasail.eval import eval_split

        train = np.setdiff1d(np.arange(len(self.labels)), test)
        reach = splytters.compute_split_similarity(self.means, train, np.asarray(test))["mean_cross_distance"]
        parts = {str(number): "test" if number in set(test) else "train" for number in range(len(self.labels))}
        names = list(parts)
        with contextlib.redirect_stdout(io.StringIO()):
            leakage = eval_split(
                "O", {name: name for name in names}, None, (names, self.similarity), None, None, parts
            )[0]
        return self.fid(test), reach, leakage


def by_oodml(case, command, difficulty):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        np.save(folder / "f.npy", case.x)
        with (folder / "s.csv").open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["sample", "class"])
            rows.writerows([f"s{row}", f"c{number:06}"] for row, number in enumerate(case.of_row))
        run = Run(
            [
                *(
                    command,
                    "holdout",
                    "--features",
                    folder / "f.npy",
                    "--samples",
                    folder / "s.csv",
                    "--ratio",
                    "80/20",
                ),
                *("--difficulty", difficulty, "--draws", "0", "--out", folder / "out", "-q"),
            ]
        )
        level = json.loads((folder / "out/manifest.json").read_text())["levels"][0]
    test = [int(label[1:]) for label in level["test"]]
    if abs(case.fid(test) / level["fid"] - 1) > 1e-6:
        raise SystemExit(f"{case.name}: oodml says {level['fid']} where this script measures {case.fid(test)}")
    return [(f"oodml, {difficulty}", test, run.seconds)]


def by_splytters(case):
    best, start = None, time.perf_counter()
    size = len(case.labels) - case.test_count
    for _, name, function in splitters(["adversarial"]):
        for options in SPLITTER_OPTIONS.get(name, [{}]):
            for seed in range(3):
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    try:
                        _, test = function(case.means, train_size=size, random_state=seed, **options)
                    except ValueError:  # it refuses some data and options
                        continue
                if len(test) != case.test_count:
                    continue
                found = case.fid(test)
                if best is None or found > best[0]:
                    best = found, name, list(test)
    return [(f"splytters, {best[1]}", best[2], time.perf_counter() - start)]


def by_datasail(case):
    from datasail.sail import datasail

    names = [str(number) for number in range(len(case.labels))]
    found = []
    for clusters in sorted({min(50, len(names)), len(names)}):
        start = time.perf_counter()
        with contextlib.redirect_stdout(io.StringIO()):
            splits, _, _ = datasail(
                techniques=["C1e"], splits=[8, 2], names=["train", "test"], e_type="O", max_sec=60, solver="SCIP",
                e_data={name: name for name in names}, e_sim=(names, case.similarity), e_clusters=clusters,
            )  # fmt: skip
        parts = splits["C1e"][0] if splits.get("C1e") else {}
        test = [int(name) for name, part in parts.items() if part == "test"]
        if test:
            found.append((f"DataSAIL, {clusters} clusters", test, time.perf_counter() - start))
    return found


def at_random(case):
    generator = np.random.default_rng(0)
    draws = [generator.permutation(len(case.labels))[: case.test_count] for _ in range(21)]
    return [("random (median of 21)", sorted(draws, key=case.fid)[10].tolist(), 0)]


def cases(arguments):
    if arguments.features:
        with pathlib.Path(arguments.samples).open(newline="") as file:
            classes = [row["class"] for row in csv.DictReader(file)]
        return [Case(pathlib.Path(arguments.features).stem, np.load(arguments.features), classes)]
    found = []
    for kind in ("isotropic", "clustered", "relu", "uneven_clusters"):
        means = synthetic.class_means(kind, 150, 64, 1)
        generator = np.random.default_rng(1)
        rows = np.repeat(means, 20, 0) + generator.normal(size=(3000, 64)) * means.std()
        found.append(Case(kind, rows, np.repeat(np.arange(150), 20)))
    return found


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_oodml(options)
    options.add_argument("--features", help="a .npy file, for data of your own")
    options.add_argument("--samples", help="its table, with a column class")
    arguments = options.parse_args()
    rows = []
    for case in cases(arguments):
        for method in (
            lambda case: by_oodml(case, arguments.oodml, "hardest"),
            by_splytters,
            by_datasail,
            at_random,
            lambda case: by_oodml(case, arguments.oodml, "easiest"),
        ):
            for name, test, seconds in method(case):
                fid, reach, leakage = case.measured(test)
                numbers = [significant(value, 4) for value in (fid, reach, leakage)]
                time_taken = significant(seconds, 2) if seconds else "–"
                rows.append([case.name, name, f"{len(test)} of {len(case.labels)}", *numbers, time_taken])
                print(rows[-1], flush=True)
    print_machine(["numpy", "scipy", "scikit-learn", "splytters", "datasail"])
    print_table(["data", "method", "classes held out", "fid", "reach", "leakage", "seconds"], rows)


if __name__ == "__main__":
    main()
