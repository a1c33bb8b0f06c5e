"""Start, stop, pause, resume, clear and save: what is in the file after each."""
import subprocess
import sys

import vtctrace
from support import VTC, Case, ask, counts, fib, main, short, verify


class TestControl(Case):
    def test_pause__nothing_is_recorded_until_resume(self):
        tracer = vtctrace.Tracer(self.file, ignore_c_function=True)
        tracer.start()
        fib(3)
        tracer.pause()
        fib(10)
        tracer.resume()
        fib(3)
        tracer.stop()
        fib(10)
        self.assertEqual(counts(self.file), {"fib": 10})

    def test_pause__calls_that_return_meanwhile_are_ended(self):
        tracer = vtctrace.Tracer(self.file, ignore_c_function=True)

        def inner():
            tracer.pause()

        def outer():
            inner()
            tracer.resume()
            fib(1)
        tracer.start()
        outer()
        tracer.stop()
        rows = ask(self.file, "SELECT c.name AS name, p.name AS parent FROM slice c "
                              "LEFT JOIN slice p ON c.parent_id = p.id WHERE c.name GLOB 'fib*'")
        self.assertEqual([short(row["parent"]).split(".")[-1] for row in rows], ["outer"])
        self.assertEqual(ask(self.file, "SELECT count(*) AS n FROM slice WHERE dur < 0"), [{"n": 0}])

    def test_pause__spans_and_c_calls_that_go_on_stay_open(self):
        tracer = vtctrace.Tracer(self.file)

        def again(_=None):
            tracer.pause()
            tracer.resume()
            fib(0)
            return 1

        def use():
            with vtctrace.span("outer"):
                again()
                with vtctrace.span("inner"):
                    fib(1)
            sorted([3], key=again)
        with tracer:
            use()
        verify(self.file)
        rows = ask(self.file, "SELECT c.name AS name, p.name AS parent FROM slice c "
                              "LEFT JOIN slice p ON c.parent_id = p.id WHERE c.dur >= 0")
        parents = [(short(row["name"]).split(".")[-1], (short(row["parent"]) or "").split(".")[-1])
                   for row in rows]
        self.assertEqual([parent for name, parent in parents if name == "inner"], ["outer"])
        self.assertEqual([parent for name, parent in parents if name == "outer"], ["use"])
        self.assertEqual(sorted(parent for name, parent in parents if name == "again"),
                         ["outer", "sorted"])
        self.assertEqual(sorted(parent for name, parent in parents if name == "fib"),
                         ["again", "again", "inner"])

    def test_pause__calls_that_are_entered_meanwhile_end_no_others(self):
        tracer = vtctrace.Tracer(self.file, ignore_c_function=True)

        def leaf():
            pass

        def down(n):
            if n == 2:
                tracer.pause()
            if n == 0:
                tracer.resume()
            else:
                down(n - 1)
            leaf()

        def use():
            down(2)
        with tracer:
            use()
        rows = ask(self.file, "SELECT name, depth FROM slice ORDER BY ts")
        self.assertEqual([(short(row["name"]).split(".")[-1], row["depth"]) for row in rows],
                         [("use", 0), ("down", 1), ("leaf", 2), ("leaf", 2), ("leaf", 2)])

    def test_pause__within_a_repr(self):
        class Odd:
            def __repr__(self):
                tracer.pause()
                tracer.resume()
                vtctrace.instant("x")
                return "odd"
        tracer = vtctrace.Tracer(self.file, ignore_c_function=True, log_func_args=True,
                                 log_func_retval=True)

        def give(value):
            return value

        def use(value):
            give(value)
            fib(0)
        with tracer:
            use(Odd())
        verify(self.file)
        rows = ask(self.file, "SELECT name, depth, dur FROM slice WHERE category = 'python' ORDER BY ts")
        self.assertEqual([(short(row["name"]).split(".")[-1], row["depth"], row["dur"] >= 0)
                          for row in rows], [("use", 0, True), ("give", 1, True), ("fib", 1, True)])

    def test_pause__spans_that_end_meanwhile_end_at_resume(self):
        tracer = vtctrace.Tracer(self.file, ignore_c_function=True)

        def use():
            with vtctrace.span("short"):
                tracer.pause()
            tracer.resume()
            fib(1)
        with tracer:
            use()
        rows = ask(self.file, "SELECT p.name AS parent FROM slice c JOIN slice p "
                              "ON c.parent_id = p.id WHERE c.name GLOB 'fib*'")
        self.assertEqual([short(row["parent"]).split(".")[-1] for row in rows], ["use"])

    def test_clear__forgets_what_was_recorded(self):
        tracer = vtctrace.Tracer(self.file)
        tracer.start()
        fib(5)
        tracer.clear()
        fib(2)
        tracer.stop()
        self.assertEqual(counts(self.file), {"fib": 3})

    def test_save__snapshot_json_and_compacted(self):
        tracer = vtctrace.Tracer(self.file)
        tracer.start()
        fib(5)
        tracer.save(self.directory / "snapshot.vtc")
        tracer.save(self.directory / "snapshot.json")
        fib(5)
        tracer.save()
        tracer.save(self.directory / "whole.json")
        self.assertEqual(counts(self.directory / "snapshot.vtc")["fib"], 15)
        self.assertEqual(counts(self.file)["fib"], 30)
        text = (self.directory / "whole.json").read_text()
        self.assertIn('"traceEvents"', text)
        self.assertGreater(text.count("fib"), (self.directory / "snapshot.json").read_text()
                           .count("fib"))

    def test_save__all_segments_of_a_flight_recorder_or_of_compact(self):
        for options, calls in (({"max_size": "2M"}, None), ({"compact": True}, 30 * 3193)):
            tracer = vtctrace.Tracer(self.file, **options)
            tracer.start()
            for _ in range(30):
                fib(16)
            while calls is None and len(list(self.directory.glob("t.0*.vtc"))) < 2:
                fib(16)
            fib(7)
            tracer.save(self.directory / "snapshot.vtc")
            tracer.save(self.directory / "snapshot.json")
            tracer.stop()
            verify(self.directory / "snapshot.vtc")
            found = counts(self.directory / "snapshot.vtc")["fib"]
            self.assertEqual(found, (calls or found - 41) + 41)
            self.assertGreater(found, 5000)
            self.assertIn("fib", (self.directory / "snapshot.json").read_text())
            left = [path.name for path in self.directory.iterdir() if "tmp" in path.name]
            self.assertEqual(left, [])

    def test_save__to_a_file_of_the_recording_is_refused(self):
        tracer = vtctrace.Tracer(self.file)
        tracer.start()
        fib(5)
        for name in (self.file, str(self.file).encode(), f"{self.directory}/../{self.directory.name}/t.vtc"):
            with self.assertRaisesRegex(ValueError, "a file of the recording itself"):
                tracer.save(name)
        fib(5)
        tracer.stop()
        self.assertEqual(counts(self.file)["fib"], 30)
        with vtctrace.Tracer(self.directory / "t.json") as tracer:
            with self.assertRaisesRegex(ValueError, "a file of the recording itself"):
                tracer.save(self.directory / "t.json")
            fib(5)

    def test_start__takes_old_segments_away(self):
        for _ in range(2):
            with vtctrace.Tracer(self.file, max_size="3M"):
                for _ in range(30):
                    fib(16)
        with vtctrace.Tracer(self.file):
            fib(1)
        self.assertEqual([path.name for path in self.directory.iterdir()], ["t.vtc"])

    def test_another_profiler__may_be_active(self):
        import cProfile
        profile = cProfile.Profile()
        profile.enable()
        try:
            self.trace(fib, 5)
        finally:
            profile.disable()

    def test_exit__without_stop_closes_the_file(self):
        out, err, code = self.run_python("-c", "import sys, vtctrace\n"
                                         "vtctrace.Tracer(sys.argv[1]).start()", self.file)
        self.assertEqual((out, err, code), ("", "", 0))
        info = subprocess.run([VTC, "info", str(self.file)], capture_output=True, text=True)
        self.assertIn(", closed,", info.stdout)

    def test_start__refuses_what_is_no_trace_and_a_second_tracer(self):
        self.file.write_text("precious")
        with self.assertRaises(FileExistsError):
            vtctrace.Tracer(self.file).start()
        self.assertEqual(self.file.read_text(), "precious")
        with vtctrace.Tracer(self.directory / "one.vtc"):
            with self.assertRaises(RuntimeError):
                vtctrace.Tracer(self.directory / "two.vtc").start()
        with self.assertRaises(FileNotFoundError):
            vtctrace.Tracer(self.directory / "none" / "x.vtc").start()
        for options in ({"min_duration": "soon"}, {"last": "x"}, {"max_size": "-1"},
                        {"max_stack_depth": -2}, {"min_duration": 1, "log_func_args": True}):
            with self.assertRaises(ValueError):
                vtctrace.Tracer(self.file, **options)

    def test_subinterpreter__is_refused(self):
        try:
            import _interpreters as interpreters
        except ImportError:
            import _xxsubinterpreters as interpreters
        number = interpreters.create()
        try:
            failed = interpreters.run_string(number, "import sys; sys.path = %r\n"
                                             "import vtctrace" % sys.path)
        except Exception as error:
            failed = error
        interpreters.destroy(number)
        self.assertIsNotNone(failed)


main()
