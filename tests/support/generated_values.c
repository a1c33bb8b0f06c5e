#include "support/generated_values.h"

#include <stdio.h>

uint32_t draw(struct chance *chance, uint32_t below)
{
    chance->state = chance->state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((chance->state >> 33) % below);
}

const char *pick(struct chance *chance, const char *const *from, uint32_t count)
{
    return from[draw(chance, count)];
}

struct layout make_layout(struct chance *chance)
{
    struct layout layout = {
        PICK(chance, ",", ",\n", ", ", ",\r\n    ", "\n", " ,"),
        PICK(chance, ":", ": ", " : ", ":\n"),
        PICK(chance, ",", ", ", ",\n  ", " ,"),
        PICK(chance, "{", "{ ", "{\n  "),
        PICK(chance, "}", " }", "\n}"),
    };
    return layout;
}

void put_number(struct chance *chance, struct bytes *out)
{
    char text[64];
    double value = (double)draw(chance, 1000000) / (double)(1 + draw(chance, 1000));
    switch (draw(chance, 12)) {
    case 0: snprintf(text, sizeof text, "%u", draw(chance, 10)); break;
    case 1: snprintf(text, sizeof text, "-%u", draw(chance, 100000)); break;
    case 2: snprintf(text, sizeof text, "%.3f", value); break;
    case 3: snprintf(text, sizeof text, "%.17g", value); break;
    case 4: snprintf(text, sizeof text, "%e", value); break;
    case 5: snprintf(text, sizeof text, "%g", value); break;
    case 6:
        snprintf(text, sizeof text, "16999999991%05u%03u", draw(chance, 100000),
                 draw(chance, 1000));
        break;
    case 7:
        snprintf(text, sizeof text, "%s",
                 PICK(chance, "true", "false", "null", "NaN", "-0", "0.0", "1e400",
                      "9223372036854775807", "-9223372036854775808", "00", "1.", ".1"));
        break;
    default: snprintf(text, sizeof text, "%u", 1000 + draw(chance, 1000)); break;
    }
    bytes_text(out, text);
}

void put_string(struct chance *chance, struct bytes *out)
{
    bytes_text(out, "\"");
    switch (draw(chance, 6)) {
    case 0:
        for (uint32_t i = draw(chance, 40); i > 0; i--) {
            uint8_t byte = (uint8_t)draw(chance, 256);
            if (byte == '"' || byte == '\\')
                bytes_text(out, "\\");
            bytes_append(out, &byte, 1);
        }
        break;
    case 1: bytes_text(out, PICK(chance, "\\u00e9", "\\ud83d", "\\\\", "\\\"", "")); break;
    case 2: put_number(chance, out); break;
    case 3: {
        char text[32];
        snprintf(text, sizeof text, "0x%x%04x", draw(chance, 100000), draw(chance, 65536));
        bytes_text(out, text);
        break;
    }
    default:
        bytes_text(out, PICK(chance, "alpha", "beta", "gamma::delta(int)", "f (file.py:12)"));
        break;
    }
    bytes_text(out, "\"");
}

void put_value(struct chance *chance, const struct layout *layout, struct bytes *out,
               unsigned depth)
{
    uint32_t kind = draw(chance, depth > 4 ? 6 : 10);
    if (kind < 3) {
        put_number(chance, out);
    } else if (kind < 6) {
        put_string(chance, out);
    } else {
        bool list = kind < 8;
        bytes_text(out, list ? "[" : layout->open);
        for (uint32_t i = draw(chance, 5), first = 1; i > 0; i--, first = 0) {
            if (!first)
                bytes_text(out, draw(chance, 40) ? layout->comma : "  ,");
            if (!list) {
                bytes_text(out,
                           PICK(chance, "\"k\"", "\"size\"", "\"\\u0041\"", "\"x y\"", "\"\""));
                bytes_text(out, layout->colon);
            }
            put_value(chance, layout, out, depth + 1);
        }
        bytes_text(out, list ? "]" : layout->close);
    }
}
