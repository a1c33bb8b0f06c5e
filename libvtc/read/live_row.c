#include "read/live_row.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "read/number_format.h"

static const char hex_digits[] = "0123456789abcdef";

vtc_status vtci_row_literal(struct vtci_buffer *row, const char *literal)
{
    return vtci_buffer_append(row, literal, strlen(literal));
}

vtc_status vtci_row_signed(struct vtci_buffer *row, int64_t value)
{
    VTC_TRY(vtci_buffer_reserve(row, VTCI_NUMBER_ROOM));
    uint8_t *at = row->data + row->len_bytes;
    row->len_bytes += (size_t)(vtci_number_format(at, value, 0) - at);
    return VTC_OK;
}

vtc_status vtci_row_unsigned(struct vtci_buffer *row, uint64_t value)
{
    char digits[24];
    if (value <= INT64_MAX)
        return vtci_row_signed(row, (int64_t)value);
    snprintf(digits, sizeof digits, "%llu", (unsigned long long)value);
    return vtci_row_literal(row, digits);
}

vtc_status vtci_row_hex(struct vtci_buffer *row, uint64_t value)
{
    char digits[20];
    snprintf(digits, sizeof digits, "0x%llx", (unsigned long long)value);
    return vtci_row_literal(row, digits);
}

vtc_status vtci_row_time(struct vtci_buffer *row, int64_t ns)
{
    VTC_TRY(vtci_buffer_reserve(row, VTCI_NUMBER_ROOM));
    uint8_t *at = row->data + row->len_bytes;
    row->len_bytes += (size_t)(vtci_number_format(at, ns, 3) - at);
    return VTC_OK;
}

vtc_status vtci_row_escaped(struct vtci_buffer *row, const void *text, size_t len_bytes)
{
    const uint8_t *from = text;
    enum { PIECE_BYTES = 4096, ESCAPE_BYTES = 6 };
    for (size_t done = 0; done < len_bytes;) {
        size_t piece = len_bytes - done < PIECE_BYTES ? len_bytes - done : PIECE_BYTES;
        VTC_TRY(vtci_buffer_reserve(row, piece * ESCAPE_BYTES));
        uint8_t *to = row->data + row->len_bytes;
        for (size_t i = 0; i < piece; i++) {
            uint8_t byte = from[done + i];
            if (byte == '"' || byte == '\\') {
                *to++ = '\\';
                *to++ = byte;
            } else if (byte >= 0x20) {
                *to++ = byte;
            } else {
                memcpy(to, "\\u00", 4);
                to[4] = (uint8_t)hex_digits[byte >> 4];
                to[5] = (uint8_t)hex_digits[byte & 15];
                to += 6;
            }
        }
        row->len_bytes = (size_t)(to - row->data);
        done += piece;
    }
    return VTC_OK;
}

static vtc_status append_quoted(struct vtci_buffer *row, const void *text, size_t len_bytes)
{
    VTC_TRY(vtci_buffer_u8(row, '"'));
    VTC_TRY(vtci_row_escaped(row, text, len_bytes));
    return vtci_buffer_u8(row, '"');
}

static vtc_status append_bytes(struct vtci_buffer *row, const uint8_t *bytes, size_t len_bytes)
{
    VTC_TRY(vtci_buffer_reserve(row, 2 * len_bytes + 2));
    uint8_t *to = row->data + row->len_bytes;
    *to++ = '"';
    for (size_t i = 0; i < len_bytes; i++) {
        *to++ = (uint8_t)hex_digits[bytes[i] >> 4];
        *to++ = (uint8_t)hex_digits[bytes[i] & 15];
    }
    *to++ = '"';
    row->len_bytes = (size_t)(to - row->data);
    return VTC_OK;
}

/* --- doubles --------------------------------------------------------------------------------- */

/* Fewest digits that read back the same. The mark between digits is the locale's, so only digits
 * are taken. `text` is what printf made. */
