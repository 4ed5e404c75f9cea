"""Chooses the characters and the font faces of glyphs200.

The benchmark's pictures are a pure function of two tables, faces.csv and
characters.csv (see render.py). This script made those tables: for each of ten
writing systems it reduces a list of candidate characters to twenty without
look-alikes, then picks twenty-four faces that set them as differently as
possible. It takes any face that is installed; the committed tables came from the
packages of fonts.txt and fonts-backbone.txt (install-fonts --backbone). Needs
fontconfig's fc-list, dpkg, numpy and pillow.

    python3 Scripts/glyphs200/choose.py --out Sources/Glyphs200/Resources

Two pictures are compared by the normalised cross-correlation (NCC) of their
ink after a slight blur. Two characters are as alike as the mean, over the
pictures of one, of the best NCC with a picture of the other, or, if that is
higher and they share their faces, as the mean NCC within a face. A set of
characters is as bad as the sum of its pairs' alikeness to a high power.
"""

import argparse
import collections
import concurrent.futures
import csv
import functools
import pathlib
import re
import subprocess
import unicodedata

import numpy as np
from PIL import Image, ImageFilter

from glyphs import Face, installed_faces, same_ink, slug

CHARACTERS = 20  # of each system
FACES = 24  # of each system
PILOT_FACES = 30  # that the characters are compared in
EMPHASIS = 20  # power of the alikeness, so that the most alike pairs count

CANDIDATES = {
    "arabic": "ابثجدزشصطظغفقكلمنويءة",
    "cyrillic": "БГЖИЛПУФЦЧШЪЫЭЮЯЉЊЄЋЇб",
    "georgian": "აბგდევზთიკლმნოჟრსტფქღყშჩცძწჭხჯჰ",
    "greek": "αβγδεζηθλμξπρστφψωΓΔΘΛΞΠΣΦΨΩ",
    "han": "水火山木金土月人大小中女子心手口車馬魚鳥門雨風東西北南年花草雪石竹米白赤春秋天海龍"
    "虎犬牛羊鼠豆言足身走長高飛食首骨鬼音愛學書電無夢林森品永我",
    "hangul": "가나다라마바사아자차카타파하강남동북한글물불산달별꽃빛눈봄밤집책새곰범말개소닭뱀쥐용양원뛰쌀옷흙왕"
    "뼈짝꿈힘최급교류회웨되흥늪춤큰혀벼튀긁쾌꾀읽밟뵙쇠훨",
    "hebrew": "אבגדהטיךלמןעףפץצקרשת",
    "hiragana": "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふほまみむめもやゆよらるれろわをん",
    "latin": "abfgkmqrtyABDEFGHJKLMNQRSTUVWYZß",
    "thai": "กขคงจฉชซญฎฐฑฒณดถทธนบปฝพภมยลวศษสหฬอฮฤ๓๔๕๖๗๘๙แ",
}

