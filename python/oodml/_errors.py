"""What can go wrong, and what should be known of a result."""

from __future__ import annotations


class Error(Exception):
    """The data or the machine failed; the message is the program's sentence: what was found and what was expected."""


class UsageError(Error, ValueError):
    """An argument is wrong, or two exclude each other."""


class OodmlWarning(UserWarning):
    """Something that makes a result less reliable than it looks."""
