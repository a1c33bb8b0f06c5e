/* Real numbers as text: the shortest that reads back as the same. */
#ifndef VTC_TOOLS_REAL_TEXT_H
#define VTC_TOOLS_REAL_TEXT_H

enum { REAL_TEXT_BYTES = 32 };

/* "0.25", "1e+300", "nan". */
const char *real_text_format(double value, char out[REAL_TEXT_BYTES]);

#endif
