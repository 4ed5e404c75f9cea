"""Trains one small network for each level and direction of a splits folder.

The networks are examples of models to evaluate along graded splits: each is
trained from scratch on the training classes of its level alone, all by the same
recipe (Proxy-Anchor, the same number of batches and of classes per batch), so
that only the split differs. Needs torch, numpy, pillow and onnx.

    python3 Examples/glyphs200/train.py --splits splits/glyphs200 \\
        --images Sources/Glyphs200/Resources/glyphs200 --out Examples/glyphs200/models
"""

import argparse
import json
import math
import pathlib
import random
import time

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn

SIDE = 64
DIMENSIONS = 64
BATCHES_PER_EPOCH = 20
CLASSES_PER_BATCH = 24
PICTURES_PER_CLASS = 4
MARGIN, SCALE = 0.1, 32.0  # of Proxy-Anchor
RATE, PROXY_RATE = 4e-3, 4e-2
MEAN, STD = 0.9, 0.25  # of grey values from 0 to 1
DIRECTIONS = {"forward": "train", "reverse": "test"}  # which side of a level trains


class Network(nn.Module):
    """Four convolutions and a linear layer: 64 x 64 grey pictures to DIMENSIONS values."""

    def __init__(self):
        super().__init__()
        layers, before = [], 1
        for after, stride in [(16, 2), (32, 2), (48, 2), (48, 1)]:
            layers += [nn.Conv2d(before, after, 3, stride, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU()]
            before = after
        self.features = nn.Sequential(*layers, nn.MaxPool2d(2), nn.Flatten())
        self.embed = nn.Linear(48 * 4 * 4, DIMENSIONS)

    def forward(self, x):
        return self.embed(self.features(x))


class ProxyAnchor(nn.Module):
    """The Proxy-Anchor loss: every class has a proxy, which draws its own pictures of the
    batch nearer and drives the others away, the hardest ones most."""

    def __init__(self, classes):
        super().__init__()
        self.proxies = nn.Parameter(torch.empty(classes, DIMENSIONS))
        nn.init.kaiming_normal_(self.proxies, mode="fan_out")

    def forward(self, embedding, labels):
        cosine = F.normalize(embedding) @ F.normalize(self.proxies).T
        own = F.one_hot(labels, len(self.proxies)).bool()
        attract = (-SCALE * (cosine - MARGIN)).masked_fill(~own, -math.inf)
        repel = (SCALE * (cosine + MARGIN)).masked_fill(own, -math.inf)
        present = own.any(0)
        return F.softplus(attract.logsumexp(0)[present]).mean() + F.softplus(repel.logsumexp(0)).mean()


def load(images, classes):
    """The pictures of the classes: a list of float tensors, pictures x 1 x SIDE x SIDE."""
    return [
        torch.stack(
            [
                torch.from_numpy(np.array(Image.open(path).convert("L"), np.float32) / 255)[None]
                for path in sorted((images / name).iterdir())
            ]
        )
        for name in classes
    ]


def batches(pictures, count, generator):
    """Pictures and labels of each batch: random classes, then random pictures of each."""
    for _ in range(count):
        labels = torch.randperm(len(pictures), generator=generator)[:CLASSES_PER_BATCH]
        drawn = [
            pictures[label][torch.randperm(len(pictures[label]), generator=generator)[:PICTURES_PER_CLASS]]
            for label in labels.tolist()
        ]
        yield torch.cat(drawn), labels.repeat_interleave(torch.tensor([len(d) for d in drawn]))


def augmented(pictures, generator):
    """Small random rotations, stretches, shears and shifts on white ground."""
    n = len(pictures)

    def uniform(limit):
        return (torch.rand(n, generator=generator) * 2 - 1) * limit

    angle = uniform(0.12)
    affine = torch.stack(
        [
            torch.stack([angle.cos() * (1 + uniform(0.15)), uniform(0.15) - angle.sin(), uniform(0.08)], 1),
            torch.stack([angle.sin(), angle.cos() * (1 + uniform(0.15)), uniform(0.08)], 1),
        ],
        1,
    )
    grid = F.affine_grid(affine, pictures.shape, align_corners=False)
    return 1 - F.grid_sample(1 - pictures, grid, align_corners=False)


def train(pictures, epochs, seed, augment):
    """Trains a network on a list of classes, each a tensor of pictures."""
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    network, loss = Network(), ProxyAnchor(len(pictures))
    optimiser = torch.optim.AdamW(
        [{"params": network.parameters(), "lr": RATE}, {"params": loss.parameters(), "lr": PROXY_RATE}],
        weight_decay=1e-4,
    )
    count = epochs * BATCHES_PER_EPOCH
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, count)
    for drawn, labels in batches(pictures, count, generator):
        batch = augmented(drawn, generator) if augment else drawn
        value = loss(network((batch - MEAN) / STD), labels)
        optimiser.zero_grad()
        value.backward()
        optimiser.step()
        schedule.step()
    return network.eval(), value.item()


