"""The folder that a trial works in: small inputs, the place of the results, other people's files, and what is there."""

import hashlib
import os
import pathlib
import pickle
import random
import re
import shutil
import stat
import struct
import subprocess

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
NETWORKS = REPOSITORY / "Tests/FeatureExtractionTests/Fixtures/Networks"
CLASSES, SAMPLES, DIMENSION = 8, 4, 3

# What oodml may leave after a kill, and removes the next time: a hidden folder beside the target, or within one whose
# parent cannot be written.
WORK = re.compile(r"^\.(.+\.)?oodml$")
# Where results go that took hours and cannot be put in their place; the error names it.
KEPT = re.compile(r"^.+\.kept-[^/]+$")

# Other people's files, below the folder of a target's parent and below a target that is a folder.
STRANGERS = {
    "notes.txt": "my notes\n",
    ".manifest.json.backup": "my backup\n",
    ".classes.csv.180101": "named like a leftover\n",
    ".lock": "mine\n",
    "mine/deep/list.txt": "first\nsecond\n",
    "manifest.json.orig": "{}\n",
}


def make_inputs(folder):
    """Features, a table, images, a network and a published pickle; the same at every run."""
    chance = random.Random(16)
    folder.mkdir(parents=True)
    rows = [[chance.gauss(c % 4, 1) for _ in range(DIMENSION)] for c in range(CLASSES) for _ in range(SAMPLES)]
    for name, scale in (("f.npy", 1.0), ("0.npy", 1.0), ("1.npy", 1.2), ("2.npy", 0.7)):
        write_numpy(folder / name, [[scale * x + (scale - 1) * x * x for x in row] for row in rows])
    names = [(f"c{c}/{i}.ppm", f"c{c}") for c in range(CLASSES) for i in range(SAMPLES)]
    table = "".join(f"{sample},{label}\n" for sample, label in names)
    (folder / "s.csv").write_text("sample,class\n" + table)
    places = "".join(f"{sample},{7 * number},{number}\n" for number, (sample, _) in enumerate(names))
    (folder / "p.csv").write_text("sample,x,y\n" + places)
    for sample, _ in names:
        image = folder / "images" / sample
        image.parent.mkdir(parents=True, exist_ok=True)
        image.write_bytes(b"P6 20 20 255\n" + chance.randbytes(20 * 20 * 3))
    (folder / "net").mkdir()
    for name in ("tiny.onnx", "tiny.json"):
        shutil.copy(NETWORKS / name, folder / "net" / name)
    labels = [f"c{c}" for c in range(CLASSES)]
    for name, fid in (("splits.pkl", 19.5), ("other.pkl", 7.25)):
        level = dict(train=labels[:4], test=labels[4:], fid=fid, split_train=labels[:2], split_val=labels[2:4])
        episodes = {2: {1: {label: [f"{label}/{i}.ppm" for i in range(2)] for label in labels[4:]}}}
        (folder / name).write_bytes(pickle.dumps({1: level | dict(test_episodes=episodes)}, protocol=2))


def write_numpy(path, rows):
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({len(rows)}, {len(rows[0])}), }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    numbers = b"".join(struct.pack("<f", x) for row in rows for x in row)
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + numbers)


def make_converter(folder):
    """A stand-in for librsvg's program, which takes a hundred times as long."""
    folder.mkdir(parents=True)
    program = folder / "rsvg-convert"
    program.write_text('#!/bin/sh\nwhile [ $# -gt 2 ]; do shift; done\ncksum <"$2" >"$1"\n')
    program.chmod(0o755)


def add_strangers(folder):
    for name, text in STRANGERS.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    (folder / "my link").symlink_to("notes.txt")
    (folder / "mine/broken link").symlink_to("nowhere")
    (folder / "mine/empty").mkdir()


def snapshot(folder):
    """What is below a folder: of each path its type, permissions, and bytes or where it leads to."""
    found = {}
    for where, folders, files in os.walk(folder):
        for name in folders + files:
            path = pathlib.Path(where, name)
            status = path.lstat()
            kind = stat.S_IFMT(status.st_mode)
            if kind == stat.S_IFLNK:
                held = str(path.readlink())
            elif kind == stat.S_IFREG:
                held = path.read_bytes()
            else:
                held = None
            found[os.path.relpath(path, folder)] = (kind, stat.S_IMODE(status.st_mode), held)
    return found


def inodes(folder, names):
    return {name: os.lstat(folder / name).st_ino for name in names if os.path.lexists(folder / name)}


def digest(tree):
    return hashlib.sha256(repr(sorted(tree.items())).encode()).hexdigest()


class Area:
    """A folder of its own for one worker: `in` has inputs, `out` the targets, `tmp` and `scratch` are free for all."""

    def __init__(self, folder, program, library):
        self.folder, self.program, self.library = folder, program, library
        self.bin = folder.parent / "bin"
        folder.mkdir(parents=True)
        make_inputs(folder / "in")
        for name in ("out", "tmp", "scratch"):
            (folder / name).mkdir()
        if not self.bin.exists():
            make_converter(self.bin)

    def clear(self):
        for name in ("out", "tmp", "scratch"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
            (self.folder / name).mkdir()

    def restore(self, prepared):
        """Makes `out` what it was when it was prepared."""
        self.clear()
        shutil.rmtree(self.folder / "out")
        shutil.copytree(prepared, self.folder / "out", symlinks=True)

    def environment(self, more, faults=None):
        result = {
            "PATH": f"{self.bin}:{os.environ['PATH']}",
            "HOME": str(self.folder / "out"),
            "TMPDIR": str(self.folder / "tmp"),
            "LC_ALL": "C.UTF-8",
            "OPENBLAS_NUM_THREADS": "1",
        }
        if faults is not None:
            result |= {"FAULTS_PROGRAM": str(self.program), "FAULTS_BELOW": str(self.folder)}
            result |= {f"FAULTS_{name}": str(value) for name, value in faults.items()}
            result["LD_PRELOAD"] = str(self.library)
        return result | more

    def start(self, arguments, faults=None):
        return subprocess.Popen(
            [self.program, *arguments],
            cwd=self.folder,
            env=self.environment({}, faults),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def run(self, arguments, faults=None, seconds=30):
        """Status, output and errors of a command; the status is None if it did not end."""
        return ended(self.start(arguments, faults), seconds)


def ended(process, seconds=30):
    try:
        output, errors = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        output, errors = process.communicate()
        return None, output, errors.decode(errors="replace")
    return process.returncode, output, errors.decode(errors="replace")
