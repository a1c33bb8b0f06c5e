#include "symbolize.h"

#include <stdlib.h>
#include <string.h>

#include "input_file.h"
#include "message.h"
#include "symbol_source.h"
#include "vtc/symbols.h"

static void tell_missing(const struct vtc_module *module, enum symbol_source_state state,
                         size_t functions)
{
    static const char *const reasons[] = {
        [SYMBOLS_NO_FILE] = "no file of this build was found",
        [SYMBOLS_OTHER_BUILD] = "the file is of another build than what was recorded",
        [SYMBOLS_NO_TABLE] = "the file has no symbols, and no debug file was found",
    };
    const char *reason = state == SYMBOLS_FOUND ? "they are in no symbol table" : reasons[state];
    message_print(module->path, "%zu functions have no name: %s", functions, reason);
}

/* All addresses of one module; `first` is the first address in it. */
static vtc_status name_module(vtc_symbols *symbols, const struct vtc_module *module,
                              const char *debug_directory, int verbosity, size_t first,
                              struct vtc_error *err)
{
    struct symbol_source *source = NULL;
    enum symbol_source_state state = SYMBOLS_NO_FILE;
    vtc_status status = VTC_OK;
    size_t missing = 0;
    for (size_t i = first; status == VTC_OK && i < vtc_symbols_count(symbols) &&
                           vtc_symbols_address(symbols, i) < module->end;
         i++) {
        if (vtc_symbols_named(symbols, i))
            continue;
        if (!source)
            source = symbol_source_open(module, debug_directory, &state);
        char *name = source ? symbol_source_name(source, vtc_symbols_address(symbols, i)) : NULL;
        if (name)
            status = vtc_symbols_set(symbols, i, name, strlen(name), err);
        else
            missing++;
        free(name);
    }
    if (missing > 0 && verbosity >= 0)
        tell_missing(module, state, missing);
    symbol_source_close(source);
    return status;
}

static size_t lower_bound(const vtc_symbols *symbols, uint64_t address)
{
    size_t low = 0, high = vtc_symbols_count(symbols);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (vtc_symbols_address(symbols, middle) < address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static size_t count_named(const vtc_symbols *symbols)
{
    size_t named = 0;
    for (size_t i = 0; i < vtc_symbols_count(symbols); i++)
        named += vtc_symbols_named(symbols, i) != 0;
    return named;
}

static vtc_status name_all(vtc_symbols *symbols, const char *debug_directory, int verbosity,
                           struct vtc_error *err)
{
    /* From the last: of modules that lay in the same place one after the other, the later one. */
    for (size_t i = vtc_symbols_module_count(symbols); i-- > 0;) {
        const struct vtc_module *module = vtc_symbols_module(symbols, i);
        size_t first = lower_bound(symbols, module->start);
        vtc_status status = name_module(symbols, module, debug_directory, verbosity, first, err);
        if (status != VTC_OK)
            return status;
    }
    return vtc_symbols_commit(symbols, err);
}

enum exit_code symbolize_file(const char *path, const char *debug_directory, int verbosity,
                              struct symbolize_result *out_result)
{
    struct vtc_error err;
    vtc_symbols *symbols = NULL;
    memset(out_result, 0, sizeof *out_result);
    failure_init(&err);
    vtc_status status = input_file_check(path, &err);
    if (status == VTC_OK)
        status = vtc_symbols_open(path, NULL, &symbols, &err);
    if (status == VTC_END) {
        message_print(path, "is no live file: its names are what they are");
        return CODE_INPUT;
    }
    if (status != VTC_OK)
        return message_failure(path, status, &err);
    enum exit_code code = CODE_OK;
    size_t before = count_named(symbols);
    out_result->functions = vtc_symbols_count(symbols);
    if (vtc_symbols_running(symbols)) {
        message_print(path, "is being recorded; its functions get their names when its process "
                            "has ended");
        code = CODE_USAGE;
    } else if (before < out_result->functions) {
        status = name_all(symbols, debug_directory, verbosity, &err);
        if (status != VTC_OK)
            code = message_failure(path, status, &err);
    }
    out_result->named = code == CODE_OK ? count_named(symbols) : before;
    out_result->added = out_result->named - before;
    vtc_symbols_close(symbols);
    return code;
}
