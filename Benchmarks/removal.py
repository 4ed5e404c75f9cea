"""How much harder is the hardest level if classes leave by the distance that is left, not by the gap between means?

    python3 -m pip install --require-hashes -r Scripts/requirements/benchmarks.txt
    swift build -c release
    python3 Benchmarks/removal.py --seeds 3

Made-up sets of 100 classes of 40 samples, whose normal classes differ in their spreads (by a factor e^0.5z with z
normal), in their means (0.6 z in each dimension), or in both.
"""

import argparse
import json
import pathlib
import tempfile

import numpy as np

import synthetic
from measure import add_oodml, make_splits, print_machine, print_table

DATA = {
    "spreads differ, d = 5": (5, True, False),
    "spreads and means differ, d = 32": (32, True, True),
    "means differ, d = 32": (32, False, True),
}
CLASSES, SAMPLES = 100, 40


def data(seed, d, spreads, means):
    generator = np.random.default_rng([seed, 9])
    centres = (0.6 if means else 0) * generator.standard_normal((CLASSES, d))
    scale = np.exp(0.5 * generator.standard_normal(CLASSES)) if spreads else np.ones(CLASSES)
    labels = np.repeat(np.arange(CLASSES), SAMPLES)
    rows = centres[labels] + scale[labels][:, None] * generator.standard_normal((len(labels), d))
    return rows.astype(np.float32), labels


def hardest(rows, labels, oodml, rule):
    """The distance of the last level, and the seconds that the command took."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        np.save(folder / "features.npy", rows)
        synthetic.write_samples(folder / "samples.csv", labels)
        options = ["--draws", "0", "--removal", rule]
        run = make_splits(oodml, folder / "features.npy", folder / "samples.csv", folder / "out", *options)
        return json.loads((folder / "out/manifest.json").read_text())["levels"][-1]["fid"], run.seconds


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_oodml(options)
    options.add_argument("--seeds", type=int, default=3)
    arguments = options.parse_args()

    table = []
    for kind, settings in DATA.items():
        for seed in range(1, arguments.seeds + 1):
            x, labels = data(seed, *settings)
            (gap, usual), (distance, longer) = (
                hardest(x, labels, arguments.oodml, rule) for rule in ("gap", "distance")
            )
            table.append(
                [
                    f"{kind}, seed {seed}",
                    f"{gap:.2f}",
                    f"{distance:.2f}",
                    f"{100 * (distance / gap - 1):+.1f} %",
                    f"{usual:.1f}",
                    f"{longer:.1f}",
                ]
            )
    print_machine(["numpy"])
    print_table(["data", "by the gap", "by the distance", "harder by", "seconds", "seconds, by the distance"], table)


if __name__ == "__main__":
    main()
