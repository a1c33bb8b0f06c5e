#include "base/error.h"
#include "wire/packed.h"

vtc_status vtci_packed_head_encode(struct vtci_buffer *out, uint64_t original_bytes, uint8_t method)
{
    VTC_TRY(vtci_buffer_varint(out, original_bytes));
    return vtci_buffer_u8(out, method);
}
