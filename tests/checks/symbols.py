"""The shared libraries export vtc_* and nothing else; what is shared between the files of the library
is named vtci_* (internal) or vtc_* (public), whatever is not is static."""
import os
import pathlib
import re
import subprocess
import sys


def nm(*arguments):
    text = subprocess.run(["nm", *arguments], check=True, capture_output=True, text=True).stdout
    for line in text.splitlines():
        fields = line.split()
        if len(fields) >= 2 and len(fields[-2]) == 1:
            yield fields[-1].split("@")[0], fields[-2]


# The libraries, and the headers that are theirs; all others are libvtc's.
LIBRARIES = {"vtc": None, "vtcquery": {"query.h", "sql.h"}}


def declared(include, own):
    """The functions and objects that a library's public headers declare with VTC_API."""
    others = set().union(*(headers for headers in LIBRARIES.values() if headers))
    names = set()
    for path in include.rglob("*.h"):
        if (path.name in others) if own is None else (path.name not in own):
            continue
        text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)
        text = re.sub(r"^\s*#.*?(?<!\\)$", "", text, flags=re.M | re.S)
        for declaration in re.findall(r"VTC_API\b([^;{]*)", text):
            names.update(re.findall(r"\b(vtc_\w+)\s*(?:\(|$)", declaration.rstrip())[:1])
    return names


def check(library, public, build, faults):
    shared, static = build / f"lib{library}.so", build / f"lib{library}.a"
    exported = {name for name, kind in nm("-D", "--defined-only", str(shared)) if kind != "A"}
    faults += [f"{shared.name} exports {name}" for name in sorted(exported)
               if not name.startswith("vtc_")]
    faults += [f"{name} is declared in a public header and not exported by {shared.name}"
               for name in sorted(public - exported)]
    faults += [f"{name} is exported and not declared in a public header of {shared.name}"
               for name in sorted(exported - public) if name.startswith("vtc_")]

    # A sanitizer or coverage adds symbols of its own; this build has neither.
    for name, kind in nm("--defined-only", "--extern-only", str(static)):
        if not name.startswith(("vtc_", "vtci_")):
            faults.append(f"{static.name}: {name} ({kind}) is neither static nor vtci_*")
        elif name.startswith("vtc_") and name not in public:
            faults.append(f"{static.name}: {name} is named as if public, and in no public header")

    soname = subprocess.run(["objdump", "-p", str(shared)], check=True, capture_output=True,
                            text=True).stdout
    if not re.search(rf"SONAME\s+lib{library}\.so\.1$", soname, re.M):
        faults.append(f"{shared.name}: the SONAME is not lib{library}.so.1")
    return len(exported)


def main():
    source = pathlib.Path(__file__).resolve().parents[2]
    build = pathlib.Path(os.environ["VTC_BUILD_DIR"]) / "libvtc"
    faults = []
    exported = sum(check(library, declared(source / "libvtc" / "include", own), build, faults)
                   for library, own in LIBRARIES.items())
    print("\n".join(faults) or f"symbols: {exported} exported, all public")
    return 1 if faults else 0


sys.exit(main())