static unsigned shortest(double value, char digits[20], int *out_exponent)
{
    char text[40];
    /* Of a normal number no 15 digits are too many, and zeros at their end say that fewer do. */
    for (int precision = fabs(value) < 2.3e-308 ? 0 : 14; precision <= 16; precision++) {
        snprintf(text, sizeof text, "%.*e", precision, value);
        if (strtod(text, NULL) == value)
            break;
    }
    unsigned count = 0;
    const char *at = text;
    for (; *at && *at != 'e'; at++)
        if (*at >= '0' && *at <= '9' && count < 19)
            digits[count++] = *at;
    *out_exponent = *at ? atoi(at + 1) : 0;
    while (count > 1 && digits[count - 1] == '0')
        count--;
    return count;
}

static vtc_status append_finite(struct vtci_buffer *row, double value)
{
    char digits[20], out[64];
    int exponent = 0;
    unsigned count = shortest(value, digits, &exponent), len = 0;
    if (signbit(value))
        out[len++] = '-';
    if (exponent < -4 || exponent >= 17) {
        out[len++] = digits[0];
        if (count > 1)
            out[len++] = '.';
        for (unsigned i = 1; i < count; i++)
            out[len++] = digits[i];
        len += (unsigned)snprintf(out + len, sizeof out - len, "e%c%02d", exponent < 0 ? '-' : '+',
                                  abs(exponent));
        return vtci_buffer_append(row, out, len);
    }
    for (int place = exponent < 0 ? 0 : exponent; place >= 0 || exponent - place < (int)count;
         place--) {
        int index = exponent - place;
        if (place == -1)
            out[len++] = '.';
        out[len++] = index >= 0 && index < (int)count ? digits[index] : '0';
    }
    if ((int)count <= exponent + 1) {
        out[len++] = '.';
        out[len++] = '0';
    }
    return vtci_buffer_append(row, out, len);
}

vtc_status vtci_row_double(struct vtci_buffer *row, double value)
{
    if (isnan(value))
        return vtci_row_literal(row, "\"NaN\"");
    if (isinf(value))
        return vtci_row_literal(row, value < 0 ? "\"-Infinity\"" : "\"Infinity\"");
    return append_finite(row, value);
}

/* --- names and arguments --------------------------------------------------------------------- */

/* SPEC: LIV-9: of a string that is not known. */
static vtc_status append_string(struct vtci_buffer *row, const struct vtci_live_names *names,
                                uint32_t id)
{
    const struct vtc_text *text = vtci_live_names_string(names, id);
    if (text)
        return append_quoted(row, text->data, text->len_bytes);
    VTC_TRY(vtci_row_literal(row, "\"string "));
    VTC_TRY(vtci_row_unsigned(row, id));
    return vtci_buffer_u8(row, '"');
}

static vtc_status append_interned(struct vtci_buffer *row, const struct vtci_live_names *names,
                                  uint64_t id)
{
    if (id == 0)
        return vtci_row_literal(row, "null");
    if (id <= UINT32_MAX)
        return append_string(row, names, (uint32_t)id);
    VTC_TRY(vtci_row_literal(row, "\"string "));
    VTC_TRY(vtci_row_unsigned(row, id));
    return vtci_buffer_u8(row, '"');
}

static vtc_status append_value(struct vtci_buffer *row, const struct vtci_live_names *names,
                               uint32_t type, const uint8_t *value, uint32_t text_bytes)
{
    uint64_t bits = type == 5 || type == 6 ? 0 : vtci_load_u64(value);
    double number;
    switch (type) {
    case 1: return vtci_row_signed(row, (int64_t)bits);
    case 2: return vtci_row_unsigned(row, bits);
    case 3: memcpy(&number, &bits, sizeof number); return vtci_row_double(row, number);
    case 4: return vtci_row_literal(row, bits ? "true" : "false");
    case 5: return append_quoted(row, value, text_bytes);
    case 6: return append_bytes(row, value, text_bytes);
    default: return append_interned(row, names, bits);
    }
}