# Faces that do not draw plain letters (outlines, shadows, frames, arrows, segments, small
# capitals, other letters at the code points), and builds of one design for another use.
UNFIT = re.compile(
    r"keyboard|pixel|initial|\beco\b|outline|shado|stroke|symbol|math|unifont|dingbat|braille|"
    r"emoji|fallback|\bui\b|invert|small ?caps|\bcaps\b|\b3d\b|dedaena|d050000l|monlam|tughra|"
    r"chekitlik|kawak|saet|haramain|\bjet\b|unifur|euljiro|sousyo|skechers|bardiqaliq|yolluq|"
    r"josef|adf style|courier prime|babelstone",
    re.IGNORECASE,
)
LIGHT = re.compile(r"thin|light|hairline", re.IGNORECASE)
SLANTED = re.compile(r"italic|oblique|slanted", re.IGNORECASE)
PLAIN = re.compile(r"^(regular|book|medium|roman|normal)$", re.IGNORECASE)
# Licences of packages whose copyright file does not name a known one in a licence field, as
# read there.
READ_LICENCES = {
    **dict.fromkeys(
        [
            "fonts-arphic-bsmi00lp",
            "fonts-arphic-gbsn00lp",
            "fonts-arphic-gkai00mp",
            "fonts-arphic-ukai",
            "fonts-arphic-uming",
        ],
        "Arphic-Public-License",
    ),
    **dict.fromkeys(
        [
            "fonts-gfs-baskerville",
            "fonts-gfs-bodoni-classic",
            "fonts-gfs-complutum",
            "fonts-gfs-didot-classic",
            "fonts-gfs-gazis",
        ],
        "OFL-1.1",
    ),
    "fonts-horai-umefont": "UmeFont (free use and redistribution)",
    "fonts-jura": "GPL-3 or OFL-1.1",
    "fonts-oradano-mincho-gsrr": "custom (free use and redistribution)",
    "fonts-paktype": "GPL-2",
    "fonts-sambhota-yigchung": "GPL-3+",
}
LICENCE_ALIASES = {
    "GPL-2.0+": "GPL-2+",
    "GPL-3.0+": "GPL-3+",
    "OFL": "OFL-1.1",
    "SIL-1.1": "OFL-1.1",
    "SIL-OFL-1.1": "OFL-1.1",
    "Public Domain": "public-domain",
    "bitstream-vera": "Bitstream-Vera",
}
HIGHEST_LIGHT = 3
HIGHEST_SLANTED = 2
SAME_FAMILY = 0.6  # factor on the distance of two faces of one family
LEAST_FIT = 0.75  # share of a face's characters most like their own class's mean


def signature(picture):
    """A picture as a vector whose dot products are NCCs: ink, blurred, at half size,
    less its mean, of unit length."""
    blurred = Image.fromarray(255 - picture).filter(ImageFilter.GaussianBlur(1.5)).reduce(2)
    vector = np.asarray(blurred, np.float32).ravel()
    vector = vector - vector.mean()
    return vector / np.linalg.norm(vector)


def sheet(face, characters):
    """The face's pictures of the characters, or None if the face cannot set them all,
    each with a glyph of its own."""
    opened = Face(face.file, face.index)
    try:
        inks = [opened.probe(character) for character in characters]
        missing = opened.missing()
    except OSError:
        return None
    if any(ink is None or same_ink(ink, missing) for ink in inks):
        return None
    if any(same_ink(one, other) for place, one in enumerate(inks) for other in inks[:place]):
        return None
    size = opened.size_for(characters)
    return np.stack([opened.picture(character, size) for character in characters])


def signatures(face, characters):
    """The signatures of a face's sheet, characters x values, or None."""
    pictures = sheet(face, characters)
    return None if pictures is None else np.stack([signature(p) for p in pictures])


def measured(faces, characters, workers):
    """The faces that can set the characters, without repeats of equal sheets, and their
    signatures: faces x characters x values."""
    with concurrent.futures.ProcessPoolExecutor(workers) as pool:
        found = list(pool.map(functools.partial(signatures, characters=characters), faces, chunksize=8))
    kept, seen = [], set()
    for face, vectors in zip(faces, found, strict=True):
        if vectors is None:
            continue
        key = np.round(vectors, 3).tobytes()
        if key not in seen:
            seen.add(key)
            kept.append((face, vectors))
    return [face for face, _ in kept], np.stack([vectors for _, vectors in kept])


def fit(faces, vectors):
    """For each face, the share of its characters that are most like the mean of their own
    class, where a class's mean is taken over the families' means."""
    families = collections.defaultdict(list)
    for place, face in enumerate(faces):
        families[face.family].append(place)
    mean = np.mean([vectors[places].mean(0) for places in families.values()], axis=0)
    mean /= np.linalg.norm(mean, axis=-1, keepdims=True)
    nearest = np.einsum("fcv,dv->fcd", vectors, mean).argmax(-1)
    return (nearest == np.arange(len(mean))).mean(-1)


