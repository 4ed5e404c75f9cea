"""Throughput, values and memory of `oodml embed`, beside a loop of Pillow and onnxruntime.

    python3 -m pip install --require-hashes -r Scripts/requirements/benchmarks.txt
    swift build -c release
    python3 Benchmarks/embedding.py --work FOLDER
    python3 Benchmarks/embedding.py --work FOLDER --memory 100000

Photograph-like JPEGs of about 500 × 375 pixels in 50 class folders, and two networks of torchvision's with random
weights, each with the vector before the classifier as its output: ResNet-50, and ShuffleNet v2 × 0.5 on crops of 64
pixels, so light that decoding takes most of the time. Shorter side to a given size, bilinear, and a centre crop.

- oodml embed: the whole command, the digests of all files and the tables of its store included.
- Python: the whole program as a user writes it, Pillow's resize and crop, numpy's normalisation and onnxruntime in
  batches of 8. Its threads are those of 1, 2 and onnxruntime's own choice with which it is quickest in a trial over a
  part of the images. Where `--pool` is given, threads of Python's decode ahead of the network as well, which few loops
  do.

Both use all cores. They run in turns, and each turn gives a ratio; the table has the median, the least and the
greatest. The benchmark fails where an embedding differs from the other side's by more than 1e-4, relative to the
largest value.

With `--memory N` the light network embeds N hard links to some hundreds of these images, and the table shows the
resident set of the command as the work goes on. Their bytes are those of few files, so the system has them all in its
memory; what a process holds does not depend on that.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

import numpy as np

from measure import Run, add_oodml, print_machine, print_table, significant

CLASS_COUNT, BATCH = 50, 8
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
# The network's name, its crop, and the shorter side before it.
NETWORKS = {"resnet50": (224, 256), "shufflenet_v2_x0_5": (64, 72)}


# MARK: Data


def photograph(rng, width, height):
    """Noise at all scales, as photographs have it, with some edges; it compresses as they do."""
    from PIL import Image

    total = np.zeros((height, width, 3), np.float32)
    for exponent in range(2, 9):
        size = (max(2, width >> exponent), max(2, height >> exponent))
        noise = rng.integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
        octave = Image.fromarray(noise).resize((width, height), Image.Resampling.BICUBIC)
        total += (np.asarray(octave, np.float32) - 128) * 2.0 ** (0.8 * (exponent - 6))
    for _ in range(12):
        x, y = rng.integers(0, width), rng.integers(0, height)
        total[y : y + rng.integers(8, height), x : x + rng.integers(8, width)] += rng.normal(0, 30, 3)
    total += rng.normal(0, 9, total.shape)
    return Image.fromarray(np.clip(total + 128, 0, 255).astype(np.uint8))


def make_images(folder, count):
    """Class folders of JPEGs, which are made once."""
    root = folder / f"photos-{count}"
    if not (root / "finished").exists():
        for number in range(count):
            rng = np.random.default_rng([5, number])
            place = root / f"class-{number % CLASS_COUNT:02}" / f"{number:06}.jpg"
            place.parent.mkdir(parents=True, exist_ok=True)
            short, long = int(rng.integers(333, 376)), int(rng.integers(480, 513))
            size = (long, short) if rng.random() < 0.7 else (short, long)
            photograph(rng, *size).save(place, quality=int(rng.integers(85, 95)))
        (root / "finished").touch()
    return root


def make_network(folder, name):
    """An ONNX file with its preprocessing beside it."""
    path = folder / f"{name}.onnx"
    crop, side = NETWORKS[name]
    description = {
        "input_size": [3, crop, crop],
        "interpolation": "bilinear",
        "resize": {"mode": "shorter_side", "size": side},
        "mean": MEAN,
        "std": STD,
    }
    path.with_suffix(".json").write_text(json.dumps(description))
    if not path.exists():
        import torch
        import torchvision

        torch.manual_seed(0)
        network = torchvision.models.get_model(name, weights=None)
        network.fc = torch.nn.Identity()
        # Statistics of some batches in place of 0 and 1, with which values would grow from layer to layer.
        with torch.no_grad():
            for _ in range(3):
                network.train()(torch.randn(8, 3, crop, crop))
        torch.onnx.export(
            network.eval(),
            (torch.randn(2, 3, crop, crop),),
            str(path),
            input_names=["images"],
            output_names=["embedding"],
            dynamic_axes={"images": {0: "batch"}, "embedding": {0: "batch"}},
            dynamo=False,
        )
    return path


def make_links(folder, images, count):
    """Class folders with `count` hard links to some of the images."""
    root = folder / f"links-{count}"
    files = sorted(images.glob("*/*.jpg"))[:400]
    if not (root / "finished").exists():
        for number in range(count):
            place = root / f"class-{number % 200:03}" / f"{number:07}.jpg"
            place.parent.mkdir(parents=True, exist_ok=True)
            if not place.exists():
                os.link(files[number % len(files)], place)
        (root / "finished").touch()
    return root


# MARK: The peer, in a process of its own


def paths_of(root, count=None):
    """In the order of oodml's rows."""
    return sorted(root.glob("*/*.jpg"), key=lambda path: str(path.relative_to(root)).encode())[:count]


