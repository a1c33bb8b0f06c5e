"""python -m vtctrace: the program runs as it would without, and its calls are in the file."""
import os
import py_compile
import signal
import stat
import subprocess
import sys
import time
import unittest
import zipapp

from support import Case, ask, counts, main, verify

PROGRAM = """
    import sys
    def f(n):
        return n if n < 2 else f(n - 1) + f(n - 2)
    print(__name__, __file__ if "__file__" in globals() else None, sys.argv, sys.path[0], f(8))
    print(sorted(name for name in globals() if name.startswith("__")))
    print("to stderr", file=sys.stderr)
"""


class TestCommandLine(Case):
    def assert_same(self, *arguments, options=(), **more):
        """With and without vtctrace: what is printed, and the exit code."""
        plain = self.run_python(*arguments, **more)
        traced = self.run_python("-m", "vtctrace", "-o", self.file, *options, *arguments, **more)
        self.assertEqual(plain, traced)
        verify(self.file)
        return plain

    def test_script__runs_as_without(self):
        self.assert_same(self.script(PROGRAM), "a", "-b", "--log_gc", "-o", "x")
        self.assertEqual(counts(self.file)["f"], 67)

    def test_script__in_a_relative_directory(self):
        (self.directory / "sub").mkdir()
        self.script(PROGRAM, "sub/app.py")
        self.assert_same("sub/app.py", "a")

    def test_module__runs_as_without(self):
        (self.directory / "package").mkdir()
        self.script("", "package/__init__.py")
        self.script(PROGRAM, "package/__main__.py")
        self.assert_same("-m", "package", "a", "-m")
        self.assertEqual(counts(self.file)["f"], 67)

    def test_code__runs_as_without(self):
        self.assert_same("-c", "import sys; print(__name__, sys.argv, sys.path[0])", "a")

    def test_directory__with_a_main(self):
        (self.directory / "app").mkdir()
        self.script(PROGRAM, "app/__main__.py")
        self.assert_same("app", "a")

    def test_exit__codes_are_the_programs(self):
        for text in ("import sys; sys.exit(7)", "import sys; sys.exit('text')", "raise SystemExit",
                     "import os; os._exit(9)", "1 / 0", "def f(): raise ValueError('x')\nf()",
                     "raise KeyError('a') from ValueError('b')", "syntax error", "import nothing",
                     "import threading\nthreading.Thread(target=lambda: 1 / 0).start()",
                     "import atexit; atexit.register(print, 'last')",
                     "import sys; sys.stdout.close()"):
            with self.subTest(text):
                self.assert_same(self.script(text))

    def test_exit__threads_and_atexit_are_recorded(self):
        self.traced(self.script("""
            import atexit, threading, time
            def late():
                pass
            def last():
                pass
            def run():
                time.sleep(0.1)
                late()
            atexit.register(last)
            threading.Thread(target=run).start()
            """))
        found = counts(self.file)
        self.assertEqual((found["late"], found["last"]), (1, 1))

    def test_interrupt__ends_the_program_as_without(self):
        script = self.script("import time\nprint('ready', flush=True)\ntime.sleep(100)")
        for arguments in ([script], ["-m", "vtctrace", "-o", self.file, script]):
            child = subprocess.Popen([sys.executable, *map(str, arguments)], text=True,
                                     stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            child.stdout.readline()
            child.send_signal(signal.SIGINT)
            _, err = child.communicate(timeout=60)
            self.assertEqual(child.returncode, -signal.SIGINT, err)
            self.assertIn("KeyboardInterrupt", err)
            self.assertNotIn("vtctrace", err)
        verify(self.file)

    def test_interrupt__ends_behind_all_handlers(self):
        """Those of the program, in which multiprocessing ends its daemons; and our own."""
        script = self.script("""
            import atexit, multiprocessing, sys, time
            def idle():
                time.sleep(100)
            def last():
                print("last", flush=True)
            atexit.register(last)
            if __name__ == "__main__":
                child = multiprocessing.get_context("fork").Process(target=idle, daemon=True)
                child.start()
                print(child.pid, flush=True)
                time.sleep(100)
            """)
        child = subprocess.Popen([sys.executable, "-m", "vtctrace", "-o", str(self.file), "--merge", str(script)],
                                 text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        daemon = int(child.stdout.readline())
        time.sleep(0.3)  # a signal just before time.sleep begins is told after it
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=60)
        self.assertEqual((out, child.returncode), ("last\n", -signal.SIGINT), err)
        with self.assertRaises(ProcessLookupError):
            os.kill(daemon, 0)
        self.assertEqual(list(self.directory.glob("t*.vtc")), [self.file])
        self.assertEqual(counts(self.file)["last"], 1)

    def test_exceptions__leave_the_program_as_without(self):
        for text in ("def f():\n    raise ValueError('x')\nf()",
                     "import atexit, sys, traceback\n"
                     "def tell():\n"
                     "    print(repr(sys.last_value), sys.excepthook is sys.__excepthook__)\n"
                     "    print(traceback.format_tb(sys.last_traceback))\n"
                     "atexit.register(tell)\n1 / 0",
                     "import sys\nsys.excepthook = lambda *info: print(info[:2], info[2].tb_lineno, info[2].tb_next)\nraise KeyError"):
            with self.subTest(text):
                self.assert_same(self.script(text))
                self.assert_same("-c", text)
                self.assert_same("-", input=text)

    def test_modules__of_the_program_hide_those_of_the_library(self):
        names = ("json", "logging", "argparse", "glob")
        for name in names:
            self.script(f"whose = 'mine'\nprint('imported {name}')", f"{name}.py")
        script = self.script("import sys\nfor name in sys.argv[1:]:\n"
                             "    print(name, getattr(__import__(name), 'whose', None))")
        for arguments in ([script], ["-c", script.read_text()], ["-m", "app"], ["-P", script]):
            plain = self.run_python(*arguments, "json", "logging", "glob")
            before, after = (arguments[:1], arguments[1:]) if arguments[0] == "-P" else ([], arguments)
            traced = self.run_python(*before, "-m", "vtctrace", "-o", self.file, *after,
                                     "json", "logging", "glob")
            self.assertEqual(plain, traced, arguments)
        # Also in a program that a traced one starts.
        out, err = self.traced("-c", "import subprocess, sys\n"
                               "subprocess.run([sys.executable, *sys.argv[1:]])", script, "json", "glob")
        self.assertEqual((out, err), ("imported json\njson mine\nimported glob\nglob mine\n", ""))

    def test_modules__directories_hide_nothing(self):
        for name in ("enum", "logging", "signal", "json"):
            (self.directory / name).mkdir()
        self.assert_same(self.script("import enum, re, json; print(isinstance(re.I, enum.Enum), json.dumps(1))"))

    def test_script__compiled_archived_and_piped(self):
        script = self.script(PROGRAM)
        py_compile.compile(str(script), self.directory / "c.pyc")
        self.assert_same("c.pyc", "a")
        (self.directory / "source").mkdir()
        self.script(PROGRAM, "source/__main__.py")
        zipapp.create_archive(self.directory / "source", self.directory / "archive")
        self.assert_same("archive", "a")
        self.assert_same("-", "a", input="import sys; print(sys.argv, ascii('\xe9'), __name__)\n")

    def test_stderr__of_the_program_is_left_alone(self):
        self.assert_same(self.script("import sys\nclass Tee:\n    def write(self, text): pass\n"
                                     "    def flush(self): pass\nsys.stderr = Tee()"))
        self.assert_same(self.script("class Bad(Exception):\n    def __str__(self): raise KeyError\n"
                                     "raise Bad"), options=["--log_exception"])

    def test_module__its_runner_takes_no_depth(self):
        self.script(PROGRAM)
        self.traced("--max_stack_depth", "2", "--ignore_c_function", "-m", "app")
        self.assertEqual(counts(self.file)["f"], 1)

    def test_files_of_others__are_not_removed(self):
        for name in ("t.p12.vtc", "t.0001.vtc"):
            (self.directory / name).write_text("precious")
        (self.directory / "t.p13.vtc").mkdir()
        self.assertEqual(self.traced(self.script("pass")), ("", ""))
        self.assertEqual((self.directory / "t.p12.vtc").read_text(), "precious")
        self.assertEqual((self.directory / "t.0001.vtc").read_text(), "precious")

    def test_output__is_named_after_the_program(self):
        script = self.script("pass", "my.app.py")
        for arguments, name in (([script], "my.app.vtc"), (["-c", "pass"], "command.vtc"),
                                (["-m", "this"], "this.vtc")):
            self.assertEqual(self.run_python("-m", "vtctrace", *arguments)[2], 0)
            verify(self.directory / name)

    def test_output__pid_suffix(self):
        self.run_python("-m", "vtctrace", "--pid_suffix", "-o", self.file, self.script("pass"))
        found = list(self.directory.glob("t.p*.vtc"))
        self.assertEqual(len(found), 1)

    def test_output__that_cannot_be_written(self):
        script = self.script("print('ran')")
        (self.directory / "precious").write_text("text")
        for output in ("none/t.vtc", ".", "precious"):
            out, err, code = self.run_python("-m", "vtctrace", "-o", output, script)
            self.assertEqual((out, code), ("", 1), output)
            self.assertRegex(err, r"^vtctrace: .*\n$")
        self.assertEqual((self.directory / "precious").read_text(), "text")

    @unittest.skipIf(os.geteuid() == 0, "root writes everywhere")
    def test_output__in_a_directory_without_permission(self):
        closed = self.directory / "closed"
        closed.mkdir()
        closed.chmod(stat.S_IRUSR | stat.S_IXUSR)
        _, err, code = self.run_python("-m", "vtctrace", "-o", closed / "t.vtc", "-c", "pass")
        self.assertEqual(code, 1)
        self.assertIn("Permission denied", err)

    def test_options__that_are_wrong(self):
        for arguments in ([], ["--none", "x.py"], ["--min_duration", "soon", "-c", "pass"],
                          ["--max_stack_depth", "x", "-c", "pass"], ["-o"], ["-m"], ["-c"],
                          ["--min_duration", "1ms", "--log_func_args", "-c", "pass"],
                          ["--max-size", "big", "-c", "pass"], ["none.py"],
                          ["--max-size", "0", "-c", "pass"], ["--last", "0s", "-c", "pass"],
                          ["--include_files", "--", "x.py"]):
            _, err, code = self.run_python("-m", "vtctrace", *arguments)
            self.assertEqual(code, 2, (arguments, err))
            self.assertRegex(err, r"^vtctrace: ", arguments)
            self.assertNotIn("Traceback", err)

    def test_options__filters(self):
        script = self.script("""
            import other
            def f(n):
                return n if n < 2 else f(n - 1) + f(n - 2)
            f(8)
            other.g()
            """)
        self.script("def g(): return len('abc')", "other.py")
        self.traced("--include_files", "other.py", "--", script)
        self.assertEqual(counts(self.file), {"<module>": 1, "g": 1})
        self.traced("--exclude_files", "other.py", "app.py", "--ignore_frozen", script)
        self.assertNotIn("g", counts(self.file))
        self.traced("--max_stack_depth", "3", "--ignore_c_function", "-v", script)
        self.assertEqual(counts(self.file, "c"), {})
        self.assertLess(counts(self.file)["f"], 67)

    def test_options__log(self):
        self.traced("--log_func_args", "--log_func_retval", "--log_gc", "--log_exception",
                    "--log_print", "--log_async", self.script(PROGRAM))
        rows = ask(self.file, "SELECT DISTINCT string_value AS v FROM args WHERE key GLOB '*n'")
        self.assertLessEqual({"8", "1"}, {row["v"] for row in rows})

    def test_flight_recorder__keeps_within_its_size(self):
        self.traced("--max-size", "4M", "-q", self.script("""
            def f(n):
                return n if n < 2 else f(n - 1) + f(n - 2)
            f(27)
            """))
        total = sum(path.stat().st_size for path in self.directory.glob("t*.vtc"))
        self.assertLess(total, 4.5 * 2**20)
        self.assertGreater(total, 2**20)

    def test_flight_recorder__the_last_of_it_in_one_file(self):
        self.traced("--last", "1s", "--merge", self.script("""
            import time
            def early():
                pass
            def late():
                pass
            def f(n):
                return n if n < 2 else f(n - 1) + f(n - 2)
            early()
            begin = time.monotonic()
            while time.monotonic() - begin < 3:
                f(14)
            late()
            """))
        self.assertEqual(list(self.directory.glob("t*.vtc")), [self.file])
        found = counts(self.file)
        self.assertEqual((found.get("early"), found["late"]), (None, 1))

    def test_compact__leaves_compacted_files(self):
        self.traced("--compact", self.script(PROGRAM))
        self.assertEqual(counts(self.file)["f"], 67)
        done = subprocess.run([os.environ["VTC"], "info", str(self.file)], capture_output=True,
                              text=True)
        self.assertNotIn("live", done.stdout)

    def test_verbose__tells_the_file(self):
        _, err = self.traced("-v", "-c", "pass")
        self.assertRegex(err, r"^vtctrace: .*t\.vtc: [\d,]+ bytes\n$")


main()
