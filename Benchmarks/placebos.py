"""How often does `oodml evaluate` say that shift costs a model something, if nothing was trained?

A placebo is an embedding that no shift can matter to. Two kinds are scored along the splits of made-up data sets and of
glyphs200:

- fixed: one embedding for all levels and both directions. The cost of shift must be exactly 0.
- redrawn: the same kind of embedding with another seed for each task, as models trained with other seeds are. The cost
  is 0 in the mean, and a verdict is wrong; at most 5 % may be.

Beside them stand models whose cost is known, so that the share of right verdicts is known too: at every level the
embedding of the classes on either side is drawn towards the class means, by an amount that falls with the distance
(`costs`), or that is the same at all levels (`steady`), where any verdict is wrong.

The last columns are what the older estimators say of the same embeddings: whether the interval of the growth of the gap
excludes 0, within the test classes and in matched galleries.

Needs numpy. Prints a Markdown table. `--sets 20` takes about ten minutes on two cores, `--glyphs200` twice as long;
stopped from the keyboard, it prints what it has.
"""

import argparse
import collections
import contextlib
import json
import os
import pathlib
import sys
import tempfile

import numpy as np

import synthetic
from measure import REPOSITORY, Run, add_oodml, make_splits, print_machine, print_table


def normalised(rows):
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)


# Embeddings made of features by a generator. Every one is a function of a row, so that it treats all classes alike.


def noise(scale):
    def make(features, generator):
        rows = normalised(features)
        return rows + scale * generator.standard_normal(rows.shape) / np.sqrt(rows.shape[1])

    return make


def projection(share):
    def make(features, generator):
        d = features.shape[1]
        return features @ generator.standard_normal((d, max(2, int(share * d))))

    return make


