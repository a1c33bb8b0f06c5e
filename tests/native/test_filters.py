"""Filters of `vtc record`: by name, depth, duration and size; and its usage."""
import subprocess

from native_run import (CC, CXX, SANITIZERS, VTC, LiveFile, build, record, recorded, run_tests,
                        said, same, sys)


def traced(directory, *options):
    done, files = record(directory, directory / "filters", options=options)
    return recorded(*files), said(done.stdout), files


def filters__by_name(directory):
    build(directory, "filters.c", "-O1")
    found, said_, _ = traced(directory, "--include", "parse_*")
    same(found, {name: said_[name] for name in ("parse_number", "parse_string")}, "include")
    found, said_, _ = traced(directory, "--exclude", "*_string", "--exclude", "slow")
    same(found, {name: said_[name] for name in ("main", "parse_number")}, "exclude")
    found, said_, _ = traced(directory, "--include", "*_string", "--exclude", "print*")
    same(found, {"parse_string": said_["parse_string"]}, "both")
    if CXX:
        build(directory, "exceptions.cpp", "-O1")
        done, files = record(directory, directory / "exceptions",
                             options=("--include", "shapes::catcher::*"))
        name = "shapes::catcher::run(int)"
        same(recorded(*files), {name: said(done.stdout)[name]}, "C++")


def filters__by_depth(directory):
    build(directory, "filters.c", "-O1")
    found, said_, files = traced(directory, "--depth", "2")
    same(found, {name: said_[name] for name in ("main", "print_string", "slow")}, "depth 2")
    assert LiveFile(files[0]).counts()[1:] == (2, 0)
    found, _, _ = traced(directory, "--depth", "1")
    same(found, {"main": 1}, "depth 1")


def filters__by_duration(directory):
    build(directory, "filters.c", "-O1")
    found, said_, _ = traced(directory, "--min-duration", "15ms")
    same(found, {name: said_[name] for name in ("main", "slow")}, "15ms")
    found, _, _ = traced(directory, "--min-duration", "0.2s")
    same(found, {"main": 1}, "0.2s")


def filters__by_size(directory):
    program = build(directory, "ending.c", "-O1")
    done, files = record(directory, program, "_exit", 400000, code=5, options=("--max-size", "1M"))
    assert sum(path.stat().st_size for path in files) <= 5 << 18, files
    kept = begins(files)
    # A begin that was lost takes its end with it, uncounted: so each lost call counts once.
    lost = [sum(losses) for losses in zip(*(LiveFile(path).lost for path in files))]
    assert 10000 < kept < 400000 and 400002 - kept <= lost[0] <= 400003 - kept, (lost, kept)
    assert f" {lost[0]} events were not recorded: no page" in done.stderr, done.stderr
    done, files = record(directory, program, "_exit", 400000, code=5,
                         options=("--max-size", "1M", "--flight"))
    assert sum(path.stat().st_size for path in files) <= 5 << 18, files
    assert 10000 < begins(files) < 400000, begins(files)


def begins(files):
    """A file that begins in the middle has ends whose begins lie elsewhere: these do not count."""
    total = 0
    for file in map(LiveFile, files):
        total += sum(1 for writer in file.pages for what, _ in file.events(writer)
                     if what == "begin")
    return total


def filters__leave_what_runs_alone(directory):
    """Usage: what is refused, and the codes of what was run."""
    plain = directory / "plain"
    subprocess.run([CC, *SANITIZERS, "-x", "c", "-", "-o", str(plain)],
                   input="int main(void) { return 0; }", text=True, check=True)
    done, files = record(directory, plain, code=2)
    assert "-finstrument-functions" in done.stderr and not files, done.stderr
    (directory / "failing").write_text("#!/bin/sh\nexit 9\n")
    (directory / "failing").chmod(0o755)
    record(directory, directory / "failing", code=9)
    done, _ = record(directory, directory / "absent", code=5)
    assert "No such file" in done.stderr, done.stderr
    for bad in (["--depth", "0"], ["--depth", "x"], ["--min-duration", "10parsec"],
                ["--max-size", "much"], ["--nonsense"]):
        done = subprocess.run([VTC, "record", *bad, "--", str(plain)], capture_output=True)
        assert done.returncode == 1, (bad, done)
    for bad in ([], ["--include"]):
        assert subprocess.run([VTC, "record", *bad], capture_output=True).returncode == 1
    (directory / "out.vtc").write_text("mine")
    done = subprocess.run([VTC, "record", "-o", str(directory / "out.vtc"), str(plain)],
                          capture_output=True, text=True)
    assert done.returncode == 1 and (directory / "out.vtc").read_text() == "mine", done
    done = subprocess.run([VTC, "record", "-o", "/nonexistent/x.vtc", str(plain)],
                          capture_output=True, text=True)
    assert done.returncode == 5 and "No such file" in done.stderr, done


def filters__by_variables_alone(directory):
    """Without the launcher: linked, and told by the environment."""
    import os
    import pathlib
    library = pathlib.Path(VTC).parent
    program = build(directory, "filters.c", "-O1", f"-L{library}", "-Wl,--no-as-needed",
                    "-lvtc-instrument", f"-Wl,-rpath,{library}")
    environment = {**os.environ, "VTC_TRACE_FILE": str(directory / "out-%p.vtc"),
                   "VTC_TRACE_DEPTH": "1"}
    subprocess.run([str(program)], check=True, env=environment, stdout=subprocess.DEVNULL)
    files = list(directory.glob("out-*.vtc"))
    assert len(files) == 1 and sum(recorded(*files).values()) == 1, files
    subprocess.run([VTC, "symbolize", "-q", str(files[0])], check=True)
    same(recorded(*files), {"main": 1}, "symbolize")
    subprocess.run([str(program)], check=True, stdout=subprocess.DEVNULL,
                   env={**environment, "VTC_TRACE": "0"})
    assert len(list(directory.glob("out-*.vtc"))) == 1


if __name__ == "__main__":
    sys.exit(run_tests([function for name, function in sorted(globals().items())
                        if name.startswith("filters__")]))
