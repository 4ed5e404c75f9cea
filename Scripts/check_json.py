"""Checks JSON files that oodml wrote against one of its schemas.

    /usr/bin/python3 Scripts/check_json.py manifest-2 splits/glyphs200/manifest.json
    oodml distance a.npy b.npy --format json | /usr/bin/python3 Scripts/check_json.py distance-1 -

It prints one violation per line; the exit status is 1 if there are any. Needs jsonschema 4 (Debian:
python3-jsonschema).
"""

import json
import pathlib
import sys

import jsonschema

FOLDER = pathlib.Path(__file__).parent.parent / "Sources/oodml/Documentation.docc/Schemas"


def read(path):
    def no_constant(name):
        raise ValueError(f"{name} is no JSON")

    text = sys.stdin.read() if path == "-" else pathlib.Path(path).read_text(encoding="utf-8")
    return json.loads(text, parse_constant=no_constant)


def violations(name, paths):
    schema = read(FOLDER / f"{name}.schema.json")
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for path in paths:
        try:
            value = read(path)
        except ValueError as error:
            yield f"{path}: {error}"
            continue
        for error in sorted(validator.iter_errors(value), key=lambda error: error.json_path):
            yield f"{path}: {error.json_path}: {error.message[:300]}"


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    found = list(violations(sys.argv[1], sys.argv[2:]))
    print("\n".join(found) if found else f"{len(sys.argv) - 2} valid by {sys.argv[1]}")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
