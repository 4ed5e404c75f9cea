#!/usr/bin/env python3
"""Publishes splits: puts them into splits/NAME, and into the list that `oodml splits` prints.

Of images that you have, in one command, with a standard backbone (Scripts/export_backbone.py exports one):

    Scripts/publish.py cub200-resnet50 --dataset cub200 --root CUB_200_2011 --backbone backbones/resnet50/model.onnx \\
        --backbone-name "timm resnet50.a1_in1k"

runs `oodml make-splits` and `oodml validate`, and copies the folder. A folder with a file of more than 2 MB is
published as published.json alone, which has the classes of every level, and from which `oodml import` makes the folder
again beside the images. Splits that are made already take --splits FOLDER in the place of the images; other people's
take --release FILE, a JSON file of {"source", "pickle_sha256", "splits": {id: {train, test, fid, split_train,
split_val, test_episodes}}} as extracted from their release:

    Scripts/publish.py cars196-milbich2021 --release cars196_splits.json --dataset cars196 --samples 16185 \\
        --title "the published splits of CARS196 (Milbich et al., NeurIPS 2021)" \\
        --backbone-name "an ImageNet ResNet-50" --distance "over class means, by the authors' code" \\
        --images "cars_train, cars_test and their annotations, car_ims with cars_annos.mat, or class folders" \\
        --command "oodml import cars196-milbich2021 --root DIR"
"""

import argparse
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
LARGEST = 2_000_000
INDEX = ROOT / "splits/index.json"
README = ROOT / "splits/README.md"


