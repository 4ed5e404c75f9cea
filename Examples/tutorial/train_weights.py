"""Trains the smallest model there is along the levels of some splits: a weight for each dimension of an embedding.

    oodml embed --root signs --backbone BACKBONE --out stores/signs
    python3 Examples/tutorial/train_weights.py --splits splits/signs --store stores/signs --out runs/weights

A dimension weighs the more, the farther the training classes differ in it beside what differs within them (Fisher's
ratio). It stands for any training: what it needs of the splits, and what it writes, is what your own code needs and
writes. Needs only Python 3.9.
"""

import argparse
import array
import ast
import pathlib
import sys

# Where oodml is not installed, it is in the clone.
sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "python"))
from oodml.splits import Splits


def read_store(folder):
    """The rows of a store of embeddings, by sample."""
    data = (folder / "embeddings.npy").read_bytes()
    length = int.from_bytes(data[8:10], "little")
    count, dimension = ast.literal_eval(data[10 : 10 + length].decode())["shape"]
    values = array.array("f", data[10 + length :])
    if sys.byteorder == "big":
        values.byteswap()
    lines = (folder / "samples.csv").read_text(encoding="utf-8").splitlines()[1:]
    samples = [line.split(",")[0] for line in lines]
    return {sample: values[i * dimension : (i + 1) * dimension] for i, sample in zip(range(count), samples)}


def mean(rows):
    return [sum(column) / len(rows) for column in zip(*rows)]


def variance(rows, about):
    return [sum((x - m) ** 2 for x in column) / len(rows) for column, m in zip(zip(*rows), about)]


def train(rows, labels):
    """The weight of each dimension."""
    classes = {}
    for row, label in zip(rows, labels):
        classes.setdefault(label, []).append(row)
    means = {label: mean(members) for label, members in classes.items()}
    between = variance(list(means.values()), mean(list(means.values())))
    within = mean([variance(members, means[label]) for label, members in classes.items()])
    smallest = 1e-3 * max(within)
    return [(b / (w + smallest)) ** 0.5 for b, w in zip(between, within)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--splits", type=pathlib.Path, required=True, help="folder that oodml make-splits wrote")
    parser.add_argument("--store", type=pathlib.Path, required=True, help="folder that oodml embed wrote")
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder of the embeddings")
    parser.add_argument(
        "--power",
        type=float,
        default=1,
        help="of the weights: 0 leaves embeddings as they are, above 1 trusts the training classes more (default: 1)",
    )
    options = parser.parse_args()
    embeddings = read_store(options.store)

    def run(level):
        weights = train([embeddings[sample] for sample in level.train.samples], level.train.labels)
        scale = [weight**options.power for weight in weights]
        return [[s * x for s, x in zip(scale, embeddings[sample])] for sample in level.all.samples]

    paths = Splits(options.splits).write_run(options.out / "{level}-{direction}.npy", run)
    print(f"{len(paths)} files below {options.out}")


if __name__ == "__main__":
    main()
