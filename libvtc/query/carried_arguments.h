/* What conditions on arguments say of begins (B) whose ends are in later blocks.
 *
 * A pair has the arguments of both its events. Where they are in one block both rows are known; a begin
 * in an earlier block is known to the file by its time and names only. So, before the question is
 * answered, the blocks are read in order, and each open begin keeps a bit for each condition until the
 * end that has its time and name comes.
 */
#ifndef VTCI_QUERY_CARRIED_ARGUMENTS_H
#define VTCI_QUERY_CARRIED_ARGUMENTS_H

#include "query/filter.h"

struct vtci_carried_arguments;

VTC_NODISCARD vtc_status vtci_carried_arguments_load(const struct vtci_filter *filter,
                                                     vtc_query *query, vtc_reader *reader,
                                                     struct vtci_carried_arguments **out_carried,
                                                     struct vtc_error *err);
void vtci_carried_arguments_free(struct vtci_carried_arguments *carried);
/* Whether a condition holds for the begin of the pair that ends in a row of a block. */
bool vtci_carried_arguments_hold(const struct vtci_carried_arguments *carried, uint64_t block,
                                 uint32_t row, size_t condition);

#endif
