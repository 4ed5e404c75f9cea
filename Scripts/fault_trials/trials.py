"""One fault or kill in one command, and everything that must hold after it."""

import dataclasses
import errno
import os
import pathlib
import shutil
import signal

from fault_trials.area import KEPT, STRANGERS, WORK, add_strangers, inodes, snapshot
from fault_trials.commands import COMMANDS

# How calls of each kind may fail.
FAILURES = {
    "create": ["ENOSPC", "EDQUOT", "EACCES", "EIO", "EINTR"],
    "mkdir": ["ENOSPC", "EDQUOT", "EACCES", "EIO"],
    "write": ["ENOSPC", "EDQUOT", "EIO", "EINTR"],
    "sync": ["EIO", "ENOSPC", "EDQUOT", "EINTR"],
    "syncfs": ["EIO", "ENOSPC", "EDQUOT", "EINTR"],
    "truncate": ["ENOSPC", "EIO"],
    "chmod": ["EIO"],
    "lock": ["EINTR", "ENOLCK"],
    "close": ["EIO", "EDQUOT", "EINTR"],
    "rename": ["ENOSPC", "EDQUOT", "EACCES", "EIO"],
    "link": ["ENOSPC", "EDQUOT", "EACCES", "EPERM", "EIO"],
    "unlink": ["EACCES", "EIO"],
    "open": ["EIO", "EACCES", "EINTR"],
    "read": ["EIO", "EINTR"],
    "stat": ["EACCES", "EIO"],
    "list": ["EIO"],
}
# What changes something on disk, or who may: between two others, a kill finds the same.
CHANGES = {"create", "mkdir", "write", "truncate", "chmod", "lock", "rename", "link", "unlink", "sync", "syncfs"}
FULL_DISK = "create,mkdir,write,truncate,link,sync,syncfs"
DEAD_DISK = ",".join(FAILURES)
LARGE = 2048  # bytes of an allocation that is tried to fail

MODES = ("exchange", "no exchange", "frozen parent", "busy target")


@dataclasses.dataclass(frozen=True)
class Fault:
    """What happens at the call of a number."""

    at: int
    do: str
    error: str = ""

    def __str__(self):
        return f"{self.at} {self.do}" + (f" {self.error}" if self.error else "")

    @property
    def settings(self):
        result = dict(AT=self.at, DO="stay" if self.do in ("full", "dead") else self.do)
        if self.do == "memory":
            result |= dict(MEMORY=LARGE)
        if self.error:
            result |= dict(ERRNO=getattr(errno, self.error))
        if self.do in ("full", "dead"):
            result |= dict(KINDS=FULL_DISK if self.do == "full" else DEAD_DISK)
        return result

    @property
    def signals(self):
        """The signals by which the command may end."""
        if self.do in ("kill", "killed", "torn"):
            return {signal.SIGKILL}
        if self.do == "term":
            return {signal.SIGTERM}
        # Swift stops a program that gets no memory.
        return {signal.SIGILL, signal.SIGTRAP, signal.SIGABRT, signal.SIGSEGV} if self.do == "memory" else set()


class PromiseError(Exception):
    """A promise that was not kept."""


def settings_of(mode, area):
    """What is different in a mode, for every command of a trial."""
    if mode == "no exchange":
        return dict(NO_EXCHANGE=1)
    if mode == "frozen parent":
        return dict(FROZEN=area.folder / "out")
    return dict(BUSY=area.folder / "out/res") if mode == "busy target" else {}


