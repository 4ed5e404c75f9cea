"""Tests of oodml.pml: against stored values of pytorch-metric-learning, brute force, and the library where it is there.

Run by

    python3 Tests/Python/test_pml.py

with NumPy, on a tree of the package with its library; with torch and pytorch-metric-learning it tests more.
"""

import importlib.util
import json
import logging
import math
import pathlib
import sys
import unittest
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "python"))
import numpy as np

import oodml
from oodml.pml import AccuracyCalculator

STORED = pathlib.Path(__file__).with_name("pml_accuracy.json")
RANKS = ("NMI", "AMI")  # what is left out to have ranks alone
HAS_PML = importlib.util.find_spec("pytorch_metric_learning") is not None


def by_brute_force(query, labels, reference=None, reference_labels=None, includes=False, k=None, average="queries"):
    """The metrics of ranks by their definitions, from a sorted list of items for each query."""
    if reference is None:
        reference, reference_labels, includes = query, labels, True
    largest = max(sum(other == label for other in reference_labels) for label in labels) - includes
    found = {}
    for place, (row, label) in enumerate(zip(query, labels)):
        relevant = sum(other == label for other in reference_labels) - includes
        if relevant <= 0:
            continue
        items = [item for item in range(len(reference)) if not (includes and item == place)]
        items.sort(key=lambda item: (sum((a - b) ** 2 for a, b in zip(row, reference[item])), item))
        count = len(items) if k is None else largest if k == "max_bin_count" else k
        hits = [reference_labels[item] == label for item in items[:count]]
        precisions = [sum(hits[: n + 1]) / (n + 1) if hit else 0 for n, hit in enumerate(hits)]
        first = hits.index(True) + 1 if True in hits else math.inf
        found.setdefault(label, []).append(
            {
                "mean_average_precision": sum(precisions) / relevant,
                "mean_average_precision_at_r": sum(precisions[:relevant]) / relevant,
                "mean_reciprocal_rank": 1 / first,
                "precision_at_1": float(hits[0]),
                "r_precision": sum(hits[:relevant]) / min(relevant, len(hits)),
            }
        )
    names = next(iter(found.values()))[0]
    queries = [scores for label in sorted(found) for scores in found[label]]
    classes = {name: [np.mean([s[name] for s in found[label]]) for label in sorted(found)] for name in names}
    if average == "list":
        return classes
    if average == "classes":
        return {name: np.mean(values) for name, values in classes.items()}
    return {name: np.mean([scores[name] for scores in queries]) for name in names}


class Case(unittest.TestCase):
    def setUp(self):
        warnings.simplefilter("error", oodml.OodmlWarning)
        self.addCleanup(warnings.resetwarnings)

    def assert_close(self, found, expected, tolerance=1e-6, where=None):
        self.assertEqual(list(found), list(expected), where)
        for name, value in expected.items():
            np.testing.assert_allclose(found[name], value, rtol=0, atol=tolerance, err_msg=f"{name} {where}")


class StoredTests(Case):
    def test_values_are_those_of_pml(self):
        warnings.simplefilter("ignore", oodml.OodmlWarning)
        cases = json.loads(STORED.read_text(encoding="utf-8"))
        self.assertGreater(len(cases), 5)
        for case in cases:
            arguments = [value if isinstance(value, bool) else np.array(value) for value in case["arguments"]]
            for item in case["accuracies"]:
                calculator = AccuracyCalculator(
                    kmeans_func=lambda x, count, case=case: np.array(case["clusters"]), **item["options"]
                )
                self.assert_close(calculator.get_accuracy(*arguments), item["accuracy"], where=item["options"])


