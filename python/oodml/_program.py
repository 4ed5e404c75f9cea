"""The program in a process of its own: for images, and wherever all that it reads is in files."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path

from ._errors import Error
from ._library import NOTE, PROGRESS, WARNING, Listener, folder


def path() -> Path:
    """The program, which the command `oodml` runs."""
    return folder() / "bin/oodml"


def run(words: Sequence[str], listener: Listener) -> tuple[int, bytes, str]:
    """Runs a command, and returns its status, its output and its error's sentence.

    It is started and awaited on a thread of its own, so that no interrupt comes between its start and its end.
    """
    job = _Job(words, listener)
    thread = threading.Thread(target=job.run, name=f"oodml {words[0]}", daemon=True)
    try:
        thread.start()
        while not job.is_done.wait(0.2):
            pass  # an interrupt that another thread asked for is seen here
    except BaseException:
        job.stop()
        raise
    if job.failure is not None:
        raise job.failure
    if job.status < 0:
        name = signal.Signals(-job.status).name
        hint = "; a system short of memory does that" if name == "SIGKILL" else ""
        return 1, b"", f"the program was ended by the signal {name}{hint}"
    return job.status, job.output, job.lines.error


class _Job:
    """The program from its start to its end."""

    def __init__(self, words: Sequence[str], listener: Listener) -> None:
        self.words = words
        self.lines = _Lines(listener)
        self.is_done = threading.Event()
        self.failure: BaseException | None = None
        self.status, self.output = 0, b""
        self._process: subprocess.Popen[bytes] | None = None
        self._is_stopped = False
        self._lock = threading.Lock()

    def run(self) -> None:
        """Starts the program, hears it, and waits for its end."""
        near = -1
        try:
            near, far = _pipe()
            try:
                with self._lock:
                    if self._is_stopped:
                        return
                    self._process = subprocess.Popen(
                        [str(path()), *self.words],
                        stdin=subprocess.DEVNULL,
                        stdout=subprocess.PIPE,
                        stderr=far,
                        # By the last one it ends with this process, whatever ends that.
                        env=os.environ
                        | {"NO_COLOR": "1", "TERM": "xterm", "COLUMNS": "500", "OODML_PARENT": str(os.getpid())},
                    )
            finally:
                os.close(far)
            reader = threading.Thread(target=self.lines.read, args=(near,), daemon=True)
            reader.start()
            self.output, _ = self._process.communicate()
            self.status = self._process.returncode
            reader.join()
            self.failure = self.lines.failure
        except OSError as error:
            self.failure = Error(
                f"{path()}: the program cannot be started ({error.strerror}); expected oodml as pip installs it from "
                "its wheel"
            )
        except BaseException as error:
            self.failure = error
        finally:
            if near >= 0:
                os.close(near)
            self.is_done.set()

    def stop(self) -> None:
        """Ends the program: as Ctrl-C would, and for good if it takes long or the user is impatient."""
        try:
            with self._lock:
                self._is_stopped = True
            self._end(signal.SIGINT)
            if not self.is_done.wait(5):
                self._end(signal.SIGKILL)
        except BaseException:
            self._end(signal.SIGKILL)

    def _end(self, number: int) -> None:
        if self._process is not None:
            self._process.send_signal(number)


def _pipe() -> tuple[int, int]:
    """A pipe for what the program says, as a terminal where there are any.

    On a terminal the program shows how far it is by lines that it writes over; elsewhere it hardly does.
    """
    try:
        return os.openpty()
    except OSError:
        return os.pipe()


class _Lines:
    """What the program writes on its terminal, line by line."""

    def __init__(self, listener: Listener) -> None:
        self.listener = listener
        self.error = ""
        self.failure: BaseException | None = None

    def read(self, terminal: int) -> None:
        rest = b""
        tail = b""
        while True:
            try:
                block = os.read(terminal, 65536)
            except OSError:  # the program has ended
                block = b""
            if not block:
                break
            # What may be the beginning of "\r\n" or "\x1b[K" waits for its end.
            block = tail + block
            kept = len(block.rstrip(b"\r\x1b["))
            block, tail = block[:kept], block[kept:]
            *lines, rest = (rest + block).replace(b"\x1b[K", b"").replace(b"\r\n", b"\n\n").split(b"\r")
            for line in lines:
                self._hear(line)
        self._hear(rest)

    def _hear(self, text: bytes) -> None:
        """Passes on what stands between two carriage returns: a line that is written over, or some that stay."""
        stays = b"\n" in text
        for line in text.decode("utf-8", "replace").split("\n"):
            if not line.strip():
                continue
            if line.startswith("Error: "):
                self.error = line[len("Error: ") :]
            elif self.error:
                continue  # how the command is used
            else:
                is_warning = line.startswith("warning: ")
                event = WARNING if is_warning else NOTE if stays else PROGRESS
                try:
                    self.listener(event, line[len("warning: ") :] if is_warning else line)
                except BaseException as error:
                    self.failure = error
