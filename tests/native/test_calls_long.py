"""Ten million calls, on threads that come and go: each is in the file, at 16 bytes at most."""
# ctest: labels long
# ctest: timeout 1200
from native_run import LiveFile, build, record, recorded, run_tests, said, same, sys


def calls__ten_million(directory):
    program = build(directory, "threads.c", "-O2")
    # 2,000 threads of 5,168 calls each.
    done, files = record(directory, program, 2000, 17)
    expected = said(done.stdout)
    calls = sum(expected.values())
    assert calls >= 10_000_000, calls
    same(recorded(*files), expected, "threads")
    file = LiveFile(files[0])
    assert sum(file.lost) == 0 and file.counts()[2] == 0, file.lost


def calls__cost_of_a_span(directory):
    """On few threads, where no page is left half empty."""
    program = build(directory, "threads.c", "-O2")
    done, files = record(directory, program, 4, 28)
    calls = sum(said(done.stdout).values())
    assert calls >= 4_000_000, calls
    per_span = files[0].stat().st_size / calls
    assert per_span <= 16, per_span


if __name__ == "__main__":
    sys.exit(run_tests([calls__ten_million, calls__cost_of_a_span]))
