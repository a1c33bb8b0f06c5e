"""Threads that run while tracing is started, stopped, paused, cleared and saved, and worse.

ctest: timeout 3600
VTC_ROUNDS makes it longer: 1 is the default; the test that is run before a release has 20.
"""
import os
import textwrap

from support import Case, counts, main, verify

ROUNDS = int(os.environ.get("VTC_ROUNDS", 1))

COMMON = """
    import atexit, gc, os, random, sys, threading, time
    import vtctrace
    file, rounds = sys.argv[1], int(sys.argv[2])
    def leaf(n):
        return len(str(n))
    def busy(done):
        while not done.is_set():
            leaf(7)
            [i for i in range(3)]
            sorted((3, 1, 2), key=lambda x: -x)
    def crew(count, target=busy, **options):
        done = threading.Event()
        threads = [threading.Thread(target=target, args=(done,), **options) for _ in range(count)]
        for thread in threads:
            thread.start()
        return done, threads
    def dismiss(done, threads):
        done.set()
        for thread in threads:
            thread.join()
"""


class TestSafety(Case):
    def survives(self, text, rounds=1, code=0, valid=True):
        script = self.script(COMMON)
        with script.open("a") as file:
            file.write(textwrap.dedent(text))
        out, err, actual = self.run_python(script, self.file, rounds * ROUNDS, timeout=1000)
        self.assertEqual((actual, err), (code, ""), (out, actual))
        if valid:
            for path in sorted(self.directory.glob("t*.vtc")):
                verify(path)
        return out

    def test_start_stop__while_threads_call(self):
        self.survives("""
            done, threads = crew(4)
            for i in range(30 * rounds):
                tracer = vtctrace.Tracer(file)
                tracer.start()
                time.sleep(random.random() * 0.004)
                tracer.stop()
            dismiss(done, threads)
            """)

    def test_everything__while_threads_call(self):
        self.survives("""
            done, threads = crew(4)
            tracer = vtctrace.Tracer(file, log_func_args=True, log_exception=True, log_async=True)
            for i in range(6 * rounds):
                tracer.start()
                for step in random.choices(
                        [tracer.pause, tracer.resume, tracer.clear, gc.collect,
                         lambda: tracer.save(file + ".copy.vtc"),
                         lambda: tracer.save(file + ".json")], k=6):
                    step()
                    time.sleep(random.random() * 0.002)
                tracer.stop()
            tracer.save()
            dismiss(done, threads)
            """)

    def test_control__by_many_threads_at_once(self):
        self.survives("""
            tracer = vtctrace.Tracer(file)
            def control(done):
                while not done.is_set():
                    for step in (tracer.start, tracer.pause, tracer.resume, tracer.clear, tracer.stop):
                        try:
                            step()
                        except RuntimeError:
                            pass # the other tracer is recording
            def other(done):
                while not done.is_set():
                    try:
                        with vtctrace.Tracer(file + ".2.vtc"):
                            leaf(1)
                    except RuntimeError:
                        pass
            done, threads = crew(3, control)
            done2, threads2 = crew(2)
            done3, threads3 = crew(1, other)
            time.sleep(1.0 * rounds)
            dismiss(done, threads), dismiss(done2, threads2), dismiss(done3, threads3)
            tracer.stop()
            """)

    def test_stop__while_threads_are_born_and_end(self):
        self.survives("""
            def brief():
                leaf(1)
            def mother(done):
                while not done.is_set():
                    children = [threading.Thread(target=brief) for _ in range(8)]
                    for child in children:
                        child.start()
                    for child in children:
                        child.join()
            done, threads = crew(4, mother)
            for i in range(40 * rounds):
                with vtctrace.Tracer(file):
                    time.sleep(random.random() * 0.02)
            dismiss(done, threads)
            """)

    def test_exit__with_daemon_threads(self):
        for _ in range(5 * ROUNDS):
            self.survives("""
                done, threads = crew(6, daemon=True)
                tracer = vtctrace.Tracer(file)
                tracer.start()
                time.sleep(random.random() * 0.02)
                """)

    def test_exit__of_the_command_line_with_daemon_threads(self):
        script = self.script("""
            import threading
            def leaf():
                pass
            def run():
                while True:
                    leaf()
            for _ in range(6):
                threading.Thread(target=run, daemon=True).start()
            """)
        for _ in range(5 * ROUNDS):
            out, err = self.traced(script)
            self.assertEqual((out, err), ("", ""))
            verify(self.file)

    def test_count__of_a_program_that_counts_is_exact(self):
        out = self.survives("""
            counted = [0] * 6
            def step():
                pass
            def count(at, until):
                while time.monotonic() < until:
                    for _ in range(100):
                        step()
                    counted[at] += 100
            vtctrace_tracer = vtctrace.Tracer(file, ignore_c_function=True)
            vtctrace_tracer.start()
            until = time.monotonic() + 0.5 * rounds
            threads = [threading.Thread(target=count, args=(i, until)) for i in range(6)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            vtctrace_tracer.stop()
            print(sum(counted))
            """)
        self.assertEqual(counts(self.file)["step"], int(out))

    def test_count__is_exact_with_pauses_in_other_threads(self):
        """Each call between a resume and a pause that the calling thread itself makes is there."""
        out = self.survives("""
            done, threads = crew(3)
            tracer = vtctrace.Tracer(file)
            def step():
                pass
            tracer.start()
            made = 0
            for i in range(100 * rounds):
                for _ in range(50):
                    step()
                    made += 1
                tracer.pause()
                step()
                tracer.resume()
            tracer.stop()
            dismiss(done, threads)
            print(made)
            """)
        self.assertEqual(counts(self.file)["step"], int(out))

    def test_tracer__is_destroyed_while_a_callback_is_suspended(self):
        self.survives("""
            inside, go_on = threading.Event(), threading.Event()
            class Slow:
                def __repr__(self):
                    inside.set()
                    go_on.wait(1)
                    return "slow"
            def take(argument):
                pass
            for i in range(8 * rounds):
                inside.clear(), go_on.clear()
                tracer = vtctrace.Tracer(file, log_func_args=True)
                tracer.start()
                thread = threading.Thread(target=take, args=(Slow(),))
                thread.start()
                inside.wait(1)
                tracer.stop()
                del tracer
                gc.collect()
                second = vtctrace.Tracer(file)
                second.start()
                go_on.set()
                thread.join()
                second.stop()
            """)

    def test_exception__pending_in_callbacks(self):
        self.survives("""
            import unittest.mock
            def fails(n):
                if n == 0:
                    raise ValueError(leaf(n))
                try:
                    fails(n - 1)
                finally:
                    leaf(n)
            def failing(done):
                while not done.is_set():
                    try:
                        fails(20)
                    except ValueError:
                        pass
                    try:
                        [].index(1)
                    except ValueError as error:
                        str(error)
            done, threads = crew(4, failing)
            for i in range(30 * rounds):
                with vtctrace.Tracer(file, log_exception=i % 2):
                    with unittest.mock.patch("builtins.open"):
                        open("x")
                    time.sleep(0.003)
            dismiss(done, threads)
            """)

    def test_generators__that_change_threads(self):
        self.survives("""
            import queue
            def numbers():
                try:
                    for number in range(50):
                        yield leaf(number)
                finally:
                    leaf(0)
            shared = queue.SimpleQueue()
            for _ in range(20):
                shared.put(numbers())
            def use(done):
                while not done.is_set():
                    generator = shared.get()
                    try:
                        next(generator)
                        if random.random() < 0.05:
                            generator.throw(KeyError)
                    except (StopIteration, KeyError):
                        generator = numbers()
                    shared.put(generator)
            done, threads = crew(4, use)
            for i in range(30 * rounds):
                with vtctrace.Tracer(file):
                    time.sleep(0.005)
            dismiss(done, threads)
            while not shared.empty():
                shared.get().close() # else their finally finds a module that is being taken down
            """)

    def test_tasks__on_loops_of_many_threads(self):
        self.survives("""
            import asyncio
            async def leaf_task(n):
                await asyncio.sleep(0)
                return n
            async def job():
                await asyncio.gather(*(leaf_task(i) for i in range(5)))
            def loops(done):
                while not done.is_set():
                    asyncio.run(job())
            done, threads = crew(3, loops)
            for i in range(20 * rounds):
                with vtctrace.Tracer(file, log_async=True):
                    time.sleep(0.01)
            dismiss(done, threads)
            """)

    def test_recursion__to_the_limit_in_many_threads(self):
        self.survives("""
            def deep(n):
                return deep(n + 1)
            def dive(done):
                while not done.is_set():
                    try:
                        deep(0)
                    except RecursionError:
                        pass
            threading.stack_size(64 << 20)
            done, threads = crew(3, dive)
            for i in range(10 * rounds):
                with vtctrace.Tracer(file):
                    time.sleep(0.01)
            dismiss(done, threads)
            """)

    def test_code__that_is_made_and_freed_by_many_threads(self):
        self.survives("""
            def make(done):
                while not done.is_set():
                    names = {}
                    exec(f"def made(): return {random.randrange(9)}\\nmade()", names)
            done, threads = crew(4, make)
            for i in range(20 * rounds):
                with vtctrace.Tracer(file):
                    time.sleep(0.01)
            dismiss(done, threads)
            """)

    def test_profilers__beside_the_tracer(self):
        self.survives("""
            import cProfile
            def profiled(done):
                while not done.is_set():
                    sys.setprofile(lambda *event: None)
                    leaf(1)
                    sys.setprofile(None)
                    sys.settrace(lambda *event: None)
                    leaf(1)
                    sys.settrace(None)
            done, threads = crew(2, profiled)
            done2, threads2 = crew(2)
            for i in range(20 * rounds):
                with vtctrace.Tracer(file):
                    time.sleep(0.005)
                # Without a GIL cProfile breaks by itself when other threads call: its callbacks
                # run in all of them.
                if getattr(sys, "_is_gil_enabled", lambda: True)():
                    profile = cProfile.Profile()
                    profile.enable()
                    leaf(1)
                    profile.disable()
            dismiss(done, threads), dismiss(done2, threads2)
            """)

    def test_fork__while_threads_call_and_tracing_changes(self):
        self.survives("""
            import warnings
            warnings.simplefilter("ignore")
            done, threads = crew(3)
            tracer = vtctrace.Tracer(file)
            def control(done):
                while not done.is_set():
                    tracer.start(), tracer.pause(), tracer.resume(), tracer.stop()
            done2, threads2 = crew(1, control)
            for i in range(15 * rounds):
                pid = os.fork()
                if pid == 0:
                    for _ in range(10):
                        leaf(1)
                    tracer.stop()
                    os._exit(0)
                assert os.waitpid(pid, 0)[1] == 0
            dismiss(done, threads), dismiss(done2, threads2)
            tracer.stop()
            """)

    def test_stop__returns_soon_with_100_busy_threads(self):
        """Printed, not judged: beside what the interpreter takes to give a thread its turn."""
        out = self.survives("""
            go, done = threading.Event(), threading.Event()
            def wait_and_work():
                go.wait()
                busy(done)
            threads = [threading.Thread(target=wait_and_work) for _ in range(100)]
            for thread in threads:
                thread.start()
            go.set()
            def milliseconds(function):
                begin = time.perf_counter()
                function()
                return (time.perf_counter() - begin) * 1e3
            stops, turns = [], []
            for i in range(5):
                tracer = vtctrace.Tracer(file)
                tracer.start()
                time.sleep(0.02)
                stops.append(milliseconds(tracer.stop))
                turns.append(milliseconds(lambda: time.sleep(0)))
            done.set()
            for thread in threads:
                thread.join()
            print(f"stop(): {sorted(stops)[2]:.1f} ms; a turn, by sleep(0): {sorted(turns)[2]:.1f} ms")
            """)
        print(out.strip(), end=" ", flush=True)


main()
