"""The tracer of this process."""
import atexit
import errno
import os
import threading
import weakref

from . import _tracer, family, logs, tasks  # noqa: F401 (tasks: the tracer asks it)
from .quantity import size_bytes, time_ns

_tracer.own_files(os.path.dirname(os.path.abspath(__file__)))

_all = weakref.WeakSet()


def _after_fork():
    """In a child: its tracers record to files of its own, and its parent's are none of its business."""
    for tracer in list(_all):
        tracer._lock = threading.RLock()  # which another thread of the parent may have held
        tracer.output_file = family.own_name(tracer.output_file, os.getpid())
        tracer._has_recorded = tracer._is_open


os.register_at_fork(after_in_child=_after_fork)


def _before_modules_go():
    """What is recorded beside calls is done by these, which will not be there. Calls go on."""
    for tracer in list(_all):
        tracer._end_logs()


# Registered first, so run last.
atexit.register(_before_modules_go)


def _paths(files):
    if files is None:
        return None
    return [os.path.abspath(file) for file in ([files] if isinstance(files, str) else files)]


def _above_0(value, text):
    if value == 0:
        raise ValueError(f"{text} is above 0")
    return value


def _depth(depth):
    if depth < -1:
        raise ValueError("max_stack_depth is -1 (no limit) or more")
    return 0xFFFFFFFF if depth < 0 else min(depth, 0xFFFFFFFF)


class Tracer:
    """Records function calls of all threads of this process, from start() to stop().

    One tracer of a process records at a time. What was recorded is in the file at once, and stays
    there whatever becomes of the process. The names of the options are those of VizTracer.

    output_file         the file; an existing trace is replaced, another file never. In a child of
                        fork it is NAME.pPID.vtc
    max_stack_depth     calls that are open at once and recorded; -1: all
    min_duration        shorter calls are left out: microseconds, or "1.5ms"
    include_files       only functions of these files and directories
    exclude_files       none of these
    ignore_c_function   no functions that are not written in Python
    ignore_frozen       no functions of modules that the interpreter has frozen
    log_func_args, log_func_retval   the repr of arguments and return values
    log_async           coroutines also on a track of their asyncio task
    log_gc, log_exception, log_print   garbage collections, exceptions, calls of print
    last, max_size      a flight recorder: keeps the last "30s", or the newest "200M"
    compact             parts of the file are compacted while others are recorded
    pid_suffix          the process id is in the file's name
    """

    def __init__(self, output_file="result.vtc", *, max_stack_depth=-1, min_duration=0,
                 include_files=None, exclude_files=None, ignore_c_function=False,
                 ignore_frozen=False, log_func_args=False, log_func_retval=False, log_async=False,
                 log_gc=False, log_exception=False, log_print=False, last=None, max_size=None,
                 compact=False, pid_suffix=False):
        self.output_file = os.path.abspath(output_file)
        if pid_suffix:
            self.output_file = family.child_name(self.output_file, os.getpid())
        minimum = time_ns(min_duration)
        if minimum and (log_func_args or log_func_retval):
            raise ValueError("min_duration records calls when they end: it does not go with "
                             "log_func_args and log_func_retval")
        self._options = {
            "include": _paths(include_files), "exclude": _paths(exclude_files),
            "ignore_c": ignore_c_function, "ignore_frozen": ignore_frozen,
            "log_arguments": log_func_args, "log_return_value": log_func_retval,
            "log_async": log_async,
            "depth_max": _depth(max_stack_depth), "min_duration_ns": minimum,
            "keep_ns": 0 if last is None else _above_0(time_ns(last, "s"), "last"),
            "max_bytes": 0 if max_size is None else _above_0(size_bytes(max_size), "max_size"), "compact": compact}
        self._logs = logs.chosen(gc=log_gc, exception=log_exception, print=log_print)
        self._lock = threading.RLock()
        self._is_open = self._is_paused = False
        self._has_recorded = False
        _all.add(self)

    @property
    def recording(self):
        """Whether calls are being recorded now."""
        return self._is_open and not self._is_paused

    def _open(self):
        if os.path.lexists(self.output_file) and not family.is_trace(self.output_file):
            raise FileExistsError(errno.EEXIST, "is no trace, and is not replaced",
                                  self.output_file)
        old_segments = family.note(family.later_segments(self.output_file))
        name = family.process_name()  # before calls are recorded
        _tracer.start(self.output_file, overwrite=True, **self._options)
        family.tell_process_name(name)
        family.remove_noted(old_segments)

    def start(self):
        """Begins a new file. Does nothing while it records."""
        with self._lock:
            if self._is_open:
                return
            self._open()
            self._is_open, self._is_paused, self._has_recorded = True, False, True
            for log in self._logs:
                log.begin()

    def stop(self):
        """Ends recording, of all threads, and closes the file. Waits for no thread."""
        with self._lock:
            if not self._is_open:
                return
            self._end_logs()
            self._is_open = False
            _tracer.stop()

    def _end_logs(self):
        if self._is_open:
            for log in self._logs:
                log.end()

    def pause(self):
        """Stops recording calls until resume()."""
        with self._lock:
            if self.recording:
                _tracer.pause()
                self._is_paused = True

    def resume(self):
        with self._lock:
            if self._is_open and self._is_paused:
                _tracer.resume()
                self._is_paused = False

    def clear(self):
        """Forgets what was recorded so far; goes on if it was recording."""
        with self._lock:
            if not self._is_open:
                family.remove_noted(family.note(family.segments(self.output_file)))
                self._has_recorded = False
                return
            _tracer.stop()
            try:
                self._open()
            except BaseException:
                self._is_open = False
                raise
            if self._is_paused:
                _tracer.pause()

    def save(self, output_file=None):
        """Without a name: stops, and compacts the file. With one: writes what there is so far to
        that file, compacted, or as Chrome's JSON where it ends in .json; recording goes on."""
        with self._lock:
            if not self._has_recorded:
                raise RuntimeError("nothing was recorded")
            if output_file is None:
                self.stop()
                family.compact(self.output_file)
                return
            output_file = os.fsdecode(output_file)
            family.refuse_own(self.output_file, output_file)
            write = family.export if output_file.endswith(".json") else family.copy
            write(self.output_file, output_file)

    def statistics(self):
        """Events lost, bytes of the files, threads; None while nothing is recorded."""
        return _tracer.statistics()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exc_info):
        self.stop()


def merge(paths, output_file, overwrite=False):
    """Makes one trace of many, as `vtc merge` does."""
    _tracer.merge([os.fspath(path) for path in paths], output_file, overwrite)
