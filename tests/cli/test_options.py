"""The options of each command are the same where the tool takes them, in its help, in the manual (its
synopsis and its list of options) and in the completion of bash."""
# ctest: timeout 240
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[2]
VTC = os.environ["VTC"]
scratch = tempfile.TemporaryDirectory(prefix="vtc-options-")
LEVELS = {"-%d" % level for level in range(1, 20)}
problems = []


def run(*arguments):
    return subprocess.run([VTC, *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          timeout=20, cwd=scratch.name)


def options_in(text):
    """-x and --word, levels as `-1`."""
    found = set(re.findall(r"(?<![\w-])(--?[a-z][a-z-]*|-[a-zA-Z0-9]+)\b", text, re.I))
    return {option for option in found if len(option) == 2 or option.startswith("--")}


def with_levels(options):
    """`-1 ... -19` stands for what is between."""
    return options | LEVELS if "-1" in options else options


def of_help(command):
    """What stands at the begin of a line of its list."""
    found = set()
    for line in run(command, "--help").stdout.splitlines():
        listed = re.match(r"  +(-\S.*?)(  |$)", line)
        if listed:
            found |= options_in(listed[1])
        found |= set(re.findall(r"also (--level)", line))
    return with_levels(found)


def synopses():
    """Of each command, from the manual."""
    page = (SOURCE / "tools/vtc.1").read_text()
    part = page[page.index(".Sh SYNOPSIS"):page.index(".Sh DESCRIPTION")]
    for synopsis in part.split("\n.Nm\n")[1:]:
        command = re.match(r"\.Cm (\w+)", synopsis)
        if not command:
            continue
        found = set()
        for words in re.findall(r"Fl (\S+)(?: No \.\.\. Fl 19)?", synopsis):
            if words.startswith("-"):
                found.add("-" + words)
            else:
                found |= {"-" + letter for letter in words} if words != "1" else LEVELS
        yield command[1], found


def names_in_manual():
    """Short and long names that are explained together: -c and --stdout."""
    page = (SOURCE / "tools/vtc.1").read_text()
    pairs = {}
    for line in re.findall(r"^\.It (Fl .*)$", page, re.M):
        names, is_flag = set(), False
        for word in line.split():
            if word in ("Fl", "Ar", "Cm", "No", "Ns"):
                is_flag = word == "Fl"
            elif is_flag and word != ",":
                names.add("-" + word)
        for name in names:
            pairs.setdefault(name, set()).update(names)
    return pairs


def of_completion(command):
    script = (f". {SOURCE}/tools/vtc.bash; COMP_WORDS=(vtc {command} -); COMP_CWORD=2; _vtc; "
              'printf "%s\\n" "${COMPREPLY[@]}"')
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def takes(command, option):
    """Whether the tool knows an option. Files that there are not keep it from doing anything."""
    done = run(command, option, "1", "/nonexistent/a", "/nonexistent/b")
    unknown = re.search(r"unknown option (?:or missing value )?'([^']*)'", done.stderr)
    return not (unknown and unknown[1] in (option, option[:2]))


def compare(command, what, found, expected):
    for option in sorted(found - expected):
        problems.append(f"{command}: {what} has {option}, the help has not")
    for option in sorted(expected - found):
        problems.append(f"{command}: {what} has no {option}")


commands = re.findall(r"^  ([a-z]+)  +", run("--help").stdout, re.M)
commands.remove("help")
assert len(commands) >= 12, commands
manual, together = dict(synopses()), names_in_manual()
helped = {command: of_help(command) for command in commands}
every = set().union(*helped.values())
assert set(manual) - {"help"} == set(commands), set(manual) ^ set(commands)

for command in commands:
    accepted = {option for option in every if takes(command, option)}
    compare(command, "the tool", accepted, helped[command])
    completed = of_completion(command)
    completed |= {"-h"} if "--help" in completed else set()
    compare(command, "the completion", completed, helped[command])
    # A synopsis has one name of each option, and not the help.
    short = set()
    for option in manual[command] | {"-h"}:
        if option not in LEVELS and option not in together:
            problems.append(f"{command}: the manual does not explain {option}")
        short |= together.get(option, {option}) - {"-19"}
    if LEVELS & manual[command]:
        short |= LEVELS | {"--level"}
    compare(command, "the manual", short, helped[command])

words = subprocess.run(["bash", "-c", f". {SOURCE}/tools/vtc.bash; COMP_WORDS=(vtc ''); COMP_CWORD=1; "
                        '_vtc; printf "%s\\n" "${COMPREPLY[@]}"'], capture_output=True, text=True)
expected = set(commands) | {"help", "--help", "--version"}
if set(words.stdout.split()) != expected:
    problems.append(f"the completion of commands differs: {set(words.stdout.split()) ^ expected}")

if shutil.which("mandoc"):
    lint = subprocess.run(["mandoc", "-T", "lint", "-W", "error", str(SOURCE / "tools/vtc.1")],
                          capture_output=True, text=True)
    problems += lint.stdout.splitlines()

print("\n".join(problems) or f"{len(commands)} commands, {len(every)} options: all agree")
sys.exit(1 if problems else 0)
