"""Rows given as plain Python values, for make_vectors.py: a naive encoder.

A node is (k, [slot, …]) for a fixed shape, (k, [(tag, value), …]) for a list and
(0, text) for raw text; a value is its text. Columns get CONSTANT or PLANES, strings
the id that the schema has for them or else a place in segment 1; a vector overrides
what it is about.
"""
import os
import re
import sys
from fractions import Fraction
from math import floor

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "reference"))

import vtc_build as vb                                                   # noqa: E402
from vtc_build import COUNT, NODE, NUMBER, RAW, SEPARATOR, STRING, TAG   # noqa: E402

DECIMAL = re.compile(rb"(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?\Z")


class Schema:
    """paths: (parent, key or None); columns: (path, type); shapes: below; strings: {column: […]}

    A shape is (path, flags, [literal, column, literal, …]) or (path, open, separator, close).
    """

    def __init__(self, paths, columns, shapes, strings=None, tracks=((b"1", b"2"),)):
        self.paths = [(None, b"")] + list(paths)
        self.columns = [(0, NODE), (0, SEPARATOR), (0, RAW)] + list(columns)
        self.shapes = list(shapes)
        self.strings = dict(strings or {})
        self.tracks = list(tracks)

    def shape(self, path, k):
        return [s for s in self.shapes if s[0] == path][k - 1]

    def id(self, path, type_):
        return self.columns.index((path, type_))

    def name(self, column):
        if column >= len(self.columns):
            return "not defined"
        path, type_ = self.columns[column]
        parts = []
        while path:
            path, key = self.paths[path]
            parts.append("[]" if key is None else "." + key.decode())
        return "%s at %s" % (vb.TYPE_NAMES[type_], "".join(reversed(parts)) or "path 0")

    def payload(self, paths=None, columns=None, shapes=None, strings=None, tracks=None,
                first_path=1, first_column=3):
        """The definitions; a part that is given replaces the schema's own."""
        if paths is None:
            paths = [vb.elements(p) if key is None else vb.member(p, key)
                     for p, key in self.paths[1:]]
        if columns is None:
            columns = [vb.column(p, t) for p, t in self.columns[3:]]
        if shapes is None:
            shapes = [vb.list_shape(*s) if len(s) == 4 else
                      vb.fixed_shape(s[0], s[1], s[2][0::2], s[2][1::2]) for s in self.shapes]
        if strings is None:
            strings = [vb.strings_of(c, self.strings[c]) for c in sorted(self.strings)]
        return vb.definitions_payload(paths, columns, shapes, strings,
                                      self.tracks if tracks is None else tracks,
                                      first_path, first_column)


