/* archive_options.c - hands options of `check` to the commands that do what they ask for. */
#include "app/archive_options.h"

#include "app/args.h"
#include "app/datadir.h"
#include "app/findings.h"
#include "app/intake.h"
#include "app/logs_report.h"
#include "app/sessions/sessions.h"
#include "base/auto.h"
#include "base/log.h"
#include "store/archive.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int archive_options_dir(const struct args *a, struct buf *out)
{
    const char *dir = args_text(a, "archive-dir");
    if (!dir)
        return datadir_put(a, out);
    buf_puts(out, dir);
    return 0;
}

/* Runs a verb with up to two words of its own, in the same archive and manner. */
static int archive_options_hand(const struct args *a, const struct command *c, const char *word, const char *value)
{
    auto_buf struct buf dir = { 0 }, complaint = { 0 };
    char *argv[6];
    int argc = 0;
    struct args *own;
    if (archive_options_dir(a, &dir) < 0)
        return EXIT_USAGE;
    argv[argc++] = (char *)"--data"; /* only read */
    argv[argc++] = dir.p;
    if (args_flag(a, "json"))
        argv[argc++] = (char *)"--json";
    if (args_flag(a, "no-color"))
        argv[argc++] = (char *)"--no-color";
    if (word)
        argv[argc++] = (char *)word;
    if (value)
        argv[argc++] = (char *)value;
    if (args_parse(c, argc, argv, &own, &complaint) < 0) {
        log_error(0, "%s", complaint.p);
        return EXIT_USAGE;
    }
    args_set_config(own, args_config(a));
    int status = c->run(own);
    args_free(own);
    return status;
}

bool archive_options_run(const struct args *a, int *status)
{
    char days[32];
    bool prunes = args_given(a, "retention-days"), lists = args_flag(a, "list-sessions"),
         counts = args_flag(a, "archive-stats"), shows = args_given(a, "query-archive");
    *status = EXIT_DONE;
    if (prunes) {
        snprintf(days, sizeof days, "%gd", args_number(a, "retention-days"));
        *status = archive_options_hand(a, &sessions_prune, "--older-than", days);
    }
    if (lists && *status == EXIT_DONE)
        *status = archive_options_hand(a, &sessions_list, NULL, NULL);
    if (counts && *status == EXIT_DONE)
        *status = archive_options_hand(a, &sessions_stats, NULL, NULL);
    if (shows && *status == EXIT_DONE)
        *status = archive_options_hand(a, &sessions_show, args_text(a, "query-archive"), NULL);
    return lists || counts || shows || (prunes && !args_flag(a, "archive"));
}

bool archive_options_may_keep(const struct args *a)
{
    auto_buf struct buf dir = { 0 };
    if (!args_flag(a, "archive"))
        return true;
    if (archive_options_dir(a, &dir) < 0)
        return false;
    if (!archive_is_recorded(dir.p))
        return true;
    log_error(0, "check: a recorder runs in %s and keeps everything there already, so --archive is not needed: "
              "leave it out, or name another directory with --archive-dir", dir.p);
    return false;
}

int archive_options_keep(const struct args *a, const struct recording *rec, struct archive_kept *out)
{
    struct intake k;
    struct index_session s = { .origin = "check" };
    if (!args_flag(a, "archive"))
        return 0;
    int rc = archive_options_dir(a, &out->dir);
    if (rc < 0)
        return rc;
    rc = intake_open(&k, a, out->dir.p);
    if (rc < 0)
        log_error(0, "check: this run was not kept");
    if (rc == 0)
        rc = intake_say("this run", intake_keep(&k, rec, &s, NULL, NULL));
    if (rc == 0)
        memcpy(out->session, s.id, sizeof out->session);
    if (rc == 0 && !args_flag(a, "quiet") && !args_flag(a, "json"))
        fprintf(stderr, "Kept as %s in %s\n", sessions_short_id(s.id), out->dir.p);
    intake_close(&k);
    return rc;
}

void archive_options_found(void *kept, const struct report *r)
{
    const struct archive_kept *k = kept;
    if (!*k->session)
        return;
    findings_keep(k->dir.p, k->session, r);
    logs_report_keep(r, k->dir.p, k->session);
}
