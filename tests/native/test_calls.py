"""Every call of a traced program is in the file, whatever the program does."""
# ctest: timeout 240
from native_run import (CLANG, CXX, SANITIZERS, LiveFile, build, record, recorded, run_tests, said,
                        same, sys)

OPTIMIZATIONS = ("-O0", "-O2")


def builds(directory, source):
    for level in OPTIMIZATIONS:
        yield level, build(directory, source, level)
    if CLANG:
        yield "clang -O1", build(directory, source, "-O1", compiler=CLANG)


def calls__threads_that_come_and_go(directory):
    for level, program in builds(directory, "threads.c"):
        done, files = record(directory, program, 120, 8)
        assert len(files) == 1, files
        same(recorded(*files), said(done.stdout), level)
        file = LiveFile(files[0])
        assert file.counts()[2] == 0 and file.state == 2, (file.counts(), file.state)
        assert len(set(file.threads.values())) >= 100, len(file.threads)


def calls__past_frames_by_longjmp(directory):
    for level, program in builds(directory, "jumps.c"):
        done, files = record(directory, program)
        same(recorded(*files), said(done.stdout), level)
        _, deepest, left_open = LiveFile(files[0]).counts()
        # main, with_alloca, land and 20 of jump; what was jumped over does not stay.
        assert deepest == 23, (level, deepest)
        assert left_open == 0, (level, left_open)


def calls__past_frames_by_exceptions(directory):
    if not CXX:
        return
    for level in OPTIMIZATIONS:
        done, files = record(directory, build(directory, "exceptions.cpp", level))
        expected = said(done.stdout)
        found = recorded(*files)
        same({name: found[name] for name in expected}, expected, level)
        _, deepest, left_open = LiveFile(files[0]).counts()
        assert deepest <= 16 and left_open == 0, (level, deepest, left_open)


def calls__of_a_library_that_comes_later(directory):
    plugin = build(directory, "plugin.c", "-O1", "-shared", "-fPIC", output="plugin.so")
    done, files = record(directory, build(directory, "loader.c", "-O1"), plugin)
    same(recorded(*files), said(done.stdout), "loader")


def calls__of_children(directory):
    done, files = record(directory, build(directory, "forks.c", "-O1"))
    expected, pid = {}, None
    for line in done.stdout.splitlines():
        name, count = line.split()
        if name == "pid":
            pid = int(count)
        else:
            expected.setdefault(pid, []).append({name: int(count)})
    # The same process before and after exec has two files.
    found = {}
    for path in files:
        file = LiveFile(path)
        counts = file.counts()[0]
        found.setdefault(file.pid, {})
        for name, count in counts.items():
            found[file.pid][name] = found[file.pid].get(name, 0) + count
    flat = {pid: {} for pid in expected}
    for pid, counts in expected.items():
        for one in counts:
            for name, count in one.items():
                flat[pid][name] = flat[pid].get(name, 0) + count
    same(found, flat, [path.name for path in files])
    assert len(files) == 5, files


def calls__in_signal_handlers(directory):
    for level, program in builds(directory, "handler.c"):
        done, files = record(directory, program)
        expected = said(done.stdout)
        assert expected["on_timer"] > 10, expected
        file = LiveFile(files[0])
        assert sum(file.lost) == 0, file.lost
        same(recorded(*files), expected, level)


def calls__before_every_kind_of_end(directory):
    program = build(directory, "ending.c", "-O1")
    for how, code in (("kill", -9), ("segv", -11), ("abort", -6), ("term", -15), ("_exit", 5)):
        done, files = record(directory, program, how, 5000, code=code)
        same(recorded(*files), said(done.stdout), how)
        # main and deep never returned.
        assert LiveFile(files[0]).counts()[2] == 2, how


def lost(*paths):
    return sum(sum(LiveFile(path).lost) for path in paths)


def calls__deeper_than_there_is_room(directory):
    room, depth = 1 << 18, 300000
    done, files = record(directory, build(directory, "deep.c", "-O0"), depth)
    assert said(done.stdout)["down"] == depth + 1, done.stdout
    same(recorded(*files), {"down": room, "after": 1}, "deep")
    assert lost(*files) == depth + 1 - room, LiveFile(files[0]).lost
    _, deepest, left_open = LiveFile(files[0]).counts()
    assert deepest == room and left_open == 0, (deepest, left_open)


def calls__of_more_functions_than_there_is_room_for(directory):
    """Definitions have a quarter of the file's limit: 16 KiB are some 400 functions."""
    functions = 2000
    source = directory / "many.c"
    source.write_text("".join(f"void f{i}(void) {{}}\n" for i in range(functions)) + "int main(void)\n{\n"
                      + "".join(f"    f{i}();\n" for i in range(functions)) + "}\n")
    done, files = record(directory, build(directory, str(source), "-O0", output="many"),
                         options=["--max-size", "64K"])
    found, file = sum(recorded(*files).values()), LiveFile(files[0])
    assert 200 < found < 600, found
    assert file.lost[6] == functions + 1 - found, (found, file.lost)


def calls__of_threads_without_memory(directory):
    if SANITIZERS:
        return  # they want some themselves
    done, files = record(directory, build(directory, "narrow.c", "-O1"))
    expected, found = said(done.stdout)["call"], recorded(*files)["call"]
    assert found + lost(*files) == expected == 6001, (found, lost(*files), expected)
    assert lost(*files) >= 3000 and found >= 2000, (found, lost(*files))


def calls__of_children_that_are_made_early(directory):
    if SANITIZERS:
        return  # a lock of their allocator's that the other thread has stays taken in the child
    program = build(directory, "early_fork.c", "-O1")
    # A start takes 0.3 to 1.5 ms. Not by duration: some counters step by 10 ns, in which a call may be over.
    for pause_us in range(0, 1680, 70):
        done, files = record(directory, program, pause_us)
        same(recorded(*files), said(done.stdout), (pause_us, files))


if __name__ == "__main__":
    sys.exit(run_tests([function for name, function in sorted(globals().items())
                        if name.startswith("calls__")]))