class Rows:
    """rows: [(node, separator)]. Collects the values of every column, and the text."""

    def __init__(self, schema, rows):
        self.schema = schema
        self.rows = rows
        self.values = {}
        self.text = b""
        for node, separator in rows:
            self.text += self._node(0, node) + separator
            self._put(1, separator)

    def _put(self, column, value):
        self.values.setdefault(column, []).append(value)

    def _value(self, column, value):
        path, type_ = self.schema.columns[column]
        if type_ == NODE:
            return self._node(path, value)
        self._put(column, value)
        return value

    def _node(self, path, node):
        schema = self.schema
        k, content = node
        self._put(schema.id(path, NODE), k)
        if k == 0:
            self._put(schema.id(path, RAW), content)
            return content
        shape = schema.shape(path, k)
        if len(shape) == 3:
            parts = shape[2]
            text = parts[0]
            assert len(parts) == 2 * len(content) + 1, (parts, content)
            for i, value in enumerate(content):
                text += self._value(parts[2 * i + 1], value) + parts[2 * i + 2]
            return text
        at = schema.paths.index((path, None))
        self._put(schema.id(path, COUNT), len(content))
        texts = []
        for tag, value in content:
            self._put(schema.id(at, TAG), tag)
            text = self._value(schema.id(at, tag), value)
            texts.append(b'"%b"' % text if tag == STRING else text)
        return shape[1] + shape[2].join(texts) + shape[3]

    # -------------------------------------------------------------- encoding

    def ids(self, column):
        known = self.schema.strings.get(column, [])
        return [known.index(v) + 1 if v in known else 0 for v in self.values[column]]

    def mantissas(self, column, scale):
        """(codes, mantissas) by rule 0; what is no plain decimal is a string of the column."""
        codes, mantissas = [], []
        for text in self.values[column]:
            match = DECIMAL.match(text)
            decimals = len(match.group(3) or b"") if match else 0
            if not match or decimals > 18 or text.startswith(b"-0") and not text.strip(b"-0."):
                codes.append(255)
                mantissas.append(self.schema.strings[column].index(text) + 1)
                continue
            codes.append(0 if decimals == scale else decimals + 1)
            mantissas.append(int(text.replace(b".", b"")))
        return codes, mantissas

    def scale_of(self, column):
        texts = [t for t in self.values[column] if DECIMAL.match(t)]
        return max((len(t.partition(b".")[2]) for t in texts), default=0)

    def encode(self, column, segment, override=None):
        """override(values, segment): the array of mantissas, ids or counts."""
        type_ = self.schema.columns[column][1]
        array = override or (lambda values, seg: vb.auto(values, seg, self.schema.name(column)))
        if type_ in (NODE, COUNT, TAG):
            return array(self.values[column], segment)
        if type_ == NUMBER:
            scale = self.scale_of(column)
            codes, mantissas = self.mantissas(column, scale)
            return vb.number(0, scale, vb.auto(codes, segment, "codes"),
                             array(mantissas, segment))
        ids = self.ids(column)
        out = array(ids, segment)
        texts = [t for t, i in zip(self.values[column], ids) if i == 0]
        if texts:
            lengths = vb.auto([len(t) for t in texts], segment, "lengths")
            place = segment.add(b"".join(texts), "plain strings")
            return vb.plain(out, len(texts), lengths, segment.number, place)
        return vb.ids_only(out)

    def directory(self, segment, arrays=None, whole=None, order=None, carried=(), counts=None):
        """arrays: {column: override}; whole: {column: f(rows, segment) -> encoding}."""
        arrays, whole, counts = arrays or {}, whole or {}, counts or {}
        out = []
        for column in order or sorted(self.values):
            if column in whole:
                encoding = whole[column](self, segment)
            else:
                encoding = self.encode(column, segment, arrays.get(column))
            n = counts.get(column, len(self.values.get(column, ())))
            out.append((column, n, encoding, self.schema.name(column)))
        return vb.directory(out, carried)

    # -------------------------------------------------------------- zone map

    def zone_fields(self):
        """For rows of shapes whose fields are slots at path 0; `X` spans only."""
        schema = self.schema
        phases, tracks, times, spans, names = {}, set(), [], [], set()
        events = 0
        for node, _ in self.rows:
            k, content = node
            if k == 0 or not schema.shape(0, k)[1] & 1:
                events += k == 0
                continue
            events += 1
            parts = schema.shape(0, k)[2]
            fields = {}
            for column, value in zip(parts[1::2], content):
                path, type_ = schema.columns[column]
                fields[schema.paths[path][1]] = (value, type_, column)
            phase = re.findall(rb'"ph":"([^"]*)"', b"\0".join(parts[0::2]))
            code = phase[-1][0] if phase and phase[-1] else 0
            phases[code] = phases.get(code, 0) + 1
            pair = []
            for key in (b"pid", b"tid"):
                value, type_, _ = fields.get(key, (b"", NUMBER, 0))
                pair.append(b'"%b"' % value if type_ == STRING else value)
            if tuple(pair) in schema.tracks:
                tracks.add(schema.tracks.index(tuple(pair)))
            if b"ts" in fields and DECIMAL.match(fields[b"ts"][0]):
                start = floor(Fraction(fields[b"ts"][0].decode()) * 1000)
                end = start
                if b"dur" in fields and DECIMAL.match(fields[b"dur"][0]):
                    length = floor(Fraction(fields[b"dur"][0].decode()) * 1000)
                    end += length
                    if phase[-1:] == [b"X"]:
                        spans.append(length)
                times += [start, end]
            if b"name" in fields and fields[b"name"][1] == STRING:
                value, _, column = fields[b"name"]
                known = schema.strings.get(column, [])
                names.add(known.index(value) + 1 if value in known else 0)
        out = {"events": events, "phases": sorted(phases.items()), "tracks": sorted(tracks),
               "names": None if 0 in names or any(n[0] == 0 for n, _ in self.rows) else names}
        if times:
            out.update(flags=1, first=min(times), range_=max(times) - min(times))
        if spans:
            out.update(longest=max(spans), spans=len(spans))
        return out


def add_block(file, schema, content, arrays=None, whole=None, order=None, carried=(), counts=None,
              spoil_directory=None, segments=None, **fields):
    """Adds a BLOCK of these rows. `fields` go to File.block and to the zone map."""
    table = content if isinstance(content, Rows) else Rows(schema, content)
    segment = vb.Segment()
    directory = table.directory(segment, arrays, whole, order, carried, counts)
    if spoil_directory:
        directory = spoil_directory(directory)
    all_fields = table.zone_fields()
    if "zone" in fields:
        all_fields = {"events": all_fields["events"]}
    all_fields.update(fields)
    parts = segments(segment) if segments else [segment.annotated] if segment.annotated else []
    return file.block(all_fields.pop("text", table.text), directory, parts,
                      rows=all_fields.pop("rows", len(table.rows)), **all_fields)
