"""python -m vtctrace"""
import atexit
import os
import sys

from . import shadows

with shadows.LibraryFirst(True):
    from . import children, family, options, program
    from .messages import say
    from .tracer import Tracer


def _complain(text, code):
    sys.stderr.write(f"vtctrace: {text}\n")
    sys.exit(code)


def _default_name(kind, target):
    if kind == "code":
        return "command.vtc"
    base = os.path.basename(os.path.normpath(target)) if kind == "script" else target
    return (base[:-3] if base.endswith(".py") else base) + ".vtc"


def _tracer_options(chosen):
    names = ("max_stack_depth", "min_duration", "include_files", "exclude_files",
             "ignore_c_function", "ignore_frozen", "log_func_args", "log_func_retval", "log_async",
             "log_gc", "log_exception", "log_print", "last", "max_size", "compact")
    return {name: getattr(chosen, name) for name in names}


def _tell(text, chosen):
    if chosen.verbose or (not chosen.quiet and os.isatty(2)):
        say(text)


def _finish(tracer, chosen, pid):
    """Calls are recorded until the interpreter is gone, unless the file is wanted before."""
    if os.getpid() != pid:
        return
    facts = tracer.statistics() or {"lost": 0}
    if chosen.compact or chosen.merge:
        tracer.stop()
    path = tracer.output_file
    try:
        if chosen.compact:
            family.compact(path)
        if chosen.merge:
            family.merge(path)
        total = sum(os.path.getsize(name) for name in family.segments(path))
        others = len(family.children(path))
        _tell(f"{path}: {total:,} bytes" + (f", and {others} of other processes ({family.stem(path)}.p*.vtc)"
                                            if others else ""), chosen)
    except (OSError, RuntimeError, ValueError) as error:
        say(error)
    if facts["lost"] and not (chosen.last or chosen.max_size):
        say(f"{path}: {facts['lost']} events were not recorded ('vtc info' tells why)")


def _tell_without_ours(hook):
    """The program's excepthook, once, for an exception that has left the program: what it is told is what it
    would be told without us."""
    def tell(kind, error, traceback):
        sys.excepthook = hook
        sys.last_traceback = error.__traceback__ = program.without_ours(traceback)
        hook(kind, error, error.__traceback__)
    return tell


def _run(run):
    """What the program raises ends the interpreter as ever: also by SIGINT where it is a
    KeyboardInterrupt, behind all that is to be done at exit."""
    try:
        run()
    except SystemExit:
        raise
    except BaseException:
        if callable(getattr(sys, "excepthook", None)):
            sys.excepthook = _tell_without_ours(sys.excepthook)
        raise


def main(arguments=None):
    words, kind, rest = options.split(sys.argv[1:] if arguments is None else arguments)
    chosen = options.parser().parse_args(words)
    if not rest:
        _complain("a program is missing: script.py, -m module or -c code", 2)
    children.give_up()
    name = chosen.output_file or _default_name(kind, rest[0])
    chosen_options = _tracer_options(chosen)
    try:
        tracer = Tracer(name, pid_suffix=chosen.pid_suffix, **chosen_options)
    except ValueError as error:
        _complain(str(error), 2)
    try:
        run = getattr(program, kind)(rest[0], rest[1:])
    except program.NotRun as error:
        _complain(str(error), 2)
    old_children = family.note(family.children(tracer.output_file))
    if not chosen.ignore_multiprocess:
        for names in ("include_files", "exclude_files"):
            if chosen_options[names]:
                chosen_options[names] = [os.path.abspath(path) for path in chosen_options[names]]
        children.announce(tracer.output_file, chosen_options)
    atexit.register(_finish, tracer, chosen, os.getpid())
    try:
        tracer.start()
    except (OSError, ValueError, RuntimeError) as error:
        _complain(str(error), 1)
    family.remove_noted(old_children)
    shadows.uncover(sys.path[0], "runpy")
    _run(run)


if __name__ == "__main__":
    main()
