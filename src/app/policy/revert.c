/* revert.c - `sonde policy revert`: sets back what is set, or what was left by those that are gone. */
#include "app/policy/recovery.h"
#include "app/policy/verbs.h"

#include "app/datadir.h"
#include "base/auto.h"
#include "base/json.h"
#include "base/log.h"

#include <errno.h>
#include <stdio.h>

static void revert_json(const struct undone *u)
{
    auto_buf struct buf out = { 0 };
    struct json j;
    json_init(&j, &out);
    json_object(&j, NULL);
    undone_json(&j, u, buf_text(&u->lines));
    json_end(&j);
    puts(out.p);
}

static void revert_text(const struct undone *u)
{
    auto_buf struct buf out = { 0 };
    recovery_put(u, &out);
    printf("%s\n%s", out.n ? out.p : "nothing was set", buf_text(&u->lines));
}

/* -ENOENT of a journal: nothing was ever set here. */
static int revert_do(const struct args *a, const char *dir, struct undone *u)
{
    const char *id = args_positional(a, 0);
    struct journal *j;
    int rc = journal_open_read(dir, "", &j); /* which makes none */
    if (rc == -ENOENT && !id)
        return 0;
    if (rc < 0)
        return rc;
    journal_close(j);
    rc = journal_open(dir, "", &j);
    if (rc < 0)
        return rc;
    rc = args_flag(a, "recover") ? journal_recover(j, u) : journal_revert(j, id, u);
    journal_close(j);
    return rc;
}

static int revert_run(const struct args *a)
{
    auto_buf struct buf dir = { 0 };
    struct undone u = { 0 };
    const char *id = args_positional(a, 0);
    if (args_flag(a, "all") + args_flag(a, "recover") + (id != NULL) != 1) {
        log_error(0, "policy revert: which? ID, of `sonde policy status`; --all; or --recover");
        return EXIT_USAGE;
    }
    if (datadir_put(a, &dir) < 0)
        return EXIT_FAILED;
    int rc = revert_do(a, dir.p, &u);
    if (rc == -ENOENT)
        log_error(0, "policy revert: no transaction %s is open; `sonde policy status` lists those that are", id);
    else if (rc == -EPERM)
        log_error(0, "policy revert: some of it was set by another user, who can set it back, as root can");
    else if (rc < 0)
        log_error(rc, "policy revert: the journal in %s", dir.p);
    if (rc == 0 || u.restored + u.kept + u.failed)
        args_flag(a, "json") ? revert_json(&u) : revert_text(&u);
    int status = rc < 0 || u.failed ? EXIT_FAILED : u.kept ? EXIT_PART : EXIT_DONE;
    undone_done(&u);
    return status;
}

static const struct option options[] = {
    { "all",     0, OPTION_FLAG, .help = "everything that is set, also by programs that still run" },
    { "recover", 0, OPTION_FLAG, .help = "what was left by those that were killed, or whose time is over" },
    DATADIR_OPTION,
    { 0 },
};

static const struct example examples[] = {
    { "sonde policy revert --all", "set everything back now" },
    { "sonde policy revert p20261127_091756_4711_3fa2", "one transaction of `sonde policy status`" },
    { "sonde policy revert --recover", "what any command does first, by itself" },
    { 0 },
};

const struct command policy_revert = {
    .name = "policy revert", .summary = "set back what is set", .usage = "[ID | --all | --recover]",
    .text = "Each knob that still stands at what Sonde set gets its old value back. One that stands at anything else "
            "was changed by somebody since: it is left, that is said, and the exit status is 3. What could not be "
            "written stays in the journal and is tried again; the exit status is 1.",
    .options = options, .examples = examples, .max_positional = 1, .run = revert_run,
};
