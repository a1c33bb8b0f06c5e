/** @file vtc/trace.h
 *  Macros that record to the default session (vtc_session_make_default), for C11 and C++14 with the
 *  extensions of GCC and Clang.
 *
 *      void parse(const char *path)
 *      {
 *          VTC_FUNCTION();                          // a span that ends with the block
 *          for (...) {
 *              VTC_SPAN_CAT("io", "read");          // likewise
 *              VTC_COUNTER("bytes", total);
 *          }
 *          VTC_INSTANT("parsed");
 *      }
 *
 *  Names and categories are texts that stay the same each time; they are interned at a place's first
 *  event in a session. Without a default session a macro costs a load and a branch. Not for signal
 *  handlers, as a place's first event takes a lock.
 *
 *  A span whose begin was lost records no end; one that is open when its session is closed ends there.
 */
#ifndef VTC_TRACE_H
#define VTC_TRACE_H

#include <stdint.h>

#include "vtc/writer.h"

#ifdef __cplusplus
extern "C" {
#endif

/** The default session, or NULL. Set by vtc_session_make_default; read by the macros.
 *  @thread any  @since 1.0 */
VTC_API extern vtc_session *vtc_trace_session;

/** Begins a span. What the macros call when there is a default session.
 *  @param cache     static, 0 at first: the place's site, and of which session
 *  @param category  NUL-terminated, or NULL
 *  @param name      NUL-terminated
 *  @return for vtc_trace_end; 0 when nothing was recorded
 *  @thread any, not a signal handler  @blocks at a place's first event in a session
 *  @since 1.0 */
VTC_API uint32_t vtc_trace_begin(uint64_t *cache, const char *category, const char *name);
/** Ends the innermost span of this thread, if the session in which it began is still open to it.
 *  @param span  of vtc_trace_begin; 0: nothing happens
 *  @thread bound  @since 1.0 */
VTC_API void vtc_trace_end(uint32_t span);
/** Records an instant. Parameters as of vtc_trace_begin.
 *  @thread any, not a signal handler  @since 1.0 */
VTC_API void vtc_trace_instant(uint64_t *cache, const char *category, const char *name);
/** Records a counter's value. Parameters as of vtc_trace_begin.
 *  @thread any, not a signal handler  @since 1.0 */
VTC_API void vtc_trace_counter(uint64_t *cache, const char *name, int64_t value);
/** The same for a value that is no integer.
 *  @thread any, not a signal handler  @since 1.0 */
VTC_API void vtc_trace_counter_double(uint64_t *cache, const char *name, double value);

#ifdef __cplusplus
}
#endif

#define VTC_TRACE_PASTE_(a, b) a##b
#define VTC_TRACE_PASTE(a, b) VTC_TRACE_PASTE_(a, b)
#define VTC_TRACE_NAME(stem) VTC_TRACE_PASTE(stem, __LINE__)
#define VTC_TRACE_ON() \
    __builtin_expect(__atomic_load_n(&vtc_trace_session, __ATOMIC_RELAXED) != 0, 0)

#ifdef __cplusplus

/** A span that ends with its scope. @since 1.0 */
class vtc_trace_span
{
  public:
    vtc_trace_span(uint64_t *cache, const char *category, const char *name)
        : span_(VTC_TRACE_ON() ? vtc_trace_begin(cache, category, name) : 0)
    {
    }
    ~vtc_trace_span()
    {
        if (span_)
            vtc_trace_end(span_);
    }
    vtc_trace_span(const vtc_trace_span &) = delete;
    vtc_trace_span &operator=(const vtc_trace_span &) = delete;

  private:
    uint32_t span_;
};

#define VTC_SPAN_CAT(category, name)                                                        \
    static uint64_t VTC_TRACE_NAME(vtc_trace_cache_) = 0;                                   \
    const vtc_trace_span VTC_TRACE_NAME(vtc_trace_span_)(&VTC_TRACE_NAME(vtc_trace_cache_), \
                                                         category, name)

#else

/** What the cleanup attribute calls. @since 1.0 */
static inline void vtc_trace_leave(const uint32_t *span)
{
    if (*span)
        vtc_trace_end(*span);
}

#define VTC_SPAN_CAT(category, name)                                                 \
    static uint64_t VTC_TRACE_NAME(vtc_trace_cache_) = 0;                            \
    __attribute__((cleanup(vtc_trace_leave), unused)) const uint32_t VTC_TRACE_NAME( \
        vtc_trace_span_) =                                                           \
        VTC_TRACE_ON() ? vtc_trace_begin(&VTC_TRACE_NAME(vtc_trace_cache_), category, name) : 0

#endif

/** A span from here to the end of the block. One a line. @since 1.0 */
#define VTC_SPAN(name) VTC_SPAN_CAT(NULL, name)
/** The same with the name of the function. @since 1.0 */
#define VTC_FUNCTION() VTC_SPAN_CAT(NULL, __func__)

#define VTC_TRACE_EVENT(call)             \
    do {                                  \
        static uint64_t vtc_trace_cache_; \
        if (VTC_TRACE_ON())               \
            call;                         \
    } while (0)
/** An instant. @since 1.0 */
#define VTC_INSTANT(name) VTC_TRACE_EVENT(vtc_trace_instant(&vtc_trace_cache_, NULL, name))
/** A counter's value, an integer. @since 1.0 */
#define VTC_COUNTER(name, value) \
    VTC_TRACE_EVENT(vtc_trace_counter(&vtc_trace_cache_, name, (value)))
/** A counter's value, a double. @since 1.0 */
#define VTC_COUNTER_DOUBLE(name, value) \
    VTC_TRACE_EVENT(vtc_trace_counter_double(&vtc_trace_cache_, name, (value)))

#endif
