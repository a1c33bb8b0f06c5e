"""The command line."""
import argparse

USAGE = """python -m vtctrace [-o FILE] [options] script.py [args...]
       python -m vtctrace [-o FILE] [options] -m module [args...]
       python -m vtctrace [-o FILE] [options] -c code [args...]
       python -m vtctrace [-o FILE] [options] - [args...] (the program is read from stdin)"""


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        self.exit(2, f"vtctrace: {message}\n(try 'python -m vtctrace --help')\n")


def parser():
    own = _Parser(prog="vtctrace", usage=USAGE, allow_abbrev=False,
                  description="Runs a Python program and records its calls into a .vtc file.")
    own.add_argument("-o", "--output_file", metavar="FILE",
                     help="the trace; the default is the program's name with .vtc")
    own.add_argument("--pid_suffix", action="store_true", help="the process id is in its name")
    own.add_argument("--max_stack_depth", type=int, default=-1, metavar="N",
                     help="no calls that are deeper than this")
    own.add_argument("--min_duration", default="0", metavar="TIME",
                     help="no calls that are shorter: 100us, 1.5ms")
    own.add_argument("--include_files", nargs="+", metavar="PATH",
                     help="only functions of these files and directories; -- ends the list")
    own.add_argument("--exclude_files", nargs="+", metavar="PATH", help="no functions of these")
    own.add_argument("--ignore_c_function", action="store_true",
                     help="no functions that are not written in Python")
    own.add_argument("--ignore_frozen", action="store_true",
                     help="no functions of frozen modules (the import system)")
    own.add_argument("--log_func_args", action="store_true", help="with arguments")
    own.add_argument("--log_func_retval", action="store_true", help="with return values")
    own.add_argument("--log_async", action="store_true",
                     help="coroutines also on a track of their asyncio task")
    own.add_argument("--log_gc", action="store_true", help="with garbage collections")
    own.add_argument("--log_exception", action="store_true", help="with exceptions")
    own.add_argument("--log_print", action="store_true", help="with what print prints")
    own.add_argument("--last", metavar="TIME", help="keep the last 30s only")
    own.add_argument("--max-size", "--max_size", metavar="SIZE", dest="max_size",
                     help="keep the newest 200M only")
    own.add_argument("--compact", action="store_true",
                     help="compact meanwhile, and the rest at the end")
    own.add_argument("--merge", action="store_true",
                     help="at the end, make one trace of those of all processes")
    own.add_argument("--ignore_multiprocess", action="store_true",
                     help="do not trace Python programs that this one starts")
    own.add_argument("-v", "--verbose", action="store_true",
                     help="tell about the file also where stderr is no terminal")
    own.add_argument("-q", "--quiet", action="store_true", help="tell about losses only")
    return own


def split(arguments):
    """Gives vtctrace's options; what kind of program it is: "script", "module" or "code"; and the
    program with its arguments. Options end where the program begins."""
    takes_one = {"-o", "--output_file", "--max_stack_depth", "--min_duration", "--last",
                 "--max-size", "--max_size"}
    at = 0
    while at < len(arguments):
        word = arguments[at]
        if word == "--":
            return arguments[:at], "script", arguments[at + 1:]
        if word in ("-m", "-c"):
            return arguments[:at], "module" if word == "-m" else "code", arguments[at + 1:]
        if word in ("--include_files", "--exclude_files"):
            at = _end_of_list(arguments, at + 1)
        elif word in takes_one:
            at += 2
        elif word.startswith("-") and word != "-":
            at += 1
        else:
            return arguments[:at], "script", arguments[at:]
    return arguments, "script", []


def _end_of_list(arguments, at):
    """A list of paths ends at the next option, or at `--`."""
    while at < len(arguments) and not arguments[at].startswith("-"):
        at += 1
    return at
