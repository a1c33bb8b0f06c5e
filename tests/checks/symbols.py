"""The shared library exports vtc_* and nothing else; what is shared between the files of the library
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


def declared(include):
    """The functions and objects that the public headers declare with VTC_API."""
    names = set()
    for path in include.rglob("*.h"):
        text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)
        text = re.sub(r"^\s*#.*?(?<!\\)$", "", text, flags=re.M | re.S)
        for declaration in re.findall(r"VTC_API\b([^;{]*)", text):
            names.update(re.findall(r"\b(vtc_\w+)\s*(?:\(|$)", declaration.rstrip())[:1])
    return names


def main():
    source = pathlib.Path(__file__).resolve().parents[2]
    build = pathlib.Path(os.environ["VTC_BUILD_DIR"]) / "libvtc"
    faults = []

    exported = {name for name, kind in nm("-D", "--defined-only", str(build / "libvtc.so"))
                if kind != "A"}
    faults += [f"libvtc.so exports {name}" for name in sorted(exported)
               if not name.startswith("vtc_")]
    public = declared(source / "libvtc" / "include")
    faults += [f"{name} is declared in a public header and not exported"
               for name in sorted(public - exported)]
    faults += [f"{name} is exported and not declared in a public header"
               for name in sorted(exported - public) if name.startswith("vtc_")]

    # A sanitizer or coverage adds symbols of its own; this build has neither.
    for name, kind in nm("--defined-only", "--extern-only", str(build / "libvtc.a")):
        if not name.startswith(("vtc_", "vtci_")):
            faults.append(f"libvtc.a: {name} ({kind}) is neither static nor vtci_*")
        elif name.startswith("vtc_") and name not in public:
            faults.append(f"libvtc.a: {name} is named as if public, and in no public header")

    soname = subprocess.run(["objdump", "-p", str(build / "libvtc.so")], check=True,
                            capture_output=True, text=True).stdout
    if not re.search(r"SONAME\s+libvtc\.so\.1$", soname, re.M):
        faults.append("libvtc.so: the SONAME is not libvtc.so.1")

    print("\n".join(faults) or f"symbols: {len(exported)} exported, all public")
    return 1 if faults else 0


sys.exit(main())
