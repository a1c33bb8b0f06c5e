"""Running traced programs, and asking what is in their files."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import textwrap
import unittest

import vtctrace

VTC = os.environ["VTC"]
IS_FREE_THREADED = not getattr(sys, "_is_gil_enabled", lambda: True)()


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def ask(path, question):
    done = subprocess.run([VTC, "query", "--format", "json", "--limit", "all", str(path), question],
                          capture_output=True, text=True)
    assert done.returncode == 0, (question, done.returncode, done.stderr)
    return json.loads(done.stdout)


def short(name):
    """`f (/a/b.py:3)` without where it is."""
    return name.split(" (")[0] if name else name


def counts(path, category="python"):
    """How often each function was called."""
    result = {}
    for row in ask(path, "SELECT name, count(*) AS n FROM slice WHERE category = "
                         f"'{category}' GROUP BY name"):
        result[short(row["name"])] = result.get(short(row["name"]), 0) + row["n"]
    return result


def verify(path):
    done = subprocess.run([VTC, "verify", str(path)], capture_output=True, text=True)
    assert done.returncode == 0, (path, done.returncode, done.stdout, done.stderr)


class Case(unittest.TestCase):
    maxDiff = None

    """A directory for each test, gone with it."""

    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="vtc-python-"))
        self.addCleanup(shutil.rmtree, self.directory, True)
        self.file = self.directory / "t.vtc"

    def script(self, text, name="app.py"):
        path = self.directory / name
        path.write_text(textwrap.dedent(text))
        return path

    def trace(self, function, *arguments, **options):
        """How often each function was called within a call of this one."""
        with vtctrace.Tracer(self.file, **options):
            function(*arguments)
        verify(self.file)
        return counts(self.file)

    def run_python(self, *arguments, timeout=100, **options):
        """stdout, stderr and the exit code of this interpreter."""
        done = subprocess.run([sys.executable, *map(str, arguments)], capture_output=True,
                              text=True, cwd=self.directory, timeout=timeout, **options)
        return done.stdout, done.stderr, done.returncode

    def traced(self, *arguments, code=0, **options):
        """Runs `python -m vtctrace -o t.vtc ARGUMENTS`; gives stdout and stderr."""
        out, err, actual = self.run_python("-m", "vtctrace", "-o", self.file, *arguments, **options)
        self.assertEqual(actual, code, err)
        return out, err

    def run_program(self, text, **options):
        """A program that uses the library itself, and is to end well and say nothing of errors."""
        out, err, code = self.run_python(self.script(text), self.file, **options)
        self.assertEqual((code, err), (0, ""), out)
        return out


def main():
    unittest.main(verbosity=2)
