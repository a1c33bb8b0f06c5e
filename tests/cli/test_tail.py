"""`vtc tail` while a program records: lines as they come, and an end when nobody reads them any more."""
# ctest: timeout 120
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "native"))
from native_run import CC, SANITIZERS, VTC  # noqa: E402

PROGRAM = r"""
#include <unistd.h>
int work(int x) { return x + 1; }
int main(void) { for (int i = 0; i < 3; i++) work(i); sleep(60); return 0; }
"""


def follow(path, *, ignore_sigpipe):
    """Reads one line and goes; the program records nothing more."""
    tail = subprocess.Popen([VTC, "tail", "-n", "all", str(path)], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True,
                            preexec_fn=(lambda: signal.signal(signal.SIGPIPE, signal.SIG_IGN))
                            if ignore_sigpipe else None, restore_signals=not ignore_sigpipe)
    line = tail.stdout.readline()
    assert line.split()[-1].startswith("0x"), line  # names come when the program has ended
    tail.stdout.close()
    code = tail.wait(20)
    return code, tail.stderr.read()


with tempfile.TemporaryDirectory(prefix="vtc-tail-", dir=os.environ.get("VTC_BUILD_DIR")) as name:
    directory = pathlib.Path(name)
    (directory / "app.c").write_text(PROGRAM)
    subprocess.run([CC, "-g", "-finstrument-functions", *SANITIZERS, "app.c", "-o", "app"], cwd=name,
                   check=True)
    recording = subprocess.Popen([VTC, "record", "-q", "-o", "app.vtc", "./app"], cwd=name)
    try:
        for _ in range(200):
            found = subprocess.run([VTC, "query", "-q", "app.vtc", "slowest 3", "--format", "csv"],
                                   cwd=name, capture_output=True, text=True)
            if len(found.stdout.splitlines()) == 4:
                break
            time.sleep(0.1)
        code, said = follow(directory / "app.vtc", ignore_sigpipe=False)
        assert (code, said) == (-signal.SIGPIPE, ""), (code, said)
        code, said = follow(directory / "app.vtc", ignore_sigpipe=True)
        assert (code, said) == (5, "vtc: standard output: write: Broken pipe\n"), (code, said)
    finally:
        recording.terminate()
        recording.wait(20)
print("ends by itself")
