/* Recognising a string without hashing it: most strings of a column follow the one that they
 * followed last time. Each column remembers, by a hash of the id before, which id came next; the
 * text at hand is compared with that one string, and when it is equal and a quote follows, the id is
 * known and so is the string's end.
 */
#ifndef VTCI_IMPORT_STRING_PREDICT_H
#define VTCI_IMPORT_STRING_PREDICT_H

#include "import/row_parser.h"

#define VTCI_FOLLOWERS 4096u
#define VTCI_FOLLOWERS_FROM 16u /* strings in a column before the table is worth having */

static inline uint32_t vtci_follower_slot(uint32_t id)
{
    return (id * 0x9E3779B1u) >> 20;
}

/* The id of the predicted string if the text at `pos` is it, else 0. `end` bounds the text. */
static inline uint32_t vtci_predict(const struct vtci_predictor *predictor,
                                    const struct vtci_column *column, const uint8_t *pos,
                                    const uint8_t *end, uint32_t *out_len_bytes)
{
    uint32_t id = predictor->followers
                      ? predictor->followers[vtci_follower_slot(predictor->last_id)]
                      : predictor->last_id;
    if (id == 0)
        return 0;
    struct vtci_bytes guess = vtci_column_string(column, id);
    if (guess.len_bytes >= (size_t)(end - pos) || pos[guess.len_bytes] != '"' ||
        (guess.len_bytes && memcmp(pos, guess.data, guess.len_bytes) != 0))
        return 0;
    *out_len_bytes = (uint32_t)guess.len_bytes;
    return id;
}

/* Remembers that `id` came now. */
static inline void vtci_predictor_learn(struct vtci_predictor *predictor, uint32_t id)
{
    if (predictor->followers)
        predictor->followers[vtci_follower_slot(predictor->last_id)] = id;
    predictor->last_id = id;
}

#endif
