"""What is recorded beside calls: own events, tasks, collections, print; and signals meanwhile."""
import contextlib
import io
import pickle
import sys
import textwrap

import vtctrace
from support import Case, ask, fib, main, short, verify


class TestEvents(Case):
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


main()
