/* What programs define: strings, sites, modules. */
#include "wire/live_encode.h"

#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "write/process.h"
#include "write/session.h"
#include "write/signals.h"

#define STRING_BYTES_MAX ((16u << 20) - 64)
#define PARAMS_MAX 255u
#define BUILD_ID_BYTES_MAX 64u
#define PHASES "BEXiCbnestfMNOD"

static vtc_status intern_locked(struct vtc_session *session, const char *text, size_t len_bytes,
                                uint32_t *out_id, struct vtc_error *err)
{
    if (len_bytes > STRING_BYTES_MAX)
        return vtci_error_set(err, VTC_ERR_LIMIT, VTC_NO_OFFSET, NULL,
                              "expected a string of at most %u bytes, found %zu", STRING_BYTES_MAX,
                              len_bytes);
    return vtci_define(session, VTCI_LIVE_LOG_STRING, text, len_bytes, out_id, err);
}

static vtc_status refuse(struct vtc_error *err, const char *what)
{
    return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL, "expected %s", what);
}

/* A child of a process that was changing its definitions, or one that has not let go of the parent's. */
static vtc_status check_process(const struct vtc_session *session, struct vtc_error *err)
{
    vtci_process_check();
    return session->is_torn
               ? vtci_error_set(err, VTC_ERR_UNSUPPORTED, VTC_NO_OFFSET, NULL,
                                "expected definitions that are whole, found those of a process "
                                "that another thread made in the middle of a change without fork()")
               : VTC_OK;
}

vtc_status vtc_session_intern(vtc_session *session, const char *text, size_t len_bytes,
                              vtc_interned *out_id, struct vtc_error *err)
{
    if (!session || (!text && len_bytes))
        return refuse(err, "a session and a text, found NULL");
    sigset_t before;
    VTC_TRY(check_process(session, err));
    vtci_signals_lock(&session->lock, &before);
    vtc_status status = intern_locked(session, text, len_bytes, out_id, err);
    vtci_signals_unlock(&session->lock, &before);
    return status;
}

/* NULL and nothing are not the same: no string has the id 0. */
static vtc_status intern_name(struct vtc_session *session, const char *text, uint32_t *out_id,
                              struct vtc_error *err)
{
    *out_id = 0;
    return text ? intern_locked(session, text, strlen(text), out_id, err) : VTC_OK;
}

static vtc_site with_kind(uint32_t id, uint8_t phase)
{
    enum vtci_site_kind kind = phase == 'X'                    ? VTCI_SITE_SPAN
                               : vtci_live_phase_has_id(phase) ? VTCI_SITE_WITH_ID
                                                               : VTCI_SITE_PLAIN;
    return (uint32_t)kind << VTCI_SITE_KIND_SHIFT | id;
}

static vtc_status define_site(struct vtc_session *session, const struct vtc_site_opts *opts,
                              vtc_site *out_site, struct vtc_error *err)
{
    uint8_t body[VTCI_LIVE_SITE_BYTES + 8 * PARAMS_MAX];
    struct vtci_live_site site = {.phase = (uint8_t)opts->phase,
                                  .param_count = (uint16_t)opts->param_count};
    if (!opts->name) {
        site.flags = VTCI_LIVE_SITE_ADDRESS;
        site.address = opts->address;
    }
    VTC_TRY(intern_name(session, opts->name, &site.name, err));
    VTC_TRY(intern_name(session, opts->category, &site.category, err));
    vtci_live_site_encode(body, &site);
    for (unsigned i = 0; i < opts->param_count; i++) {
        uint32_t name;
        VTC_TRY(intern_name(session, opts->params[i].name, &name, err));
        vtci_store_u32(body + VTCI_LIVE_SITE_BYTES + 8 * i, name);
        vtci_store_u32(body + VTCI_LIVE_SITE_BYTES + 8 * i + 4, (uint32_t)opts->params[i].type);
    }
    size_t content = VTCI_LIVE_SITE_BYTES - 4 + 8 * (size_t)opts->param_count;
    uint32_t id;
    VTC_TRY(vtci_define(session, VTCI_LIVE_LOG_SITE, body + 4, content, &id, err));
    *out_site = with_kind(id, site.phase);
    return VTC_OK;
}

