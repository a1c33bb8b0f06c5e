"""vtctrace: records what a Python program does, into a .vtc file.

    python3 -m vtctrace -o app.vtc app.py

    with vtctrace.Tracer("app.vtc"):
        work()

    vtc query app.vtc "top 20 by self"
"""
from .shadows import LibraryFirst, is_command_line

with LibraryFirst(is_command_line()):
    from .events import (async_begin, async_end, async_instant, counter, flow_end, flow_start,
                         flow_step, instant, span, trace)
    from .log_handler import LogHandler
    from .signals import install
    from .tracer import Tracer, merge

__all__ = ["Tracer", "LogHandler", "async_begin", "async_end", "async_instant", "counter",
           "flow_end", "flow_start", "flow_step", "install", "instant", "merge", "span", "trace"]
