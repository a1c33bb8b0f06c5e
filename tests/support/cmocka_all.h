/* cmocka, with what it wants to be included before it. */
#ifndef VTC_TESTS_SUPPORT_CMOCKA_ALL_H
#define VTC_TESTS_SUPPORT_CMOCKA_ALL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