def export(network, path):
    torch.onnx.export(
        network,
        (torch.zeros(2, 1, SIDE, SIDE),),
        str(path),
        input_names=["input"],
        output_names=["embedding"],
        opset_version=17,
        dynamo=False,
        dynamic_axes={"input": {0: "batch"}, "embedding": {0: "batch"}},
    )


def write_sidecar(out):
    """How a picture is prepared for the networks, for whoever runs them."""
    (out / "config.json").write_text(
        json.dumps(
            {
                "architecture": "glyphs200_conv4",
                "pretrained_cfg": {
                    "input_size": [1, SIDE, SIDE],
                    "interpolation": "bilinear",
                    "crop_pct": 1.0,
                    "crop_mode": "center",
                    "mean": [MEAN],
                    "std": [STD],
                },
            },
            indent=2,
        )
        + "\n"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--splits", type=pathlib.Path, required=True, help="splits folder, with manifest.json")
    parser.add_argument(
        "--images", type=pathlib.Path, required=True, help="image folder that the manifest's class paths lie in"
    )
    parser.add_argument(
        "--out", type=pathlib.Path, required=True, help="folder that the networks and config.json are written to"
    )
    parser.add_argument("--levels", nargs="+", metavar="ID", help="levels to train for (default: all of the manifest)")
    parser.add_argument("--seed", type=int, default=0, help="of all draws (default: 0)")
    parser.add_argument(
        "--epochs", type=int, default=25, help=f"of {BATCHES_PER_EPOCH} batches each, at every level (default: 25)"
    )
    parser.add_argument(
        "--classes", type=int, metavar="N", help="train on N classes of the side, drawn by the seed (default: all)"
    )
    parser.add_argument("--augment", action="store_true", help="warp the pictures a little at every draw")
    options = parser.parse_args()

    levels = json.loads((options.splits / "manifest.json").read_text())["levels"]
    unknown = set(options.levels or []) - {level["id"] for level in levels}
    if unknown:
        parser.error(f"no such level in the manifest: {', '.join(sorted(unknown))}")
    options.out.mkdir(parents=True, exist_ok=True)
    write_sidecar(options.out)
    for level in levels:
        if options.levels and level["id"] not in options.levels:
            continue
        for direction, side in DIRECTIONS.items():
            began = time.time()
            classes = level[side]
            if options.classes:
                classes = sorted(random.Random(options.seed).sample(classes, options.classes))
            network, value = train(load(options.images, classes), options.epochs, options.seed, options.augment)
            path = options.out / f"{level['id']}-{direction}.onnx"
            export(network, path)
            print(
                f"{path.name}: {len(classes)} classes, last loss {value:.3f}, "
                f"{path.stat().st_size} bytes, {time.time() - began:.0f} s",
                flush=True,
            )


if __name__ == "__main__":
    main()
