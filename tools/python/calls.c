/* A thread's stack of open calls, and what is recorded of them.
 *
 * The interpreter reports each activation of a function as begun (start, resume, throw) and over
 * (return, yield, unwind), nested within a thread. What was active before tracing began is reported as
 * over only: such an end finds no call of its key, and is left out. Should an end ever be missed, the
 * next one of a function further out ends what is left within it.
 */
#include "python/tracer.h"

/* Of a call whose begin is recorded, which needs an end. */
#define BEGUN UINT64_MAX

static void begin_record(struct thread *thread, struct call *call)
{
    if (TRACER_UNLIKELY(tracer.min_ticks != 0)) {
        call->start_ticks = vtc_session_ticks(thread->session);
        return;
    }
    call->start_ticks = BEGUN;
    (void)vtc_begin(thread->writer, call->site);
}

static void end_async(struct thread *thread, const struct call *call)
{
    (void)vtc_event_with_id(thread->writer, call->async_end, thread->task, NULL, 0);
    thread->task_depth--;
}

static void end_record(struct thread *thread, const struct call *call)
{
    if (TRACER_UNLIKELY(call->async_end != 0))
        end_async(thread, call);
    if (call->site == 0)
        return;
    if (TRACER_LIKELY(call->start_ticks == BEGUN)) {
        (void)vtc_end(thread->writer);
        return;
    }
    int64_t ticks = (int64_t)(vtc_session_ticks(thread->session) - call->start_ticks);
    if (ticks >= (int64_t)tracer.min_ticks)
        (void)vtc_complete(thread->writer, call->site, call->start_ticks, ticks, NULL, 0);
}

/* False: there is no room, or it is deeper than was asked for. */
static struct call *push(struct thread *thread, uintptr_t key, vtc_site site)
{
    struct call *call = thread->top;
    if (TRACER_UNLIKELY(call == thread->end)) {
        thread->deeper++;
        vtc_session_count_loss(thread->session, VTC_LOSS_NO_MEMORY, 1);
        return NULL;
    }
    if (TRACER_UNLIKELY((size_t)(call - thread->calls) >= tracer.filter.depth_max))
        site = 0;
    call->key = key;
    call->site = site;
    call->async_end = 0;
    thread->top = call + 1;
    return site ? call : NULL;
}

static void begin_call(struct thread *thread, uintptr_t key, vtc_site site)
{
    struct call *call = push(thread, key, site);
    if (TRACER_LIKELY(call != NULL))
        begin_record(thread, call);
}

/* Ends all calls from `call` up, innermost first. */
static void end_from(struct thread *thread, struct call *call)
{
    while (thread->top > call)
        end_record(thread, --thread->top);
}

/* The innermost open call of a key, found further out. What a C function has called is over when it is. */
static struct call *find_within(struct thread *thread, uintptr_t key)
{
    struct call *call = thread->top;
    bool is_c = (key & CALL_KINDS) == CALL_C;
    while (call > thread->calls) {
        if ((--call)->key == key) {
            end_from(thread, call + 1);
            return call;
        }
        if (is_c && (call->key & CALL_KINDS) == CALL_CODE)
            return NULL;
    }
    return NULL;
}

/* The innermost open call of a key, then on top of the stack; NULL: there is none. */
static inline struct call *find(struct thread *thread, uintptr_t key)
{
    struct call *call = thread->top;
    if (TRACER_UNLIKELY(thread->deeper > 0)) {
        thread->deeper--;
        return NULL;
    }
    if (TRACER_LIKELY(call > thread->calls && call[-1].key == key))
        return call - 1;
    return find_within(thread, key);
}

static void end_call(struct thread *thread, struct call *call)
{
    thread->top = call;
    end_record(thread, call);
}

/* Its calls are not on the stack, so they need not be looked for there. */
static bool is_filtered(const struct thread *thread, PyCodeObject *code)
{
    return sites_find((uintptr_t)code, thread->generation) == SITE_FILTERED;
}

