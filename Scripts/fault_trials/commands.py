"""The commands that write, each with another run of it whose results are there before."""

import dataclasses

MAKE = ["make-splits", "--features", "in/f.npy", "--samples", "in/s.csv", "--draws", "0", "--min-classes", "2", "-q"]
EMBED = ["embed", "--root", "in/images", "--backbone", "in/net/tiny.onnx", "-q"]
EVALUATE = ["evaluate", "--splits", "in/splits", "--matched-draws", "2", "-q"]
EXPORT = ["export", "in/splits", "--root", "in/images", "-q"]
IMPORT = ["--samples", "in/s.csv", "--name", "published", "-q", "--out", "out/res"]
SCORE = ["score", "in/f.npy", "--labels", "in/s.csv", "--per-query", "out/q.csv", "--per-class", "out/c.csv"]
PLACES = ["--positions", "in/p.csv", "--radius", "10", "--per-query", "out/q.csv"]
VERIFY = ["--labels", "in/s.csv", "--curve", "out/c.csv", "--roc", "out/r.svg", "--det", "out/d.svg"]
TRAIN = ["train", "--splits", "in/splits", "--features", "in/f.npy", "--steps", "5", "--dimension", "4", "-q"]
OUT = ["--out", "out/res"]

# Made once, of the inputs, with oodml itself.
INPUTS = [
    [*MAKE, "--levels", "3", "--out", "in/splits"],
    [*EVALUATE, "--embeddings", "in/0.npy", "--out", "in/zero"],
    [*EVALUATE, "--embeddings", "in/1.npy", "--out", "in/one"],
    [*EMBED, "--out", "in/part-1", "--shard", "1/2"],
    [*EMBED, "--out", "in/part-2", "--shard", "2/2"],
]


@dataclasses.dataclass(frozen=True)
class Command:
    """A command that writes."""

    name: str
    # The run that is tried, and another whose results it replaces; both without --force.
    new: list
    old: list
    targets: tuple = ("out/res",)
    # A command that reads the result; what it prints and writes to `scratch` depends on it.
    reader: list | None = None
    # Whether there is an option --force.
    has_force: bool = True
    # Whether the older result is the same text with a line before it.
    is_edited: bool = False
    # Whether a command that is stopped leaves a part of the new result, each file as in the whole, to go on from.
    is_stepwise: bool = False

    @property
    def is_folder(self):
        return self.targets == ("out/res",)

    def forced(self, arguments):
        return [*arguments, "--force"] if self.has_force else arguments


def report(*results):
    return ["report", "in/splits", *results, "-q", "--out", "out/report.html"]


COMMANDS = [
    Command(
        "make-splits",
        new=[*MAKE, *OUT, "--levels", "3"],
        old=[*MAKE, *OUT, "--levels", "4", "--seed", "5"],
        reader=["validate", "out/res"],
    ),
    Command(
        "make-splits --replicates",
        new=[*MAKE, *OUT, "--levels", "3", "--replicates", "2"],
        old=[*MAKE, *OUT, "--levels", "3", "--replicates", "3", "--seed", "5"],
        reader=["export", "out/res", "--as", "csv", "-q", "--out", "scratch/export"],
    ),
    Command(
        "holdout",
        new=["holdout", *MAKE[1:-3], "-q", *OUT, "--ratio", "60/20/20"],
        old=["holdout", *MAKE[1:-3], "-q", *OUT, "--ratio", "60/20/20", "--seed", "5"],
        reader=["validate", "out/res"],
    ),
    Command(
        "import",
        new=["import", "in/splits.pkl", *IMPORT],
        old=["import", "in/other.pkl", *IMPORT],
        reader=["validate", "out/res", "--format", "json"],
    ),
    Command(
        "embed",
        new=[*EMBED, *OUT, "--chunk", "16"],
        old=[*EMBED, *OUT, "--interpolation", "bicubic"],
        reader=[*MAKE[:1], "--features", "out/res", *MAKE[5:], "--levels", "3", "--out", "scratch/splits"],
    ),
    Command(
        "embed --merge",
        new=["embed", "--merge", "in/part-1", "in/part-2", "-q", *OUT],
        old=[*EMBED, *OUT, "--interpolation", "bicubic"],
        reader=["distance", "out/res", "out/res", "-q"],
    ),
    Command(
        "evaluate",
        new=[*EVALUATE, *OUT, "--embeddings", "in/0.npy"],
        old=[*EVALUATE, *OUT, "--embeddings", "in/1.npy", "--similarity", "euclidean"],
        reader=["report", "in/splits", "out/res", "-q", "--out", "scratch/report.html"],
    ),
    Command(
        "evaluate --seeds",
        new=[*EVALUATE, *OUT, "--embeddings", "in/{seed}.npy", "--seeds", "0,1"],
        old=[*EVALUATE, *OUT, "--embeddings", "in/{seed}.npy", "--seeds", "0,1,2", "--similarity", "euclidean"],
        reader=["compare", "out/res", "in/zero", "-q", "--out", "scratch/comparison"],
    ),
    Command(
        "train",
        new=[*TRAIN, *OUT, "--objective", "proxy-anchor"],
        old=[*TRAIN, *OUT, "--objective", "contrastive,triplet", "--forward-only"],
        is_stepwise=True,
    ),
    Command(
        "compare",
        new=["compare", "in/zero", "in/one", "-q", *OUT],
        old=["compare", "in/zero", "in/one", "-q", *OUT, "--metric", "map@r"],
    ),
    Command(
        "axis",
        new=["axis", "in/splits", "--features", "in/f.npy", "--results", "in/zero", "-q", *OUT],
        old=["axis", "in/splits", "--features", "in/f.npy", "--results", "in/one", "-q", *OUT, "--draws", "0"],
    ),
    Command("report", new=report("in/zero"), old=report(), targets=("out/report.html",)),
    Command(
        "report --charts",
        new=[*report("in/zero"), "--charts", "out/res"],
        old=[*report("in/zero", "in/one"), "--charts", "out/res"],
        targets=("out/report.html", "out/res"),
    ),
    Command(
        "verify",
        new=["verify", "in/f.npy", *VERIFY],
        old=["verify", "in/1.npy", *VERIFY],
        targets=("out/c.csv", "out/r.svg", "out/d.svg"),
    ),
    Command(
        "places",
        new=["places", "in/f.npy", *PLACES],
        old=["places", "in/1.npy", *PLACES, "--distance", "euclidean"],
        targets=("out/q.csv",),
    ),
    Command("score", new=SCORE, old=[*SCORE, "--distance", "euclidean"], targets=("out/q.csv", "out/c.csv")),
    *(
        Command(
            f"export --as {form}",
            new=[*EXPORT, *OUT, "--as", form],
            old=[*EXPORT, *OUT, "--as", form, "--direction", "reverse", "--level", "level-1,level-2"],
        )
        for form in ("csv", "oml", "huggingface", "wilds", "imagefolder")
    ),
    Command(
        "completions",
        new=["completions", "install", "--shell", "bash"],
        old=["completions", "install", "--shell", "bash"],
        targets=("out/.local/share/bash-completion/completions/oodml",),
        has_force=False,
        is_edited=True,
    ),
]