class Scenario:
    """A command in a place: where there is nothing (`empty`), other people's files only (`strangers`), an older result
    (`over`), or a link to an older result (`linked`)."""

    def __init__(self, command, place, mode):
        self.command, self.place, self.mode = command, place, mode
        self.name = f"{command.name}/{place}" + ("" if mode == MODES[0] else f"/{mode}")
        is_over = place in ("over", "linked")
        self.arguments = command.forced(command.new) if is_over else command.new
        self.readings = {}

    @property
    def is_plain(self):
        return self.mode == MODES[0] and self.place in ("over", "empty")

    @staticmethod
    def all():
        for command in COMMANDS:
            for mode in MODES:
                if mode in MODES[2:] and not command.is_folder:
                    continue
                places = ["over", "empty"] if mode in MODES[:2] else ["over"]
                if mode == MODES[0] and command.is_folder:
                    places += ["strangers", "linked"]
                for place in places:
                    yield Scenario(command, place, mode)

    # MARK: Before

    def prepare(self, area, folder):
        """Makes the state before and after an undisturbed run, and lists the calls of the command."""
        self.before = folder / self.name.replace("/", ",").replace(" ", "_")
        out, command = area.folder / "out", self.command
        area.clear()
        if self.place in ("over", "linked"):
            self.must_end(area.run(command.old), "the older run")
            if command.is_edited:
                file = area.folder / command.targets[0]
                file.write_text("# older\n" + file.read_text())
        add_strangers(out)
        if self.place == "strangers":
            (out / "res").mkdir()
        if (out / "res").is_dir():
            add_strangers(out / "res")
        if self.place == "linked":
            (out / "real").mkdir()
            (out / "res").rename(out / "real/res")
            (out / "res").symlink_to("real/res")
        shutil.copytree(out, self.before, symlinks=True)
        self.old = snapshot(out)
        if self.place == "over":
            self.other = self.result_of(area, command.forced(command.old))
        if command.reader and self.place == "over":
            area.restore(self.before)
            self.readings["old"] = self.reading(area)
        self.new = self.result_of(area, self.arguments)
        self.mine = self.of_strangers(out)
        if command.reader:
            self.readings["new"] = self.reading(area)
        self.lost = [name for name, held in self.of_strangers(self.before).items() if self.mine.get(name) != held]
        if self.result_of(area, self.arguments) != self.new:
            raise PromiseError("two undisturbed runs differ")
        self.calls = self.counted(area, {})
        self.check_syncs(area)
        self.allocations = self.counted(area, dict(MEMORY=LARGE)) if self.is_plain else []

    def must_end(self, run, what):
        status, _, errors = run
        if status != 0:
            raise PromiseError(f"{what} ends with {status}: {errors.strip()}")

    def result_of(self, area, arguments):
        area.restore(self.before)
        self.must_end(area.run(arguments, settings_of(self.mode, area)), "an undisturbed run")
        tree = snapshot(area.folder / "out")
        left = [path for path in tree if is_work(path)]
        if left:
            raise PromiseError(f"an undisturbed run leaves {left[0]}")
        return tree

    def counted(self, area, settings):
        area.restore(self.before)
        log = area.folder.parent / f"{area.folder.name}.log"
        log.unlink(missing_ok=True)
        self.must_end(area.run(self.arguments, settings_of(self.mode, area) | dict(LOG=log) | settings), "counting")
        calls = [line.split(" ", 2)[1:] for line in log.read_text().splitlines()] if log.exists() else []
        if not settings:
            self.described = [f"{kind} {path}" for kind, path in calls]
        # Reading the inputs is the same in every place.
        is_tried = self.place == "over" and self.mode == MODES[0]
        return [kind if is_tried or not path.startswith(f"{area.folder}/in/") else "input" for kind, path in calls]

    def calls_of_reader(self, area):
        """How many calls of the reading command touch the result."""
        area.restore(self.before)
        log = area.folder.parent / f"{area.folder.name}.log"
        log.unlink(missing_ok=True)
        area.run(self.command.reader, settings_of(self.mode, area) | dict(LOG=log, BELOW=area.folder / "out/res"))
        return len(log.read_text().splitlines()) if log.exists() else 0

    def check_syncs(self, area):
        """Whatever takes a target's place is flushed to disk before, and the target's folder after."""
        calls = [line.split(" ", 1) for line in self.described]
        place = area.folder / ("out/real/res" if self.place == "linked" else self.command.targets[0])
        steps = [k for k, call in enumerate(calls) if call == ["rename", str(place)]]
        if not steps or self.mode in MODES[2:]:
            return

        def is_synced(path, begin, end):
            return any(
                kind == "syncfs" or (kind == "sync" and synced == path) for kind, synced in calls[begin + 1 : end]
            )

        for k, (kind, path) in enumerate(calls[: steps[0]]):
            if f"{place.parent}/.{place.name}.oodml/new" not in path or kind == "unlink" or kind not in CHANGES:
                continue
            flushed = path if kind in ("write", "truncate") else str(pathlib.Path(path).parent)
            if kind in ("write", "truncate", "create", "mkdir", "link") and not is_synced(flushed, k, steps[0]):
                if flushed.endswith(".oodml"):
                    # The rename takes what is in it to a folder that is flushed afterwards.
                    continue
                raise PromiseError(f"takes the target's place before it is flushed: {kind} {path}")
        if not is_synced(str(place.parent), steps[-1], len(calls)):
            raise PromiseError(f"does not flush the folder of the target: {place.parent}")

    def of_strangers(self, out):
        """Other people's files, wherever they are: beside the targets, and in the folder that is one."""
        names = [*STRANGERS, "my link", "mine", "mine/deep", "mine/empty", "mine/broken link"]
        places = ["", "res/"] if (out / "res").is_dir() and self.place != "empty" else [""]
        tree = snapshot(out) | (
            {f"res/{name}": held for name, held in snapshot(out / "res").items()} if len(places) > 1 else {}
        )
        return {place + name: tree.get(place + name) for place in places for name in names}

    def reading(self, area):
        """What the reading command prints and writes."""
        shutil.rmtree(area.folder / "scratch")
        (area.folder / "scratch").mkdir()
        return self.read_by(area, area.run(self.command.reader, settings_of(self.mode, area)))

    def read_by(self, area, run):
        """What a reading command has printed and written."""
        status, output, errors = run
        written = {path: held[2] for path, held in snapshot(area.folder / "scratch").items()}
        return status, output, errors if status else "", repr(sorted(written.items()))

    def faults(self):
        """All that is tried: kills at every call that changes something, and failures of every call.

        In other places and modes than the usual ones, one failure for each call stands for all.
        """
        last = max((k for k, kind in enumerate(self.calls, 1) if kind in CHANGES), default=0)
        for k, kind in enumerate(self.calls, 1):
            if kind in CHANGES:
                yield Fault(k, "kill")
                yield Fault(k, "full", "ENOSPC")
                if self.is_plain:
                    yield Fault(k, "term")
                    yield Fault(k, "dead", "EIO")
            if kind == "write":
                yield Fault(k, "torn")
                yield Fault(k, "short")
            if k == last:
                yield Fault(k, "killed")
            for error in FAILURES.get(kind, [])[: None if self.is_plain else 1]:
                yield Fault(k, "fail", error)
        for k in range(1, len(self.allocations) + 1):
            yield Fault(k, "memory")

    # MARK: The trial

    def trial(self, area, fault, turn):
        """Runs the command with a fault, checks what is left, and what the next command makes of it.

        Returns what was left: "old", "new", or "mixed", where of two targets one is old and one new.
        """
        area.restore(self.before)
        out, settings = area.folder / "out", settings_of(self.mode, area)
        numbers = inodes(out, [name for name, held in self.mine.items() if held and held[2] is not None])
        status, _, errors = area.run(self.arguments, settings | fault.settings)
        state = self.state(snapshot(out))
        self.check_end(status, errors, state, fault, first_difference(snapshot(out), self.new))
        if state is None and self.mode == MODES[0]:
            raise PromiseError(f"left neither the old nor the new result ({self.difference(snapshot(out))})")
        follow = turn % 4
        if follow == 2 and self.readings.get("old"):
            found = self.reading(area)
            if found not in self.readings.values():
                raise PromiseError(f"then a reader finds a mixture: status {found[0]}, {found[2].strip()!r}")
            state = self.state(snapshot(out))
            if state is None:
                raise PromiseError(f"a reader leaves a mixture ({self.difference(snapshot(out))})")
        if follow == 3 and self.place == "over":
            self.must_end(area.run(self.command.forced(self.command.old), settings), "then another run")
            self.check_tree(area, self.other, "another run", errors)
        self.must_end(area.run(self.arguments, settings), "then the same command again")
        self.check_tree(area, self.new, "the same command again", errors)
        if self.of_strangers(out) != self.mine:
            raise PromiseError("a file of somebody else is changed")
        changed = [name for name, number in inodes(out, numbers).items() if numbers[name] != number]
        if changed:
            raise PromiseError(f"somebody else's file was copied, not kept: {changed[0]}")
        return state or "between"

    def check_end(self, status, errors, state, fault, difference):
        if status is None:
            raise PromiseError("hangs")
        if status < 0 and -status not in fault.signals:
            raise PromiseError(f"crashes with signal {signal.Signals(-status).name}: {errors.strip()[-200:]}")
        if status == 0 and state not in ("new", "both"):
            raise PromiseError(f"ends with 0, but the new result is not there ({difference})")
        if status > 0 and not is_plain(errors):
            raise PromiseError(f"says no plain sentence: {errors.strip()!r}")

    def check_tree(self, area, expected, after, errors):
        found = snapshot(area.folder / "out")
        if "kept" in errors:
            found = {path: held for path, held in found.items() if not KEPT.match(path.split("/")[0])}
        if found != expected:
            raise PromiseError(f"{after} makes another result ({first_difference(found, expected)})")

    def state(self, tree):
        """ "old", "new", "both" where they are the same, "mixed" where only some targets are new, "part" where a
        command that goes on has made a part of the new one, or nil."""
        tree = {path: held for path, held in tree.items() if not is_work(path) and not KEPT.match(path.split("/")[0])}
        # Folders on the way to a target may be there before it is.
        ways = {str(way) for target in self.command.targets for way in parents(target)}
        tree = {path: held for path, held in tree.items() if path not in ways}
        old, new = ({p: h for p, h in each.items() if p not in ways} for each in (self.old, self.new))
        if tree in (old, new):
            return "both" if old == new else "old" if tree == old else "new"
        if self.command.is_stepwise and self.is_part(tree, new):
            return "part"
        if len(self.command.targets) > 1:
            parts = [self.part(tree, old, new, target) for target in self.command.targets]
            if all(parts):
                return "mixed"
        return None

    @staticmethod
    def is_part(tree, new):
        """Whether all files are those of the new result, but for the receipt, which lists what is there."""
        return any(path.endswith("res/training.json") for path in tree) and all(
            held == new.get(path) or path.endswith("res/receipt.csv") for path, held in tree.items()
        )

    def part(self, tree, old, new, target):
        name = os.path.relpath(target, "out")
        own = [
            {path: held for path, held in each.items() if path == name or path.startswith(name + "/")}
            for each in (tree, old, new)
        ]
        return own[0] in own[1:]

    def difference(self, tree):
        tree = {path: held for path, held in tree.items() if not is_work(path)}
        old, new = first_difference(tree, self.old), first_difference(tree, self.new)
        return f"against the old: {old}; against the new: {new}"


def is_plain(errors):
    """Whether what is said of a failure is one sentence, and nothing of the libraries below."""
    sentences = [line for line in errors.splitlines() if line.startswith("Error: ")]
    return len(sentences) == 1 and not any(text in errors for text in ("NSCocoa", "NSPOSIX", "Domain=", "Fatal"))


def parents(target):
    path = pathlib.PurePath(os.path.relpath(target, "out"))
    return [each for each in path.parents if str(each) != "."]


def is_work(path):
    return any(WORK.match(part) for part in path.split("/"))


def first_difference(found, expected):
    for path in sorted(found.keys() | expected.keys()):
        if path not in found:
            return f"{path} is missing"
        if path not in expected:
            return f"{path} is left over"
        if found[path] != expected[path]:
            return f"{path} differs"
    return "nothing differs"
