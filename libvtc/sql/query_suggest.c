#include "sql/query_suggest.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "query/suggest.h"

enum { NAMES_MAX = 512, NAME_BYTES = 32 };

struct names {
    char texts[NAMES_MAX][NAME_BYTES];
    const char *known[NAMES_MAX];
    size_t count;
};

static const char tables[] = "SELECT name FROM pragma_table_list WHERE name NOT LIKE 'sqlite%'";
static const char columns[] =
    "SELECT DISTINCT column.name FROM pragma_table_list AS list, pragma_table_xinfo(list.name) AS "
    "column WHERE list.name NOT LIKE 'sqlite%'";

static void find_names(sqlite3 *db, const char *question, struct names *names)
{
    sqlite3_stmt *statement = NULL;
    names->count = 0;
    if (sqlite3_prepare_v2(db, question, -1, &statement, NULL) != SQLITE_OK)
        return;
    while (names->count < NAMES_MAX && sqlite3_step(statement) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(statement, 0);
        if (!name || strlen(name) >= NAME_BYTES)
            continue;
        names->known[names->count] = strcpy(names->texts[names->count], name);
        names->count++;
    }
    sqlite3_finalize(statement);
}

static bool is_word(char letter)
{
    return isalnum((unsigned char)letter) || letter == '_';
}

static const char *find_word(const char *text, const char *word, size_t len_bytes)
{
    for (const char *at = text; (at = strstr(at, word)); at++)
        if ((at == text || !is_word(at[-1])) && !is_word(at[len_bytes]))
            return at;
    return NULL;
}

static void complete(sqlite3 *db, const char *text, const char *word, const char *question,
                     struct vtc_error *err)
{
    static const char hint[] = "; did you mean '";
    struct names *names = sqlite3_malloc64(sizeof *names);
    size_t word_bytes = strlen(word), used = strlen(err->message);
    const char *at = find_word(text, word, word_bytes);
    if (at && err->column == 0) {
        err->offset = (uint64_t)(at - text);
        err->column = err->offset + 1;
    }
    if (!names)
        return;
    const char *point = strrchr(word, '.'); /* table.column */
    word = point ? point + 1 : word;
    find_names(db, question, names);
    const char *meant = vtci_suggest(word, strlen(word), names->known, names->count);
    if (meant && used + sizeof hint + NAME_BYTES < sizeof err->message)
        snprintf(err->message + used, sizeof err->message - used, "%s%s'?", hint, meant);
    sqlite3_free(names);
}

void vtci_sql_suggest(sqlite3 *db, const char *text, struct vtc_error *err)
{
    static const struct {
        const char *says, *question;
    } messages[] = {{"SQL: no such table: ", tables}, {"SQL: no such column: ", columns}};
    char word[128];
    for (size_t i = 0; err && i < sizeof messages / sizeof *messages; i++) {
        size_t says_bytes = strlen(messages[i].says);
        if (strncmp(err->message, messages[i].says, says_bytes) != 0)
            continue;
        snprintf(word, sizeof word, "%s", err->message + says_bytes);
        complete(db, text, word, messages[i].question, err);
    }
}