class RankTests(Case):
    def test_metrics_are_those_of_their_definitions(self):
        warnings.simplefilter("ignore", oodml.OodmlWarning)
        random = np.random.default_rng(5)
        for count, others, classes in [(2, 1, 1), (7, 3, 2), (30, 20, 5), (40, 0, 30)]:
            # On a coarse grid many distances are equal, and go by the order of rows.
            query, labels = random.integers(0, 3, (count, 2)) / 2, random.integers(0, classes, count)
            reference, reference_labels = random.integers(0, 3, (others, 2)) / 2, random.integers(0, classes, others)
            inputs = [(query, labels)]
            if others > 1:
                both = np.concatenate([query, reference]), np.concatenate([labels, reference_labels])
                inputs += [(query, labels, reference, reference_labels), (query, labels, *both, True)]
            for arguments in inputs:
                for k in [None, "max_bin_count", 1, 2]:
                    for average in ["queries", "classes", "list"]:
                        calculator = AccuracyCalculator(
                            exclude=RANKS, k=k, avg_of_avgs=average == "classes", return_per_class=average == "list"
                        )
                        expected = by_brute_force(*arguments, k=k, average=average)
                        self.assert_close(
                            calculator.get_accuracy(*arguments), expected, 1e-12, (count, k, average, len(arguments))
                        )

    def test_the_same_points_as_a_reference_find_themselves(self):
        rows, labels = np.arange(10.0)[:, None], np.arange(10)
        calculator = AccuracyCalculator(exclude=RANKS)
        found = calculator.get_accuracy(rows, labels, rows, labels)
        self.assertEqual(set(found.values()), {1.0})

    def test_a_moved_item_is_missed(self):
        query, labels = np.arange(10.0)[:, None], np.arange(10)
        reference = query.copy()
        reference[3] = 1000
        found = AccuracyCalculator(exclude=RANKS, k=1).get_accuracy(query, labels, reference, labels)
        self.assert_close(found, dict.fromkeys(found, 0.9), 1e-12)
        found = AccuracyCalculator(exclude=RANKS).get_accuracy(query, labels, reference, labels)
        # At its end of the ranking, the moved one is found as the tenth.
        self.assertAlmostEqual(found["mean_reciprocal_rank"], 0.91)
        self.assertAlmostEqual(found["mean_average_precision_at_r"], 0.9)

    def test_a_k_above_the_number_of_items_is_all(self):
        random = np.random.default_rng(2)
        rows, labels = random.normal(size=(20, 3)), random.integers(0, 4, 20)
        all_items = AccuracyCalculator(exclude=RANKS).get_accuracy(rows, labels)
        self.assert_close(AccuracyCalculator(exclude=RANKS, k=100).get_accuracy(rows, labels), all_items, 1e-12)

    def test_labels_are_compared_as_they_are(self):
        rows = np.array([[0.0], [1.0], [2.0], [3.0]])
        found = AccuracyCalculator(include=("precision_at_1",)).get_accuracy(rows, [16777216, 16777217] * 2)
        self.assertEqual(found, {"precision_at_1": 0.0})
        found = AccuracyCalculator(include=["precision_at_1"], return_per_class=True).get_accuracy(
            [[0.0], [0.1], [5.0], [9.0], [9.1]], ["é", "é", "b", "c", "c"]
        )
        self.assertEqual(found, {"precision_at_1": [1.0, 1.0]})
        # Classes come in the order of the labels, whatever the order of rows.
        rows = np.array([[0.0], [0.1], [5.0], [0.2], [5.1]])
        found = AccuracyCalculator(include=["precision_at_1"], return_per_class=True).get_accuracy(
            rows, [10.0, 10.0, 2.0, -3.0, -3.0]
        )
        self.assertEqual(found, {"precision_at_1": [0.0, 1.0]})

    def test_types_of_arrays_do_not_matter(self):
        random = np.random.default_rng(3)
        rows, labels = random.integers(-9, 9, (30, 4)), random.integers(0, 4, 30)
        calculator = AccuracyCalculator(exclude=RANKS)
        expected = calculator.get_accuracy(rows.astype(float), labels)
        for kind in ["i8", "f2", "f4", ">f8", "u1"]:
            shifted = rows + 9 if kind == "u1" else rows
            self.assertEqual(calculator.get_accuracy(shifted.astype(kind), labels.astype("u1")), expected, kind)
        self.assertEqual(calculator.get_accuracy(np.asfortranarray(rows), labels[:, None]), expected)
        self.assertEqual(calculator.get_accuracy(rows.tolist(), labels.tolist()), expected)


