/* What the units of the index of a live file share:
 *
 *     live_scan.c            page 0, the steps of an update
 *     live_scan_page.c       pages as they lie in the file
 *     live_scan_log.c        LOG pages
 *     live_scan_order.c      the pages of a writer in order
 *     live_page_walk.c       the records of a page
 */
#ifndef VTCI_READ_LIVE_SCAN_INTERNAL_H
#define VTCI_READ_LIVE_SCAN_INTERNAL_H

#include "read/live_scan.h"

/* Reads `*count` pages from `first` on, or as many as there are. */
VTC_NODISCARD vtc_status vtci_live_scan_read(struct vtci_live_scan *scan, struct vtci_buffer *room,
                                             uint64_t first, uint32_t *count,
                                             struct vtc_error *err);

/* What was empty, and what the file has grown by; the second time only pages that the first look
 * should have seen. */
VTC_NODISCARD vtc_status vtci_live_scan_pages(struct vtci_live_scan *scan, bool is_second,
                                              struct vtc_error *err);
/* Once more the pages of a writer that had room, from the last backwards. */
VTC_NODISCARD vtc_status vtci_live_scan_open_pages(struct vtci_live_scan *scan,
                                                   struct vtci_live_shard *shard,
                                                   struct vtc_error *err);
VTC_NODISCARD vtc_status vtci_live_scan_add_ref(struct vtci_live_scan *scan,
                                                struct vtci_live_shard *shard, uint32_t sequence,
                                                uint32_t page);

/* Reads a group of LOG pages whole: up to 16 MiB, which the file has. SPEC: LIV-11 */
VTC_NODISCARD vtc_status vtci_live_scan_log(struct vtci_live_scan *scan, uint32_t page,
                                            uint32_t pages, bool report, struct vtc_error *err);
/* All groups that are known, without reporting damage. */
VTC_NODISCARD vtc_status vtci_live_scan_log_again(struct vtci_live_scan *scan,
                                                  struct vtc_error *err);

/* Sorts, and takes out what is there twice. SPEC: LIV-6. These fail with NO_MEMORY only. */
VTC_NODISCARD vtc_status vtci_live_scan_sort(struct vtci_live_scan *scan,
                                             struct vtci_live_shard *shard);
/* Notes pages that are missing. SPEC: LIV-6 */
VTC_NODISCARD vtc_status vtci_live_scan_missing(struct vtci_live_scan *scan,
                                                struct vtci_live_shard *shard);
/* Notes a writer that the LOG does not have. SPEC: LIV-9 */
VTC_NODISCARD vtc_status vtci_live_scan_writer(struct vtci_live_scan *scan,
                                               struct vtci_live_shard *shard);

#endif
