"""Runs the examples of Examples/python that use oodml.pml and oodml.torch.

Run by

    python3 Tests/Python/test_examples.py

with torch, pytorch-metric-learning, NumPy and Pillow, on a tree of the package with its library and program.
"""

import importlib.util
import os
import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
IMAGES = ROOT / "Sources" / "Glyphs200" / "Resources" / "glyphs200"


def run(name, *arguments):
    found = subprocess.run(
        [sys.executable, "-W", "ignore", ROOT / "Examples" / "python" / name, *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": str(ROOT / "python")},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if found.returncode != 0:
        raise AssertionError(found.stderr)
    return found.stdout


@unittest.skipUnless(
    all(importlib.util.find_spec(name) for name in ["torch", "PIL", "pytorch_metric_learning"]),
    "there is no torch, Pillow or pytorch-metric-learning",
)
class ExampleTests(unittest.TestCase):
    def test_scores_rise_in_a_loop(self):
        arguments = ["--splits", ROOT / "splits/glyphs200", "--images", IMAGES, "--level", "level-9", "--epochs", 2]
        lines = run("exact_metrics.py", *arguments).splitlines()
        self.assertEqual(len(lines), 3)
        scores = [float(re.search(r"mean_average_precision_at_r (\S+)", line)[1]) for line in lines]
        self.assertGreater(scores[-1], scores[0])

    def test_a_module_of_torch_embeds(self):
        lines = run("embed_with_torch.py", IMAGES / "greek").splitlines()
        self.assertIn("Splits of greek", lines[0])
        self.assertGreaterEqual(len(lines), 4)
        for line in lines[1:]:
            self.assertRegex(line, r"^level-\d: distance \S+, gain [+-]0\.\d{3}$")


if __name__ == "__main__":
    unittest.main()