class LoneTests(Case):
    def test_lone_queries_do_not_count(self):
        rows, labels = np.array([[0.0], [0.1], [0.2], [5.0], [9.0]]), [0, 0, 0, 1, 2]
        for options, expected in [({}, 1.0), ({"avg_of_avgs": True}, 1.0), ({"return_per_class": True}, [1.0])]:
            found = AccuracyCalculator(exclude=RANKS, **options).get_accuracy(rows, labels)
            self.assertEqual(list(found.values()), [expected] * 5)

    def test_labels_may_be_missing_in_the_reference(self):
        found = AccuracyCalculator(include=("precision_at_1",), return_per_class=True).get_accuracy(
            np.array([[0.0], [1.0], [2.0]]), [3, 1, 2], np.array([[0.0], [2.2]]), [3, 7]
        )
        self.assertEqual(found, {"precision_at_1": [1.0]})

    def test_without_any_answer_metrics_are_nan(self):
        rows = np.array([[0.0], [1.0], [2.0]])
        for arguments in [(rows, [0, 1, 2]), (rows, [0, 0, 1], rows, [2, 3, 3]), (rows[:1], [0])]:
            for k in [None, "max_bin_count", 1]:
                calculator = AccuracyCalculator(exclude=RANKS, k=k, return_per_class=True)
                with self.assertWarnsRegex(oodml.OodmlWarning, "none of the queries has an item of its label"):
                    found = calculator.get_accuracy(*arguments)
                for values in found.values():
                    self.assertEqual(len(values), len(set(arguments[1])))
                    self.assertTrue(all(math.isnan(value) for value in values))
        with self.assertWarns(oodml.OodmlWarning):
            found = AccuracyCalculator().get_accuracy(rows, [0, 1, 2])
        self.assertTrue(math.isnan(found["precision_at_1"]))
        self.assertEqual((found["NMI"], found["AMI"]), (1, 1))


