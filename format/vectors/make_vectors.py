#!/usr/bin/env python3
"""Writes the vectors: good/, bad/ and unsupported/ NAME.hex and NAME.expect.

    make_vectors.py             writes them all (and removes what is no longer made)
    make_vectors.py --check     says which would change, and fails if any would

The .hex files are what counts, and are committed: hexadecimal bytes, `#` begins a
comment; a line `zeros N` is so many bytes of 0. An .expect file has lines `key: value`:

    status        GOOD, CORRUPT, UNSUPPORTED, NOT_VTC or TRUNCATED; a second word is what a
                  reader may say instead
    rule          the id of the rule that is broken; further words as before: a reader may name
                  the rule of the structure in which it is broken
    offset        the offset of the frame that is wrong (0: the file header)
    within        how many bytes it has: a reader may name a place within it
    verify-only   yes: a reader that only rebuilds the document need not notice
    document      the last key; its value is the rest of the file after the line
                  `document:`, less the last line break: the text that comes back
                  (for a truncated file: what is good of it)
"""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import vectors_bad                                  # noqa: E402
import vectors_good                                 # noqa: E402
import vectors_live                                 # noqa: E402
import vectors_mix                                  # noqa: E402
from vectors_common import VECTORS, vb              # noqa: E402


def expect_bytes(expect):
    out = b""
    for key, value in expect.items():
        if key != "document":
            out += ("%s: %s\n" % (key, value)).encode()
    if "document" in expect:
        out += b"document:\n" + expect["document"] + b"\n"
    return out


def main(argv):
    vectors_good.make()
    vectors_bad.make()
    vectors_mix.make()
    vectors_live.make()
    wanted = {}
    for directory, name, title, annotated, expect in VECTORS:
        path = os.path.join(directory, name)
        assert path + ".hex" not in wanted, path
        text = vb.hex_text(annotated, title)
        assert vb.parse_hex(text) == vb.joined(annotated), path
        wanted[path + ".hex"] = text.encode()
        wanted[path + ".expect"] = expect_bytes(expect)
    changed = []
    for directory in ("good", "bad", "unsupported"):
        os.makedirs(os.path.join(HERE, directory), exist_ok=True)
        for name in sorted(os.listdir(os.path.join(HERE, directory))):
            path = os.path.join(directory, name)
            if name.endswith((".hex", ".expect")) and path not in wanted:
                changed.append(path)
                if "--check" not in argv:
                    os.remove(os.path.join(HERE, path))
    for path, data in wanted.items():
        full = os.path.join(HERE, path)
        old = None
        if os.path.exists(full):
            with open(full, "rb") as file:
                old = file.read()
        if old != data:
            changed.append(path)
            if "--check" not in argv:
                with open(full, "wb") as file:
                    file.write(data)
    for path in changed:
        print(path)
    print("%d vectors, %d files %s" % (len(VECTORS), len(changed),
                                       "differ" if "--check" in argv else "written"))
    return 1 if changed and "--check" in argv else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