def network(features, generator):
    """A network of two random layers."""
    d = features.shape[1]
    rows = (features - features.mean(0)) / features.std()
    hidden = np.maximum(rows @ generator.standard_normal((d, 4 * d)) / np.sqrt(d), 0)
    return hidden @ generator.standard_normal((4 * d, d // 2)) / np.sqrt(4 * d)


def components(count):
    def make(features, generator):
        centred = features - features.mean(0)
        return centred @ np.linalg.svd(centred, full_matrices=False)[2][:count].T

    return make


def recall(rows, labels):
    products = normalised(rows) @ normalised(rows).T
    np.fill_diagonal(products, -np.inf)
    return (labels[products.argmax(1)] == labels).mean()


def accuracy_matched(share):
    """Noise of the size at which Recall@1 is a share of the features' own."""

    def make(features, generator, labels):
        aim, low, high = share * recall(features, labels), 0.0, 8.0
        seed = generator.integers(1 << 32)
        for _ in range(12):
            middle = (low + high) / 2
            rows = noise(middle)(features, np.random.default_rng(seed))
            low, high = (middle, high) if recall(rows, labels) > aim else (low, middle)
        return rows

    make.needs_labels = True
    return make


FIXED = {
    "noise .5": noise(0.5),
    "noise 1": noise(1),
    "noise 2": noise(2),
    "noise, Recall@1 × .9": accuracy_matched(0.9),
    "projection to 1/2": projection(0.5),
    "projection to 1/8": projection(0.125),
    "8 components": components(8),
    "random network": network,
}
REDRAWN = {
    "noise .5": noise(0.5),
    "noise 1": noise(1),
    "projection to 1/2": projection(0.5),
    "projection to 1/8": projection(0.125),
    "random network": network,
}


def made(make, features, labels, *seed):
    generator = np.random.default_rng(list(seed))
    more = (labels,) if getattr(make, "needs_labels", False) else ()
    return make(features, generator, *more).astype(np.float32)


def trained(features, labels, shrinkage, generator):
    """Rows drawn towards their class means by a share, with a little noise of the training."""
    means = np.stack([features[labels == label].mean(0) for label in range(labels.max() + 1)])
    rows = features + shrinkage * (means[labels] - features)
    return rows + 0.15 * features.std() * generator.standard_normal(rows.shape)


def data_set(seed):
    """Features and labels of a made-up set: 40 to 100 classes of 4 to 14 samples, every other set in families."""
    generator = np.random.default_rng([seed, 99])
    class_count, d = int(generator.integers(40, 101)), int(generator.choice([16, 32, 64]))
    sizes = generator.integers(4, 15, class_count)
    factors = int(generator.choice([8, 16, 32]))
    shape = synthetic.ReLUFeatures(seed, class_count, d, factors=factors, between=generator.uniform(0.6, 1.2))
    if seed % 2:
        families = generator.standard_normal((class_count // 5 + 1, factors), dtype=np.float32)
        shape.centres += 0.7 * families[np.arange(class_count) // 5]
    labels = np.repeat(np.arange(class_count), sizes)
    return shape.rows(labels).astype(np.float64), labels


class Splits:
    """A folder of splits in which embeddings are scored."""

    def __init__(self, oodml, folder, splits, features, labels, reference, draws):
        self.oodml, self.folder, self.splits = oodml, folder, splits
        self.features, self.labels, self.reference, self.draws = features, labels, reference, draws
        levels = json.loads((splits / "manifest.json").read_text())["levels"]
        distances = np.array([level["fid"] for level in levels])
        self.levels = [level["id"] for level in levels]
        self.places = (distances - distances.min()) / (distances.max() - distances.min())

    def tasks(self):
        ways = list(enumerate(["forward", "reverse"]))
        return [(i, k, level, way) for i, level in enumerate(self.levels) for k, way in ways]

    def score(self, embedding):
        """The results of `embedding(level number, direction number)`, an array, or of one array for all."""
        folder = self.folder / "runs"
        folder.mkdir(exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        for i, k, level, way in self.tasks():
            path = folder / f"{level}-{way}.npy"
            if callable(embedding):
                np.save(path, embedding(i, k))
            else:
                if not (folder / "all.npy").exists():
                    np.save(folder / "all.npy", embedding)
                os.link(folder / "all.npy", path)
        command = [
            *(self.oodml, "evaluate", "--splits", self.splits, "--embeddings", folder / "{level}-{direction}.npy"),
            *("--matched-draws", self.draws, "--out", self.folder / "out", "--force", "--quiet", "--format", "json"),
            *self.reference,
        ]
        return Run(command).json()


def summary(results):
    """The verdict, the cost, and whether the interval of the lead's change leaves out 0, in both kinds of galleries."""
    cost = next(c for c in results["costs_of_shift"] if "verdict" in c)
    old, growths = {}, {}
    for growth in results["lead_change"]:
        if growth["metric"] == "recall@1" and growth["direction"] == "mean":
            growths[growth["gallery"]] = growth["lead"]
            old[growth["gallery"]] = growth["lead"].get("low", 0) > 0 or growth["lead"].get("high", 0) < 0
    values = {c["cost"]["value"] for c in results["costs_of_shift"]}
    found = {"verdict": cost["verdict"], "cost": cost["cost"], "p": cost.get("p"), "values": sorted(values)}
    return found | {"old": old, "growths": growths}


def study(splits, seed, repeats, only, found, note):
    """Scores placebos and models along some splits: all, or those of some kinds."""
    features, labels = splits.features, splits.labels

    def wants(kind, name):
        return not only or f"{kind}/{name}" in only

    def add(kind, name, results):
        found[kind, name].append(summary(results))
        note(f"{kind}, {name}")

    for number, (name, make) in enumerate(FIXED.items()):
        if wants("fixed", name):
            add("fixed", name, splits.score(made(make, features, labels, seed, number)))
    for number, (name, make) in enumerate(REDRAWN.items()):
        for repeat in range(repeats if wants("redrawn", name) else 0):
            place = (seed, 100 + number, repeat)
            add("redrawn", name, splits.score(lambda i, k: made(make, features, labels, *place, i, k)))  # noqa: B023
    steady, falling = 0 * splits.places, splits.places
    models = {"steady": 0.3 + steady, "costs little": 0.3 - 0.04 * falling, "costs": 0.35 - 0.15 * falling}
    for name, amounts in models.items():
        for repeat in range(repeats if wants("model", name) else 0):

            def model(i, k, amounts=amounts, place=(seed, 200, repeat)):
                return trained(features, labels, amounts[i], np.random.default_rng([*place, i, k])).astype(np.float32)

            add("model", name, splits.score(model))


def percent(flags):
    return f"{100 * np.mean(flags):.0f} % of {len(flags)}" if flags else "–"


def print_found(found):
    rows = []
    for (kind, name), results in found.items():
        values = [abs(value) for result in results for value in result["values"]]
        rows.append(
            [
                kind,
                name,
                len(results),
                percent([result["verdict"] in ("costs", "pays") for result in results]),
                f"{np.mean([result['cost']['value'] for result in results]):+.4f}",
                f"{max(values):.2g}",
                *(percent([r["old"][g] for r in results if g in r["old"]]) for g in ("full", "matched")),
            ]
        )
    columns = ["verdicts", "mean cost", "largest |cost|", "gap grows or shrinks", "in matched"]
    print_table(["kind", "embedding", "runs", *columns], rows)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_oodml(options)
    options.add_argument("--sets", type=int, default=20)
    options.add_argument("--first-seed", type=int, default=1)
    options.add_argument("--repeats", type=int, default=2, help="redrawn placebos and models of each kind")
    options.add_argument("--draws", default="5", help="matched galleries")
    options.add_argument("--glyphs200", action="store_true", help="score them along the published splits as well")
    options.add_argument("--only", nargs="+", metavar="KIND/NAME", help="as in redrawn/noise 1 (default: all)")
    options.add_argument("--results", help="a file for the numbers of each run, JSON")
    arguments = options.parse_args()

    found, glyphs = collections.defaultdict(list), collections.defaultdict(list)

    def note(text):
        print(text.ljust(60), end="\r", file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory() as name, contextlib.suppress(KeyboardInterrupt):
        folder = pathlib.Path(name)
        for seed in range(arguments.first_seed, arguments.first_seed + arguments.sets):
            features, labels = data_set(seed)
            np.save(folder / "f.npy", features.astype(np.float32))
            synthetic.write_samples(folder / "s.csv", labels)
            make_splits(arguments.oodml, folder / "f.npy", folder / "s.csv", folder / "splits", "--draws", "0")
            reference = ["--features", folder / "f.npy"]
            splits = Splits(arguments.oodml, folder, folder / "splits", features, labels, reference, arguments.draws)
            study(splits, seed, arguments.repeats, arguments.only, found, lambda text: note(f"set {seed}: {text}"))  # noqa: B023
        if arguments.glyphs200:
            Run([arguments.oodml, "embed", "--dataset", "glyphs200", "--out", folder / "store", "--quiet"])
            features = np.load(folder / "store" / "embeddings.npy").astype(np.float64)
            table = REPOSITORY / "splits/glyphs200/samples.csv"
            names = [line.split(",")[1] for line in table.read_text().splitlines()[1:]]
            labels = np.unique(names, return_inverse=True)[1]
            splits = Splits(
                arguments.oodml, folder, REPOSITORY / "splits/glyphs200", features, labels, [], arguments.draws
            )
            study(splits, 0, arguments.repeats, arguments.only, glyphs, lambda text: note(f"glyphs200: {text}"))
    print(file=sys.stderr)
    if arguments.results:
        pathlib.Path(arguments.results).write_text(
            json.dumps([{"/".join(key): runs for key, runs in part.items()} for part in (found, glyphs)])
        )
    print_machine(["numpy"])
    for title, part in [("made-up sets", found), ("glyphs200", glyphs)]:
        if part:
            print(f"{title}:\n")
            print_found(part)


if __name__ == "__main__":
    main()
