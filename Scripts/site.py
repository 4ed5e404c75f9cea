"""Makes one site of the pages and of the libraries' documentation, with one search over both; Scripts/docs calls it.

    PYTHONPATH=.deps/docs-tools python3 Scripts/site.py DOCC OUT

DOCC is the libraries' documentation as DocC makes it for a folder `api` of a web server, and OUT the site. The pages
are those of the repository, in the order of NAVIGATION. Between them a code host follows relative paths; here these
lead to the pages of the site, to files that are copied, or nowhere: a link to a file that is neither becomes its name,
and one to a page that is not there is an error.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
COMMAND = "Sources/oodml/Documentation.docc"
SCHEMAS = f"{COMMAND}/Schemas"

# Titles of sections, and in each of them titles of pages, their files, and their names on the site.
NAVIGATION = {
    "Questions": [
        ("Which embedding is better?", f"{COMMAND}/WhichEmbeddingIsBetter.md", "which-embedding"),
        ("How will my catalogue grow?", f"{COMMAND}/GrowingCatalogue.md", "growing-catalogue"),
        ("How well does it verify?", f"{COMMAND}/HowWellDoesItVerify.md", "how-well-does-it-verify"),
        ("Does it find the place?", f"{COMMAND}/DoesItFindThePlace.md", "does-it-find-the-place"),
        ("Is the axis real?", f"{COMMAND}/IsTheAxisReal.md", "is-the-axis-real"),
        ("Which backbone carries furthest", f"{COMMAND}/WhichBackbone.md", "which-backbone"),
        ("Which objective carries furthest", f"{COMMAND}/TrainingHeads.md", "which-objective"),
        ("A hard hold-out of my catalogue", f"{COMMAND}/HardHoldOut.md", "hard-hold-out"),
        ("Next year, the next site, lookalikes", f"{COMMAND}/LevelsInAnOrder.md", "levels-in-an-order"),
        ("A leakage-free split", f"{COMMAND}/LeakageFreeSplit.md", "leakage-free-split"),
        ("Reproduce the paper", f"{COMMAND}/ReproduceThePaper.md", "reproduce-the-paper"),
        ("On a cluster", f"{COMMAND}/OnACluster.md", "on-a-cluster"),
        ("What ten million images take", f"{COMMAND}/AtScale.md", "at-scale"),
        ("From Python", f"{COMMAND}/UseFromPython.md", "from-python"),
    ],
    "First steps": [
        ("Install and set up", f"{COMMAND}/InstallAndSetUp.md", "install"),
        ("From class folders to a figure", f"{COMMAND}/Tutorial.md", "tutorial"),
        ("Step by step", f"{COMMAND}/StepByStep.md", "step-by-step"),
        ("What it reads", f"{COMMAND}/WhatItReads.md", "what-it-reads"),
        ("The example models", "Examples/glyphs200/README.md", "example-models"),
    ],
    "Published splits": [
        ("All of them", "splits/README.md", "splits"),
        ("cars196-milbich2021", "splits/cars196-milbich2021/README.md", "splits/cars196-milbich2021"),
        ("The images of glyphs200", "Sources/Glyphs200/Resources/README.md", "splits/images-of-glyphs200"),
    ],
    "To look up": [
        ("What the numbers are", f"{COMMAND}/WhatTheNumbersAre.md", "what-the-numbers-are"),
        ("Reading a curve", f"{COMMAND}/ReadingACurve.md", "reading-a-curve"),
        ("For the reader of a paper", f"{COMMAND}/ForTheReaderOfAPaper.md", "for-the-reader-of-a-paper"),
        (
            "Why not the reference's numbers",
            f"{COMMAND}/WhyNotTheReferencesNumbers.md",
            "why-not-the-references-numbers",
        ),
        ("Files as JSON", f"{COMMAND}/Schemas.md", "files-as-json"),
        ("What is on disk", f"{COMMAND}/WhatIsOnDisk.md", "what-is-on-disk"),
        ("Benchmarks", "Benchmarks/README.md", "benchmarks"),
    ],
    "The mathematics": [
        ("The distance", "Sources/Frechet/Documentation.docc/TheDistance.md", "the-distance"),
        ("Selection rules", "Sources/Splits/Documentation.docc/SelectionRules.md", "selection-rules"),
        ("Levels", "Sources/Splits/Documentation.docc/Levels.md", "levels"),
        ("The null band", "Sources/Splits/Documentation.docc/TheNullBand.md", "the-null-band"),
        ("Metrics", "Sources/Retrieval/Documentation.docc/Metrics.md", "metrics"),
        ("Confidence", "Sources/Retrieval/Documentation.docc/Confidence.md", "confidence"),
        ("Exact ranks", "Sources/Retrieval/Documentation.docc/ExactRanks.md", "exact-ranks"),
        ("How pairs are counted", "Sources/Retrieval/Documentation.docc/VerifyingPairs.md", "verifying-pairs"),
        ("The difficulty curve", "Sources/Evaluation/Documentation.docc/TheDifficultyCurve.md", "the-difficulty-curve"),
        ("Preprocessing", "Sources/FeatureExtraction/Documentation.docc/PreprocessingParity.md", "preprocessing"),
    ],
    "The project": [
        ("From Swift", f"{COMMAND}/UseFromSwift.md", "from-swift"),
        ("Libraries", None, "libraries"),
        ("Contributing", "CONTRIBUTING.md", "contributing"),
        ("Changes", "CHANGELOG.md", "changes"),
        ("Security", "SECURITY.md", "security"),
    ],
}

CONFIGURATION = {
    "site_name": "oodml",
    "site_description": "How far does your retrieval model carry?",
    "theme": {
        "name": "material",
        "font": False,
        "features": [
            "content.code.copy", "navigation.footer", "navigation.sections", "navigation.top", "search.highlight",
            "search.suggest", "toc.follow",
        ],
        "palette": [
            {
                "media": "(prefers-color-scheme: light)", "scheme": "default", "primary": "indigo", "accent": "indigo",
                "toggle": {"icon": "material/weather-night", "name": "Dark"},
            },
            {
                "media": "(prefers-color-scheme: dark)", "scheme": "slate", "primary": "indigo", "accent": "indigo",
                "toggle": {"icon": "material/weather-sunny", "name": "Light"},
            },
        ],
    },
    "plugins": ["search"],
    "extra_css": ["site.css"],
    "markdown_extensions": [
        "tables", "sane_lists", "pymdownx.superfences", "pymdownx.highlight",
        {"toc": {"permalink": True, "slugify": "SLUG"}},
    ],
    "validation": {"links": {"anchors": "warn", "unrecognized_links": "warn", "absolute_links": "warn"}},
}  # fmt: skip

STYLE = """
.md-typeset table:not([class]) { font-size: .68rem; }
.md-typeset table:not([class]) td, .md-typeset table:not([class]) th { padding: .5em .8em; min-width: 0; }
.md-typeset pre > code { font-size: .72rem; }
.md-grid { max-width: 66rem; }
/* Of a page that was found, the beginning is enough. */
.md-search-result__article { max-height: 6.5rem; overflow: hidden; }
"""


def fail(sentence):
    sys.exit(f"site: {sentence}")


def pages():
    """The files of the pages, with their places on the site."""
    found = {"README.md": "index.md"}
    for entries in NAVIGATION.values():
        found.update({file: f"{name}.md" for _, file, name in entries if file})
    return found


class Links:
    """What the links of one page become."""

    def __init__(self, file, places, stage):
        self.file, self.places, self.stage = file, places, stage
        self.page = places[file]

    def relative(self, target):
        return os.path.relpath(target, pathlib.PurePosixPath(self.page).parent)

    def copied(self, target):
        """A file that is shown or opened as it is."""
        place = "files/" + target.replace("/Documentation.docc", "").removeprefix("Sources/")
        (self.stage / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / target, self.stage / place)
        return self.relative(place)

    def __call__(self, match):
        mark, words, address = match.groups()
        if re.match(r"[a-z]+:", address) or address.startswith("#"):
            return match.group(0)
        path, _, anchor = address.partition("#")
        target = os.path.normpath(pathlib.PurePosixPath(self.file).parent / path)
        if not (ROOT / target).exists():
            fail(f"{self.file}: found a link to {target}, which is not there; expected a file of the repository")
        if (ROOT / target).is_dir():
            target = next((name for name in (f"{target}/README.md",) if name in self.places), target)
        library = re.fullmatch(r"Sources/(\w+)/Documentation\.docc/\1\.md", target)
        if target in self.places:
            found = self.relative(self.places[target]) + (f"#{anchor}" if anchor else "")
        elif library:
            # A page of DocC, which MkDocs does not know: HTML, which it leaves alone.
            depth = "../" * self.page.removesuffix(".md").count("/") + ("" if self.page == "index.md" else "../")
            return f'<a href="{depth}api/documentation/{library[1].lower()}/">{words}</a>'
        elif (ROOT / target).suffix in (".svg", ".png", ".json", ".html"):
            found = self.copied(target)
        else:
            return words
        return f"{mark}[{words}]({found})"


def converted(file, places, stage):
    """A page as MkDocs reads it."""
    text = (ROOT / file).read_text(encoding="utf-8")
    links = Links(file, places, stage)
    # Code is left as it is.
    parts = re.split(r"(^```.*?^```$)", text, flags=re.DOTALL | re.MULTILINE)
    for place in range(0, len(parts), 2):
        part = re.sub(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)", links, parts[place])
        # A symbol of the libraries is named by its last part.
        parts[place] = re.sub(r"``([^`]+)``", lambda match: f"`{match[1].split('(')[0].split('/')[-1]}`", part)
    text = "".join(parts)
    if "Documentation.docc" in file:
        text = text.split("\n## Topics\n")[0]
    # A list or a table needs an empty line before it there.
    return re.sub(r"^([^\n|\-*# ].*:)\n((?:- |\| ))", r"\1\n\n\2", text, flags=re.MULTILINE)


def libraries(docc):
    """The page that leads to the libraries' documentation."""
    lines = [
        "# Libraries",
        "",
        "What each is for; each leads to its own documentation, whose symbols the search finds too.",
        "",
    ]
    for file in sorted((docc / "data/documentation").glob("*.json")):
        page = json.loads(file.read_text(encoding="utf-8"))
        if page["metadata"]["title"] == "oodml":
            continue
        title, words = page["metadata"]["title"], plain(page.get("abstract"))
        lines.append(f'- <a href="../api/documentation/{file.stem}/">{title}</a>: {words}')
    return "\n".join(lines) + "\n"


