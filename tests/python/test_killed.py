"""A program that dies: every call that had returned is in its file.

The program tells by a shared page how many calls of `step` have returned; when it is dead, the file
must have at least as many.
"""
# ctest: timeout 3600
import mmap
import os
import random
import signal
import struct
import subprocess
import sys
import time

from support import Case, ask, main, verify

PROGRAM = """
    import faulthandler, mmap, os, sys, threading
    def step():
        pass
    def run(page, at):
        count = 0
        while True:
            step()
            count += 1
            page[at:at + 8] = count.to_bytes(8, "little")
    file = open(sys.argv[1], "r+b")
    page = mmap.mmap(file.fileno(), 4096)
    how = sys.argv[2]
    threads = [threading.Thread(target=run, args=(page, 64 * (i + 1)), daemon=True) for i in range(2)]
    for thread in threads:
        thread.start()
    print("ready", flush=True)
    if how in ("crash", "exit"):
        threading.Event().wait(float(sys.argv[3]))
        faulthandler._sigsegv() if how == "crash" else os._exit(0)
    run(page, 0)
"""


class TestKilled(Case):
    def die(self, how, seconds):
        shared = self.directory / "page"
        shared.write_bytes(bytes(4096))
        child = subprocess.Popen(
            [sys.executable, "-m", "vtctrace", "-o", str(self.file), "--ignore_c_function",
             str(self.script(PROGRAM)), str(shared), how, str(seconds)],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env={**os.environ, "PYTHONFAULTHANDLER": ""})
        child.stdout.readline()
        if how not in ("crash", "exit"):
            time.sleep(seconds)
            child.send_signal(getattr(signal, how))
        child.wait(60)
        child.stdout.close()
        verify(self.file)
        returned = sum(struct.unpack_from("<Q", shared.read_bytes(), at)[0] for at in (0, 64, 128))
        ended = ask(self.file, "SELECT count(*) AS n FROM slice WHERE name GLOB 'step *' AND dur >= 0")
        self.assertGreaterEqual(ended[0]["n"], returned)
        self.assertGreater(returned, 0)
        return child.returncode

    def test_any_way__calls_that_returned_are_there(self):
        random.seed(5)
        for how, code in (("SIGKILL", -9), ("crash", -11), ("exit", 0), ("SIGTERM", -15),
                          ("SIGINT", -2)):
            for _ in range(int(os.environ.get("VTC_ROUNDS", 2))):
                with self.subTest(how):
                    self.assertEqual(self.die(how, random.uniform(0.02, 0.3)), code)
                    self.file.unlink()


main()
