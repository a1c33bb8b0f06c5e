"""Files of this tree name no place of the machine that they were made on, and no package registry."""
import pathlib
import re
import subprocess
import sys

# In pieces, so that this file does not find itself.
PATTERNS = [
    r"(?<![\w.}])/" + r"work/",
    r"(?<![\w.}])/" + r"root\b",
    r"(?<![\w.}])/" + r"home/\w+",
    r"(?:pypi|files\.pythonhosted)\." + "org",
    r"registry\.(?:npmjs|yarnpkg)\." + "(?:org|com)",
    r"(?:deb|security|ftp|snapshot)\.debian\." + "org",
    r"(?:index|static)?\.?crates\." + "io",
    r"archive\.ubuntu\." + "com",
    r"\bartifact" + "ory",
]
# Real traces and what is derived from them hold what their producers wrote.
EXEMPT = re.compile(r"^(tests/traces/.*\.zst|tests/sql/oracle/.*\.csv|fuzz/corpus/|format/compat/|LICENSE$)")


def tracked(source):
    """Files that git knows or would take; every file where there is no git."""
    command = ["git", "-C", str(source), "ls-files", "-z", "--cached", "--others",
               "--exclude-standard"]
    try:
        listing = subprocess.run(command, check=True, capture_output=True).stdout
        names = [name.decode() for name in listing.split(b"\0") if name]
    except (OSError, subprocess.CalledProcessError):
        names = [str(path.relative_to(source)) for path in source.rglob("*")
                 if not path.relative_to(source).parts[0] in ("build", ".git")]
    return [name for name in names if (source / name).is_file()]


def main():
    source = pathlib.Path(__file__).resolve().parents[2]
    pattern = re.compile("|".join(f"(?:{part})" for part in PATTERNS))
    faults, files = [], 0
    for name in tracked(source):
        if EXEMPT.match(name):
            continue
        files += 1
        text = (source / name).read_text(errors="replace")
        for number, line in enumerate(text.split("\n"), 1):
            match = pattern.search(line)
            if match:
                faults.append(f"{name}:{number}: {match[0]}")
    print("\n".join(faults) or f"places: none in {files} files")
    return 1 if faults else 0


sys.exit(main())
