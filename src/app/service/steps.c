/* steps.c - a list of things to do to the system, shown or done. */
#include "app/service/steps.h"

#include "app/service/tool.h"
#include "base/auto.h"
#include "base/log.h"
#include "os/os.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct { const char *word, *would, *did; } words[] = {
    [STEP_FOLDER]  = { "folder", "would make",   "made" },
    [STEP_PRIVATE] = { "folder", "would make",   "made" },
    [STEP_WRITE]   = { "write",  "would write",  "wrote" },
    [STEP_DELETE]  = { "delete", "would remove", "removed" },
    [STEP_PURGE]   = { "purge",  "would remove with all that is in it", "removed with all that was in it" },
    [STEP_RUN]     = { "run",    "would run",    "ran" },
};

static struct step *steps_add(struct steps *s, enum step_kind kind, const char *path)
{
    assert(s->n < STEPS_MAX);
    struct step *one = &s->step[s->n++];
    *one = (struct step){ .kind = kind, .path = path ? mem_dup(path) : NULL };
    return one;
}

void steps_done(struct steps *s)
{
    for (int i = 0; i < s->n; i++) {
        mem_free(s->step[i].path);
        buf_done(&s->step[i].text);
        for (int k = 0; k < STEP_WORDS; k++)
            mem_free(s->step[i].word[k]);
    }
    s->n = 0;
}

void steps_folder(struct steps *s, const char *path, bool private)
{
    if (!os_exists("", path))
        steps_add(s, private ? STEP_PRIVATE : STEP_FOLDER, path);
}

struct buf *steps_write(struct steps *s, const char *path)
{
    return &steps_add(s, STEP_WRITE, path)->text;
}

void steps_delete(struct steps *s, const char *path)
{
    steps_add(s, STEP_DELETE, path);
}

void steps_purge(struct steps *s, const char *path)
{
    steps_add(s, STEP_PURGE, path);
}

struct step *steps_run(struct steps *s, bool optional, const char *const *list)
{
    struct step *one = steps_add(s, STEP_RUN, NULL);
    one->optional = optional;
    for (int i = 0; list[i]; i++) {
        assert(i < STEP_WORDS);
        one->word[i] = mem_dup(list[i]);
    }
    return one;
}

/* What a step is about: a path, or words as they would be typed. */
static void step_put(const struct step *one, struct buf *out)
{
    if (one->path)
        buf_puts(out, one->path);
    for (int i = 0; one->word[i]; i++) {
        bool plain = *one->word[i] && !strpbrk(one->word[i], " \"'$");
        buf_printf(out, plain ? "%s%s" : "%s'%s'", i ? " " : "", one->word[i]);
    }
}

void steps_below(const char *into, const char *path, struct buf *out)
{
    buf_clear(out);
    for (const char *p = path + strlen(into); *p;) {
        size_t n = strcspn(p, "/");
        if (n && (n > 1 || *p != '.')) {
            if (out->n)
                buf_putc(out, '/');
            buf_put(out, p, n);
        }
        p += n + (p[n] == '/');
    }
}

/* In a system that may be somebody else's. */
static int step_do_below(const char *into, struct step *one)
{
    auto_buf struct buf path = { 0 };
    int rc;
    if (one->kind == STEP_RUN)
        return tool_run((const char *const *)one->word, &one->text);
    steps_below(into, one->path, &path);
    if (one->kind == STEP_FOLDER || one->kind == STEP_PRIVATE)
        return os_tree_make(into, buf_text(&path), one->kind == STEP_FOLDER ? 0755 : 0700);
    if (one->kind == STEP_WRITE)
        return os_tree_put(into, buf_text(&path), one->text.p, one->text.n);
    rc = os_tree_delete(into, buf_text(&path), one->kind == STEP_PURGE);
    return rc == -ENOENT ? 0 : rc;
}

static int step_do(struct step *one)
{
    int rc = -EINVAL;
    switch (one->kind) {
    case STEP_FOLDER:
        return os_make_shared_dir(one->path);
    case STEP_PRIVATE:
        return os_make_dir(one->path);
    case STEP_WRITE:
        rc = os_write_file(one->path, one->text.p, one->text.n);
        return rc < 0 ? rc : os_share_file(one->path);
    case STEP_DELETE:
        rc = os_remove(one->path);
        return rc == -ENOENT ? 0 : rc;
    case STEP_PURGE:
        rc = os_remove_dir(one->path);
        return rc == -ENOENT ? 0 : rc;
    case STEP_RUN:
        return tool_run((const char *const *)one->word, &one->text);
    }
    return rc;
}

static void step_complain(const struct step *one, const char *what)
{
    if (one->kind != STEP_RUN)
        log_error(one->rc, "service: %s cannot be %s", what,
                  one->kind == STEP_WRITE ? "written" : one->kind < STEP_WRITE ? "made" : "removed");
    else if (one->rc < 0)
        log_error(one->rc, "service: %s did not run", what);
    else
        log_error(0, "service: %s ended with status %d: %s", what, one->rc,
                  one->text.n ? one->text.p : "it said nothing");
}

/* A folder in which somebody else has something, as a drop-in: rmdir(2). */
static bool step_stays(const struct step *one)
{
    return one->kind == STEP_DELETE && (one->rc == -ENOTEMPTY || one->rc == -EEXIST);
}

int steps_do(struct steps *s, bool quiet)
{
    for (int i = 0; i < s->n; i++) {
        struct step *one = &s->step[i];
        auto_buf struct buf what = { 0 };
        step_put(one, &what);
        one->rc = s->into && *s->into ? step_do_below(s->into, one) : step_do(one);
        one->done = one->rc == 0;
        if (step_stays(one))
            continue;
        if (one->rc && !one->optional) {
            step_complain(one, buf_text(&what));
            return -1;
        }
        if (one->rc)
            log_warn(0, "service: %s did not work, which does no harm: %s", buf_text(&what), buf_text(&one->text));
        else if (!quiet)
            printf("%s %s\n", words[one->kind].did, buf_text(&what));
    }
    return 0;
}

void steps_put_plan(const struct steps *s, struct buf *out)
{
    for (int i = 0; i < s->n; i++) {
        buf_printf(out, "%s ", words[s->step[i].kind].would);
        step_put(&s->step[i], out);
        buf_putc(out, '\n');
    }
}

void steps_put_json(const struct steps *s, struct json *j)
{
    json_array(j, "steps");
    for (int i = 0; i < s->n; i++) {
        const struct step *one = &s->step[i];
        json_object(j, NULL);
        json_string(j, "do", words[one->kind].word);
        if (one->path)
            json_string(j, "path", one->path);
        if (one->kind == STEP_WRITE)
            json_string(j, "text", buf_text(&one->text));
        if (one->kind == STEP_RUN) {
            json_array(j, "command");
            for (int k = 0; one->word[k]; k++)
                json_string(j, NULL, one->word[k]);
            json_end(j);
            json_said(j, "said", buf_text(&one->text));
        }
        json_bool(j, "done", one->done);
        json_end(j);
    }
    json_end(j);
}
