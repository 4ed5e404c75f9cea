"""Trains with a loss of PyTorch Metric Learning on a level of some splits, and scores exactly after each epoch.

    python3 Examples/python/exact_metrics.py --splits splits/glyphs200 \\
        --images Sources/Glyphs200/Resources/glyphs200 --level level-3

Needs oodml, torch, pytorch-metric-learning, numpy and pillow.
"""

import argparse
import pathlib

import numpy as np
import torch
from pytorch_metric_learning import losses
from torch.utils.data import DataLoader

from oodml import Splits
from oodml.pml import AccuracyCalculator  # in place of pytorch_metric_learning.utils.accuracy_calculator


def to_tensor(image):
    return torch.from_numpy(np.asarray(image.resize((32, 32)), np.float32) / 255)


@torch.no_grad()
def embed(network, dataset):
    parts = [(network(images), labels) for images, labels in DataLoader(dataset, batch_size=512)]
    return [torch.cat(column) for column in zip(*parts)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--splits", type=pathlib.Path, required=True, help="folder that oodml make-splits wrote")
    parser.add_argument("--images", type=pathlib.Path, required=True, help="folder that the samples' paths lie in")
    parser.add_argument("--level", required=True)
    parser.add_argument("--epochs", type=int, default=5)
    options = parser.parse_args()

    torch.manual_seed(0)
    level = Splits(options.splits).level(options.level)
    train, test = (side.dataset(options.images, to_tensor, mode="L") for side in (level.train, level.test))
    loader = DataLoader(train, batch_sampler=level.train.batches(classes=16, samples=4))
    layers = [torch.nn.Linear(32 * 32, 256), torch.nn.ReLU(), torch.nn.Linear(256, 64)]
    network = torch.nn.Sequential(torch.nn.Flatten(), *layers)
    loss = losses.MultiSimilarityLoss()
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-3)
    calculator = AccuracyCalculator(include=("precision_at_1", "mean_average_precision_at_r"), knn_func="cosine")
    for epoch in range(options.epochs + 1):
        if epoch > 0:
            for images, labels in loader:
                optimiser.zero_grad()
                loss(network(images), labels).backward()
                optimiser.step()
        found = calculator.get_accuracy(*embed(network, test))
        print(epoch, *(f"{name} {value:.3f}" for name, value in found.items()), flush=True)


if __name__ == "__main__":
    main()
