"""Unpacks one zstd frame: by libzstd through ctypes, else by the `zstd` command."""
import ctypes
import os
import subprocess

_UNKNOWN, _ERROR = (1 << 64) - 1, (1 << 64) - 2


def _load_library():
    if os.environ.get("VTC_NO_LIBZSTD") == "1":
        return None
    for name in ("libzstd.so.1", "libzstd.so", "libzstd.dylib"):
        try:
            lib = ctypes.CDLL(name)
            for function in ("ZSTD_decompress", "ZSTD_findFrameCompressedSize"):
                getattr(lib, function).restype = ctypes.c_size_t
            lib.ZSTD_decompress.argtypes = [ctypes.c_char_p, ctypes.c_size_t,
                                            ctypes.c_char_p, ctypes.c_size_t]
            lib.ZSTD_findFrameCompressedSize.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
            lib.ZSTD_getFrameContentSize.restype = ctypes.c_uint64
            lib.ZSTD_getFrameContentSize.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
            lib.ZSTD_isError.restype = ctypes.c_uint
            lib.ZSTD_isError.argtypes = [ctypes.c_size_t]
            return lib
        except (OSError, AttributeError):
            continue
    return None


LIBRARY = _load_library()


def unpack(stored, n):
    """The n bytes that `stored` unpacks to, and None; else None and what was found."""
    if stored[:4] != b"\x28\xb5\x2f\xfd":
        return None, "no zstd frame"
    if LIBRARY is None:
        return _unpack_by_command(stored, n)
    size = LIBRARY.ZSTD_findFrameCompressedSize(stored, len(stored))
    if LIBRARY.ZSTD_isError(size):
        return None, "a damaged zstd frame"
    if size != len(stored):
        return None, "a zstd frame of %d bytes in %d" % (size, len(stored))
    content = LIBRARY.ZSTD_getFrameContentSize(stored, len(stored))
    if content not in (n, _UNKNOWN):
        return None, "a damaged zstd frame" if content == _ERROR else "%d bytes" % content
    out = ctypes.create_string_buffer(max(n, 1))
    size = LIBRARY.ZSTD_decompress(out, n, stored, len(stored))
    if LIBRARY.ZSTD_isError(size):
        return None, "a damaged zstd frame, or one of more bytes"
    if size != n:
        return None, "%d bytes" % size
    return out.raw[:n], None


def frame_bytes(stored):
    """How long the first zstd frame is (RFC 8878, 3.1.1); None if it is cut off."""
    if len(stored) < 5:
        return None
    flags = stored[4]
    single = flags >> 5 & 1
    pos = 5 + (not single) + (0, 1, 2, 4)[flags & 3] + ((1 if single else 0), 2, 4, 8)[flags >> 6]
    last = 0
    while not last:
        if pos + 3 > len(stored):
            return None
        header = int.from_bytes(stored[pos:pos + 3], "little")
        last = header & 1
        pos += 3 + (1 if header >> 1 & 3 == 1 else header >> 3)     # RLE stores one byte
    pos += 4 * (flags >> 2 & 1)
    return pos if pos <= len(stored) else None


def _unpack_by_command(stored, n):
    if frame_bytes(stored) != len(stored):
        return None, "not just one zstd frame"
    run = subprocess.Popen(["zstd", "-dc", "--long=31", "-q"], stdin=subprocess.PIPE,
                           stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    # Bounded only by what the caller checked; the library is the way for hostile files.
    out, _ = run.communicate(stored)
    if run.returncode != 0:
        return None, "a damaged zstd frame"
    if len(out) != n:
        return None, "%d bytes" % len(out)
    return out, None
