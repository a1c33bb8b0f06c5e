"""The reference decoder agrees with every vector of format/vectors; and the vectors are those that
their generator makes.

ctest: timeout 300
"""
import contextlib
import io
import pathlib
import random
import re
import subprocess
import sys

SOURCE = pathlib.Path(__file__).resolve().parents[2]
REFERENCE = SOURCE / "format" / "reference"
VECTORS = SOURCE / "format" / "vectors"
sys.dont_write_bytecode = True
sys.path.insert(0, str(REFERENCE))

import vtc_decode                               # noqa: E402
import vtc_xxh3                                 # noqa: E402
from vtc_build import parse_hex                 # noqa: E402
from vtc_wire import EXIT_CODES, VtcError       # noqa: E402

KINDS = {"good": {"GOOD"}, "bad": {"CORRUPT", "NOT_VTC", "TRUNCATED"},
         "unsupported": {"UNSUPPORTED"}}


def read_expect(path):
    fields, _, document = path.read_bytes().partition(b"document:\n")
    out = dict(line.split(": ", 1) for line in fields.decode().splitlines())
    for key in ("status", "rule"):
        if key in out:
            out[key] = out[key].split()[0]      # what else a reader may say is not for this one
    out["document"] = document[:-1] if _ else None
    return out


def decode(data, checks):
    """What came of it, in the words of an .expect file; and the text."""
    pieces = []
    try:
        vtc_decode.Decoder(data, pieces.append, checks=checks).run()
        found = {"status": "GOOD"}
    except VtcError as error:
        found = {"status": error.status.upper().replace("-", "_"), "rule": error.rule,
                 "offset": str(error.offset)}
    return found, b"".join(pieces)


def check_vector(kind, path, faults):
    expect = read_expect(path.with_suffix(".expect"))
    data = parse_hex(path.read_text())
    name = f"{kind}/{path.name}"
    if expect["status"] not in KINDS[kind]:
        faults.append(f"{name}: is of the status {expect['status']}")
    wanted = {key: expect[key] for key in ("status", "rule") if key in expect}
    for checks in (False, True):
        found, text = decode(data, checks)
        if expect["document"] is not None and text != expect["document"]:
            faults.append(f"{name}: expected {expect['document'][:200]}, found {text[:200]}")
        if "verify-only" in expect and not checks and found["status"] == "GOOD":
            continue
        offset = int(found.pop("offset", 0))
        low = int(expect.get("offset", 0))
        if found != wanted or not low <= offset <= low + int(expect.get("within", 0)):
            faults.append(f"{name}: expected {wanted} at {low}, found {found} at {offset}")
    return expect


def check_prefixes(name, faults):
    """Every prefix of a file gives a prefix of its text, and is truncated or whole."""
    data = parse_hex((VECTORS / "good" / name).read_text())
    _, whole = decode(data, False)
    for length in range(len(data)):
        found, text = decode(data[:length], False)
        if found["status"] not in (("NOT_VTC",) if length < 8 else ("TRUNCATED", "GOOD")):
            faults.append(f"{name}, the first {length} bytes: {found}")
        if not whole.startswith(text) or found["status"] == "GOOD" and text not in (b"", whole):
            faults.append(f"{name}, the first {length} bytes: {text}")


def check_bit_flips(name, faults):
    """Every flipped bit is detected, or harmless."""
    data = parse_hex((VECTORS / "good" / name).read_text())
    _, whole = decode(data, False)
    for place in range(8 * len(data)):
        flipped = bytearray(data)
        flipped[place >> 3] ^= 1 << (place & 7)
        found, text = decode(bytes(flipped), False)
        if found["status"] == "GOOD" and text != whole:
            faults.append(f"{name}, bit {place}: silently another text")


