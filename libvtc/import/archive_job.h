/* One job of archive.h: what is to be written, and the frames that came of it. */
#ifndef VTCI_IMPORT_ARCHIVE_JOB_H
#define VTCI_IMPORT_ARCHIVE_JOB_H

#include "column/packer.h"
#include "import/archive.h"

enum vtci_job_state { VTCI_JOB_FREE, VTCI_JOB_READY, VTCI_JOB_RUNNING, VTCI_JOB_DONE };

struct vtci_job {
    enum vtci_job_state state; /* guarded by the queue's lock; the rest is its holder's */
    bool is_block;
    struct vtci_buffer text;        /* a text job's text */
    struct vtci_buffer definitions; /* a block job's definitions, not yet packed; may be empty */
    struct vtci_built_block block;
    struct vtci_schema snapshot;
    struct vtci_buffer frames; /* the result … */
    struct vtci_buffer index;  /* … and its entries in the INDEX */
    uint64_t frame_count;
    vtc_status status;
    struct vtc_error error;
};

/* What a thread that runs jobs needs; made when the first job is run. */
struct vtci_job_tools {
    struct vtci_memory *memory;
    struct vtci_packer *packer;
    struct vtci_block_encoder *encoder;
    struct vtci_buffer head, payload;
};

void vtci_job_tools_init(struct vtci_job_tools *tools, struct vtci_memory *memory);
void vtci_job_tools_free(struct vtci_job_tools *tools);

void vtci_job_init(struct vtci_job *job, struct vtci_memory *memory);
void vtci_job_free(struct vtci_job *job);
/* Fills frames, index, frame_count, status and error. */
void vtci_job_run(struct vtci_job *job, struct vtci_job_tools *tools, int level);

#endif
