"""Each process of a program has its file, and the files are one family."""
import os
import signal
import subprocess
import sys
import textwrap
import time

from support import VTC, Case, ask, counts, main, verify

COMMON = """
    import os, sys, signal, subprocess, multiprocessing, concurrent.futures, time
    def f(n):
        return n if n < 2 else f(n - 1) + f(n - 2)
"""


class TestProcesses(Case):
    def family(self):
        files = sorted(self.directory.glob("t*.vtc"))
        for file in files:
            verify(file)
        return files

    def calls_of_f(self, text, *options, code=0):
        """Calls of f in each file that has any, ascending."""
        self.traced(*options, self.script(textwrap.dedent(COMMON) + textwrap.dedent(text)), code=code)
        return sorted(n for n in (counts(file).get("f", 0) for file in self.family()) if n)

    def test_fork__child_has_its_own_file(self):
        found = self.calls_of_f("""
            f(5)
            for leave in (sys.exit, os._exit):
                if os.fork() == 0:
                    f(8)
                    leave(0)
                assert os.wait()[1] == 0
            """)
        self.assertEqual(found, [15, 67, 67])

    def test_fork__killed_child_keeps_its_calls(self):
        found = self.calls_of_f("""
            pid = os.fork()
            if pid == 0:
                f(8)
                os.kill(os.getpid(), signal.SIGKILL)
            os.waitpid(pid, 0)
            """)
        self.assertEqual(found, [67])

    def test_multiprocessing__all_ways(self):
        found = self.calls_of_f("""
            if __name__ == "__main__":
                for method in ("fork", "spawn", "forkserver"):
                    child = multiprocessing.get_context(method).Process(target=f, args=(8,))
                    child.start()
                    child.join()
                    assert child.exitcode == 0
            """)
        self.assertEqual(found, [67, 67, 67])

    def test_multiprocessing__processes_have_their_names(self):
        self.traced("--merge", self.script(textwrap.dedent(COMMON) + textwrap.dedent("""
            child = multiprocessing.get_context("fork").Process(target=f, args=(8,), name="worker")
            child.start()
            child.join()
            """)))
        names = {row["name"] for row in ask(self.file, "SELECT name FROM process")}
        self.assertLessEqual({"app.py", "worker"}, names)

    def test_concurrent_futures__workers(self):
        found = self.calls_of_f("""
            if __name__ == "__main__":
                with concurrent.futures.ProcessPoolExecutor(2) as pool:
                    assert list(pool.map(f, [8] * 10)) == [21] * 10
            """)
        self.assertEqual(sum(found), 670)

    def test_subprocess__python_programs_are_traced(self):
        found = self.calls_of_f("""
            if len(sys.argv) == 1:
                done = subprocess.run([sys.executable, __file__, "child"], capture_output=True)
                assert (done.stdout, done.stderr, done.returncode) == (b"21 False\\n", b"", 5), done
            else:
                print(f(8), any("vtctrace" in entry for entry in sys.path))
                sys.exit(5)
            """)
        self.assertEqual(found, [67])

    def test_subprocess__ignore_multiprocess(self):
        self.calls_of_f("""
            subprocess.run([sys.executable, "-c", "pass"], check=True)
            """, "--ignore_multiprocess")
        self.assertEqual(len(self.family()), 1)

    def test_subprocess__a_sitecustomize_of_the_program_runs(self):
        self.script("print('customized')", "sitecustomize.py")
        self.traced("-c", "import subprocess, sys\n"
                    "print(subprocess.run([sys.executable, '-c', 'import sitecustomize'],"
                    " capture_output=True, text=True))",
                    env={**os.environ, "PYTHONPATH": os.environ["PYTHONPATH"] + os.pathsep +
                         str(self.directory)})
        out, err = self.traced("-c", "import subprocess, sys\nsubprocess.run([sys.executable, '-c', '1'])",
                               env={**os.environ, "PYTHONPATH": os.environ["PYTHONPATH"] +
                                    os.pathsep + str(self.directory)})
        self.assertEqual((out, err), ("customized\ncustomized\n", ""))

    def test_exec__goes_on_in_a_file_of_its_own(self):
        self.traced(self.script("""
            import os, sys
            def f(n):
                return n if n < 2 else f(n - 1) + f(n - 2)
            f(5)
            if len(sys.argv) == 1:
                os.execv(sys.executable, [sys.executable, __file__, "again"])
            """))
        self.assertEqual([counts(file)["f"] for file in self.family()], [15, 15])

    def test_merge__one_trace_of_all(self):
        self.traced("--merge", self.script(textwrap.dedent(COMMON) + textwrap.dedent("""
            f(5)
            if os.fork() == 0:
                f(8)
                os._exit(0)
            os.wait()
            """)))
        self.assertEqual(self.family(), [self.file])
        self.assertEqual(counts(self.file)["f"], 15 + 67)
        self.assertEqual(ask(self.file, "SELECT count(DISTINCT pid) AS n FROM event"), [{"n": 2}])

    def test_merge__leaves_out_who_goes_on(self):
        self.traced("--merge", self.script(textwrap.dedent(COMMON) + textwrap.dedent("""
            for ends in (True, False):
                if os.fork() == 0:
                    f(8)
                    time.sleep(0 if ends else 1.5)
                    f(8)
                    os._exit(0)
            time.sleep(0.5)
            """)))
        self.assertEqual(counts(self.file)["f"], 2 * 67)
        time.sleep(2)
        other = [file for file in self.family() if file != self.file]
        self.assertEqual([counts(file)["f"] for file in other], [2 * 67])

    def test_merge__by_the_tool(self):
        self.calls_of_f("""
            f(5)
            if os.fork() == 0:
                f(8)
                os._exit(0)
            os.wait()
            """)
        whole = self.directory / "whole.vtc"
        subprocess.run([VTC, "merge", "-q", "-o", whole, *self.family()], check=True)
        self.assertEqual(counts(whole)["f"], 82)

    def test_files_of_an_earlier_run__are_gone(self):
        text = "\n            f(5)\n            os.fork() or os._exit(0)\n            os.wait()"
        self.calls_of_f(text)
        first = self.family()
        self.calls_of_f(text)
        self.assertEqual(len(self.family()), len(first))

    def test_fork__a_child_that_starts_anew_has_its_own_file(self):
        """Its parent's is none of its business, whatever it does with the tracer that it inherits."""
        out = self.run_program(textwrap.dedent(COMMON) + """
import vtctrace
def anew(tracer):
    tracer.stop()
    tracer.start()
def save(tracer):
    tracer.save(sys.argv[1] + ".copy.vtc")
tracer = vtctrace.Tracer(sys.argv[1])
names = set()
for is_open in (True, False):
    for step in (anew, vtctrace.Tracer.clear, save) if is_open else (vtctrace.Tracer.start,):
        if is_open:
            tracer.start()
            f(5)
        pid = os.fork()
        if pid == 0:
            f(3)
            step(tracer)
            f(8)
            tracer.stop()
            assert tracer.output_file == sys.argv[1].replace(".vtc", f".p{os.getpid()}.vtc")
            os._exit(0)
        assert os.waitpid(pid, 0)[1] == 0
        print(pid, step.__name__)
        f(5)
        tracer.stop()
        assert tracer.output_file == sys.argv[1]
""")
        self.assertEqual(counts(self.file)["f"], 30)
        for line in out.splitlines():
            pid, step = line.split()
            self.assertEqual(counts(self.directory / f"t.p{pid}.vtc")["f"],
                             67 + (5 if step == "save" else 0), step)

    def test_fork__hooks_of_the_program_may_trace_and_fork(self):
        """Also those that were there before us, and so run within ours."""
        self.run_program("""
            import os, sys
            tracer, level = None, 0
            def before():
                global level
                if tracer:
                    tracer.pause()
                level += 1
                if level == 1:
                    if os.fork() == 0:
                        os._exit(0)
                    os.wait()
                level -= 1
            def after():
                if tracer:
                    tracer.resume()
            os.register_at_fork(before=before, after_in_parent=after, after_in_child=after)
            import vtctrace
            tracer = vtctrace.Tracer(sys.argv[1])
            tracer.start()
            if os.fork() == 0:
                tracer.stop()
                os._exit(0)
            os.wait()
            tracer.stop()
            """)

    def test_fork__a_name_that_is_no_file(self):
        for kind in ("os.mkdir(name)", "os.symlink('none', name)", "os.mkfifo(name)"):
            out = self.run_program(f"""
                import os, sys, vtctrace
                tracer = vtctrace.Tracer(sys.argv[1])
                def before():
                    pid = os.getpid()
                    for near in range(pid + 1, pid + 40):
                        name = sys.argv[1].replace(".vtc", f".p{{near}}.vtc")
                        if not os.path.lexists(name):
                            {kind}
                tracer.start()
                before()
                if os.fork() == 0:
                    print(tracer.output_file != sys.argv[1], flush=True)
                    os._exit(0)
                os.wait()
                tracer.stop()
                """)
            self.assertEqual(out, "True\n")

    def test_subprocess__finds_what_it_would_find(self):
        """An empty entry of PYTHONPATH is the current directory."""
        self.script("found = 1", "module.py")
        (self.directory / "bin").mkdir()
        child = self.script("import module; print(module.found)", "bin/child.py")
        out, err = self.traced("-c", "import subprocess, sys; subprocess.run([sys.executable, sys.argv[1]])",
                               child, env={**os.environ, "PYTHONPATH": os.pathsep + os.environ["PYTHONPATH"]})
        self.assertEqual((out, err), ("1\n", ""))

    def test_fork__a_name_that_is_taken(self):
        """Process ids come again."""
        out = self.run_program(textwrap.dedent(COMMON) + """
import vtctrace
tracer = vtctrace.Tracer(sys.argv[1])
tracer.start()
read, write = os.pipe()
pid = os.fork()
if pid == 0:
    os.read(read, 1)
    f(8)
    print(tracer.output_file, flush=True)
    os._exit(0)
taken = sys.argv[1].replace(".vtc", f".p{pid}.vtc")
tracer.stop()
os.rename(sys.argv[1], taken) # for lack of a better one
os.write(write, b"x")
assert os.waitpid(pid, 0)[1] == 0
""")
        path = out.strip()
        self.assertRegex(path, r"t\.p\d+(-2)?\.vtc$")

    def test_signals__start_and_stop(self):
        script = self.script("""
            import sys, time
            import vtctrace
            def tick():
                time.sleep(0.001)
            vtctrace.install(sys.argv[1])
            print("ready", flush=True)
            for _ in range(20000):
                tick()
            """)
        child = subprocess.Popen([sys.executable, str(script), str(self.file)], text=True,
                                 stdout=subprocess.PIPE)
        try:
            child.stdout.readline()
            for _ in range(3):
                child.send_signal(signal.SIGUSR1)
                time.sleep(0.3)
                child.send_signal(signal.SIGUSR2)
                time.sleep(0.2)
            self.assertIsNone(child.poll())
        finally:
            child.kill()
            child.communicate()
        verify(self.file)
        self.assertGreater(counts(self.file)["tick"], 10)

    def test_signals__never_reach_the_program(self):
        """A file that cannot be written; signals without pause, of which the last one holds."""
        out, err, code = self.run_python(self.script("""
            import os, signal, sys, time, vtctrace
            vtctrace.install("/none/t.vtc")
            os.kill(os.getpid(), signal.SIGUSR1)
            tracer = vtctrace.install(sys.argv[1])
            import threading
            def send():
                for i in range(200):
                    os.kill(os.getpid(), (signal.SIGUSR1, signal.SIGUSR2)[i % 2])
                time.sleep(0.1) # of those that are pending Python takes the lowest number first
                os.kill(os.getpid(), signal.SIGUSR1)
                done.set()
            done = threading.Event()
            thread = threading.Thread(target=send)
            thread.start()
            while not done.is_set():
                [i for i in range(10)]
            thread.join()
            for i in range(1000):
                pass
            print(tracer.recording)
            os.kill(os.getpid(), signal.SIGUSR2)
            print(tracer.recording)
            """), self.file)
        self.assertEqual((out, code), ("True\nFalse\n", 0), err)
        self.assertRegex(err, r"\Avtctrace: .*No such file.*\n\Z")


main()
