/* What gcc and clang call at the begin and at the end of each function with -finstrument-functions.
 *
 * A thread's open calls stand on a stack of its own, each with the address of the hook's frame. The
 * machine's stack grows downwards, so what is called later has a lower one; this is how calls are
 * found that never returned, as longjmp or an exception went past them: they end where the next call
 * shows that they are gone. Frames of what is inlined are equal; that of an exit may lie higher than
 * that of its enter (the hook was reached by a jump, after the frame was given back) or lower (alloca).
 *
 * A signal handler may come anywhere. It leaves the stack as it was, so all that must hold is that an
 * entry is whole when it is counted, or is made whole after (hence twice, in push).
 */
#include <signal.h>

#include "native/tracer.h"

#define HOOK __attribute__((visibility("default"), no_instrument_function))

HOOK void __cyg_profile_func_enter(void *function, void *call_site);
HOOK void __cyg_profile_func_exit(void *function, void *call_site);

static void end_call(struct thread_state *thread, const struct call *call)
{
    if (call->site == 0)
        return;
    if (!tracer.by_duration) {
        vtc_end(thread->writer);
        return;
    }
    uint64_t taken = vtc_session_ticks(tracer.session) - call->start_ticks;
    if (taken >= tracer.min_ticks)
        vtc_complete(thread->writer, call->site, call->start_ticks, (int64_t)taken, NULL, 0);
}

void tracer_lose(void)
{
    vtc_session_count_loss(tracer.session, VTC_LOSS_NO_MEMORY, 1);
}

void tracer_end_above(struct thread_state *thread, const struct call *call)
{
    while (thread->top > call) {
        end_call(thread, thread->top - 1);
        thread->top--;
    }
}

/* Calls whose frames are deeper than one that is entered now are gone: unless this is a signal
 * handler on a stack of its own, which may lie anywhere. */
static __attribute__((noinline)) void leave_gone(struct thread_state *thread, uintptr_t frame)
{
    stack_t alternate;
    if (sigaltstack(NULL, &alternate) == 0 && (alternate.ss_flags & SS_ONSTACK)) {
        uintptr_t low = (uintptr_t)alternate.ss_sp;
        if (thread->top[-1].frame < low || thread->top[-1].frame >= low + alternate.ss_size)
            return;
    }
    struct call *call = thread->top;
    while (call > thread->calls && call[-1].frame < frame)
        call--;
    tracer_end_above(thread, call);
}

HOOK void __cyg_profile_func_enter(void *function, void *call_site)
{
    struct thread_state *thread = &tracer_thread;
    uintptr_t address = (uintptr_t)function;
    uintptr_t frame = (uintptr_t)__builtin_frame_address(0);
    (void)call_site;
    if (TRACER_UNLIKELY(thread->phase != THREAD_READY) && !tracer_thread_ready(thread))
        return;
    vtc_site site = sites_find(address);
    if (TRACER_UNLIKELY(site == SITE_UNKNOWN))
        site = sites_meet(address);
    if (site == SITE_FILTERED)
        return;
    if (TRACER_UNLIKELY(thread->top > thread->calls && thread->top[-1].frame < frame))
        leave_gone(thread, frame);
    if (TRACER_UNLIKELY(thread->top == thread->end)) {
        tracer_lose();
        return;
    }
    if (TRACER_UNLIKELY((size_t)(thread->top - thread->calls) >= tracer.settings.depth))
        site = 0;
    else if (TRACER_UNLIKELY(site == 0)) /* no room for another function */
        tracer_lose();

    struct call *call = thread->top;
    call->frame = frame;
    atomic_signal_fence(memory_order_seq_cst);
    thread->top = call + 1;
    atomic_signal_fence(memory_order_seq_cst);
    call->function = address;
    call->frame = frame;
    call->site = 0;
    if (site == 0)
        return;
    if (tracer.by_duration)
        call->start_ticks = vtc_session_ticks(tracer.session);
    else if (vtc_begin(thread->writer, site) != VTC_OK)
        return; /* was counted as lost, so its end is not to end another's span */
    atomic_signal_fence(memory_order_seq_cst);
    call->site = site;
}

/* The call that ends where the frame of the hook is `frame`; NULL when its begin was not seen. */
static struct call *find_call(const struct thread_state *thread, uintptr_t function,
                              uintptr_t frame)
{
    struct call *deeper = NULL;
    for (struct call *call = thread->top; call-- > thread->calls;) {
        if (call->function == function) {
            if (call->frame == frame)
                return call;
            if (call->frame > frame)
                return deeper ? deeper : call;
            /* Of those below the frame the outermost is meant; of equal ones the innermost. */
            if (!deeper || deeper->frame != call->frame)
                deeper = call;
        } else if (call->frame > frame && deeper) {
            return deeper;
        }
    }
    return deeper;
}

static __attribute__((noinline)) void exit_slow(struct thread_state *thread, uintptr_t function,
                                                uintptr_t frame)
{
    if (tracer.by_name && sites_find(function) == SITE_FILTERED)
        return;
    /* Calls that the stack had no room for. */
    if (thread->top == thread->end && thread->top[-1].frame > frame)
        return;
    struct call *call = find_call(thread, function, frame);
    if (!call)
        return;
    tracer_end_above(thread, call + 1);
    end_call(thread, call);
    thread->top = call;
}

HOOK void __cyg_profile_func_exit(void *function, void *call_site)
{
    struct thread_state *thread = &tracer_thread;
    uintptr_t frame = (uintptr_t)__builtin_frame_address(0);
    (void)call_site;
    if (TRACER_UNLIKELY(thread->phase != THREAD_READY))
        return;
    struct call *call = thread->top - 1;
    if (TRACER_UNLIKELY(call < thread->calls))
        return;
    if (TRACER_LIKELY(call->function == (uintptr_t)function && call->frame == frame)) {
        end_call(thread, call);
        atomic_signal_fence(memory_order_seq_cst);
        thread->top = call;
        return;
    }
    exit_slow(thread, (uintptr_t)function, frame);
}
