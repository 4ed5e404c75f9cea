"""How often does oodml claim a shift where there is none, and how often does it find one that is there?

    python3 -m pip install --require-hashes -r Scripts/requirements/benchmarks.txt
    swift build -c release
    python3 Benchmarks/calibration.py --seeds 100

Each seed is one data set and one run of `make-splits --statistic samples --draws 20 --levels 9`. Data, 100 classes ×
64 dimensions, normal:

- noise: 24 samples a class, no class differs from another;
- long-tailed noise: the same, class sizes like 1 / rank^1.5, between 2 and 200, mean about 24;
- ratio 0.1: 24 samples a class, between-class variance a tenth of the within-class variance;
- long-tailed ratio 0.1: both;
- 4 × 3, 2 × 6, 6 × 4: noise of so many images a class with so many near-copies of each, which differ by the jitter that
  is named, as a part of the spread within classes; "in groups" has the column `group`; ratio 0.1 as above.

Counted are levels with `is_shift`, the hardest level (largest fid, and largest fid without removed classes), levels by
removal, and runs with p ≤ 0.05. Standard errors are binomial for counts of runs. The levels of a run depend on one
another, so for shares of levels it is the standard error of the mean of the runs' shares.
"""

import argparse
import concurrent.futures
import functools
import json
import pathlib
import sys
import tempfile

import numpy as np

import synthetic
from measure import add_oodml, make_splits, print_machine, print_table

CLASSES, D, SIZE = 100, 64, 24
DATA = {
    "noise": dict(between=0.0, long_tailed=False),
    "long-tailed noise": dict(between=0.0, long_tailed=True),
    "ratio 0.1": dict(between=0.1, long_tailed=False),
    "long-tailed ratio 0.1": dict(between=0.1, long_tailed=True),
    **{
        f"{images} × {copies}, jitter {jitter}{', in groups' if grouped else ''}": dict(
            between=0.0, copies=(images, copies, jitter), grouped=grouped
        )
        for images, copies in ((4, 3), (2, 6), (6, 4))
        for jitter in (0.0, 0.1, 0.3, 0.5)
        for grouped in (False, True)
    },
    "6 × 4, jitter 0.1, ratio 0.1": dict(between=0.1, copies=(6, 4, 0.1)),
    "24 × 1, jitter 0.1, ratio 0.1": dict(between=0.1, copies=(24, 1, 0.1)),
}


def data(seed, between, long_tailed=False, copies=None, grouped=False):
    """Embeddings, the class of each, and the group of each, which is None without groups."""
    generator = np.random.default_rng([seed, long_tailed])
    sizes = np.full(CLASSES, SIZE)
    if long_tailed:
        sizes = synthetic.long_tailed_sizes([seed, 2], CLASSES, 2, 200, SIZE)
    if copies:
        images, count, jitter = copies
        sizes = np.full(CLASSES, images * count)
        x = np.repeat(generator.standard_normal((CLASSES * images, D)), count, axis=0)
        x += jitter * generator.standard_normal(x.shape)
    labels = np.repeat(np.arange(CLASSES), sizes)
    groups = np.arange(len(labels)) // count if grouped else None
    if not copies:
        x = generator.standard_normal((len(labels), D))
    x += np.sqrt(between) * generator.standard_normal((CLASSES, D))[labels]
    return x.astype(np.float32), labels, groups


def run(seed, kind, oodml, draws, options):
    """What the manifest of one run says."""
    x, labels, groups = data(seed, **DATA[kind])
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        np.save(folder / "features.npy", x)
        synthetic.write_samples(folder / "samples.csv", labels, groups)
        result = make_splits(
            oodml,
            folder / "features.npy",
            folder / "samples.csv",
            folder / "out",
            "--statistic",
            "samples",
            "--levels",
            "9",
            "--draws",
            draws,
            "--seed",
            seed,
            *options,
        )
        manifest = json.loads((folder / "out/manifest.json").read_text())
    levels = manifest["levels"]
    flags = [bool(level.get("is_shift")) for level in levels]
    removal = [flag for flag, level in zip(flags, levels, strict=True) if level["removed"]]
    whole = [level for level in levels if not level["removed"]]
    return dict(
        seed=seed,
        levels=len(levels),
        flagged=sum(flags),
        removal_levels=len(removal),
        removal_flagged=sum(removal),
        hardest=bool(max(levels, key=lambda level: level["fid"]).get("is_shift")),
        hardest_whole=bool(max(whole, key=lambda level: level["fid"]).get("is_shift")),
        p=manifest["controls"].get("p", 1.0),
        together=manifest["controls"].get("together", {}).get("sample_count", 0) / len(labels),
        positions=[level["position"] for level in levels],
        seconds=result.seconds,
    )


def share_of_runs(flags):
    share = float(np.mean(flags))
    return f"{100 * share:.1f} ± {100 * np.sqrt(share * (1 - share) / len(flags)):.1f} %"


def share_of_levels(flagged, levels):
    shares = np.array([f / n for f, n in zip(flagged, levels, strict=True) if n])
    if not len(shares):
        return "–"
    pooled = sum(flagged) / sum(levels)
    error = shares.std(ddof=1) / np.sqrt(len(shares)) if len(shares) > 1 else float("nan")
    return f"{100 * pooled:.1f} ± {100 * error:.1f} % of {sum(levels)}"


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_oodml(options)
    options.add_argument("--seeds", type=int, default=100)
    options.add_argument("--first-seed", type=int, default=1)
    options.add_argument("--jobs", type=int, default=1, help="runs at a time")
    options.add_argument("--draws", default="20")
    options.add_argument("--kinds", default=";".join(DATA), help="which data, separated by semicolons (default: all)")
    options.add_argument("--results", help="a file for the numbers of each run, JSON")
    options.add_argument("more", nargs="*", help="after --: more options for make-splits")
    arguments = options.parse_args()

    rows, everything = [], {}
    for kind in arguments.kinds.split(";"):
        one = functools.partial(run, kind=kind, oodml=arguments.oodml, draws=arguments.draws, options=arguments.more)
        runs = []
        # Threads suffice: each waits for a process.
        with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
            for result in pool.map(one, range(arguments.first_seed, arguments.first_seed + arguments.seeds)):
                runs.append(result)
                print(f"{kind}: {len(runs)} of {arguments.seeds}", end="\r", file=sys.stderr, flush=True)
        print(file=sys.stderr)
        everything[kind] = runs
        column = {key: [result[key] for result in runs] for key in runs[0]}
        rows.append(
            [
                kind,
                len(runs),
                share_of_levels(column["flagged"], column["levels"]),
                share_of_runs(column["hardest"]),
                share_of_runs(column["hardest_whole"]),
                share_of_levels(column["removal_flagged"], column["removal_levels"]),
                share_of_runs([p <= 0.05 for p in column["p"]]),
                f"{100 * np.mean(column['together']):.1f} %",
                f"{np.median(column['seconds']):.2f}",
            ]
        )
    if arguments.results:
        pathlib.Path(arguments.results).write_text(json.dumps(everything))
    print_machine(["numpy"])
    print_table(
        [
            "data",
            "runs",
            "levels flagged",
            "hardest level flagged",
            "hardest without removal flagged",
            "removal levels flagged",
            "runs with p ≤ 0.05",
            "samples kept together",
            "median seconds",
        ],
        rows,
    )


if __name__ == "__main__":
    main()
