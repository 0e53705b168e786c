/* borrowed.c - steps of a plan through the helper. */
#include "app/policy/borrowed.h"

#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static bool borrowed_wants(const struct step *s, bool of_processes)
{
    enum knob_class c = s->knob->class;
    bool is = of_processes ? c == KNOB_PROCESS : c == KNOB_SYSTEM || c == KNOB_GPU;
    return is && s->lacks_right && !s->knob->opt_in && !s->knob->self_only && step_is_left(s);
}

/*
 * A program that was just executed has the name of the one before it for some microseconds more, and what is called
 * sonde is left alone by the helper.
 */
static void borrowed_await_name(int32_t pid)
{
    enum { TRIES = 20, PAUSE_NS = 1000000 };
    char path[64], own[32], name[32];
    snprintf(path, sizeof path, "/proc/%d/comm", pid);
    if (os_read_text("", "/proc/self/comm", own, sizeof own) < 0)
        return;
    for (int i = 0; i < TRIES && os_read_text("", path, name, sizeof name) >= 0 && strcmp(name, own) == 0; i++)
        os_sleep_until(os_mono_ns() + PAUSE_NS);
}

static void borrowed_open(struct borrowed *b, const struct transaction_about *about)
{
    char why[KNOB_WHY] = "";
    b->asked = true;
    int rc = helper_open(about, &b->helper, why);
    if (rc == -EACCES)
        snprintf(b->why, sizeof b->why, "the helper is for members of its group only");
    else if (rc == -EREMOTEIO)
        snprintf(b->why, sizeof b->why, "%s", why);
    else if (rc == -ENOENT || rc == -ECONNREFUSED)
        snprintf(b->why, sizeof b->why, "no helper runs here (sonde service install --policy)");
    else if (rc < 0)
        snprintf(b->why, sizeof b->why, "the helper does not answer: %s", strerror(-rc));
}

/* "it takes CAP_SYS_NICE; no helper runs here" */
static void borrowed_note(struct step *s, const char *why)
{
    char own[KNOB_WHY];
    memcpy(own, s->note, sizeof own);
    snprintf(s->note, sizeof s->note, "%.100s%s%.90s", own, *own ? "; " : "", why);
}

static void borrowed_lose(struct borrowed *b)
{
    struct undone none = { 0 };
    snprintf(b->why, sizeof b->why, "the helper is gone meanwhile");
    b->lost = b->set > 0;
    helper_end(b->helper, &none);
    b->helper = NULL;
    undone_done(&none);
}

/* Of one process, or of none (0). False: there is no helper any more. */
static bool borrowed_step(struct borrowed *b, struct step *s, int32_t pid)
{
    int rc = helper_set(b->helper, s, pid);
    b->set += rc == 0 && s->state == STEP_DONE;
    if (rc < 0)
        borrowed_lose(b);
    return rc == 0;
}

/* Of the others of the processes the first is the model, and they may end at any time. */
static void borrowed_each(struct borrowed *b, struct step *s, const int32_t *pid, size_t n)
{
    struct step model = *s;
    if (!borrowed_step(b, s, n ? pid[0] : 0)) {
        borrowed_note(s, b->why);
        return;
    }
    s->lacks_right = false;
    for (size_t i = 1; i < n && b->helper; i++) {
        struct step one = model;
        borrowed_step(b, &one, pid[i]);
    }
}

void borrowed_apply(struct borrowed *b, const struct transaction_about *about, struct plan *p, const int32_t *pid,
                    size_t n)
{
    bool waited = false;
    for (size_t i = 0; i < p->n; i++) {
        struct step *s = &p->step[i];
        if (!borrowed_wants(s, n > 0))
            continue;
        if (!b->asked)
            borrowed_open(b, about);
        if (b->helper && n && !waited)
            borrowed_await_name(pid[0]);
        waited = true;
        if (b->helper)
            borrowed_each(b, s, pid, n);
        else
            borrowed_note(s, b->why);
    }
}

void borrowed_end(struct borrowed *b, struct undone *out)
{
    int rc = b->helper ? helper_end(b->helper, out) : 0;
    b->helper = NULL;
    b->lost = b->lost || (rc < 0 && b->set > 0);
}
