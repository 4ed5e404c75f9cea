"""liboodml.so in this process, by the C interface that oodml.h documents."""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ._errors import Error

if TYPE_CHECKING:
    from ._arrays import InMemory

#: The folder below which arrays in memory are files.
FOLDER = "/in-memory/"
PROGRESS, NOTE, WARNING = 0, 1, 2
STOPPED = 130

#: Hears an event and its line.
Listener = Callable[[int, str], None]


class _Array(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("type", ctypes.c_char_p),
        ("dimension_count", ctypes.c_size_t),
        ("sizes", ctypes.POINTER(ctypes.c_size_t)),
        ("elements", ctypes.c_void_p),
    )


class _Answer(ctypes.Structure):
    _fields_ = (
        ("output", ctypes.c_void_p),
        ("output_size", ctypes.c_size_t),
        ("error", ctypes.c_char_p),
    )


_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p)
_lock = threading.Lock()
_turn = threading.Lock()


@dataclass
class _State:
    library: ctypes.CDLL | None = None
    #: The process that has used the library; one that is forked from it cannot.
    user: int | None = None


_state = _State()


def folder() -> Path:
    """Where the library and the program are."""
    return Path(__file__).resolve().parent


def _library() -> ctypes.CDLL:
    with _lock:
        if _state.user not in (None, os.getpid()):
            raise Error(
                "this process was forked from one that has used oodml, whose threads it lacks; expected workers that "
                'are started anew, as by multiprocessing.get_context("spawn")'
            )
        _state.user = os.getpid()
        if _state.library is None:
            path = folder() / "lib/liboodml.so"
            try:
                # Its symbols stay its own, and those of other libraries are not taken for them.
                library = ctypes.CDLL(str(path), mode=os.RTLD_LOCAL | os.RTLD_NOW)
            except OSError as error:
                raise Error(
                    f"{path}: the library cannot be loaded ({error}); expected oodml as pip installs it from its wheel"
                ) from None
            library.oodml_run.restype = ctypes.c_int
            library.oodml_run.argtypes = (
                ctypes.POINTER(ctypes.c_char_p),
                ctypes.c_size_t,
                ctypes.POINTER(_Array),
                ctypes.c_size_t,
                _CALLBACK,
                ctypes.c_void_p,
                ctypes.POINTER(_Answer),
            )
            library.oodml_release.argtypes = (ctypes.POINTER(_Answer),)
            library.oodml_release.restype = None
            library.oodml_stop.restype = None
            library.oodml_version.restype = ctypes.c_char_p
            _state.library = library
        return _state.library


def version() -> str:
    """The version of the library."""
    return bytes(_library().oodml_version()).decode()


def run(words: Sequence[str], arrays: Sequence[InMemory], listener: Listener) -> tuple[int, bytes, str]:
    """Runs a command on arrays, and returns its status, its output and its error's sentence.

    It runs on a thread of its own, so that Ctrl-C reaches Python meanwhile; the command then stops at its next step.
    """
    library = _library()
    result: list[tuple[int, bytes, str]] = []
    failure: list[BaseException] = []
    is_done, is_running, is_stopped = threading.Event(), threading.Event(), threading.Event()

    def hear(_context: int | None, event: int, line: bytes) -> int:
        try:
            listener(event, line.decode("utf-8", "replace"))
        except BaseException as error:
            # It would be lost in C.
            failure.append(error)
            return 1
        return 0

    def work() -> None:
        try:
            # One after another, here too: a request to stop must reach no other thread's call.
            with _turn:
                if not is_stopped.is_set():
                    is_running.set()
                    result.append(_call(library, words, arrays, _CALLBACK(hear)))
        except BaseException as error:
            failure.append(error)
        finally:
            is_running.clear()
            is_done.set()

    thread = threading.Thread(target=work, name=f"oodml {words[0]}", daemon=True)
    try:
        thread.start()
        while not is_done.wait(0.2):
            pass
    except BaseException:
        is_stopped.set()
        # A request before the call has begun would be forgotten, so it is repeated.
        while is_running.is_set() and not is_done.wait(0.05):
            library.oodml_stop()
        raise
    if failure:
        raise failure[0]
    return result[0]


def _call(
    library: ctypes.CDLL, words: Sequence[str], arrays: Sequence[InMemory], listener: object
) -> tuple[int, bytes, str]:
    encoded = (ctypes.c_char_p * len(words))(*[os.fsencode(word) for word in words])
    items = (_Array * max(len(arrays), 1))()
    for item, given in zip(items, arrays):
        item.name, item.type = given.name.encode(), given.type.encode()
        item.dimension_count = len(given.shape)
        item.sizes = (ctypes.c_size_t * max(len(given.shape), 1))(*given.shape)
        if isinstance(given.array, bytes):
            item.elements = ctypes.cast(ctypes.c_char_p(given.array), ctypes.c_void_p)
        else:
            item.elements = given.array.ctypes.data
    answer = _Answer()
    status = library.oodml_run(encoded, len(words), items, len(arrays), listener, None, ctypes.byref(answer))
    try:
        output = ctypes.string_at(answer.output, answer.output_size) if answer.output else b""
        return status, output, (answer.error or b"").decode("utf-8", "replace")
    finally:
        library.oodml_release(ctypes.byref(answer))
