/* learn_kept.c - what was learned before: listed, forgotten, written for others. */
#include "app/policy/learn.h"

#include "app/archived.h"
#include "app/datadir.h"
#include "app/outfiles.h"

#include "base/auto.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The index of the command, to read or to write; what is wrong was said. -ENOENT is silent: nothing was learned. */
static int kept_open(const struct args *a, bool to_write, struct buf *dir, struct index **out)
{
    int rc = datadir_put(a, dir);
    if (rc < 0)
        return rc;
    rc = to_write ? index_open(dir->p, &(struct index_options){ 0 }, out) : index_open_read(dir->p, out);
    if (rc < 0 && rc != -ENOENT)
        archived_say(dir->p, rc);
    return rc;
}

/* ---- list ---- */

struct kept_list {
    struct json *json; /* NULL: for people */
    struct buf out;
    int n;
};

static void kept_json(struct json *j, const struct index_policy *p)
{
    json_object(j, NULL);
    json_int(j, "number", p->n);
    json_string(j, "goal", p->goal);
    json_string(j, "workload", p->workload);
    json_string(j, "class", p->class);
    json_said(j, "name", p->name);
    json_string(j, "machine", p->machine);
    json_string(j, "contention", p->contention);
    json_string(j, "metric", p->metric);
    json_string(j, "state", index_policy_state_name(p->state));
    json_string(j, "arm", p->arm);
    json_string(j, "reason", p->reason);
    json_digits(j, "ratio", p->ratio, 6);
    json_digits(j, "lo", p->lo, 6);
    json_digits(j, "hi", p->hi, 6);
    json_int(j, "pairs", p->pairs);
    json_int(j, "won", p->won);
    json_time(j, "at", p->at_ms);
    json_end(j);
}

static void kept_note(void *self, const struct index_policy *p)
{
    struct kept_list *l = self;
    char time[TEXT_TIME_MAX];
    l->n++;
    if (l->json) {
        kept_json(l->json, p);
        return;
    }
    text_time(p->at_ms, time)[16] = '\0';
    time[10] = ' ';
    buf_printf(&l->out, "%4lld  %s UTC  %-10s %s%s(%s), %s machine, by %s\n", (long long)p->n, time, p->goal,
               p->name, *p->name ? " " : "", p->class, p->contention, p->metric);
    buf_printf(&l->out, "      %s%s%s\n", index_policy_state_name(p->state), *p->arm ? ": " : "", p->arm);
    buf_printf(&l->out, "      %s\n", p->reason);
}

int learn_list(const struct args *a)
{
    auto_buf struct buf dir = { 0 };
    struct index *x = NULL;
    struct json j;
    struct kept_list l = { 0 };
    if (args_flag(a, "json")) {
        json_init(&j, &l.out);
        json_array(&j, NULL);
        l.json = &j;
    }
    int rc = kept_open(a, false, &dir, &x);
    rc = rc == 0 ? index_policies(x, 0, kept_note, &l) : rc == -ENOENT ? 0 : rc;
    index_close(x);
    if (l.json)
        json_end(&j);
    else if (!l.n)
        buf_puts(&l.out, "Nothing was learned here yet: `sonde policy learn --intent GOAL -- COMMAND`.");
    if (rc >= 0)
        printf("%s%s", buf_text(&l.out), l.json || !l.n ? "\n" : "");
    buf_done(&l.out);
    return rc < 0 ? EXIT_FAILED : EXIT_DONE;
}

/* ---- forget ---- */

int learn_forget(const struct args *a)
{
    auto_buf struct buf dir = { 0 };
    struct index *x = NULL;
    int64_t n = (int64_t)args_number(a, "forget");
    int rc = kept_open(a, true, &dir, &x);
    bool opened = rc == 0;
    rc = opened ? index_forget_policy(x, n) : rc;
    index_close(x);
    if (rc == -ENODATA || rc == -ENOENT)
        log_error(0, "policy learn: nothing was learned under the number %lld; `sonde policy learn --list` has them",
                  (long long)n);
    else if (opened)
        archived_say(dir.p, rc);
    return rc < 0 ? EXIT_FAILED : EXIT_DONE;
}

/* ---- for others ---- */

static void kept_export(void *self, const struct index_policy *p)
{
    if (p->state != INDEX_POLICY_STOPPED)
        learned_export(p, self);
}

int learn_export(const struct args *a)
{
    auto_buf struct buf dir = { 0 }, out = { 0 };
    struct index *x = NULL;
    const char *file = args_text(a, "export");
    int rc = kept_open(a, false, &dir, &x);
    rc = rc == 0 ? index_policies(x, 0, kept_export, &out) : rc == -ENOENT ? 0 : rc;
    index_close(x);
    if (rc < 0)
        return EXIT_FAILED;
    return outfiles_give(file, &out) < 0 ? EXIT_FAILED : EXIT_DONE;
}
