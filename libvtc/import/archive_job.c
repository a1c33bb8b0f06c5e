#include "import/archive_job.h"

#include "base/error.h"
#include "wire/frame.h"
#include "wire/index.h"
#include "wire/packed.h"

void vtci_job_tools_init(struct vtci_job_tools *tools, struct vtci_memory *memory)
{
    memset(tools, 0, sizeof *tools);
    tools->memory = memory;
    vtci_buffer_init(&tools->head, memory);
    vtci_buffer_init(&tools->payload, memory);
}

void vtci_job_tools_free(struct vtci_job_tools *tools)
{
    vtci_packer_free(tools->packer);
    vtci_block_encoder_free(tools->encoder);
    vtci_buffer_free(&tools->head);
    vtci_buffer_free(&tools->payload);
}

void vtci_job_init(struct vtci_job *job, struct vtci_memory *memory)
{
    memset(job, 0, sizeof *job);
    vtci_buffer_init(&job->text, memory);
    vtci_buffer_init(&job->definitions, memory);
    vtci_buffer_init(&job->frames, memory);
    vtci_buffer_init(&job->index, memory);
    vtci_built_block_init(&job->block, memory);
    job->snapshot.memory = memory;
}

void vtci_job_free(struct vtci_job *job)
{
    vtci_buffer_free(&job->text);
    vtci_buffer_free(&job->definitions);
    vtci_buffer_free(&job->frames);
    vtci_buffer_free(&job->index);
    vtci_built_block_free(&job->block);
    vtci_schema_snapshot_free(&job->snapshot);
}

static vtc_status add_frame(struct vtci_job *job, struct vtci_job_tools *tools, uint8_t type,
                            const struct vtci_zone_map *zone)
{
    size_t before = job->frames.len_bytes;
    VTC_TRY(vtci_frame_append(&job->frames, type, 0, tools->head.data, tools->head.len_bytes,
                              tools->payload.data, tools->payload.len_bytes));
    job->frame_count++;
    return vtci_index_entry_encode(&job->index, type, job->frames.len_bytes - before, zone);
}

/* A TEXT or DEFINITIONS frame. */
static vtc_status add_packed(struct vtci_job *job, struct vtci_job_tools *tools, uint8_t type,
                             const struct vtci_buffer *bytes, int level)
{
    uint8_t method;
    tools->head.len_bytes = tools->payload.len_bytes = 0;
    VTC_TRY(vtci_pack_text(tools->packer, level, bytes->data, bytes->len_bytes, &tools->payload,
                           &method));
    VTC_TRY(vtci_packed_head_encode(&tools->head, bytes->len_bytes, method));
    return add_frame(job, tools, type, NULL);
}

static vtc_status add_block(struct vtci_job *job, struct vtci_job_tools *tools, int level)
{
    const struct vtci_built_block *block = &job->block;
    tools->head.len_bytes = tools->payload.len_bytes = 0;
    VTC_TRY(vtci_zone_map_encode(&tools->head, &block->zone));
    VTC_TRY(vtci_block_encode(tools->encoder, &job->snapshot, &block->data, block->carried,
                              block->carried_count, level, &tools->head, &tools->payload,
                              &job->error));
    return add_frame(job, tools, VTCI_FRAME_BLOCK, &block->zone);
}

static vtc_status run(struct vtci_job *job, struct vtci_job_tools *tools, int level)
{
    if (!tools->packer)
        tools->packer = vtci_packer_create(tools->memory);
    if (!tools->packer)
        return VTC_ERR_NO_MEMORY;
    if (!job->is_block)
        return add_packed(job, tools, VTCI_FRAME_TEXT, &job->text, level);
    if (!tools->encoder)
        tools->encoder = vtci_block_encoder_create(tools->memory);
    if (!tools->encoder)
        return VTC_ERR_NO_MEMORY;
    if (job->definitions.len_bytes)
        VTC_TRY(add_packed(job, tools, VTCI_FRAME_DEFINITIONS, &job->definitions, level));
    return add_block(job, tools, level);
}

void vtci_job_run(struct vtci_job *job, struct vtci_job_tools *tools, int level)
{
    job->frames.len_bytes = job->index.len_bytes = 0;
    job->frame_count = 0;
    job->error.code = VTC_OK;
    job->status = run(job, tools, level);
    if (job->status != VTC_OK && job->error.code == VTC_OK)
        vtci_error_set(&job->error, job->status, VTC_NO_OFFSET, NULL,
                       job->status == VTC_ERR_NO_MEMORY ? "the memory limit is reached: allow more"
                                                        : "a block cannot be written");
    if (job->is_block)
        vtci_schema_snapshot_free(&job->snapshot);
}
