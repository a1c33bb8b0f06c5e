"""Which asyncio task a thread is running: a number for each, which is the id of its track."""
import itertools
import os
import sys
import threading
import weakref

from . import _tracer, events

_numbers = weakref.WeakKeyDictionary()
_next = itertools.count(1)
_lock = threading.Lock()


def _renew_lock():
    """In a child, whose parent's other threads may have held it."""
    global _lock
    _lock = threading.Lock()


os.register_at_fork(after_in_child=_renew_lock)


def _current():
    """The number of the running task; 0: none. Called by the tracer, untraced."""
    asyncio = sys.modules.get("asyncio")
    if asyncio is None:
        return 0
    try:
        task = asyncio.current_task()
    except RuntimeError:
        return 0  # no loop runs
    if task is None:
        return 0
    with _lock:
        number = _numbers.get(task)
        if number is not None:
            return number
        number = _numbers[task] = next(_next)
    events.async_instant(task.get_name(), number)
    return number


_tracer.task_finder(_current)