def fail(sentence):
    sys.exit(f"publish: {sentence}")


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def compact(value):
    """JSON in lines that a reader of a diff can tell apart: a line for each entry of the outer lists."""
    short = {"ensure_ascii": False, "separators": (",", ":")}
    lines = []
    for key, item in value.items():
        if isinstance(item, list):
            entries = ",\n".join(json.dumps(entry, **short) for entry in item)
            lines.append(f"{json.dumps(key)}:[\n{entries}\n]")
        else:
            lines.append(f"{json.dumps(key)}:{json.dumps(item, **short)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def published(dataset, source, distance, levels):
    """The contents of published.json: classes by their places in one list, from 0."""
    classes = sorted({label for level in levels for label in level["train"] + level["test"]}, key=str.encode)
    place = {label: number for number, label in enumerate(classes)}
    entries = []
    for level in levels:
        entry = {"id": level["id"], "fid": level["fid"]}
        for key in ("train", "test", "split_train", "split_val"):
            if key in level:
                entry[key] = [place[label] for label in level[key]]
        if "test_episodes" in level:
            entry["test_episodes"] = {
                shots: [
                    {str(place[label]): files for label, files in episode.items()}
                    for _, episode in sorted(episodes.items(), key=lambda pair: int(pair[0]))
                ]
                for shots, episodes in level["test_episodes"].items()
            }
        entries.append(entry)
    return {
        "schema_version": 1,
        "dataset": dataset,
        "source": source,
        "distance": distance,
        "classes": classes,
        "levels": entries,
    }


def of_release(path, dataset, distance):
    """published.json of a release, level by level as the release has them."""
    release = json.loads(path.read_text())
    source = {"file": release["source"], "sha256": release["pickle_sha256"]}
    levels = [{"id": name, **level} for name, level in release["splits"].items()]
    return published(dataset, source, distance, levels)


def of_manifest(path, distance):
    """published.json of a folder of splits; of its validation folds, the first."""
    manifest = json.loads(path.read_text())
    levels = []
    for level in manifest["levels"]:
        validation = level["folds"][0] if level.get("folds") else []
        entry = {"id": level["id"].removeprefix("level-"), **{key: level[key] for key in ("fid", "train", "test")}}
        if validation:
            entry["split_val"] = validation
            entry["split_train"] = sorted(set(level["train"]) - set(validation), key=str.encode)
        levels.append(entry)
    source = {"file": f"manifest.json of {manifest['generator']}", "sha256": digest(path)}
    return published(manifest["dataset"]["name"], source, distance, levels)


def table(index):
    """The table of splits/README.md."""
    lines = ["| benchmark | dataset | classes | levels | fid | measured by |", "|---|---|---|---|---|---|"]
    for entry in index:
        fid = f"{entry['fid']['least']:.2f} to {entry['fid']['greatest']:.2f}"
        lines.append(
            f"| [{entry['name']}]({entry['name']}) | {entry['title']} | {entry['classes']} | {entry['levels']} | {fid} "
            f"| {entry['backbone']}, {entry['distance']} |"
        )
    return "\n".join(lines) + "\n"


def update_readme(index):
    """Replaces the table between its marks."""
    begin, end = "<!-- the table, by Scripts/publish.py -->\n\n", "\n<!-- its end -->"
    text = README.read_text()
    head, rest = text.split(begin)
    README.write_text(head + begin + table(index) + end + rest.split(end)[1])


def numbers(folder):
    """What the index says of the levels, from the files."""
    compact_file = folder / "published.json"
    if compact_file.exists():
        splits = json.loads(compact_file.read_text())
        classes = len(splits["classes"])
    else:
        splits = json.loads((folder / "manifest.json").read_text())
        classes = splits["dataset"]["class_count"]
    distances = [round(level["fid"], 2) for level in splits["levels"]]
    return {
        "classes": classes,
        "levels": len(distances),
        "fid": {"least": min(distances), "greatest": max(distances)},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", help="the name of the benchmark, such as cub200-resnet50")
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--root", type=pathlib.Path, help="the folder of the images")
    source.add_argument("--splits", type=pathlib.Path, help="a folder that oodml make-splits wrote")
    source.add_argument("--release", type=pathlib.Path, help="splits that others published, as JSON")
    parser.add_argument("--dataset", help="a name of `oodml datasets`")
    parser.add_argument("--backbone", type=pathlib.Path, help="the network, with --root")
    parser.add_argument("--backbone-name", help="what the list calls it")
    parser.add_argument("--distance", help="what the distance is over (default: all samples)")
    parser.add_argument("--samples", type=int, help="how many samples the dataset has, with --release")
    parser.add_argument("--title", help="what it is, in a few words")
    parser.add_argument("--images", help="which images are needed (default: as downloaded)")
    parser.add_argument("--command", help="what makes the splits beside the images")
    options = parser.parse_args()

    target = ROOT / "splits" / options.name
    distance = options.distance or "over all samples"
    oodml = os.environ.get("OODML", ROOT / ".build/release/oodml")
    record = {}
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.splits
        if options.root:
            if not (options.dataset and options.backbone):
                fail("--root without --dataset or --backbone; expected both")
            folder = pathlib.Path(scratch) / options.name
            data = ["--dataset", options.dataset, "--root", options.root, "--backbone", options.backbone]
            subprocess.run([oodml, "make-splits", *data, "--out", folder], check=True)
        if options.release:
            if not options.dataset:
                fail("--release without --dataset; expected the dataset of the splits")
            splits = of_release(options.release, options.dataset, distance)
            target.mkdir(parents=True, exist_ok=True)
            (target / "published.json").write_text(compact(splits))
        elif folder:
            subprocess.run([oodml, "validate", folder], check=True)
            record = json.loads((folder / "manifest.json").read_text())["dataset"]
            large = [file.name for file in folder.rglob("*") if file.is_file() and file.stat().st_size > LARGEST]
            if target.exists():
                fail(f"{target} is there; expected none")
            if large:
                print(f"{', '.join(large)}: more than {LARGEST // 1_000_000} MB; published.json takes their place")
                target.mkdir(parents=True)
                text = compact(of_manifest(folder / "manifest.json", distance))
                (target / "published.json").write_text(text)
                for name in ("progression.csv", "progression.svg"):
                    if (folder / name).exists() and (folder / name).stat().st_size <= LARGEST:
                        shutil.copy(folder / name, target)
            else:
                shutil.copytree(folder, target)
    if not target.is_dir():
        fail(f"there is no {target}; expected --root, --splits or --release for a new one")
    for file in target.rglob("*"):
        if file.is_file() and file.stat().st_size > LARGEST:
            fail(f"{file} has {file.stat().st_size} bytes; expected at most {LARGEST}")

    index = json.loads(INDEX.read_text()) if INDEX.exists() else []
    former = next((entry for entry in index if entry["name"] == options.name), {})
    manifest = target / "manifest.json"
    if manifest.exists():
        record = json.loads(manifest.read_text())["dataset"]

    def chosen(key, option, default):
        """What is given now, or was before, or follows."""
        return option or former.get(key) or default

    dataset = chosen("dataset", options.dataset, record.get("name"))
    command = f"oodml import splits/{options.name}/published.json --dataset {dataset} --root DIR"
    if manifest.exists():
        command = f"oodml evaluate --splits splits/{options.name} --root DIR --model MODEL"
    entry = {
        "name": options.name,
        "title": chosen("title", options.title, f"splits of {dataset}"),
        "dataset": dataset,
        "samples": record.get("sample_count") or chosen("samples", options.samples, None),
        **numbers(target),
        "backbone": chosen("backbone", options.backbone_name, None),
        "distance": chosen("distance", options.distance, "over all samples"),
        "images": chosen("images", options.images, "as downloaded; oodml datasets shows the layouts"),
        "command": chosen("command", options.command, command),
        "path": f"splits/{options.name}",
    }
    missing = [key for key in ("dataset", "samples", "backbone") if not entry[key]]
    if missing:
        fail(f"{options.name}: no {' and no '.join(missing)} known; expected the options for them")
    index = [other for other in index if other["name"] != options.name] + [entry]
    INDEX.write_text(json.dumps(index, ensure_ascii=False, indent=2) + "\n")
    update_readme(index)
    print(f"{target}: published; commit it with splits/index.json and splits/README.md")


if __name__ == "__main__":
    main()
