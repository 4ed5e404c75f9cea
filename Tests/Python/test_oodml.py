"""Tests of the functions of oodml on small seeded arrays.

Run by

    python3 Tests/Python/test_oodml.py

with NumPy, on a tree of the package with its library and program; with pandas, torch and threadpoolctl it tests more.
"""

import contextlib
import importlib.util
import io
import json
import logging
import math
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "python"))
import numpy as np

import oodml
from oodml import _library

PACKAGE = pathlib.Path(__file__).resolve().parents[2] / "python" / "oodml"
CLASSES, EACH, DIMENSIONS = 24, 10, 8


def features():
    """Rows around the mean of their class, and the classes' labels."""
    random = np.random.default_rng(7)
    numbers = np.arange(CLASSES * EACH) // EACH
    rows = random.normal(size=(CLASSES, DIMENSIONS))[numbers] * 2 + random.normal(size=(len(numbers), DIMENSIONS))
    return rows.astype(np.float32), np.array([f"class {number:02}" for number in numbers])


def run_python(code, *arguments, package=PACKAGE, **options):
    """What a Python of its own prints; its standard error where it fails."""
    environment = options.pop("env", os.environ) | {"PYTHONPATH": str(package.parent), "PYTHONDONTWRITEBYTECODE": "1"}
    found = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=environment,
        **options,
    )
    if found.returncode != 0:
        raise AssertionError(found.stderr)
    return found.stdout.strip()


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.rows, cls.labels = features()

    def setUp(self):
        warnings.simplefilter("ignore", oodml.OodmlWarning)
        self.addCleanup(warnings.resetwarnings)

    def folder(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        return pathlib.Path(folder.name)


class ScoreTests(Case):
    def test_recall_is_counted(self):
        distances = ((self.rows[:, None].astype(float) - self.rows[None]) ** 2).sum(2)
        np.fill_diagonal(distances, np.inf)
        expected = np.mean(self.labels[distances.argmin(1)] == self.labels)
        found = oodml.score(self.rows, self.labels, distance="euclidean", per_query=True, per_class=True)
        self.assertAlmostEqual(found["recall@1"], expected, places=12)
        self.assertAlmostEqual(np.mean(found.per_query["recall@1"]), expected, places=12)
        self.assertEqual(found.queries, 240)
        self.assertEqual(sum(found.per_class["queries"]), 240)
        self.assertAlmostEqual(np.mean(found.per_class["map@r"]), found.class_averaged["map@r"])
        self.assertEqual(set(found), set(found.values_by_metric))
        with self.assertRaisesRegex(KeyError, "recall@3; expected one of"):
            found["recall@3"]

    def test_a_growing_gallery(self):
        grown = oodml.grow(self.rows, self.labels, forecast=[10 * len(set(self.labels))], quiet=True)
        scored = oodml.score(self.rows, self.labels, no_clusters=True, no_structure=True, quiet=True)
        whole = grown.known[grown.class_count]
        self.assertAlmostEqual(whole.value, scored["recall@1"], places=12)
        # Groups of labels are of unequal sizes here, and the gallery keeps its own.
        error = scored.intervals["recall@1"].standard_error
        self.assertLess(abs(whole.standard_error - error), 0.3 * error)
        self.assertEqual(list(grown.forecasts), [10 * grown.class_count])
        self.assertLessEqual(grown.forecasts[10 * grown.class_count].value, whole.value)
        self.assertIn("<svg", grown._repr_html_())
        far = oodml.grow(self.rows, self.labels, distractors=self.rows[:3], forecast=[0], quiet=True)
        self.assertLess(far.known[grown.class_count].value, whole.value)
        self.assertEqual(far.forecasts, {})
        self.assertEqual(set(far.to_frame()["kind"]), {"known"})

    def test_places(self):
        rng = np.random.default_rng(4)
        where = rng.uniform(0, 1500, (500, 2))
        rows = np.concatenate([where / 90, rng.normal(0, 0.3, (500, 2))], axis=1).astype("f4")
        table = {"sample": [f"i{k}" for k in range(500)], "x": where[:, 0].tolist(), "y": where[:, 1].tolist()}
        options = {"radius": 60, "recall_at": [1, 5], "similarity": "euclidean"}
        scores = oodml.places(rows, table, per_query=True, **options)
        gaps = np.linalg.norm(where[:, None] - where[None], axis=2)
        apart = np.linalg.norm(rows[:, None].astype("f8") - rows[None], axis=2)
        np.fill_diagonal(apart, np.inf)
        order = np.argsort(apart, axis=1)
        near = np.take_along_axis(gaps, order, axis=1) <= 60
        near[:, -1] = False
        self.assertEqual((scores.query_count, list(scores.recall)), (500, [1, 5]))
        for n in (1, 5):
            self.assertAlmostEqual(scores.recall[n].value, near[:, :n].any(axis=1).mean())
        self.assertEqual(scores.lone_query_count, (~near.any(axis=1)).sum())
        self.assertLess(scores.recall[1].low, scores.recall[1].value)
        self.assertAlmostEqual(scores.median_error, np.median(gaps[np.arange(500), order[:, 0]]), places=4)
        ranks = [int(row.argmax()) + 1 if row.any() else None for row in near]
        self.assertEqual(scores.per_query["rank"], ranks)
        self.assertEqual(scores.per_query["first"], [f"i{k}" for k in order[:, 0]])
        self.assertEqual(list(scores.to_frame()["n"]), [1, 5])
        splits = oodml.make_splits(
            features=rows,
            positions=table,
            grid=200,
            gap=20,
            out=self.folder() / "town",
            levels=3,
            draws=0,
            folds=0,
            shots=[0],
            min_classes=5,
        )
        curve = oodml.places(rows, table, splits, **options)
        self.assertEqual(list(curve.levels), splits.level_ids)
        self.assertEqual(
            [scores.fid for scores in curve.levels.values()], [splits.level(name).fid for name in splits.level_ids]
        )
        self.assertEqual(len(curve.to_frame()), 2 * len(curve.levels))

    def test_embeddings_are_compared(self):
        noisy = self.rows + 3 * np.random.default_rng(1).normal(size=self.rows.shape)
        found = oodml.compare_embeddings(
            {"model 1.5 <a>": self.rows, "noisy": noisy, "same": self.rows * 2}, self.labels, per_class=True
        )
        self.assertEqual(list(found.models), ["model 1.5 <a>", "noisy", "same"])
        for name, rows in (("model 1.5 <a>", self.rows), ("noisy", noisy)):
            alone = oodml.score(rows, self.labels)
            self.assertEqual(found.models[name].values_by_metric, alone.values_by_metric)
            self.assertEqual(found.models[name].intervals, alone.intervals)
            self.assertLess(alone.intervals["map@r"].low, alone["map@r"])
        self.assertEqual([(pair.first, pair.second) for pair in found.pairs][1], ("model 1.5 <a>", "same"))
        self.assertEqual(found.pairs[1].differences["map@r"].value, 0)
        self.assertEqual(found.pairs[1].p_adjusted["map@r"], 1)
        self.assertLess(found.pairs[0].p_adjusted["map@r"], 0.05)
        self.assertEqual(
            set(found.per_class),
            {"label", "queries", "map@r of model 1.5 <a>", "map@r of noisy", "map@r of same", "best"},
        )
        self.assertLessEqual(set(found.per_class["best"]), {"noisy", ""})
        self.assertIn("model 1.5 &lt;a&gt;", found._repr_html_())
        self.assertNotIn("model-0", found._repr_html_())
        half = {"a": self.rows[::2], "b": noisy[::2]}, {"a": self.rows[1::2], "b": noisy[1::2]}
        options = {"gallery": half[1], "gallery_labels": self.labels[1::2], "no_intervals": True}
        with_gallery = oodml.compare_embeddings(half[0], self.labels[::2], **options)
        alone = oodml.score(half[0]["b"], self.labels[::2], gallery=half[1]["b"], gallery_labels=self.labels[1::2])
        self.assertEqual(with_gallery.models["b"]["map@r"], alone["map@r"])
        for wrong in [self.rows, {"one": self.rows}]:
            with self.assertRaisesRegex(oodml.UsageError, "mapping from two names or more"):
                oodml.compare_embeddings(wrong, self.labels)
        with self.assertRaisesRegex(oodml.UsageError, "with the keys of embeddings"):
            oodml.compare_embeddings(half[0], self.labels[::2], gallery={"b": 1, "a": 2}, gallery_labels=self.labels)

    def test_pairs_are_verified(self):
        found = oodml.verify(self.rows, self.labels, far_at=[0.1, 0.01])
        rows = self.rows.astype(float)
        unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        first, second = np.triu_indices(len(unit), 1)
        scores = np.floor(np.sum(unit[first] * unit[second], axis=1) * 2.0**30 + 0.5)
        labels = np.asarray(self.labels)
        same = labels[first] == labels[second]
        self.assertEqual((found.genuine_pairs, found.impostor_pairs), (int(same.sum()), int((~same).sum())))
        for item, rate in zip(found.thresholds, (0.1, 0.01)):
            refused = np.sort(scores[~same])[::-1][int(rate * (~same).sum())]
            self.assertEqual(item.tar, np.mean(scores[same] > refused))
            self.assertEqual(item.accepted_impostors, int(np.sum(scores[~same] > refused)))
            self.assertAlmostEqual(item.threshold, refused / 2**30, places=8)
            self.assertEqual(found[f"tar@{rate}"], item.tar)
        self.assertLess(found.intervals["eer"].low, found["eer"])
        self.assertIsNone(found.open_set)
        self.assertEqual(list(found.to_frame().index), list(found))
        self.assertIn("impostors", found._repr_html_())
        with self.assertRaisesRegex(KeyError, "tar@0.5; expected one of tar@0.1, "):
            found["tar@0.5"]
        known = np.isin(labels, sorted(set(labels))[: CLASSES // 2])
        rows, table = self.rows[known][::2], labels[known][::2]
        odd = np.ones(len(labels), bool)
        odd[np.flatnonzero(known)[::2]] = False
        opened = oodml.verify(self.rows[odd], labels[odd], gallery=rows, gallery_labels=table, far_at=[0.1])
        self.assertEqual(opened.open_set["unknown"], int((~known).sum()))
        self.assertIn("dir@0.1", opened)

    def test_listed_pairs_are_verified(self):
        names = [f"row-{number}" for number in range(len(self.rows))]
        table = {"sample": names, "label": list(self.labels)}
        pairs = [(a, b) for a in range(0, 60, 3) for b in range(a + 1, a + 12)]
        same = [int(self.labels[a] == self.labels[b]) for a, b in pairs]
        listed = {"a": [names[a] for a, _ in pairs], "b": [names[b] for _, b in pairs], "same": same}
        found = oodml.verify(self.rows, table, pairs=listed, far_at=[0.5])
        self.assertEqual((found.genuine_pairs, found.impostor_pairs), (sum(same), len(same) - sum(same)))
        self.assertGreaterEqual(found.accuracy["best"], max(np.mean(same), 1 - np.mean(same)))
        with self.assertRaisesRegex(oodml.Error, "said to be of"):
            oodml.verify(self.rows, table, pairs={**listed, "same": [1 - value for value in same]})

    def test_arrays_of_all_kinds_are_the_same(self):
        whole = np.round(self.rows * 8)
        expected = oodml.score(whole, self.labels).json
        numbers = np.arange(CLASSES * EACH) // EACH
        for kind in ["f2", "f4", "f8", "<f4", ">f4", ">f8", np.longdouble]:
            self.assertEqual(oodml.score(whole.astype(kind), self.labels).json, expected, kind)
        for rows in [np.asfortranarray(whole), np.repeat(whole, 2, 1)[:, ::2], whole[::-1][::-1], whole.tolist()]:
            self.assertEqual(oodml.score(rows, self.labels).json, expected)
        read_only = whole.copy()
        read_only.flags.writeable = False
        self.assertEqual(oodml.score(read_only, self.labels).json, expected)
        for labels in [
            self.labels.tolist(),
            self.labels.astype(object),
            self.labels.astype("S"),
            {"label": self.labels},
            numbers,
            numbers.tolist(),
            numbers.astype("u1"),
            numbers.astype(">i8"),
            numbers.astype(object),
            numbers * 1.0,
        ]:
            self.assertEqual(oodml.score(whole, labels).json, expected, type(labels))

    def test_a_hold_out_has_parts(self):
        for options, sizes in [
            ({"ratio": "60/20/20"}, {"train": 14, "validation": 5, "test": 5}),
            ({"ratio": "3/1", "difficulty": "easiest", "by": "samples"}, {"train": 18, "test": 6}),
        ]:
            splits = oodml.holdout(features=self.rows, samples=self.labels, draws=0, **options)
            self.assertEqual({part: len(side.class_labels) for part, side in splits.parts.items()}, sizes)
            rows = sorted(row for side in splits.parts.values() for row in side.rows)
            self.assertEqual(rows, list(range(len(self.rows))))
            level = splits.level("holdout")
            self.assertEqual(level.test.class_labels, splits.parts["test"].class_labels)
            test = np.isin(np.arange(len(self.rows)), splits.parts["test"].rows)
            found = oodml.distance(self.rows[~test], self.rows[test]).frechet
            self.assertAlmostEqual(level.fid / found, 1, places=6)
            if "validation" in sizes:
                self.assertEqual(level.folds[0].test.class_labels, splits.parts["validation"].class_labels)
            self.assertEqual(oodml.validate(splits, features=self.rows).violations, [])
        wanted = 1.5 * level.fid
        found = oodml.holdout(features=self.rows, samples=self.labels, draws=0, ratio="3/1", difficulty=wanted)
        self.assertLess(abs(found.level("holdout").fid / wanted - 1), 0.02)
        with self.assertRaisesRegex(oodml.UsageError, "the ratio is .3-1.; expected numbers"):
            oodml.holdout(features=self.rows, samples=self.labels, ratio="3-1")

    def test_inputs_are_not_changed(self):
        rows, labels = self.rows.copy(), self.labels.copy()
        oodml.score(rows, labels, gallery=rows, gallery_labels=labels)
        np.testing.assert_array_equal(rows, self.rows)
        np.testing.assert_array_equal(labels, self.labels)

    def test_labels_are_text_of_any_kind(self):
        names = np.array(["é,\n\"'", "", " b", "NA", "日本", "-1"])
        expected = oodml.score(self.rows[:60], np.arange(60) // 10)
        found = oodml.score(self.rows[:60], {"label": [names[row // 10] or "none" for row in range(60)]})
        self.assertEqual(found.json, expected.json)

    def test_tensors_and_tables(self):
        if importlib.util.find_spec("torch") is not None:
            import torch

            expected = oodml.score(self.rows, np.arange(240) // 10).json
            tensor = torch.tensor(self.rows, requires_grad=True)
            self.assertEqual(oodml.score(tensor, torch.arange(240) // 10).json, expected)
            self.assertEqual(oodml.score(tensor.t().contiguous().t(), torch.arange(240) // 10).json, expected)
            whole = torch.round(tensor * 8)
            self.assertEqual(
                oodml.score(whole.bfloat16(), self.labels).json, oodml.score(whole.float(), self.labels).json
            )
        if importlib.util.find_spec("pandas") is not None:
            import pandas as pd

            expected = oodml.score(self.rows, self.labels)
            frame = pd.DataFrame({"label": self.labels, "camera": "a"})
            self.assertEqual(oodml.score(pd.DataFrame(self.rows), frame["label"]).json, expected.json)
            self.assertEqual(oodml.score(self.rows, frame[["label"]]).json, expected.json)
            table = expected.to_frame()
            self.assertEqual(table.loc["map@r", "mean"], expected["map@r"])
        self.assertIn("<td>map@r</td>", oodml.score(self.rows, self.labels)._repr_html_())

    def test_the_program_gives_the_same_numbers(self):
        folder = self.folder()
        np.save(folder / "rows.npy", self.rows)
        (folder / "labels.csv").write_text("label\n" + "".join(f"{label}\n" for label in self.labels))
        options = {"precision_at": [1, 5], "seed": 3, "lone_queries": "zero"}
        by_program = oodml.score(folder / "rows.npy", str(folder / "labels.csv"), **options)
        in_process = oodml.score(self.rows, self.labels, **options)
        self.assertEqual(in_process.json, by_program.json)
        self.assertEqual(
            oodml.distance(self.rows[:100], self.rows[100:]).json["frechet"],
            oodml.distance(self.rows[:100].tolist(), self.save(folder / "b.npy", self.rows[100:])).json["frechet"],
        )

    @staticmethod
    def save(path, rows):
        np.save(path, rows)
        return path


class ErrorTests(Case):
    def test_wrong_arrays_are_one_sentence(self):
        rows, labels = self.rows, self.labels
        with_nan = rows.copy()
        with_nan[3, 2] = np.nan
        for arguments, message in [
            ((with_nan, labels), "found nan in row 3, column 2"),
            ((np.where(rows > 3, np.inf, rows), labels), "found inf in row"),
            ((rows, labels[:-1]), "found 239 rows; expected 240"),
            ((rows[0], labels[:1]), "expected one of two dimensions"),
            ((rows[None], labels), "expected one of two dimensions"),
            ((rows[:0], labels[:0]), "expected at least one row"),
            (([[1, 2], [3]], [0, 1]), "rows of different lengths"),
            ((rows.astype(complex), labels), "complex128; expected numbers or text"),
            ((np.array([["a"]]), ["a"]), "expected"),
            ((rows, [object()] * 240), "the Python types object; expected numbers alone or text alone"),
            ((rows, [None, *labels[1:]]), "NoneType, str"),
            ((rows, {"label": labels, "camera": labels[:3]}), "label has 240, camera has 3"),
            ((rows, {"name": labels}), "label"),
            ((rows, np.zeros((240, 2))), "expected"),
            ((rows, "no such file.csv"), "no such file"),
            (("no such file.npy", labels), "no such file"),
        ]:
            with self.assertRaises(oodml.Error, msg=message) as caught:
                oodml.score(*arguments)
            self.assertIn(message, str(caught.exception))
            self.assertNotIn("\n", str(caught.exception))
            self.assertNotIn(_library.FOLDER, str(caught.exception))

    def test_wrong_options_are_usage_errors(self):
        for options in [{"recall": 3}, {"distance": "manhattan"}, {"gallery": self.rows}, {"restarts": 0}]:
            with self.assertRaises(oodml.UsageError) as caught:
                oodml.score(self.rows, self.labels, **options)
            self.assertIsInstance(caught.exception, ValueError)
            self.assertNotIn("--", str(caught.exception))

    def test_wrong_galleries_are_refused(self):
        with self.assertRaisesRegex(oodml.Error, "found 3 columns; expected 8"):
            oodml.score(self.rows, self.labels, gallery=self.rows[:, :3], gallery_labels=self.labels)
        with self.assertRaisesRegex(oodml.Error, "none of the 240 queries"):
            oodml.score(self.rows, self.labels, gallery=self.rows, gallery_labels=["x"] * 240)

    def test_a_call_after_an_error_works(self):
        for _ in range(20):
            with self.assertRaises(oodml.Error):
                oodml.score(self.rows, self.labels[:3])
        self.assertGreater(oodml.score(self.rows, self.labels)["recall@1"], 0.5)

    def test_a_missing_library_is_one_sentence(self):
        folder = self.folder() / "oodml"
        shutil.copytree(PACKAGE, folder, ignore=shutil.ignore_patterns("lib", "bin", "__pycache__"))
        code = (
            "import oodml\n"
            "for call in [lambda: oodml.score([[1.0], [2.0]], [0, 0]), lambda: oodml.validate('splits')]:\n"
            "    try: call()\n"
            "    except oodml.Error as error: print(error)\n"
        )
        lines = run_python(code, package=folder).splitlines()
        self.assertEqual(len(lines), 2)
        self.assertIn("liboodml.so: the library cannot be loaded", lines[0])
        self.assertIn("the program cannot be started", lines[1])


class SeriesTests(Case):
    """From features to a comparison."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            cls.splits = oodml.make_splits(features=cls.rows, samples=cls.labels, levels=3, name="mine")
            cls.heads = oodml.train(cls.splits, cls.rows, objective=["arcface", "triplet"], steps=20, seeds=[0, 1])
            cls.results = oodml.evaluate(cls.splits, heads=cls.heads, features=cls.rows)

    def test_splits_are_read(self):
        self.assertEqual(self.splits.level_ids, ["level-1", "level-2", "level-3"])
        self.assertEqual(self.splits.classes, self.labels.tolist())
        self.assertEqual(self.splits.name, "mine")
        self.assertTrue(any("24 classes, 240 samples" in note for note in self.splits.notes))
        self.assertTrue(oodml.validate(self.splits))
        self.assertIn("data:image/svg+xml", self.splits._repr_html_())

    def test_splits_from_files_are_the_same(self):
        folder = self.folder()
        np.save(folder / "rows.npy", self.rows)
        np.save(folder / "labels.npy", self.labels)
        found = oodml.make_splits(
            features=folder / "rows.npy", samples=folder / "labels.npy", levels=3, name="mine", out=folder / "splits"
        )
        self.assertEqual(found.path, folder / "splits")
        self.assertEqual(found.manifest["levels"], self.splits.manifest["levels"])
        with self.assertRaisesRegex(oodml.Error, "splits"):
            oodml.make_splits(features=self.rows, samples=self.labels, levels=3, out=folder / "splits")

    def test_samples_have_names_and_columns(self):
        names = [f"photo {row}" for row in range(240)]
        table = {"sample": names, "class": self.labels, "camera": np.arange(240) % 2}
        splits = oodml.make_splits(features=self.rows, samples=table, levels=3, camera="camera")
        self.assertEqual(splits.samples, names)
        self.assertEqual(splits.column("camera"), ["0", "1"] * 120)

    def test_a_temporary_folder_lasts_as_long_as_the_splits(self):
        warnings.simplefilter("error", ResourceWarning)
        splits = oodml.make_splits(features=self.rows, samples=self.labels, levels=3)
        path = splits.path
        level = splits.level("level-1")
        del splits
        self.assertTrue(path.is_dir())
        side = level.train
        del level
        self.assertFalse(path.exists())
        self.assertEqual(len(side), 120)

    def test_heads_are_maps(self):
        for objective in ["arcface", "triplet"]:
            for seed in [0, 1]:
                head = self.heads.head("level-2", "reverse", objective, seed)
                self.assertEqual((head.metadata["objective"], head.metadata["seed"]), (objective, str(seed)))
                np.testing.assert_allclose(np.linalg.norm(head(self.rows), axis=1), 1, atol=1e-5)
        with self.assertRaisesRegex(oodml.UsageError, "the objective is None; expected one of arcface, triplet"):
            self.heads.head("level-2")
        alone = oodml.train(self.splits, self.rows, objective="arcface", steps=5)
        self.assertEqual(alone.head("level-1").metadata["objective"], "arcface")

    def test_heads_score_as_their_embeddings(self):
        one = next(item for item in self.results if item.model == "ArcFace" and item.seed == "0")
        embeddings = {
            (level.id, level.direction): self.heads.head(level.id, level.direction, "arcface", 0)(self.rows)
            for level in self.splits.levels()
        }
        for given in [embeddings, lambda level: embeddings[level.id, level.direction]]:
            again = oodml.evaluate(self.splits, embeddings=given, features=self.rows)
            self.assertEqual(len(again), 1)
            for metric in ["map@r", "recall@1"]:
                for a, b in zip(one.curve(metric), again[0].curve(metric)):
                    self.assertEqual((a.level, a.fid), (b.level, b.fid))
                    self.assertAlmostEqual(a.value.value, b.value.value, places=4)

    def test_frozen_features_gain_nothing(self):
        found = oodml.evaluate(self.splits, embeddings=lambda level: self.rows, features=self.rows)[0]
        self.assertEqual([point.value.value for point in found.gains()], [0, 0, 0])
        self.assertEqual(found.curve(), found.curve(subject="backbone"))
        for arguments in [{"gallery": "all"}, {"metric": "recall@77"}, {"direction": "up"}]:
            with self.assertRaisesRegex(oodml.UsageError, "expected one of"):
                found.curve(**arguments)

    def test_results_are_compared_and_reported(self):
        self.assertEqual(len(self.results), 4)
        self.assertIn("<svg", self.results._repr_html_())
        comparison = oodml.compare(self.results, backbone=True)
        self.assertEqual(len(comparison.models), 5)
        self.assertIn("<svg", comparison._repr_html_())
        report = oodml.report(self.splits, self.results)
        self.assertIn("<iframe", report._repr_html_())
        if importlib.util.find_spec("pandas") is not None:
            frame = self.results.to_frame()
            self.assertEqual(set(frame["seed"]), {"0", "1"})
            self.assertEqual(len(self.splits.to_frame()), 3)
            self.assertGreater(len(comparison.to_frame()), 0)

    def test_levels_in_an_order_stay_in_it(self):
        order = np.random.default_rng(3).permutation(len(set(self.labels)))
        names = sorted(set(self.labels))
        table = {"sample": [f"s{number:04d}" for number in range(len(self.labels))]}
        table |= {"class": list(self.labels), "year": [2000 + int(order[names.index(label)]) for label in self.labels]}
        splits = oodml.make_splits(features=self.rows, samples=table, order="year", draws=0, min_classes=4, quiet=True)
        evaluation = oodml.evaluate(splits, embeddings=lambda level: self.rows, features=self.rows, quiet=True)[0]
        self.assertEqual(evaluation.axis, {"name": "year", "class_value": "median", "kind": "numbers"})
        places = [point.axis_value for point in evaluation.curve()]
        self.assertEqual(places, sorted(places))
        self.assertEqual(places, [splits.level(name).axis["value"] for name in splits.level_ids])
        self.assertEqual(places, [point.axis_value for point in evaluation.gains()])
        self.assertIsNone(self.results[0].axis)
        self.assertIsNone(self.results[0].curve()[0].axis_value)
        if importlib.util.find_spec("pandas") is not None:
            self.assertEqual(list(splits.to_frame()["axis_value"]), places)
            self.assertEqual(list(dict.fromkeys(evaluation.to_frame()["axis_value"])), places)
            self.assertNotIn("axis_value", self.splits.to_frame())

    def test_the_axis_is_measured(self):
        other = self.rows @ np.random.default_rng(2).normal(size=(self.rows.shape[1], 5))
        results = [item for item in self.results if item.model == "ArcFace"]
        found = oodml.axis(self.splits, self.rows, also={"other 1.5": other}, results=results, quiet=True)
        self.assertEqual([one["name"] for one in found.json["embeddings"]], ["features", "other 1.5"])
        self.assertEqual(str(found).splitlines(), found.answer)
        self.assertGreater(len(found.answer), 3)
        self.assertIn("<svg", found._repr_html_())
        self.assertTrue((found.path / "novelty.csv").is_file())
        if importlib.util.find_spec("pandas") is not None:
            frame = found.to_frame()
            self.assertEqual(len(frame), 2 * 3 * 5)
            own = frame[(frame["embeddings"] == "features") & (frame["measure"] == "frechet")]
            np.testing.assert_allclose(own["value"], own["fid"], rtol=1e-9)
            self.assertEqual(len(found.agreement()), 45)
            self.assertEqual(set(found.slopes()["subject"]), {"model", "backbone", "lead"})
        with self.assertRaisesRegex(oodml.UsageError, "expected a mapping from names"):
            oodml.axis(self.splits, self.rows, also=other)
        with self.assertRaisesRegex(oodml.UsageError, "expected one without slashes"):
            oodml.axis(self.splits, self.rows, also={"a/b": other})
        with self.assertRaisesRegex(oodml.Error, "the file that the splits were made from"):
            oodml.axis(self.splits, self.rows + 1)

    def test_wrong_shapes_are_refused(self):
        for call in [
            lambda: oodml.train(self.splits, self.rows[:-1], objective="arcface"),
            lambda: oodml.evaluate(self.splits, embeddings=lambda level: self.rows[:7]),
            lambda: oodml.evaluate(self.splits, embeddings={}),
            lambda: oodml.evaluate(self.splits, heads=self.heads, features=self.rows[:, :3]),
            lambda: oodml.make_splits(features=self.rows, samples=self.labels, levels=-1),
            lambda: oodml.make_splits(features=self.rows, samples=["x"] * 240),
            lambda: oodml.make_splits(features=self.rows, samples={"sample": ["a"] * 240, "class": self.labels}),
        ]:
            with self.assertRaises(oodml.Error) as caught:
                call()
            self.assertNotIn("\n", str(caught.exception))
            self.assertIn("expected", str(caught.exception))

    def test_nothing_is_printed(self):
        streams = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(streams[0]), contextlib.redirect_stderr(streams[1]):
            oodml.make_splits(features=self.rows, samples=self.labels, levels=3)
        self.assertEqual([stream.getvalue() for stream in streams], ["", ""])

    def test_warnings_and_notes_are_pythons(self):
        few, labels = self.rows[:40], np.arange(40) // 4
        with self.assertWarns(oodml.OodmlWarning) as caught, self.assertLogs("oodml", logging.INFO) as log:
            splits = oodml.make_splits(features=few, samples=labels, levels=9)
        self.assertEqual(pathlib.Path(caught.filename), pathlib.Path(__file__))
        self.assertEqual(splits.warnings, [str(caught.warning)])
        self.assertIn("levels that differ by 1 %, not 9", splits.warnings[0])
        self.assertTrue(any("40 samples" in line for line in log.output))


INTERRUPT = """
import _thread, os, signal, sys, threading, time
import numpy as np, oodml
# A shell that puts its jobs into the background makes them ignore interrupts.
signal.signal(signal.SIGINT, signal.default_int_handler)
random = np.random.default_rng(0)
rows, labels = random.normal(size=(40000, 128)).astype("f4"), np.arange(40000) // 8
splits = oodml.make_splits(features=rows[:800, :16], samples=labels[:800], levels=3)
np.save(sys.argv[1] + "/rows.npy", rows)
np.save(sys.argv[1] + "/labels.npy", labels)
calls = [
    lambda: oodml.score(rows, labels),
    lambda: oodml.train(splits, rows[:800, :16], objective="arcface", steps=10**7),
    lambda: oodml.make_splits(features=rows[:4000, :64], samples=labels[:4000]),
    lambda: oodml.score(sys.argv[1] + "/rows.npy", sys.argv[1] + "/labels.npy"),  # by the program
]
for call in calls:
    times = []
    def interrupt():
        time.sleep(0.7)
        times.append(time.monotonic())
        if call is calls[0]:
            os.kill(os.getpid(), signal.SIGINT)
        else:
            _thread.interrupt_main()
    threading.Thread(target=interrupt).start()
    try:
        call()
        print("was not interrupted")
    except KeyboardInterrupt:
        print(time.monotonic() - times[0])
    assert oodml.score(rows[:16], labels[:16])["recall@1"] <= 1
try:
    os.waitpid(-1, os.WNOHANG)
    print("a child is left")
except ChildProcessError:
    pass
"""

KILL = """
import os, pathlib, signal, sys, threading, time
import numpy as np, oodml
rows, labels = np.random.default_rng(0).normal(size=(40000, 128)).astype("f4"), np.arange(40000) // 8
np.save(sys.argv[1] + "/rows.npy", rows)
np.save(sys.argv[1] + "/labels.npy", labels)
def kill():
    own = str(os.getpid())
    while True:
        time.sleep(0.3)
        for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
            try:
                name, rest = path.read_text().rsplit(") ", 1)
            except OSError:
                continue
            if rest.split()[1] == own:
                os.kill(int(path.parent.name), int(sys.argv[2]))
                return
threading.Thread(target=kill).start()
try:
    oodml.score(sys.argv[1] + "/rows.npy", sys.argv[1] + "/labels.npy")
except oodml.Error as error:
    print(error)
"""

THREADS = """
import json
import numpy as np, oodml, threadpoolctl
try:
    import torch
except ImportError:
    torch = None
def state():
    pools = [(pool["filepath"], pool["num_threads"]) for pool in threadpoolctl.threadpool_info()]
    return sorted(pools), torch and torch.get_num_threads()
rows = np.random.default_rng(0).normal(size=(2000, 64))
product = rows.T @ rows
threadpoolctl.threadpool_limits(1)
before = state()
assert before[0]
oodml.score(rows, np.arange(2000) // 8)
own = {name for name, _ in state()[0]} - {name for name, _ in before[0]}
assert not own, own
assert state() == before, (before, state())
assert np.allclose(rows.T @ rows, product, rtol=1e-12)
with threadpoolctl.threadpool_limits(2):
    assert all(count <= 2 for _, count in state()[0])
    oodml.distance(rows[:1000], rows[1000:])
assert state() == before
print("same")
"""

FORK = """
import os, sys
import numpy as np, oodml
rows, labels = np.random.default_rng(0).normal(size=(20, 3)), np.arange(20) // 4
if sys.argv[1] == "used":
    oodml.score(rows, labels)
child = os.fork()
if child == 0:
    try:
        print(oodml.score(rows, labels)["recall@1"] <= 1, flush=True)
    except oodml.Error as error:
        print(error, flush=True)
    os._exit(0)
os.waitpid(child, 0)
print(oodml.score(rows, labels)["recall@1"] <= 1)
"""

ALL = """
import json, sys
import numpy as np, oodml
random = np.random.default_rng(0)
rows, labels = random.normal(size=(120, 6)), np.arange(120) // 6
splits = oodml.make_splits(features=rows, samples=labels, levels=3)
results = oodml.evaluate(splits, embeddings=lambda level: rows, features=rows)
assert oodml.validate(splits)
print(json.dumps([oodml.__file__, str(oodml._library.folder()), oodml.score(rows, labels)["map@r"]]))
"""


class ProcessTests(Case):
    def test_an_interrupt_ends_a_call(self):
        lines = run_python(INTERRUPT, self.folder()).splitlines()
        self.assertEqual(len(lines), 4)
        for line in lines:
            self.assertLess(float(line), 2)

    def test_a_killed_program_is_one_sentence(self):
        found = run_python(KILL, self.folder(), int(signal.SIGKILL))
        self.assertEqual(
            found, "the program was ended by the signal SIGKILL; a system short of memory does that", found
        )

    def test_threads_of_others_are_left_alone(self):
        if importlib.util.find_spec("threadpoolctl") is None:
            self.skipTest("there is no threadpoolctl")
        self.assertEqual(run_python(THREADS), "same")

    def test_a_forked_process_is_told(self):
        self.assertEqual(run_python(FORK, "new").splitlines(), ["True", "True"])
        child, parent = run_python(FORK, "used").splitlines()
        self.assertIn("forked from one that has used oodml", child)
        self.assertEqual(parent, "True")

    def test_calls_from_many_threads_are_the_same(self):
        from concurrent.futures import ThreadPoolExecutor

        parts = [(self.rows[: 20 + 10 * part], self.labels[: 20 + 10 * part]) for part in range(12)]
        expected = [oodml.score(*part).json for part in parts]
        with ThreadPoolExecutor(6) as pool:
            self.assertEqual([found.json for found in pool.map(lambda part: oodml.score(*part), parts)], expected)

    def test_it_works_where_nothing_can_be_written_but_scratch(self):
        # As another user whom the package does not belong to, without HOME.
        folder = self.folder()
        package = folder / "site-packages" / "oodml"
        shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
        for path in [folder, package.parent, *package.parent.rglob("*")]:
            path.chmod(0o555 if path.is_dir() or path.suffix == ".so" or path.parent.name == "bin" else 0o444)
        self.addCleanup(lambda: [path.chmod(0o755) for path in [folder, *folder.rglob("*")] if path.is_dir()])
        environment = {name: value for name, value in os.environ.items() if name not in ("HOME", "XDG_CACHE_HOME")}
        options = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
        try:
            run_python("import numpy", package=package, cwd="/", **options)
        except (OSError, AssertionError):
            options = {}  # others cannot run this Python
        files = sorted(package.rglob("*"))
        place, home, score = json.loads(run_python(ALL, package=package, env=environment, cwd="/", **options))
        self.assertEqual(pathlib.Path(place).parent, package)
        self.assertEqual(pathlib.Path(home), package)
        self.assertTrue(0 <= score <= 1)
        self.assertEqual(sorted(package.rglob("*")), files)

    def test_two_copies_stand_side_by_side(self):
        folder = self.folder()
        packages = [folder / name / "oodml" for name in ("old", "new")]
        for package in packages:
            shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
        found = [json.loads(run_python(ALL, package=package)) for package in packages]
        self.assertEqual([pathlib.Path(place).parent for place, _, _ in found], packages)
        self.assertEqual(found[0][2], found[1][2])
        # Even in one process, by other names.
        packages[1].rename(packages[0].parent / "oodml_new")
        code = (
            "import numpy as np, oodml, oodml_new\n"
            "rows = np.random.default_rng(0).normal(size=(40, 3))\n"
            "print({package.score(rows, np.arange(40) // 4)['map@r'] for package in (oodml, oodml_new)}.__len__())\n"
        )
        self.assertEqual(run_python(code, package=packages[0]), "1")

    def test_import_is_light(self):
        code = "import sys, oodml, oodml.pml; print([n for n in ('numpy', 'torch', 'pandas') if n in sys.modules])"
        self.assertEqual(run_python(code), "[]")

    def test_the_module_is_the_program(self):
        found = subprocess.run(
            [sys.executable, "-m", "oodml", "--version"],
            env=os.environ | {"PYTHONPATH": str(PACKAGE.parent)},
            capture_output=True,
            text=True,
            check=True,
        )
        self.assertEqual(found.stdout.strip(), f"oodml {oodml.__version__}")


class DistanceTests(Case):
    def test_it_is_that_of_gaussians(self):
        a, b = self.rows[:120].astype(float), self.rows[120:].astype(float)
        covariances = np.cov(a.T), np.cov(b.T)
        values = np.linalg.eigvals(covariances[0] @ covariances[1])
        expected = ((a.mean(0) - b.mean(0)) ** 2).sum() + sum(map(np.trace, covariances))
        expected -= 2 * np.sqrt(np.maximum(values.real, 0)).sum()
        found = oodml.distance(a, b)
        self.assertAlmostEqual(found.frechet, expected, places=8)
        self.assertAlmostEqual(found.mean_part + found.covariance_part, found.frechet, places=8)
        self.assertEqual((found.n_a, found.n_b, found.d), (120, 120, 8))
        self.assertTrue(math.isclose(oodml.distance(a, a).frechet, 0, abs_tol=1e-9))


class HelpTests(unittest.TestCase):
    """What Python shows of the functions."""

    def test_options_are_in_help_and_signatures(self):
        import inspect

        for function, option in [(oodml.train, "objective"), (oodml.make_splits, "min_classes"), (oodml.score, "ties")]:
            self.assertIn(option, inspect.signature(function).parameters)
            self.assertIn(f"{option}: ", function.__doc__)

    def test_wrong_names_are_corrected(self):
        with self.assertRaisesRegex(oodml.UsageError, "has no argument sample; did you mean samples"):
            oodml.make_splits(features=[[0.0]], sample=["a"])


if __name__ == "__main__":
    unittest.main()
