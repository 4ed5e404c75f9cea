#!/usr/bin/env python3
"""Draws the picture at the head of the README, from the files in splits/glyphs200 and the images of glyphs200.

    python3 Scripts/thesis.py

The lines are the leads of the published comparison (heads/comparison.json). Below them are, for three levels, the three
training and the three test classes at the ends of the direction that separates the sides on the map of the classes
(class-map.csv).
"""

import base64
import csv
import json
import pathlib

ROOT = pathlib.Path(__file__).resolve().parent.parent
SPLITS = ROOT / "splits/glyphs200"
IMAGES = ROOT / "Sources/Glyphs200/Resources/glyphs200"
OUT = ROOT / "Sources/oodml/Documentation.docc/Resources/thesis.svg"

WIDTH, HEIGHT = 860, 476
LEFT, RIGHT, TOP, BOTTOM = 64, 836, 74, 318
HIGHEST, LOWEST = 0.20, -0.08
SHOWN = ["level-1", "level-5", "level-9"]
TILE = 31


def leads(comparison):
    """For each objective its points: distance, lead over the frozen features, and its interval."""
    distances = {level["id"]: level["shift"] for level in levels_of(comparison)}
    found = {}
    for model in comparison["models"]:
        if model["name"] == "frozen features":
            continue
        found[model["name"]] = [
            (distances[level["level"]], *(lead[key] for key in ("value", "low", "high")))
            for level in model["levels"]
            for lead in [level.get("lead") or level["gain"]]
        ]
    return found


def levels_of(comparison):
    manifest = json.loads((SPLITS / "manifest.json").read_text())
    known = {level["id"]: level["fid"] for level in manifest["levels"]}
    names = [level["level"] for level in comparison["models"][0]["levels"]]
    return [{"id": name, "shift": known[name]} for name in names]


def typical(level, places, count):
    """The classes at both ends of the direction between the means of the sides, on the map."""
    means = [
        [sum(places[label][axis] for label in level[side]) / len(level[side]) for axis in (0, 1)]
        for side in ("train", "test")
    ]
    direction = [b - a for a, b in zip(*means, strict=True)]

    def along(label):
        return sum(p * d for p, d in zip(places[label], direction, strict=True))

    train = sorted(level["train"], key=along)[:count]
    test = sorted(level["test"], key=along, reverse=True)[:count]
    return train, test


