"""What a program records by itself. Outside of tracing all of these do nothing."""
import functools

from . import _tracer


def instant(name, args=None, category=None):
    """A moment, with a dict of arguments."""
    return _tracer.record("i", name, category, None, args)


def counter(name, series, category=None):
    """Values at this moment: a number, or a dict of numbers by name."""
    if not isinstance(series, dict):
        series = {"value": series}
    return _tracer.record("C", name, category, None, series)


def async_begin(name, id, args=None, category="async"):
    """Begins what goes on beside the threads: ended by the same name, id and category."""
    return _tracer.record("b", name, category, id, args)


def async_instant(name, id, args=None, category="async"):
    return _tracer.record("n", name, category, id, args)


def async_end(name, id, args=None, category="async"):
    return _tracer.record("e", name, category, id, args)


def flow_start(name, id, args=None, category="flow"):
    """An arrow from here to the next step or end of the same name, id and category."""
    return _tracer.record("s", name, category, id, args)


def flow_step(name, id, args=None, category="flow"):
    return _tracer.record("t", name, category, id, args)


def flow_end(name, id, args=None, category="flow"):
    return _tracer.record("f", name, category, id, args)


class span:
    """A span of the program's own:

        with vtctrace.span("load", size=n):
            ...
    """
    __slots__ = ("_name", "_args", "_category")

    def __init__(self, name, /, category=None, **args):
        self._name, self._category, self._args = name, category, args

    def __enter__(self):
        _tracer.begin(self, self._name, self._category, self._args)
        return self

    def __exit__(self, *exc_info):
        _tracer.end(self)


def trace(function=None, /, *, name=None, category=None):
    """A decorator: calls of the function are spans, also where functions are not traced."""
    if function is None:
        return functools.partial(trace, name=name, category=category)

    @functools.wraps(function)
    def traced(*args, **kwargs):
        with span(name or function.__qualname__, category):
            return function(*args, **kwargs)
    return traced
