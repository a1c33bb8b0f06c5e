/* `vtc info --json`: an array with an object for each file. */
#include <stdio.h>
#include <string.h>

#include "descriptor.h"
#include "json_out.h"
#include "trace_info.h"

static void unsigned_member(struct json_out *out, const char *key, uint64_t value)
{
    json_key(out, key);
    json_unsigned(out, value);
}

static void text_member(struct json_out *out, const char *key, const char *text)
{
    json_key(out, key);
    json_text(out, text);
}

static void print_damage(struct json_out *out, vtc_status status, const struct vtc_error *damage)
{
    json_key(out, "damage");
    if (status == VTC_OK) {
        json_null(out);
        return;
    }
    json_begin(out, '{');
    text_member(out, "status", vtc_status_name(status));
    json_key(out, "offset");
    if (damage->offset == VTC_NO_OFFSET)
        json_null(out);
    else
        json_unsigned(out, damage->offset);
    text_member(out, "rule", damage->rule);
    text_member(out, "message", damage->message);
    json_end(out, '}');
}

static void print_document(struct json_out *out, const struct trace_info *info)
{
    const struct vtc_summary *summary = &info->summary;
    char hash[HASH_TEXT_BYTES];
    json_key(out, "document");
    if (!summary->has_document) {
        json_null(out);
        return;
    }
    json_begin(out, '{');
    unsigned_member(out, "bytes", summary->document_bytes);
    text_member(out, "xxh3_128", trace_info_hash(summary, hash));
    json_key(out, "cut_off");
    json_bool(out, summary->cut_off != 0);
    unsigned_member(out, "issue_count", summary->issues);
    json_key(out, "issues");
    json_begin(out, '[');
    for (uint64_t i = 0; i < summary->issues_listed; i++) {
        struct vtc_issue issue;
        if (vtc_reader_issue(info->file->reader, i, &issue) != VTC_OK)
            break;
        json_begin(out, '{');
        unsigned_member(out, "offset", issue.offset);
        unsigned_member(out, "bytes", issue.len_bytes);
        unsigned_member(out, "cause_code", issue.cause_code);
        text_member(out, "cause", issue.cause);
        json_end(out, '}');
    }
    json_end(out, ']');
    json_end(out, '}');
}

static void print_sessions(struct json_out *out, const struct trace_info *info)
{
    json_key(out, "sessions");
    json_begin(out, '[');
    for (size_t i = 0; i < info->sessions.count; i++) {
        const struct session *session = &info->sessions.items[i];
        json_begin(out, '{');
        unsigned_member(out, "pid", session->pid);
        text_member(out, "state", session->state);
        unsigned_member(out, "segment", session->segment);
        text_member(out, "family", session->family);
        json_key(out, "start_realtime_ns");
        json_signed(out, session->start_realtime_ns);
        for (unsigned cause = 0; cause < VTC_LIVE_CAUSES; cause++)
            unsigned_member(out, session_cause_key(cause), session->lost[cause]);
        unsigned_member(out, "lost_pages", session->lost_pages);
        unsigned_member(out, "lost_records", session->lost_records);
        json_end(out, '}');
    }
    json_end(out, ']');
}

static void print_live(struct json_out *out, const struct trace_info *info)
{
    struct vtc_live_facts facts;
    struct vtc_error damage;
    json_key(out, "live");
    if (!info->file->live) {
        json_null(out);
        return;
    }
    vtc_live_info(info->file->live, &facts);
    json_begin(out, '{');
    unsigned_member(out, "pages", facts.pages);
    unsigned_member(out, "event_pages", facts.event_pages);
    unsigned_member(out, "log_pages", facts.log_pages);
    unsigned_member(out, "writers", facts.writers);
    unsigned_member(out, "records", facts.events);
    unsigned_member(out, "damage_count", facts.damage);
    json_key(out, "damage");
    json_begin(out, '[');
    for (uint64_t i = 0; vtc_live_damage(info->file->live, i, &damage) == VTC_OK; i++) {
        json_begin(out, '{');
        unsigned_member(out, "offset", damage.offset);
        text_member(out, "rule", damage.rule);
        text_member(out, "message", damage.message);
        json_end(out, '}');
    }
    json_end(out, ']');
    json_end(out, '}');
}

