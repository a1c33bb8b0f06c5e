/* The writers of the calling thread: one for each session it records to, in a list through the
 * writers, the newest first. They are closed when the thread ends, by a key of thread-specific
 * data; the list itself is thread-local, which is quicker and may be read in a signal handler.
 *
 * A thread that goes from session to session lets go of those that are closed when it opens its next
 * writer.
 */
#include "write/writer.h"

/* Initial-exec: no call, and no allocation at the first touch, in a library that is loaded with the
 * program. */
static _Thread_local struct vtc_writer *thread_writers __attribute__((tls_model("initial-exec")));

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static int key_error;

static void close_all(void *list)
{
    vtci_process_check();
    struct vtc_writer *writer = *(struct vtc_writer **)list;
    *(struct vtc_writer **)list = NULL;
    while (writer) {
        struct vtc_writer *next = writer->next_in_thread;
        vtci_writer_close(writer);
        writer = next;
    }
}

static void make_key(void)
{
    key_error = pthread_key_create(&key, close_all);
}

int vtci_thread_init(void)
{
    pthread_once(&once, make_key);
    return key_error;
}

bool vtci_thread_is_this(const void *thread)
{
    return thread == (const void *)&thread_writers;
}

struct vtc_writer *vtci_thread_writer_of(uint32_t serial)
{
    struct vtc_writer *writer = thread_writers;
    while (writer &&
           (uint32_t)atomic_load_explicit(&writer->session->serial, memory_order_relaxed) != serial)
        writer = writer->next_in_thread;
    return writer;
}

static void let_go_of_closed(void)
{
    struct vtc_writer **link = &thread_writers;
    while (*link) {
        struct vtc_writer *writer = *link;
        if (!atomic_load_explicit(&writer->session->closed, memory_order_acquire)) {
            link = &writer->next_in_thread;
            continue;
        }
        *link = writer->next_in_thread;
        vtci_writer_close(writer);
    }
}

__attribute__((cold, noinline)) static vtc_writer *find_or_open(vtc_session *session)
{
    for (struct vtc_writer *own = thread_writers; own; own = own->next_in_thread)
        if (own->session == session)
            return own;
    if (!session || atomic_load_explicit(&session->stopped, memory_order_relaxed))
        return NULL;
    vtci_process_check();
    let_go_of_closed();
    struct vtc_writer *writer;
    if (vtci_writer_open(session, 0, NULL, &thread_writers, &writer, NULL) != VTC_OK)
        return NULL;
    if (pthread_setspecific(key, &thread_writers) != 0) {
        vtci_writer_close(writer); /* nobody would close it */
        return NULL;
    }
    writer->next_in_thread = thread_writers;
    thread_writers = writer;
    return writer;
}

vtc_writer *vtc_session_writer(vtc_session *session)
{
    struct vtc_writer *first = thread_writers;
    return first && first->session == session ? first : find_or_open(session);
}
