"""Time of training heads on frozen features, beside PyTorch with pytorch-metric-learning.

    python3 -m pip install --require-hashes -r Scripts/requirements/benchmarks.txt
    swift build -c release --package-path Benchmarks
    python3 Benchmarks/training.py --work FOLDER

Features of 200 classes of 59 samples, 2048 non-negative values each, as the average pool of a ResNet gives them; heads
are trained on half of the classes. A linear head to 128 dimensions, batches of 28 classes × 4, AdamW, and each
objective with the same parameters and beginnings on both sides. What is timed begins with standardised features in
memory (oodml: with features that it standardises) and ends with the head.

- PyTorch: the loop that a user writes, with the fused optimiser. Its threads are 1 or 2, whichever is quicker.
- "series": six heads, which oodml trains one a core, and PyTorch's loop one after another, with whichever number of
  threads is quicker; the ratio of the times.
- "at once": the same six by two processes of PyTorch of one thread each, which train at the same time; the mean of
  their times counts.
- "products": the two products of a step alone (forward, and for the weights' gradient), by the OpenBLAS that oodml
  uses, on one thread.

Both sides run in turns; the table has medians. The last columns are MAP@R of the unseen half of the classes: the mean
over seeds and the largest distance from it.
"""

import argparse
import ctypes
import ctypes.util
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

import numpy as np

from measure import REPOSITORY, print_machine, print_table, significant

CLASSES, PER_CLASS, WIDTH, DIMENSION = 200, 59, 2048, 128
BATCH_CLASSES, BATCH_SAMPLES = 28, 4
SERIES = 6
OBJECTIVES = ["normalized-softmax", "proxy-anchor", "cosface", "multi-similarity", "contrastive", "triplet"]


# MARK: Data


def make_data(folder):
    """Classes differ in 40 directions, samples in 200 others, and noise is everywhere."""
    rng = np.random.default_rng(7)
    labels = np.repeat(np.arange(CLASSES), PER_CLASS)
    signal = rng.normal(size=(CLASSES, 40))[labels] + 0.7 * rng.normal(size=(len(labels), 40))
    nuisance = 1.5 * rng.normal(size=(len(labels), 200))
    mixed = np.hstack([signal, nuisance]) @ rng.normal(size=(240, WIDTH)) / 15
    features = np.maximum(mixed + 0.3 * rng.normal(size=mixed.shape), 0).astype(np.float32)
    np.save(folder / "features.npy", features)
    np.save(folder / "labels.npy", labels.astype(np.float32)[:, None])


def mean_average_precision_at_r(embeddings, labels):
    """As Musgrave, Belongie and Lim define it (ECCV 2020)."""
    similarity = embeddings @ embeddings.T
    np.fill_diagonal(similarity, -np.inf)
    relevant = PER_CLASS - 1
    order = np.argsort(-similarity, axis=1, kind="stable")[:, :relevant]
    hits = labels[order] == labels[:, None]
    precision = np.cumsum(hits, axis=1) / np.arange(1, relevant + 1)
    return float((precision * hits).sum(axis=1).mean() / relevant)


def unseen_score(folder, weight, bias, mean, scale):
    labels = np.load(folder / "labels.npy")[:, 0]
    rows = labels >= CLASSES // 2
    x = (np.load(folder / "features.npy")[rows] - mean) * scale @ weight.T + bias
    return mean_average_precision_at_r(x / np.linalg.norm(x, axis=1, keepdims=True), labels[rows])


def read_head(path):
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    parts = {}
    for name in ("layers.0.weight", "layers.0.bias", "mean", "scale"):
        start, end = header[name]["data_offsets"]
        values = np.frombuffer(data[8 + length + start : 8 + length + end], "<f4")
        parts[name] = values.reshape(header[name]["shape"])
    return list(parts.values())


# MARK: Sides


