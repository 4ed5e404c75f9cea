"""Embeds class folders by a model of torch, makes splits of them, and trains heads on the features.

    python3 Examples/python/embed_with_torch.py photos --model timm/vit_small_patch14_dinov2.lvd142m --device cuda

Needs oodml, torch, numpy and pillow, and timm or transformers for models by name (timm/NAME, hf:NAME), whose weights
they download unless they are in their cache. Without a name the model is a small network that nobody has trained.
"""

import argparse
import pathlib

import numpy as np
import torch

import oodml
import oodml.torch


def to_tensor(image):
    return torch.from_numpy(np.asarray(image.resize((64, 64)), np.float32) / 255).permute(2, 0, 1)


def untrained():
    torch.manual_seed(0)
    layers = [torch.nn.Conv2d(3, 16, 5, 2), torch.nn.ReLU(), torch.nn.Conv2d(16, 32, 5, 2), torch.nn.ReLU()]
    return torch.nn.Sequential(*layers, torch.nn.AdaptiveAvgPool2d(2), torch.nn.Flatten())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("photos", type=pathlib.Path, help="folder with a folder of images for each class")
    parser.add_argument("--model", help="timm/NAME or hf:NAME")
    parser.add_argument("--device")
    parser.add_argument("--out", type=pathlib.Path, help="folder of the store (default: a temporary one)")
    options = parser.parse_args()

    model, transform = (options.model, None) if options.model else (untrained(), to_tensor)
    store = oodml.torch.embed(model, options.photos, transform=transform, device=options.device, out=options.out)
    splits = oodml.make_splits(features=store, levels=5)
    print(splits)
    heads = oodml.train(splits, store, objective="proxy-anchor")
    for point in oodml.evaluate(splits, heads=heads, features=store)[0].gains("map@r"):
        print(f"{point.level}: distance {point.fid:.3g}, gain {point.value.value:+.3f}")


if __name__ == "__main__":
    main()
