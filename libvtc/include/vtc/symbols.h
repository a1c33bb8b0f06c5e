/** @file vtc/symbols.h
 *  Names for functions that a live file knows by their addresses only.
 *
 *  A tracer of compiled programs records addresses (vtc_session_address_site) and the modules that
 *  they lie in (vtc_session_module). What the functions are called is found out afterwards, by
 *  whoever can read the modules' symbol tables, and added to the file:
 *
 *      vtc_symbols *symbols;
 *      vtc_symbols_open("app.vtc", NULL, &symbols, &err);
 *      for (size_t i = 0; i < vtc_symbols_count(symbols); i++)
 *          if (!vtc_symbols_named(symbols, i))
 *              vtc_symbols_set(symbols, i, name, strlen(name), &err);
 *      vtc_symbols_commit(symbols, &err);
 *      vtc_symbols_close(symbols);
 *
 *  From then on every reader shows the names.
 */
#ifndef VTC_SYMBOLS_H
#define VTC_SYMBOLS_H

#include <stddef.h>
#include <stdint.h>

#include "vtc/allocator.h"
#include "vtc/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** The addresses and modules of one live file. @thread owner */
typedef struct vtc_symbols vtc_symbols;

/** A module of the recorded process: its program, or a library. @since 1.0 */
struct vtc_module {
    const char *path;  /**< as the process saw it, NUL-terminated; borrowed from the vtc_symbols */
    size_t path_bytes; /**< without the NUL */
    uint64_t start;    /**< address of its first byte */
    uint64_t end;      /**< behind its last one */
    uint64_t offset;   /**< of `start` in the module's file */
    const uint8_t *build_id; /**< borrowed; NULL where it has none */
    size_t build_id_bytes;
};

/** Opens a live file and collects its addresses and modules. The file is not changed.
 *  @param path         a live, crashed or closed file of vtc_session_open
 *  @param allocator    NULL: malloc; copied
 *  @param out_symbols  closed by vtc_symbols_close; written on success
 *  @return VTC_OK; VTC_END for a vtc file that is no live file (its names are what they are);
 *          VTC_ERR_IO, VTC_ERR_NOT_VTC, VTC_ERR_UNSUPPORTED, VTC_ERR_TRUNCATED, VTC_ERR_CORRUPT,
 *          VTC_ERR_NO_MEMORY
 *  @thread any  @allocates  @blocks on reading
 *  @spec LIV-5, LIV-11
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_symbols_open(const char *path,
                                                  const struct vtc_allocator *allocator,
                                                  vtc_symbols **out_symbols, struct vtc_error *err);

/** Closes it; what was set and not committed is forgotten. NULL is accepted.
 *  @thread owner
 *  @since 1.0 */
VTC_API void vtc_symbols_close(vtc_symbols *symbols);

/** Whether the process that records to the file still ran when it was opened. @thread owner
 *  @since 1.0 */
VTC_API int vtc_symbols_running(const vtc_symbols *symbols);

/** Counts the modules. @thread owner  @since 1.0 */
VTC_API size_t vtc_symbols_module_count(const vtc_symbols *symbols);

/** Borrows a module. @param index  below vtc_symbols_module_count
 *  @thread owner
 *  @since 1.0 */
VTC_API const struct vtc_module *vtc_symbols_module(const vtc_symbols *symbols, size_t index);

/** Counts the addresses that sites have, each once, in ascending order. @thread owner  @since 1.0 */
VTC_API size_t vtc_symbols_count(const vtc_symbols *symbols);

/** Gives an address. @param index  below vtc_symbols_count
 *  @thread owner
 *  @since 1.0 */
VTC_API uint64_t vtc_symbols_address(const vtc_symbols *symbols, size_t index);

/** Whether an address has a name, in the file or set since. @param index  below vtc_symbols_count
 *  @thread owner
 *  @since 1.0 */
VTC_API int vtc_symbols_named(const vtc_symbols *symbols, size_t index);

/** Sets the name of an address that has none.
 *  @param index      below vtc_symbols_count
 *  @param name       copied; any bytes
 *  @param len_bytes  1 to 65,536
 *  @return VTC_OK; VTC_ERR_ARGUMENT (it has a name; a length that is not allowed), VTC_ERR_NO_MEMORY
 *  @thread owner  @allocates
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_symbols_set(vtc_symbols *symbols, size_t index,
                                                 const char *name, size_t len_bytes,
                                                 struct vtc_error *err);

/** Appends all names that were set to the file. Killed at any point this leaves the file as it was,
 *  or with the names: pages count from the moment that their first word is there, which is written
 *  last.
 *  @return VTC_OK, also when there is nothing to append; VTC_ERR_IO, with EBUSY while the process
 *          still records to the file or somebody else appends
 *  @thread owner  @allocates  @blocks on writing and on the disk
 *  @durability survives the death of the machine
 *  @spec LIV-4, LIV-10
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_symbols_commit(vtc_symbols *symbols, struct vtc_error *err);

#ifdef __cplusplus
}
#endif
#endif
