/* `vtc info` for people: of lists that can be long the first places, unless more is asked for. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "descriptor.h"
#include "escape.h"
#include "message.h"
#include "size_text.h"
#include "trace_info.h"

enum { PLACES_SHOWN = 20 };

static void line(const char *key, const char *format, ...) VTC_PRINTF(2, 3);

static void line(const char *key, const char *format, ...)
{
    va_list arguments;
    printf("%-10s ", key);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
}

static void print_sizes(const struct trace_info *info)
{
    const struct vtc_summary *summary = &info->summary;
    char count[SIZE_TEXT_BYTES], size[SIZE_TEXT_BYTES], hash[HASH_TEXT_BYTES];
    if (info->file->live)
        line("size", "%s bytes (%s)",
             count_text_format((uint64_t)info->file->status.st_size, count),
             size_text_format((uint64_t)info->file->status.st_size, size));
    printf("%-10s %s bytes (%s)", info->file->live ? "compacted" : "size",
           count_text_format(summary->file_bytes, count),
           size_text_format(summary->file_bytes, size));
    if (summary->has_document && summary->document_bytes > 0)
        printf(", %.2f%% of the document",
               100.0 * (double)summary->file_bytes / (double)summary->document_bytes);
    putchar('\n');
    if (!summary->has_document)
        return;
    line("document", "%s bytes (%s)%s", count_text_format(summary->document_bytes, count),
         size_text_format(summary->document_bytes, size),
         summary->cut_off ? ", ends before it is closed" : "");
    line("hash", "XXH3-128 %s", trace_info_hash(summary, hash));
}

static void print_state(const struct trace_info *info)
{
    const struct vtc_error *damage = &info->damage;
    if (info->damage_status == VTC_OK) {
        line("state", "complete");
        return;
    }
    printf("%-10s %s: ", "state",
           info->damage_status == VTC_ERR_TRUNCATED ? "truncated" : "damaged");
    if (damage->offset != VTC_NO_OFFSET)
        printf("byte %" PRIu64 ": ", damage->offset);
    escape_print(stdout, damage->message, strlen(damage->message));
    if (damage->rule[0])
        printf(" [%s]", damage->rule);
    putchar('\n');
}

/* "session    4242: closed, segment 0, family 1122…", and what it lost. */
static void print_sessions(const struct trace_info *info, uint64_t shown)
{
    char count[SIZE_TEXT_BYTES];
    for (size_t i = 0; i < info->sessions.count && i < shown; i++) {
        const struct session *session = &info->sessions.items[i];
        printf("%-10s process %" PRIu64 ", ", "session", session->pid);
        escape_print(stdout, session->state, strlen(session->state));
        printf(", segment %" PRIu64 ", family ", session->segment);
        escape_print(stdout, session->family, strlen(session->family));
        putchar('\n');
        for (unsigned cause = 0; cause < VTC_LIVE_CAUSES; cause++)
            if (session->lost[cause])
                line("lost", "%s events: %s", count_text_format(session->lost[cause], count),
                     vtc_live_cause(cause));
        if (session->lost_pages)
            line("lost", "%s pages missing or damaged",
                 count_text_format(session->lost_pages, count));
        if (session->lost_records)
            line("lost", "%s records damaged", count_text_format(session->lost_records, count));
        descriptor_watch_stdout();
    }
    if (info->sessions.count > shown)
        line("", "and %s more sessions", count_text_format(info->sessions.count - shown, count));
}

/* Behind a list of which not all was printed. */
static void print_rest(uint64_t rest)
{
    char count[SIZE_TEXT_BYTES];
    if (rest)
        printf("  and %s more\n", count_text_format(rest, count));
    descriptor_watch_stdout();
}

/* Places of a live file that break a rule. */
static void print_live(const struct trace_info *info, uint64_t shown)
{
    struct vtc_live_facts facts;
    struct vtc_error damage;
    char pages[SIZE_TEXT_BYTES], events[SIZE_TEXT_BYTES], count[SIZE_TEXT_BYTES];
    if (!info->file->live)
        return;
    vtc_live_info(info->file->live, &facts);
    line("live file", "%s pages, %s of them of events, %s records, %" PRIu64 " writers",
         count_text_format(facts.pages, pages), count_text_format(facts.event_pages, count),
         count_text_format(facts.events, events), facts.writers);
    line("damage", "%s", count_text_format(facts.damage, count));
    uint64_t i = 0;
    for (; i < shown && vtc_live_damage(info->file->live, i, &damage) == VTC_OK; i++) {
        printf("  byte %" PRIu64 ": ", damage.offset);
        escape_print(stdout, damage.message, strlen(damage.message));
        printf(" [%s]\n", damage.rule);
        descriptor_watch_stdout();
    }
    print_rest(facts.damage - i);
}

