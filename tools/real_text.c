#include "real_text.h"

#include <stdio.h>
#include <stdlib.h>

const char *real_text_format(double value, char out[REAL_TEXT_BYTES])
{
    for (int digits = 6; digits <= 17; digits++) {
        snprintf(out, REAL_TEXT_BYTES, "%.*g", digits, value);
        double back = strtod(out, NULL);
        if (back - value == 0)
            break;
    }
    return out;
}
