/* All help texts. tools/vtc.1 says the same at length, tools/vtc.bash lists the options. */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "descriptor.h"
#include "message.h"

static const char MAIN_HELP[] =
    "vtc stores traces (Chrome trace-event JSON): small, byte for byte, and quick to ask.\n"
    "\n"
    "usage: vtc COMMAND [OPTION]... [FILE]...\n"
    "\n"
    "  compress    trace.json to trace.vtc\n"
    "  decompress  trace.vtc to the very bytes of trace.json\n"
    "  query       ask a trace: vtc query trace.vtc \"slowest 20\"\n"
    "  info        what is in a file, and what it takes\n"
    "  shell       questions to a trace, one after the other\n"
    "  export      a trace as JSON that Perfetto and Chrome open, or as an SQLite database\n"
    "  tail        follow a program that records\n"
    "  recover     a good file from a damaged one\n"
    "  compact     make recorded files small, in place, and keep history within bounds\n"
    "  merge       many files into one\n"
    "  verify      check every checksum, every rule and the whole document\n"
    "  record      run a program and record its calls: vtc record ./app\n"
    "  symbolize   add the names of functions to what was recorded\n"
    "  help        vtc help COMMAND; the same as vtc COMMAND --help\n"
    "\n"
    "  --version   the version of vtc\n"
    "\n"
    "exit codes: 0 done; 1 wrong usage, or refused without -f; 2 input of another kind (no vtc\n"
    "file, no trace, no JSON); 3 input corrupt or truncated; 4 input needs a newer vtc;\n"
    "5 input or output failed; 6 a limit was met or memory ran out; 7 a bug in vtc.\n"
    "After a signal, 128 and its number. Of several files, the code of the first that failed.\n";

#define WRITING_HELP                                                                            \
    "  -o, --output FILE  write to FILE (- for standard output); one input only\n"              \
    "  -c, --stdout       write to standard output\n"                                           \
    "  -k, --keep         keep the source (the default)\n"                                      \
    "      --rm           remove the source, after what was written was read back and proved\n" \
    "                     to give the same bytes\n"                                             \
    "  -f, --force        replace an existing file\n"
#define COMMON_HELP                                                               \
    "  -q, --quiet        errors only\n"                                          \
    "  -v, --verbose      say more\n"                                             \
    "      --memory SIZE  do not use more than SIZE, e.g. 256M (default: 512M)\n" \
    "  -h, --help         this text\n"
#define THREADS_HELP "  -T, --threads N    use N threads; 0: all cores (default: all, up to 4)\n"

static const char COMPRESS_HELP[] =
    "usage: vtc compress [OPTION]... [FILE]...\n"
    "\n"
    "Writes trace.vtc for trace.json, trace.json.gz or trace.json.zst, and FILE.vtc for any other\n"
    "name. Without FILE, or for -, reads standard input and writes standard output. Input that is\n"
    "gzip or zstd is unpacked first, whatever its name.\n"
    "\n"
    "  -1 ... -19         fast to small (default: 3); also --level N\n" WRITING_HELP THREADS_HELP
        COMMON_HELP;

static const char DECOMPRESS_HELP[] =
    "usage: vtc decompress [OPTION]... [FILE]...\n"
    "\n"
    "Writes trace.json for trace.vtc: the bytes that were compressed, checked by their hash "
    "before\n"
    "the file gets its name. Without FILE, or for -, reads standard input and writes standard\n"
    "output.\n"
    "\n" WRITING_HELP THREADS_HELP COMMON_HELP;

static const char INFO_HELP[] =
    "usage: vtc info [OPTION]... [FILE]...\n"
    "\n"
    "Shows events, tracks, time range, phases, the document and what in it is no event, and for\n"
    "every column its bytes and encoding. Of what is no event or damaged the first 20 places, and "
    "the\n"
    "60 columns that take most; with -v or --json all.\n"
    "\n"
    "      --json         as JSON\n" THREADS_HELP COMMON_HELP;

