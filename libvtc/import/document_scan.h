/* The walk over a document: which bytes are rows, and what stands around them.
 *
 * The document is taken as JSON, but nothing is refused for being odd once it is known for a trace:
 *
 *     {"displayTimeUnit":"ns","traceEvents":[ {…} , {…} , junk {…} ],"metadata":{…}}
 *     |---------- text ----------------------|row|sep|row|--sep--|row|---- text -----|
 *
 * Objects of an events array (the outermost array, or the member `traceEvents` of the outermost
 * object), and objects that stand alone at the top with a `ph`, are events. The 17th object of any
 * other array, and those after it, are rows too: records. Between rows everything is a separator up
 * to VTCI_SEPARATOR_BYTES, else text. A stack of the open containers, bounded, is all that is kept.
 *
 * What is no event where one should be is noted as an issue with offset and cause. After a malformed
 * object the walk goes back behind its `{` and looks for the next one that begins an event (resync,
 * document_resync.h).
 */
#ifndef VTCI_IMPORT_DOCUMENT_SCAN_H
#define VTCI_IMPORT_DOCUMENT_SCAN_H

#include "base/limits.h"
#include "import/archive.h"
#include "import/block_builder.h"
#include "import/document_resync.h"
#include "import/input_window.h"
#include "import/row_parser.h"
#include "wire/document.h"

enum vtci_container_kind { VTCI_IN_OBJECT, VTCI_IN_EVENTS, VTCI_IN_ARRAY };

struct vtci_container {
    uint8_t kind;       /* enum vtci_container_kind */
    bool expects_key;   /* of an object: the next string is a key */
    bool key_is_events; /* of an object: the last key was `traceEvents` */
    uint32_t objects;   /* of an array: how many objects it had, up to the threshold */
};

struct vtci_scanner {
    struct vtci_window window;
    struct vtci_row_parser parser;
    struct vtci_block_builder builder;
    struct vtci_archive *archive;
    size_t block_rows;         /* a block ends at so many rows … */
    size_t block_source_bytes; /* … or bytes of the document */
    const uint8_t *pos;
    const uint8_t *gap;                /* what is behind the last row and not yet given away */
    struct vtci_container *containers; /* VTCI_NESTING_MAX */
    size_t depth;
    uint64_t unkept_depth;          /* containers opened beyond that */
    uint64_t documents;             /* outermost values that were closed … */
    uint64_t documents_before_rows; /* … before the last events that stand alone at the top */
    bool in_string;                 /* a long string goes on in the next window … */
    bool in_word;                   /* … or a long word that is no value */
    bool resync;
    bool has_events_array;
    bool has_cut_event;     /* the document ends within an event */
    uint64_t retried_bytes; /* read in vain: by objects that turned out malformed */
    struct vtci_known_broken known;
    bool top_rows; /* objects alone at the top are rows */
    /* Issues */
    struct vtci_issue *issues;
    size_t listed_count, issue_capacity;
    uint64_t issue_count;
    struct vtc_error first_issue; /* with line and column; code 0: none */
    struct vtc_error no_trace;    /* likewise, where JSON turned out to have no events */
    bool cut_off;
    uint64_t cut_off_offset;
    const char *cut_off_within; /* what is not closed */
    /* Progress */
    vtc_progress_fn progress;
    void *progress_context;
};

/* Walks the whole input; rows and text go to the archive. Afterwards `issues`, the counters and
 * `accepted` tell what was found. */
VTC_NODISCARD vtc_status vtci_document_scan(struct vtci_scanner *scanner, struct vtc_error *err);

/* Whether this is a trace: it has an event, or an array for events. */
bool vtci_scanner_accepts(const struct vtci_scanner *scanner);

/* Notes what is no event. `expected` is what should stand there, for the message when the document is
 * refused for it; NULL: no more than the cause. */
VTC_NODISCARD vtc_status vtci_scanner_issue(struct vtci_scanner *scanner, const uint8_t *pos,
                                            uint64_t len_bytes, uint8_t cause,
                                            const char *expected);

/* Reads more input and keeps what must stay; text that can go is given away first. */
VTC_NODISCARD vtc_status vtci_scanner_fill(struct vtci_scanner *scanner, struct vtc_error *err);

/* Tries the object at `pos` as a row. *out_taken: it is one, and pos is behind it. Otherwise pos is
 * where the walk goes on. */
VTC_NODISCARD vtc_status vtci_scanner_row(struct vtci_scanner *scanner, bool is_event,
                                          bool *out_taken, struct vtc_error *err);
/* Gives away what is behind the last row as text, and the block before it. */
VTC_NODISCARD vtc_status vtci_scanner_flush(struct vtci_scanner *scanner, struct vtc_error *err);

#endif
