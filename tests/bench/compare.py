#!/usr/bin/env python3
"""vtc beside gzip -6, zstd -3, zstd -19 and xz -9e on the same traces.

    tests/bench/compare.py [--quick] [--vtc PATH] [--levels 3,19] [--peers gzip,zstd3,...] [FILE|DIR ...]

Without files: the corpus ($VTC_CORPUS or ../shared/corpus) where it is found, else tests/traces.
Every figure is of a whole process: CPU seconds (user + system) and peak memory by the operating
system's own account, the median of --runs runs (1 for what takes longer than 5 s). Each round trip
of vtc is compared byte for byte. --quick takes the files below 3 MB.
"""
import argparse, os, statistics, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PEERS = {
    "gzip -6": ["gzip", "-6", "-c"],
    "zstd -3": ["zstd", "-q", "-3", "--single-thread", "-c"],
    "zstd -19": ["zstd", "-q", "-19", "--single-thread", "-c"],
    "xz -9e": ["xz", "-9e", "-T1", "-c"],
}


def run(command, output):
    """Runs a command with its output to a file: (CPU seconds, peak MiB)."""
    with open(output, "wb") as out:
        child = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{' '.join(command)}: exit code {child.returncode}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def measure(command, output, runs):
    samples = [run(command, output)]
    if samples[0][0] < 5:
        samples += [run(command, output) for _ in range(runs - 1)]
    return statistics.median(s[0] for s in samples), max(s[1] for s in samples)


def same(a, b):
    return subprocess.run(["cmp", "-s", a, b]).returncode == 0


def traces(arguments):
    places = arguments or [os.environ.get("VTC_CORPUS") or os.path.join(ROOT, "..", "shared", "corpus")]
    if not arguments and not os.path.isdir(places[0]):
        print("no corpus found ($VTC_CORPUS, ../shared/corpus): the traces that ship are used")
        places = [os.path.join(ROOT, "tests", "traces")]
    for place in places:
        names = [place] if os.path.isfile(place) else sorted(
            os.path.join(place, n) for n in os.listdir(place))
        yield from (n for n in names if n.endswith((".json", ".json.zst")))


def unpacked(path, directory):
    if not path.endswith(".zst"):
        return path
    out = os.path.join(directory, os.path.basename(path)[:-4])
    subprocess.run(["zstd", "-q", "-d", "--long=27", "-f", path, "-o", out], check=True)
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--vtc", default=os.path.join(ROOT, "build", "release", "tools", "vtc"))
    parser.add_argument("--levels", default="3,19")
    parser.add_argument("--peers", default=",".join(PEERS))
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("files", nargs="*")
    options = parser.parse_args()
    tools = {name: PEERS[name] for name in options.peers.split(",") if name}
    for level in options.levels.split(","):
        tools[f"vtc -{level}"] = [options.vtc, "compress", f"-{level}", "-T1", "-q", "-c"]
    totals = {name: [0, 0.0, 0.0] for name in tools}
    back = {f"vtc -{level}": 0.0 for level in options.levels.split(",")}
    input_bytes, wins, counted = 0, {}, 0
    print(f"{'file':26} {'tool':9} {'bytes':>10} {'ratio':>7} {'to xz':>6} {'CPU s':>7} "
          f"{'MB/s':>6} {'MiB':>6} {'back MB/s':>9}")
    with tempfile.TemporaryDirectory() as directory:
        for path in traces(options.files):
            text = unpacked(path, directory)
            size = os.path.getsize(text)
            if options.quick and size > 3e6:
                continue
            input_bytes += size
            counted += size > 1e6
            sizes = {}
            for name, command in tools.items():
                packed = os.path.join(directory, "packed")
                cpu, memory = measure(command + [text], packed, options.runs)
                sizes[name] = os.path.getsize(packed)
                speed = ""
                if name.startswith("vtc"):
                    result = os.path.join(directory, "back")
                    back_cpu, _ = measure([options.vtc, "decompress", "-T1", "-q", "-c", packed],
                                          result, options.runs)
                    if not same(result, text):
                        sys.exit(f"{path}: {name}: not the same bytes")
                    back[name] += back_cpu
                    speed = f"{size / 1e6 / max(back_cpu, 1e-9):9.0f}"
                    if sizes.get("xz -9e", 0) > sizes[name] and size > 1e6:
                        wins[name] = wins.get(name, 0) + 1
                total = totals[name]
                total[0] += sizes[name]
                total[1] += cpu
                total[2] = max(total[2], memory)
                to_xz = f"{sizes[name] / sizes['xz -9e']:6.2f}" if "xz -9e" in sizes else " " * 6
                label = os.path.basename(text).removesuffix(".json")
                print(f"{label:26} {name:9} {sizes[name]:10} {size / sizes[name]:7.1f} {to_xz} "
                      f"{cpu:7.3f} {size / 1e6 / max(cpu, 1e-9):6.0f} {memory:6.0f} {speed}",
                      flush=True)
            if text != path:
                os.unlink(text)
    print()
    for name, (packed, cpu, memory) in totals.items():
        xz = totals.get("xz -9e", [0])[0]
        print(f"{'total':26} {name:9} {packed:10} {input_bytes / max(packed, 1):7.1f} "
              f"{packed / xz if xz else 0:6.2f} {cpu:7.2f} {input_bytes / 1e6 / max(cpu, 1e-9):6.0f} "
              f"{memory:6.0f} "
              + (f"{input_bytes / 1e6 / max(back[name], 1e-9):9.0f}" if name in back else "")
              + (f"  smaller than xz on {wins.get(name, 0)} of {counted} above 1 MB"
                 if name in back and xz else ""))


if __name__ == "__main__":
    main()