class ArgumentTests(Case):
    def setUp(self):
        super().setUp()
        random = np.random.default_rng(4)
        self.rows, self.labels = random.normal(size=(12, 3)), np.arange(12) // 4

    def test_metrics_are_chosen_as_in_pml(self):
        calculator = AccuracyCalculator()
        self.assertEqual(list(calculator.get_accuracy(self.rows, self.labels)), calculator.get_curr_metrics())
        self.assertEqual(len(calculator.get_curr_metrics()), 7)
        found = calculator.get_accuracy(self.rows, self.labels, include=("NMI", "r_precision"), exclude=("NMI",))
        self.assertEqual(list(found), ["r_precision"])
        self.assertEqual(calculator.get_curr_metrics(), ["r_precision"])
        calculator = AccuracyCalculator(include=("NMI", "mean_reciprocal_rank"))
        self.assertEqual(list(calculator.get_accuracy(self.rows, self.labels)), ["NMI", "mean_reciprocal_rank"])
        # What was left out at the start does not come back.
        self.assertEqual(calculator.get_accuracy(self.rows, self.labels, include=("AMI",)), {})
        self.assertEqual(AccuracyCalculator(avg_of_avgs=True).description(), "avg_of_avgs")

    def test_wrong_arguments_are_refused(self):
        for options in [
            {"include": ("recall",)},
            {"exclude": ["NMI", "map"]},
            {"k": 0},
            {"k": -1},
            {"k": 1.5},
            {"k": True},
            {"k": "max"},
            {"avg_of_avgs": True, "return_per_class": True},
        ]:
            with self.assertRaises(ValueError, msg=options):
                AccuracyCalculator(**options)
        with self.assertRaises(TypeError):
            AccuracyCalculator(include="NMI")
        calculator = AccuracyCalculator(exclude=RANKS)
        for arguments in [
            (self.rows, self.labels[:-1]),
            (self.rows, self.labels, self.rows, self.labels[:-1]),
            (self.rows, self.labels, self.rows + 1, self.labels, True),
            (self.rows, self.labels, self.rows, self.labels + 1, True),
            (self.rows, self.labels, self.rows[:5], self.labels[:5], True),
            (self.rows, self.labels, self.rows),
            (self.rows[0], self.labels[:1]),
            (self.rows[:0], self.labels[:0]),
            (self.rows, np.where(self.labels == 1, np.nan, self.labels)),
        ]:
            with self.assertRaises(ValueError):
                calculator.get_accuracy(*arguments)

    def test_errors_name_the_arguments(self):
        calculator = AccuracyCalculator(exclude=RANKS)
        wrong = self.rows.copy()
        wrong[2, 1] = np.nan
        with self.assertRaisesRegex(oodml.Error, "^query: found nan in row 2, column 1"):
            calculator.get_accuracy(wrong, self.labels)
        with self.assertRaisesRegex(oodml.Error, "^reference: found nan in row 2, column 1"):
            calculator.get_accuracy(self.rows, self.labels, wrong, self.labels)
        with self.assertRaisesRegex(oodml.Error, "^reference: found 2 columns; expected 3, as query has"):
            calculator.get_accuracy(self.rows, self.labels, wrong[3:, :2], self.labels[3:])

    def test_what_is_not_supported_names_the_class_that_does(self):
        name = "pytorch_metric_learning.utils.accuracy_calculator.AccuracyCalculator"

        class Own(AccuracyCalculator):
            def calculate_precision_at_2(self, knn_labels, query_labels, **kwargs):
                return 0

        class FaissKNN:
            index_init_fn = type("IndexIVFFlat", (), {})

        for make in [
            Own,
            lambda: AccuracyCalculator(label_comparison_fn=lambda a, b: a == b),
            lambda: AccuracyCalculator(knn_func="manhattan"),
            lambda: AccuracyCalculator(knn_func=FaissKNN()),
            lambda: AccuracyCalculator(knn_func=lambda query, k, reference, includes: None),
            lambda: AccuracyCalculator().get_accuracy(self.rows, np.stack([self.labels, self.labels], 1)),
        ]:
            with self.assertRaisesRegex(NotImplementedError, name):
                make()

    def test_distances_can_be_named(self):
        rows = np.array([[1.0, 0.0], [4.0, 0.4], [1.1, 0.4], [3.0, 1.2]])
        for name, expected in [("euclidean", 0.0), ("cosine", 1.0), ("inner-product", 0.25)]:
            found = AccuracyCalculator(include=("precision_at_1",), knn_func=name).get_accuracy(rows, [0, 0, 1, 1])
            self.assertEqual(found["precision_at_1"], expected, name)

    def test_a_small_k_is_pointed_out(self):
        with self.assertWarnsRegex(oodml.OodmlWarning, "r_precision end at k = 2, below the 3 items"):
            AccuracyCalculator(include=("r_precision",), k=2).get_accuracy(self.rows, self.labels)
        AccuracyCalculator(include=("mean_average_precision",), k=2).get_accuracy(self.rows, self.labels)

    def test_rounded_queries_are_those_of_the_reference(self):
        calculator = AccuracyCalculator(exclude=RANKS)
        expected = calculator.get_accuracy(self.rows, self.labels)
        rounded = self.rows.astype("f4")
        self.assert_close(calculator.get_accuracy(rounded, self.labels, self.rows, self.labels, True), expected, 1e-12)


