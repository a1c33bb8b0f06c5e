/* Less of what is long by number alone, under sanitizers: there all takes 5 to 20 times as long, and the
 * whole number runs without them. */
#ifndef TEST_SCALE_H
#define TEST_SCALE_H

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TEST_SCALED(count, sanitized) (sanitized)
#else
#define TEST_SCALED(count, sanitized) (count)
#endif

#endif
