"""What the tracer has to say, beside a program whose output is its own."""
import contextlib
import os


def say(text):
    """Not by sys.stderr, which may be anything of the program's."""
    with contextlib.suppress(OSError):
        os.write(2, f"vtctrace: {text}\n".encode("utf-8", "backslashreplace"))
