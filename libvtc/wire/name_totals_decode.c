#include "base/error.h"
#include "base/limits.h"
#include "wire/name_totals.h"
#include "wire/varint_rule.h"

static vtc_status malformed(const struct vtci_fields *fields, uint64_t offset,
                            struct vtc_error *err)
{
    return vtci_error_set(err, VTC_ERR_CORRUPT, offset, vtci_fields_rule(fields),
                          "the name totals in the INDEX are malformed");
}

static vtc_status wrong(uint64_t offset, struct vtc_error *err, const char *expected,
                        uint64_t found)
{
    return vtci_error_set(err, VTC_ERR_CORRUPT, offset, "IDX-5",
                          "the name totals in the INDEX are wrong: expected %s, found %llu",
                          expected, (unsigned long long)found);
}

/* SPEC: CON-2: a name takes three bytes at least. */
static vtc_status take_count(struct vtci_fields *fields, uint64_t offset, size_t *out_count,
                             struct vtc_error *err)
{
    uint64_t count = vtci_fields_varint(fields);
    if (!fields->cursor.failed && count > VTCI_NAME_TOTALS_MAX)
        return wrong(offset, err, "at most 65536 names", count);
    if (fields->cursor.failed || count > vtci_cursor_left(&fields->cursor) / 3)
        return malformed(fields, offset, err);
    *out_count = (size_t)count;
    return VTC_OK;
}

vtc_status vtci_name_totals_peek(const void *bytes, size_t len_bytes, uint64_t offset,
                                 size_t *out_count, struct vtc_error *err)
{
    struct vtci_fields fields = vtci_fields_make(bytes, len_bytes);
    return take_count(&fields, offset, out_count, err);
}

static vtc_status take_counts(struct vtci_fields *fields, uint64_t offset,
                              struct vtci_name_total *totals, size_t count, struct vtc_error *err)
{
    uint64_t next = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t step = vtci_fields_varint(fields);
        if (step >= UINT32_MAX || next + step >= UINT32_MAX)
            return wrong(offset, err, "a name's id below 2^32 - 1, as a step", step);
        totals[i].id = (uint32_t)(next + step);
        next += step + 1;
    }
    for (size_t i = 0; i < count; i++)
        totals[i].events = vtci_fields_varint(fields);
    for (size_t i = 0; i < count; i++) {
        totals[i].spans = totals[i].events + (uint64_t)vtci_fields_svarint(fields);
        if (!fields->cursor.failed && totals[i].events == 0 && totals[i].spans == 0)
            return wrong(offset, err, "events or spans of each name, of name", totals[i].id);
    }
    return fields->cursor.failed ? malformed(fields, offset, err) : VTC_OK;
}

/* Durations and their sums are of 64 bits. */
static vtc_status take_durations(struct vtci_fields *fields, uint64_t offset,
                                 struct vtci_name_total *totals, size_t count,
                                 struct vtc_error *err)
{
    for (size_t i = 0; i < count; i++) {
        totals[i].least_ns = totals[i].spans > 0 ? vtci_fields_svarint(fields) : 0;
        totals[i].most_ns = totals[i].total_ns = totals[i].least_ns;
    }
    for (size_t i = 0; i < count; i++) {
        if (totals[i].spans < 2)
            continue;
        uint64_t more_ns = vtci_fields_varint(fields);
        if (more_ns > (uint64_t)INT64_MAX - (uint64_t)totals[i].least_ns)
            return wrong(offset, err, "durations of 64 bits, as a step", more_ns);
        totals[i].most_ns = (int64_t)((uint64_t)totals[i].least_ns + more_ns);
        if (__builtin_add_overflow(totals[i].least_ns, totals[i].most_ns, &totals[i].total_ns) &&
            totals[i].spans == 2)
            return wrong(offset, err, "a total of 64 bits, of name", totals[i].id);
    }
    for (size_t i = 0; i < count; i++)
        if (totals[i].spans > 2)
            totals[i].total_ns = vtci_fields_svarint(fields);
    return fields->cursor.failed ? malformed(fields, offset, err) : VTC_OK;
}

vtc_status vtci_name_totals_decode(const void *bytes, size_t len_bytes, uint64_t offset,
                                   struct vtci_name_total *totals, struct vtc_error *err)
{
    struct vtci_fields fields = vtci_fields_make(bytes, len_bytes);
    size_t count = 0;
    VTC_TRY(take_count(&fields, offset, &count, err));
    VTC_TRY(take_counts(&fields, offset, totals, count, err));
    return take_durations(&fields, offset, totals, count, err);
}