@unittest.skipUnless(HAS_PML, "there is no pytorch-metric-learning")
class LibraryTests(Case):
    def setUp(self):
        super().setUp()
        logging.disable(logging.WARNING)
        self.addCleanup(logging.disable, logging.NOTSET)
        import torch

        self.device = torch.device("cpu")

    def test_random_sets_score_as_by_the_library(self):
        from pytorch_metric_learning.utils.accuracy_calculator import AccuracyCalculator as Original

        warnings.simplefilter("ignore")
        for seed in range(12):
            random = np.random.default_rng(seed)
            count, others, classes = (int(random.integers(low, high)) for low, high in [(2, 40), (1, 40), (1, 9)])
            query, labels = random.normal(size=(count, 5)).astype("f4"), random.integers(0, classes, count)
            reference, own = random.normal(size=(others, 5)).astype("f4"), random.integers(0, classes, others)
            both = np.concatenate([query, reference]), np.concatenate([labels, own])
            for arguments in [(query, labels), (query, labels, reference, own), (query, labels, *both, True)]:
                for k in [None, "max_bin_count", 1]:
                    for options in [{}, {"avg_of_avgs": True}, {"return_per_class": True}]:
                        given = {"exclude": RANKS, "k": k, "device": self.device, **options}
                        expected = Original(**given).get_accuracy(*arguments)
                        self.assert_close(
                            AccuracyCalculator(**given).get_accuracy(*arguments), expected, where=(seed, given)
                        )

    def test_tensors_and_distances_of_the_library(self):
        import faiss
        import torch
        from pytorch_metric_learning import distances
        from pytorch_metric_learning.utils.accuracy_calculator import AccuracyCalculator as Original
        from pytorch_metric_learning.utils.inference import CustomKNN, FaissKMeans, FaissKNN

        random = np.random.default_rng(9)
        rows = torch.tensor(random.normal(size=(60, 6)), dtype=torch.float32, requires_grad=True)
        labels = torch.tensor(np.arange(60) % 7)
        for knn in [
            FaissKNN(),
            FaissKNN(index_init_fn=faiss.IndexFlatIP),
            CustomKNN(distances.CosineSimilarity()),
            CustomKNN(distances.LpDistance(), batch_size=13),
            CustomKNN(distances.LpDistance(normalize_embeddings=False)),
            CustomKNN(distances.DotProductSimilarity(normalize_embeddings=False)),
        ]:
            given = {"knn_func": knn, "kmeans_func": FaissKMeans(niter=5), "device": self.device}
            expected = Original(**given).get_accuracy(rows.detach(), labels)
            self.assert_close(AccuracyCalculator(**given).get_accuracy(rows, labels), expected)
        with self.assertRaisesRegex(NotImplementedError, "CustomKNN with LpDistance"):
            AccuracyCalculator(knn_func=CustomKNN(distances.LpDistance(p=1)))
        AccuracyCalculator(label_comparison_fn=torch.eq)

    def test_the_testers_of_the_library_take_it(self):
        import torch
        from pytorch_metric_learning import testers

        random = np.random.default_rng(8)
        rows = torch.tensor(random.normal(size=(40, 5)), dtype=torch.float32)
        data = torch.utils.data.TensorDataset(rows, torch.tensor(np.arange(40) % 4))
        calculator = AccuracyCalculator(include=("precision_at_1", "mean_average_precision_at_r"), k="max_bin_count")
        tester = testers.GlobalEmbeddingSpaceTester(
            accuracy_calculator=calculator, data_device=self.device, dataloader_num_workers=0
        )
        found = tester.test({"val": data}, 1, torch.nn.Identity())["val"]
        normalised = torch.nn.functional.normalize(rows)
        expected = calculator.get_accuracy(normalised, data.tensors[1])
        self.assertAlmostEqual(found["precision_at_1_level0"], expected["precision_at_1"])
        self.assertAlmostEqual(
            found["mean_average_precision_at_r_level0"], expected["mean_average_precision_at_r"], places=6
        )


if __name__ == "__main__":
    unittest.main()
