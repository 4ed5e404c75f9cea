"""Are the hardest sides far apart in the population, or only in the samples that they were chosen from?

    python3 -m pip install --require-hashes -r Scripts/requirements/benchmarks.txt
    swift build -c release
    python3 Benchmarks/population.py --seeds 5

A search that maximises a distance between few samples also finds sides whose distance is mostly bias: those of unequal
numbers of samples, and those whose noise differs. Here the truth is known. Classes are normal with identity covariance
about centres of their own, and half of the classes, drawn at random, have a second centre in common:

    centre = own deviation (0.25 in each of d dimensions) ± 0.95 · one random unit direction

The population distance of two sides is the squared Fréchet distance between the mixtures of their classes, weighted
by the classes' sizes as `fid` weighs them, from the true centres. Compared are the true groups; the halves of the
class means along the true direction, which nobody knows; the halves that are most likely to be the groups for
whoever knows all of the above but the direction (a Gibbs sampler: what is lost there, the samples do not hold); the
halves along the first principal direction of the means; and the hardest level without removed classes of
`make-splits --draws 0`. Beside it stand how many samples its sides have.
"""

import argparse
import json
import pathlib
import tempfile

import numpy as np

import synthetic
from measure import add_oodml, make_splits, print_machine, print_table

# Class counts, dimensions, and how many samples the classes have.
DATA = {
    "long tail, d = 64": dict(classes=100, d=64, sizes="long tail"),
    "long tail, d = 256": dict(classes=100, d=256, sizes="long tail"),
    "4 to 6 a class, d = 64": dict(classes=100, d=64, sizes=(4, 6)),
    "4 to 6 a class, d = 512": dict(classes=100, d=512, sizes=(4, 6)),
    "500 classes of 2 to 12, d = 128": dict(classes=500, d=128, sizes=(2, 12)),
    "24 a class, d = 64": dict(classes=100, d=64, sizes=(24, 24)),
}
OFFSET, DEVIATION = 0.95, 0.25


def data(seed, classes, d, sizes):
    """Rows, labels, true centres, which classes are of the first group, and the direction between the groups."""
    generator = np.random.default_rng([seed, classes, d])
    if sizes == "long tail":
        sizes = synthetic.long_tailed_sizes([seed, 2], classes, 2, 200, 8)
    else:
        sizes = generator.integers(sizes[0], sizes[1] + 1, classes)
    direction = generator.standard_normal(d)
    direction /= np.linalg.norm(direction)
    group = generator.permutation(np.arange(classes) % 2 == 0)
    centres = DEVIATION * generator.standard_normal((classes, d))
    centres += np.where(group, OFFSET, -OFFSET)[:, None] * direction
    labels = np.repeat(np.arange(classes), sizes)
    rows = centres[labels] + generator.standard_normal((len(labels), d))
    return rows.astype(np.float32), labels, centres, group, direction


def root(matrix):
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T


def population_distance(centres, sizes, first):
    """Between the mixtures of the classes of both sides."""
    means, covariances = [], []
    for side in (first, ~first):
        means.append(np.average(centres[side], axis=0, weights=sizes[side]))
        covariances.append(np.eye(centres.shape[1]) + np.cov(centres[side].T, bias=True, aweights=sizes[side]))
    half = root(covariances[0])
    cross = np.trace(root(half @ covariances[1] @ half))
    return float(((means[0] - means[1]) ** 2).sum() + sum(map(np.trace, covariances)) - 2 * cross)


def halves(rows, labels, classes, direction=None):
    """Halves of the class means along a direction, or along the first principal one."""
    means = np.stack([rows[labels == number].mean(0) for number in range(classes)])
    centred = means - means.mean(0)
    first = np.linalg.svd(centred, full_matrices=False)[2][0] if direction is None else direction
    half = np.zeros(classes, bool)
    half[np.argsort(centred @ first)[: classes // 2]] = True
    return half


def most_likely_halves(rows, labels, classes, seed, steps=400, discarded=150):
    """The halves that the posterior of the groups favours, if the model is known but for direction and groups."""
    generator = np.random.default_rng([seed, 3])
    means = np.stack([rows[labels == number].mean(0, dtype=float) for number in range(classes)])
    variances = DEVIATION**2 + 1 / np.bincount(labels)
    d = means.shape[1]
    signs = np.where(halves(rows, labels, classes), 1.0, -1.0)
    together = np.zeros((classes, classes))
    for step in range(steps):
        precision = d / OFFSET**2 + (1 / variances).sum()
        offset = (signs / variances) @ means / precision + generator.standard_normal(d) / np.sqrt(precision)
        odds = np.clip(2 * (means @ offset) / variances, -50, 50)
        signs = np.where(generator.random(classes) < 1 / (1 + np.exp(-odds)), 1.0, -1.0)
        if step >= discarded:
            together += np.outer(signs, signs)
    half = np.zeros(classes, bool)
    half[np.argsort(np.linalg.eigh(together)[1][:, -1])[: classes // 2]] = True
    return half


def hardest_sides(rows, labels, classes, oodml, options):
    """Which classes train at the hardest level without removed classes."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        np.save(folder / "features.npy", rows)
        synthetic.write_samples(folder / "samples.csv", labels)
        make_splits(oodml, folder / "features.npy", folder / "samples.csv", folder / "out", "--draws", "0", *options)
        levels = json.loads((folder / "out/manifest.json").read_text())["levels"]
    hardest = max((level for level in levels if not level["removed"]), key=lambda level: level["fid"])
    train = set(hardest["train"])
    return np.array([synthetic.class_label(number) in train for number in range(classes)]), hardest


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_oodml(options)
    options.add_argument("--seeds", type=int, default=5)
    options.add_argument("--kinds", help="only these kinds of data, separated by semicolons")
    options.add_argument("more", nargs="*", help="after --: more options for make-splits")
    arguments = options.parse_args()

    rows, least = [], np.inf
    for kind in arguments.kinds.split(";") if arguments.kinds else DATA:
        for seed in range(1, arguments.seeds + 1):
            x, labels, centres, group, direction = data(seed, **DATA[kind])
            classes = DATA[kind]["classes"]
            sizes = np.bincount(labels)
            true = population_distance(centres, sizes, group)
            known = population_distance(centres, sizes, halves(x, labels, classes, direction))
            likely = population_distance(centres, sizes, most_likely_halves(x, labels, classes, seed))
            principal = population_distance(centres, sizes, halves(x, labels, classes))
            sides, level = hardest_sides(x, labels, classes, arguments.oodml, arguments.more)
            found = population_distance(centres, sizes, sides)
            least = min(least, found / true)
            rows.append(
                [
                    f"{kind}, seed {seed}",
                    f"{true:.2f}",
                    f"{known / true:.3f}",
                    f"{likely / true:.3f}",
                    f"{principal / true:.3f}",
                    f"{found / true:.3f}",
                    f"{level['train_sample_count']} / {level['test_sample_count']}",
                ]
            )
            print(*rows[-1], sep="\t", flush=True)
    print_machine(["numpy"])
    print_table(
        [
            "data",
            "true groups",
            "direction known",
            "model known",
            "principal halves",
            "oodml",
            "samples",
        ],
        rows,
    )
    print(f"The least share of the true groups' distance that oodml reaches is {least:.3f}.")


if __name__ == "__main__":
    main()