def peer(root, model, out, threads, count, pooled):
    import onnxruntime
    from PIL import Image

    crop, side = NETWORKS[model.stem]
    mean, std = np.array(MEAN, np.float32), np.array(STD, np.float32)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])

    def prepared(path):
        image = Image.open(path).convert("RGB")
        width, height = image.size
        size = (side, side * height // width) if width <= height else (side * width // height, side)
        image = image.resize(size, Image.Resampling.BILINEAR)
        left, top = round((size[0] - crop) / 2), round((size[1] - crop) / 2)
        image = image.crop((left, top, left + crop, top + crop))
        return ((np.asarray(image, np.float32) / 255 - mean) / std).transpose(2, 0, 1)

    paths = paths_of(root, count)
    batches = [paths[first : first + BATCH] for first in range(0, len(paths), BATCH)]
    if pooled:
        from concurrent.futures import ThreadPoolExecutor

        pool = ThreadPoolExecutor(os.cpu_count())
        images = pool.map(prepared, paths)
        inputs = (np.stack([next(images) for _ in batch]) for batch in batches)
    else:
        inputs = (np.stack([prepared(path) for path in batch]) for batch in batches)
    rows = np.concatenate([session.run(None, {"images": images})[0] for images in inputs])
    if out:
        np.save(out, rows)


def run_peer(root, model, threads, out="", count=0, pooled=False):
    return Run(
        [
            sys.executable,
            __file__,
            "--peer",
            model,
            "--root",
            root,
            "--threads",
            threads,
            "--out",
            out or "-",
            "--count",
            count,
        ]
        + (["--pool"] if pooled else [])
    )


# MARK: Measuring


def run_oodml(oodml, root, model, store, *options):
    return Run([oodml, "embed", "--root", root, "--backbone", model, "--out", store, "--force", "--quiet", *options])


def compare(options, images, name):
    """Turns of both sides with one network: a row of the table."""
    model = make_network(options.work, name)
    store, rows = options.work / f"store-{name}", options.work / f"peer-{name}.npy"
    trial = min(200, options.images)
    peers = {}
    for pooled in [False] + ([True] if options.pool else []):
        tried = {threads: run_peer(images, model, threads, count=trial, pooled=pooled).seconds for threads in (1, 2, 0)}
        peers[pooled] = min(tried, key=tried.get)
    seconds = {key: [] for key in ["oodml", *peers]}
    for _ in range(options.rounds):
        seconds["oodml"].append(run_oodml(options.oodml, images, model, store).seconds)
        for pooled, threads in peers.items():
            seconds[pooled].append(run_peer(images, model, threads, rows, pooled=pooled).seconds)
    found, expected = np.load(store / "embeddings.npy"), np.load(rows)
    difference = np.abs(found - expected).max() / np.abs(expected).max()
    if not difference < 1e-4:
        sys.exit(f"{name}: embeddings differ by {difference:.1e} of the largest value")
    table = []
    for pooled, threads in peers.items():
        ratios = [b / a for a, b in zip(seconds["oodml"], seconds[pooled], strict=True)]
        medians = [statistics.median(seconds[key]) for key in ("oodml", pooled)]
        table.append(
            [
                name,
                "Pillow and onnxruntime" + (", decoding ahead" if pooled else ""),
                threads or "its own choice",
                *(significant(len(found) / median) for median in medians),
                significant(statistics.median(ratios)),
                f"{significant(min(ratios))}–{significant(max(ratios))}",
                f"{difference:.0e}",
            ]
        )
    return table


def resident(process):
    """MB that a process holds now, of its own and of files."""
    status = pathlib.Path(f"/proc/{process}/status").read_text()
    return [int(status.split(f"{key}:")[1].split()[0]) / 1024 for key in ("VmRSS", "RssAnon")]


def memory(options, images, count):
    """The resident set while `count` images are embedded."""
    root, model = make_links(options.work, images, count), make_network(options.work, list(NETWORKS)[-1])
    store = options.work / f"store-{count}"
    command = [options.oodml, "embed", "--root", root, "--backbone", model, "--out", store, "--force", "--quiet"]
    start = time.perf_counter()
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL)
    series, done = [], 0
    while process.poll() is None:
        # A chunk has 256 images, and its table is written last.
        done = max(done, 256 * sum(1 for _ in (store / ".partial").glob("chunk-*.csv")))
        try:
            series.append((min(done, count), time.perf_counter() - start, *resident(process.pid)))
        except (OSError, IndexError):
            break
        time.sleep(0.25)
    if process.wait() != 0:
        sys.exit(f"oodml embed ended with {process.returncode}")
    seconds = time.perf_counter() - start
    table = []
    for part in range(11):
        rows = [row for row in series if part * count / 10 <= row[0] < (part + 1) * count / 10]
        if rows:
            table.append(
                [
                    f"{rows[0][0]:,}",
                    f"{rows[0][1]:.0f}",
                    f"{rows[0][2]:.0f}",
                    f"{max(row[2] for row in rows):.0f}",
                    f"{max(row[3] for row in rows):.0f}",
                ]
            )
    table.append(["the store is written", f"{seconds:.0f}", f"{series[-1][2]:.0f}", "", ""])
    print_table(["images done", "seconds", "resident MB", "greatest until the next row", "of it not of files"], table)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=pathlib.Path, help="folder of images, networks and stores, 500 MB")
    parser.add_argument("--images", type=int, default=2000, help="the number of images (default: 2000)")
    parser.add_argument("--networks", nargs="+", choices=NETWORKS, default=list(NETWORKS))
    parser.add_argument("--rounds", type=int, default=3, help="turns of both sides (default: 3)")
    parser.add_argument("--pool", action="store_true", help="also a loop whose threads decode ahead of the network")
    parser.add_argument("--memory", type=int, metavar="N", help="show the memory over N images instead")
    for name in ("--peer", "--root"):
        parser.add_argument(name, type=pathlib.Path, help=argparse.SUPPRESS)
    for name in ("--threads", "--count"):
        parser.add_argument(name, type=int, help=argparse.SUPPRESS)
    parser.add_argument("--out", help=argparse.SUPPRESS)
    add_oodml(parser)
    options = parser.parse_args()
    if options.peer:
        out = None if options.out == "-" else options.out
        peer(options.root, options.peer, out, options.threads, options.count or None, options.pool)
        return
    if not options.work:
        parser.error("expected --work FOLDER")
    options.work = options.work.resolve()
    options.work.mkdir(parents=True, exist_ok=True)
    images = make_images(options.work, options.images)
    print_machine(["numpy", "pillow", "onnxruntime"])
    if options.memory:
        memory(options, images, options.memory)
        return
    header = [
        "network",
        "peer",
        "its threads",
        "oodml, images a second",
        "peer's",
        "ratio",
        "least and greatest",
        "difference",
    ]
    print_table(header, [row for name in options.networks for row in compare(options, images, name)])


if __name__ == "__main__":
    main()
