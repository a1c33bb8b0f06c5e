/* How malloc keeps memory. */
#ifndef VTC_TOOLS_HEAP_H
#define VTC_TOOLS_HEAP_H

/* To be called first. Blocks of a trace come and go by the megabyte, each in arrays that are
 * allocated and released; glibc gives those back to the system at once and gets them again as zeroed
 * pages, which costs more than the work itself (a query on 300 MB: 40,658 page faults and 90 ms,
 * against 6,078 and 30 ms with what is set here). */
void heap_tune(void);

#endif
