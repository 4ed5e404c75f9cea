"""Two commands at once on one target: one waits at a call of its own while the other runs."""

import dataclasses
import time

from fault_trials.area import ended, snapshot
from fault_trials.trials import CHANGES, MODES, PromiseError, Scenario, first_difference, is_plain, settings_of

# How long a command is given that may be waiting for the one that is paused.
PATIENCE = 0.4

RACES = ("writers", "reader", "beside")


@dataclasses.dataclass
class Race:
    """A pause of one command at the call of a number."""

    scenario: Scenario
    kind: str
    at: int

    def __str__(self):
        return f"{self.at} {self.kind}"

    def run(self, area):
        """Returns which of both results is left, or "error" where one command ended with a plain sentence."""
        area.restore(self.scenario.before)
        return getattr(self, self.kind)(area)

    def started(self, area, arguments, **settings):
        """A command that is started and waits, unless it has ended before that call."""
        files = [area.folder.parent / f"{area.folder.parent.name}.{name}" for name in ("paused", "go")]
        for file in files:
            file.unlink(missing_ok=True)
        settings = settings_of(self.scenario.mode, area) | settings
        process = area.start(arguments, settings | dict(AT=self.at, DO="pause", PAUSED=files[0], GO=files[1]))
        while process.poll() is None and not files[0].exists():
            time.sleep(0.002)
        return process, files[1]

    def both(self, area, paused, others, **settings):
        """Pauses a command, gives another one time to end, lets the first go on; the ends of both."""
        first, go = self.started(area, paused, **settings)
        second = area.start(others, settings_of(self.scenario.mode, area))
        limit = time.monotonic() + PATIENCE
        while second.poll() is None and time.monotonic() < limit:
            time.sleep(0.005)
        go.touch()
        return ended(first), ended(second)

    def writers(self, area):
        """The command waits while another writes the other result to the same place."""
        command = self.scenario.command
        ends = self.both(area, self.scenario.arguments, command.forced(command.old))
        tree = snapshot(area.folder / "out")
        refused = [end for end in ends if end[0] != 0]
        check_sentences(refused)
        if len(refused) == 2:
            raise PromiseError(f"both writers fail: {ends[0][2].strip()!r}, {ends[1][2].strip()!r}")
        allowed = {"new": self.scenario.new, "other": self.scenario.other}
        if refused:
            allowed.pop("new" if ends[0][0] != 0 else "other")
        for name, expected in allowed.items():
            if tree == expected:
                return "error" if refused else {"new": "new", "other": "old"}[name]
        raise PromiseError(
            f"two writers leave a mixture (against the paused: {first_difference(tree, self.scenario.new)})"
        )

    def reader(self, area):
        """The reading command waits while the command replaces what it reads."""
        target = area.folder / "out/res"
        ends = self.both(area, self.scenario.command.reader, self.scenario.arguments, BELOW=target)
        return self.judge_reader(area, *ends)

    def beside(self, area):
        """The command waits while the reading command runs."""
        ends = self.both(area, self.scenario.arguments, self.scenario.command.reader)
        return self.judge_reader(area, ends[1], ends[0])

    def judge_reader(self, area, read, wrote):
        self.scenario.must_end(wrote, "the writer beside a reader")
        difference = first_difference(snapshot(area.folder / "out"), self.scenario.new)
        if difference != "nothing differs":
            raise PromiseError(f"a writer beside a reader makes another result ({difference})")
        if read[0] != 0:
            check_sentences([read])
            return "error"
        found = self.scenario.read_by(area, read)
        for name, reading in self.scenario.readings.items():
            if found == reading:
                return name
        raise PromiseError("a reader beside a writer ends with 0 and a mixture")


def check_sentences(ends):
    for status, _, errors in ends:
        if status is None:
            raise PromiseError("hangs")
        if status < 0 or not is_plain(errors):
            raise PromiseError(f"ends with {status} and no plain sentence: {errors.strip()!r}")


def races(area, scenario, is_short, trial):
    """All pauses that are tried for a command: at each call that changes something, and at each of a reader."""
    if trial:
        at, kind, *_ = trial.split()
        if kind in RACES:
            yield Race(scenario, kind, int(at))
        return
    if scenario.place != "over" or scenario.mode not in MODES[:2]:
        return
    changes = [k for k, kind in enumerate(scenario.calls, 1) if kind in CHANGES]
    kinds = {}
    if scenario.command.has_force:
        kinds["writers"] = changes
    if scenario.command.reader:
        kinds["beside"] = changes
        kinds["reader"] = list(range(1, scenario.calls_of_reader(area) + 1))
    for kind, calls in kinds.items():
        # The last calls are those around the exchange.
        few = calls[-3 :: -max(1, len(calls) // 3)][:2] if kind != "reader" else calls[1 :: max(1, len(calls) // 3)][:3]
        for at in few if is_short else calls:
            yield Race(scenario, kind, at)
