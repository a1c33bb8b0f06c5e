/* A name takes a dozen bytes before they are packed. Traces have hundreds of names however long they
 * are: in a small file the totals are some hundredths of it, and reading it is quick; in one of a GB of
 * JSON they are nothing.
 */
#include "import/name_totals.h"

#include "base/error.h"
#include "base/limits.h"

vtc_status vtci_name_totals_make(struct vtci_block_builder *builder, int level, uint64_t file_bytes,
                                 struct vtci_buffer *out)
{
    bool mixes = vtci_level_mixes(level);
    size_t start = out->len_bytes;
    if (builder->rows < (mixes ? VTCI_TOP_ROWS_MIX : VTCI_TOP_ROWS))
        return VTC_OK;
    size_t count = vtci_name_sums_list(&builder->sums);
    if (count == 0)
        return VTC_OK;
    VTC_TRY(vtci_name_totals_encode(out, builder->sums.names, count));
    if (out->len_bytes - start >
        file_bytes / (mixes ? VTCI_NAME_TOTALS_PART_MIX : VTCI_NAME_TOTALS_PART))
        out->len_bytes = start;
    return VTC_OK;
}
