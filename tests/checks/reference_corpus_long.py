"""As reference_corpus.py, with the traces of $VTC_CORPUS or ../shared/corpus: all at the default
level, the small ones at others too.

    reference_corpus_long.py [VTC_EXECUTABLE]

ctest: labels long
ctest: timeout 3600
"""
import os
import pathlib
import sys

import reference_corpus


def main(arguments):
    tool = reference_corpus.find_tool(arguments)
    corpus = pathlib.Path(os.environ.get("VTC_CORPUS")
                          or reference_corpus.SOURCE.parent / "shared" / "corpus")
    files = sorted(corpus.glob("*.json.zst")) + sorted((corpus / "edge").glob("*.json"))
    if not files:
        print("no corpus: skipped")
        return reference_corpus.SKIPPED
    faults = reference_corpus.check(tool, files)
    print(f"{len(files)} traces, {faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
