/* What a name is compared with: a glob, or an extended regular expression of POSIX.
 *
 * Both work on bytes. A glob covers the whole text: `*` any bytes, `?` one UTF-8 character or byte,
 * `[a-z]` `[!a-z]` one byte, `\` takes the next byte as it is. A regular expression may match
 * anywhere, as grep's does.
 */
#ifndef VTCI_QUERY_PATTERN_H
#define VTCI_QUERY_PATTERN_H

#include <stdbool.h>

#include "base/memory.h"
#include "vtc/reader.h"

struct vtci_pattern;

/* Borrows `text` for as long as the pattern lasts. NO_MEMORY; ARGUMENT with a message alone when it is
 * no regular expression. */
VTC_NODISCARD vtc_status vtci_pattern_create(struct vtci_memory *memory, struct vtc_text text,
                                             bool is_regex, struct vtci_pattern **out_pattern,
                                             struct vtc_error *err);
void vtci_pattern_free(struct vtci_memory *memory, struct vtci_pattern *pattern);
/* Absent text matches nothing. May be called from several threads at once. NO_MEMORY. */
VTC_NODISCARD vtc_status vtci_pattern_match(const struct vtci_pattern *pattern,
                                            struct vtc_text text, bool *out_matches);

#endif