def pilot(faces, characters, workers):
    """The signatures of one plain face of each family, without oddities, evenly thinned
    out to PILOT_FACES."""
    families = {}
    for face in sorted(faces, key=lambda f: (not PLAIN.match(f.style), f.style, f.file)):
        families.setdefault(face.family, face)
    usable, vectors = measured([families[name] for name in sorted(families)], characters, workers)
    vectors = vectors[fit(usable, vectors) >= LEAST_FIT]
    places = np.linspace(0, len(vectors) - 1, min(PILOT_FACES, len(vectors)))
    return vectors[places.round().astype(int)]


def alikeness(vectors, systems):
    """How alike two characters are, classes x classes, from the signatures of each class
    (pictures x values) and the system of each."""
    classes = len(vectors)
    alike = np.zeros((classes, classes), np.float32)
    for one in range(classes):
        for other in range(one):
            ncc = vectors[one] @ vectors[other].T
            values = [ncc.max(1).mean(), ncc.max(0).mean()]
            if systems[one] == systems[other]:
                values.append(ncc.diagonal().mean())
            alike[one, other] = alike[other, one] = max(values)
    return alike


def without_look_alikes(systems, alike):
    """Strikes out characters until each system has CHARACTERS of them, always the one that
    is most like others, then exchanges characters for struck ones of their system as long
    as that lowers the set's alikeness. `systems` names the system of each row of `alike`;
    returns the rows left."""
    cost = np.maximum(alike, 0).astype(np.float64) ** EMPHASIS
    systems = np.array(systems)
    kept = np.ones(len(systems), bool)
    while True:
        spare = [system for system, n in collections.Counter(systems[kept]).items() if n > CHARACTERS]
        if not spare:
            break
        kept[np.where(kept & np.isin(systems, spare), cost @ kept, -1).argmax()] = False
    while True:
        burden = cost @ kept
        gain = burden[:, None] - (burden[None, :] - cost)
        gain[~(kept[:, None] & ~kept[None, :] & (systems[:, None] == systems[None, :]))] = 0
        leaves, enters = np.unravel_index(gain.argmax(), gain.shape)
        if gain[leaves, enters] <= 1e-12:
            return np.flatnonzero(kept)
        kept[leaves], kept[enters] = False, True


def farthest_first(faces, vectors):
    """Picks FACES faces: first the one most like the mean, then always the one farthest
    from those picked, few of them light or slanted."""
    open_ = fit(faces, vectors) >= LEAST_FIT
    mean = vectors[open_].mean(0)
    following = int(np.where(open_, np.einsum("fcv,cv->f", vectors, mean), -1).argmax())
    picked, distance = [], np.full(len(faces), np.inf)
    quota = {LIGHT: HIGHEST_LIGHT, SLANTED: HIGHEST_SLANTED}
    while True:
        picked.append(following)
        open_[following] = False
        for pattern in quota:
            quota[pattern] -= bool(pattern.search(faces[following].style))
            if quota[pattern] == 0:
                open_ &= np.array([not pattern.search(face.style) for face in faces])
        if len(picked) == FACES:
            return [faces[place] for place in picked]
        ncc = np.einsum("fcv,cv->fc", vectors, vectors[following]).mean(1)
        same = np.array([face.family == faces[following].family for face in faces])
        distance = np.minimum(distance, (1 - ncc) * np.where(same, SAME_FAMILY, 1))
        following = int(np.where(open_, distance, -1).argmax())


def class_name(character):
    """The class folder: code point, then the last words of the Unicode name."""
    words = slug(unicodedata.name(character))
    words = re.sub(
        r"^(cjk-unified-ideograph|hangul-syllable|hiragana-letter|thai-character|"
        r"hebrew-letter|georgian-letter|arabic-letter|greek|cyrillic|latin|thai-digit)-?",
        "",
        words,
    )
    words = re.sub(r"small-letter-|(capital)-letter-", lambda m: "capital-" if m[1] else "", words)
    code = f"{ord(character):04x}"
    return f"u{code}" if words == code else f"u{code}-{words}"


def package_of(file):
    """The Debian package that a font file belongs to, and its version."""
    package = subprocess.run(["dpkg", "-S", file], check=True, capture_output=True, text=True).stdout.split(":")[0]
    version = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Version}", package], check=True, capture_output=True, text=True
    ).stdout
    return package, version