def picture(label):
    """An image of a class: the first typeface that is called regular, else the one in the middle."""
    files = sorted((IMAGES / label).glob("*.png"))
    regular = [file for file in files if file.stem.endswith("-regular")]
    return base64.b64encode((regular or files[len(files) // 2 :])[0].read_bytes()).decode()


def main():
    comparison = json.loads((SPLITS / "heads/comparison.json").read_text())
    manifest = json.loads((SPLITS / "manifest.json").read_text())
    with (SPLITS / "class-map.csv").open(newline="") as file:
        places = {row["class"]: (float(row["pc1"]), float(row["pc2"])) for row in csv.DictReader(file)}
    lines = leads(comparison)
    last = max(point[0] for points in lines.values() for point in points)

    def x(distance):
        return LEFT + (RIGHT - LEFT - 40) * distance / last

    def y(value):
        return TOP + (BOTTOM - TOP) * (HIGHEST - value) / (HIGHEST - LOWEST)

    svg = []

    def text(at_x, at_y, words, size=13, fill="#1f2933", anchor="start", weight="normal"):
        words = words.replace("&", "&amp;").replace("<", "&lt;")
        svg.append(
            f'<text x="{at_x:.1f}" y="{at_y:.1f}" font-size="{size}" fill="{fill}" text-anchor="{anchor}" '
            f'font-weight="{weight}">{words}</text>'
        )

    best = max(lines, key=lambda name: lines[name][0][1])
    points = lines[best]
    (first, hardest), others = (points[0], points[-1]), len(lines) - 1
    text(24, 30, "What training adds fades as the new classes move away", 19, weight="bold")
    text(
        24,
        51,
        f"MAP@R above the frozen features along nine splits; band: 95 % over classes; grey: {others} other objectives",
        13,
        "#52606d",
    )
    for tick in (0.15, 0.10, 0.05, 0.0, -0.05):
        colour = "#52606d" if tick == 0 else "#e4e7eb"
        svg.append(f'<path d="M{LEFT} {y(tick):.1f}H{RIGHT}" stroke="{colour}" stroke-width="1"/>')
        label = "0" if tick == 0 else f"{tick:+.2f}".replace("-", "−")
        text(LEFT - 8, y(tick) + 4, label, 12, "#52606d", "end")
    text(x(2), y(0) + 17, "frozen features: the same score at every level", 12, "#52606d")
    band = [f"{x(p[0]):.1f} {y(p[3]):.1f}" for p in points] + [f"{x(p[0]):.1f} {y(p[2]):.1f}" for p in reversed(points)]
    svg.append(f'<path d="M{"L".join(band)}z" fill="#0072b2" fill-opacity="0.13"/>')
    for name in sorted(lines, key=lambda name: name == best):
        path = "M" + "L".join(f"{x(p[0]):.1f} {y(p[1]):.1f}" for p in lines[name])
        colour, width = ("#0072b2", 3) if name == best else ("#9aa5b1", 1.5)
        svg.append(f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-linejoin="round"/>')
    svg.extend(f'<circle cx="{x(p[0]):.1f}" cy="{y(p[1]):.1f}" r="4" fill="#0072b2"/>' for p in points)
    titles = {"arcface": "ArcFace"}
    text(
        x(first[0]) + 12,
        y(first[1]) - 8,
        f"{first[1]:+.2f}: {titles.get(best, best)} on classes like those it trained on",
        14,
        "#0072b2",
        weight="bold",
    )
    end = "nothing is left" if hardest[3] > 0 else f"{hardest[1]:+.2f}"
    text(RIGHT, y(0.083), f"{end} on classes far away", 14, "#0072b2", "end", "bold")

    for level in manifest["levels"]:
        svg.append(f'<path d="M{x(level["fid"]):.1f} {BOTTOM}v5" stroke="#52606d"/>')
        text(x(level["fid"]), BOTTOM + 17, level["id"].removeprefix("level-"), 12, "#52606d", "middle")
    svg.append(f'<path d="M{LEFT} {BOTTOM}H{RIGHT}" stroke="#52606d"/>')
    text(RIGHT, BOTTOM + 17, "level", 12, "#52606d", "end")

    block = 6 * (TILE + 2) + 34
    spread = (RIGHT - LEFT - block) / (len(SHOWN) - 1)
    for number, name in enumerate(SHOWN):
        level = next(level for level in manifest["levels"] if level["id"] == name)
        left = LEFT + spread * number
        text(left, 361, "trained on", 12, "#52606d")
        text(left + 3 * (TILE + 2) + 34, 361, "tested on", 12, "#52606d")
        for side, labels in enumerate(typical(level, places, 3)):
            for place, label in enumerate(labels):
                at = left + side * (3 * (TILE + 2) + 34) + place * (TILE + 2)
                svg.append(
                    f'<image x="{at:.1f}" y="368" width="{TILE}" height="{TILE}" '
                    f'href="data:image/png;base64,{picture(label)}"/>'
                )
        svg.append(f'<path d="M{left + 3 * (TILE + 2) + 4:.1f} 385h20m-6 -5l6 5l-6 5" fill="none" stroke="#52606d"/>')
        words = f"level {name.removeprefix('level-')}: distance {level['fid']:.0f}"
        text(left, 420, words, 12, "#1f2933", weight="bold")
    text(
        24,
        450,
        "distance: squared Fréchet distance between the features of both sides. glyphs200, which comes with oodml;",
        12,
        "#52606d",
    )
    text(
        24, 466, "five objectives, a linear map each, three seeds; MAP@R in a gallery of all 200 classes", 12, "#52606d"
    )

    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        'font-family="system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif" role="img">'
        "<title>What training adds fades as the new classes move away</title>"
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="8" fill="#ffffff"/>'
    )
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(head + "\n" + "\n".join(svg) + "\n</svg>\n")
    print(f"{OUT.relative_to(ROOT)}: {OUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
