"""Tests of oodml.torch on images drawn on the spot, and small modules.

Run by

    python3 Tests/Python/test_torch.py

with torch and Pillow, on a tree of the package with its library and program.
"""

import csv
import hashlib
import importlib.util
import json
import pathlib
import sys
import tempfile
import types
import unittest
import warnings
from unittest import mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "python"))
import numpy as np

import oodml

HAS_TORCH = all(importlib.util.find_spec(name) for name in ["torch", "PIL"])
if HAS_TORCH:
    import torch
    from PIL import Image

    import oodml.torch

CLASSES, EACH, SIDE = 24, 6, 8


def to_tensor(image):
    return torch.from_numpy(np.asarray(image, np.float32) / 255).permute(2, 0, 1)


def make_module(seed=0):
    torch.manual_seed(seed)
    layers = [torch.nn.Flatten(), torch.nn.Linear(3 * SIDE * SIDE, 5), torch.nn.BatchNorm1d(5), torch.nn.Dropout(0.5)]
    return torch.nn.Sequential(*layers)


@unittest.skipUnless(HAS_TORCH, "there is no torch or Pillow")
class EmbedTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.temporary.cleanup)
        cls.photos = pathlib.Path(cls.temporary.name) / "photos"
        random = np.random.default_rng(0)
        cls.images = {}
        for number in range(CLASSES):
            folder = cls.photos / f"group-{number % 2}" / f"class-{number:02}"
            folder.mkdir(parents=True)
            mean = random.uniform(60, 190, (SIDE, SIDE, 3))
            for item in range(EACH):
                pixels = np.clip(mean + random.normal(0, 30, mean.shape), 0, 255).astype(np.uint8)
                path = folder / f"{item}.png"
                Image.fromarray(pixels).save(path)
                cls.images[path.relative_to(cls.photos).as_posix()] = pixels
        cls.samples = sorted(cls.images)
        (cls.photos / "notes.txt").write_text("no image")

    def setUp(self):
        warnings.simplefilter("ignore", oodml.OodmlWarning)
        self.addCleanup(warnings.resetwarnings)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def expected(self, module):
        rows = torch.stack([to_tensor(self.images[sample]) for sample in self.samples])
        with torch.no_grad():
            return module.eval()(rows).numpy()

    def test_a_folder_becomes_a_store(self):
        module = make_module().train()
        module[1].eval()
        store = oodml.torch.embed(
            module, self.photos, transform=to_tensor, batch_size=37, out=self.folder / "store", quiet=True
        )
        self.assertEqual([part.training for part in module], [True, False, True, True])
        self.assertEqual(store.path, self.folder / "store")
        np.testing.assert_allclose(store.embeddings, self.expected(module), atol=1e-6)
        with (store.path / "samples.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([row["sample"] for row in rows], self.samples)
        self.assertEqual([row["class"] for row in rows], [sample.rpartition("/")[0] for sample in self.samples])
        self.assertEqual({row["superclass"] for row in rows}, {"group-0", "group-1"})
        file = self.photos / self.samples[3]
        self.assertEqual(rows[3]["sha256"], hashlib.sha256(file.read_bytes()).hexdigest())
        record = json.loads((store.path / "store.json").read_text())
        self.assertEqual(record, store.json)
        self.assertEqual(record["identity"]["embeddings"]["file"], "Sequential")
        self.assertEqual(record["identity"]["embeddings"]["sha256"], oodml.torch.digest(module))
        self.assertEqual(json.loads((store.path / "torch.json").read_text())["transform"], "<function to_tensor>")
        self.assertEqual([path.name for path in self.folder.iterdir()], ["store"])

    def test_the_store_is_as_the_program_reads_it(self):
        module = make_module()
        store = oodml.torch.embed(module, self.photos, transform=to_tensor, out=self.folder / "store")
        splits = oodml.make_splits(features=store, levels=3)
        self.assertEqual(splits.samples, self.samples)
        self.assertEqual(splits.name, "photos")
        self.assertEqual(splits.manifest["embeddings"]["sha256"], oodml.torch.digest(module))
        results = oodml.evaluate(splits, embeddings=lambda level: store.embeddings, features=store)
        self.assertEqual([point.value.value for point in results[0].gains()], [0, 0, 0])
        heads = oodml.train(splits, store, objective="triplet", steps=5)
        self.assertEqual(len(oodml.evaluate(splits, heads=heads, features=store)), 1)
        # Sides of splits can be embedded again, by another model.
        again = oodml.torch.embed(make_module(1), splits, root=self.photos, transform=to_tensor)
        self.assertEqual(again.embeddings.shape, store.embeddings.shape)
        side = splits.level("level-1").train
        part = oodml.torch.embed(module, side, root=self.photos, transform=to_tensor)
        np.testing.assert_allclose(part.embeddings, np.asarray(store.embeddings)[side.rows], atol=1e-6)
        # A file that was changed is refused, as with all results.
        path = store.path / "embeddings.npy"
        path.write_bytes(path.read_bytes()[:-4] + b"\0\0\0\1")
        with self.assertRaisesRegex(oodml.Error, "embeddings.npy"):
            oodml.make_splits(features=store, levels=3)

    def test_the_program_names_the_same_samples(self):
        by_program = oodml.make_splits(
            features=oodml.torch.embed(make_module(), self.photos, transform=to_tensor), levels=3, name="a"
        )
        rows = self.expected(make_module())
        table = {
            "sample": self.samples,
            "class": [sample.rpartition("/")[0] for sample in self.samples],
            "superclass": [sample.partition("/")[0] for sample in self.samples],
        }
        by_arrays = oodml.make_splits(features=rows, samples=table, levels=3, name="a")
        # Of arrays nobody knows the images.
        dataset = dict(by_program.manifest["dataset"])
        self.assertEqual(len(dataset.pop("images_sha256")), 64)
        self.assertEqual(dataset, by_arrays.manifest["dataset"])
        for a, b in zip(by_program.levels(), by_arrays.levels()):
            self.assertEqual(a.train.class_labels, b.train.class_labels)

    def test_data_sets_of_torch_have_their_own_labels(self):
        class Numbers(torch.utils.data.Dataset):
            classes = ("dog", "cat", "cow")

            def __len__(self):
                return 20

            def __getitem__(self, row):
                return torch.full((3, SIDE, SIDE), row / 20), row % 3

        store = oodml.torch.embed(make_module(), Numbers(), name="numbers", batch_size=3)
        with (store.path / "samples.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([row["class"] for row in rows], [Numbers.classes[row % 3] for row in range(20)])
        self.assertEqual([row["sample"] for row in rows], [str(row) for row in range(20)])
        self.assertEqual(store.json["identity"]["dataset"], "numbers")

    def test_processes_may_read_images(self):
        module = make_module()
        store = oodml.torch.embed(module, self.photos, transform=to_tensor, workers=2, batch_size=50)
        np.testing.assert_allclose(store.embeddings, self.expected(module), atol=1e-6)

    def test_the_same_call_makes_the_same_files(self):
        stores = [
            oodml.torch.embed(make_module(), self.photos, transform=to_tensor, name="a", batch_size=16)
            for _ in range(2)
        ]
        files = [{path.name: path.read_bytes() for path in store.path.iterdir()} for store in stores]
        self.assertEqual(len(files[0]), 7)
        self.assertEqual(files[0], files[1])

    def test_digests_tell_weights_apart(self):
        module, same, other = make_module(3), make_module(3), make_module(4)
        self.assertEqual(oodml.torch.digest(module), oodml.torch.digest(same))
        self.assertNotEqual(oodml.torch.digest(module), oodml.torch.digest(other))
        with torch.no_grad():
            same[1].bias[2] += 1e-6
        self.assertNotEqual(oodml.torch.digest(module), oodml.torch.digest(same))
        half = make_module(3).bfloat16()
        self.assertNotEqual(oodml.torch.digest(module), oodml.torch.digest(half))

    def test_nothing_is_left_of_what_fails(self):
        class Nan(torch.nn.Module):
            def forward(self, images):
                return torch.where(images.flatten(1)[:, :2] > 0.5, torch.nan, 1.0)

        flat = self.folder / "flat"
        flat.mkdir()
        (flat / "a.png").write_bytes((self.photos / self.samples[0]).read_bytes())
        broken = self.folder / "broken" / "class"
        broken.mkdir(parents=True)
        (broken / "a.png").write_bytes(b"no image")
        target = self.folder / "store"
        module = make_module()
        for arguments, options, message in [
            ((Nan(), self.photos), {}, "NaN or an infinity for group-"),
            ((torch.nn.Identity(), self.photos), {}, r"an output of the shape \(.*\); expected a row for each image"),
            ((lambda images: images, self.photos), {}, "a model of the type function; expected a torch module"),
            (("resnet50", self.photos), {}, "the model 'resnet50'; expected a torch module, timm/NAME or hf:NAME"),
            ((module, flat), {}, "a.png: it is in no class folder"),
            ((module, broken.parent), {}, "a.png: it cannot be read as an image"),
            ((module, self.folder / "none"), {}, "it is no folder"),
            ((module, 3), {}, "a dataset of the type int"),
            ((module, self.photos), {"transform": None}, "found no transform"),
            ((module, self.photos), {"batch_size": 0}, "batch_size is 0"),
        ]:
            given = {"transform": to_tensor, "out": target, "quiet": True, **options}
            with self.assertRaisesRegex(oodml.Error, message):
                oodml.torch.embed(*arguments, **given)
            self.assertEqual({path.name for path in self.folder.iterdir()}, {"flat", "broken"}, message)

    def test_only_stores_are_replaced(self):
        target = self.folder / "store"
        first = oodml.torch.embed(make_module(0), self.photos, transform=to_tensor, out=target)
        before = np.array(first.embeddings)
        with self.assertRaisesRegex(oodml.UsageError, "it exists; expected a new folder, or force=True"):
            oodml.torch.embed(make_module(1), self.photos, transform=to_tensor, out=target)
        second = oodml.torch.embed(make_module(1), self.photos, transform=to_tensor, out=target, force=True)
        self.assertFalse(np.array_equal(before, second.embeddings))
        self.assertEqual([path.name for path in self.folder.iterdir()], ["store"])
        (target / "mine.txt").write_text("mine")
        with self.assertRaisesRegex(oodml.UsageError, "mine.txt: it is no file of the store"):
            oodml.torch.embed(make_module(1), self.photos, transform=to_tensor, out=target, force=True)
        with self.assertRaisesRegex(oodml.UsageError, "it is no store"):
            oodml.torch.embed(make_module(1), self.photos, transform=to_tensor, out=self.photos, force=True)

    def test_timm_and_transformers_have_models_by_name(self):
        # Stand-ins with the functions that are called, since their weights are not here.
        module = make_module()
        timm = types.ModuleType("timm")
        timm.__version__ = "1.2"
        timm.create_model = mock.Mock(return_value=module)
        timm.data = types.SimpleNamespace(
            resolve_model_data_config=lambda module: {"input_size": (3, SIDE, SIDE)},
            create_transform=lambda input_size, is_training: to_tensor,
        )
        with mock.patch.dict(sys.modules, {"timm": timm}):
            store = oodml.torch.embed("timm/vit_tiny", self.photos, device="cpu")
        timm.create_model.assert_called_once_with("vit_tiny", pretrained=True, num_classes=0)
        np.testing.assert_allclose(store.embeddings, self.expected(module), atol=1e-6)
        self.assertEqual(store.json["identity"]["embeddings"]["file"], "vit_tiny")
        self.assertEqual(json.loads((store.path / "torch.json").read_text())["source"], "timm 1.2")

        class Tokens(torch.nn.Module):
            def forward(self, images):
                return types.SimpleNamespace(last_hidden_state=images.flatten(2), pooler_output=None)

        transformers = types.ModuleType("transformers")
        transformers.__version__ = "9.0"
        transformers.AutoModel = types.SimpleNamespace(from_pretrained=lambda name: Tokens())
        transformers.AutoImageProcessor = types.SimpleNamespace(
            from_pretrained=lambda name: lambda images, return_tensors: {"pixel_values": to_tensor(images)[None]}
        )
        with mock.patch.dict(sys.modules, {"transformers": transformers}):
            store = oodml.torch.embed("hf:someone/tokens", self.photos, device="cpu")
        self.assertEqual(store.json["identity"]["embeddings"]["file"], "tokens")
        first = to_tensor(self.images[self.samples[0]])[0].flatten()
        np.testing.assert_allclose(store.embeddings[0], first, atol=1e-6)
        for name in ["timm/vit_tiny", "hf:a/b"]:
            with (
                mock.patch.dict(sys.modules, {"timm": None, "transformers": None}),
                self.assertRaisesRegex(oodml.Error, "is not installed, which has"),
            ):
                oodml.torch.embed(name, self.photos)


if __name__ == "__main__":
    unittest.main()
