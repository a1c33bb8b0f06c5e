"""Times and sizes as people write them."""
import re

TIMES_NS = {"ns": 1, "us": 1_000, "ms": 1_000_000, "s": 1_000_000_000, "min": 60_000_000_000,
            "h": 3_600_000_000_000}
SIZES = {"": 1, "b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}


def time_ns(value, unit="us"):
    """1500, "1.5ms": numbers alone are of `unit`."""
    if isinstance(value, (int, float)):
        number, name = float(value), unit
    else:
        match = re.fullmatch(r"\s*(\d+\.?\d*|\.\d+)\s*([a-z]*)\s*", str(value))
        if not match or (match[2] or unit) not in TIMES_NS:
            raise ValueError(f"a time such as 100us, 1.5ms or 30s, not {value!r}")
        number, name = float(match[1]), match[2] or unit
    nanoseconds = number * TIMES_NS[name]
    if not 0 <= nanoseconds < 1 << 62:
        raise ValueError(f"a time from 0 to 100 years, not {value!r}")
    return int(nanoseconds)


def size_bytes(value):
    """200000000, "200M"."""
    if isinstance(value, int):
        number, name = value, ""
    else:
        match = re.fullmatch(r"\s*(\d+\.?\d*)\s*([kmgtb]?)(?:i?b)?\s*", str(value).lower())
        if not match:
            raise ValueError(f"a size such as 200M or 2GiB, not {value!r}")
        number, name = float(match[1]), match[2]
    size = number * SIZES[name]
    if not 0 <= size < 1 << 62:
        raise ValueError(f"a size of at least 0, not {value!r}")
    return int(size)
