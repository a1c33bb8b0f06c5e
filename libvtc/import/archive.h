/* Frames in order to the output, made by workers.
 *
 * The scanner submits jobs: a run of text, or a block with the definitions that it needs. A job
 * becomes the bytes of its frames without looking at any other job, so jobs may run on any thread;
 * they are written in the order in which they were submitted, by the submitting thread. So the
 * output does not depend on the number of threads. At most threads + 2 jobs are in flight, or as
 * many as fit into three eighths of the memory limit: that bounds the memory.
 *
 *     scanner -> [job][job][job][job] -> output
 *                   ^ workers take the first that is not begun
 *
 * Lock order: there is one lock (queue); it guards the state of the jobs and nothing else.
 */
#ifndef VTCI_IMPORT_ARCHIVE_H
#define VTCI_IMPORT_ARCHIVE_H

#include "base/memory.h"
#include "column/schema.h"
#include "import/block_builder.h"
#include "vtc/compress.h"
#include "wire/document.h"

struct vtci_archive;

/* `threads` 0 or 1: jobs run where they are submitted. */
VTC_NODISCARD vtc_status vtci_archive_create(struct vtci_memory *memory,
                                             const struct vtci_schema *schema, int level,
                                             unsigned threads, vtc_write_fn write,
                                             void *write_context, struct vtci_archive **out_archive,
                                             struct vtc_error *err);
/* Text of the document, up to VTCI_TEXT_BYTES_MAX; copied. */
VTC_NODISCARD vtc_status vtci_archive_text(struct vtci_archive *archive, struct vtci_bytes text,
                                           struct vtc_error *err);
/* The block that `builder` holds, and all definitions up to here. */
VTC_NODISCARD vtc_status vtci_archive_block(struct vtci_archive *archive,
                                            struct vtci_block_builder *builder,
                                            struct vtc_error *err);
/* Waits for all jobs, then writes DOCUMENT, INDEX and trailer. `builder`, whose blocks were all
 * given: for the top list. */
VTC_NODISCARD vtc_status vtci_archive_finish(struct vtci_archive *archive,
                                             struct vtci_block_builder *builder,
                                             const struct vtci_document *document,
                                             struct vtc_error *err);
uint64_t vtci_archive_output_bytes(const struct vtci_archive *archive);
void vtci_archive_free(struct vtci_archive *archive);

#endif
