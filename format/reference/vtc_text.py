"""From the columns of a block to its text (SPEC 7.9).

The nodes of one path are put together at a time, the deepest first: a path's parent
has a lower id (DEF-1), so the paths are taken in descending order. A shape is a
bytes format with one %b for each slot, and the slots take the next text of their
columns; since the values of a column stand in the order in which the rows are
walked, every column is simply read from its first value to its last (BLK-5).
"""

from vtc_schema import COUNT, FIXED, NODE, NUMBER, RAW, SEPARATOR, STRING, TAG
from vtc_wire import corrupt


def block_text(block):
    schema = block.schema
    feeds = {}                  # by column: an iterator of its texts or values
    for column, data in block.columns.items():
        type_ = schema.columns[column][1]
        if type_ in (COUNT, TAG):
            feeds[column] = iter(data.values)
        elif type_ != NODE:
            feeds[column] = iter(data.texts)
    node_columns = sorted((c for c in block.columns if schema.columns[c][1] == NODE),
                          key=lambda c: -schema.columns[c][0])
    try:
        for column in node_columns:
            feeds[column] = iter(_path_texts(block, schema.columns[column][0], column, feeds))
    except _Short as short:
        column = short.args[0]
        raise corrupt("BLK-5", "more values in column %d" % column,
                      "%d" % (block.columns[column].n if column in block.columns else 0)) from None
    separators = feeds.pop(schema.column(0, SEPARATOR))
    rows = feeds.pop(0)
    text = b"".join([piece for pair in zip(rows, separators) for piece in pair])
    for column, feed in feeds.items():
        for _ in feed:
            raise corrupt("BLK-5", "fewer values in column %d" % column,
                          "%d" % block.columns[column].n)
    return text


class _Short(Exception):
    """The values of a column are used up."""


def _next_of(feeds, column):
    """A function that gives the next value of a column."""
    feed = feeds.get(column)

    def missing():
        raise _Short(column)
    if feed is None:
        return missing
    following = feed.__next__

    def next_value():
        try:
            return following()
        except StopIteration:
            raise _Short(column) from None
    return next_value


def _path_texts(block, path, column, feeds):
    """The texts of all nodes at a path, in order."""
    schema = block.schema
    shapes = schema.shapes[path]
    values = block.columns[column].values
    if not 0 <= min(values) <= max(values) <= len(shapes):
        raise corrupt("ROW-1", "a shape of path %d up to %d" % (path, len(shapes)), "another")
    nexts = {}

    def taker(wanted):
        if wanted not in nexts:
            nexts[wanted] = _next_of(feeds, wanted)
        return nexts[wanted]

    makers = {}
    for v in set(values):
        if v == 0:
            makers[v] = taker(schema.column(path, RAW))
        elif shapes[v - 1].kind == FIXED:
            makers[v] = _fixed_maker(shapes[v - 1], taker)
        else:
            makers[v] = _list_maker(schema, path, shapes[v - 1], taker)
    return [makers[v]() for v in values]


def _fixed_maker(shape, taker):
    form = shape.format
    takers = [taker(c) for c in shape.columns]
    if not takers:
        text = shape.literals[0]
        return lambda: text
    if len(takers) == 1:
        only = takers[0]
        return lambda: form % only()
    return lambda: form % tuple([take() for take in takers])


def _list_maker(schema, path, shape, taker):
    begin, separator, end = shape.literals
    elements = schema.elements(path)
    count = taker(schema.column(path, COUNT))
    tag = taker(schema.column(elements, TAG))
    number = taker(schema.column(elements, NUMBER))
    string = taker(schema.column(elements, STRING))
    node = taker(schema.column(elements, NODE))

    def element():
        t = tag()
        if t == 1:
            return number()
        return b'"%b"' % string() if t == 2 else node()

    def make():
        return begin + separator.join([element() for _ in range(count())]) + end
    return make
