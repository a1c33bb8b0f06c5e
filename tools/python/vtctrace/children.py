"""Processes that a traced one makes.

A child of fork goes on recording, to NAME.pPID.vtc: the library does that. An interpreter that is
started anew finds this package's `child` directory at the head of PYTHONPATH, and with it a
sitecustomize that begins to trace by what VTCTRACE_CHILD says, takes the directory out of sys.path,
and imports the sitecustomize that would have been found without.
"""
import json
import os
import sys

from . import family, shadows

VARIABLE = "VTCTRACE_CHILD"
DIRECTORY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "child")
_tracer_of_environment = None


def announce(output_file, options):
    """Interpreters that are started from now on trace as this one."""
    os.environ[VARIABLE] = json.dumps({"output_file": output_file, **options})
    others = os.environ.get("PYTHONPATH", "")
    if others.split(os.pathsep)[0] != DIRECTORY:
        os.environ["PYTHONPATH"] = DIRECTORY + (os.pathsep + others if others else "")
    os.register_at_fork(before=_watch_multiprocessing)


def begin():
    """In such an interpreter."""
    global _tracer_of_environment
    from .tracer import Tracer
    options = json.loads(os.environ[VARIABLE])
    whole = options.pop("output_file")
    tracer = Tracer(family.free_child_name(whole, os.getpid()), **options)
    tracer.start()
    os.register_at_fork(before=_watch_multiprocessing)
    _tracer_of_environment = tracer
    shadows.uncover(shadows.directory_of_program(), "sitecustomize")


def give_up():
    """The interpreter has a tracer of its own."""
    global _tracer_of_environment
    if _tracer_of_environment:
        _tracer_of_environment.stop()
        _tracer_of_environment.clear()
        _tracer_of_environment = None


def _close_at_the_end(_):
    """In a child of multiprocessing, which ends by os._exit, after its finalizers."""
    from multiprocessing import util
    from . import _tracer
    family.tell_process_name(family.process_name())
    util.Finalize(None, _tracer.stop, exitpriority=-1000)


def _watch_multiprocessing():
    """Before a fork: a program that has not imported multiprocessing does not get it from us."""
    util = sys.modules.get("multiprocessing.util")
    if util and not _Anchor.is_registered:
        _Anchor.is_registered = True
        util.register_after_fork(_Anchor, _close_at_the_end)


class _Anchor:
    """What the registration is of: it lasts as long."""
    is_registered = False
