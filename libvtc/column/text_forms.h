/* Kernel: plain strings that are numbers in disguise, as `0x7f3a…` or `1698352095942658`
 * (SPEC 8.4, forms 1 and 2). */
#ifndef VTCI_COLUMN_TEXT_FORMS_H
#define VTCI_COLUMN_TEXT_FORMS_H

#include <stdbool.h>

#include "column/block_data.h"
#include "column/op.h"

/* Fills form, prefix (borrowed from the strings) and width, and the numbers; false when the strings
 * do not all come back from numbers. `numbers` has room for plain_count, which is at least 1. */
bool vtci_text_forms_parse(const struct vtci_values *values, struct vtci_column_code *code,
                           int64_t *numbers);

#endif
