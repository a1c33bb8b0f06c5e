"""What DEFINITIONS frames define (SPEC 7.4): paths, columns, shapes, strings, tracks."""
from vtc_wire import (MAX_COLUMNS, MAX_PATH_DEPTH, MAX_PATHS, MAX_SHAPES, MAX_SLOTS, corrupt)

NUMBER, STRING, NODE, COUNT, TAG, RAW, SEPARATOR = range(1, 8)
TYPE_NAMES = [None, "NUMBER", "STRING", "NODE", "COUNT", "TAG", "RAW", "SEPARATOR"]
MEMBER, ELEMENTS = 1, 2
FIXED, LIST = 1, 2


class Shape:
    """kind FIXED: literals has one more than columns. kind LIST: open, separator, close."""

    def __init__(self, path, kind, flags, columns, literals):
        self.path = path
        self.kind = kind
        self.is_event = bool(flags & 1)
        self.columns = columns
        self.literals = literals
        self.phase = None
        self.format = None
        if kind == FIXED:
            self.format = b"%b".join(text.replace(b"%", b"%%") for text in literals)

    def slots_of(self, column):
        return self.columns.count(column) if self.kind == FIXED else 0


def phase_of_shape(literals):
    """The value of the last member `ph`, where it stands wholly in one literal (SPEC 7.10).

    Walks over the text of the literals as JSON. A slot is opaque: it can stand for a
    value, or for what is between two quotes.
    """
    phase = None
    depth = 0
    key = token = None          # token: the string that was read last
    in_string = escaped = broken = False
    for number, literal in enumerate(literals):
        if number > 0:
            broken = in_string
            token = None
        start = 0
        for pos, byte in enumerate(literal):
            if in_string:
                if escaped:
                    escaped = False
                elif byte == 0x5C:
                    escaped = True
                elif byte == 0x22:
                    in_string = False
                    token = None if broken else literal[start:pos]
                    if depth == 1 and key == b"ph" and token is not None \
                            and len(token) <= 8 and b"\\" not in token:
                        phase = token
            elif byte == 0x22:
                in_string, broken, start = True, False, pos + 1
            elif byte in b"{[":
                depth += 1
                key = None
            elif byte in b"}]":
                depth -= 1
                key = None
            elif byte == 0x3A:
                key, token = token, None
            elif byte == 0x2C:
                key = None
    return phase


