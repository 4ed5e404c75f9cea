"""What once gave a wrong number, lost a result, or left a program running.

python3 Tests/Python/test_faults.py
"""

import copy
import os
import pathlib
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "python"))
import numpy as np

import oodml

PACKAGE = pathlib.Path(oodml.__file__).resolve().parents[1]


def data():
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(40), 10)
    return (rng.normal(size=(40, 8))[labels] + rng.normal(size=(400, 8))).astype("f4"), labels


class LabelTests(unittest.TestCase):
    """Gaps are no labels."""

    def setUp(self):
        self.features, labels = data()
        self.labels = [f"class {label}" for label in labels]

    def refused(self, labels, sentence):
        with self.assertRaisesRegex(oodml.UsageError, sentence):
            oodml.score(self.features, labels)

    def test_gaps_are_refused(self):
        self.refused([float("nan"), *self.labels[1:]], "Python types float, str")
        self.refused([None, *self.labels[1:]], "Python types NoneType, str")
        self.refused({"label": [*self.labels[:7], float("nan"), *self.labels[8:]]}, "no label in row 7")
        self.refused({"label": [None, *self.labels[1:]]}, "no label in row 0")
        self.refused(np.where(np.arange(400) == 5, np.nan, 1.0), "NaN in row 5")
        self.refused(np.ma.masked_array(np.arange(400), np.arange(400) < 3), "masked")
        self.refused(None, "found None")

    def test_numbers_and_texts_are_not_mixed(self):
        self.refused([1] * 200 + ["1"] * 200, "another than the first in row 200")

    def test_whole_numbers_are_vectors(self):
        whole = np.rint(self.features * 100)
        expected = oodml.score(whole, self.labels, no_clusters=True)["map@r"]
        self.assertEqual(oodml.score(whole.astype(np.int32), self.labels, no_clusters=True)["map@r"], expected)


class EvaluationTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        warnings.simplefilter("ignore", oodml.OodmlWarning)
        cls.features, cls.labels = data()
        cls.splits = oodml.make_splits(features=cls.features, samples=cls.labels, levels=3, draws=0)

    def test_paths_of_each_task_are_those_of_the_task(self):
        noise = np.random.default_rng(1).normal(size=self.features.shape).astype("f4")
        with tempfile.TemporaryDirectory() as folder:
            paths = {"good": pathlib.Path(folder) / "good.npy", "noise": pathlib.Path(folder) / "noise.npy"}
            np.save(paths["good"], self.features)
            np.save(paths["noise"], noise)
            arrays = {"good": self.features, "noise": noise}
            results = []
            for source in (paths, arrays):
                embeddings = {
                    (level.id, level.direction): source["good" if level.id == "level-3" else "noise"]
                    for level in self.splits.levels()
                }
                results.append(oodml.evaluate(self.splits, embeddings=embeddings, name="mine", matched_draws=0)[0])
        self.assertEqual(results[0].curve(), results[1].curve())
        self.assertEqual(results[0].model, "mine")
        values = [point.value.value for point in results[0].curve()]
        self.assertLess(max(values[:2]), values[2] / 2)

    def test_curves_need_no_errors(self):
        results = oodml.evaluate(self.splits, embeddings=lambda _: self.features, confidence="none", matched_draws=0)
        points = results[0].curve("recall@1", "full")
        self.assertEqual(len(points), 3)
        self.assertIsNone(points[0].value.low)
        with self.assertRaisesRegex(oodml.UsageError, r"expected one of .*map@r"):
            results[0].curve("nonsense")

    def test_names_lead_nowhere(self):
        for name in ("..", ".", "", "a/b", "a\0b", 5):
            with self.assertRaises(oodml.UsageError):
                oodml.evaluate(self.splits, embeddings=lambda _: self.features, name=name)

    def test_temporary_results_outlive_copies_and_forks(self):
        heads = oodml.train(self.splits, self.features, objective="triplet", steps=5, dimension=4, batch_classes=4)
        twin = copy.deepcopy(heads)
        with self.assertRaises(TypeError):
            pickle.dumps(heads)
        if os.fork() == 0:
            try:
                sys.exit(0)
            finally:
                # As an interpreter that ends does.
                import weakref

                weakref.finalize._exitfunc()
                os._exit(0)
        os.wait()
        self.assertTrue(heads.path.is_dir())
        path = heads.path
        del heads
        self.assertTrue(path.is_dir())
        del twin
        self.assertFalse(path.exists())


class ProcessTests(unittest.TestCase):
    """Nothing goes on that nobody waits for."""

    def test_an_interrupt_stops_its_own_call_alone(self):
        features, labels = data()
        outcome = []

        def work():
            try:
                outcome.append(oodml.score(np.tile(features, (20, 1)), np.tile(labels, 20), no_structure=True)["map@r"])
            except BaseException as error:
                outcome.append(error)

        # A shell that starts programs in the background has them ignore interrupts, and Python then does so too.
        self.addCleanup(signal.signal, signal.SIGINT, signal.signal(signal.SIGINT, signal.default_int_handler))
        # The main thread waits for its turn, and is interrupted meanwhile.
        other = threading.Thread(target=work)
        timer = threading.Timer(0.15, signal.raise_signal, [signal.SIGINT])
        other.start()
        time.sleep(0.05)
        timer.start()
        try:
            with self.assertRaises(KeyboardInterrupt):
                for _ in range(200):
                    oodml.score(features, labels)
        finally:
            timer.join()
        other.join()
        self.assertIsInstance(outcome[0], float)

    def test_the_program_ends_with_python(self):
        features, labels = data()
        with tempfile.TemporaryDirectory() as folder:
            np.save(f"{folder}/f.npy", features)
            np.save(f"{folder}/y.npy", labels)
            oodml.make_splits(
                features=f"{folder}/f.npy", samples=f"{folder}/y.npy", levels=3, draws=0, out=f"{folder}/s"
            )
            code = (
                "import oodml\n"
                f"oodml.train({folder + '/s'!r}, {folder + '/f.npy'!r}, objective='triplet', steps=10**8, "
                f"batch_classes=4, out={folder + '/heads'!r})"
            )
            environment = os.environ | {"PYTHONPATH": str(PACKAGE)}
            python = subprocess.Popen([sys.executable, "-c", code], env=environment)
            program = None
            deadline = time.monotonic() + 30
            while program is None and time.monotonic() < deadline:
                time.sleep(0.1)
                program = child_of(python.pid)
            self.assertIsNotNone(program)
            python.kill()
            python.wait()
            deadline = time.monotonic() + 10
            while is_running(program) and time.monotonic() < deadline:
                time.sleep(0.1)
            self.assertFalse(is_running(program))


def child_of(process):
    """The program that a process has started; None if there is none yet."""
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            name, rest = path.read_text().split("(", 1)[1].rsplit(")", 1)
        except OSError:
            continue
        if name == "oodml" and int(rest.split()[1]) == process:
            return int(path.parent.name)
    return None


def is_running(process):
    try:
        return pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


if __name__ == "__main__":
    unittest.main()
