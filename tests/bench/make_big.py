#!/usr/bin/env python3
"""Makes a trace of a given size by repeating a real one with shifted times.

    tests/bench/make_big.py TRACE.json[.zst] BYTES > big.json

Every copy moves `ts` on by the range of the trace, digit for digit with the decimals that it had, so
that times stay as fine and as many-valued as the producer wrote them. The text around the events is
kept once. Works on traces whose events array is the first array of events in the file.
"""
import re, subprocess, sys
from decimal import Decimal


def main():
    try:
        path, wanted = sys.argv[1], int(float(sys.argv[2]))
    except (IndexError, ValueError, OverflowError):
        sys.exit("usage: make_big.py TRACE.json[.zst] BYTES > big.json   (BYTES as 1000000 or 1e6)")
    text = (subprocess.run(["zstd", "-q", "-d", "--long=27", "-c", path], stdout=subprocess.PIPE,
                           check=True).stdout if path.endswith(".zst") else open(path, "rb").read())
    start = text.index(b"[", max(text.find(b'"traceEvents"'), 0)) + 1
    end = text.rindex(b"]") if text.rfind(b"]") > start else len(text)
    # The events array ends at the last event; what follows it goes to the end of the result.
    tail = re.search(rb"\}\s*\]\s*[,}]", text[start:])
    if tail:
        end = start + tail.start() + 1
    pieces = re.split(rb'("ts":\s*"?)(-?[0-9]+(?:\.[0-9]+)?)', text[start:end])
    times = [Decimal(t.decode()) for t in pieces[2::3]]
    real = [t for t in times if t > 0]
    step = max(real) - min(real) + 1 if real else Decimal(1)
    out = sys.stdout.buffer
    out.write(text[:start])
    written, copy = 0, 0
    while written < wanted:
        shift = (step * copy).to_integral_value()
        body = list(pieces)
        if copy:
            body[2::3] = [str(t + shift if t > 0 else t).encode() for t in times]
            out.write(b",")
        chunk = b"".join(body)
        out.write(chunk)
        written += len(chunk)
        copy += 1
    out.write(text[end:])


if __name__ == "__main__":
    main()
