"""How often does oodml call a difference of two embeddings beyond noise where there is none, and where there is one?

    python3 -m pip install --require-hashes -r Scripts/requirements/benchmarks.txt
    swift build -c release
    python3 Benchmarks/differences.py --draws 300

Each draw is two embeddings of the same labelled items and one run of `oodml score A B`. Labels have centres that are
normal in 8 dimensions, and each embedding scatters the items of each label about its centre by an amount of the label's
own, exp(0.4 z) with z normal: which of the two embeddings suits a label better is the label's, as it is of real ones.
Without a difference both amounts are of one distribution; with one the second embedding scatters by --worse times as
much. Labels have equally many items, a tail from 120 items down to 2 as 1 / rank, or few have most of all items.

Counted are draws with p ≤ 0.05 of the difference in MAP@R, with binomial standard errors.
"""

import argparse
import concurrent.futures
import pathlib
import sys
import tempfile

import numpy as np

from measure import Run, add_oodml, print_machine, print_table

SIZES = {
    "25 equal": [12] * 25,
    "60 equal": [8] * 60,
    "40, a tail": [max(2, round(120 / rank)) for rank in range(1, 41)],
    "100, a tail": [max(2, round(120 / rank)) for rank in range(1, 101)],
    "8, two have 2/3": [60] * 2 + [10] * 6,
    "40, two have 2/3": [152] * 2 + [4] * 38,
    "40, one has half": [156] + [4] * 39,
    "60, four have 4/5": [112] * 4 + [2] * 56,
}


def embeddings(seed, sizes, worse):
    """The labels of some items, and two embeddings of them."""
    generator = np.random.default_rng([seed, len(sizes), sum(sizes)])
    labels = np.repeat(np.arange(len(sizes)), sizes)
    centres = generator.standard_normal((len(sizes), 8))
    both = []
    for factor in (1, worse):
        spread = factor * np.exp(0.4 * generator.standard_normal(len(sizes)))
        both.append(centres[labels] + spread[labels, None] * generator.standard_normal((len(labels), 8)))
    return labels, both


def run(seed, sizes, worse, oodml):
    """The p of the difference in MAP@R."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        labels, both = embeddings(seed, sizes, worse)
        for name, rows in zip("ab", both, strict=True):
            np.save(folder / f"{name}.npy", rows.astype(np.float32))
        np.save(folder / "labels.npy", labels)
        command = [oodml, "score", folder / "a.npy", folder / "b.npy", "--labels", folder / "labels.npy"]
        command += ["--no-clusters", "--no-structure", "--format", "json", "--quiet"]
        return Run(command).json()["pairs"][0]["differences"]["map@r"]["p"]


def share(values):
    part = float(np.mean(values))
    return f"{100 * part:.1f} ± {100 * np.sqrt(part * (1 - part) / len(values)):.1f} %"


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_oodml(options)
    options.add_argument("--draws", type=int, default=300)
    options.add_argument("--worse", type=float, default=1.2)
    options.add_argument("--jobs", type=int, default=1, help="runs at a time")
    options.add_argument("--kinds", default=";".join(SIZES), help="which labels, separated by semicolons")
    arguments = options.parse_args()
    rows = []
    for kind in arguments.kinds.split(";"):
        sizes = SIZES[kind]
        found = []
        for worse in (1, arguments.worse):
            # Threads suffice: each waits for a process.
            with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
                jobs = [pool.submit(run, seed, sizes, worse, arguments.oodml) for seed in range(arguments.draws)]
                found.append(share([job.result() <= 0.05 for job in jobs]))
        effective = sum(sizes) ** 2 / sum(size**2 for size in sizes)
        rows.append([kind, f"{effective:.1f}", *found])
        print(*rows[-1], sep="; ", file=sys.stderr, flush=True)
    print_machine(["numpy"])
    print_table(["labels", "effective number", "called beyond noise, no difference", f"× {arguments.worse}"], rows)


if __name__ == "__main__":
    main()