static const char VERIFY_HELP[] =
    "usage: vtc verify [OPTION]... [FILE]...\n"
    "\n"
    "Checks every checksum, every rule of the format, and that the document comes back with the\n"
    "length and hash that it had.\n"
    "\n" THREADS_HELP COMMON_HELP;

static const char QUERY_HELP[] =
    "usage: vtc query [OPTION]... FILE QUESTION\n"
    "       vtc query --help verbs     what can be asked, by example\n"
    "\n"
    "Asks a trace, for example\n"
    "\n"
    "  slowest 20                     the longest spans, from X and from pairs of B and E\n"
    "  top 20 by self                 names by the time that their spans took themselves\n"
    "  count by thread between 1.2s and 1.5s\n"
    "  histogram of 'parse*' where args.size > 4096\n"
    "  SELECT name, sum(dur) FROM slice GROUP BY name\n"
    "                                 SQL, over the tables of Perfetto: slice, thread, process, "
    "args,\n"
    "                                 counter, flow and more; see format/SQL.md\n"
    "\n"
    "Tables show times in readable units, counted from the first event; csv and json in ns, as in\n"
    "the trace.\n"
    "\n"
    "      --format WHAT  table (default), csv, json or ndjson (an object a line)\n"
    "      --raw          times in tables too in ns, as in the trace\n"
    "      --limit N      print at most N rows, or 'all' (tables: 1000)\n"
    "      --timeout TIME give up after TIME, e.g. 10s\n" THREADS_HELP COMMON_HELP;

static const char SHELL_HELP[] =
    "usage: vtc shell [OPTION]... FILE\n"
    "\n"
    "Takes questions to a trace, one after the other: verbs, and SQL that ends with a semicolon.\n"
    "On a terminal with editing, history and completion of verbs, tables and columns; from a pipe\n"
    "line by line. .tables, .tables NAME, .help, .quit.\n"
    "\n"
    "      --format WHAT  table (default), csv, json or ndjson (an object a line)\n"
    "      --raw          times in tables too in ns, as in the trace\n"
    "      --limit N      print at most N rows of an answer, or 'all' (tables: 1000)\n"
    "      --timeout TIME give a question up after TIME, e.g. 10s\n" THREADS_HELP COMMON_HELP;

static const char VERBS_HELP[] =
    "A question is a verb, then clauses:\n"
    "\n"
    "  slowest 20                     the longest spans\n"
    "  top 20 by self                 names; or by total, count, mean, max\n"
    "  count by name                  events; or by thread, process, category, phase\n"
    "  histogram of 'sleep*'          how durations are spread, with percentiles\n"
    "  calls of parse                 callers and callees, with times\n"
    "  tree of thread main            the call tree, merged by name; or only: tree\n"
    "  timeline                       how busy each thread is over time\n"
    "  gaps 10                        the longest idle stretches of threads\n"
    "  counters                       each counter: least, greatest, mean and last value\n"
    "  async                          asynchronous operations, the longest first\n"
    "  flows                          arrows from thread to thread, the longest first\n"
    "  threads                        each thread: events, spans, from when to when\n"
    "  stats                          the file as a whole, and what its recordings lost\n"
    "\n"
    "  ... of 'json.*'                names by a glob, or a regular expression: of /^json/\n"
    "  ... where dur > 1.5ms and (category = io or not name = main)\n"
    "  ... where args.size >= 64KiB and args.url = http*\n"
    "  ... between 1.2s and 1.5s      times since the first event; @N: as in the trace\n"
    "  ... in thread main             its name or tid; and: in process NAME\n"
    "  ... order by start desc        any column of the answer\n"
    "  ... limit 10\n"
    "\n"
    "Conditions compare name, category, thread, process, phase (= != ~ with a glob or /regex/),\n"
    "dur, ts and args.KEY (= != < <= > >=), joined by and, or, not and parentheses.\n"
    "Units: ns us ms s m h; B KB MB GB TB KiB MiB GiB TiB. Names with blanks go between quotes.\n";

