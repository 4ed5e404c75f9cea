"""How often does oodml claim a shift where there is none, and how often does it find one that is there?

    python3 -m pip install --require-hashes -r Scripts/requirements/benchmarks.txt
    swift build -c release
    python3 Benchmarks/calibration.py --seeds 100

Each seed is one data set and one run of `make-splits --statistic samples --draws 20 --levels 9`. Data, unless said
otherwise 100 classes × 64 dimensions, 24 samples a class, normal:

- noise: no class differs from another; also with variances falling over the dimensions (anisotropic), with Student's
  t of 2.2 degrees of freedom (heavy), with class sizes like 1 / rank^1.5 between 2 and 200 (long-tailed), with 4
  samples a class (few), with 4 × 512 (few, wide), and with 8 classes of 6 samples × 8 (tiny);
- ratio 0.1: between-class variance a tenth of the within-class variance; long-tailed ratio 0.1: both;
- 4 × 3, 2 × 6, 6 × 4: noise of so many images a class with so many near-copies of each, which differ by the jitter that
  is named, as a part of the spread within classes; "in groups" has the column `group`; ratio 0.1 as above;
- weak S: 40 classes of 20 samples, whose means differ with standard deviation S in three shared directions;
- 8 separate: 8 classes far apart, each in a direction of its own.

Counted are levels with `is_shift`, runs in which any level has it, the hardest level (largest fid, and largest fid
without removed classes), levels by removal, and runs with p ≤ 0.05. Standard errors are binomial for counts of runs.
The levels of a run depend on one another, so for shares of levels it is the standard error of the mean of the runs'
shares. With `--reseed`, every data set is run twice with different seeds of make-splits, and it is counted how often
the verdict on the hardest level differs.
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


def normal(generator, sizes, d):
    return generator.standard_normal((sizes.sum(), d))


def anisotropic(generator, sizes, d):
    return normal(generator, sizes, d) / (1 + np.arange(d))


def heavy(generator, sizes, d):
    return generator.standard_t(2.2, (sizes.sum(), d))


# Classes, dimensions, samples a class, the noise, the standard deviation of the class means and in how many directions
# they differ (all if none is given).
DATA = {
    "noise": {},
    "anisotropic noise": dict(noise=anisotropic),
    "heavy noise": dict(noise=heavy),
    "long-tailed noise": dict(size="long tail"),
    "long-tailed heavy noise": dict(size="long tail", noise=heavy),
    "few": dict(size=4),
    "few, wide": dict(size=4, d=512),
    "tiny": dict(classes=8, size=6, d=8),
    "ratio 0.1": dict(between=0.1**0.5),
    "long-tailed ratio 0.1": dict(between=0.1**0.5, size="long tail"),
    "weak 0.3": dict(classes=40, size=20, between=0.3, directions=3),
    "weak 0.4": dict(classes=40, size=20, between=0.4, directions=3),
    "weak 0.5": dict(classes=40, size=20, between=0.5, directions=3),
    "8 separate": dict(classes=8, size=20, between=5.0),
    **{
        f"{images} × {copies}, jitter {jitter}{', in groups' if grouped else ''}": dict(
            copies=(images, copies, jitter), grouped=grouped
        )
        for images, copies in ((4, 3), (2, 6), (6, 4))
        for jitter in (0.0, 0.1, 0.3, 0.5)
        for grouped in (False, True)
    },
    "6 × 4, jitter 0.1, ratio 0.1": dict(between=0.1**0.5, copies=(6, 4, 0.1)),
    "24 × 1, jitter 0.1, ratio 0.1": dict(between=0.1**0.5, copies=(24, 1, 0.1)),
}


def data(seed, classes=100, d=64, size=24, noise=normal, between=0.0, directions=None, copies=None, grouped=False):
    """Embeddings, the class of each, and the group of each, which is None without groups."""
    generator = np.random.default_rng([seed, size == "long tail"])
    if size == "long tail":
        sizes = synthetic.long_tailed_sizes([seed, 2], classes, 2, 200, 24)
    else:
        sizes = np.full(classes, size)
    if copies:
        images, count, jitter = copies
        sizes = np.full(classes, images * count)
        x = np.repeat(generator.standard_normal((classes * images, d)), count, axis=0)
        x += jitter * generator.standard_normal(x.shape)
    else:
        x = noise(generator, sizes, d)
    labels = np.repeat(np.arange(classes), sizes)
    groups = np.arange(len(labels)) // count if grouped else None
    centres = between * generator.standard_normal((classes, directions or d))
    if directions:
        centres = centres @ np.linalg.qr(generator.standard_normal((d, directions)))[0].T
    x += centres[labels]
    return x.astype(np.float32), labels, groups


def run(seed, kind, oodml, draws, options, split_seed=None):
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
            seed if split_seed is None else split_seed,
            "--min-classes",
            min(10, DATA[kind].get("classes", 100) // 2),
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
        any_flagged=any(flags),
        removal_levels=len(removal),
        removal_flagged=sum(removal),
        hardest=bool(max(levels, key=lambda level: level["fid"])["is_shift"]),
        hardest_whole=bool(max(whole, key=lambda level: level["fid"])["is_shift"]),
        p=manifest["controls"].get("p"),
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
    options.add_argument("--reseed", action="store_true", help="run each data set with two seeds")
    options.add_argument("--results", help="a file for the numbers of each run, JSON")
    options.add_argument("more", nargs="*", help="after --: more options for make-splits")
    arguments = options.parse_args()

    rows, everything = [], {}
    for kind in arguments.kinds.split(";"):
        one = functools.partial(run, kind=kind, oodml=arguments.oodml, draws=arguments.draws, options=arguments.more)
        again = functools.partial(one, split_seed=0) if arguments.reseed else None
        numbers = range(arguments.first_seed, arguments.first_seed + arguments.seeds)
        runs = []
        # Threads suffice: each waits for a process.
        with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
            for result in pool.map(one, numbers):
                runs.append(result)
                print(f"{kind}: {len(runs)} of {arguments.seeds}", end="\r", file=sys.stderr, flush=True)
            others = list(pool.map(again, numbers)) if again else []
        print(file=sys.stderr)
        everything[kind] = runs
        column = {key: [result[key] for result in runs] for key in runs[0]}
        rows.append(
            [
                kind,
                len(runs),
                share_of_levels(column["flagged"], column["levels"]),
                share_of_runs(column["any_flagged"]),
                share_of_runs(column["hardest"]),
                share_of_runs(column["hardest_whole"]),
                share_of_levels(column["removal_flagged"], column["removal_levels"]),
                share_of_runs([p is not None and p <= 0.05 for p in column["p"]]),
                f"{100 * np.mean(column['together']):.1f} %",
                share_of_runs([a["hardest"] != b["hardest"] for a, b in zip(runs, others, strict=True)])
                if others
                else "–",
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
            "runs with any",
            "hardest level flagged",
            "hardest without removal flagged",
            "removal levels flagged",
            "runs with p ≤ 0.05",
            "samples kept together",
            "other verdict on the hardest with another seed",
            "median seconds",
        ],
        rows,
    )


if __name__ == "__main__":
    main()
