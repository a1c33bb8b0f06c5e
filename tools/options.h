/* The options of every command, in one table: short forms in a bunch (`-kf`), values attached or
 * apart (`-o OUT`, `-oOUT`, `--output=OUT`, `--output OUT`), levels as `-1` to `-19`, `--` ends
 * them, and they may stand after the files. In a bunch a level and the number of `-T` are the digits
 * up to the next letter, as with zstd (`-19T2kf`); any other value is all that follows its letter.
 * What is given twice counts as it was given last.
 */
#ifndef VTC_TOOLS_OPTIONS_H
#define VTC_TOOLS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exit_code.h"

enum command_bit {
    COMMAND_COMPRESS = 1,
    COMMAND_DECOMPRESS = 2,
    COMMAND_INFO = 4,
    COMMAND_VERIFY = 8,
    COMMAND_QUERY = 16,
    COMMAND_EXPORT = 32,
    COMMAND_TAIL = 64,
    COMMAND_RECOVER = 128,
    COMMAND_COMPACT = 256,
    COMMAND_MERGE = 512,
    COMMAND_SHELL = 1024,
    COMMAND_ALL = 2047
};

enum output_format { FORMAT_TABLE, FORMAT_CSV, FORMAT_JSON, FORMAT_NDJSON };

struct options {
    const char *command; /* its name, for messages */
    bool help;
    int level; /* 0: the default */
    unsigned threads;
    const char *output; /* NULL: derived from each file's name; "-": standard output */
    bool to_stdout;     /* -c, or -o - */
    bool remove_source;
    bool force;
    int verbosity; /* -1 quiet, 0, 1 more */
    size_t memory_bytes;
    enum output_format format;
    const char *to;     /* --to */
    const char *tables; /* --tables */
    bool has_since, has_until;
    int64_t since_ns, until_ns; /* --since, --until */
    uint64_t tail_rows;         /* -n */
    uint64_t keep_age_ns;       /* --keep-age, --keep-size, --watch; 0: not given */
    uint64_t keep_size_bytes;
    uint64_t watch_ns;
    uint64_t timeout_ns;   /* 0: none */
    bool is_raw;           /* --raw */
    bool has_limit;        /* --limit was given */
    uint64_t limit_rows;   /* 0: all */
    const char **operands; /* borrowed from argv; in `argv`'s own array */
    int operand_count;
};

/* What a command says that has getopt_long parse its options (record, symbolize), when that gives '?'. */
enum exit_code options_refuse_getopt(char *const *argv);

/* Parses argv[1 …] of a command; argv[0] is the command's name. Says what is wrong on stderr. */
enum exit_code options_parse(int argc, char **argv, enum command_bit command,
                             struct options *out_options);

#endif
