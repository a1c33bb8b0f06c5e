"""The files of one recording: NAME.vtc, segments NAME.0001.vtc, those of children NAME.pPID.vtc."""
import contextlib
import fcntl
import glob
import os
import re
import sys

from . import _tracer

# A file of vtc's begins so, whatever it is: recorded, compacted or compressed.
MAGIC = b"\x89VTC"


def stem(path):
    return path[:-4] if path.endswith(".vtc") else path


def child_name(path, pid):
    return f"{stem(path)}.p{pid}.vtc"


def _first_child_name(path, pid, is_taken):
    """NAME.pPID.vtc, NAME.pPID-2.vtc, …: process ids come again, and exec keeps them."""
    name, number = child_name(path, pid), 2
    while os.path.lexists(name) and is_taken(name):
        name = f"{stem(path)}.p{pid}-{number}.vtc"
        number += 1
    return name


def own_name(path, pid):
    """Of the file that a child of fork records to, or will: see libvtc/write/session_path.c."""
    return _first_child_name(path, pid, lambda name: not _is_recorded(name))


def free_child_name(path, pid):
    """One that no file has."""
    return _first_child_name(path, pid, lambda name: True)


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


def later_segments(path):
    return [name for name in segments(path) if name != path]


def children(path):
    base = stem(path)
    return sorted(name for name in glob.glob(glob.escape(base) + ".p*.vtc")
                  if re.fullmatch(r"(\.p\d+(-\d+)?)+(\.\d{4,}(-\d+)?)?\.vtc", name[len(base):]))


def compact(path):
    for name in segments(path):
        _tracer.compact(name)


def is_trace(path):
    with open(path, "rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def note(names):
    """Which files these are now, for remove_noted."""
    noted = []
    for name in names:
        with contextlib.suppress(OSError):
            noted.append((name, os.lstat(name)))
    return noted


def remove_noted(noted):
    """Those of them that are still there, and are traces. What cannot be removed stays."""
    for name, before in noted:
        with contextlib.suppress(OSError):
            if is_trace(name) and os.path.samestat(os.lstat(name), before):
                os.unlink(name)


def refuse_own(path, output_file):
    if any(os.path.realpath(name) == os.path.realpath(output_file) for name in segments(path)):
        raise ValueError(f"{output_file!r} is a file of the recording itself: "
                         "save() without a name compacts it")


def copy(path, output_file):
    """Writes all that a process has recorded so far to one other file. While a flight recorder goes on its
    oldest segments go: then once more with those that are left."""
    for attempt in range(10):
        names = segments(path)
        try:
            if len(names) == 1:
                return _tracer.compact(names[0], output_file, True)
            return _tracer.merge(names, output_file, True)
        except FileNotFoundError:
            if attempt == 9 or not os.path.isdir(os.path.dirname(os.path.abspath(output_file))):
                raise


def export(path, output_file):
    """The same as Chrome's JSON."""
    names = segments(path)
    if len(names) == 1:
        return _tracer.export(names[0], output_file)
    whole = f"{stem(path)}.export.tmp"
    try:
        copy(path, whole)
        _tracer.export(whole, output_file)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(whole)


def _is_recorded(path):
    """Whether a process records to a file: then it holds a lock on it."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False


def merge(path):
    """Replaces the files of a recording by one, but for those of processes that go on."""
    names = [name for name in segments(path) + children(path) if not _is_recorded(name)]
    if names in ([], [path]):
        return
    whole = f"{stem(path)}.merge.tmp"
    _tracer.merge(names, whole, True)
    os.replace(whole, path)
    for name in names:
        if name != path:
            os.unlink(name)