def licence_of(package):
    """The short name of the licence that the package's copyright file gives for the
    upstream files (its first Files paragraph)."""
    if package in READ_LICENCES:
        return READ_LICENCES[package]
    text = pathlib.Path(f"/usr/share/doc/{package}/copyright").read_text(errors="replace")
    upstream = re.search(r"^Files:[ \t]*(?!debian).*?^License:[ \t]*(\S.*?)\s*$", text, re.MULTILINE | re.DOTALL)
    name = upstream[1] if upstream else "see the package's copyright file"
    return LICENCE_ALIASES.get(name, name)


def write_table(path, header, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def choose_characters(faces, workers):
    """system -> its twenty characters, in code-point order."""
    systems, characters, rows = [], [], []
    for system, candidates in CANDIDATES.items():
        able = [face for face in faces if all(ord(c) in face.characters for c in candidates)]
        vectors = pilot(able, candidates, workers)
        print(f"{system}: {len(able)} faces hold the {len(candidates)} candidates; {len(vectors)} pilot faces")
        systems += [system] * len(candidates)
        characters += candidates
        rows += list(vectors.swapaxes(0, 1))
    left = without_look_alikes(systems, alikeness(rows, systems))
    chosen = collections.defaultdict(list)
    for row in left:
        chosen[systems[row]].append(characters[row])
    return {system: "".join(sorted(found)) for system, found in chosen.items()}


def choose_faces(faces, chosen, workers):
    """system -> its twenty-four faces; also all signatures, for the closing report."""
    picked, rows = {}, {}
    for system, characters in chosen.items():
        able = [face for face in faces if all(ord(c) in face.characters for c in characters)]
        usable, vectors = measured(able, characters, workers)
        picked[system] = farthest_first(usable, vectors)
        places = [usable.index(face) for face in picked[system]]
        rows[system] = vectors[places].swapaxes(0, 1)
        print(
            f"{system}: {len(able)} faces hold the characters, {len(usable)} differ, "
            f"{int((fit(usable, vectors) >= LEAST_FIT).sum())} of them fit; "
            f"{len({face.family for face in picked[system]})} families among the picked"
        )
    return picked, rows


def report(chosen, rows):
    """Prints the most alike pairs of characters that are left."""
    names = [f"{system} {c}" for system, found in chosen.items() for c in found]
    systems = [system for system, found in chosen.items() for _ in found]
    alike = alikeness([row for system in chosen for row in rows[system]], systems)
    pairs = sorted(((alike[a, b], a, b) for a in range(len(names)) for b in range(a)), reverse=True)
    for value, a, b in pairs[:25]:
        print(f"{value:.3f}  {names[a]}  {names[b]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--out", type=pathlib.Path, required=True, help="folder that faces.csv and characters.csv are written to"
    )
    parser.add_argument("--workers", type=int, default=2, help="processes (default: 2)")
    options = parser.parse_args()

    faces = [face for face in installed_faces() if not UNFIT.search(f"{face.family} {face.style} {face.file}")]
    chosen = choose_characters(faces, options.workers)
    picked, rows = choose_faces(faces, chosen, options.workers)
    report(chosen, rows)

    write_table(
        options.out / "characters.csv",
        ["class", "superclass", "code point", "character", "name"],
        [
            [f"{system}/{class_name(c)}", system, f"U+{ord(c):04X}", c, unicodedata.name(c)]
            for system, found in chosen.items()
            for c in found
        ],
    )
    table = []
    for system, found in picked.items():
        for face in sorted(found, key=lambda f: slug(f"{f.family} {f.style}")):
            package, version = package_of(face.file)
            table.append(
                [
                    system,
                    slug(f"{face.family} {face.style}"),
                    face.family,
                    face.style,
                    face.version,
                    package,
                    version,
                    face.file,
                    face.index,
                    licence_of(package),
                ]
            )
    write_table(
        options.out / "faces.csv",
        [
            "superclass",
            "face",
            "family",
            "style",
            "font version",
            "package",
            "package version",
            "file",
            "index",
            "licence",
        ],
        table,
    )


if __name__ == "__main__":
    main()
