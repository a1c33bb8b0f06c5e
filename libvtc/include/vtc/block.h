/** @file vtc/block.h
 *  The events and spans of a block as arrays, one entry an event, and iterating over blocks.
 *
 *      struct vtc_filter filter = {sizeof filter, VTC_FIELD_TIME | VTC_FIELD_NAME, ...};
 *      vtc_iterator_open(reader, &filter, &iterator, &err);
 *      while ((status = vtc_iterator_next(iterator, &block, &err)) == VTC_OK) {
 *          const struct vtc_events *events = vtc_block_events(block);
 *          for (size_t i = 0; i < events->count; i++)
 *              use(events->time_ns[i], vtc_block_string(block, events->name[i]));
 *      }
 *
 *  Times are nanoseconds, exact, rounded towards minus infinity, clamped to 63 bits.
 */
#ifndef VTC_BLOCK_H
#define VTC_BLOCK_H

#include "vtc/reader.h"

#ifdef __cplusplus
extern "C" {
#endif

/** An opened block. */
typedef struct vtc_block vtc_block;

/** Which arrays are wanted: only these are unpacked. Row and phase always are. @since 1.0 */
enum vtc_field {
    VTC_FIELD_TIME = 1,
    VTC_FIELD_DURATION = 2,
    VTC_FIELD_TRACK = 4,
    VTC_FIELD_NAME = 8,
    VTC_FIELD_CATEGORY = 16,
    VTC_FIELD_ID = 32,
    VTC_FIELD_SPANS = 31, /**< what vtc_block_spans needs */
    VTC_FIELD_ALL = 63
};

/** Events, in the order of the trace; entry i of each array belongs to event i. An array that was
 *  not asked for is NULL. Borrowed until the block is closed. @since 1.0 */
struct vtc_events {
    size_t count;
    const uint32_t *row;  /**< within the block, ascending; rows that are no events are left out */
    const uint8_t *phase; /**< 'X', 'B', …; 0: none */
    const int64_t *time_ns;     /**< VTC_NO_TIME: none */
    const int64_t *duration_ns; /**< the event's own `dur`; VTC_NO_TIME: none */
    const uint32_t *track;      /**< VTC_NO_TRACK: none */
    const vtc_string *name;     /**< VTC_NO_STRING: none that is a string */
    const vtc_string *category;
    const vtc_string *id; /**< a number as its text */
};

#define VTC_NO_ROW UINT32_MAX /**< no row of the block */

/** Spans that end in a block: each X with time and duration, and each E that ends a B (which may be
 *  in an earlier block). In the order of the rows that end them. @since 1.0 */
struct vtc_spans {
    size_t count;
    const uint32_t *row;  /**< the X or the E */
    const uint8_t *phase; /**< 'X', or 'E' for a pair */
    const int64_t *start_ns;
    const int64_t *duration_ns; /**< below 0 where the trace says so */
    const uint32_t *track;
    const vtc_string *name; /**< of the B for a pair, of the E where the B has none */
    const vtc_string *category;
    const uint32_t
        *begin_row; /**< of the B of a pair; VTC_NO_ROW: it is in an earlier block, or X */
};

/** A span by itself. Texts are as in the trace, between quotes. @since 1.0 */
struct vtc_span {
    int64_t start_ns;
    int64_t duration_ns;      /**< below 0 where the trace says so */
    struct vtc_text name;     /**< absent: none */
    struct vtc_text category; /**< absent: none */
    uint32_t track;           /**< for vtc_reader_track; VTC_NO_TRACK: none */
    uint32_t row;             /**< within the block: the X, or the E of a pair */
    uint64_t block;
    uint8_t phase; /**< 'X', or 'E' for a pair of B and E */
};

/** No file lists more of its longest spans. @since 1.0 */
#define VTC_LONGEST_SPANS_MAX 1024

/** Gives the longest spans, if the file lists as many: the longest first, of equal ones those that
 *  start first, then in the order of the trace. No block is read. The list is taken at its word, as
 *  zone maps are; vtc_verify compares it with the blocks.
 *  @param wanted     how many; fewer are given where the trace has fewer
 *  @param out_spans  room for `wanted`; texts are borrowed until vtc_reader_close
 *  @param out_count  written on success
 *  @return VTC_OK; VTC_END when the file has no list that is as long; VTC_ERR_CORRUPT (IDX-3) when the
 *          list uses what is not defined
 *  @thread any  @spec IDX-3
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_reader_longest_spans(const vtc_reader *reader, uint64_t wanted,
                                                          struct vtc_span *out_spans,
                                                          size_t *out_count, struct vtc_error *err);

/** What the events of a name add up to. @since 1.0 */
struct vtc_name_total {
    struct vtc_text name; /**< as in the trace, between quotes; absent: what has no name */
    uint64_t events;      /**< of every phase but E and M */
    uint64_t spans;       /**< X with time and duration, and pairs of B and E */
    int64_t total_ns;     /**< of the spans, as are the others; 0 where there are none */
    int64_t least_ns;
    int64_t most_ns;
};

/** Gives the totals of one name after the other, if the file lists them. No block is read. They are
 *  taken at their word, as zone maps are; vtc_verify compares them with the blocks. The same name may
 *  come more than once, spelled with other JSON escapes.
 *  @param index      0, 1, 2, …
 *  @param out_total  written on success; its text is borrowed until vtc_reader_close
 *  @return VTC_OK; VTC_END behind the last, and at 0 where the file has no totals; VTC_ERR_CORRUPT
 *          (IDX-5) when they use what is not defined, or do not add up to what zone maps say
 *  @thread any  @spec IDX-5
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_reader_name_total(const vtc_reader *reader, size_t index,
                                                       struct vtc_name_total *out_total,
                                                       struct vtc_error *err);

/** Opens a block: reads it, checks its checksums, unpacks what `fields` asks for.
 *  @param block      below vtc_summary.blocks
 *  @param fields     of enum vtc_field
 *  @param out_block  to be closed before the reader; written on success
 *  @return VTC_OK; VTC_ERR_CORRUPT or VTC_ERR_TRUNCATED with offset and rule, VTC_ERR_UNSUPPORTED,
 *          VTC_ERR_ARGUMENT (no such block), VTC_ERR_IO, VTC_ERR_NO_MEMORY
 *  @thread any; the block is then @thread owner  @allocates within the reader's limit
 *  @blocks on reading  @spec BLK-1 and on
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_block_open(const vtc_reader *reader, uint64_t block,
                                                unsigned fields, vtc_block **out_block,
                                                struct vtc_error *err);

/** Unpacks more fields of a block, when what is there already has shown that they are wanted.
 *  Arrays that were borrowed before stay as they are; vtc_block_events has the new ones too.
 *  @param fields  of enum vtc_field; those that the block has already cost nothing
 *  @return VTC_OK; VTC_ERR_ARGUMENT (unknown fields; a block of an iterator with a track or times);
 *          VTC_ERR_CORRUPT, VTC_ERR_NO_MEMORY
 *  @thread owner  @allocates within the reader's limit
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_block_add_fields(vtc_block *block, unsigned fields,
                                                      struct vtc_error *err);

/** Closes a block. NULL is accepted. A block that an iterator gave is the iterator's to close.
 *  @thread owner
 *  @since 1.0 */
VTC_API void vtc_block_close(vtc_block *block);

/** Its number in the file, for vtc_reader_zone.
 *  @thread any
 *  @since 1.0 */
VTC_API uint64_t vtc_block_index(const vtc_block *block);

/** Borrow the events; from an iterator, those that its filter leaves.
 *  @thread owner
 *  @since 1.0 */
VTC_API const struct vtc_events *vtc_block_events(const vtc_block *block);

/** Borrow the spans that end here; from an iterator, those on its track that touch its times.
 *  An E ends the innermost open B of its track with the same name, or, without a name, the innermost.
 *  @param out_spans  written on success
 *  @return VTC_OK; VTC_ERR_ARGUMENT when the block was opened without VTC_FIELD_SPANS;
 *          VTC_ERR_NO_MEMORY, VTC_ERR_CORRUPT
 *  @thread owner  @allocates within the reader's limit
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_block_spans(vtc_block *block,
                                                 const struct vtc_spans **out_spans,
                                                 struct vtc_error *err);

/** Gives the text of a string of this block or of the file.
 *  @return text, borrowed until the block is closed; absent for VTC_NO_STRING
 *  @thread any
 *  @since 1.0 */
VTC_API struct vtc_text vtc_block_string(const vtc_block *block, vtc_string string);

/** The values of one column in a block: value i is in row[i]. @since 1.0 */
struct vtc_values {
    size_t count;
    const uint32_t *row;      /**< ascending; a row may have several values, or none */
    const int64_t *number;    /**< NUMBER: the decimal × 10^scale; NODE, COUNT, TAG: the value */
    const uint8_t *scale;     /**< NUMBER: decimals; 255: it is another token, see `string` */
    const vtc_string *string; /**< STRING, RAW, SEPARATOR; NUMBER where scale is 255 */
};

/** Unpacks any column.
 *  @param column      as vtc_reader_find_column gives it
 *  @param out_values  borrowed until the block is closed; count 0 if the block has none
 *  @return VTC_OK, VTC_ERR_ARGUMENT, VTC_ERR_CORRUPT, VTC_ERR_NO_MEMORY
 *  @thread owner  @allocates within the reader's limit
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_block_values(vtc_block *block, uint32_t column,
                                                  struct vtc_values *out_values,
                                                  struct vtc_error *err);

/** The texts of the rows of a block, as they stand in the document: objects, almost always. Row i is
 *  data[bounds[2 * i]] up to data[bounds[2 * i + 1]]; what separates rows lies between. @since 1.0 */
struct vtc_row_texts {
    size_t count;
    const char *data;
    const size_t *bounds;
};

/** Rebuilds the texts of all rows of a block, for what is in no array: arguments, above all. Every
 *  column is unpacked; the text is as large as vtc_zone.document_bytes says.
 *  @param out_texts  borrowed until the block is closed; written on success
 *  @return VTC_OK, VTC_ERR_CORRUPT, VTC_ERR_NO_MEMORY
 *  @thread owner  @allocates within the reader's limit  @spec section 7.9, ZON-4
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_block_texts(vtc_block *block, struct vtc_row_texts *out_texts,
                                                 struct vtc_error *err);

/** What an iterator is to leave. @since 1.0 */
struct vtc_filter {
    size_t struct_size; /**< sizeof(struct vtc_filter) */
    unsigned fields;    /**< of enum vtc_field; what the filter itself needs is added */
    int has_track;      /**< not 0: only events of `track` */
    uint32_t track;
    int has_range; /**< not 0: only events that touch from_ns … to_ns, both inclusive; one with
                              a duration touches from its time to its end; one without time does not */
    int64_t from_ns;
    int64_t to_ns;
};

/** Goes through the blocks of a file in order. */
typedef struct vtc_iterator vtc_iterator;

/** Begins. Blocks whose zone map excludes them are never read.
 *  @param filter        copied; NULL: everything, all fields
 *  @param out_iterator  written on success
 *  @return VTC_OK, VTC_ERR_ARGUMENT, VTC_ERR_NO_MEMORY
 *  @thread any; the iterator is then @thread owner
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_iterator_open(const vtc_reader *reader,
                                                   const struct vtc_filter *filter,
                                                   vtc_iterator **out_iterator,
                                                   struct vtc_error *err);

/** Gives the next block that has something left.
 *  @param out_block  borrowed until the next call; written on success
 *  @return VTC_OK; VTC_END after the last; else as vtc_block_open. After an error the next call goes
 *          on with the block behind
 *  @thread owner  @allocates within the reader's limit  @blocks on reading
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_iterator_next(vtc_iterator *iterator, vtc_block **out_block,
                                                   struct vtc_error *err);

/** Ends. NULL is accepted.
 *  @thread owner
 *  @since 1.0 */
VTC_API void vtc_iterator_close(vtc_iterator *iterator);

#ifdef __cplusplus
}
#endif
#endif