vtc_status vtci_row_args(struct vtci_buffer *row, const struct vtci_live_names *names,
                         const struct vtci_known_site *site, const uint8_t *payload,
                         uint32_t payload_bytes, bool *is_first)
{
    struct vtci_cursor cursor = vtci_cursor_make(payload, payload_bytes);
    (void)vtci_cursor_take(&cursor, site->phase == 'X'                    ? 16
                                    : vtci_live_phase_has_id(site->phase) ? 8
                                                                          : 0);
    for (unsigned i = 0; i < site->arg_count && vtci_cursor_left(&cursor) > 0; i++) {
        uint32_t type = site->args[i].type, text_bytes = 0;
        const uint8_t *value;
        if (type == 5 || type == 6) {
            text_bytes = vtci_cursor_u32(&cursor);
            value = vtci_cursor_take(&cursor, ((uint64_t)text_bytes + 3) & ~(uint64_t)3);
        } else {
            value = vtci_cursor_take(&cursor, 8);
        }
        if (cursor.failed)
            return VTC_OK;
        if (!*is_first)
            VTC_TRY(vtci_buffer_u8(row, ','));
        *is_first = false;
        VTC_TRY(append_string(row, names, site->args[i].name));
        VTC_TRY(vtci_buffer_u8(row, ':'));
        VTC_TRY(append_value(row, names, type, value, text_bytes));
    }
    return VTC_OK;
}

static vtc_status append_name(struct vtci_buffer *row, const struct vtci_live_names *names,
                              const struct vtci_known_site *site)
{
    if (!site->has_address)
        return site->name ? append_string(row, names, site->name) : vtci_row_literal(row, "\"\"");
    uint32_t symbol = vtci_live_map_find(&names->symbol_addresses, site->address);
    if (symbol != VTCI_LIVE_MAP_NONE)
        return append_quoted(row, names->symbols[symbol].data, names->symbols[symbol].len_bytes);
    VTC_TRY(vtci_buffer_u8(row, '"'));
    VTC_TRY(vtci_row_hex(row, site->address));
    return vtci_buffer_u8(row, '"');
}

vtc_status vtci_row_piece(struct vtci_live_names *names, struct vtci_known_site *site,
                          struct vtci_buffer *room)
{
    enum { LEAST_BYTES = 64 }; /* so that a copy of a fixed size may read beyond a short one */
    if (site->piece)
        return VTC_OK;
    room->len_bytes = 0;
    VTC_TRY(vtci_row_literal(room, ",\"name\":"));
    VTC_TRY(append_name(room, names, site));
    if (site->category) {
        VTC_TRY(vtci_row_literal(room, ",\"cat\":"));
        VTC_TRY(append_string(room, names, site->category));
    }
    uint8_t *piece = vtci_arena_array_zeroed(&names->arena, room->len_bytes + LEAST_BYTES, 1);
    if (!piece)
        return VTC_ERR_NO_MEMORY;
    memcpy(piece, room->data, room->len_bytes);
    site->piece = piece;
    site->piece_bytes = (uint32_t)room->len_bytes;
    return VTC_OK;
}

vtc_status vtci_row_head(struct vtci_buffer *row, uint8_t phase, uint64_t pid, uint64_t thread_id)
{
    VTC_TRY(vtci_row_literal(row, "{\"ph\":\""));
    VTC_TRY(vtci_row_escaped(row, &phase, 1));
    VTC_TRY(vtci_row_literal(row, "\",\"pid\":"));
    VTC_TRY(vtci_row_unsigned(row, pid));
    VTC_TRY(vtci_row_literal(row, ",\"tid\":"));
    VTC_TRY(vtci_row_unsigned(row, thread_id));
    return vtci_row_literal(row, ",\"ts\":");
}
