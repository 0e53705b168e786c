/* keeper.c - finds a recorder or runs one. */
#include "app/serve/keeper.h"

#include "app/attach.h"
#include "app/serve/passed.h"
#include "base/auto.h"
#include "base/log.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define AGAIN_NS 10000000000
#define END_MS 5000 /* for what it has to write at its end */

extern char **environ;

int keeper_find(struct keeper *k, const struct args *a)
{
    struct attach_state state;
    auto_buf struct buf dir = { 0 };
    *k = (struct keeper){ .args = a, .child = { .out = -1, .err = -1 } };
    if (attach_state(a, &state) == 0 && *state.dir) {
        snprintf(k->dir, sizeof k->dir, "%s", state.dir);
        return 0;
    }
    k->own = true;
    int rc = datadir_put(a, &dir);
    if (rc < 0)
        return rc;
    rc = os_make_dir(dir.p);
    rc = rc < 0 ? rc : os_real_path(dir.p, k->dir);
    if (rc < 0)
        log_error(rc, "serve: %s cannot be recorded in; name another directory with --data", dir.p);
    return rc;
}

int keeper_start(struct keeper *k)
{
    char program[OS_PATH_MAX], interval[32];
    struct passed_paths paths;
    const char *argv[16] = { program, "record", "--quiet", "--data", k->dir };
    int n = 5;
    if (!k->own)
        return 0;
    n += passed_put(k->args, &paths, argv + n);
    if (args_given(k->args, "interval")) {
        snprintf(interval, sizeof interval, "%g", args_number(k->args, "interval"));
        argv[n++] = "--interval";
        argv[n++] = interval;
    }
    int rc = os_self_path(program);
    rc = rc < 0 ? rc : os_child_start(argv, (const char *const *)environ, &k->child);
    if (rc < 0)
        log_error(rc, "serve: the recorder cannot be started");
    return rc;
}

static void keeper_hear(struct keeper *k)
{
    char text[1024];
    int n;
    while (os_child_read(k->child.out, text, sizeof text, 0) > 0)
        ;
    while ((n = os_child_read(k->child.err, text, sizeof text - 1, 0)) > 0) {
        text[n] = '\0';
        for (char *line = text, *rest; *line; line = rest) {
            rest = line + strcspn(line, "\n");
            rest += *rest ? (*rest = '\0', 1) : 0;
            log_warn(0, "%s", strncmp(line, "sonde: ", 7) == 0 ? line + 7 : line);
        }
    }
}

void keeper_look(struct keeper *k)
{
    int status;
    if (!k->own)
        return;
    if (k->child.pid) {
        keeper_hear(k);
        if (!os_child_has_ended(&k->child, 0, &status))
            return;
        keeper_hear(k);
        os_child_close(&k->child);
        log_warn(0, "serve: the recorder ended with status %d; it is started again in %d s", status,
                 (int)(AGAIN_NS / 1000000000));
        k->again_ns = os_mono_ns() + AGAIN_NS;
    } else if (os_mono_ns() >= k->again_ns && keeper_start(k) < 0)
        k->again_ns = os_mono_ns() + AGAIN_NS;
}

/* The guard before it gives it a fifth of a second; to write its last samples it may need more. */
void keeper_end(struct keeper *k)
{
    json_t *state;
    int status;
    if (!k->own || !k->child.pid)
        return;
    if (attach_json_of(k->dir, "state", &state) == 0) {
        int32_t pid = (int32_t)json_integer_value(json_object_get(state, "pid"));
        json_decref(state);
        if (os_child_is(&k->child, pid) && os_end_process(pid) == 0)
            os_child_has_ended(&k->child, END_MS, &status);
    }
    if (k->child.pid) {
        os_child_end(&k->child);
        os_child_has_ended(&k->child, END_MS, &status);
    }
    keeper_hear(k);
    if (!k->child.pid)
        os_child_close(&k->child);
}
