/* vtc export --to sqlite: the tables of a trace as a plain database. */
#ifndef VTC_TOOLS_EXPORT_SQLITE_H
#define VTC_TOOLS_EXPORT_SQLITE_H

#include "options.h"

enum exit_code export_sqlite(const struct options *options, const char *path);

#endif
