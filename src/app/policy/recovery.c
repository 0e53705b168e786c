/* recovery.c - sets back what a process that was killed left set, whatever command comes next. */
#include "app/policy/recovery.h"

#include "app/datadir.h"
#include "base/auto.h"
#include "base/log.h"

#include <stdio.h>
#include <string.h>

static void recovery_part(struct buf *out, int n, const char *what)
{
    if (n)
        buf_printf(out, "%s%d %s", out->n ? ", " : "", n, what);
}

void recovery_put(const struct undone *u, struct buf *out)
{
    recovery_part(out, u->restored, "set back");
    recovery_part(out, u->same, "back already");
    recovery_part(out, u->passed, "left to another transaction that has set it over");
    recovery_part(out, u->kept, "left as somebody else set it since");
    recovery_part(out, u->gone, "gone");
    recovery_part(out, u->failed, "that could not be set back");
}

static bool recovery_is_for(const struct command *c, const struct args *a)
{
    static const char *const writes_nothing[] = { "help", "policy explain", "policy probe", "policy revert" };
    const char *root = args_text(a, "root");
    for (size_t i = 0; i < sizeof writes_nothing / sizeof *writes_nothing; i++)
        if (strcmp(c->name, writes_nothing[i]) == 0)
            return false;
    return !c->bare && !(root && *root) && !(args_has(a, "dry-run") && args_flag(a, "dry-run"));
}

static void recovery_say(const struct undone *u, int rc)
{
    auto_buf struct buf line = { 0 }, reasons = { 0 };
    recovery_put(u, &line);
    for (const char *p = buf_text(&u->lines); *p; p += strcspn(p, "\n") + 1) /* in one line */
        buf_printf(&reasons, "; %.*s", (int)strcspn(p, "\n"), p);
    if (u->restored + u->kept + u->failed)
        log_warn(0, "a process that had set knobs is gone: %s%s", line.p, buf_text(&reasons));
    if (rc < 0)
        log_warn(rc, "the journal of what is set cannot be written; what is set back is not noted there");
}

void recovery_run(const struct command *c, const struct args *a)
{
    auto_buf struct buf dir = { 0 };
    struct undone u = { 0 };
    struct journal *j;
    if (!recovery_is_for(c, a) || datadir_find(a, &dir) < 0 || journal_is_idle(dir.p))
        return;
    int rc = journal_open(dir.p, "", &j);
    if (rc < 0)
        return; /* one who may not write here set nothing that is kept here */
    rc = journal_recover(j, &u);
    journal_close(j);
    recovery_say(&u, rc);
    undone_done(&u);
}