static const char RECORD_HELP[] =
    "usage: vtc record [OPTION]... [--] PROGRAM [ARGUMENT]...\n"
    "\n"
    "Runs a program that was compiled with -finstrument-functions (gcc or clang) and records\n"
    "the begin and the end of every call, on every thread; if it is killed, up to there. Its exit\n"
    "code or signal becomes that of vtc. Processes that it forks, and programs that it executes,\n"
    "record to files of their own, NAME.pPID.vtc for NAME.vtc.\n"
    "\n"
    "  -o, --output FILE    record to FILE (default: PROGRAM.vtc)\n"
    "  -f, --force          replace an existing file\n"
    "      --depth N        record calls up to this depth only\n"
    "      --min-duration TIME\n"
    "                       record spans of TIME and more, e.g. 10us, when they end: those\n"
    "                       that are open are not in the file after a crash\n"
    "      --include GLOB   record functions of these names only, e.g. 'parse_*'\n"
    "      --exclude GLOB   do not record functions of these names\n"
    "      --max-size SIZE  record no more than SIZE, e.g. 200M; the rest is counted\n"
    "      --flight         keep the last SIZE (default: 64M), not the first\n"
    "      --debug-dir DIR  look for debug files in DIR too\n"
    "      --no-symbols     leave the names to 'vtc symbolize'\n"
    "  -q, --quiet          errors only\n"
    "  -v, --verbose        say more\n"
    "  -h, --help           this text\n"
    "\n"
    "--include and --exclude may be given several times; what fits both is not recorded.\n";

static const char SYMBOLIZE_HELP[] =
    "usage: vtc symbolize [OPTION]... FILE...\n"
    "\n"
    "Adds the names of functions to a file of 'vtc record', from the symbol tables of the\n"
    "program and its libraries, or of separate debug files. Only files with the build id that\n"
    "was recorded are used. Not for a file that is being recorded.\n"
    "\n"
    "      --debug-dir DIR  look in DIR first: DIR/.build-id/xx/y.debug, DIR/NAME[.debug]\n"
    "  -q, --quiet          errors only\n"
    "  -v, --verbose        say more\n"
    "  -h, --help           this text\n";

static const char EXPORT_HELP[] =
    "usage: vtc export --to chrome|sqlite [OPTION]... FILE\n"
    "\n"
    "--to sqlite writes a plain database, FILE.db or what -o names, with the tables that\n"
    "'vtc query FILE SELECT ...' has, with indexes and views.\n"
    "\n"
    "--to chrome:\n"
    "Writes a trace as Chrome trace-event JSON: FILE.json, or what -o names; packed by gzip if "
    "that\n"
    "ends in .gz. Of a trace that came from JSON it is the document itself; where that is cut off "
    "or\n"
    "has garbage in it, its events between brackets.\n"
    "\n"
    "      --to FORMAT    chrome or sqlite\n"
    "      --tables LIST  sqlite: only these tables, each with its columns in parentheses where "
    "not\n"
    "                     all are wanted: 'slice(ts,dur,name),thread'\n"
    "      --since NS, --until NS\n"
    "                     sqlite: only slices, counters and events that touch these times, which\n"
    "                     are as in the column ts\n"
    "  -o, --output FILE  write to FILE (- for standard output)\n"
    "  -c, --stdout       write to standard output\n"
    "  -f, --force        replace an existing file\n" THREADS_HELP COMMON_HELP;

