/** @file vtc/allocator.h
 *  Where libvtc takes its memory from.
 */
#ifndef VTC_ALLOCATOR_H
#define VTC_ALLOCATOR_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** An allocator. It is copied when an object is opened, and must stay usable until that object is
 *  closed. The functions may be called from any thread that works for the object,
 *  and in a child after fork, but not before fork has returned there.
 *  @since 1.0 */
struct vtc_allocator {
    void *context; /**< passed back as the first argument */
    /** Returns at least `bytes` bytes aligned for any type, or NULL. `bytes` is above 0. */
    void *(*allocate)(void *context, size_t bytes);
    /** Grows or shrinks a block; on failure returns NULL and leaves the block as it was. */
    void *(*reallocate)(void *context, void *block, size_t old_bytes, size_t new_bytes);
    /** Gives a block back. `block` is never NULL. */
    void (*release)(void *context, void *block, size_t bytes);
};

#ifdef __cplusplus
}
#endif
#endif