static struct call *find_code(struct thread *thread, PyCodeObject *code)
{
    struct call *call = thread->top;
    if (TRACER_LIKELY(thread->deeper == 0 && call > thread->calls &&
                      call[-1].key == (uintptr_t)code))
        return call - 1;
    return is_filtered(thread, code) ? NULL : find(thread, (uintptr_t)code);
}

bool calls_leave(struct thread *thread, PyCodeObject *code)
{
    struct call *call = find_code(thread, code);
    if (TRACER_UNLIKELY(!call))
        return false;
    end_call(thread, call);
    return true;
}

bool calls_leave_with(struct thread *thread, PyCodeObject *code, PyObject *return_value)
{
    struct call *call = find_code(thread, code);
    if (!call)
        return false;
    if (call->site == 0 || call->start_ticks != BEGUN) {
        end_call(thread, call);
        return true;
    }
    thread->top = call;
    if (call->async_end != 0)
        end_async(thread, call);
    values_end(thread, return_value);
    return true;
}

void calls_leave_c(struct thread *thread, PyCodeObject *caller, PyObject *callable)
{
    PyMethodDef *method = functions_method(callable);
    if (!method || TRACER_UNLIKELY(is_filtered(thread, caller)) ||
        TRACER_UNLIKELY(sites_find((uintptr_t)method, thread->generation) == SITE_FILTERED))
        return;
    struct call *call = find(thread, (uintptr_t)method | CALL_C);
    if (call)
        end_call(thread, call);
}

void calls_begin_span(struct thread *thread, const void *key, vtc_site site,
                      const struct vtc_value *values, size_t count)
{
    struct call *call = push(thread, (uintptr_t)key | CALL_SPAN, site);
    if (!call)
        return;
    call->start_ticks = BEGUN;
    (void)vtc_event(thread->writer, site, values, count);
}

void calls_end_span(struct thread *thread, const void *key)
{
    struct call *call = find(thread, (uintptr_t)key | CALL_SPAN);
    if (call)
        end_call(thread, call);
}

void calls_note_end_of_span(struct thread *thread, const void *key)
{
    struct call *call = thread->top;
    while (call > thread->calls)
        if ((--call)->key == ((uintptr_t)key | CALL_SPAN)) {
            call->key = CALL_OVER;
            return;
        }
}

static void begin_with_arguments(struct thread *thread, PyCodeObject *code, vtc_site site)
{
    struct call *call = push(thread, (uintptr_t)code, site);
    if (!call)
        return;
    call->start_ticks = BEGUN;
    call->site = 0; /* for as long as the program's __repr__ runs, which may pause and resume */
    bool is_begun = values_begin(thread, code, site);
    if (is_begun && call < thread->top && call->key == (uintptr_t)code)
        call->site = site;
    else if (is_begun)
        (void)vtc_end(thread->writer);
}

/* The call that was begun last is one of a coroutine: it is told on its task's track, too. */
static void begin_async(struct thread *thread, PyCodeObject *code)
{
    struct call *call = thread->top - 1;
    if (thread->deeper > 0 || call < thread->calls)
        return;
    if (thread->task_depth == 0)
        thread->task = tasks_current(thread);
    uint32_t site = thread->task ? functions_async_site(code, 'b', thread->generation) : 0;
    if (site == 0 || site == SITE_FILTERED)
        return;
    (void)vtc_event_with_id(thread->writer, site, thread->task, NULL, 0);
    call->async_end = functions_async_site(code, 'e', thread->generation);
    if (call->async_end != 0)
        thread->task_depth++;
}

static uint32_t site_of(const struct thread *thread, PyCodeObject *code)
{
    uint32_t site = sites_find((uintptr_t)code, thread->generation);
    if (TRACER_UNLIKELY(site == SITE_UNKNOWN))
        site = functions_meet_code(code, thread->generation);
    return site;
}