static void print_events(const struct trace_info *info)
{
    const struct vtc_summary *summary = &info->summary;
    char events[SIZE_TEXT_BYTES], rows[SIZE_TEXT_BYTES], text[SIZE_TEXT_BYTES];
    line("rows", "%s", count_text_format(summary->rows, rows));
    printf("%-10s %s", "events", count_text_format(summary->events, events));
    if (info->columns_status == VTC_OK && summary->events > 0)
        printf(", %s as raw text (%.3f%%)", count_text_format(info->raw_events, text),
               100.0 * (double)info->raw_events / (double)summary->events);
    putchar('\n');
    printf("%-10s %s", "spans", count_text_format(summary->spans, text));
    if (summary->spans > 0)
        printf(", the longest %s", duration_text_format(summary->longest_ns, text));
    putchar('\n');
    line("tracks", "%s", count_text_format(summary->tracks, text));
}

static void print_times(const struct trace_info *info)
{
    const struct vtc_summary *summary = &info->summary;
    char first[SIZE_TEXT_BYTES], last[SIZE_TEXT_BYTES], range[SIZE_TEXT_BYTES];
    if (!summary->has_times) {
        line("time", "none");
        return;
    }
    uint64_t range_ns = (uint64_t)summary->last_ns - (uint64_t)summary->first_ns;
    line("time", "from %s to %s: %s", seconds_text_format(summary->first_ns, 9, first),
         seconds_text_format(summary->last_ns, 9, last), duration_text_format(range_ns, range));
}

static void print_counts(const struct trace_info *info)
{
    char count[SIZE_TEXT_BYTES], size[SIZE_TEXT_BYTES], phase[8];
    const char *comma = "";
    printf("%-10s ", "phases");
    for (unsigned i = 0; i < 256; i++) {
        if (info->summary.phases[i] == 0)
            continue;
        printf("%s%s %s", comma, trace_info_phase(i, phase),
               count_text_format(info->summary.phases[i], count));
        comma = ", ";
    }
    printf("%s\n%-10s ", *comma ? "" : "none", "frames");
    comma = "";
    for (size_t i = 0; i < info->frame_kinds; i++) {
        const struct frame_kind *kind = &info->frames[i];
        printf("%s%s %s (%s)", comma, count_text_format(kind->count, count), kind->type,
               size_text_format(kind->bytes, size));
        comma = ", ";
    }
    putchar('\n');
}

/* SPEC 7.7: the length of some reaches to where the object goes wrong. */
static void print_issue(const struct vtc_issue *issue)
{
    bool ends_at_fault = issue->cause_code == 2 || issue->cause_code == 7 || issue->cause_code == 8;
    if (ends_at_fault)
        printf("  byte %" PRIu64 ": %s, at byte %" PRIu64 "\n", issue->offset, issue->cause,
               issue->offset + issue->len_bytes);
    else
        printf("  byte %" PRIu64 ", %" PRIu64 " long: %s\n", issue->offset, issue->len_bytes,
               issue->cause);
}

static void print_issues(const struct trace_info *info, uint64_t shown)
{
    char count[SIZE_TEXT_BYTES];
    line("issues", "%s", count_text_format(info->summary.issues, count));
    uint64_t i = 0;
    for (; i < info->summary.issues_listed && i < shown; i++) {
        struct vtc_issue issue;
        if (vtc_reader_issue(info->file->reader, i, &issue) == VTC_OK)
            print_issue(&issue);
        descriptor_watch_stdout();
    }
    print_rest(info->summary.issues - i);
}

void trace_info_print_text(const struct trace_info *info, bool print_all)
{
    uint64_t shown = print_all ? UINT64_MAX : PLACES_SHOWN;
    printf("%-10s ", "file");
    escape_print(stdout, info->file->name, strlen(info->file->name));
    putchar('\n');
    line("format", "%u.%u", info->summary.version_major, info->summary.version_minor);
    print_state(info);
    print_sessions(info, shown);
    print_live(info, shown);
    print_sizes(info);
    print_events(info);
    print_times(info);
    print_counts(info);
    print_issues(info, shown);
    if (info->column_count > 0)
        trace_info_print_columns(info, print_all);
}