def plain(content, references=None):
    """The text of what DocC has as a list of parts."""
    words = []
    for part in content or []:
        if part["type"] == "reference":
            words.append(
                (references or {}).get(part["identifier"], {}).get("title") or part["identifier"].split("/")[-1]
            )
        else:
            words.append(part.get("text") or part.get("code") or plain(part.get("inlineContent"), references))
    return "".join(words)


def symbols(docc):
    """The entries of the search for the symbols of the libraries; their articles are pages of the site."""
    for file in sorted((docc / "data/documentation").rglob("*.json")):
        page = json.loads(file.read_text(encoding="utf-8"))
        metadata = page["metadata"]
        if metadata.get("role") not in ("symbol", "collection") or "externalID" not in metadata:
            continue
        place = file.relative_to(docc / "data").with_suffix("").as_posix()
        module = "".join(entry["name"] for entry in metadata.get("modules", [])[:1])
        yield {
            "location": f"api/{place}/",
            "title": f"{metadata['title']} ({module}, {metadata.get('roleHeading', 'symbol').lower()})",
            "text": plain(page.get("abstract"), page.get("references")),
            # Pages come first.
            "boost": 0.2,
        }


def main():
    docc, out = map(pathlib.Path, sys.argv[1:])
    places = pages()
    with tempfile.TemporaryDirectory() as scratch:
        stage = pathlib.Path(scratch) / "docs"
        for file, place in places.items():
            (stage / place).parent.mkdir(parents=True, exist_ok=True)
            (stage / place).write_text(converted(file, places, stage), encoding="utf-8")
        (stage / "libraries.md").write_text(libraries(docc), encoding="utf-8")
        (stage / "site.css").write_text(STYLE)
        navigation = [{"How far does it carry?": "index.md"}]
        navigation += [
            {section: [{title: f"{name}.md"} for title, _, name in entries]} for section, entries in NAVIGATION.items()
        ]
        configuration = CONFIGURATION | {"nav": navigation, "docs_dir": str(stage), "site_dir": str(out.resolve())}
        # YAML reads JSON; the one value that is code is in YAML's own form.
        text = json.dumps(configuration, indent=1).replace(
            '"SLUG"', "!!python/object/apply:pymdownx.slugs.slugify {kwds: {case: lower}}"
        )
        file = pathlib.Path(scratch) / "mkdocs.yml"
        file.write_text(text)
        run = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--config-file", str(file)]
        # Its makers advertise another version of it there.
        environment = os.environ | {"NO_MKDOCS_2_WARNING": "1", "DISABLE_MKDOCS_2_WARNING": "true"}
        if subprocess.run(run, env=environment, check=False).returncode:
            fail("the pages have the errors above")
    shutil.copytree(docc, out / "api")
    shutil.copytree(ROOT / SCHEMAS, out / "schemas")
    index = out / "search/search_index.json"
    search = json.loads(index.read_text(encoding="utf-8"))
    search["docs"] += symbols(docc)
    index.write_text(json.dumps(search, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    print(f"site: {len(places) + 1} pages; the search has {len(search['docs'])} entries")


if __name__ == "__main__":
    main()
