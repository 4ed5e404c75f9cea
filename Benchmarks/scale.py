"""How time and memory grow with the number of samples, up to the size of Stanford Online Products.

    python3 -m pip install --require-hashes -r Scripts/requirements/benchmarks.txt
    swift build -c release
    python3 Benchmarks/scale.py --work FOLDER

22,634 classes of 2 to 12 samples, 120,053 in all, × 2048 ReLU-like features with class structure: 1 GB. The smaller
sets are the first classes of the large one, until they have about 10,000 and 30,000 samples. The folder needs 1.4 GB;
the files are made once and stay. oodml runs as the whole command with nine levels, with null bands and the held-out
repetition (--draws 20) and without.
Peak memory is the largest resident set and counts the pages of the mapped features that are in memory.
"""

import argparse
import pathlib
import sys

import numpy as np

import synthetic
from measure import CORETYPES, add_oodml, best_splits, name_of, print_machine, print_table, significant

CLASSES, SAMPLES, D = 22634, 120053, 2048
COUNTS = [10_000, 30_000, SAMPLES]


def files(folder, labels, count):
    """The features and the table of the first classes with about `count` samples, and how many they are."""
    ends = np.flatnonzero(np.diff(labels, append=labels[-1] + 1)) + 1  # where classes end
    rows = int(ends[np.searchsorted(ends, count)])
    features, samples = folder / f"sop-shaped-{count}.npy", folder / f"sop-shaped-{count}.csv"
    if not features.exists():
        if rows == len(labels):
            synthetic.ReLUFeatures(1, CLASSES, D).write(features, labels)
        else:
            whole = np.load(files(folder, labels, len(labels))[0], mmap_mode="r")
            np.save(features, whole[:rows])
    synthetic.write_samples(samples, labels[:rows])
    return features, samples, rows, len(ends[ends <= rows])


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_oodml(options)
    options.add_argument("--work", required=True, help="a folder for the features, 1.4 GB")
    options.add_argument("--draws", default="20,0", help="values of --draws to measure (default: %(default)s)")
    options.add_argument("--counts", default=",".join(map(str, COUNTS)), help="sample counts (default: %(default)s)")
    options.add_argument("--data-only", action="store_true", help="only make the files")
    arguments = options.parse_args()
    folder = pathlib.Path(arguments.work).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    labels = np.repeat(np.arange(CLASSES), synthetic.uneven_sizes(1, CLASSES, 2, 12, SAMPLES))
    sets = [files(folder, labels, int(count)) for count in arguments.counts.split(",")]
    if arguments.data_only:
        return

    rows, coretypes = [], CORETYPES
    for draws in arguments.draws.split(","):
        first = None
        for features, samples, count, classes in sets:
            run, coretype = best_splits(arguments.oodml, features, samples, folder / "out", draws, coretypes)
            coretypes = [coretype]  # the small set chooses, the large one takes minutes
            print(
                f"{count} samples, --draws {draws}: {run.seconds:.1f} s, {run.megabytes:.0f} MB",
                file=sys.stderr,
                flush=True,
            )
            first = first or (run.seconds, count)
            rows.append(
                [
                    draws,
                    f"{count:,}",
                    f"{classes:,}",
                    significant(run.seconds),
                    significant(run.seconds / first[0]),
                    significant(count / first[1]),
                    significant(1e6 * run.seconds / count),
                    f"{run.megabytes:,.0f}",
                    f"{features.stat().st_size / 2**20:,.0f}",
                    name_of(coretype),
                ]
            )
    print_machine()
    print_table(
        [
            "--draws",
            "samples",
            "classes",
            "seconds",
            "ratio of times",
            "ratio of samples",
            "µs a sample",
            "peak MB",
            "features MB",
            "OPENBLAS_CORETYPE",
        ],
        rows,
    )


if __name__ == "__main__":
    main()
