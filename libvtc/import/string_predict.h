/* Recognising a string without hashing it: most strings of a column follow the three that they
 * followed last time in the same place of a row. Each column remembers, by a hash of those ids and
 * of the place (the edge of the trie, which tells begins from ends), which id came next; the text at
 * hand is compared with that one string, and when it is equal and a quote follows, the id is known
 * and so is the string's end. Three ids and the place leave one name in nine of uftrace-lua to be
 * hashed; one id left every other.
 */
#ifndef VTCI_IMPORT_STRING_PREDICT_H
#define VTCI_IMPORT_STRING_PREDICT_H

#include "base/bytes.h"
#include "import/row_parser.h"

#define VTCI_FOLLOWERS 4096u
#define VTCI_FOLLOWERS_FROM 16u /* strings in a column before the table is worth having */

static inline uint32_t *vtci_follower(const struct vtci_predictor *predictor, uint32_t place)
{
    uint64_t hash = (predictor->history ^ (uint64_t)place << 40) * 0x9E3779B97F4A7C15u;
    return &predictor->followers[hash >> 52];
}

/* Without a call for short texts. Eight bytes may be loaded past either. */
static inline bool vtci_text_equals(const uint8_t *text, const uint8_t *known, size_t len_bytes)
{
    if (len_bytes > 16)
        return memcmp(text, known, len_bytes) == 0;
    if (len_bytes > 8 && vtci_load_u64(text) != vtci_load_u64(known))
        return false;
    size_t left = len_bytes > 8 ? len_bytes - 8 : 0;
    uint64_t difference = vtci_load_u64(text + left) ^ vtci_load_u64(known + left);
    return len_bytes == 0 || difference << 8 * (8 - (len_bytes - left)) == 0;
}

/* The id of the predicted string if the text at `pos` is it, else 0. `end` bounds the text. */
static inline uint32_t vtci_predict(const struct vtci_predictor *predictor,
                                    const struct vtci_column *column, uint32_t place,
                                    const uint8_t *pos, const uint8_t *end, uint32_t *out_len_bytes)
{
    uint32_t id = predictor->followers ? *vtci_follower(predictor, place) : predictor->last_id;
    if (id == 0)
        return 0;
    struct vtci_bytes guess = vtci_column_string(column, id);
    if (guess.len_bytes >= (size_t)(end - pos) || pos[guess.len_bytes] != '"' ||
        !vtci_text_equals(pos, guess.data, guess.len_bytes))
        return 0;
    *out_len_bytes = (uint32_t)guess.len_bytes;
    return id;
}

/* Remembers that `id` came now. */
static inline void vtci_predictor_learn(struct vtci_predictor *predictor, uint32_t place,
                                        uint32_t id)
{
    if (predictor->followers)
        *vtci_follower(predictor, place) = id;
    predictor->history = (predictor->history << 21 ^ id) & ~(UINT64_C(1) << 63);
    predictor->last_id = id;
}

#endif
