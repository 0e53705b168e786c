/* page_file.c - asks the API of what is shown for its page in one file. */
#include "app/page_file.h"

#include "app/version.h"
#include "base/log.h"
#include "os/os.h"
#include "serve/api/onefile.h"
#include "serve/assets.h"

#include <stdio.h>

bool page_file_can(void)
{
    return asset_shell() != NULL;
}

static void page_file_progress(void *self, double share)
{
    (void)self;
    fprintf(stderr, "\rreport: %3.0f %%", 100 * share);
}

int page_file_put(const struct args *a, struct shown *s, int64_t from_ms, int64_t to_ms, struct buf *out)
{
    struct api *api = api_new(s->dir.p, &(struct api_shown){
        .version = SONDE_VERSION, .replay = s->private ? s->name : NULL, .config = args_config(a), .how = s->how });
    bool terminal = os_is_terminal(fileno(stderr)) && !args_flag(a, "quiet");
    int rc = onefile_put(api, *s->session ? s->session : NULL, from_ms, to_ms, terminal ? page_file_progress : NULL,
                         NULL, out);
    if (terminal)
        fprintf(stderr, "\r%14s\r", "");
    api_free(api);
    return rc;
}

int page_file_of_run(const struct args *a, const struct recording *rec, const struct report *r, struct buf *out)
{
    struct shown s;
    int rc = shown_run(&s, a, rec, r);
    if (rc == 0) {
        rc = page_file_put(a, &s, rec->wall_ms[0], rec->wall_ms[rec->n - 1], out);
        if (rc < 0)
            log_error(rc, "the page of this run could not be made");
    }
    shown_close(&s);
    return rc;
}
