"""Builds wheels and source distributions of vtctrace (PEP 517), with CMake and no package of Python's.

    pip wheel tools/python          a wheel for the Python that runs pip
    pip install tools/python

A source distribution has this directory at its top and, in `vtc/`, the part of the tree that the
extension is built from.
"""
import base64
import hashlib
import pathlib
import re
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
TREE = HERE / "vtc" if (HERE / "vtc").is_dir() else HERE.parent.parent
# Of the tree, in a source distribution.
SOURCES = ["CMakeLists.txt", "LICENSE", "libvtc", "tools/python"]


def _version():
    return re.search(r"^\s*VERSION (\d+\.\d+\.\d+)$", (TREE / "CMakeLists.txt").read_text(), re.M)[1]


def _metadata():
    return (f"Metadata-Version: 2.1\nName: vtctrace\nVersion: {_version()}\n"
            "Summary: Records what a Python program does into a .vtc trace\n"
            "License: Apache-2.0\nRequires-Python: >=3.11\n")


def _tag():
    abi = f"cp{sys.version_info[0]}{sys.version_info[1]}"
    platform = re.sub(r"[-.]", "_", sysconfig.get_platform())
    return f"{abi}-{abi}{sys.abiflags}-{platform}"


def _build(directory):
    subprocess.run(["cmake", "-S", str(TREE), "-B", str(directory), "-DCMAKE_BUILD_TYPE=Release",
                    "-DBUILD_TESTING=OFF", "-DVTC_PYTHON_ONLY=ON", f"-DVTC_PYTHON={sys.executable}"],
                   check=True, stdout=sys.stderr)
    subprocess.run(["cmake", "--build", str(directory), "--parallel", "--target", "vtc_python"],
                   check=True, stdout=sys.stderr)
    return next(path.parent for path in directory.rglob("_tracer*.so"))


def _record(name, data):
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    return f"{name},sha256={digest},{len(data)}\n"


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    info = f"vtctrace-{_version()}.dist-info"
    name = f"vtctrace-{_version()}-{_tag()}.whl"
    with tempfile.TemporaryDirectory() as scratch:
        package = _build(pathlib.Path(scratch))
        files = {f"vtctrace/{path.relative_to(package)}": path.read_bytes()
                 for path in sorted(package.rglob("*"))
                 if path.suffix in (".py", ".so") and "__pycache__" not in path.parts}
    files[f"{info}/METADATA"] = _metadata().encode()
    files[f"{info}/WHEEL"] = (f"Wheel-Version: 1.0\nGenerator: vtctrace\nRoot-Is-Purelib: false\n"
                              f"Tag: {_tag()}\n").encode()
    files[f"{info}/LICENSE"] = (TREE / "LICENSE").read_bytes()
    record = "".join(_record(*item) for item in files.items()) + f"{info}/RECORD,,\n"
    files[f"{info}/RECORD"] = record.encode()
    with zipfile.ZipFile(pathlib.Path(wheel_directory) / name, "w", zipfile.ZIP_DEFLATED) as wheel:
        for path, data in files.items():
            entry = zipfile.ZipInfo(path)
            entry.external_attr = (0o755 if path.endswith(".so") else 0o644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            wheel.writestr(entry, data)
    return name


def _is_source(path):
    return path.is_file() and "__pycache__" not in path.parts and path.name != "PKG-INFO"


def build_sdist(sdist_directory, config_settings=None):
    base = f"vtctrace-{_version()}"
    top = {path.relative_to(HERE): path for path in sorted(HERE.rglob("*"))
           if _is_source(path) and "vtc" != path.relative_to(HERE).parts[0]}
    for source in SOURCES:
        root = TREE / source
        for path in [root] if root.is_file() else sorted(root.rglob("*")):
            if _is_source(path):
                top[pathlib.Path("vtc") / path.relative_to(TREE)] = path
    with tempfile.TemporaryDirectory() as scratch:
        information = pathlib.Path(scratch) / "PKG-INFO"
        information.write_text(_metadata())
        top[pathlib.Path("PKG-INFO")] = information
        with tarfile.open(pathlib.Path(sdist_directory) / f"{base}.tar.gz", "w:gz",
                          format=tarfile.PAX_FORMAT) as archive:
            for name, path in top.items():
                archive.add(path, f"{base}/{name}", recursive=False)
    return f"{base}.tar.gz"