class Schema:
    def __init__(self):
        self.paths = [(None, 0, b"")]
        self.depths = [0]
        self.path_ids = {}
        self.columns = []
        self.column_ids = {}
        self.shapes = [[]]              # by path; the k-th shape is [k - 1]
        self.shape_count = 0
        self.strings = []               # by column; [0] stands for "plain"
        self.tracks = []
        for path, type_ in ((0, NODE), (0, SEPARATOR), (0, RAW)):
            self._add_column(path, type_)

    def _add_column(self, path, type_):
        self.column_ids[path, type_] = len(self.columns)
        self.columns.append((path, type_))
        self.strings.append([b""])

    def column(self, path, type_):
        """The column's id, or None. `path` may be None too."""
        return self.column_ids.get((path, type_))

    def member(self, path, key):
        return self.path_ids.get((path, MEMBER, key))

    def elements(self, path):
        return self.path_ids.get((path, ELEMENTS, b""))

    def path_name(self, path):
        parts = []
        while path:
            path, kind, key = self.paths[path]
            parts.append("[]" if kind == ELEMENTS else "." + key.decode("utf-8", "replace"))
        return "".join(reversed(parts)) or "."

    # ------------------------------------------------------------- the lists

    def read(self, cur):
        self._read_paths(cur)
        self._read_columns(cur)
        self._read_shapes(cur)
        self._read_strings(cur)
        self._read_tracks(cur)
        cur.finish()

    def _read_paths(self, cur):
        for _ in range(cur.count("the number of paths", 2)):
            path = len(self.paths)
            if path >= MAX_PATHS:
                raise corrupt("LIM-1", "at most %d paths" % MAX_PATHS, "more")
            parent = cur.varint("a path's parent")
            kind = cur.u8("a path's kind")
            if parent >= path:
                raise corrupt("DEF-1", "a parent below %d" % path, "%d" % parent)
            if kind not in (MEMBER, ELEMENTS):
                raise corrupt("DEF-1", "the kind 1 or 2 of path %d" % path, "%d" % kind)
            key = cur.string("a key") if kind == MEMBER else b""
            if (parent, kind, key) in self.path_ids:
                raise corrupt("DEF-2", "a new path", "path %d once more" %
                              self.path_ids[parent, kind, key])
            depth = self.depths[parent] + 1
            if depth > MAX_PATH_DEPTH:
                raise corrupt("LIM-1", "at most %d paths within each other" % MAX_PATH_DEPTH,
                              "more")
            self.path_ids[parent, kind, key] = path
            self.paths.append((parent, kind, key))
            self.depths.append(depth)
            self.shapes.append([])

    def _read_columns(self, cur):
        for _ in range(cur.count("the number of columns", 2)):
            if len(self.columns) >= MAX_COLUMNS:
                raise corrupt("LIM-1", "at most %d columns" % MAX_COLUMNS, "more")
            path = cur.varint("a column's path")
            type_ = cur.u8("a column's type")
            if path >= len(self.paths):
                raise corrupt("DEF-3", "a path below %d" % len(self.paths), "%d" % path)
            if not 1 <= type_ <= 7 or type_ == SEPARATOR and path != 0:
                raise corrupt("DEF-3", "a type from 1 to 6", "%d" % type_)
            if (path, type_) in self.column_ids:
                raise corrupt("DEF-3", "a new column", "column %d once more" %
                              self.column_ids[path, type_])
            self._add_column(path, type_)

    def _read_shapes(self, cur):
        for _ in range(cur.count("the number of shapes", 3)):
            if self.shape_count >= MAX_SHAPES:
                raise corrupt("LIM-1", "at most %d shapes" % MAX_SHAPES, "more")
            path = cur.varint("a shape's path")
            kind = cur.u8("a shape's kind")
            if path >= len(self.paths):
                raise corrupt("DEF-4", "a path below %d" % len(self.paths), "%d" % path)
            if kind == FIXED:
                shape = self._read_fixed(cur, path)
            elif kind == LIST:
                self._check_list(path)
                shape = Shape(path, LIST, 0, [], [cur.string("a literal") for _ in range(3)])
            else:
                raise corrupt("DEF-4", "the kind 1 or 2 of a shape", "%d" % kind)
            self.shapes[path].append(shape)
            self.shape_count += 1
        for path, type_ in self.columns:
            if type_ == NODE and path != 0 and (path, RAW) not in self.column_ids:
                raise corrupt("DEF-5", "a column RAW beside NODE at path %d" % path, "none")

    def _read_fixed(self, cur, path):
        flags = cur.u8("a shape's flags")
        slots = cur.varint("the number of slots")
        if slots > MAX_SLOTS:
            raise corrupt("LIM-1", "at most %d slots" % MAX_SLOTS, "%d" % slots)
        literals, columns = [], []
        for _ in range(slots):
            literals.append(cur.string("a literal"))
            column = cur.varint("a slot's column")
            if column >= len(self.columns):
                raise corrupt("DEF-4", "a column below %d" % len(self.columns), "%d" % column)
            column_path, type_ = self.columns[column]
            if type_ not in (NUMBER, STRING, NODE):
                raise corrupt("DEF-4", "a slot of type NUMBER, STRING or NODE", TYPE_NAMES[type_])
            if self.paths[column_path][:2] != (path, MEMBER):
                raise corrupt("DEF-4", "a slot's column at a member of path %d" % path,
                              "one at path %d" % column_path)
            columns.append(column)
        literals.append(cur.string("a literal"))
        shape = Shape(path, FIXED, flags, columns, literals)
        if path == 0:
            shape.phase = phase_of_shape(literals)
        return shape

    def _check_list(self, path):
        if path == 0:
            raise corrupt("DEF-6", "no list shape at path 0", "one")
        elements = self.elements(path)
        wanted = [(path, COUNT)] + [(elements, t) for t in (TAG, NUMBER, STRING, NODE)]
        for path, type_ in wanted:
            if (path, type_) not in self.column_ids:
                raise corrupt("DEF-5", "a column %s at path %s" % (TYPE_NAMES[type_], path),
                              "none")

    def _read_strings(self, cur):
        before = -1
        for _ in range(cur.count("the number of columns with strings", 3)):
            column = cur.varint("a column")
            if column >= len(self.columns):
                raise corrupt("DEF-7", "a column below %d" % len(self.columns), "%d" % column)
            if self.columns[column][1] not in (NUMBER, STRING, RAW, SEPARATOR):
                raise corrupt("DEF-7", "a column that can have strings",
                              TYPE_NAMES[self.columns[column][1]])
            if column <= before:
                raise corrupt("DEF-7", "a column above %d" % before, "%d" % column)
            before = column
            n = cur.count("the number of strings")
            if n < 1:
                raise corrupt("DEF-7", "at least 1 string", "0")
            lengths = [cur.varint("a string's length") for _ in range(n)]
            text = cur.bytes(sum(lengths), "the strings")
            strings = self.strings[column]
            pos = 0
            for length in lengths:
                strings.append(text[pos:pos + length])
                pos += length

    def _read_tracks(self, cur):
        for _ in range(cur.count("the number of tracks", 2)):
            pid = cur.string("a pid")
            self.tracks.append((pid, cur.string("a tid")))
