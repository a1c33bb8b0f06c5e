/* Records what two threads do: spans, an instant, a counter, and an event with arguments.
 *
 *     record_work work.vtc && vtc query work.vtc "slowest 5"
 *
 * Kill it in the middle: what it had recorded is in the file.
 */
#include <pthread.h>
#include <stdio.h>

#include <vtc/trace.h>

static vtc_session *session;
static vtc_site request_site;

static uint64_t spell(uint64_t number)
{
    VTC_FUNCTION(); /* a span, until this function returns */
    uint64_t digits = 0;
    for (; number; number /= 10)
        digits++;
    return digits;
}

static void *work(void *unused)
{
    uint64_t digits = 0;
    for (uint64_t i = 0; i < 100000; i++) {
        VTC_SPAN_CAT("work", "request");
        digits += spell(i * i);
        if (i % 10000 != 0)
            continue;
        VTC_COUNTER("digits", (int64_t)digits);
        const struct vtc_value values[] = {
            {VTC_ARG_UINT, {.as_uint = i}},
            {VTC_ARG_STRING, {.as_bytes = {"a string of its own", 19}}},
        };
        if (vtc_event(vtc_session_writer(session), request_site, values, 2) != VTC_OK)
            break; /* it was counted in the file, too */
    }
    VTC_INSTANT("done");
    return unused;
}

int main(int argc, char **argv)
{
    struct vtc_error err;
    pthread_t threads[2];
    if (argc != 2) {
        fprintf(stderr, "usage: record_work FILE.vtc\n");
        return 2;
    }
    const struct vtc_session_opts opts = {.struct_size = sizeof opts, .overwrite = 1};
    const struct vtc_param params[] = {{"number", VTC_ARG_UINT}, {"note", VTC_ARG_STRING}};
    const struct vtc_site_opts site = {
        .struct_size = sizeof site,
        .phase = 'i',
        .name = "milestone",
        .category = "work",
        .params = params,
        .param_count = 2,
    };
    if (vtc_session_open(argv[1], &opts, &session, &err) != VTC_OK ||
        vtc_session_site(session, &site, &request_site, &err) != VTC_OK) {
        fprintf(stderr, "record_work: %s\n", err.message);
        return 1;
    }
    vtc_session_make_default(session); /* the macros record to it */
    for (int i = 0; i < 2; i++)
        if (pthread_create(&threads[i], NULL, work, NULL) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    if (vtc_session_close(session, &err) != VTC_OK) {
        fprintf(stderr, "record_work: %s\n", err.message);
        return 1;
    }
    return 0;
}
