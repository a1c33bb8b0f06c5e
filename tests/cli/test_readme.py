"""Every command of README.md and of the manual's examples does what a new user expects of it: each block is
run line by line, in a directory with the files that it speaks of, and ends with 0.

A block is what is indented; `#` begins a comment. Lines that are no commands (C) are told by their first
word.
"""
# ctest: timeout 240
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

SOURCE = pathlib.Path(__file__).resolve().parents[2]
VTC = pathlib.Path(os.environ["VTC"]).resolve()
sys.path.insert(0, str(SOURCE / "tests/native"))
from native_run import CC, SANITIZERS  # noqa: E402

COMMANDS = ("vtc", "gunzip", "curl", "cc")
SCRIPTS = ("tools/quickstart.sh", "tests/run.sh")
PROGRAM = r"""
#include <stdlib.h>
#include <unistd.h>
int work(int x) { for (volatile int i = 0; i < 20000; i++) x += i; return x; }
int main(void) { int x = 0; for (int i = 0; i < 50; i++) x = work(x); return x == 1; }
"""
problems = []


def blocks_of_readme():
    lines = []
    for line in (SOURCE / "README.md").read_text().splitlines() + ["end"]:
        if line.startswith("    "):
            lines.append(line.strip())
        elif line and lines:
            yield lines
            lines = []


def blocks_of_manual():
    page = (SOURCE / "tools/vtc.1").read_text()
    for block in re.findall(r"^\.Bd -literal.*?\n(.*?)^\.Ed", page, re.M | re.S):
        yield block.replace("\\(", "(").splitlines()


def trace(path, events):
    rows = [f'{{"ph":"X","pid":1,"tid":{i % 3},"ts":{i * 10},"dur":{i % 7},"name":"f{i % 5}"}}'
            for i in range(events)]
    path.write_text('{"traceEvents":[\n' + ",\n".join(rows) + "\n]}\n")


def tool(*arguments, **more):
    subprocess.run([VTC, *arguments], check=True, capture_output=True, **more)


def furnish(directory):
    """What a user has: traces, a program, and what another one recorded."""
    for name in ("trace.json", "big.json", "other.json"):
        trace(directory / name, 2000)
    for name in ("t.json.gz", "trace.json.gz"):
        with open(directory / name, "wb") as packed:
            subprocess.run(["gzip", "-c", "trace.json"], cwd=directory, check=True, stdout=packed)
    (directory / "app.c").write_text(PROGRAM)
    subprocess.run([CC, "-g", "-finstrument-functions", *SANITIZERS, "app.c", "-o", "app"],
                   cwd=directory, check=True)
    shutil.copy(directory / "app", directory / "server")
    shutil.copy(SOURCE / "libvtc/examples/sum_by_name.c", directory)
    bin_ = directory / "bin"
    bin_.mkdir()
    (bin_ / "vtc").symlink_to(VTC)
    (bin_ / "curl").write_text('#!/bin/sh\ncat trace.json.gz\n')  # no network in a test
    (bin_ / "curl").chmod(0o755)


def furnish_recorded(directory):
    for name in ("app.vtc", "app.1234.vtc", "damaged.vtc"):
        tool("record", "-q", "-o", name, "./app", cwd=directory)
    with open(directory / "damaged.vtc", "r+b") as file:
        file.seek(8192)
        file.write(b"\xff")


def run_watch(command, directory, environment):
    """Goes on until it is interrupted."""
    process = subprocess.Popen(["bash", "-c", "exec " + command], cwd=directory, env=environment,
                               stderr=subprocess.PIPE, text=True)
    said = process.stderr.readline()
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    process.wait(20)
    return 0 if process.returncode == -signal.SIGINT else process.returncode, said


def run_line(line, directory, environment):
    command = re.sub(r"\s+#.*", "", line)
    words = command.split()
    if not words or words[0] not in COMMANDS + SCRIPTS:
        return False
    if words[0] in SCRIPTS:
        code = subprocess.run(["bash", "-n", SOURCE / words[0]]).returncode
        said = "no script"
    elif words[0] == "cc":  # tests/checks/install.sh runs it on an installed library
        code = 0 if "sum_by_name" in (SOURCE / "tests/checks/install.sh").read_text() else 1
        said = "tests/checks/install.sh does not build it"
    elif "--watch" in words:
        code, said = run_watch(command, directory, environment)
    else:
        done = subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=directory, timeout=60,
                              env=environment, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL)
        code, said = done.returncode, done.stderr
    if code != 0:
        problems.append(f"{line}\n    ended with {code}: {said}")
    return True


def run_block(lines):
    with tempfile.TemporaryDirectory(prefix="vtc-readme-") as name:
        directory = pathlib.Path(name)
        furnish(directory)
        if not any("vtc record" in line for line in lines):
            furnish_recorded(directory)
        environment = {**os.environ, "PATH": f"{directory}/bin:{os.environ['PATH']}"}
        return sum(run_line(line, directory, environment) for line in lines)


def check_inline():
    """Within a sentence: options that there are, at least."""
    for command in re.findall(r"`vtc ([a-z]+ [^`]*)`", (SOURCE / "README.md").read_text()):
        done = subprocess.run([VTC, *command.split(), "--help"], capture_output=True, text=True)
        if done.returncode != 0 and not command.startswith("record"):
            problems.append(f"vtc {command}: {done.stderr}")


check_inline()
count = 0
for block in [*blocks_of_readme(), *blocks_of_manual()]:
    count += run_block(block)
print("\n".join(problems) or f"{count} commands")
assert count >= 20, count
sys.exit(1 if problems else 0)
