"""Every MUST of the specification is cited in code, tests or the reference decoder, as `SPEC: ABC-12`
(or a list, `SPEC: ABC-12, DEF-3`); and nothing cites a rule that does not exist."""
import pathlib
import re
import sys

RULE = re.compile(r"^\s*(?:[-*]\s*)?\[([A-Z]{2,5}-\d+)\]\s*(.*)", re.M)
CITATION = re.compile(r"SPEC:\s*((?:[A-Z]{2,5}-\d+)(?:(?:\s*,\s*|\s+and\s+|\s*;\s*)[A-Z]{2,5}-\d+)*)")
ID = re.compile(r"[A-Z]{2,5}-\d+")
# A rule that an error names, as in vtci_error_set(err, VTC_ERR_CORRUPT, offset, "ABC-12", ...).
NAMED = re.compile(r'"([A-Z]{2,5}-\d+)"')
CODE = ("libvtc", "tests", "tools", "fuzz", "format/reference")
SUFFIXES = {".c", ".h", ".py", ".sh", ".cpp"}


def rules(source):
    """Id -> (where, whether it says MUST)."""
    found, faults = {}, []
    format_dir = source / "format"
    documents = [format_dir / "SPEC.md", *sorted(format_dir.glob("spec*/**/*.md"))]
    for path in documents:
        text = path.read_text()
        for match in RULE.finditer(text):
            where = f"{path.relative_to(source)}:{text.count(chr(10), 0, match.start()) + 1}"
            # A rule reaches to the next blank line, rule or heading.
            end = re.compile(r"\n\s*\n|\n\s*[-*]\s|\n#").search(text, match.start(2))
            body = text[match.start(2):end.start() if end else len(text)]
            if match[1] in found:
                faults.append(f"{where}: {match[1]} is defined twice")
            found[match[1]] = (where, "MUST" in body)
    return found, faults


def citations(source):
    for directory in CODE:
        for path in sorted((source / directory).rglob("*")):
            if path.suffix not in SUFFIXES or path.resolve() == pathlib.Path(__file__).resolve():
                continue
            text = path.read_text(errors="replace")
            # A list may go on in the next line of a comment.
            flat = re.sub(r"\n\s*(?:\*|//|#)?\s*", " ", text)
            for match in CITATION.finditer(flat):
                for rule in ID.findall(match[1]):
                    yield rule, path.relative_to(source), True
            for match in NAMED.finditer(text):
                yield match[1], path.relative_to(source), False


def main():
    source = pathlib.Path(__file__).resolve().parents[2]
    defined, faults = rules(source)
    if not defined:
        faults.append("format/SPEC.md defines no rule")
    prefixes = {rule.split("-")[0] for rule in defined}
    cited = set()
    for rule, path, is_citation in citations(source):
        cited.add(rule)
        # A string that only looks like an id ("UTF-8") is none unless the specification knows its kind.
        if rule not in defined and (is_citation or rule.split("-")[0] in prefixes):
            faults.append(f"{path}: cites {rule}, which the specification does not define")
    for rule, (where, must) in defined.items():
        if must and rule not in cited:
            faults.append(f"{where}: nothing cites {rule}")
    print("\n".join(dict.fromkeys(faults)) or
          f"spec_ids: {len(defined)} rules, each MUST of them cited")
    return 1 if faults else 0


sys.exit(main())
