"""Font faces and glyph images, shared by the scripts of this folder.

A face is one font of one font file. `installed_faces` lists those that
fontconfig knows; `Face` sets single characters from one of them and `picture`
turns a set character into the 64 x 64 grey picture that the benchmark holds.
"""

import dataclasses
import functools
import re
import statistics
import subprocess
import unicodedata

import numpy as np
from PIL import Image, ImageDraw, ImageFont

SIDE = 64  # pixels along a picture's side
MEDIAN_INK = 42  # longer ink side, in pixels, of the middle one of a face's characters
LARGEST_INK = 58  # longer ink side, in pixels, that no picture exceeds
OVERSAMPLING = 4  # pictures are set this many times larger, then averaged down

_PROBE = 100  # type size at which a face is measured
_NOT_A_CHARACTER = "\U0010fffe"


@dataclasses.dataclass(frozen=True)
class FaceRecord:
    """fontconfig's record of one face."""

    file: str
    index: int
    family: str
    style: str
    version: str
    characters: frozenset


def installed_faces():
    """Every installed outline face that is neither variable nor coloured, sorted."""
    template = (
        "%{file}\t%{index}\t%{family[0]}\t%{style[0]}\t%{fontversion}\t%{variable}\t%{color}\t%{outline}\t%{charset}\n"
    )
    listing = subprocess.run(["fc-list", "--format", template], check=True, capture_output=True, text=True).stdout
    faces = []
    for line in listing.splitlines():
        file, index, family, style, version, variable, color, outline, charset = line.split("\t")
        if variable == "True" or color == "True" or outline != "True" or int(index) > 0xFFFF:
            continue
        faces.append(FaceRecord(file, int(index), family, style or "Regular", _version(version), _code_points(charset)))
    return sorted(faces, key=lambda face: (face.file, face.index))


def _version(text):
    """fontconfig's 16.16 fixed-point font version as a decimal number."""
    return f"{int(text or 0) / 65536:.3f}"


def _code_points(charset):
    points = set()
    for part in charset.split():
        first, _, last = part.partition("-")
        points.update(range(int(first, 16), int(last or first, 16) + 1))
    return frozenset(points)


def slug(text):
    """Lower-case ASCII words joined by hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


@functools.lru_cache(maxsize=8)
def _font(file, index, size):
    return ImageFont.truetype(file, size, index=index, layout_engine=ImageFont.Layout.BASIC)


class Face:
    """One face, opened for setting single characters."""

    def __init__(self, file, index):
        self._file = file
        self._index = index

    def ink(self, character, size):
        """The character's ink at a type size, cut to its bounding box: uint8, 255 is full
        ink. None if the face draws nothing."""
        font = _font(self._file, self._index, size)
        left, top, right, bottom = font.getbbox(character)
        margin = 8
        width, height = right - left + 2 * margin, bottom - top + 2 * margin
        if not (2 * margin < width < 4000 and 2 * margin < height < 4000):
            return None
        canvas = Image.new("L", (int(width), int(height)), 0)
        ImageDraw.Draw(canvas).text((margin - left, margin - top), character, fill=255, font=font)
        box = canvas.getbbox()
        return np.asarray(canvas.crop(box)) if box else None

    def missing(self):
        """The ink of the glyph that stands for characters the face does not hold."""
        return self.ink(_NOT_A_CHARACTER, _PROBE)

    def probe(self, character):
        """The character's ink at the measuring size."""
        return self.ink(character, _PROBE)

    def size_for(self, characters):
        """The type size at which the median of the longer ink sides is MEDIAN_INK pixels
        in the finished picture."""
        sides = [max(self.probe(character).shape) for character in characters]
        return round(_PROBE * MEDIAN_INK * OVERSAMPLING / statistics.median(sides), 2)

    def picture(self, character, size):
        """The finished picture of a character: uint8, black ink on white, centred by its
        ink's bounding box. `size` comes from `size_for`."""
        ink = self.ink(character, size)
        largest = LARGEST_INK * OVERSAMPLING
        while max(ink.shape) > largest:
            size = round(size * largest / max(ink.shape) - 0.01, 2)
            ink = self.ink(character, size)
        side = SIDE * OVERSAMPLING
        height, width = ink.shape
        canvas = np.zeros((side, side), np.uint8)
        top, left = (side - height) // 2, (side - width) // 2
        canvas[top : top + height, left : left + width] = ink
        averaged = canvas.reshape(SIDE, OVERSAMPLING, SIDE, OVERSAMPLING).mean(axis=(1, 3))
        return (255 - np.rint(averaged)).astype(np.uint8)


def same_ink(one, other):
    """Whether two inks (None counts as no ink) are pixel for pixel equal."""
    if one is None or other is None:
        return one is other
    return one.shape == other.shape and np.array_equal(one, other)