static const char TAIL_HELP[] =
    "usage: vtc tail [OPTION]... FILE\n"
    "\n"
    "Follows a live file: a line for each event as it comes (a span when it ends) with time, "
    "thread,\n"
    "duration or phase, name and arguments. Ends when the session is closed or its process is "
    "gone.\n"
    "\n"
    "  -n, --rows N       begin with the last N rows that are there (default: 10), or 'all'\n"
    "      --format WHAT  table (default), or json: rows as they are, one a line\n" THREADS_HELP
        COMMON_HELP;

static const char RECOVER_HELP[] =
    "usage: vtc recover [OPTION]... FILE\n"
    "\n"
    "Writes what is good of a damaged file, or of the live file of a program that crashed, to a "
    "good\n"
    "one: FILE.recovered.vtc, or what -o names. Says what was kept, what was lost, and why.\n"
    "\n"
    "  -1 ... -19         fast to small (default: 3); also --level N\n"
    "  -o, --output FILE  write to FILE (- for standard output)\n"
    "  -c, --stdout       write to standard output\n"
    "  -f, --force        replace an existing file\n" THREADS_HELP COMMON_HELP;

static const char COMPACT_HELP[] =
    "usage: vtc compact [OPTION]... FILE...\n"
    "\n"
    "Makes the live files of programs that have closed them, ended or crashed small: each becomes "
    "a\n"
    "file of blocks, in place, at once and whole. A file that a program records to is refused, but "
    "for\n"
    "a snapshot with -o. What is compacted already is left alone, unless a level or -o is given.\n"
    "\n"
    "With one of the last three options FILE stands for a history, and may be gone itself: "
    "NAME.vtc\n"
    "and the segments and children NAME.*.vtc beside it, where * is digits and dots.\n"
    "\n"
    "  -1 ... -19         fast to small (default: 3); also --level N\n"
    "  -o, --output FILE  write to FILE; one input only\n"
    "  -f, --force        replace an existing file\n"
    "      --keep-age T   remove recorded files that were not changed for T (90s, 12h, 7d)\n"
    "      --keep-size S  remove the oldest recorded files when all take more than S (10G)\n"
    "      --watch T      do it again every T, until interrupted\n" THREADS_HELP COMMON_HELP;

static const char MERGE_HELP[] =
    "usage: vtc merge [OPTION]... -o OUT FILE...\n"
    "\n"
    "Merges files of any kind (live, crashed, compacted, imported) into one, sorted by track: the\n"
    "metadata, then each thread's events, segments in their order. Memory is bounded whatever the "
    "size:\n"
    "what does not fit is sorted in a temporary file beside OUT. Of a damaged file what can be "
    "read "
    "is\n"
    "taken; then the exit code is 3.\n"
    "\n"
    "  -1 ... -19         fast to small (default: 3); also --level N\n"
    "  -o, --output FILE  the new file\n"
    "  -f, --force        replace an existing file\n" THREADS_HELP COMMON_HELP;

static const struct {
    const char *command;
    const char *text;
} texts[] = {
    {"compress", COMPRESS_HELP},   {"decompress", DECOMPRESS_HELP},
    {"info", INFO_HELP},           {"verify", VERIFY_HELP},
    {"query", QUERY_HELP},         {"shell", SHELL_HELP},
    {"export", EXPORT_HELP},       {"tail", TAIL_HELP},
    {"recover", RECOVER_HELP},     {"compact", COMPACT_HELP},
    {"merge", MERGE_HELP},         {"record", RECORD_HELP},
    {"symbolize", SYMBOLIZE_HELP}, {"verbs", VERBS_HELP},
};

enum exit_code help_print(const char *command)
{
    const char *text = command ? NULL : MAIN_HELP;
    for (size_t i = 0; command && i < sizeof texts / sizeof texts[0]; i++)
        if (strcmp(texts[i].command, command) == 0)
            text = texts[i].text;
    if (!text) {
        message_print(NULL, "there is no help for '%s'; see 'vtc --help'", command);
        return CODE_USAGE;
    }
    fputs(text, stdout);
    return descriptor_finish_stdout();
}
