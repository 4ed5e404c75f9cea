"""Runs the ten lines of the README that turn a network of PyTorch into features, and studies them.

python3 Tests/Python/test_readme.py

It needs torch and torchvision. Where timm is not installed, a small network stands in for its one.
"""

import importlib.util
import os
import pathlib
import re
import sys
import tempfile
import types
import unittest
from unittest import mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "python"))
import oodml

README = pathlib.Path(__file__).resolve().parents[2] / "README.md"
HAS_TORCH = all(importlib.util.find_spec(name) for name in ["torch", "torchvision", "PIL", "numpy"])
CLASSES, EACH = 24, 6


def stand_in():
    """What the snippet takes of timm."""
    import torch
    from torchvision import transforms

    def create_model(name, pretrained, num_classes):
        torch.manual_seed(0)
        return torch.nn.Sequential(torch.nn.AdaptiveAvgPool2d(4), torch.nn.Flatten(), torch.nn.Linear(48, 16))

    data = types.SimpleNamespace(
        resolve_model_data_config=lambda model: {"input_size": (3, 32, 32)},
        create_transform=lambda input_size: transforms.Compose(
            [transforms.Resize(input_size[1:]), transforms.ToTensor()]
        ),
    )
    return types.SimpleNamespace(create_model=create_model, data=data)


@unittest.skipUnless(HAS_TORCH and README.exists(), "torch, torchvision or the README is not there")
class ReadmeTests(unittest.TestCase):
    def draw(self, folder):
        """Class folders of images of different sizes, of which some are grey."""
        import numpy as np
        from PIL import Image

        rng = np.random.default_rng(0)
        for number in range(CLASSES):
            colour = rng.uniform(0, 255, (4, 4, 3))
            place = folder / f"class {number}"
            place.mkdir(parents=True)
            for i in range(EACH):
                pixels = np.clip(colour + rng.normal(0, 20, colour.shape), 0, 255).astype("uint8")
                image = Image.fromarray(pixels).resize((40 + i, 30 + 2 * i))
                (image.convert("L") if i == 0 else image).save(place / f"{i}.png")

    def test_the_snippet_makes_what_study_takes(self):
        code = re.search(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL).group(1)
        modules = {} if importlib.util.find_spec("timm") else {"timm": stand_in()}
        if not modules:
            code = code.replace("pretrained=True", "pretrained=False").replace("resnet50.a1_in1k", "resnet10t")
        former = pathlib.Path.cwd()
        with tempfile.TemporaryDirectory() as name, mock.patch.dict(sys.modules, modules):
            os.chdir(name)
            try:
                self.draw(pathlib.Path("photos"))
                exec(compile(code, str(README), "exec"), {})
                study = oodml.study(
                    features="feats.npy", samples="samples.csv", levels=3, steps=20, quiet=True, out="study"
                )
                self.assertTrue(study.answer)
                self.assertTrue(pathlib.Path("study/report.html").exists())
            finally:
                os.chdir(former)


if __name__ == "__main__":
    unittest.main()