static void print_times(struct json_out *out, const struct vtc_summary *summary)
{
    json_key(out, "first_ns");
    if (summary->has_times)
        json_signed(out, summary->first_ns);
    else
        json_null(out);
    json_key(out, "last_ns");
    if (summary->has_times)
        json_signed(out, summary->last_ns);
    else
        json_null(out);
    unsigned_member(out, "longest_ns", summary->longest_ns);
}

static void print_phases(struct json_out *out, const struct vtc_summary *summary)
{
    char phase[8];
    json_key(out, "phases");
    json_begin(out, '{');
    for (unsigned i = 0; i < 256; i++) {
        if (summary->phases[i] == 0)
            continue;
        const char *name = trace_info_phase(i, phase);
        /* Quotes and backslashes are phases like any other to a hostile file. */
        char key[16];
        snprintf(key, sizeof key, "%s%s", *name == '"' || *name == '\\' ? "\\" : "", name);
        unsigned_member(out, key, summary->phases[i]);
    }
    json_end(out, '}');
}

static void print_frames(struct json_out *out, const struct trace_info *info)
{
    json_key(out, "frames");
    json_begin(out, '{');
    for (size_t i = 0; i < info->frame_kinds; i++) {
        json_key(out, info->frames[i].type);
        json_begin(out, '{');
        unsigned_member(out, "count", info->frames[i].count);
        unsigned_member(out, "bytes", info->frames[i].bytes);
        json_end(out, '}');
    }
    json_end(out, '}');
}

static void print_columns(struct json_out *out, const struct trace_info *info)
{
    json_key(out, "columns");
    json_begin(out, '[');
    for (size_t i = 0; i < info->column_count; i++) {
        const struct vtc_column *column = &info->columns[i];
        json_begin(out, '{');
        unsigned_member(out, "column", column->column);
        text_member(out, "path", column->path);
        text_member(out, "type", column->type);
        unsigned_member(out, "values", column->values);
        unsigned_member(out, "raw_bytes", column->raw_bytes);
        unsigned_member(out, "stored_bytes", column->stored_bytes);
        json_key(out, "ratio");
        if (column->stored_bytes)
            json_number(out, (double)column->raw_bytes / (double)column->stored_bytes, 3);
        else
            json_null(out);
        text_member(out, "encoding", column->encoding);
        unsigned_member(out, "encodings", column->encodings);
        unsigned_member(out, "blocks", column->blocks);
        unsigned_member(out, "strings", column->strings);
        unsigned_member(out, "string_bytes", column->string_bytes);
        json_end(out, '}');
        descriptor_watch_stdout();
    }
    json_end(out, ']');
}

void trace_info_print_json(struct json_out *out, const struct trace_info *info)
{
    const struct vtc_summary *summary = &info->summary;
    char version[16];
    snprintf(version, sizeof version, "%u.%u", summary->version_major, summary->version_minor);
    json_begin(out, '{');
    text_member(out, "file", info->file->name);
    text_member(out, "format", version);
    json_key(out, "complete");
    json_bool(out, info->damage_status == VTC_OK && info->columns_status == VTC_OK);
    print_damage(out, info->damage_status ? info->damage_status : info->columns_status,
                 info->damage_status ? &info->damage : &info->columns_error);
    print_sessions(out, info);
    print_live(out, info);
    unsigned_member(out, "bytes",
                    info->file->live ? (uint64_t)info->file->status.st_size : summary->file_bytes);
    json_key(out, "ratio");
    if (summary->has_document && summary->document_bytes)
        json_number(out, (double)summary->file_bytes / (double)summary->document_bytes, 6);
    else
        json_null(out);
    print_document(out, info);
    unsigned_member(out, "rows", summary->rows);
    unsigned_member(out, "events", summary->events);
    unsigned_member(out, "raw_events", info->raw_events);
    unsigned_member(out, "spans", summary->spans);
    unsigned_member(out, "tracks", summary->tracks);
    print_times(out, summary);
    print_phases(out, summary);
    unsigned_member(out, "blocks", summary->blocks);
    print_frames(out, info);
    print_columns(out, info);
    json_end(out, '}');
}
