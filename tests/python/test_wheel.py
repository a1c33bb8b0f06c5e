"""Wheels and source distributions: what pip would install runs.

ctest: timeout 600
One interpreter is enough, the free-threaded one; with VTC_ROUNDS it is all of them.
"""
import os
import pathlib
import subprocess
import sys
import tarfile
import zipfile

from support import IS_FREE_THREADED, Case, counts, main, verify

SOURCE = pathlib.Path(__file__).resolve().parents[2] / "tools" / "python"
BUILD = "import sys; sys.path.insert(0, %r); import backend; print(backend.build_%s(%r))"


class TestWheel(Case):
    def build(self, source, kind):
        out, err, code = self.run_python("-c", BUILD % (str(source), kind, str(self.directory)),
                                         timeout=500)
        self.assertEqual(code, 0, err)
        return self.directory / out.split()[-1]

    def test_wheel__from_a_source_distribution_runs(self):
        with tarfile.open(self.build(SOURCE, "sdist")) as archive:
            archive.extractall(self.directory)
        unpacked = next(path for path in self.directory.glob("vtctrace-*") if path.is_dir())
        self.assertTrue((unpacked / "PKG-INFO").exists())
        wheel = self.build(unpacked, "wheel")
        with zipfile.ZipFile(wheel) as archive:
            self.assertIsNone(archive.testzip())
            listed = archive.read(next(name for name in archive.namelist()
                                       if name.endswith("RECORD"))).decode()
            self.assertEqual({line.split(",")[0] for line in listed.splitlines()},
                             set(archive.namelist()))
            archive.extractall(self.directory / "site")
        done = subprocess.run([sys.executable, "-m", "vtctrace", "-o", self.file, "-c",
                               "def f(): pass\nf()"], cwd=self.directory,
                              env={**os.environ, "PYTHONPATH": str(self.directory / "site")})
        self.assertEqual(done.returncode, 0)
        verify(self.file)
        self.assertEqual(counts(self.file)["f"], 1)


if not IS_FREE_THREADED and "VTC_ROUNDS" not in os.environ:
    sys.exit(77)
main()
