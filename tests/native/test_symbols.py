"""Names of functions: from what program, library or debug file they come, and from which they do not."""
import os
import shutil
import signal
import subprocess

from native_run import (CC, PROGRAMS, SANITIZERS, VTC, LiveFile, build, record, recorded,
                        run_tests, said, same, sys)


def symbolize(*arguments, code=0):
    done = subprocess.run([VTC, "symbolize", *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == code, (arguments, done)
    return done


def unnamed(path):
    return [name for name in recorded(path) if name.startswith("0x")]


def names__of_any_kind_of_program(directory):
    for flags in (["-pie", "-fPIE"], ["-no-pie"], ["-O2", "-static-libgcc"]):
        program = build(directory, "filters.c", *flags)
        done, files = record(directory, program)
        same(recorded(*files), said(done.stdout), flags)


def names__of_static_functions_in_a_library(directory):
    library = build(directory, "plugin.c", "-O1", "-shared", "-fPIC", output="libplugin.so")
    main = directory / "main.c"
    main.write_text("unsigned long long plugin_work(int n);\n"
                    "int main(void) { return plugin_work(3) != 3; }\n")
    program = directory / "main"
    subprocess.run([CC, *SANITIZERS, "-finstrument-functions", str(main), "-o", str(program),
                    str(library), f"-Wl,-rpath,{directory}"], check=True)
    _, files = record(directory, program)
    same(recorded(*files), {"main": 1, "plugin_work": 1, "hidden_in_plugin": 3}, "library")


def stripped(directory):
    """A program whose symbols are in a file elsewhere."""
    program = build(directory, "filters.c", "-O1")
    elsewhere = directory / "elsewhere"
    elsewhere.mkdir()
    debug = elsewhere / "filters.debug"
    subprocess.run(["objcopy", "--only-keep-debug", str(program), str(debug)], check=True)
    subprocess.run(["strip", "--strip-all", str(program)], check=True)
    return program, debug


def names__of_a_stripped_program(directory):
    program, debug = stripped(directory)
    done, files = record(directory, program)
    assert "5 functions have no name" in done.stderr and len(unnamed(files[0])) == 5, done.stderr
    before = files[0].read_bytes()

    # By its name in a directory, by build id, and beside the program.
    symbolize("--debug-dir", debug.parent, files[0])
    same(recorded(files[0]), said(done.stdout), "debug file by name")

    files[0].write_bytes(before)
    build_id = next(module[3] for module in LiveFile(files[0]).modules if module[0] == str(program))
    by_id = directory / "ids" / ".build-id" / build_id[:2]
    by_id.mkdir(parents=True)
    shutil.move(debug, by_id / f"{build_id[2:]}.debug")
    symbolize(files[0])
    assert len(unnamed(files[0])) == 5
    symbolize("--debug-dir", directory / "ids", files[0])
    same(recorded(files[0]), said(done.stdout), "debug file by build id")

    files[0].write_bytes(before)
    shutil.move(by_id / f"{build_id[2:]}.debug", directory / "filters.debug")
    symbolize(files[0])
    same(recorded(files[0]), said(done.stdout), "debug file beside the program")


def names__not_of_another_build(directory):
    program = build(directory, "filters.c", "-O1")
    done, files = record(directory, program, options=["--no-symbols"])
    assert len(unnamed(files[0])) == 5
    right = directory / "right"
    right.mkdir()
    shutil.copy(program, right)
    build(directory, "filters.c", "-O2", "-DOTHER")
    assert "another build" in symbolize(files[0]).stderr
    assert len(unnamed(files[0])) == 5
    symbolize("--debug-dir", right, files[0])
    same(recorded(files[0]), said(done.stdout), "the right build")


def names__once_and_for_all(directory):
    program = build(directory, "filters.c", "-O1")
    done, files = record(directory, program)
    before = files[0].read_bytes()
    assert "(0 of them now)" in symbolize(files[0]).stdout
    assert files[0].read_bytes() == before
    # Whoever reads shows them.
    text = subprocess.run([VTC, "decompress", "-c", str(files[0])], capture_output=True, text=True,
                          check=True).stdout
    expected = said(done.stdout)
    for name, count in expected.items():
        assert text.count(f'"name":"{name}"') == count, name


def names__not_while_it_runs(directory):
    source = directory / "waits.c"
    source.write_text("#include <unistd.h>\nint main(void) { write(1, \"x\", 1); pause(); }\n")
    program = directory / "waits"
    subprocess.run([CC, *SANITIZERS, "-finstrument-functions", str(source), "-o", str(program)],
                   check=True)
    output = directory / "waits.vtc"
    library = os.path.join(os.path.dirname(VTC), "libvtc-instrument.so.1")
    with subprocess.Popen([str(program)], stdout=subprocess.PIPE,
                          env={**os.environ, "LD_PRELOAD": library,
                               "VTC_TRACE_FILE": str(output)}) as child:
        child.stdout.read(1)
        size = output.stat().st_size
        assert "being recorded" in symbolize(output, code=1).stderr
        assert output.stat().st_size == size
        child.send_signal(signal.SIGKILL)
    symbolize(output)
    same(recorded(output), {"main": 1}, "after SIGKILL")


def names__of_live_files_only(directory):
    text = directory / "x.json"
    text.write_text('[{"ph":"X","pid":1,"tid":1,"ts":1,"dur":1,"name":"a"}]')
    subprocess.run([VTC, "compress", "-q", str(text)], check=True)
    assert "no live file" in symbolize(directory / "x.vtc", code=2).stderr
    symbolize(text, code=2)
    symbolize(directory / "absent.vtc", code=5)
    symbolize(code=1)
    symbolize("--nonsense", text, code=1)


if __name__ == "__main__":
    # A vtc that was built without libdw says so; there are no names to test then.
    if "libdw" in subprocess.run([VTC, "symbolize", str(PROGRAMS)], capture_output=True,
                                 text=True).stderr:
        sys.exit(77)
    sys.exit(run_tests([function for name, function in sorted(globals().items())
                        if name.startswith("names__")]))
