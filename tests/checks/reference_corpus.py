"""The reference decoder gives back what the tool compressed: the traces that ship, byte for byte.

    reference_corpus.py [VTC_EXECUTABLE [FILE...]]

Without arguments the tool is $VTC and the files are tests/traces/*.json.zst.

ctest: timeout 600
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import time

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(SOURCE / "format" / "reference"))

import vtc_decode                               # noqa: E402
from vtc_wire import VtcError                   # noqa: E402

SKIPPED = 77
NO_TRACE = 2        # the tool's exit code for JSON without events
# Unpacked sizes up to which a level is tried: what is small enough for Python at that level.
LEVELS = ((None, 1 << 40), (1, 2 << 20), (19, 2 << 20))


def unpacked(path, directory):
    if path.suffix != ".zst":
        return path
    out = directory / path.stem
    subprocess.run(["zstd", "-d", "-q", "-f", "--long=27", str(path), "-o", str(out)], check=True)
    return out


def compare(tool, trace, level, directory, show):
    """What is wrong, or None."""
    packed = directory / "packed.vtc"
    command = [tool, "compress", "-q", "-f", "-T1", str(trace), "-o", str(packed)]
    if level is not None:
        command.insert(2, f"-{level}")
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode == NO_TRACE:
        show(f"{trace.name}: no trace, says the tool")
        return None
    if run.returncode != 0:
        return f"vtc compress: {run.returncode}, {run.stderr.strip()}"
    started = time.monotonic()
    with open(trace, "rb") as file:
        state = {"at": 0, "differs": None}

        def write(text):
            if state["differs"] is None and file.read(len(text)) != text:
                state["differs"] = state["at"]
            state["at"] += len(text)
        data = packed.read_bytes()
        decoder = vtc_decode.Decoder(data, write, checks=True)
        try:
            decoder.run()
        except VtcError as error:
            return str(error)
        if state["differs"] is not None or file.read(1):
            return f"the text differs in the piece at {state['differs']}"
    show(f"{trace.name} level {level or 'default'}: {trace.stat().st_size} bytes, "
         f"{len(data)} packed, {time.monotonic() - started:.1f} s, {decoder.notes or 'right'}")
    return None


def check(tool, files, levels=LEVELS, show=print):
    faults = 0
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        for path in files:
            trace = unpacked(path, directory)
            for level, most in levels:
                if trace.stat().st_size > most:
                    continue
                fault = compare(tool, trace, level, directory, show)
                if fault:
                    faults += 1
                    print(f"{path.name}, level {level or 'default'}: {fault}", file=sys.stderr)
            if trace != path:
                trace.unlink()
    return faults


def find_tool(arguments):
    tool = arguments[0] if arguments else os.environ.get("VTC")
    if not tool or not os.access(tool, os.X_OK):
        print("no vtc tool: skipped")
        sys.exit(SKIPPED)
    return tool


def main(arguments):
    tool = find_tool(arguments)
    files = [pathlib.Path(a) for a in arguments[1:]] \
        or sorted((SOURCE / "tests" / "traces").glob("*.json.zst"))
    faults = check(tool, files)
    print(f"{len(files)} traces, {faults} faults")
    return 1 if faults or not files else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
