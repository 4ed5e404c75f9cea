"""Writes what a wheel says about itself: its metadata, and the licences of everything inside.

Used as: metadata.py VERSION DIST_INFO BUILD SWIFT, where BUILD is the folder of the build and SWIFT that of the
toolchain.
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

#: The Debian packages of the archives that are linked.
PACKAGES = [
    *("libopenblas-pthread-dev", "liblapacke-dev", "zlib1g-dev"),
    *("libjpeg62-turbo-dev", "libpng-dev", "libwebp-dev", "libgif-dev", "libtiff-dev"),
    *("libdeflate-dev", "libzstd-dev", "liblzma-dev", "libjbig-dev", "liblerc-dev"),
    *("libgfortran-12-dev", "libstdc++-12-dev", "libgcc-12-dev"),
    # Foundation has a copy of ICU inside, under the same licence.
    "libicu72",
]


def metadata(version):
    """The text of METADATA, with the README as its long description."""
    requirements = (ROOT / "Scripts/requirements/setup.txt").read_text()
    openvino = re.search(r"^openvino==(\S+)", requirements, re.MULTILINE).group(1)
    header = f"""Metadata-Version: 2.4
Name: oodml
Version: {version}
Summary: Graded class-disjoint splits of any labelled dataset, and how retrieval models degrade along them.
License-Expression: Apache-2.0
License-File: LICENSE
Requires-Python: >=3.9
Requires-Dist: numpy>=1.21
Requires-Dist: openvino=={openvino}; python_version >= "3.10" and python_version < "3.15"
Provides-Extra: tables
Requires-Dist: pandas; extra == "tables"
Keywords: metric learning,image retrieval,re-identification,few-shot,distribution shift,benchmark
Classifier: Development Status :: 4 - Beta
Classifier: Intended Audience :: Science/Research
Classifier: Operating System :: POSIX :: Linux
Classifier: Programming Language :: Python :: 3
Classifier: Topic :: Scientific/Engineering :: Artificial Intelligence
Classifier: Typing :: Typed
Description-Content-Type: text/markdown

"""
    return header + (ROOT / "README.md").read_text()


def copy_licences(folder, build, swift):
    """Copies our licence and those of what is linked, each under the name of what it covers."""
    folder.mkdir(parents=True)
    (folder / "LICENSE").write_bytes((ROOT / "LICENSE").read_bytes())
    sources = {package: pathlib.Path(f"/usr/share/doc/{package}/copyright") for package in PACKAGES}
    sources["swift"] = swift / "share/swift/LICENSE.txt"
    sources["swift-argument-parser"] = build / "checkouts/swift-argument-parser/LICENSE.txt"
    missing = [str(path) for path in sources.values() if not path.exists()]
    if missing:
        sys.exit(f"metadata: found no licence in {', '.join(missing)}")
    # Debian's texts name files with the whole texts of common licences.
    used = set()
    for name, path in sources.items():
        text = path.read_text(encoding="utf-8", errors="replace")
        used |= set(re.findall(r"/usr/share/common-licenses/([\w.+-]*\w)", text))
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    for name in sorted(used):
        path = pathlib.Path("/usr/share/common-licenses") / name
        if path.exists():
            (folder / f"common-{name}.txt").write_bytes(path.read_bytes())
    note = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Package} ${Version}\n", *PACKAGES], capture_output=True, text=True, check=True
    ).stdout
    (folder / "README.txt").write_text(
        "oodml is under LICENSE. Its library contains archives of the Debian packages below, whose licences are in\n"
        "the files of their names, Swift's runtime with Foundation (swift.txt), which has ICU inside\n"
        "(libicu72.txt), and swift-argument-parser. GCC's libraries are under the GPL with its runtime\n"
        "exception; libquadmath, a part of them, is under the LGPL, and Scripts/wheel in the source of oodml\n"
        "links it anew.\n\n" + note
    )


def main():
    version, target, build, swift = sys.argv[1], *map(pathlib.Path, sys.argv[2:5])
    copy_licences(target / "licenses", build, swift)
    (target / "METADATA").write_text(metadata(version), encoding="utf-8")
    (target / "WHEEL").write_text(
        "Wheel-Version: 1.0\nGenerator: oodml\nRoot-Is-Purelib: false\nTag: py3-none-manylinux_2_28_x86_64\n"
    )
    (target / "entry_points.txt").write_text("[console_scripts]\noodml = oodml.__main__:main\n")


main()