def objective(name, class_count):
    """pytorch-metric-learning's loss and miner with oodml's default parameters."""
    from pytorch_metric_learning import distances, losses, miners

    squared = distances.LpDistance(power=2)
    return {
        "normalized-softmax": lambda: (losses.NormalizedSoftmaxLoss(class_count, DIMENSION), None),
        "proxy-anchor": lambda: (losses.ProxyAnchorLoss(class_count, DIMENSION), None),
        "cosface": lambda: (losses.CosFaceLoss(class_count, DIMENSION), None),
        "multi-similarity": lambda: (losses.MultiSimilarityLoss(), miners.MultiSimilarityMiner(epsilon=0.1)),
        "contrastive": lambda: (losses.ContrastiveLoss(), None),
        "triplet": lambda: (
            losses.TripletMarginLoss(margin=0.2, distance=squared),
            miners.TripletMarginMiner(margin=0.2, type_of_triplets="semihard", distance=squared),
        ),
    }[name]()


def run_peer(folder, name, steps, threads, seed):
    """The loop of PyTorch, in a process of its own."""
    import torch

    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    labels = np.load(folder / "labels.npy")[:, 0].astype(int)
    rows = np.flatnonzero(labels < CLASSES // 2)
    features = np.load(folder / "features.npy")[rows]
    mean, deviation = features.mean(axis=0), features.std(axis=0)
    x, y = torch.tensor((features - mean) / deviation), torch.tensor(labels[rows])
    rng = np.random.default_rng(seed)
    members = [np.flatnonzero(labels[rows] == c) for c in range(CLASSES // 2)]
    head = torch.nn.Linear(WIDTH, DIMENSION)
    loss_function, miner = objective(name, CLASSES // 2)
    factor = 100 if name == "proxy-anchor" else 10
    groups = [{"params": [head.weight]}, {"params": [head.bias], "weight_decay": 0.0}]
    if own := list(loss_function.parameters()):
        # Both sides begin alike: proxies of about length 1.
        for parameter in own:
            torch.nn.init.normal_(parameter, std=DIMENSION**-0.5)
        groups.append({"params": own, "lr": 1e-3 * factor, "weight_decay": 0.0})
    optimizer = torch.optim.AdamW(groups, lr=1e-3, weight_decay=1e-2, fused=True)

    def step():
        chosen = rng.permutation(len(members))[:BATCH_CLASSES]
        batch = np.concatenate([rng.choice(members[c], BATCH_SAMPLES, replace=False) for c in chosen])
        embeddings, classes = head(x[batch]), y[batch]
        loss = loss_function(embeddings, classes, miner(embeddings, classes) if miner else None)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    for _ in range(3):
        step()
    start = time.perf_counter()
    for _ in range(steps):
        step()
    seconds = time.perf_counter() - start
    weight, bias = head.weight.detach().numpy(), head.bias.detach().numpy()
    score = unseen_score(folder, weight, bias, mean, 1 / deviation)
    print(json.dumps({"seconds": seconds, "score": score}))


def start_peer(folder, name, steps, threads, seed):
    arguments = [sys.executable, __file__, "--work", folder, "--peer", name, "--steps", steps]
    arguments += ["--threads", threads, "--seed", seed]
    return subprocess.Popen([str(a) for a in arguments], stdout=subprocess.PIPE, text=True)


def finish(process):
    output, _ = process.communicate()
    if process.returncode != 0:
        sys.exit(f"the loop of PyTorch ended with status {process.returncode}")
    return json.loads(output)


def run_oodml(program, folder, name, steps, tasks):
    out = folder / f"head-{name}"
    command = [program, folder / "features.npy", folder / "labels.npy", name, steps, tasks, out]
    return json.loads(subprocess.run([str(c) for c in command], check=True, stdout=subprocess.PIPE).stdout)["seconds"]


def kernels(program):
    """The kernels of OpenBLAS that a program computes with."""
    environment = {**os.environ, "OPENBLAS_VERBOSE": "2"}
    # Without arguments it only says how it is used.
    said = subprocess.run([program], env=environment, stderr=subprocess.PIPE, text=True, check=False)
    return next(line.split()[1] for line in reversed(said.stderr.splitlines()) if line.startswith("Core: "))


def product_seconds(steps):
    """The forward product and that of the weights' gradient, by the system's OpenBLAS on one thread.

    OpenBLAS has the kernels that OPENBLAS_CORETYPE names when this is first called.
    """
    blas = ctypes.CDLL(ctypes.util.find_library("openblas") or "libopenblas.so.0")
    blas.openblas_set_num_threads(1)
    batch = BATCH_CLASSES * BATCH_SAMPLES
    rng = np.random.default_rng(1)
    x, w = (rng.normal(size=s).astype(np.float32) for s in ((batch, WIDTH), (WIDTH, DIMENSION)))
    e, gradient = np.empty((batch, DIMENSION), np.float32), np.empty((WIDTH, DIMENSION), np.float32)

    def product(left, transposed, right, result):
        pointers = [a.ctypes.data_as(ctypes.c_void_p) for a in (left, right, result)]
        (m, n), k = result.shape, right.shape[0]
        one, zero = ctypes.c_float(1), ctypes.c_float(0)
        blas.cblas_sgemm(
            *(101, 112 if transposed else 111, 111, m, n, k, one, pointers[0], left.shape[1]),
            *(pointers[1], n, zero, pointers[2], n),
        )

    def both():
        product(x, False, w, e)
        product(x, True, e, gradient)

    for _ in range(10):
        both()
    start = time.perf_counter()
    for _ in range(steps):
        both()
    return time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=pathlib.Path, required=True, help="a folder for data")
    parser.add_argument("--steps", type=int, default=1000, help="steps of a training")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is timed")
    parser.add_argument("--seeds", type=int, default=3, help="how many seeds are scored")
    parser.add_argument("--objectives", default=",".join(OBJECTIVES), help="their names, with commas")
    program = REPOSITORY / "Benchmarks/.build/release/training-benchmark"
    parser.add_argument("--benchmark", default=str(program), help="the program that trains heads")
    for hidden in ("--peer", "--threads", "--seed"):
        parser.add_argument(hidden, type=str if hidden == "--peer" else int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peer:
        run_peer(options.work, options.peer, options.steps, options.threads, options.seed)
        return
    options.work.mkdir(parents=True, exist_ok=True)
    if not (options.work / "features.npy").exists():
        make_data(options.work)
    folder, steps = options.work, options.steps
    print_machine()
    os.environ.setdefault("OPENBLAS_CORETYPE", kernels(options.benchmark))
    print(f"OpenBLAS's kernels: {os.environ['OPENBLAS_CORETYPE']}\n")
    table = []
    for name in options.objectives.split(","):
        ours, series, peers, pair, products = [], [], {1: [], 2: []}, [], []
        scores = []
        for turn in range(options.rounds):
            products.append(product_seconds(steps))
            ours.append(run_oodml(options.benchmark, folder, name, steps, 1))
            for threads in peers:
                result = finish(start_peer(folder, name, steps, threads, turn))
                peers[threads].append(result["seconds"])
                if threads == 1:
                    scores.append(result["score"])
            series.append(run_oodml(options.benchmark, folder, name, steps, SERIES))
            both = [start_peer(folder, name, steps, 1, turn + s) for s in range(2)]
            pair.append(statistics.mean(finish(process)["seconds"] for process in both))
        run_oodml(options.benchmark, folder, name, steps, options.seeds)
        own = [unseen_score(folder, *read_head(folder / f"head-{name}-{s}.safetensors")) for s in range(options.seeds)]

        def milliseconds(times):
            return statistics.median(times) / steps * 1e3

        peer = min(milliseconds(times) for times in peers.values())
        table.append(
            [
                name,
                *(significant(milliseconds(times)) for times in (products, ours)),
                significant(peer),
                f"{peer / milliseconds(ours):.1f}",
                f"{SERIES * peer / milliseconds(series):.1f}",
                f"{SERIES / 2 * milliseconds(pair) / milliseconds(series):.1f}",
                f"{milliseconds(ours) / milliseconds(products):.1f}",
                *(
                    f"{statistics.mean(s):.3f} ± {max(abs(v - statistics.mean(s)) for v in s):.3f}"
                    for s in (own, scores)
                ),
            ]
        )
    print_table(
        [
            "objective",
            "products, ms",
            "oodml, ms",
            "PyTorch, ms",
            "ratio",
            "ratio of series",
            "ratio at once",
            "of products",
            "MAP@R",
            "PyTorch's",
        ],
        table,
    )


if __name__ == "__main__":
    main()
