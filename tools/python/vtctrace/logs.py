"""What is recorded beside function calls: garbage collections, exceptions, print."""
import builtins
import gc
import sys
import threading

from . import _tracer, events


def _text(value):
    try:
        return str(value)
    except Exception:
        return "<no str>"


class Gc:
    """Spans "gc", with the generation, and instants with what was collected."""

    def begin(self):
        gc.callbacks.append(_tracer.gc)

    def end(self):
        if _tracer.gc in gc.callbacks:
            gc.callbacks.remove(_tracer.gc)


class Exceptions:
    """An instant for each exception that is raised; before 3.12 for those that end a thread."""

    def begin(self):
        if hasattr(sys, "monitoring"):
            _tracer.log_exceptions(True)
            return
        self._before = sys.excepthook, threading.excepthook
        sys.excepthook, threading.excepthook = self._main, self._thread

    def end(self):
        if hasattr(sys, "monitoring"):
            _tracer.log_exceptions(False)
            return
        if sys.excepthook == self._main:
            sys.excepthook = self._before[0]
        if threading.excepthook == self._thread:
            threading.excepthook = self._before[1]

    def _main(self, kind, value, traceback):
        events.instant(kind.__name__, {"value": _text(value)}, "exception")
        self._before[0](kind, value, traceback)

    def _thread(self, args):
        events.instant(args.exc_type.__name__, {"value": _text(args.exc_value)}, "exception")
        self._before[1](args)


class _Overheard:
    """A file as print uses it, that keeps what is written to it."""
    __slots__ = ("_file", "texts")

    def __init__(self, file):
        self._file, self.texts = file, []

    @property
    def write(self):
        write = self._file.write

        def write_and_keep(text):
            self.texts.append(text)
            return write(text)
        return write_and_keep

    @property
    def flush(self):
        return self._file.flush


class _Print:
    """print, that tells what it writes. No function, as a function in a class would be a method."""

    def __init__(self, print_it):
        # By these it is found where it is pickled.
        self.__module__, self.__qualname__ = print_it.__module__, print_it.__qualname__
        self.__name__, self.__doc__ = print_it.__name__, print_it.__doc__
        self.__self__ = getattr(print_it, "__self__", None)
        self._print = print_it

    def __call__(self, *objects, **options):
        file = options.get("file")
        file = getattr(sys, "stdout", None) if file is None else file
        if file is None:
            return self._print(*objects, **options)
        overheard = _Overheard(file)
        try:
            return self._print(*objects, **{**options, "file": overheard})
        finally:
            events.instant("print", {"text": "".join(overheard.texts).removesuffix("\n")}, "print")

    def __repr__(self):
        return repr(self._print)

    def __reduce__(self):
        return self.__name__


class Print:
    """An instant for each call of print, with the text that it wrote."""

    def begin(self):
        self._print = builtins.print
        self._traced = _Print(self._print)
        builtins.print = self._traced

    def end(self):
        if builtins.print is self._traced:
            builtins.print = self._print


def chosen(**names):
    kinds = {"gc": Gc, "exception": Exceptions, "print": Print}
    return [kinds[name]() for name, wanted in names.items() if wanted]
