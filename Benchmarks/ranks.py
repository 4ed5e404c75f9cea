"""How much faster several ranks are than one, and what they send one another.

    python3 -m pip install --require-hashes -r Scripts/requirements/benchmarks.txt
    swift build -c release --traits MPI --scratch-path .build/mpi --product oodml
    python3 Benchmarks/ranks.py --ranks 1,2 --work FOLDER

Each rank has one thread and a core of its own, as far as there are cores, and all run on this machine; a row is the
whole command, start of MPI and reading included. The sizes: the images of glyphs200 (`embed`); 11,788 × 512 features in
200 classes (`make-splits --draws 20`; CUB's numbers of samples and classes); 60,502 × 512 in 12,101 classes (`evaluate`
of the features as a model on splits of them, made without controls; SOP's test half, which `score` ranks as well);
heads of three objectives, 300 steps each, along those splits of the 11,788; and 10,000 queries in a gallery of
1,000,000 × 64 (`gallery`).

With OODML_RANK_TRAFFIC set, the first rank says at the end what it has sent and received; counts do not depend on how
fast anything is, so they are worth something where ranks share cores too. The memory is the largest that a rank held
of its own, asked for every twentieth of a second: pages of mapped files, which ranks share and the system can take
back, are not in it.
"""

import argparse
import os
import pathlib
import re
import threading

import numpy as np

import synthetic
from measure import REPOSITORY, Run, print_machine, print_table

# A rank takes one core for its threads and OpenBLAS's; Open MPI asks root, and who has too few cores, to say so.
os.environ |= dict(
    OODML_RANK_TRAFFIC="1",
    OPENBLAS_NUM_THREADS="1",
    OMPI_ALLOW_RUN_AS_ROOT="1",
    OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1",
    OMPI_MCA_rmaps_base_oversubscribe="1",
)


class OwnMemory(threading.Thread):
    """The most memory in MB that any process of a name has held of its own, while this runs."""

    def __init__(self, name):
        super().__init__(daemon=True)
        self.name_of_process, self.megabytes, self.ended = name, 0, threading.Event()

    def run(self):
        while not self.ended.wait(0.05):
            for status in pathlib.Path("/proc").glob("[0-9]*/status"):
                try:
                    fields = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
                except OSError:
                    continue
                if fields["Name"].strip() == self.name_of_process and "RssAnon" in fields:
                    self.megabytes = max(self.megabytes, int(fields["RssAnon"].split()[0]) / 1024)

    def stop(self):
        self.ended.set()
        self.join()


def gallery(folder):
    """The paths of 10,000 queries, of a gallery of a million rows, and of their labels, made once."""
    paths = {}
    for name, count, seed in (("queries", 10_000, 3), ("gallery", 1_000_000, 4)):
        features, table = folder / f"{name}.npy", folder / f"{name}.csv"
        paths[name] = (features, table)
        if features.exists():
            continue
        generator = np.random.default_rng(seed)
        labels = generator.integers(0, 50_000, count)
        centres = np.random.default_rng(5).standard_normal((50_000, 64)).astype(np.float32)
        rows = centres[labels] + 1.5 * generator.standard_normal((count, 64)).astype(np.float32)
        np.save(features, rows)
        with table.open("w") as file:
            file.write("sample,class\n")
            file.writelines(f"{name}-{row},{label}\n" for row, label in enumerate(labels))
    return paths


def data(folder, name, classes, samples, seed):
    """Features with class structure, and their table, made once."""
    features, table = folder / f"{name}.npy", folder / f"{name}.csv"
    if not features.exists():
        labels = np.repeat(np.arange(classes), synthetic.uneven_sizes(seed, classes, 2, 120, samples))
        generator = np.random.default_rng(seed)
        directions = generator.standard_normal((8, 512)).astype(np.float32)
        centres = generator.standard_normal((classes, 8)).astype(np.float32) @ directions
        rows = np.empty((samples, 512), np.float32)
        for start in range(0, samples, 8192):
            part = labels[start : start + 8192]
            rows[start : start + 8192] = centres[part] + 4 * generator.standard_normal((len(part), 512))
        np.save(features, rows)
        synthetic.write_samples(table, labels)
    return features, table


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--oodml", default=str(REPOSITORY / ".build/mpi/release/oodml"), help="oodml with MPI")
    options.add_argument("--work", required=True, help="a folder for features and results")
    options.add_argument("--ranks", default="1,2", help="numbers of ranks (default: %(default)s)")
    options.add_argument("--only", help="the commands that are wanted, of those below")
    arguments = options.parse_args()
    folder = pathlib.Path(arguments.work).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    cub, cub_table = data(folder, "cub-shaped", 200, 11_788, 1)
    sop, sop_table = data(folder, "sop-shaped", 12_101, 60_502, 2)
    oodml = arguments.oodml
    splits = {}
    for name, features, table in (("cub", cub, cub_table), ("sop", sop, sop_table)):
        splits[name] = folder / f"splits-{name}"
        if not splits[name].exists():
            command = [oodml, "make-splits", "--features", features, "--samples", table, "--draws", "0", "-q"]
            Run([*command, "--out", splits[name]])
    commands = {
        "embed": ["embed", "--dataset", "glyphs200"],
        "make-splits": ["make-splits", "--features", cub, "--samples", cub_table, "--draws", "20"],
        "evaluate": ["evaluate", "--splits", splits["sop"], "--embeddings", sop, "--matched-draws", "2"],
        "train": [
            *["train", "--splits", splits["cub"], "--features", cub, "--steps", "300"],
            *["--objective", "triplet,normalized-softmax,proxy-anchor"],
        ],
        "score": ["score", sop, "--labels", sop_table, "--no-clusters", "--no-structure"],
    }
    # No results of these are written.
    printed = {"score", "gallery"}
    if not arguments.only or "gallery" in arguments.only:
        paths = gallery(folder)
        commands["gallery"] = [
            *["score", paths["queries"][0], "--labels", paths["queries"][1], "--no-clusters", "--no-structure"],
            *["--gallery", paths["gallery"][0], "--gallery-labels", paths["gallery"][1]],
        ]
    wanted = arguments.only.split(",") if arguments.only else list(commands)
    counts = [int(count) for count in arguments.ranks.split(",")]
    rows = []
    for name in wanted:
        alone = None
        for count in counts:
            out = folder / f"out-{name}-{count}"
            launcher = ["mpirun", "-n", str(count), "--bind-to", "core" if count <= (os.cpu_count() or 1) else "none"]
            # The system knows a process by fifteen letters of its name.
            memory = OwnMemory(pathlib.Path(oodml).name[:15])
            memory.start()
            run = Run(
                [*launcher, oodml, *commands[name], "-q", *([] if name in printed else ["--force", "--out", out])]
            )
            memory.stop()
            traffic = re.search(r"(\d+) exchanges, (\d+) bytes sent, (\d+) received", run.errors)
            exchanges, sent, received = map(int, traffic.groups()) if traffic else (0, 0, 0)
            alone = alone or run.seconds
            rows.append(
                [
                    *[name, str(count), f"{run.seconds:.1f} s", f"{alone / run.seconds:.2f}"],
                    *[f"{memory.megabytes:.0f}", str(exchanges), f"{sent / 1e6:.2f}", f"{received / 1e6:.2f}"],
                ]
            )
    print_machine()
    print_table(["command", "ranks", "time", "times one", "MB a rank", "exchanges", "MB sent", "MB received"], rows)


if __name__ == "__main__":
    main()
