"""How far off are forecasts of Recall@1 in larger galleries, where the truth is known?

    python3 -m pip install --require-hashes -r Scripts/requirements/benchmarks.txt
    swift build -c release
    python3 Benchmarks/growth.py

Of all classes a half or a quarter is drawn, twenty times; `oodml grow` forecasts Recall@1 among all from what it sees
of these. The truth is Recall@1 of all queries among all classes. Beside it stand two forecasts of this script from the
same numbers of rivals: the likeliest beta distribution of the chance that a class is a rival, and a line through the
logarithms of Recall@1 and of the number of classes from half of those that are seen to all of them.

The embeddings are those of glyphs200's network, those of the middle of it, and classes about random centres: of 400
classes of 8 items each, in 8, 16 and 64 dimensions, and with spreads that differ from class to class.
"""

import argparse
import csv
import json
import pathlib
import subprocess
import tempfile

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln, gammaln

from measure import add_oodml, print_machine, print_table


def rivals(rows, classes):
    """For each row and class, whether an item of the class is nearer by cosine than all others of the row's own."""
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    similarity = rows @ rows.T
    np.fill_diagonal(similarity, -2)
    best = np.stack([similarity[:, classes == number].max(axis=1) for number in range(classes.max() + 1)], axis=1)
    return best > best[np.arange(len(rows)), classes][:, None]


def recall(counts, seen, size):
    """Recall@1 among `size` of `seen` classes, from the numbers of rivals."""
    counts = counts.astype(float)
    with np.errstate(all="ignore"):
        logs = gammaln(seen - counts) - gammaln(seen - counts - size + 1) - gammaln(seen) + gammaln(seen - size + 1)
    return np.where(counts > seen - size, 0, np.exp(logs)).mean()


def beta(counts, seen, size):
    others = seen - 1
    frequency, k = np.bincount(counts, minlength=seen), np.arange(seen)

    def loss(parameters):
        a, b = np.exp(parameters)
        return -(frequency * (betaln(a + k, b + others - k) - betaln(a, b))).sum()

    found = min((minimize(loss, start, method="Nelder-Mead") for start in [(-1, 2), (-2, 0)]), key=lambda r: r.fun)
    a, b = np.exp(found.x)
    return float(np.exp(betaln(a, b + size - 1) - betaln(a, b)))


def line(counts, seen, size):
    sizes = np.unique(np.linspace(seen / 2, seen, 10).astype(int))
    values = [recall(counts, seen, m) for m in sizes]
    return float(np.exp(np.polyval(np.polyfit(np.log(sizes), np.log(values), 1), np.log(size))))


def oodml_forecast(program, folder, rows, classes, size):
    np.save(folder / "rows.npy", rows.astype(np.float32))
    (folder / "labels.csv").write_text("label\n" + "".join(f"{number}\n" for number in classes))
    command = [program, "grow", "rows.npy", "--labels", "labels.csv", "--forecast", str(size), "--format", "json", "-q"]
    found = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout
    return json.loads(found)["forecasts"][0]["recall@1"]


def glyphs(program, folder, *options):
    store = folder / "store"
    command = [program, "embed", "--dataset", "glyphs200", *options, "--out", str(store), "--force", "-q"]
    subprocess.run(command, check=True, capture_output=True)
    with (store / "samples.csv").open(newline="") as table:
        labels = [row["class"] for row in csv.DictReader(table)]
    return np.load(store / "embeddings.npy").astype(float), np.unique(labels, return_inverse=True)[1]


def datasets(program, folder):
    yield "glyphs200", *glyphs(program, folder)
    middle = ["--output", "/features/features.3/Relu_1_output_0", "--pool", "grid-4"]
    yield "glyphs200, middle", *glyphs(program, folder, *middle)
    rng = np.random.default_rng(1)
    classes = np.repeat(np.arange(400), 8)
    for dimension, spread in [(8, 0.8), (16, 1.0), (64, 1.6)]:
        centres = rng.normal(size=(400, dimension))
        yield f"random, {dimension}-d", centres[classes] + spread * rng.normal(size=(len(classes), dimension)), classes
    spreads = 0.7 * np.exp(rng.normal(size=400) / 2)[classes][:, None]
    yield "random, uneven", rng.normal(size=(400, 16))[classes] + spreads * rng.normal(size=(len(classes), 16)), classes


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    add_oodml(parser)
    parser.add_argument("--draws", type=int, default=20)
    options = parser.parse_args()
    program = str(pathlib.Path(options.oodml).resolve())
    print_machine(["numpy", "scipy"])
    table = []
    with tempfile.TemporaryDirectory() as path:
        folder = pathlib.Path(path)
        for name, rows, classes in datasets(program, folder):
            ahead = rivals(rows, classes)
            count = classes.max() + 1
            truth = (ahead.sum(axis=1) == 0).mean()
            for part in (2, 4):
                rng = np.random.default_rng(0)
                errors = {"oodml": [], "beta": [], "line": []}
                for _ in range(options.draws):
                    drawn = np.sort(rng.permutation(count)[: count // part])
                    kept = np.isin(classes, drawn)
                    counts = ahead[kept][:, drawn].sum(axis=1)
                    found = {
                        "oodml": oodml_forecast(program, folder, rows[kept], classes[kept], count),
                        "beta": beta(counts, len(drawn), count),
                        "line": line(counts, len(drawn), count),
                    }
                    for kind, value in found.items():
                        errors[kind].append(value - truth)
                now = recall(ahead.sum(axis=1), count, count // part)
                table.append(
                    [name, f"{count // part} → {count}", f"{now:.3f}", f"{truth:.3f}"]
                    + [
                        f"{np.sqrt(np.mean(np.square(values))):.3f} ({np.mean(values):+.3f})"
                        for values in errors.values()
                    ]
                )
    print_table(["embeddings", "classes", "with these", "with all", "oodml: error (bias)", "beta", "line"], table)


if __name__ == "__main__":
    main()
