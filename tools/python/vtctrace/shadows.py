"""Modules of the standard library that the traced program has files of its own for.

A program with a json.py beside it gets that one from `import json`. This package has imported json by
then, for itself: it has to get the library's, and the program, all the same, its own.
"""
import os
import sys

# What the interpreter and the library import by these names at any time is to be theirs.
KEPT = ("importlib", "re", "runpy", "threading")


def is_command_line():
    """Whether the package is being imported for `python -m vtctrace`."""
    return sys.argv[:1] == ["-m"] and "vtctrace" in sys.orig_argv


class LibraryFirst:
    """Within it, what the command line imports does not come from the current directory."""

    def __init__(self, wanted):
        self._is_wanted = wanted and not sys.flags.safe_path

    def __enter__(self):
        self._hidden = sys.path.pop(0) if self._is_wanted else None

    def __exit__(self, *exc_info):
        if self._hidden is not None:
            sys.path.insert(0, self._hidden)


def directory_of_program():
    """What will be the first entry of sys.path, before it is there."""
    word = sys.argv[0] if getattr(sys, "argv", None) else ""
    return os.getcwd() if word in ("", "-", "-c", "-m") else os.path.dirname(os.path.realpath(word))


def uncover(directory, first):
    """Before the program runs: it will import anew what it has in its directory. `first` is the module
    with which our imports began: what is older, the interpreter has imported for itself."""
    if sys.flags.safe_path or first not in sys.modules:
        return
    from importlib.machinery import PathFinder
    names = list(sys.modules)
    ours = {name for name in names[names.index(first) + 1:]
            if name in sys.stdlib_module_names and name not in KEPT}
    hidden = set()
    for name in ours:
        spec = PathFinder.find_spec(name, [directory])
        if spec and spec.origin:  # a directory alone hides nothing
            hidden.add(name)
    for name in names:
        if name.partition(".")[0] in hidden:
            del sys.modules[name]
