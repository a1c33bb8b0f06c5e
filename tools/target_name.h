/* What the file is called that a command writes. */
#ifndef VTC_TOOLS_TARGET_NAME_H
#define VTC_TOOLS_TARGET_NAME_H

#include "options.h"
#include "vtc/status.h"

/* trace.json, trace.json.gz, trace.json.zst: trace.vtc; anything else gets .vtc appended.
 * The result is on the heap. */
vtc_status target_name_compressed(const char *source, char **out_target, struct vtc_error *err);

/* trace.vtc: trace.json; trace.json.vtc, and also .trace .txt .log: without .vtc. ARGUMENT for any other
 * name. */
vtc_status target_name_decompressed(const char *source, char **out_target, struct vtc_error *err);

/* `app.db` for `app.vtc`; ARGUMENT for any other name. */
vtc_status target_name_database(const char *source, char **out_target, struct vtc_error *err);

/* `app.recovered.vtc` for `app.vtc` and for `app`. */
vtc_status target_name_recovered(const char *source, char **out_target, struct vtc_error *err);

typedef vtc_status (*target_name_fn)(const char *source, char **out_target, struct vtc_error *err);

/* What a command writes for `source`: what -o names; standard output with -c, and for standard input;
 * else what `name` makes of it, which then is *out_derived too, on the heap. NULL there otherwise.
 * ARGUMENT for a name of an open file, such as /dev/stdin. */
vtc_status target_name_choose(const struct options *options, const char *source,
                              target_name_fn name, const char **out_target, char **out_derived,
                              struct vtc_error *err);

#endif
