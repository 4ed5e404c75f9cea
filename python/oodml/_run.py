"""One way for all commands: options become words, data arrays in memory, and lines warnings and progress."""

from __future__ import annotations

import difflib
import json
import logging
import sys
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from . import _library, _options, _program
from ._arrays import InMemory, in_memory, is_path
from ._errors import Error, OodmlWarning, UsageError

_log = logging.getLogger("oodml")

#: The parameters that functions name themselves.
OWN = frozenset({"splits", "features", "embeddings", "heads", "labels", "positions", "quiet", "chart"})


@dataclass
class Answer:
    """What a command printed, and what it said meanwhile."""

    json: Any
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


class Call:
    """A command under construction."""

    def __init__(self, command: str) -> None:
        self.command = command
        title = "".join(word.capitalize() for word in command.split("-")) + "Options"
        # Of distance there are no options.
        self.known = frozenset(getattr(_options, title).__annotations__) | OWN
        self.words: list[str] = []
        self.arrays: list[InMemory] = []

    def data(self, option: str, value: Any, file: str | None = None) -> str:
        """The word for a path, or for data, which then travel with the call as a file of the option's name."""
        if is_path(value):
            return _path(value)
        if hasattr(value, "path") and is_path(value.path):
            return _path(value.path)
        array = in_memory(option, value)
        if file is not None:
            array = replace(array, name=file + array.name[len(option) :])
        self.arrays.append(array)
        return _library.FOLDER + array.name

    def positional(self, name: str, value: Any) -> None:
        """Adds an argument without an option."""
        self.words.append(self.data(name, value))

    def options(self, options: Mapping[str, Any], data: frozenset[str] = frozenset()) -> None:
        """Adds options, named with underscores; None stands for the program's default."""
        for name, value in options.items():
            if name not in self.known:
                near = difflib.get_close_matches(name, sorted(self.known), 1)
                hint = f"; did you mean {near[0]}?" if near else f"; expected {', '.join(sorted(self.known))}"
                raise UsageError(f"{self.command.replace('-', '_')} has no argument {name}{hint}")
            if value is None or value is False:
                continue
            option = "--" + name.replace("_", "-")
            if value is True:
                self.words.append(option)
            elif name in data:
                self.words += [option, self.data(name, value)]
            elif name == "merge":
                for item in value:
                    self.words += [option, _path(item)]
            else:
                # With "=" a value may begin with a hyphen.
                self.words.append(f"{option}={_word(value)}")

    def run(self, quiet: bool | None = None, stacklevel: int = 3) -> Answer:
        """Runs the command: in this process if data travel with it, else by the program."""
        answer = Answer(None)
        progress = Progress(bool(quiet))

        def hear(event: int, line: str) -> None:
            line = line.replace(_library.FOLDER, "")
            if event == _library.PROGRESS:
                progress.show(line)
            else:
                (answer.notes if event == _library.NOTE else answer.warnings).append(line)

        words = [self.command, *self.words, "--format", "json"]
        try:
            if self.arrays:
                status, output, sentence = _library.run(words, self.arrays, hear)
            else:
                status, output, sentence = _program.run(words, hear)
        finally:
            progress.close()
        if status == _library.STOPPED:
            raise KeyboardInterrupt
        if status != 0:
            sentence = _in_python(sentence.replace(_library.FOLDER, ""))
            raise (UsageError if status == 64 else Error)(
                sentence or f"oodml {self.command} ended with status {status}"
            )
        for line in answer.notes:
            _log.info("%s", line)
        for line in answer.warnings:
            warnings.warn(line, OodmlWarning, stacklevel=stacklevel)
        answer.json = json.loads(output) if output else None
        return answer


class Progress:
    """One line that is written over: on standard error in terminals, as an output in notebooks; nothing elsewhere."""

    def __init__(self, is_quiet: bool) -> None:
        self.width = 0
        self.is_notebook = not is_quiet and _is_notebook()
        self.is_shown = not is_quiet and (self.is_notebook or bool(getattr(sys.stderr, "isatty", lambda: False)()))
        self.output: Any = None

    def show(self, line: str) -> None:
        if self.is_notebook:
            self._display(line)
        elif self.is_shown:
            line = line[:119]
            print("\r" + line.ljust(self.width), end="", file=sys.stderr, flush=True)
            self.width = len(line)

    def close(self) -> None:
        """Clears the line."""
        if self.output is not None:
            self._display("")
        if self.width:
            print("\r" + " " * self.width + "\r", end="", file=sys.stderr, flush=True)

    def _display(self, line: str) -> None:
        # A saved notebook would keep every line that a carriage return stands before.
        from IPython.display import display

        data = {"text/plain": line}
        if self.output is None:
            self.output = display(data, raw=True, display_id=True)
        else:
            self.output.update(data, raw=True)


def _is_notebook() -> bool:
    """Whether this is a kernel of Jupyter."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return type(shell).__name__ == "ZMQInteractiveShell"


def _path(value: Any) -> str:
    """A path as a word, which must not look like an option."""
    import os

    if not is_path(value):
        raise UsageError(f"found {value!r}; expected a path")
    path = os.fspath(value)
    if not isinstance(path, str):
        path = os.fsdecode(path)
    return f"./{path}" if path.startswith("-") else path


def _word(value: Any) -> str:
    """A value as the program reads it: numbers and names by themselves, several with commas."""
    if isinstance(value, Mapping):
        return ",".join(f"{name}={_word(item)}" for name, item in value.items())
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return ",".join(_word(item) for item in value)
    if hasattr(value, "tolist"):
        return _word(value.tolist())
    if hasattr(value, "__fspath__"):
        return _path(value)
    return repr(value) if isinstance(value, float) else str(value)


def _in_python(sentence: str) -> str:
    """An error's sentence, with options as keyword arguments, as in features for --features."""
    import re

    def name(match: re.Match[str]) -> str:
        return match.group(1).replace("-", "_")

    return re.sub(r"(?<![\w-])--([a-z][a-z0-9-]*)", name, sentence)
