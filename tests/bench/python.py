#!/usr/bin/env python3
"""What tracing a Python program costs, on each interpreter that is named.

    tests/bench/python.py --package build/release/tools/python python3.11 ~/python3.13t/bin/python3

CPU nanoseconds that are added to a call, the least of some runs: by vtctrace; by cProfile; and by
callbacks that do nothing, of the profile function and of sys.monitoring, which is the interpreter's own
part. Then two threads beside one, memory over many calls, and stop() with 100 busy threads.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


class Counter:
    def __init__(self):
        self.total = 0

    def add(self, value):
        self.total += value

    def get(self):
        return self.total


def methods(n):
    counter = Counter()
    for _ in range(n):
        counter.add(1)
        counter.get()


def c_calls(n):
    items = []
    for _ in range(n):
        items.append(1)
        len(items)


# What to run, how often it calls something.
PROGRAMS = {"fib": (lambda: fib(22), 57313), "methods": (lambda: methods(25000), 50002),
            "C calls": (lambda: c_calls(25000), 50001)}


def cpu_ns(program, calls, clock=time.process_time):
    begin = clock()
    program()
    return (clock() - begin) / calls * 1e9


def least(program, calls, runs=7):
    return min(cpu_ns(program, calls) for _ in range(runs))


def build_empty(directory):
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", f"-I{sysconfig.get_path('include')}",
                    f"-I{sysconfig.get_path('platinclude')}", str(HERE / "python_empty.c"), "-o",
                    f"{directory}/python_empty{suffix}"], check=True)
    sys.path.insert(0, str(directory))
    import python_empty
    return python_empty


def with_empty_profile(empty, program, calls):
    empty.profile(True)
    found = least(program, calls)
    empty.profile(False)
    return found


def with_empty_monitoring(empty, program, calls):
    if not hasattr(sys, "monitoring"):
        return None
    monitoring, events = sys.monitoring, sys.monitoring.events
    wanted = (events.PY_START, events.PY_RETURN, events.PY_YIELD, events.PY_UNWIND, events.CALL,
              events.C_RETURN, events.C_RAISE)
    monitoring.use_tool_id(5, "empty")
    for event in wanted:
        monitoring.register_callback(5, event, empty.callback)
    monitoring.set_events(5, sum(wanted))
    found = least(program, calls)
    monitoring.set_events(5, 0)
    monitoring.free_tool_id(5)
    return found


def with_vtctrace(path, program, calls):
    import vtctrace
    with vtctrace.Tracer(path):
        return least(program, calls)


def with_cprofile(program, calls):
    import cProfile
    profile = cProfile.Profile()
    profile.enable()
    found = least(program, calls)
    profile.disable()
    return found


def print_calls(empty, path):
    print(f"  {'added ns a call':16}{'untraced':>10}{'vtctrace':>10}{'cProfile':>10}"
          f"{'empty: profile':>16}{'monitoring':>12}")
    for name, (program, calls) in PROGRAMS.items():
        program()
        base = least(program, calls)
        values = [with_vtctrace(path, program, calls), with_cprofile(program, calls),
                  with_empty_profile(empty, program, calls),
                  with_empty_monitoring(empty, program, calls)]
        texts = ["-" if value is None else f"{value - base:.0f}" for value in values]
        print(f"  {name:16}{base:>10.0f}{texts[0]:>10}{texts[1]:>10}{texts[2]:>16}{texts[3]:>12}",
              flush=True)
    begin = time.process_time()
    for _ in range(1000000):
        time.perf_counter_ns()
    print(f"  reading the clock, from Python: {(time.process_time() - begin) * 1e3:.0f} ns")


def spread(count, program):
    """Wall time of the slowest of `count` threads that do the same at once."""
    took = []

    def run():
        took.append(cpu_ns(program, 1, time.perf_counter))
    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return max(took)


def ratio(program):
    one, two = [min(spread(count, program) for _ in range(7)) for count in (1, 2)]
    return two / one


def print_threads(empty, path):
    if getattr(sys, "_is_gil_enabled", lambda: True)():
        return
    import vtctrace
    plain, machine = ratio(lambda: fib(24)), ratio(lambda: empty.spin(100_000_000))
    with vtctrace.Tracer(path):
        traced = ratio(lambda: fib(24))
    print(f"  two threads to one: {traced:.2f} (target 1.15); untraced {plain:.2f}; bare arithmetic "
          f"{machine:.2f}, which is 2 where two processors are one core")


def memory_kib():
    fields = pathlib.Path("/proc/self/status").read_text().split()
    return int(fields[fields.index("RssAnon:") + 1])


def print_memory(path, calls):
    import vtctrace
    with vtctrace.Tracer(path, max_size="200M"):
        fib(20)
        before = memory_kib()
        for _ in range(calls // 57313 + 1):
            fib(22)
        grown = (memory_kib() - before) / 1024
    stem = str(path)[:-4]
    disk = sum(file.stat().st_size for file in path.parent.glob(pathlib.Path(stem).name + "*.vtc"))
    print(f"  {calls / 1e6:.0f} million calls: {grown:.1f} MiB more memory (target 64), "
          f"{disk / 2**20:.0f} MiB on disk of 200")


def print_stop(path):
    import vtctrace
    go, done = threading.Event(), threading.Event()

    def work():
        go.wait()
        while not done.is_set():
            fib(5)
    threads = [threading.Thread(target=work) for _ in range(100)]
    for thread in threads:
        thread.start()
    go.set()
    stops, turns = [], []
    for _ in range(9):
        tracer = vtctrace.Tracer(path)
        tracer.start()
        time.sleep(0.02)
        begin = time.perf_counter()
        tracer.stop()
        stops.append((time.perf_counter() - begin) * 1e3)
        begin = time.perf_counter()
        time.sleep(0)
        turns.append((time.perf_counter() - begin) * 1e3)
    done.set()
    for thread in threads:
        thread.join()
    print(f"  stop() with 100 busy threads: {sorted(stops)[4]:.0f} ms (target 50); until a thread that "
          f"only yields has its turn again: {sorted(turns)[4]:.0f} ms")


def work(options):
    sys.path.insert(0, str(options.package))
    print(sys.version.split()[0], "free-threaded" if "t" in sys.abiflags else "with the GIL", flush=True)
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "bench.vtc"
        empty = build_empty(directory)
        print_calls(empty, path)
        print_threads(empty, path)
        print_memory(path, options.calls)
        print_stop(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--package", type=pathlib.Path,
                        default=HERE.parent.parent / "build" / "release" / "tools" / "python")
    parser.add_argument("--calls", type=int, default=100_000_000, help="for the memory")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("interpreters", nargs="*")
    options = parser.parse_args()
    if options.here:
        work(options)
        return
    for interpreter in options.interpreters or [sys.executable]:
        subprocess.run([interpreter, __file__, "--here", "--package", str(options.package.resolve()),
                        "--calls", str(options.calls)], check=True)


if __name__ == "__main__":
    main()
