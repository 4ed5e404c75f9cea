"""Runs the Python of the page "Use from Python", in a folder of its own.

python3 Tests/Python/test_docs.py
"""

import contextlib
import io
import os
import pathlib
import re
import sys
import tempfile
import unittest
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "python"))
import oodml

HERE = pathlib.Path(__file__).resolve()
PAGES = [HERE.parent, HERE.parents[2] / "Sources/oodml/Documentation.docc"]


class PageTests(unittest.TestCase):
    def test_the_program_runs(self):
        page = next(folder / "UseFromPython.md" for folder in PAGES if (folder / "UseFromPython.md").exists())
        blocks = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
        self.assertGreaterEqual(len(blocks), 1)
        former = pathlib.Path.cwd()
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()) as printed:
            os.chdir(folder)
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", oodml.OodmlWarning)
                    for block in blocks:
                        exec(compile(block, str(page), "exec"), {})
                self.assertEqual(list(pathlib.Path(folder).iterdir()), [])
            finally:
                os.chdir(former)
        lines = printed.getvalue().splitlines()
        self.assertEqual(len(lines), 4, printed.getvalue())
        self.assertTrue(lines[0].startswith("level-1 "), lines[0])


if __name__ == "__main__":
    unittest.main()
