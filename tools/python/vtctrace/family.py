"""The files of one recording: NAME.vtc, segments NAME.0001.vtc, those of children NAME.pPID.vtc."""
import fcntl
import glob
import os
import re
import sys

from . import _tracer


def stem(path):
    return path[:-4] if path.endswith(".vtc") else path


def child_name(path, pid):
    return f"{stem(path)}.p{pid}.vtc"


def free_child_name(path, pid):
    """One that no file has: process ids come again, and exec keeps them."""
    name, number = child_name(path, pid), 2
    while os.path.lexists(name):
        name = f"{stem(path)}.p{pid}-{number}.vtc"
        number += 1
    return name


def process_name():
    """What this process is called in traces: multiprocessing's name for it, or its program's."""
    process = sys.modules.get("multiprocessing.process")
    name = process.current_process().name if process else "MainProcess"
    program = sys.argv[0] if getattr(sys, "argv", None) else ""
    if name != "MainProcess" or program in ("", "-c"):
        return name
    return os.path.basename(program)


def tell_process_name(name):
    _tracer.record("M", "process_name", None, None, {"name": name})


def segments(path):
    """All files of the process that has recorded to `path`."""
    base = stem(path)
    parts = [name for name in glob.glob(glob.escape(base) + ".*.vtc")
             if re.fullmatch(r"\.\d{4,}(-\d+)?\.vtc", name[len(base):])]
    return [name for name in [path, *sorted(parts)] if os.path.exists(name)]


def children(path):
    base = stem(path)
    return sorted(name for name in glob.glob(glob.escape(base) + ".p*.vtc")
                  if re.fullmatch(r"(\.p\d+(-\d+)?)+(\.\d{4,}(-\d+)?)?\.vtc", name[len(base):]))


def compact(path):
    for name in segments(path):
        _tracer.compact(name)


def remove(path):
    for name in segments(path):
        os.unlink(name)


def _is_over(path):
    """Whether no process records to a file any more: one that does holds a lock on it."""
    with open(path, "rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def merge(path):
    """Replaces the files of a recording by one, but for those of processes that go on."""
    names = [name for name in segments(path) + children(path) if _is_over(name)]
    if names in ([], [path]):
        return
    whole = f"{stem(path)}.merge.tmp"
    _tracer.merge(names, whole, True)
    os.replace(whole, path)
    for name in names:
        if name != path:
            os.unlink(name)
