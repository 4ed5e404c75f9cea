"""Loads the files of `oodml export` with the libraries that they are for, and compares them with the manifest.

    swift build -c release
    python3 -m pip install --require-hashes -r Scripts/requirements/exports.txt
    python Scripts/check_exports.py                       # or some of: csv huggingface imagefolder wilds oml

Open Metric Learning needs an environment of its own (Scripts/requirements/exports-oml.txt) and the argument `oml`.
The images are generated, one colour each, so that every loaded image identifies its row. Class names have commas,
quotes, Unicode and a leading zero; there are superclasses, and query and gallery roles.
"""

import argparse
import csv
import json
import os
import pathlib
import subprocess
import tempfile

import numpy
from PIL import Image

REPOSITORY = pathlib.Path(__file__).resolve().parents[1]
CLASSES = 16
IMAGES = 6


class Splits:
    """Images in class folders, and splits of them from random features."""

    def __init__(self, oodml, folder):
        self.oodml, self.folder, self.images = oodml, folder, folder / "images"
        odd = ["a, b", 'say "c"', "ünï ☃", "007", "NA", "true", "1e5", "d'e"]
        self.colours, rows = {}, []
        for number in range(CLASSES):
            label = odd[number] if number < len(odd) else f"plain {number}"
            for i in range(IMAGES):
                sample = f"{label}/{i}.png"
                colour = (number * 16, i * 40, 255 - number * 16)
                place = self.images / sample
                place.parent.mkdir(parents=True, exist_ok=True)
                Image.new("RGB", (4, 4), colour).save(place)
                role = "" if number % 5 == 4 else "query" if i < 2 else "gallery"
                self.colours[colour] = dict(sample=sample, label=label, role=role)
                rows.append([sample, label, f"family {number % 3}", role])
        with (folder / "samples.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows([["sample", "class", "superclass", "role"], *rows])
        features = numpy.random.default_rng(1).standard_normal((len(rows), 8), dtype=numpy.float32)
        numpy.save(folder / "features.npy", features + numpy.repeat(numpy.arange(CLASSES), IMAGES)[:, None] % 5)
        self.run(
            "make-splits",
            "--features",
            "features.npy",
            "--samples",
            "samples.csv",
            "--out",
            "splits",
            "--min-classes",
            "6",
            "--draws",
            "0",
            "--levels",
            "4",
        )
        self.manifest = json.loads((folder / "splits/manifest.json").read_text())
        self.rows = {row[0]: row for row in rows}

    def run(self, *arguments):
        result = subprocess.run([self.oodml, *arguments], cwd=self.folder, capture_output=True, text=True, check=False)
        if result.returncode != 0:
            raise SystemExit(f"oodml {' '.join(arguments)}\n{result.stderr}")

    def export(self, form, *options):
        out = self.folder / "-".join(["export", form, *options]).replace("--", "")
        self.run("export", "splits", "--format", form, "--root", str(self.images), "--out", str(out), *options)
        return out

    def sides(self, level, fold=None):
        """The labels of the classes of each part."""
        held = set(level["folds"][fold]) if fold is not None else set()
        sides = {"train": set(level["train"]) - held, "test": set(level["test"])}
        return sides | ({"validation": held} if held else {})

    def samples(self, labels):
        return {sample for sample, row in self.rows.items() if row[1] in labels}

    def known(self, image):
        """Which sample an image is, by its colour."""
        return self.colours[image.convert("RGB").getpixel((0, 0))]


def equal(found, expected, of):
    if found != expected:
        raise SystemExit(f"{of}: found {found!r}; expected {expected!r}")


def check_csv(splits):
    import pandas

    folder = splits.export("csv", "--fold", "0")
    for level in splits.manifest["levels"]:
        # As most people read it: by default, pandas reads NA as missing and digits as numbers.
        table = pandas.read_csv(folder / f"{level['id']}.csv", dtype={"class": str}, keep_default_na=False)
        equal(list(table["sample"]), list(splits.rows), "the order of the samples")
        equal(list(table["class"]), [row[1] for row in splits.rows.values()], "the classes")
        equal(list(table["role"]), [row[3] for row in splits.rows.values()], "the roles")
        equal(table["class_number"].dtype.kind, "i", "the type of class_number")
        for part, labels in splits.sides(level, 0).items():
            equal(set(table["class"][table["part"] == part]), labels, f"{level['id']}, {part}")
        assert all(pathlib.Path(path).exists() for path in table["path"])


def check_huggingface(splits):
    import datasets

    for fold in (None, 0):
        folder = splits.export("huggingface", *(() if fold is None else ("--fold", str(fold))))
        names = datasets.get_dataset_config_names(str(folder))
        equal(names, [level["id"] for level in splits.manifest["levels"]], "the configurations")
        for level in splits.manifest["levels"]:
            loaded = datasets.load_dataset(str(folder), level["id"], cache_dir=str(splits.folder / f"cache-{fold}"))
            equal(set(loaded), set(splits.sides(level, fold)), f"the parts of {level['id']}")
            for part, labels in splits.sides(level, fold).items():
                rows = list(loaded[part])
                equal({row["sample"] for row in rows}, splits.samples(labels), f"{level['id']}, {part}")
                equal(len(rows), len(splits.samples(labels)), f"the rows of {level['id']}, {part}")
                for row in rows:
                    equal(splits.known(row["image"])["sample"], row["sample"], "the image of a row")
                    equal(str(row["label"]), splits.rows[row["sample"]][1], "the label of a row")
        # One part as a plain folder of images, by the loader's name.
        part = folder / splits.manifest["levels"][0]["id"] / "test"
        plain = datasets.load_dataset("imagefolder", data_dir=str(part), cache_dir=str(splits.folder / "plain"))
        equal(len(plain["train"]), len(splits.samples(splits.manifest["levels"][0]["test"])), "rows of one part")


def check_imagefolder(splits):
    import torchvision

    folder = splits.export("imagefolder")
    with (folder / "classes.csv").open(newline="", encoding="utf-8") as file:
        names = {row["folder"]: row["class"] for row in csv.DictReader(file)}
    for level in splits.manifest["levels"]:
        for part, labels in splits.sides(level).items():
            images = torchvision.datasets.ImageFolder(folder / level["id"] / part)
            equal({names[name] for name in images.classes}, labels, f"{level['id']}, {part}")
            equal(len(images), len(splits.samples(labels)), f"the images of {level['id']}, {part}")
            for image, number in images:
                equal(splits.known(image)["label"], names[images.classes[number]], "the class of an image")


def check_wilds(splits):
    import pandas
    import torch
    from wilds.datasets.wilds_dataset import WILDSDataset

    folder = splits.export("wilds", "--fold", "0")

    class Exported(WILDSDataset):
        """Reads metadata.csv as WILDS' own image data sets do."""

        _dataset_name, _versions_dict = "exported", {"1.0": {"download_url": None, "compressed_size": None}}

        def __init__(self, root):
            self._version, self._data_dir = "1.0", str(root)
            table = pandas.read_csv(root / "metadata.csv", dtype={"class": str}, keep_default_na=False)
            categories = pandas.read_csv(root / "categories.csv", dtype={"name": str}, keep_default_na=False)
            self._split_array = table["split"].map(self.DEFAULT_SPLITS).to_numpy()
            self._y_array, self._y_size = torch.tensor(table["y"].to_numpy()), 1
            self._n_classes = len(categories)
            self._input_array = table["filename"].to_numpy()
            self._split_scheme, self._metadata_fields = "official", ["superclass", "y"]
            numbers = torch.tensor(table["superclass"].astype("category").cat.codes.to_numpy().copy())
            self._metadata_array = torch.stack([numbers.long(), self._y_array.long()], dim=1)
            self.names = dict(zip(categories["y"], categories["name"], strict=True))
            super().__init__(root, download=False, split_scheme="official")

        @property
        def original_resolution(self):
            return None

        def get_input(self, index):
            return Image.open(self._input_array[index])

    for level in splits.manifest["levels"]:
        loaded = Exported(folder / level["id"])
        for part, labels in splits.sides(level, 0).items():
            subset = loaded.get_subset("val" if part == "validation" else part)
            equal(len(subset), len(splits.samples(labels)), f"the rows of {level['id']}, {part}")
            for image, y, _ in subset:
                equal(splits.known(image)["label"], loaded.names[int(y)], "the label of a row")
                assert loaded.names[int(y)] in labels


def check_oml(splits):
    import pandas
    from oml.datasets.images import get_retrieval_images_datasets
    from oml.utils.dataframe_format import check_retrieval_dataframe_format
    from torchvision.transforms import Compose, ToTensor

    transform = Compose([ToTensor()])

    for fold in (None, 0):
        folder = splits.export("oml", *(() if fold is None else ("--fold", str(fold))))
        for level in splits.manifest["levels"]:
            name = f"{level['id']}.csv"
            check_retrieval_dataframe_format(folder / name)
            sides = splits.sides(level, fold)
            expected = {"train": sides["train"], "validation": sides["validation" if fold is not None else "test"]}
            train, validation = get_retrieval_images_datasets(folder, transform, transform, dataframe_name=name)
            equal(len(train), len(splits.samples(expected["train"])), f"the training rows of {level['id']}")
            equal(len(validation), len(splits.samples(expected["validation"])), f"the other rows of {level['id']}")
            table = pandas.read_csv(folder / name)
            table = table[table["split"] == "validation"].reset_index(drop=True)
            samples = [str(pathlib.Path(path).relative_to(splits.images)) for path in table["path"]]
            roles = [splits.rows[sample][3] for sample in samples]
            equal(list(validation.get_query_ids()), [i for i, role in enumerate(roles) if role != "gallery"], "queries")
            equal(list(validation.get_gallery_ids()), [i for i, role in enumerate(roles) if role != "query"], "items")


CHECKS = {
    "csv": check_csv,
    "huggingface": check_huggingface,
    "imagefolder": check_imagefolder,
    "wilds": check_wilds,
    "oml": check_oml,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("forms", nargs="*", choices=[*CHECKS, []], help="what to check (default: all)")
    parser.add_argument("--oodml", default=str(REPOSITORY / ".build/release/oodml"), help="the oodml command")
    arguments = parser.parse_args()
    # Nothing is looked up on the network.
    os.environ.update(HF_HUB_OFFLINE="1", HF_DATASETS_OFFLINE="1")
    with tempfile.TemporaryDirectory() as folder:
        splits = Splits(arguments.oodml, pathlib.Path(folder))
        for form in arguments.forms or CHECKS:
            CHECKS[form](splits)
            print(f"{form}: loads, and holds what the manifest says")


if __name__ == "__main__":
    main()
