"""Draws class folders for the tutorial: 40 invented signs, 16 drawings of each, signs/CLASS/NUMBER.png.

    python3 Examples/tutorial/make_signs.py signs

A sign is a few strokes, straight or bent. Every drawing of it has its strokes a little displaced, and its own pen.
Needs only Python 3.8; the same seed draws the same images.
"""

import argparse
import pathlib
import random
import struct
import zlib

SIZE = 64  # of a drawing, in pixels
CLASSES, DRAWINGS = 40, 16
WOBBLE = 5  # standard deviation of where a stroke begins, bends and ends, in pixels


def png(rows):
    """A grey PNG of rows of bytes."""

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + bytes(row) for row in rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def sign(draw, bent):
    """Strokes of a sign, each a start, a middle and an end; `bent` is the chance that the middle is off the line."""
    strokes = []
    for _ in range(draw.randint(3, 5)):
        (x1, y1), (x2, y2) = [(draw.uniform(12, 52), draw.uniform(12, 52)) for _ in range(2)]
        bulge = draw.choice([-0.6, 0.6]) if draw.random() < bent else 0
        middle = ((x1 + x2) / 2 - bulge * (y2 - y1), (y1 + y2) / 2 + bulge * (x2 - x1))
        strokes.append([(x1, y1), middle, (x2, y2)])
    return strokes


def drawing(strokes, draw):
    """One drawing: displaced strokes of one pen, dark on light."""
    rows = [bytearray([255] * SIZE) for _ in range(SIZE)]
    pen, shift = draw.uniform(1.2, 2.6), (draw.gauss(0, 2), draw.gauss(0, 2))
    for points in strokes:
        (x1, y1), (xm, ym), (x2, y2) = [
            (x + shift[0] + draw.gauss(0, WOBBLE), y + shift[1] + draw.gauss(0, WOBBLE)) for x, y in points
        ]
        for step in range(41):
            t = step / 40
            # The parabola through the three points.
            a, b, c = (1 - t) * (1 - 2 * t), 4 * t * (1 - t), t * (2 * t - 1)
            x, y = a * x1 + b * xm + c * x2, a * y1 + b * ym + c * y2
            for row in range(max(int(y - pen), 0), min(int(y + pen) + 2, SIZE)):
                for column in range(max(int(x - pen), 0), min(int(x + pen) + 2, SIZE)):
                    distance = ((column - x) ** 2 + (row - y) ** 2) ** 0.5
                    ink = min(max(pen + 0.5 - distance, 0), 1)
                    rows[row][column] = min(rows[row][column], round(255 * (1 - ink)))
    return png(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path, help="where to make the class folders")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    for number in range(CLASSES):
        # By text, since a generator seeded by near numbers would begin alike.
        draw = random.Random(f"{options.seed}/{number}")
        folder = options.folder / f"sign-{number + 1:02}"
        folder.mkdir(parents=True, exist_ok=True)
        strokes = sign(draw, bent=draw.random())
        for index in range(DRAWINGS):
            (folder / f"{index + 1:02}.png").write_bytes(drawing(strokes, draw))
    print(f"{CLASSES} signs, {DRAWINGS} drawings each: {options.folder}")


if __name__ == "__main__":
    main()
