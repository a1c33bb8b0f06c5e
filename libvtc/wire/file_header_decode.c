/* The magic is that of PNG in spirit: a byte above 127, CR LF, an end of file for DOS and a LF, so
 * that a transfer as text shows at once.
 */
#include "base/bytes.h"
#include "base/checksum.h"
#include "base/error.h"
#include "base/found_text.h"
#include "wire/file_header.h"

static const uint8_t magic[8] = {0x89, 'V', 'T', 'C', '\r', '\n', 0x1a, '\n'};

/* SPEC: HDR-1, HDR-2, HDR-3, HDR-4. */
vtc_status vtci_file_header_decode(const void *bytes, size_t len_bytes,
                                   struct vtci_file_header *out_header, struct vtc_error *err)
{
    const uint8_t *at = bytes;
    size_t magic_len = len_bytes < sizeof magic ? len_bytes : sizeof magic;
    if (len_bytes == 0)
        return vtci_error_set(err, VTC_ERR_NOT_VTC, 0, "HDR-1",
                              "expected a vtc file, found an empty one");
    struct vtci_found_text text;
    if (memcmp(at, magic, magic_len) != 0)
        return vtci_error_set(err, VTC_ERR_NOT_VTC, 0, "HDR-1",
                              "expected the magic of a vtc file, found %s",
                              vtci_found_text(&text, at, magic_len));
    if (len_bytes < VTCI_FILE_HEADER_BYTES)
        return vtci_error_set(err, VTC_ERR_TRUNCATED, 0, "HDR-1",
                              "expected a header of 32 bytes, found %zu", len_bytes);
    uint64_t expected = vtci_load_u64(at + 24);
    uint64_t found = vtci_checksum(at, 24);
    if (expected != found)
        return vtci_error_set(err, VTC_ERR_CORRUPT, 0, "HDR-2",
                              "expected checksum %016llx of the file header, found %016llx",
                              (unsigned long long)expected, (unsigned long long)found);
    struct vtci_file_header header;
    header.major = vtci_load_u16(at + 8);
    header.minor = vtci_load_u16(at + 10);
    header.incompatible = vtci_load_u32(at + 16);
    header.compatible = vtci_load_u32(at + 20);
    if (header.major != VTCI_VERSION_MAJOR)
        return vtci_error_set(err, VTC_ERR_UNSUPPORTED, 8, "HDR-3",
                              "expected format version 1, found %u.%u: a newer vtc is needed",
                              header.major, header.minor);
    if (header.incompatible & ~VTCI_FEATURES_KNOWN)
        return vtci_error_set(
            err, VTC_ERR_UNSUPPORTED, 16, "HDR-3",
            "expected no unknown incompatible features, found %08x: a newer vtc is needed",
            header.incompatible & ~VTCI_FEATURES_KNOWN);
    *out_header = header;
    return VTC_OK;
}
