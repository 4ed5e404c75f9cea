"""What it costs that results are written whole and synced: a store of 100,000 rows, and an export of 100,000 links.

    python3 -m pip install --require-hashes -r Scripts/requirements/benchmarks.txt
    swift build -c release
    python3 Benchmarks/writing.py --work FOLDER [--before OODML]

100,000 images of 8 × 8 pixels are embedded in two shards by a network with 512 outputs; these are made once and stay.
`embed --merge` then joins them, which writes 205 MB of embeddings and some tables, and `export --as imagefolder` writes
one level with a link for each image. Both are written where there is nothing, and over the result of another run. An
older oodml (`--before`) does the same in turns, and the ratio is between the best times.

The floor is what the system needs without oodml: `dd conv=fsync` of the store's embeddings, and `cp -a` of the exported
folder with `sync -f`.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import time

import numpy as np

from measure import Run, add_oodml, print_machine, print_table, significant

CLASS_COUNT, D, SIDE = 100, 512, 8


def make_images(folder, count):
    root = folder / f"images-{count}"
    if not (root / "finished").exists():
        rng = np.random.default_rng(1)
        for number in range(CLASS_COUNT):
            (root / "all" / f"c{number:03d}").mkdir(parents=True, exist_ok=True)
        for i in range(count):
            bytes_of_image = rng.integers(0, 256, SIDE * SIDE * 3, dtype=np.uint8).tobytes()
            place = root / "all" / f"c{i % CLASS_COUNT:03d}" / f"{i:06d}.ppm"
            place.write_bytes(f"P6 {SIDE} {SIDE} 255\n".encode() + bytes_of_image)
        (root / "finished").touch()
    return root / "all"


def make_network(folder, seed):
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    weights = np.random.default_rng(seed).standard_normal((3 * SIDE * SIDE, D), dtype=np.float32)
    graph = helper.make_graph(
        [
            helper.make_node("Flatten", ["images"], ["flat"]),
            helper.make_node("MatMul", ["flat", "weights"], ["embedding"]),
        ],
        "projection",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, ["batch", 3, SIDE, SIDE])],
        [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["batch", D])],
        [numpy_helper.from_array(weights, "weights")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    path = folder / f"projection-{seed}.onnx"
    onnx.save(model, str(path))
    description = {
        "input_size": [3, SIDE, SIDE],
        "interpolation": "bilinear",
        "resize": {"mode": "shorter_side", "size": SIDE},
        "mean": [0.5, 0.5, 0.5],
        "std": [0.5, 0.5, 0.5],
    }
    path.with_suffix(".json").write_text(json.dumps(description))
    return path


class Work:
    """The shards of two networks, and splits, made by one oodml for all."""

    def __init__(self, oodml, folder, count):
        self.folder, self.images = folder, make_images(folder, count)
        self.shards = {seed: [folder / f"shard-{count}-{seed}-{i}" for i in (1, 2)] for seed in (2, 3)}
        for seed, shards in self.shards.items():
            network = make_network(folder, seed)
            for i, shard in enumerate(shards, 1):
                options = ["--root", self.images, "--backbone", network, "--out", shard, "--shard", f"{i}/2", "-q"]
                if not (shard / "store.json").exists():
                    Run([oodml, "embed", *options])
        self.splits = folder / f"splits-{count}"
        if not (self.splits / "manifest.json").exists():
            # Of two dimensions, since only the number of samples matters to an export.
            points = folder / f"points-{count}.npy"
            np.save(points, np.random.default_rng(4).standard_normal((count, 2), dtype=np.float32))
            store = folder / f"all-{count}"
            self.store(oodml, store, False, "--force")
            options = ["--samples", store / "samples.csv", "--levels", "3", "--draws", "0", "-q"]
            Run([oodml, "make-splits", "--features", points, "--out", self.splits, *options])
        levels = json.loads((self.splits / "manifest.json").read_text())["levels"]
        # The start has every class on one of its sides, whatever their distance is.
        self.level = next(level["id"] for level in levels if level["origin"] == "start")

    def store(self, oodml, out, is_other, *more):
        return Run([oodml, "embed", "--merge", *self.shards[3 if is_other else 2], "--out", out, "-q", *more])

    def export(self, oodml, out, is_other, *more):
        options = ["--as", "imagefolder", "--root", self.images, "--level", self.level, "-q"]
        options += ["--direction", "reverse" if is_other else "forward"]
        return Run([oodml, "export", self.splits, "--out", out, *options, *more])


def settle():
    """What others have written goes to disk before the clock starts."""
    os.sync()


def floor_of_store(work, count):
    size = 128 + count * D * 4
    target = work.folder / "floor.bin"
    target.unlink(missing_ok=True)
    settle()
    start = time.perf_counter()
    command = ["dd", f"if={work.folder}/source.bin", f"of={target}", "bs=1M", "conv=fsync", "status=none"]
    subprocess.run(command, check=True)
    seconds = time.perf_counter() - start
    assert target.stat().st_size == size
    target.unlink()
    return seconds


def floor_of_links(work, export):
    target = work.folder / "floor-links"
    shutil.rmtree(target, ignore_errors=True)
    settle()
    start = time.perf_counter()
    subprocess.run(["cp", "-a", export, target], check=True)
    subprocess.run(["sync", "-f", target], check=True)
    seconds = time.perf_counter() - start
    count = sum(path.is_symlink() for path in target.rglob("*"))
    shutil.rmtree(target)
    return seconds, count


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_oodml(options)
    options.add_argument("--before", help="an older oodml to compare with")
    options.add_argument("--work", required=True, help="a folder for images, shards and results, 2 GB")
    options.add_argument("--rows", type=int, default=100_000, help="images (default: %(default)s)")
    options.add_argument("--rounds", type=int, default=3, help="runs of each, of which the best counts")
    arguments = options.parse_args()
    folder = pathlib.Path(arguments.work).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    programs = {"oodml": arguments.oodml} | ({"before": arguments.before} if arguments.before else {})
    work = Work(arguments.before or arguments.oodml, folder, arguments.rows)

    times = {}
    for _ in range(arguments.rounds):
        for step, run in {"store": work.store, "export": work.export}.items():
            for name, program in programs.items():
                out = folder / f"out-{step}-{name}"
                shutil.rmtree(out, ignore_errors=True)
                settle()
                times.setdefault((step, "where there is nothing", name), []).append(run(program, out, True).seconds)
                settle()
                times.setdefault((step, "over another", name), []).append(run(program, out, False, "--force").seconds)
    export = folder / "out-export-oodml"
    with (folder / "source.bin").open("wb") as file:
        file.write(np.random.default_rng(3).bytes(128 + arguments.rows * D * 4))
    floors = {"store": min(floor_of_store(work, arguments.rows) for _ in range(arguments.rounds))}
    found = [floor_of_links(work, export) for _ in range(arguments.rounds)]
    floors["export"] = min(seconds for seconds, _ in found)

    rows = []
    for (step, place, name), seconds in times.items():
        if name != "oodml":
            continue
        before = min(times[step, place, "before"]) if arguments.before else None
        title = f"store of {arguments.rows:,} rows" if step == "store" else f"export of {found[0][1]:,} links"
        rows.append(
            [
                title,
                place,
                significant(min(seconds)),
                significant(before),
                significant(min(seconds) / before if before else None),
                significant(floors[step]),
                significant(min(seconds) / floors[step]),
            ]
        )
    print_machine()
    print_table(["what", "where", "seconds", "before", "ratio", "floor", "ratio to the floor"], rows)


if __name__ == "__main__":
    main()
