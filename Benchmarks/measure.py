"""What the benchmarks share: the machine's name, commands with time and memory, settings of OpenBLAS, tables."""

import datetime
import json
import os
import pathlib
import subprocess
import sys
import tempfile

REPOSITORY = pathlib.Path(__file__).resolve().parents[1]

# Which kernels serve a program best depends on its operations and on how its OpenBLAS was built, so every side may
# choose. Unset, OpenBLAS takes what it thinks fits the processor.
CORETYPES = [None, "Haswell"]


def add_oodml(parser):
    parser.add_argument("--oodml", default=str(REPOSITORY / ".build/release/oodml"), help="the oodml command")


def environment(coretype):
    result = {key: value for key, value in os.environ.items() if key != "OPENBLAS_CORETYPE"}
    return result if coretype is None else result | dict(OPENBLAS_CORETYPE=coretype)


def name_of(coretype):
    return coretype or "unset"


# Runs in a fresh interpreter. A process counts what it held before it became the command: started from a benchmark that
# has a large file open, each command would seem to need that much. This one is small, and so is what it passes on.
MEASURING = """
import json, resource, subprocess, sys, time
start = time.perf_counter()
try:
    code = subprocess.run(sys.argv[2:]).returncode
except OSError as error:
    sys.exit(str(error))
seconds = time.perf_counter() - start
with open(sys.argv[1], "w") as file:
    json.dump([code, seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024], file)
"""


class Run:
    """A finished command: its standard output, its wall clock in seconds, and its peak memory in MB.

    The peak is the largest resident set of the command itself, which counts pages of mapped files as well.
    """

    def __init__(self, command, coretype=None, check=True):
        command = [str(part) for part in command]
        with tempfile.TemporaryDirectory() as folder:
            report = pathlib.Path(folder) / "report.json"
            process = subprocess.run(
                [sys.executable, "-S", "-E", "-c", MEASURING, str(report), *command],
                capture_output=True,
                text=True,
                env=environment(coretype),
                cwd=REPOSITORY,
                check=False,
            )
            self.output, self.errors = process.stdout, process.stderr
            if not report.exists():
                sys.exit(f"{command[0]} did not start:\n{self.errors}")
            self.exit_code, self.seconds, self.megabytes = json.loads(report.read_text())
        if check and self.exit_code != 0:
            sys.exit(f"{' '.join(command)}\nended with {self.exit_code}:\n{self.errors}")

    def json(self):
        return json.loads(self.output)


def best_setting(measure, coretypes=CORETYPES):
    """`measure(coretype)` returns something with `seconds`; the quickest and its setting."""
    results = [(measure(coretype), coretype) for coretype in coretypes]
    return min(results, key=lambda result: result[0].seconds)


def make_splits(oodml, features, samples, out, *options, coretype=None, check=True):
    command = [
        oodml,
        "make-splits",
        "--features",
        features,
        "--samples",
        samples,
        "--out",
        out,
        "--format",
        "json",
        "--quiet",
        "--force",
        *options,
    ]
    return Run(command, coretype, check)


def best_splits(oodml, features, samples, out, draws, coretypes=CORETYPES):
    """The quickest search for nine levels by samples, and its setting."""
    options = ["--statistic", "samples", "--levels", "9", "--draws", draws]
    return best_setting(
        lambda coretype: make_splits(oodml, features, samples, out, *options, coretype=coretype), coretypes
    )


def processor():
    try:
        with pathlib.Path("/proc/cpuinfo").open() as file:
            return next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        import platform

        return platform.processor() or "unknown"


def print_machine(packages=()):
    import importlib.metadata

    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in packages)
    print(
        f"{datetime.date.today()}, {processor()}, {len(os.sched_getaffinity(0))} threads"
        + (f", Python {sys.version.split()[0]}" if packages else "")
        + (f", {versions}" if versions else "")
    )
    print()


def print_table(header, rows):
    print("| " + " | ".join(header) + " |")
    print("|" + "---|" * len(header))
    for row in rows:
        print("| " + " | ".join(map(str, row)) + " |")
    print()


def significant(value, digits=3):
    """Seconds and ratios to three digits, without exponents."""
    if value is None:
        return "–"
    if value >= 10 ** (digits - 1):
        return f"{value:,.0f}"
    return f"{value:.{digits}g}" if value >= 1e-4 else f"{value:.{digits - 1}e}"
