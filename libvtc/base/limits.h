/* Every limit of libvtc in one place. [format]: part of the format, a reader refuses more.
 * [choice]: what the encoder chooses; a reader takes any value up to the format's.
 * SPEC: LIM-1
 */
#ifndef VTCI_BASE_LIMITS_H
#define VTCI_BASE_LIMITS_H

/* Frames */
#define VTCI_META_BYTES_MAX (64u << 20)   /* [format] */
#define VTCI_PAYLOAD_BYTES_MAX (1u << 30) /* [format] */
#define VTCI_TEXT_BYTES_MAX (4u << 20)    /* [format] original bytes in one text frame */
#define VTCI_TEXT_BYTES (3u << 20)        /* [choice] */

/* Blocks */
#define VTCI_BLOCK_ROWS_MAX (1u << 20)      /* [format] */
#define VTCI_BLOCK_VALUES_MAX (1u << 26)    /* [format] values in one column of one block */
#define VTCI_BLOCK_ROWS (1u << 16)          /* [choice] */
#define VTCI_BLOCK_ROWS_STRONG (1u << 17)   /* [choice] from level 16 on */
#define VTCI_BLOCK_SOURCE_BYTES (12u << 20) /* [choice] original bytes after which a block ends */
#define VTCI_BLOCK_SOURCE_BYTES_STRONG (24u << 20) /* [choice] from level 16 on */
#define VTCI_LEVEL_STRONG 16                       /* [choice] */
/* What a job in flight takes, by the kind of level: [choice] */
#define VTCI_JOB_BYTES ((size_t)18 << 20)
#define VTCI_JOB_BYTES_MIX ((size_t)36 << 20)
#define VTCI_JOB_BYTES_STRONG ((size_t)60 << 20)
#define VTCI_SEGMENT_BYTES_MAX (1u << 30) /* [format] a segment unpacked */
#define VTCI_ENCODING_DEPTH_MAX 8         /* [format] operators inside operators */

/* The top list of the INDEX */
#define VTCI_TOP_SPANS_MAX 1024      /* [format] */
#define VTCI_TOP_TEXT_BYTES_MAX 1024 /* [format] a text in the list */
#define VTCI_TOP_SPANS 128           /* [choice] how many are kept for the list */
#define VTCI_TOP_SPANS_LEAST 32      /* [choice] listed however small the file is … */
#define VTCI_TOP_SPAN_BYTES 8192     /* [choice] … and else one for so many bytes of the file */
#define VTCI_TOP_ROWS (1u << 17)     /* [choice] with fewer rows reading is as quick, but … */
#define VTCI_TOP_ROWS_MIX (1u << 13) /* [choice] … at the levels that mix, with fewer than these */
#define VTCI_NAME_TOTALS_MAX 65536u  /* [format] names in the totals of the INDEX */
/* Their bytes are at most this part of the file: [choice]. Files whose columns are mixed are slower to
 * read by two orders. */
#define VTCI_NAME_TOTALS_PART 256
#define VTCI_NAME_TOTALS_PART_MIX 128
#define VTCI_TRACK_LABELS_BYTES (1u << 20) /* [choice] text of the names of threads that is kept */

/* Definitions */
#define VTCI_PATHS_MAX (1u << 16)         /* [format] */
#define VTCI_COLUMNS_MAX (1u << 17)       /* [format] */
#define VTCI_SHAPES_MAX (1u << 20)        /* [format] */
#define VTCI_SLOTS_MAX 4096               /* [format] slots in one shape */
#define VTCI_NESTING_MAX 1024             /* [format] paths inside paths */
#define VTCI_SHAPES_PER_PATH 1024         /* [choice] what comes after is kept as raw text */
#define VTCI_SHAPES 16384                 /* [choice] */
#define VTCI_NODE_EDGES 512               /* [choice] literals that may follow one slot */
#define VTCI_DICTIONARY_BYTES (48u << 20) /* [choice] text of all dictionaries together */
#define VTCI_DICTIONARY_STRING_BYTES 2048 /* [choice] longer strings are kept plain */

/* The document */
#define VTCI_EVENT_BYTES (64u << 20)     /* [choice] a longer event is kept as text */
#define VTCI_SEPARATOR_BYTES (64u << 10) /* [choice] a longer gap between events is text */
#define VTCI_ISSUES 1000                 /* [choice] listed; all are counted */
#define VTCI_TOKEN_BYTES (1u << 20)  /* [choice] of a longer word or string the rest is skipped */
#define VTCI_OPEN_OBJECTS (1u << 20) /* [choice] known to break off with the one around them */
#define VTCI_OPEN_SPANS (1u << 20)   /* [choice] begins that wait for their end */

#endif
