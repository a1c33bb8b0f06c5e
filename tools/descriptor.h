/* Small things done to file descriptors. */
#ifndef VTC_TOOLS_DESCRIPTOR_H
#define VTC_TOOLS_DESCRIPTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "exit_code.h"
#include "vtc/status.h"

/* Makes sure that 0, 1 and 2 are open, so that no file gets their number; what was closed fails
 * when it is used. */
void descriptor_reserve_standard(void);

/* Writes all of it, whatever write(2) takes at a time. */
vtc_status descriptor_write_all(int fd, const void *bytes, size_t len_bytes, struct vtc_error *err);

/* To be called now and then while standard output is printed to: when a write has failed, keeps
 * errno, which is lost otherwise by the time that the stream is asked. */
void descriptor_watch_stdout(void);

/* False when standard output is a pipe that nobody reads any more: for who waits before he writes. Ends
 * the process by SIGPIPE, unless that is ignored. */
bool descriptor_stdout_has_reader(void);

/* Flushes standard output and says on stderr when anything written to it was lost. */
enum exit_code descriptor_finish_stdout(void);

#endif