vtc_status vtc_session_site(vtc_session *session, const struct vtc_site_opts *given,
                            vtc_site *out_site, struct vtc_error *err)
{
    struct vtc_site_opts opts = {.struct_size = sizeof opts};
    if (!session || !given || given->struct_size < sizeof opts.struct_size)
        return refuse(err, "a session and a site with its struct_size");
    memcpy(&opts, given, given->struct_size < sizeof opts ? given->struct_size : sizeof opts);
    if (!opts.phase || !strchr(PHASES, opts.phase))
        return refuse(err, "a phase of " PHASES);
    if (opts.param_count > PARAMS_MAX || (opts.param_count && !opts.params))
        return vtci_error_set(err, VTC_ERR_LIMIT, VTC_NO_OFFSET, NULL,
                              "expected up to 255 parameters, found %u", opts.param_count);
    for (unsigned i = 0; i < opts.param_count; i++)
        if (!opts.params[i].name || opts.params[i].type < VTC_ARG_INT ||
            opts.params[i].type > VTC_ARG_INTERNED)
            return refuse(err, "parameters with a name and a type from 1 to 7");
    for (unsigned i = 0; i < opts.param_count; i++)
        for (unsigned j = 0; j < i; j++)
            if (strcmp(opts.params[i].name, opts.params[j].name) == 0)
                return refuse(err, "parameters of different names, found one twice");
    sigset_t before;
    VTC_TRY(check_process(session, err));
    vtci_signals_lock(&session->lock, &before);
    vtc_status status = define_site(session, &opts, out_site, err);
    vtci_signals_unlock(&session->lock, &before);
    return status;
}

vtc_site vtc_session_address_site(vtc_session *session, char phase, uint64_t address)
{
    vtci_process_check();
    uint32_t last = atomic_load_explicit(&session->next_site, memory_order_relaxed);
    if (last >= VTCI_LIVE_ID_MAX - 1024 || !phase || !strchr(PHASES, phase))
        return 0;
    uint8_t *record = vtci_journal_take(&session->journal, VTCI_LIVE_SITE_BYTES);
    if (!record)
        return 0;
    struct vtci_live_site site = {.phase = (uint8_t)phase,
                                  .flags = VTCI_LIVE_SITE_ADDRESS,
                                  .address = address};
    site.id = 1 + atomic_fetch_add_explicit(&session->next_site, 1, memory_order_relaxed);
    vtci_live_site_encode(record + VTCI_LIVE_LOG_HEADER_BYTES, &site);
    vtci_journal_commit(&session->journal, record, VTCI_LIVE_LOG_SITE, VTCI_LIVE_SITE_BYTES);
    int error = vtci_session_log(session, record, vtci_live_log_bytes(VTCI_LIVE_SITE_BYTES));
    if (error)
        vtci_session_fail(session, VTC_ERR_IO, error);
    return error ? 0 : with_kind(site.id, site.phase);
}

vtc_status vtc_session_module(vtc_session *session, const char *path, uint64_t start, uint64_t end,
                              uint64_t offset, const void *build_id, size_t build_id_bytes,
                              struct vtc_error *err)
{
    if (!session || !path || build_id_bytes > BUILD_ID_BYTES_MAX || (build_id_bytes && !build_id))
        return refuse(err, "a session, a path, and a build id of up to 64 bytes");
    size_t path_bytes = strlen(path);
    if (path_bytes > STRING_BYTES_MAX / 2)
        return vtci_error_set(err, VTC_ERR_LIMIT, VTC_NO_OFFSET, NULL,
                              "expected a shorter path, found %zu bytes", path_bytes);
    size_t body_bytes = VTCI_LIVE_MODULE_BYTES + build_id_bytes + path_bytes;
    vtci_process_check();
    VTC_TRY(vtci_journal_check(&session->journal, body_bytes, err));
    uint8_t *record = vtci_journal_take(&session->journal, body_bytes);
    if (!record)
        return vtci_error_memory(err, body_bytes);
    uint8_t *body = record + VTCI_LIVE_LOG_HEADER_BYTES;
    vtci_store_u64(body, start);
    vtci_store_u64(body + 8, end);
    vtci_store_u64(body + 16, offset);
    vtci_store_u32(body + 24, (uint32_t)build_id_bytes);
    if (build_id_bytes)
        memcpy(body + VTCI_LIVE_MODULE_BYTES, build_id, build_id_bytes);
    memcpy(body + VTCI_LIVE_MODULE_BYTES + build_id_bytes, path, path_bytes);
    vtci_journal_commit(&session->journal, record, VTCI_LIVE_LOG_MODULE, body_bytes);
    int error = vtci_session_log(session, record, vtci_live_log_bytes(body_bytes));
    return error ? vtci_error_errno(err, error, VTC_NO_OFFSET, "writing a module") : VTC_OK;
}