def check_command(faults):
    """The program itself: what it writes and its exit codes."""
    import tempfile
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "file.vtc"
        for vector, code, rule in (("good/one-event", 0, b""), ("bad/HDR-1-magic", 2, b"HDR-1"),
                                   ("bad/FRM-3-payload-checksum", 3, b"FRM-3"),
                                   ("unsupported/HDR-3-major", 4, b"HDR-3"),
                                   ("bad/DOC-1-missing", 5, b"DOC-1")):
            path.write_bytes(parse_hex((VECTORS / (vector + ".hex")).read_text()))
            expect = read_expect(VECTORS / (vector + ".expect"))
            for options in ([], ["--check"], ["--columns"]):
                run = subprocess.run([sys.executable, "-B", str(REFERENCE / "vtc_decode.py"),
                                      *options, str(path)], capture_output=True)
                if run.returncode != code or rule not in run.stderr:
                    faults.append(f"{vector} {options}: {run.returncode}, {run.stderr}")
                if not options and expect["document"] is not None \
                        and run.stdout != expect["document"]:
                    faults.append(f"{vector}: wrote {run.stdout}")


def check_specification(faults):
    """The worked example is the minimal vector, and the rule index has every rule."""
    text = (SOURCE / "format" / "SPEC.md").read_text()
    example = re.search(r"^## \d+\. A minimal file\n(.*?)^## ", text, re.M | re.S)
    index = re.search(r"^## \d+\. Rule index\n(.*?)^## ", text, re.M | re.S)
    if not example or not index:
        faults.append("SPEC.md: no worked example, or no rule index")
        return
    lines = [line[4:] for line in example[1].splitlines() if line.startswith("    ")]
    if parse_hex("\n".join(lines)) != parse_hex((VECTORS / "good/empty-array.hex").read_text()):
        faults.append("SPEC.md: the worked example is not good/empty-array.hex")
    rules = re.findall(r"^- \[([A-Z]+-\d+)\]", text, re.M)
    listed = re.findall(r"^\| ([A-Z]+-\d+) \|", index[1], re.M)
    if rules != listed:
        faults.append(f"SPEC.md: the rule index differs: {sorted(set(rules) ^ set(listed))}")


def check_hashes(faults):
    if vtc_xxh3.LIBRARY is None:
        return "no libxxhash to compare with"
    rng = random.Random(1)
    for length in [*range(0, 260), 512, 1023, 1024, 1025, 1088, 1089, 2048, 2049, 9000]:
        data = rng.randbytes(length)
        stream = vtc_xxh3.PureStream128()
        at = 0
        while at < length:
            step = rng.choice((1, 63, 64, 240, 1024, 3000))
            stream.update(data[at:at + step])
            at += step
        wanted = vtc_xxh3.xxh3_128_library(data)
        if vtc_xxh3.xxh3_64_pure(data) != vtc_xxh3.xxh3_64_library(data) \
                or vtc_xxh3.xxh3_128_pure(data) != wanted or stream.digest() != wanted:
            faults.append(f"XXH3 of {length} bytes differs from the library's")
        for seed in (0, 1, rng.getrandbits(64)):
            if vtc_xxh3.xxh3_64_pure(data, seed) \
                    != vtc_xxh3.xxh3_64_library(data, seed):
                faults.append(f"seeded XXH3 of {length} bytes differs from the library's")
    return "XXH3 as the library has it"


def main():
    faults, rules, count = [], set(), 0
    for kind in KINDS:
        for path in sorted((VECTORS / kind).glob("*.hex")):
            expect = check_vector(kind, path, faults)
            rules.add(expect.get("rule"))
            count += 1
        for path in (VECTORS / kind).glob("*.expect"):
            if not path.with_suffix(".hex").exists():
                faults.append(f"{kind}/{path.name}: no .hex")
    check_prefixes("one-event.hex", faults)
    check_bit_flips("one-event.hex", faults)
    check_command(faults)
    check_specification(faults)
    hashes = check_hashes(faults)
    sys.path.insert(0, str(VECTORS))
    import make_vectors
    report = io.StringIO()
    with contextlib.redirect_stdout(report):
        if make_vectors.main(["--check"]) != 0:
            faults.append("make_vectors.py would write other files:\n" + report.getvalue())
    for fault in faults[:50]:
        print(fault, file=sys.stderr)
    print(f"{count} vectors, {len(rules) - 1} rules broken, {len(EXIT_CODES)} exit codes; "
          f"{hashes}; {len(faults)} faults")
    return 1 if faults or not count else 0


if __name__ == "__main__":
    sys.exit(main())
