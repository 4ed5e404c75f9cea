"""Trains the backbone network of glyphs200 and writes it as ONNX.

The network is to glyphs200 what ImageNet weights are to a bird or car
benchmark: it has seen many characters, but none of the ten writing systems that
the benchmark holds. The training pictures are characters of other scripts, set in
the installed fonts by the same rule as the benchmark's (glyphs.py); a character
that looks like one of the benchmark is left out. The objective is a normalised
softmax over the training characters, with strong augmentation. Needs the packages
of fonts.txt and fonts-backbone.txt (install-fonts --backbone), torch, onnx,
onnxruntime, numpy and pillow.

    python3 Scripts/glyphs200/train_backbone.py \\
        --benchmark Sources/Glyphs200/Resources/glyphs200 \\
        --out Sources/Glyphs200/Resources/backbone --cache training-pictures.npz
"""

import argparse
import collections
import concurrent.futures
import json
import pathlib
import random
import time
import unicodedata

import numpy as np
import onnxruntime
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn

from choose import UNFIT, signature
from glyphs import SIDE, Face, installed_faces, same_ink

# First words of the characters' Unicode names.
SCRIPTS = """
ADLAM AHOM ANATOLIAN ARMENIAN AVESTAN BALINESE BAMUM BASSA BATAK BENGALI BOPOMOFO BRAHMI
BUGINESE BUHID CANADIAN CARIAN CAUCASIAN CHAKMA CHAM CHEROKEE COPTIC CUNEIFORM CYPRIOT DESERET
DEVANAGARI DIGIT DUPLOYAN EGYPTIAN ELBASAN ETHIOPIC GLAGOLITIC GOTHIC GRANTHA GUJARATI GUNJALA
GURMUKHI HANUNOO HATRAN IMPERIAL INSCRIPTIONAL JAVANESE KAITHI KANNADA KATAKANA KAYAH
KHAROSHTHI KHMER KHOJKI KHUDAWADI LAO LEPCHA LIMBU LINEAR LISU LYCIAN LYDIAN MAHAJANI MALAYALAM
MANDAIC MANICHAEAN MARCHEN MASARAM MEDEFAIDRIN MEETEI MENDE MEROITIC MIAO MODI MONGOLIAN MRO
MULTANI MYANMAR NABATAEAN NEW NEWA NKO NUSHU OGHAM OL OLD ORIYA OSAGE OSMANYA PAHAWH PALMYRENE
PAU PHAGS-PA PHOENICIAN PSALTER REJANG RUNIC SAMARITAN SAURASHTRA SHARADA SHAVIAN SIDDHAM
SINHALA SORA SOYOMBO SUNDANESE SYLOTI SYRIAC TAGALOG TAGBANWA TAI TAKRI TAMIL TELUGU THAANA
TIBETAN TIFINAGH TIRHUTA UGARITIC VAI WANCHO WARANG YEZIDI YI ZANABAZAR
""".split()  # noqa: SIM905 (a list of quoted words would take a line for each)
CATEGORIES = {"Lo", "Lu", "Ll", "Nd", "Nl", "No"}
CHARACTERS_PER_SCRIPT = 120
FACES_PER_SCRIPT = 28
FEWEST_CHARACTERS = 8  # of a script, that a face must hold
LOOK_ALIKE = 0.85  # alikeness to a benchmark class that excludes a character

DIMENSIONS = 128
BATCH = 128
PEAK_RATE = 3e-3
TEMPERATURE = 0.07


# --- training pictures ------------------------------------------------------------------


def characters_by_script():
    found = collections.defaultdict(list)
    for point in range(0x20000):
        character = chr(point)
        script = unicodedata.name(character, "").split(" ")[0]
        if script in SCRIPTS and unicodedata.category(character) in CATEGORIES:
            found[script].append(character)
    return found


def spread_over_families(faces, limit, generator):
    """Up to `limit` faces, taking one of every family before a second of any."""
    families = collections.defaultdict(list)
    for face in faces:
        families[face.family].append(face)
    for members in families.values():
        generator.shuffle(members)
    names = sorted(families)
    generator.shuffle(names)
    rounds = [[families[name][turn] for name in names if turn < len(families[name])] for turn in range(limit)]
    return [face for turn in rounds for face in turn][:limit]


def rendered(job):
    """(character, picture) of the characters that a face can set."""
    face, characters = job
    opened = Face(face.file, face.index)
    held = [character for character in characters if ord(character) in face.characters]
    try:
        missing = opened.missing()
        inks = {character: opened.probe(character) for character in held}
        held = [c for c in held if inks[c] is not None and not same_ink(inks[c], missing)]
        if len(held) < FEWEST_CHARACTERS:
            return []
        size = opened.size_for(held)
        return [(character, opened.picture(character, size)) for character in held]
    except (OSError, ValueError):
        return []


