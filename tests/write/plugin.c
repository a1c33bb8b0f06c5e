/* A plugin with the static library in it: exports what test_unload.c calls. */
#include "vtc/writer.h"

#include <stddef.h>

__attribute__((visibility("default"))) int plugin_record(const char *path);
__attribute__((visibility("default"))) int plugin_close(void);

static vtc_session *session;

int plugin_record(const char *path)
{
    const struct vtc_site_opts opts = {sizeof opts, 'i', "event", NULL, NULL, 0, 0};
    vtc_site site;
    if (!session && vtc_session_open(path, NULL, &session, NULL) != VTC_OK)
        return 1;
    return vtc_session_site(session, &opts, &site, NULL) != VTC_OK ||
           vtc_instant(vtc_session_writer(session), site) != VTC_OK;
}

int plugin_close(void)
{
    return vtc_session_close(session, NULL) != VTC_OK;
}
