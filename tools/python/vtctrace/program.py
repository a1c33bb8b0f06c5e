"""Running a program as the interpreter would: script, -m module, -c code."""
import builtins
import contextlib
import importlib.machinery
import io
import linecache
import os
import pkgutil
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


def _search_first(directory):
    """For modules; unless -P or -I leave that out."""
    if not sys.flags.safe_path:
        sys.path[0] = directory


def script(path, arguments):
    """Gives what runs it."""
    sys.argv[:] = [path, *arguments]
    if path == "-":
        _search_first("")
        return _code(sys.stdin.buffer.read(), "<stdin>")
    if pkgutil.get_importer(path):  # a directory, a zip archive
        sys.path[:0 if sys.flags.safe_path else 1] = [os.path.abspath(path)]
        _fresh_main(__spec__=None, __loader__=None, __package__=None)
        return lambda: runpy._run_module_as_main("__main__", False)
    whole = os.path.abspath(path)
    try:
        with io.open_code(whole) as file:
            source = file.read()
    except OSError as error:
        raise NotRun(f"can't open file {whole!r}: [Errno {error.errno}] "
                     f"{error.strerror}") from None
    _search_first(os.path.dirname(os.path.realpath(path)))
    compiled = pkgutil.read_code(io.BytesIO(source))  # of a .pyc
    loader = importlib.machinery.SourceFileLoader("__main__", whole)
    names = _fresh_main(__file__=whole, __cached__=None, __spec__=None, __loader__=loader,
                        __package__=None)
    return lambda: exec(compiled or compile(source, whole, "exec", dont_inherit=True), names)


def module(name, arguments):
    sys.argv[:] = ["-m", *arguments]
    with contextlib.suppress(OSError):  # the directory is gone
        _search_first(os.getcwd())
    _fresh_main(__spec__=None, __loader__=None, __package__=None)
    # What the interpreter itself does for -m; the public run_module differs in messages and names.
    return lambda: runpy._run_module_as_main(name)


def code(text, arguments):
    sys.argv[:] = ["-c", *arguments]
    _search_first("")
    return _code(text, "<string>")


def _code(text, name):
    names = _fresh_main(__spec__=None, __loader__=importlib.machinery.BuiltinImporter,
                        __package__=None)

    def run():
        compiled = compile(text, name, "exec", dont_inherit=True)
        if name == "<string>" and hasattr(linecache, "_register_code"):
            # From 3.13 on tracebacks have its lines.
            linecache._register_code(compiled, text, name)
            if compiled in linecache.cache:  # 3.13.0: it is looked for by its name
                linecache.cache[name] = linecache.cache.pop(compiled)
        exec(compiled, names)
    return run


def without_ours(traceback):
    """A traceback from where the program begins."""
    here = os.path.dirname(os.path.abspath(__file__))
    while traceback and (
            os.path.dirname(traceback.tb_frame.f_code.co_filename) == here or
            traceback.tb_frame.f_code.co_filename in ("<frozen runpy>", runpy.__file__)):
        traceback = traceback.tb_next
    return traceback
