/* What the macros of vtc/trace.h call. A place's cache holds (session, site) in one word, so that it
 * is right or not there: the low half of the session's serial number, and the site.
 */
#include "vtc/trace.h"

#include "write/trace_default.h"
#include "write/writer.h"

vtc_session *vtc_trace_session;

void vtc_session_make_default(vtc_session *session)
{
    __atomic_store_n(&vtc_trace_session, session, __ATOMIC_RELEASE);
}

void vtci_default_remove(struct vtc_session *session)
{
    __atomic_compare_exchange_n(&vtc_trace_session, &session, NULL, 0, __ATOMIC_ACQ_REL,
                                __ATOMIC_RELAXED);
}

static uint32_t serial_of(const struct vtc_session *session)
{
    return (uint32_t)atomic_load_explicit(&session->serial, memory_order_relaxed);
}

/* The site of a place in the session of `writer`, which keeps that one from going away; 0: none. */
static vtc_site site_of(struct vtc_writer *writer, uint64_t *cache, char phase,
                        const char *category, const char *name, const struct vtc_param *param)
{
    struct vtc_session *session = writer->session;
    uint64_t serial = serial_of(session);
    uint64_t cached = __atomic_load_n(cache, __ATOMIC_RELAXED);
    if (__builtin_expect(cached >> 32 == serial, 1))
        return (vtc_site)cached;
    const struct vtc_site_opts opts = {sizeof opts, phase, name, category, param, param ? 1 : 0, 0};
    vtc_site site;
    vtc_status status = vtc_session_site(session, &opts, &site, NULL);
    if (status != VTC_OK) { /* its event is lost with it */
        vtci_writer_lose(writer,
                         status == VTC_ERR_LIMIT ? VTC_LOSS_NO_PAGE
                         : status == VTC_ERR_IO  ? VTC_LOSS_DISK_FULL
                                                 : VTC_LOSS_NO_MEMORY,
                         status);
        return 0;
    }
    __atomic_store_n(cache, serial << 32 | site, __ATOMIC_RELAXED);
    return site;
}

static struct vtc_writer *default_writer(void)
{
    /* Acquire: pairs with vtc_session_make_default. */
    vtc_session *session = __atomic_load_n(&vtc_trace_session, __ATOMIC_ACQUIRE);
    struct vtc_writer *writer = session ? vtc_session_writer(session) : NULL;
    /* Until there was a writer the session may have been closed, and its memory be another's. If it is
     * still the default then it is the default's. */
    return writer && __atomic_load_n(&vtc_trace_session, __ATOMIC_ACQUIRE) == session ? writer
                                                                                      : NULL;
}

uint32_t vtc_trace_begin(uint64_t *cache, const char *category, const char *name)
{
    struct vtc_writer *writer = default_writer();
    vtc_site site = writer ? site_of(writer, cache, 'B', category, name, NULL) : 0;
    return site && vtc_begin(writer, site) == VTC_OK ? serial_of(writer->session) : 0;
}

void vtc_trace_end(uint32_t span)
{
    struct vtc_writer *writer = span ? vtci_thread_writer_of(span) : NULL;
    if (writer)
        vtc_end(writer);
}

void vtc_trace_instant(uint64_t *cache, const char *category, const char *name)
{
    struct vtc_writer *writer = default_writer();
    vtc_site site = writer ? site_of(writer, cache, 'i', category, name, NULL) : 0;
    if (site)
        vtc_instant(writer, site);
}

static void count(uint64_t *cache, const char *name, const struct vtc_value *value)
{
    const struct vtc_param param = {"value", value->type};
    struct vtc_writer *writer = default_writer();
    vtc_site site = writer ? site_of(writer, cache, 'C', NULL, name, &param) : 0;
    if (site)
        vtc_event(writer, site, value, 1);
}

void vtc_trace_counter(uint64_t *cache, const char *name, int64_t value)
{
    const struct vtc_value values = {VTC_ARG_INT, {.as_int = value}};
    count(cache, name, &values);
}

void vtc_trace_counter_double(uint64_t *cache, const char *name, double value)
{
    const struct vtc_value values = {VTC_ARG_DOUBLE, {.as_double = value}};
    count(cache, name, &values);
}
