"""Which direction tells best what distinguishes two sides?

    python3 -m pip install --require-hashes -r Scripts/requirements/benchmarks.txt
    swift build -c release
    python3 Benchmarks/directions.py

Compared are the difference of the sides' means, δ, and two whitened ones as in linear discriminant analysis,
(S + λI)⁻¹δ with S the covariance within classes or within sides and λ a twentieth of its mean variance. On the
published levels of glyphs200:

- the part of the level's distance that is between the means along the direction, (δ·u)² / fid;
- how well a direction from half of the classes of each side separates the samples of the other half: the probability
  that a test sample lies beyond a train sample, the mean of ten draws;
- the cosine between the directions from two halves of every class's samples;
- which part of the five outermost classes of a side, by the means of those halves, is the same.

On synthetic classes with a known place along one axis, beside eight directions of large variance that mean nothing: the
correlation of the classes' places along the direction with the true ones, within each side.
"""

import argparse
import csv
import json
import pathlib
import tempfile

import numpy as np

from measure import REPOSITORY, Run, add_oodml, print_machine, print_table

KINDS = ["difference of means", "whitened within classes", "whitened within sides"]
SHAPES = [(12, 10, 64), (20, 6, 512), (40, 20, 128), (110, 12, 384)]


def separation(train, test):
    """The probability that a test value is above a train value, ties counting half."""
    train = np.sort(train)
    return ((np.searchsorted(train, test, "left") + np.searchsorted(train, test, "right")) / 2).mean() / len(train)


def direction(rows, classes, train, test, kind):
    sides = [rows[np.isin(classes, side)] for side in (train, test)]
    difference = sides[1].mean(0) - sides[0].mean(0)
    if kind != KINDS[0]:
        if kind == KINDS[1]:
            kept = [rows[classes == number] for number in np.concatenate([train, test])]
            centred = np.concatenate([part - part.mean(0) for part in kept])
        else:
            centred = np.concatenate([part - part.mean(0) for part in sides])
        covariance = centred.T @ centred / len(centred)
        ridge = 0.05 * np.trace(covariance) / len(covariance)
        difference = np.linalg.solve(covariance + ridge * np.eye(len(covariance)), difference)
    return difference / np.linalg.norm(difference)


def outermost(rows, classes, side, towards):
    means = {number: rows[classes == number].mean(0) @ towards for number in side}
    return set(sorted(side, key=lambda number: means[number])[:5])


def measure_level(rows, classes, train, test, fid, kind, rng):
    unit = direction(rows, classes, train, test, kind)
    gap = rows[np.isin(classes, test)].mean(0) - rows[np.isin(classes, train)].mean(0)
    separations = []
    for _ in range(10):
        halves = [np.array_split(rng.permutation(side), 2) for side in (train, test)]
        found = direction(rows, classes, halves[0][0], halves[1][0], kind)
        places = [rows[np.isin(classes, half[1])] @ found for half in halves]
        separations.append(separation(*places))
    first = np.zeros(len(rows), bool)
    for number in np.unique(classes):
        members = rng.permutation(np.flatnonzero(classes == number))
        first[members[: len(members) // 2]] = True
    found, common = [], []
    for half in (first, ~first):
        part = direction(rows[half], classes[half], train, test, kind)
        found.append(part)
        common.append(
            [outermost(rows[half], classes[half], side, sign * part) for side, sign in ((train, 1), (test, -1))]
        )
    same = np.mean([len(a & b) / 5 for a, b in zip(*common, strict=True)])
    return (gap @ unit) ** 2 / fid, np.mean(separations), found[0] @ found[1], same


def glyphs(oodml):
    manifest = json.loads((REPOSITORY / "splits/glyphs200/manifest.json").read_text())
    with tempfile.TemporaryDirectory() as folder:
        store = pathlib.Path(folder) / "store"
        Run([oodml, "embed", "--dataset", "glyphs200", "--out", store, "--quiet"])
        rows = np.load(store / "embeddings.npy").astype(float)
        with (store / "samples.csv").open(newline="") as file:
            labels = [row["class"] for row in csv.DictReader(file)]
    numbers = {label: number for number, label in enumerate(sorted(set(labels)))}
    classes = np.array([numbers[label] for label in labels])
    table = []
    for level in manifest["levels"]:
        train, test = (np.array([numbers[label] for label in level[side]]) for side in ("train", "test"))
        for kind in KINDS:
            rng = np.random.default_rng(0)
            found = measure_level(rows, classes, train, test, level["fid"], kind, rng)
            table.append([level["id"], kind, *(f"{value:.3f}" for value in found)])
    print_table(["level", "direction", "part of the distance", "separation", "cosine", "common classes"], table)


def synthetic(seeds):
    table = []
    for count, size, dimension in SHAPES:
        found = {kind: [] for kind in KINDS}
        for seed in range(seeds):
            rng = np.random.default_rng(seed)
            scale = np.ones(dimension)
            scale[:8] = 4
            axis = rng.normal(size=dimension)
            axis /= np.linalg.norm(axis)
            side = np.arange(count) % 2
            place = np.where(side == 1, 1.5, -1.5) + rng.normal(size=count)
            centres = 0.7 * rng.normal(size=(count, dimension)) * scale + place[:, None] * axis
            classes = np.repeat(np.arange(count), size)
            rows = centres[classes] + rng.normal(size=(len(classes), dimension)) * scale
            for kind in KINDS:
                unit = direction(rows, classes, np.flatnonzero(side == 0), np.flatnonzero(side == 1), kind)
                means = rows.reshape(count, size, dimension).mean(1) @ unit
                found[kind].append(np.mean([np.corrcoef(means[side == s], place[side == s])[0, 1] for s in (0, 1)]))
        table.append(
            [f"{count} × {size} in {dimension}"] + [f"{np.mean(found[k]):.2f} ± {np.std(found[k]):.2f}" for k in KINDS]
        )
    print_table(["classes × samples in dimensions", *KINDS], table)


def main():
    parser = argparse.ArgumentParser(description="Which direction tells best what distinguishes two sides?")
    add_oodml(parser)
    parser.add_argument("--seeds", type=int, default=10, help="how many synthetic datasets of each shape")
    arguments = parser.parse_args()
    print_machine(["numpy"])
    glyphs(arguments.oodml)
    synthetic(arguments.seeds)


if __name__ == "__main__":
    main()
