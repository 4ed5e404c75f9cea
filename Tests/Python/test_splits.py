"""Tests of oodml.splits on the splits of glyphs200; standard library only.

Run by

    python3 Tests/Python/test_splits.py
"""

import array
import ast
import hashlib
import importlib.util
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "python"))
from oodml.splits import Batches, Splits, write_npy

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "splits" / "glyphs200"


def read_npy(path):
    """The shape and the rows of a .npy file of float32, by the description of the format."""
    data = pathlib.Path(path).read_bytes()
    assert data[:8] == b"\x93NUMPY\x01\x00"
    start = 10 + int.from_bytes(data[8:10], "little")
    assert start % 64 == 0 and data[start - 1 : start] == b"\n"
    header = ast.literal_eval(data[10:start].decode())
    assert header["descr"] == "<f4" and header["fortran_order"] is False
    values = array.array("f", data[start:])
    if sys.byteorder == "big":
        values.byteswap()
    count, width = header["shape"]
    assert len(values) == count * width
    return [values[row * width : (row + 1) * width].tolist() for row in range(count)]


class ReadingTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.splits = Splits(FOLDER)

    def test_sides_are_those_of_the_manifest(self):
        manifest = json.loads((FOLDER / "manifest.json").read_text())
        self.assertEqual(self.splits.level_ids, [level["id"] for level in manifest["levels"]])
        for record in manifest["levels"]:
            for direction, (train, test) in {"forward": ("train", "test"), "reverse": ("test", "train")}.items():
                level = self.splits.level(record["id"], direction)
                self.assertEqual(set(level.train.class_labels), set(record[train]))
                self.assertEqual(set(level.test.class_labels), set(record[test]))
                self.assertEqual(len(level.train), record[f"{train}_sample_count"])
                self.assertEqual(len(level.test), record[f"{test}_sample_count"])
                self.assertEqual(level.test.rows, sorted(level.test.rows))

    def test_numbers_stand_for_classes(self):
        side = self.splits.level("level-1").train
        for sample, number in zip(side.samples, side.labels):
            # In glyphs200 the class is the folder of the image.
            self.assertEqual(sample.rpartition("/")[0], side.class_labels[number])
        self.assertEqual(set(side.labels), set(range(100)))

    def test_folds_part_the_train_side(self):
        plain = self.splits.level("level-9")
        seen = []
        for fold in range(4):
            level = self.splits.level("level-9", fold=fold)
            self.assertEqual(sorted(level.train.rows + level.test.rows), plain.train.rows)
            self.assertFalse(set(level.train.class_labels) & set(level.test.class_labels))
            seen += level.test.rows
        self.assertEqual(sorted(seen), plain.train.rows)
        for arguments in [{"fold": 4}, {"fold": -1}, {"fold": 0, "direction": "reverse"}, {"direction": "back"}]:
            with self.assertRaises(ValueError):
                self.splits.level("level-9", **arguments)
        with self.assertRaises(KeyError):
            self.splits.level("level-10")

    def test_matched_samples_are_equally_many(self):
        counts = set()
        for id in self.splits.level_ids:
            samples = self.splits.matched_samples(id)
            self.assertLessEqual(set(samples), set(self.splits.level(id).train.samples))
            counts.add(len(samples))
        self.assertEqual(counts, {1440})

    def test_episodes_are_of_test_classes(self):
        for id in self.splits.level_ids:
            test = self.splits.level(id).test
            labels = dict(zip(test.samples, test.labels))
            episodes = self.splits.episodes(id, 5)
            self.assertEqual(len(episodes), 10)
            for episode in episodes:
                self.assertEqual(sorted(episode, key=str.encode), test.class_labels)
                for label, support in episode.items():
                    self.assertEqual(len(set(support)), 5)
                    self.assertEqual({test.class_labels[labels[sample]] for sample in support}, {label})

    def test_episodes_are_sides_that_share_their_numbers(self):
        for direction in ["forward", "reverse"]:
            level = self.splits.level("level-9", direction)
            ids = self.splits.episodes("level-9", 2)
            episodes = level.episodes(2)
            self.assertEqual(len(episodes), 10)
            for number, (support, query) in enumerate(episodes):
                self.assertEqual(support.class_labels, level.test.class_labels)
                self.assertEqual(query.class_labels, level.test.class_labels)
                self.assertEqual(sorted(support.rows + query.rows), level.test.rows)
                self.assertEqual(support.labels, sorted(support.labels))
                if direction == "forward":
                    self.assertEqual(set(support.samples), {name for names in ids[number].values() for name in names})
        with self.assertRaisesRegex(ValueError, "no episodes of 3 shots; expected one of 2, 5"):
            level.episodes(3)

    def test_folds_and_matched_samples_of_a_level(self):
        level = self.splits.level("level-7")
        self.assertEqual([fold.fold for fold in level.folds], [0, 1, 2, 3])
        self.assertEqual(level.folds[2].test.rows, self.splits.level("level-7", fold=2).test.rows)
        matched = level.matched
        self.assertEqual(set(matched.samples), set(self.splits.matched_samples("level-7")))
        self.assertEqual(matched.class_labels, sorted(level.record["train_matched"]["classes"], key=str.encode))
        self.assertEqual({matched.class_labels[number] for number in matched.labels}, set(matched.class_labels))
        self.assertEqual(matched.rows, sorted(matched.rows))
        for other in [self.splits.level("level-7", "reverse"), level.folds[0]]:
            for name in ["folds", "matched"]:
                with self.assertRaisesRegex(ValueError, "expected a forward level"):
                    getattr(other, name)
        with self.assertRaisesRegex(ValueError, "is not on this side"):
            level.test.subset(level.train.samples[:1])

    def test_columns_come_by_name(self):
        self.assertEqual(self.splits.column("superclass"), self.splits.superclasses)
        self.assertEqual(set(self.splits.column("split")), {"train", "test"})
        self.assertEqual(set(self.splits.column("camera")), {None})

    def test_an_overview_is_a_table_or_the_chart(self):
        self.assertIn("9 levels from fid 5.392 to 160.9", repr(self.splits))
        self.assertTrue(self.splits._repr_html_().startswith('<img src="data:image/svg+xml;base64,'))
        with tempfile.TemporaryDirectory() as folder:
            for name in ["manifest.json", "samples.csv"]:
                shutil.copy(FOLDER / name, folder)
            table = Splits(folder)._repr_html_()
        self.assertEqual(table.count("<tr>"), 10)
        self.assertIn("<td>level-9</td>", table)

    def test_levels_are_rows_of_a_frame(self):
        if importlib.util.find_spec("pandas") is None:
            self.skipTest("there is no pandas")
        frame = self.splits.to_frame()
        self.assertEqual(list(frame.index), self.splits.level_ids)
        self.assertTrue(frame["fid"].is_monotonic_increasing)
        self.assertEqual(list(frame["is_shift"]), [False] + [True] * 8)
        self.assertEqual(frame.loc["level-9", "train_samples"], 1440)
        for record in self.splits.manifest["levels"]:
            self.assertEqual(frame.loc[record["id"], "null_q95"], record["null"]["q95"])
            self.assertEqual(frame.loc[record["id"], "removed_classes"], len(record["removed"]))
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(FOLDER / "samples.csv", folder)
            manifest = json.loads((FOLDER / "manifest.json").read_text())
            for level in manifest["levels"]:
                for name in ["null", "holdout", "is_shift", "excess", "position"]:
                    level.pop(name)
            pathlib.Path(folder, "manifest.json").write_text(json.dumps(manifest))
            untested = Splits(folder).to_frame()
        self.assertTrue(untested[["null_mean", "null_p", "excess", "is_shift"]].isna().all(axis=None))

    def test_what_cannot_be_read_is_one_sentence(self):
        with tempfile.TemporaryDirectory() as folder:
            manifest, table = pathlib.Path(folder, "manifest.json"), pathlib.Path(folder, "samples.csv")
            with self.assertRaisesRegex(ValueError, "manifest.json: it cannot be read .*; expected a folder that"):
                Splits(folder)
            for text, message in [
                (b"{", "manifest.json: it is not JSON"),
                (b"[]", "a JSON value of the type list; expected an object"),
                (b"\xff", "byte 0 is not UTF-8"),
                (b"{}", "its schema version is None; expected 2"),
            ]:
                manifest.write_bytes(text)
                with self.assertRaisesRegex(ValueError, message):
                    Splits(folder)
            shutil.copy(FOLDER / "manifest.json", folder)
            for text, message in [
                ("a,b\n", "found the columns a, b; expected sample and class"),
                ("sample,class\na\n", "row 2 ends early"),
                ('sample,class\n"a', r"line \d: .*; expected a table in CSV"),
                ("sample,class\na,b\n", "its samples are not those of manifest.json"),
            ]:
                table.write_text(text)
                with self.assertRaisesRegex(ValueError, message) as caught:
                    Splits(folder)
                self.assertNotIn("\n", str(caught.exception))
        with self.assertRaises(KeyError) as caught:
            self.splits.level("level-10")
        self.assertTrue(str(caught.exception).startswith("no level 'level-10' in "))

    def test_the_file_works_alone(self):
        # As a copy next to someone's training code, on the standard library.
        with tempfile.TemporaryDirectory() as folder:
            source = pathlib.Path(__file__).resolve().parents[2] / "python" / "oodml" / "splits.py"
            shutil.copy(source, pathlib.Path(folder, "oodml_splits.py"))
            code = (
                "import oodml_splits as o, sys; s = o.Splits(sys.argv[1]); "
                "assert issubclass(o.UsageError, ValueError) and issubclass(o.SplitsError, o.Error); "
                "print(len(s.level('level-9').train))"
            )
            found = subprocess.run(
                [sys.executable, "-S", "-c", code, FOLDER], cwd=folder, capture_output=True, text=True, check=False
            )
            self.assertEqual((found.stdout, found.stderr), ("1440\n", ""))

    def test_episodes_of_imported_splits_are_those_of_the_level(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in ["manifest.json", "samples.csv"]:
                shutil.copy(FOLDER / name, folder)
            label = self.splits.level("level-2").test.class_labels[0]
            other = self.splits.level("level-2").train.class_labels[0]
            by_level = {"level-2": [{label: ["a"], other: ["b"]}]}
            pathlib.Path(folder, "episodes-1.json").write_text(json.dumps({"episodes_by_level": by_level}))
            self.assertEqual(Splits(folder).episodes("level-2", 1), [{label: ["a"]}])
            self.assertEqual(Splits(folder).episodes("level-3", 1), [])

    def test_files_of_two_runs_are_not_mixed(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in ["manifest.json", "samples.csv", "episodes-2.json", "receipt.csv"]:
                shutil.copy(FOLDER / name, folder)
            splits = Splits(folder)
            path = pathlib.Path(folder, "episodes-2.json")
            path.write_text(path.read_text() + " ")
            with self.assertRaisesRegex(ValueError, "episodes-2.json: it was changed or replaced"):
                splits.episodes("level-2", 2)
            pathlib.Path(folder, "receipt.csv").unlink()
            self.assertTrue(Splits(folder).episodes("level-2", 2))

    def test_roles_are_part_of_the_digest(self):
        with tempfile.TemporaryDirectory() as folder:
            table = "sample,class,role\na.png,x,query\nb.png,x,gallery\nc.png,y,\n"
            pathlib.Path(folder, "samples.csv").write_text(table)
            lines = sorted([b"a.png\tx\tquery\n", b"b.png\tx\tgallery\n", b"c.png\ty\n"])
            manifest = {"schema_version": 2, "dataset": {"sha256": hashlib.sha256(b"".join(lines)).hexdigest()}}
            pathlib.Path(folder, "manifest.json").write_text(json.dumps(manifest))
            self.assertEqual(Splits(folder).samples, ["a.png", "b.png", "c.png"])

    def test_other_samples_are_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(FOLDER / "manifest.json", folder)
            table = (FOLDER / "samples.csv").read_text()
            lines = table.splitlines(keepends=True)
            path = pathlib.Path(folder, "samples.csv")
            path.write_text("".join([lines[0], *lines[:0:-1]]))
            self.assertEqual(Splits(folder).samples, self.splits.samples[::-1])
            path.write_text("".join(lines[:-1]))
            with self.assertRaisesRegex(ValueError, "digest"):
                Splits(folder)


class BatchTests(unittest.TestCase):
    def test_batches_have_equally_many_samples_of_different_classes(self):
        side = Splits(FOLDER).level("level-1").train
        batches = side.batches(8, 4, seed=3)
        first, second = list(batches), list(batches)
        self.assertEqual(len(batches), 2400 // 32)
        self.assertEqual(len(first), len(batches))
        for batch in first + second:
            self.assertEqual(len(set(batch)), 32)
            counts = [[side.labels[place] for place in batch].count(number) for number in range(100)]
            self.assertEqual(sorted(counts), [0] * 92 + [4] * 8)
        self.assertNotEqual(first, second)
        # 600 draws of 100 classes: each six times, and so all 24 samples of each once.
        self.assertEqual(sorted(place for batch in first for place in batch), list(range(2400)))

    def test_passes_can_be_repeated(self):
        side = Splits(FOLDER).level("level-1").train
        batches, again = side.batches(5, 2, seed=1), side.batches(5, 2, seed=1)
        passes = [list(batches) for _ in range(3)]
        self.assertEqual(passes[0], list(again))
        again.set_epoch(2)
        self.assertEqual(passes[2], list(again))
        self.assertNotEqual(passes[0], list(side.batches(5, 2, seed=2)))

    def test_small_classes_repeat_their_samples(self):
        batches = Batches(["a", "b", "a", "c", "a"], classes=3, samples=2)
        self.assertEqual(len(batches), 1)
        for _ in range(20):
            for batch in batches:
                self.assertEqual(len(batch), 6)
                self.assertEqual((batch.count(1), batch.count(3)), (2, 2))
                self.assertEqual(len({place for place in batch if place in (0, 2, 4)}), 2)

    def test_wrong_sizes_are_refused(self):
        side = Splits(FOLDER).level("level-9").train
        for classes, samples in [(61, 4), (0, 4), (8, 0)]:
            with self.assertRaisesRegex(ValueError, "batches of"):
                side.batches(classes, samples)


class WritingTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.splits = Splits(FOLDER)

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.template = self.folder.name + "/run/{level}-{direction}.npy"

    def test_rows_are_in_the_order_of_the_table(self):
        level = self.splits.level("level-3", "reverse")
        vectors = [[float(row), row / 8] for row in level.test.rows]
        path = level.write_embeddings(self.template, vectors)
        self.assertEqual(path.name, "level-3-reverse.npy")
        self.assertEqual(read_npy(path), vectors)
        # The same by name, in another order and with more than the test side, but not with all samples.
        named = {self.splits.samples[row]: [float(row), row / 8] for row in reversed(range(4800))}
        some = {sample: named[sample] for sample in named if sample != level.train.samples[7]}
        self.assertEqual(read_npy(level.write_embeddings(self.template, some)), vectors)
        path = level.write_embeddings(self.template, list(some.values()), samples=some)
        self.assertEqual(read_npy(path), vectors)
        # All samples, as rows and by name.
        self.assertEqual(level.all.samples, self.splits.samples)
        vectors = [[float(row), row / 8] for row in range(4800)]
        self.assertEqual(read_npy(level.write_embeddings(self.template, vectors)), vectors)
        self.assertEqual(read_npy(level.write_embeddings(self.template, named)), vectors)
        self.assertEqual([file.name for file in path.parent.iterdir()], ["level-3-reverse.npy"])

    def test_wrong_embeddings_are_refused(self):
        level = self.splits.level("level-3")
        vectors = [[1.0, 2.0]] * len(level.test)
        named = dict(zip(level.test.samples, vectors))
        del named[level.test.samples[5]]
        for wrong in [vectors[1:], [*vectors[:-1], [1.0]], [*vectors[:-1], [1.0, float("nan")]], named]:
            with self.assertRaises(ValueError):
                level.write_embeddings(self.template, wrong)
        with self.assertRaises(ValueError):
            level.write_embeddings(self.template, vectors, samples=level.test.samples[:1] * len(vectors))
        with self.assertRaises(ValueError):
            level.write_embeddings(self.folder.name + "/{fold}.npy", vectors)

    def test_a_run_is_all_tasks(self):
        paths = self.splits.write_run(self.template, lambda level: [[float(row)] for row in level.test.rows])
        self.assertEqual(len(paths), 18)
        for level, path in zip(self.splits.levels(), paths):
            self.assertEqual(path, level.path(self.template))
            self.assertEqual(read_npy(path), [[float(row)] for row in level.test.rows])
        paths = self.splits.write_run(
            self.folder.name + "/{level}-{fold}.npy", lambda level: [[1.0]] * len(level.test), fold=2, ids=["level-2"]
        )
        self.assertEqual([path.name for path in paths], ["level-2-2.npy"])
        with self.assertRaisesRegex(ValueError, "several tasks"):
            self.splits.write_run(self.folder.name + "/{level}.npy", lambda level: [])

    def test_empty_and_odd_sizes(self):
        for rows in [[], [[0.5]], [[1.0] * 123] * 7]:
            path = pathlib.Path(self.folder.name, "a.npy")
            write_npy(path, rows)
            self.assertEqual(read_npy(path), rows)

    def test_arrays_are_written_like_lists(self):
        try:
            import numpy
        except ImportError:
            self.skipTest("there is no NumPy")
        rows = [[0.1, -2.5, 3.0], [4.0, 5.5, -0.0]]
        lists, arrays = pathlib.Path(self.folder.name, "a.npy"), pathlib.Path(self.folder.name, "b.npy")
        write_npy(lists, rows)
        for kind in ["f2", "f4", "f8", ">f4"]:
            found = numpy.asfortranarray(numpy.array(rows, kind))
            write_npy(arrays, found)
            self.assertTrue(numpy.array_equal(numpy.load(arrays), found.astype("f4")), kind)
        write_npy(arrays, numpy.array(rows))
        self.assertEqual(lists.read_bytes(), arrays.read_bytes())
        level = self.splits.level("level-1")
        order = list(reversed(range(4800)))
        path = level.write_embeddings(
            self.template, numpy.array(order, "f4")[:, None], samples=[self.splits.samples[row] for row in order]
        )
        self.assertEqual(numpy.load(path)[:, 0].tolist(), list(range(4800)))

    def test_tensors_are_written_like_lists(self):
        try:
            import torch
        except ImportError:
            self.skipTest("there is no torch")
        rows = [[0.1, -2.5], [4.0, 5.5]]
        files = [pathlib.Path(self.folder.name, name) for name in ("a.npy", "b.npy", "c.npy")]
        tensor = torch.tensor(rows, requires_grad=True)
        for file, value in zip(files, [rows, tensor, list(tensor)]):
            write_npy(file, value)
        self.assertEqual(len({file.read_bytes() for file in files}), 1)


class DatasetTests(unittest.TestCase):
    def test_images_come_with_their_class_numbers(self):
        if importlib.util.find_spec("PIL") is None:
            self.skipTest("there is no Pillow")
        side = Splits(FOLDER).level("level-1").train
        images = FOLDER.parent.parent / "Sources" / "Glyphs200" / "Resources" / "glyphs200"
        dataset = side.dataset(images, transform=lambda image: (image.mode, image.size), mode="L")
        self.assertEqual(len(dataset), 2400)
        self.assertEqual(dataset[2399], (("L", (64, 64)), 99))


if __name__ == "__main__":
    unittest.main()
