"""Runs the notebooks of Examples/notebooks.

Run by

    python3 Tests/Python/test_notebooks.py [FOLDER]

with nbclient, ipykernel, pandas, Pillow and OpenVINO, on a tree of the package. Executed notebooks go to the folder.
"""

import importlib.util
import os
import pathlib
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "Examples" / "notebooks").glob("*.ipynb"))
NEEDED = ["IPython", "PIL", "ipykernel", "nbclient", "openvino", "pandas"]
MISSING = [name for name in NEEDED if importlib.util.find_spec(name) is None]

out = None


def outputs(notebook):
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


@unittest.skipIf(MISSING, f"there is no {', '.join(MISSING)}")
class NotebookTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # The package of the clone where it has its library, else the one that is installed.
        if (ROOT / "python/oodml/lib/liboodml.so").is_file():
            os.environ["PYTHONPATH"] = str(ROOT / "python")
            # A wheel lies beside that of OpenVINO, the clone's package does not.
            libraries = pathlib.Path(importlib.util.find_spec("openvino").origin).parent / "libs"
            os.environ["LD_LIBRARY_PATH"] = f"{libraries}:{os.environ.get('LD_LIBRARY_PATH', '')}"

    def test_there_are_notebooks(self):
        self.assertEqual(len(NOTEBOOKS), 2)

    def test_they_are_kept_without_outputs(self):
        import nbformat

        for path in NOTEBOOKS:
            notebook = nbformat.read(path, 4)
            nbformat.validate(notebook)
            self.assertEqual(outputs(notebook), [], path.name)
            self.assertEqual({cell.get("execution_count") for cell in notebook.cells}, {None}, path.name)

    def check(self, name):
        import nbformat
        from nbclient import NotebookClient

        path = ROOT / "Examples" / "notebooks" / name
        notebook = nbformat.read(path, 4)
        NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
        if out is not None:
            nbformat.write(notebook, out / name)
        found = outputs(notebook)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                # The last line of every cell shows something.
                self.assertTrue(cell.outputs, cell.source)
        # Progress is gone, and nothing was warned of.
        self.assertEqual(
            [
                output
                for output in found
                if output.output_type in ("stream", "error") and output.get("name") != "stdout"
            ],
            [],
        )
        shown = [output.data["text/plain"] for output in found if output.output_type == "display_data"]
        self.assertEqual(set(shown), {""})
        pages = [output.data.get("text/html", "") for output in found if output.output_type == "execute_result"]
        return [page for page in pages if "<svg" in page or "data:image/svg+xml" in page], pages

    def test_how_far_does_dino_carry(self):
        charts, pages = self.check("how_far_does_dino_carry.ipynb")
        self.assertEqual(len(charts), 2)
        self.assertTrue(any("<th>level-5</th>" in page for page in pages))

    def test_which_objective_carries_furthest(self):
        charts, pages = self.check("which_objective_carries_furthest.ipynb")
        self.assertEqual(len(charts), 2)
        self.assertTrue(any("<th>proxy-anchor</th>" in page for page in pages))


if __name__ == "__main__":
    if len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
        out = pathlib.Path(sys.argv.pop(1))
        out.mkdir(parents=True, exist_ok=True)
    unittest.main()
