"""Begins tracing in an interpreter that a traced program has started. See vtctrace/children.py."""
import importlib.machinery
import importlib.util
import os
import sys


def _begin():
    directory = os.path.dirname(os.path.abspath(__file__))
    package = os.path.dirname(os.path.dirname(directory))
    sys.path[:] = [entry for entry in sys.path
                   if not entry or os.path.abspath(entry) != directory]
    sys.path.insert(0, package)
    try:
        from vtctrace import children
        children.begin()
    except Exception:
        pass  # another Python, or no file to write to: the program is not to notice
    finally:
        if package in sys.path:
            sys.path.remove(package)


def _go_on():
    """Runs the sitecustomize that this one hides."""
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", sys.path)
    if spec and spec.loader:
        module = importlib.util.module_from_spec(spec)
        sys.modules["sitecustomize"] = module
        spec.loader.exec_module(module)


if "VTCTRACE_CHILD" in os.environ:
    _begin()
    _go_on()