def training_pictures(seed, workers):
    """Pictures (uint8), their class numbers, and the script of each class."""
    generator = random.Random(seed)
    faces = [face for face in installed_faces() if not UNFIT.search(f"{face.family} {face.style} {face.file}")]
    jobs, script_of = [], {}
    for script, characters in sorted(characters_by_script().items()):
        points = frozenset(map(ord, characters))
        able = [face for face in faces if len(points & face.characters) >= min(FEWEST_CHARACTERS, len(points))]
        common = collections.Counter(c for face in able for c in points & face.characters)
        held = sorted(map(chr, common))
        chosen = sorted(generator.sample(held, min(CHARACTERS_PER_SCRIPT, len(held))))
        script_of.update(dict.fromkeys(chosen, script))
        jobs += [(face, chosen) for face in spread_over_families(able, FACES_PER_SCRIPT, generator)]
    pictures = collections.defaultdict(list)
    with concurrent.futures.ProcessPoolExecutor(workers) as pool:
        for found in pool.map(rendered, jobs, chunksize=4):
            for character, picture in found:
                pictures[character].append(picture)
    return {character: distinct(pictures[character]) for character in sorted(pictures)}, script_of


def distinct(pictures):
    """The pictures without repeats, in their order."""
    return np.stack(list({picture.tobytes(): picture for picture in pictures}.values()))


def benchmark_signatures(folder):
    return np.stack([signature(np.asarray(Image.open(path))) for path in sorted(folder.glob("*/*/*.png"))])


def without_look_alikes(pictures, benchmark):
    """Drops the characters whose pictures, on average, have an NCC above LOOK_ALIKE with
    their nearest benchmark picture."""
    kept = {}
    for character, images in pictures.items():
        vectors = np.stack([signature(image) for image in images])
        if (vectors @ benchmark.T).max(1).mean() <= LOOK_ALIKE:
            kept[character] = images
    return kept


def assemble(options):
    """Loads or renders the training pictures and returns them as one array with classes."""
    if options.cache and options.cache.exists():
        stored = np.load(options.cache)
        return stored["images"], stored["classes"]
    pictures, script_of = training_pictures(options.seed, options.workers)
    kept = without_look_alikes(pictures, benchmark_signatures(options.benchmark))
    scripts = collections.Counter(script_of[character] for character in kept)
    print(
        f"{len(pictures)} characters, {len(pictures) - len(kept)} look-alikes of the benchmark "
        f"left out; {len(kept)} classes of {len(scripts)} scripts: {dict(sorted(scripts.items()))}"
    )
    images = np.concatenate(list(kept.values()))
    classes = np.repeat(np.arange(len(kept)), [len(found) for found in kept.values()])
    if options.cache:
        np.savez(options.cache, images=images, classes=classes)
    return images, classes


# --- network ----------------------------------------------------------------------------


class Block(nn.Module):
    """Two 3 x 3 convolutions around a shortcut."""

    def __init__(self, before, after, stride):
        super().__init__()
        self.first = nn.Conv2d(before, after, 3, stride, 1, bias=False)
        self.first_norm = nn.BatchNorm2d(after)
        self.second = nn.Conv2d(after, after, 3, 1, 1, bias=False)
        self.second_norm = nn.BatchNorm2d(after)
        self.shortcut = nn.Identity()
        if stride != 1 or before != after:
            self.shortcut = nn.Sequential(nn.Conv2d(before, after, 1, stride, bias=False), nn.BatchNorm2d(after))

    def forward(self, x):
        y = F.relu(self.first_norm(self.first(x)))
        return F.relu(self.second_norm(self.second(y)) + self.shortcut(x))


