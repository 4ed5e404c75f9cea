"""Renders the pictures of glyphs200 from faces.csv and characters.csv.

Every picture is one character of characters.csv set in one face of faces.csv of
the same writing system: <system>/<class>/<face>.png, 64 x 64, 8-bit grey, black
on white. The same tables, font packages and pillow version give the same pixels.
Needs the packages of fonts.txt (install-fonts), numpy and pillow.

    python3 Scripts/glyphs200/render.py --tables Sources/Glyphs200/Resources \\
        --out Sources/Glyphs200/Resources/glyphs200
"""

import argparse
import collections
import csv
import pathlib

from PIL import Image

from glyphs import Face


def table(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tables", type=pathlib.Path, required=True, help="folder of faces.csv and characters.csv")
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder that the pictures are written to")
    options = parser.parse_args()

    classes = collections.defaultdict(list)
    for row in table(options.tables / "characters.csv"):
        classes[row["superclass"]].append((row["class"], row["character"]))

    written = 0
    for row in table(options.tables / "faces.csv"):
        face = Face(row["file"], int(row["index"]))
        members = classes[row["superclass"]]
        size = face.size_for([character for _, character in members])
        for name, character in members:
            path = options.out / name / f"{row['face']}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(face.picture(character, size)).save(path, optimize=True)
            written += 1
    print(f"{written} pictures")


if __name__ == "__main__":
    main()
