"""Running a program as the interpreter would: script, -m module, -c code."""
import builtins
import importlib.machinery
import io
import os
import runpy
import sys
import types


class NotRun(Exception):
    """There is no such program."""


def _fresh_main(**members):
    """A module __main__ as the interpreter makes it."""
    module = types.ModuleType("__main__")
    module.__dict__.update(__builtins__=builtins, **members)
    if sys.version_info < (3, 14):
        module.__dict__["__annotations__"] = {}
    sys.modules["__main__"] = module
    return module.__dict__


def script(path, arguments):
    """Gives what runs it."""
    sys.argv[:] = [path, *arguments]
    if os.path.isdir(path) or path.endswith((".zip", ".pyz")):
        sys.path[0] = path
        _fresh_main(__spec__=None, __loader__=None, __package__=None)
        return lambda: runpy._run_module_as_main("__main__", False)
    whole = os.path.abspath(path)
    try:
        with io.open_code(whole) as file:
            source = file.read()
    except OSError as error:
        raise NotRun(f"can't open file {whole!r}: [Errno {error.errno}] "
                     f"{error.strerror}") from None
    sys.path[0] = os.path.dirname(os.path.realpath(path))
    loader = importlib.machinery.SourceFileLoader("__main__", whole)
    names = _fresh_main(__file__=whole, __cached__=None, __spec__=None, __loader__=loader,
                        __package__=None)
    return lambda: exec(compile(source, whole, "exec", dont_inherit=True), names)


def module(name, arguments):
    sys.argv[:] = [name, *arguments]
    sys.path[0] = os.getcwd()
    _fresh_main(__spec__=None, __loader__=None, __package__=None)
    # What the interpreter itself does for -m; the public run_module differs in messages and names.
    return lambda: runpy._run_module_as_main(name)


def code(text, arguments):
    sys.argv[:] = ["-c", *arguments]
    sys.path[0] = ""
    names = _fresh_main(__spec__=None, __loader__=importlib.machinery.BuiltinImporter,
                        __package__=None)
    return lambda: exec(compile(text, "<string>", "exec", dont_inherit=True), names)


def without_ours(traceback):
    """A traceback from where the program begins."""
    here = os.path.dirname(os.path.abspath(__file__))
    while traceback and (
            os.path.dirname(traceback.tb_frame.f_code.co_filename) == here or
            traceback.tb_frame.f_code.co_filename in ("<frozen runpy>", runpy.__file__)):
        traceback = traceback.tb_next
    return traceback
