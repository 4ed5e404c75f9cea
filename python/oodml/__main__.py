"""The command `oodml`, also as `python -m oodml`: becomes the program of the wheel."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main() -> None:
    program = Path(__file__).resolve().parent / "bin/oodml"
    try:
        os.execv(program, ["oodml", *sys.argv[1:]])
    except OSError as error:
        sys.exit(
            f"Error: {program}: the program cannot be started ({error.strerror}); expected oodml as pip installs it"
        )


if __name__ == "__main__":
    main()
