"""What is recorded beside function calls: garbage collections, exceptions, print."""
import builtins
import gc
import sys
import threading

from . import _tracer, events


class Gc:
    """Spans "gc", with the generation, and instants with what was collected."""

    def begin(self):
        gc.callbacks.append(self._tell)

    def end(self):
        if self._tell in gc.callbacks:
            gc.callbacks.remove(self._tell)

    def _tell(self, phase, info):
        if phase == "start":
            _tracer.begin(self, "gc", "gc", {"generation": info["generation"]})
        else:
            _tracer.end(self)
            events.instant("gc collected", info, "gc")


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
        events.instant(kind.__name__, {"value": str(value)}, "exception")
        self._before[0](kind, value, traceback)

    def _thread(self, args):
        events.instant(args.exc_type.__name__, {"value": str(args.exc_value)}, "exception")
        self._before[1](args)


class Print:
    """An instant for each call of print, with the text."""

    def begin(self):
        self._print = builtins.print
        builtins.print = self._traced

    def end(self):
        if builtins.print == self._traced:
            builtins.print = self._print

    def _traced(self, *objects, **options):
        separator = options.get("sep")
        events.instant("print", {"text": (" " if separator is None else separator).join(
            map(str, objects))}, "print")
        self._print(*objects, **options)


def chosen(**names):
    kinds = {"gc": Gc, "exception": Exceptions, "print": Print}
    return [kinds[name]() for name, wanted in names.items() if wanted]
