"""What is recorded of a program's calls: each one, once, where it belongs."""
import collections
import contextlib
import io
import pickle
import subprocess
import sys
import textwrap
import threading
import unittest.mock

import vtctrace
from support import VTC, Case, ask, counts, main, short, verify


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def numbers(count):
    for number in range(count):
        yield number


def fails():
    raise KeyError("no")


def catches():
    try:
        fails()
    except KeyError:
        return 1


class TestCalls(Case):
    def trace(self, function, *arguments, **options):
        with vtctrace.Tracer(self.file, **options):
            function(*arguments)
        verify(self.file)
        return counts(self.file)

    def test_function__each_call_is_recorded_once(self):
        found = self.trace(fib, 12)
        self.assertEqual(found, {"fib": 465})

    def test_names__tell_file_and_line(self):
        self.trace(fib, 3)
        names = {row["name"] for row in ask(self.file, "count by name")}
        self.assertIn(f"fib ({__file__}:{fib.__code__.co_firstlineno})", names)

    def test_method__has_its_class(self):
        class Box:
            def put(self):
                pass
        self.assertEqual(self.trace(Box().put),
                         {"TestCalls.test_method__has_its_class.<locals>.Box.put": 1})

    def test_nesting__children_are_within(self):
        self.trace(catches)
        rows = ask(self.file, "SELECT c.name AS child, p.name AS parent FROM slice c "
                              "LEFT JOIN slice p ON c.parent_id = p.id WHERE c.category = 'python'")
        self.assertEqual({(short(r["child"]), short(r["parent"])) for r in rows},
                         {("catches", None), ("fails", "catches")})

    def test_generator__each_activation_is_a_call(self):
        def use():
            return sum(numbers(3))
        found = self.trace(use)
        self.assertEqual(found["numbers"], 4)

    def test_generator__throw_and_close_leave_no_call_open(self):
        def use():
            one, two = numbers(3), numbers(3)
            next(one)
            with contextlib.suppress(ValueError):
                one.throw(ValueError())
            next(two)
            two.close()
            fib(1)
        self.trace(use)
        rows = ask(self.file, "SELECT name, depth, dur FROM slice WHERE name GLOB 'fib*'")
        self.assertEqual([(row["depth"], row["dur"] >= 0) for row in rows], [(1, True)])
        self.assertEqual(ask(self.file, "SELECT count(*) AS n FROM slice WHERE dur < 0"), [{"n": 0}])

    def test_generator__ends_on_another_thread(self):
        def start(box):
            box.append(numbers(10))
            next(box[0])

        def go_on(box):
            list(box[0])

        def use():
            box = []
            for target in (start, go_on):
                thread = threading.Thread(target=target, args=(box,))
                thread.start()
                thread.join()
        found = self.trace(use)
        self.assertEqual(found["numbers"], 1 + 10)

    def test_c_function__is_recorded_with_its_owner(self):
        def use():
            [].append(1)
            len("abc")
            with contextlib.suppress(ValueError):
                [].index(1)
        self.trace(use)
        found = counts(self.file, "c")
        self.assertEqual((found["list.append"], found["builtins.len"], found["list.index"]),
                         (1, 1, 1))

    def test_ignore_c_function(self):
        self.trace(lambda: len("abc"), ignore_c_function=True)
        self.assertEqual(counts(self.file, "c"), {})

    def test_max_stack_depth__deeper_calls_are_left_out(self):
        self.assertEqual(self.trace(fib, 12, max_stack_depth=3, ignore_c_function=True),
                         {"fib": 1 + 2 + 4})

    def test_min_duration__shorter_calls_are_left_out(self):
        def slow():
            event = threading.Event()
            event.wait(0.03)
            fib(3)
        found = self.trace(slow, min_duration="10ms", ignore_c_function=True)
        self.assertNotIn("fib", found)
        self.assertTrue(any(name.endswith("slow") for name in found), found)

    def test_include_files__others_are_left_out(self):
        found = self.trace(lambda: collections.Counter("abc").most_common(1),
                           include_files=[collections.__file__])
        self.assertIn("Counter.most_common", found)
        self.assertFalse(any("lambda" in name for name in found), found)

    def test_exclude_files__c_functions_they_call_are_left_out_too(self):
        found = self.trace(catches, exclude_files=__file__)
        self.assertEqual(found, {})
        self.assertEqual(counts(self.file, "c"), {})

    def test_exclude_files__ends_of_its_c_functions_end_no_others(self):
        other = self.script("""
            def key(value):
                return sorted([2, 1])[0]
            """, "other.py")
        names = {}
        exec(compile(other.read_text(), str(other), "exec"), names)

        def use():
            sorted([3, 1, 2], key=lambda value: (names["key"](value), fib(1)))
        self.trace(use, exclude_files=[str(other)])
        rows = ask(self.file, "SELECT c.name AS name, p.name AS parent FROM slice c "
                              "LEFT JOIN slice p ON c.parent_id = p.id")
        found = [(short(row["name"]), short(row["parent"]).split(".")[-1]) for row in rows
                 if row["parent"] and short(row["name"]) in ("fib", "builtins.sorted")]
        self.assertEqual(sorted(found), [("builtins.sorted", "use")] + 3 * [("fib", "<lambda>")])
        self.assertEqual([short(row["parent"]) for row in rows
                          if (row["name"] or "").split(" (")[0].endswith("<lambda>")],
                         3 * ["builtins.sorted"])

    def test_filters__each_start_has_its_own(self):
        self.assertEqual(self.trace(fib, 5, exclude_files=[__file__]), {})
        self.assertEqual(self.trace(fib, 5), {"fib": 15})

    def test_log_func_args__are_arguments_of_the_event(self):
        def add(left, *rest, key="k", **more):
            return left
        self.trace(lambda: add(1, 2, more=[3]), log_func_args=True, log_func_retval=True)
        rows = ask(self.file, "SELECT flat_key, string_value FROM slice JOIN args "
                              "USING (arg_set_id) WHERE name GLOB '*.add *'")
        found = {row["flat_key"].split(".")[-1]: row["string_value"] for row in rows}
        self.assertEqual(found, {"left": "1", "key": "'k'", "rest": "(2,)",
                                 "more": "{'more': [3]}", "return_value": "1"})

    def test_log_func_args__a_repr_that_fails_changes_nothing(self):
        class Bad:
            def __repr__(self):
                raise RuntimeError("no")
        self.assertEqual(self.trace(lambda bad: 5, Bad(), log_func_args=True).popitem()[1], 1)

    def test_log_func_args__long_and_broken_text(self):
        def take(text):
            pass
        for text in ("x" * 100000, "\udc80" * 300, "é" * 5000):
            self.trace(take, text, log_func_args=True)
            self.assertEqual(ask(self.file, "stats")[0].get("lost", 0), 0)

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

    def test_threads__have_their_names_and_all_their_calls(self):
        def use():
            threads = [threading.Thread(target=fib, args=(8,), name=f"worker {i}")
                       for i in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        self.trace(use)
        rows = ask(self.file, "SELECT thread.name AS thread, count(*) AS n FROM slice "
                              "JOIN thread_track ON slice.track_id = thread_track.id "
                              "JOIN thread USING (utid) WHERE slice.name GLOB 'fib*' GROUP BY 1")
        self.assertEqual({row["thread"]: row["n"] for row in rows},
                         {f"worker {i}": 67 for i in range(4)})

    def test_threads__that_run_already_are_traced_too(self):
        go, ready = threading.Event(), threading.Event()

        def wait():
            ready.set()
            go.wait()
            fib(8)
        thread = threading.Thread(target=wait)
        thread.start()
        ready.wait()

        def use():
            go.set()
            thread.join()
        self.assertEqual(self.trace(use)["fib"], 67)

    def test_code__that_is_made_and_freed_has_its_own_name(self):
        def use():
            for number in range(2000):
                names = {}
                exec(f"def made_{number % 7}(): return {number}", names)
                names[f"made_{number % 7}"]()
                del names
        found = self.trace(use)
        self.assertEqual({name: n for name, n in found.items() if name.startswith("made")},
                         {f"made_{i}": 286 if i < 5 else 285 for i in range(7)})

    def test_recursion__to_the_limit_is_the_programs_own_error(self):
        def deep(n):
            return deep(n + 1)

        def use():
            with contextlib.suppress(RecursionError):
                deep(0)
            fib(3)
        found = self.trace(use)
        self.assertEqual(found["fib"], 5)
        rows = ask(self.file, "SELECT depth FROM slice WHERE name GLOB 'fib*' ORDER BY ts LIMIT 1")
        self.assertEqual(rows, [{"depth": 1}])

    def test_mock__of_open_is_the_programs_own(self):
        def use():
            with unittest.mock.patch("builtins.open", unittest.mock.mock_open(read_data="x")):
                with open("nothing") as file:
                    return file.read()
        self.assertTrue(any(name.endswith("use") for name in self.trace(use)))

    def test_exceptions__that_pass_do_not_change(self):
        def use():
            with self.assertRaises(KeyError) as caught:
                fails()
            self.assertEqual(caught.exception.args, ("no",))
        self.trace(use, log_exception=True)
        found = ask(self.file, "SELECT name FROM event WHERE phase = 'i'")
        if hasattr(sys, "monitoring"):
            self.assertEqual([row["name"] for row in found].count("KeyError"), 1)

    def test_another_profiler__may_be_active(self):
        import cProfile
        profile = cProfile.Profile()
        profile.enable()
        try:
            self.trace(fib, 5)
        finally:
            profile.disable()

    def test_own_events__instants_counters_spans_async(self):
        with vtctrace.Tracer(self.file, min_duration="1s"):
            vtctrace.instant("here", {"n": 1, "big": 2**70, "text": "é", "none": None, "f": 0.5})
            vtctrace.counter("queue", {"length": 3, "free": 4})
            with vtctrace.span("load", size=5):
                vtctrace.async_begin("request", 7)
                vtctrace.async_end("request", 7)
        verify(self.file)
        rows = ask(self.file, "SELECT phase, count(*) AS n FROM event WHERE phase <> 'M' GROUP BY phase")
        self.assertEqual({row["phase"]: row["n"] for row in rows},
                         {"i": 1, "C": 1, "X": 1, "b": 1, "e": 1})
        values = {row["flat_key"].split(".")[-1]: (row["int_value"], row["string_value"], row["real_value"])
                  for row in ask(self.file, "SELECT flat_key, int_value, string_value, real_value "
                                            "FROM args")}
        self.assertEqual(values["n"][0], 1)
        self.assertEqual(values["big"][1], str(2**70))
        self.assertEqual(values["text"][1], "é")
        self.assertEqual(values["f"][2], 0.5)

    def test_own_events__without_a_tracer_do_nothing(self):
        vtctrace.instant("here")
        with vtctrace.span("load"):
            vtctrace.trace(fib)(3)

    def test_own_events__decorator_and_log_records(self):
        import logging
        logger = logging.getLogger("vtc.test")
        logger.propagate = False
        handler = vtctrace.LogHandler()
        logger.addHandler(handler)
        self.addCleanup(logger.removeHandler, handler)

        @vtctrace.trace
        def plain():
            return 1

        @vtctrace.trace(name="named", category="mine")
        def other():
            raise KeyError

        with vtctrace.Tracer(self.file, max_stack_depth=100, include_files="/none"):
            self.assertEqual(plain(), 1)
            with self.assertRaises(KeyError):
                other()
            logger.warning("took %d", 5)
        names = {row["name"] for row in ask(self.file, "SELECT name FROM slice")}
        self.assertLessEqual({plain.__qualname__, "named"}, names)
        texts = {row["s"] for row in ask(self.file, "SELECT string_value AS s FROM args")}
        self.assertIn("took 5", texts)

    def test_exit__without_stop_closes_the_file(self):
        out, err, code = self.run_python("-c", "import sys, vtctrace\n"
                                         "vtctrace.Tracer(sys.argv[1]).start()", self.file)
        self.assertEqual((out, err, code), ("", "", 0))
        info = subprocess.run([VTC, "info", str(self.file)], capture_output=True, text=True)
        self.assertIn(", closed,", info.stdout)

    def test_log_gc_and_print(self):
        import gc

        def use():
            gc.collect()
            with contextlib.redirect_stdout(io.StringIO()):
                print("a", 1, sep="-")
        self.trace(use, log_gc=True, log_print=True)
        names = {row["name"] for row in ask(self.file, "count by name")}
        self.assertLessEqual({"gc", "gc collected", "print"}, names)
        self.assertIs(print, __builtins__.print if hasattr(__builtins__, "print")
                      else __builtins__["print"])

    def test_log_print__is_print_to_the_program(self):
        class Once:
            def __init__(self):
                self.times = 0

            def __str__(self):
                self.times += 1
                return "once"

        def use():
            with contextlib.redirect_stdout(None):
                print("nowhere")
            print(once, 2, sep="-", end="!\n", file=written)
            for wrong in ({"sep": 1}, {"file": 5}, {"none": 1}):
                errors.append([])
                for printer in (print, original):
                    with self.assertRaises((TypeError, AttributeError)) as caught:
                        printer("x", **wrong)
                    errors[-1].append(repr(caught.exception))
            self.assertEqual(pickle.dumps(print), pickled)
            self.assertEqual((print.__name__, print.__module__), ("print", "builtins"))
            self.assertEqual(repr(print), repr(original))
            Holder.say("held", file=written)
            Holder().say("held", file=written)
        class Holder:
            pass

        def use_all():
            Holder.say = print
            use()
        once, written, errors, original, pickled = Once(), io.StringIO(), [], print, pickle.dumps(print)
        self.trace(use_all, log_print=True)
        self.assertEqual((once.times, written.getvalue()), (1, "once-2!\nheld\nheld\n"))
        for one, other in errors:
            self.assertEqual(one, other)
        texts = [row["s"] for row in ask(self.file, "SELECT string_value AS s FROM args")]
        self.assertIn("once-2!", texts)
        self.assertIs(print, original)

    def test_signals__what_their_handlers_raise_reaches_the_program(self):
        """Also where they come while the tracer has asked the program for a repr."""
        for options, body in (
                ("log_func_args=True", "def take(a): pass\ntake(Slow())"),
                ("log_func_retval=True", "def give(): return Slow()\ngive()"),
                ("log_exception=True", "class Bad(Slow, Exception): pass\n"
                                       "try:\n    raise Bad\nexcept Bad:\n    pass")):
            for kind, number, handler in (
                    ("TimeoutError", "SIGALRM", "def on_signal(*_): raise TimeoutError"),
                    ("TimeoutError", "SIGUSR1",
                     "def on_signal(*_):\n    signal.signal(signal.SIGUSR1, signal.SIG_DFL)\n"
                     "    raise TimeoutError"),
                    ("TimeoutError", "SIGALRM",
                     "class on_signal:\n    def __init__(self, number, frame): raise TimeoutError"),
                    ("TimeoutError", "SIGALRM",
                     "class Handler:\n    def on(self, *_): raise TimeoutError\non_signal = Handler().on"),
                    ("KeyboardInterrupt", "SIGINT", "on_signal = signal.default_int_handler")):
                with self.subTest(options=options, kind=kind):
                    if options == "log_exception=True" and not hasattr(sys, "monitoring"):
                        continue
                    out = self.run_program(f"""
import os, signal, sys, vtctrace
{handler}
class Slow:
    def __repr__(self):
        if armed:
            armed.clear()
            os.kill(os.getpid(), signal.{number})
            for i in range(1000):
                i
        return "slow"
armed = [1]
signal.signal(signal.{number}, on_signal)
tracer = vtctrace.Tracer(sys.argv[1], {options})
tracer.start()
try:
{textwrap.indent(body, "    ")}
    for i in range(1000):
        i
    print("nothing came")
except {kind}:
    print("came")
tracer.stop()
print(armed)
""")
                    self.assertEqual(out, "came\n[]\n")

    def test_log_gc__signals_reach_the_program(self):
        out = self.run_program("""
            import gc, os, signal, sys, vtctrace
            class Stop(Exception):
                pass
            def on_signal(*_):
                raise Stop
            signal.signal(signal.SIGALRM, on_signal)
            missed = 0
            with vtctrace.Tracer(sys.argv[1], log_gc=True):
                for i in range(300):
                    try:
                        signal.setitimer(signal.ITIMER_REAL, 0.0002 + i * 1e-6)
                        for _ in range(100000):
                            gc.collect(0)
                        missed += 1
                    except Stop:
                        pass
            print(missed)
            """)
        self.assertEqual(out, "0\n")

    def test_log_async__tasks_are_tracks(self):
        import asyncio

        async def leaf():
            await asyncio.sleep(0.001)

        async def job():
            await leaf()
            await leaf()

        async def all_jobs():
            await asyncio.gather(*(asyncio.create_task(job(), name=f"job {i}") for i in range(3)))
        self.trace(lambda: asyncio.run(all_jobs()), log_async=True)
        rows = ask(self.file, "SELECT name, count(DISTINCT event_id) AS n FROM event "
                              "WHERE phase = 'b' GROUP BY name")
        found = {short(row["name"]).split(".")[-1]: row["n"] for row in rows}
        self.assertEqual((found["job"], found["leaf"]), (3, 3))
        tasks = {row["name"] for row in ask(self.file, "SELECT name FROM event WHERE phase = 'n'")}
        self.assertLessEqual({f"job {i}" for i in range(3)}, tasks)
        begins = ask(self.file, "SELECT phase, count(*) AS n FROM event WHERE phase IN ('b', 'e') "
                                "GROUP BY phase")
        self.assertEqual(begins[0]["n"], begins[1]["n"])

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
