#include "base/found_text.h"
#include "support/cmocka_all.h"

static void test_found_text__shows_text_or_bytes(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t len_bytes;
        const char *text;
    } cases[] = {
        {"", 0, "the end"},
        {"x", 1, "`x`"},
        {"a \"b\"", 5, "`a \"b\"`"},
        {"0123456789abcdef", 16, "`0123456789abcdef`"},
        {"0123456789abcdefg", 17, "`0123456789abcdef` ..."},
        {"\x89PNG", 4, "89 50 4e 47"},
        {"a`b", 3, "61 60 62"},
        {"a\x7f", 2, "61 7f"},
        {"\0\0", 2, "00 00"},
        {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 17,
         "ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff ..."},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct vtci_found_text text;
        assert_string_equal(vtci_found_text(&text, cases[i].bytes, cases[i].len_bytes),
                            cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_found_text__shows_text_or_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