bool calls_enter(struct thread *thread, PyCodeObject *code, bool with_arguments)
{
    uint32_t site = site_of(thread, code);
    if (TRACER_UNLIKELY(site == SITE_FILTERED))
        return false;
    if (TRACER_UNLIKELY(with_arguments && tracer.filter.log_arguments))
        begin_with_arguments(thread, code, site);
    else
        begin_call(thread, (uintptr_t)code, site);
    if (TRACER_UNLIKELY(tracer.filter.log_async) &&
        code->co_flags & (CO_COROUTINE | CO_ASYNC_GENERATOR | CO_ITERABLE_COROUTINE))
        begin_async(thread, code);
    return true;
}

bool calls_enter_c(struct thread *thread, PyCodeObject *caller, PyObject *callable)
{
    PyMethodDef *method = functions_method(callable);
    if (!method)
        return true;
    if (TRACER_UNLIKELY(site_of(thread, caller) == SITE_FILTERED))
        return false;
    uint32_t site = sites_find((uintptr_t)method, thread->generation);
    if (TRACER_UNLIKELY(site == SITE_UNKNOWN))
        site = functions_meet_c(callable, method, thread->generation);
    if (TRACER_LIKELY(site != SITE_FILTERED))
        begin_call(thread, (uintptr_t)method | CALL_C, site);
    return true;
}

/* --- after a pause */

/* The code objects of the thread's frames, innermost first, borrowed from what runs; freed by
 * PyMem_RawFree. NULL: no memory. */
static PyCodeObject **running_code(size_t *out_count)
{
    size_t count = 0, capacity = 0;
    PyCodeObject **all = NULL;
    PyFrameObject *frame = PyThreadState_GetFrame(PyThreadState_Get());
    while (frame) {
        if (count == capacity) {
            capacity = 2 * capacity + 64;
            void *grown = PyMem_RawRealloc(all, capacity * sizeof *all);
            if (!grown)
                break;
            all = grown;
        }
        all[count] = PyFrame_GetCode(frame);
        Py_DECREF(all[count++]);
        PyFrameObject *back = PyFrame_GetBack(frame);
        Py_DECREF(frame);
        frame = back;
    }
    Py_XDECREF(frame);
    *out_count = count;
    return all;
}

/* Entered while nothing was recorded: it ends without a record, and is on the stack so that its end is
 * not taken for that of another call of the same function. */
static void push_unrecorded(struct thread *thread, PyCodeObject *code)
{
    if (thread->top == thread->end) {
        thread->deeper++;
        return;
    }
    *thread->top++ = (struct call){.key = (uintptr_t)code};
}

/* The calls that go on are, from the outermost in, the ones that the thread's frames still have, and the spans
 * that were not ended. What a C function has called, or begun, shows that it goes on itself; of one
 * that is innermost nothing is known, and it ends here. */
void calls_catch_up(struct thread *thread, bool is_entering)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    size_t left, kept_left;
    PyCodeObject **running = running_code(&left);
    size_t innermost = is_entering ? 1 : 0; /* that its event is still to come of */
    struct call *kept = thread->calls;
    kept_left = left;
    for (struct call *call = thread->calls; call < thread->top && call->key != CALL_OVER; call++) {
        uintptr_t kind = call->key & CALL_KINDS;
        while (kind == CALL_CODE && left > innermost && (uintptr_t)running[left - 1] != call->key)
            left--;
        if (kind == CALL_CODE && left <= innermost)
            break;
        left -= kind == CALL_CODE;
        if (kind == CALL_C)
            continue;
        kept = call + 1;
        kept_left = left;
    }
    end_from(thread, kept);
    thread->deeper = 0;
    for (; kept_left > innermost; kept_left--)
        push_unrecorded(thread, running[kept_left - 1]);
    PyMem_RawFree(running);
    PyErr_Restore(type, value, traceback);
}
