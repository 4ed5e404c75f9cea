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
    """Runs a command, and returns its status, its output and its error's sentence."""
    # On a terminal the program shows how far it is by lines that it writes over; elsewhere it hardly does.
    near, far = os.openpty()
    environment = os.environ | {"NO_COLOR": "1", "TERM": "xterm", "COLUMNS": "500"}
    try:
        process = subprocess.Popen(
            [str(path()), *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=far,
            env=environment,
        )
    except OSError as error:
        os.close(near)
        raise Error(
            f"{path()}: the program cannot be started ({error.strerror}); expected oodml as pip installs it from its "
            "wheel"
        ) from None
    finally:
        os.close(far)
    lines = _Lines(listener)
    reader = threading.Thread(target=lines.read, args=(near,), daemon=True)
    reader.start()
    try:
        while True:
            try:
                output, _ = process.communicate(timeout=0.2)
                break
            except subprocess.TimeoutExpired:
                continue  # an interrupt that another thread asked for is seen here
    except BaseException:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        raise
    finally:
        reader.join()
        os.close(near)
    if lines.failure is not None:
        raise lines.failure
    if process.returncode < 0:
        name = signal.Signals(-process.returncode).name
        hint = "; a system short of memory does that" if name == "SIGKILL" else ""
        return 1, b"", f"the program was ended by the signal {name}{hint}"
    return process.returncode, output, lines.error


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