class Backbone(nn.Module):
    """64 x 64 grey pictures to DIMENSIONS values of about unit variance each."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 32, 3, 2, 1, bias=False),
            nn.BatchNorm2d(32),
            nn.ReLU(),
            Block(32, 48, 2),
            Block(48, 96, 2),
            Block(96, 96, 1),
            nn.AvgPool2d(2),
            nn.Flatten(),
        )
        self.embed = nn.Linear(96 * 4 * 4, DIMENSIONS, bias=False)
        self.norm = nn.BatchNorm1d(DIMENSIONS, affine=False)

    def forward(self, x):
        return self.norm(self.embed(self.features(x)))


# --- augmentation -----------------------------------------------------------------------


def augmented(ink):
    """Random affine and elastic warp, stroke weight, blur and contrast of a batch of ink
    pictures (N x 1 x SIDE x SIDE, 1 is full ink)."""
    n = len(ink)

    def uniform(low, high, *shape):
        return torch.rand(n, *shape) * (high - low) + low

    weight = uniform(-1.2, 1.2, 1, 1, 1).clamp(-1, 1)
    heavier = F.max_pool2d(ink, 3, 1, 1)
    lighter = -F.max_pool2d(-ink, 3, 1, 1)
    ink = ink + weight.clamp(min=0) * (heavier - ink) - 0.7 * weight.clamp(max=0) * (lighter - ink)

    angle, shear = uniform(-0.22, 0.22), uniform(-0.3, 0.3)
    wide, high = uniform(0.8, 1.3), uniform(0.8, 1.3)
    cos, sin = angle.cos(), angle.sin()
    affine = torch.stack(
        [
            torch.stack([cos * wide, (shear - sin) * wide, uniform(-0.12, 0.12)], 1),
            torch.stack([sin * high, cos * high, uniform(-0.12, 0.12)], 1),
        ],
        1,
    )
    grid = F.affine_grid(affine, ink.shape, align_corners=False)
    bend = F.interpolate(torch.randn(n, 2, 5, 5), SIDE, mode="bicubic", align_corners=False)
    grid = grid + bend.permute(0, 2, 3, 1) * uniform(0, 0.07, 1, 1, 1)
    ink = F.grid_sample(ink, grid, align_corners=False)

    blurred = F.avg_pool2d(ink, 3, 1, 1)
    ink = ink + uniform(0, 1, 1, 1, 1) * (blurred - ink)
    return ink * uniform(0.7, 1, 1, 1, 1)


# --- training and export ----------------------------------------------------------------


def balanced_batches(classes, steps, generator):
    """Row numbers of each batch: a random class for each place, then one of its pictures."""
    members = np.split(np.arange(len(classes)), np.flatnonzero(np.diff(classes)) + 1)
    for _ in range(steps):
        drawn = generator.choice(len(members), BATCH, replace=False)
        yield np.array([generator.choice(members[number]) for number in drawn])


def train(images, classes, options, mean, std):
    torch.manual_seed(options.seed)
    generator = np.random.default_rng(options.seed)
    model = Backbone().to(memory_format=torch.channels_last)
    prototypes = nn.Parameter(torch.randn(classes.max() + 1, DIMENSIONS))
    optimiser = torch.optim.AdamW(
        [{"params": model.parameters(), "weight_decay": 5e-4}, {"params": [prototypes], "weight_decay": 0.0}],
        lr=PEAK_RATE,
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, PEAK_RATE, options.steps, pct_start=0.1)
    began, running = time.time(), None
    for step, rows in enumerate(balanced_batches(classes, options.steps, generator), 1):
        ink = 1 - torch.from_numpy(images[rows]).float().unsqueeze(1) / 255
        pictures = (1 - augmented(ink) - mean) / std
        embedding = F.normalize(model(pictures.contiguous(memory_format=torch.channels_last)))
        logits = embedding @ F.normalize(prototypes).T / TEMPERATURE
        loss = F.cross_entropy(logits, torch.from_numpy(classes[rows]))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        running = loss.item() if running is None else 0.98 * running + 0.02 * loss.item()
        if step % 100 == 0:
            print(f"step {step}/{options.steps}  loss {running:.3f}  {time.time() - began:.0f} s", flush=True)
    return model.eval()


def export(model, out, mean, std):
    """Writes the network and its sidecar, and checks the network in onnxruntime."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / "backbone.onnx"
    example = torch.randn(3, 1, SIDE, SIDE)
    torch.onnx.export(
        model,
        (example,),
        str(path),
        input_names=["input"],
        output_names=["embedding"],
        opset_version=17,
        dynamo=False,
        dynamic_axes={"input": {0: "batch"}, "embedding": {0: "batch"}},
    )
    with torch.no_grad():
        expected = model(example).numpy()
    found = onnxruntime.InferenceSession(str(path)).run(None, {"input": example.numpy()})[0]
    worst = np.abs(found - expected).max()
    assert worst < 1e-5, f"onnxruntime differs from torch by {worst}"
    (out / "config.json").write_text(
        json.dumps(
            {
                "architecture": "glyphs200_resnet8",
                "pretrained_cfg": {
                    "input_size": [1, SIDE, SIDE],
                    "interpolation": "bilinear",
                    "crop_pct": 1.0,
                    "crop_mode": "center",
                    "mean": [mean],
                    "std": [std],
                },
            },
            indent=2,
        )
        + "\n"
    )
    parameters = sum(p.numel() for p in model.parameters())
    print(
        f"{parameters} parameters, {path.stat().st_size} bytes, onnxruntime differs from torch by at most {worst:.1e}"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--benchmark", type=pathlib.Path, required=True, help="the benchmark's pictures, for leaving out look-alikes"
    )
    parser.add_argument(
        "--out", type=pathlib.Path, required=True, help="folder that backbone.onnx and config.json are written to"
    )
    parser.add_argument("--cache", type=pathlib.Path, help="file that keeps the training pictures between runs")
    parser.add_argument("--steps", type=int, default=1600, help="batches (default: 1600)")
    parser.add_argument("--seed", type=int, default=0, help="of all draws (default: 0)")
    parser.add_argument("--workers", type=int, default=2, help="processes that render (default: 2)")
    options = parser.parse_args()

    images, classes = assemble(options)
    mean, std = round(float(images.mean() / 255), 4), round(float(images.std() / 255), 4)
    print(f"{len(images)} pictures of {classes.max() + 1} classes, mean {mean}, deviation {std}")
    began = time.time()
    model = train(images, classes, options, mean, std)
    print(f"trained in {time.time() - began:.0f} s")
    export(model, options.out, mean, std)


if __name__ == "__main__":
    main()
