/* label.c - `sonde sessions label`, `unlabel`: what a person calls a session; retention keeps it from then on. */
#include "app/sessions/sessions.h"

#include "app/archived.h"
#include "app/categories.h"
#include "app/workload_learn.h"
#include "base/auto.h"
#include "base/check.h"
#include "base/log.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* What a label is worth to the classifier. */
struct taught {
    bool is_category, too_short;
    int prototypes; /* that were made of the session; below 0 an error, which was said */
};

static void label_say(const struct args *a, const char *id, const char *name, bool labelled, struct taught l)
{
    auto_buf struct buf out = { 0 };
    struct json j;
    const char *done = labelled ? "labelled" : "is no longer labelled";
    if (args_flag(a, "json")) {
        json_init(&j, &out);
        json_object(&j, NULL);
        json_string(&j, "id", id);
        json_string(&j, "label", name);
        json_string(&j, "done", done);
        json_int(&j, "prototypes", l.prototypes > 0 ? l.prototypes : 0);
        json_end(&j);
    } else {
        buf_printf(&out, "%s %s ", id, done);
        check_put_quoted(&out, name);
        if (labelled && l.prototypes > 0)
            buf_puts(&out, "; the workload classifier learnt from it, for other sessions");
        else if (labelled && l.too_short)
            buf_puts(&out, "; it is too short for the workload classifier to learn from");
    }
    puts(out.p);
}

/* A label that is nearly the name of a category was meant to be one, perhaps. */
static void label_hint(const struct workload_set *set, const char *name)
{
    const char *known[WORKLOAD_CATEGORIES];
    for (int k = 0; k < workload_set_size(set); k++)
        known[k] = workload_set_at(set, k)->name;
    const char *meant = text_nearest(name, known, (size_t)workload_set_size(set), sizeof *known);
    if (meant)
        log_warn(0, "it is no workload category, so the classifier learns nothing of it; there is one %s", meant);
}

/* A label that is the name of a category is learnt from, and one that is taken away is forgotten. */
static struct taught label_learn(const struct args *a, struct look *v, const char *id, const char *name,
                                bool labelled)
{
    struct workload_set *set;
    struct workload_learnt learnt;
    struct taught l = { 0 };
    if (categories_open(a, NULL, &set) < 0)
        return l;
    l.is_category = workload_set_find(set, name) >= 0;
    int rc = l.is_category ? workload_learn(v, set, id, &learnt) : 0;
    if (rc < 0)
        workload_say_unlearnt(v->dir.p, rc);
    else if (!l.is_category && labelled)
        label_hint(set, name);
    else if (l.is_category)
        workload_say_left_out(&learnt);
    l.prototypes = rc < 0 ? rc : l.is_category ? learnt.of_session : 0;
    l.too_short = l.is_category && rc == 0 && !learnt.of_session && !learnt.left_out;
    workload_set_free(set);
    return l;
}

/* The session of the first word, opened to write; an exit status. To be closed in any case. */
static int label_open(const struct args *a, struct look *v, char id[static INDEX_ID_MAX])
{
    int rc = archived_open(v, a, true);
    if (rc == -ENOENT && look_files(v) == 0) {
        log_error(0, "%s/index.db, which keeps labels, is not there; the recorder makes it anew when it starts",
                  v->dir.p);
        return EXIT_FAILED;
    }
    if (rc < 0)
        return archived_say(buf_text(&v->dir), rc);
    int status = archived_find(v, args_positional(a, 0), id);
    if (status == EXIT_DONE && !v->indexed) {
        log_error(0, "%s is in the archive, but %s/index.db, which keeps labels, does not know it any more", id,
                  v->dir.p);
        return EXIT_FAILED;
    }
    return status;
}

static int label_run(const struct args *a)
{
    struct look v;
    char id[INDEX_ID_MAX];
    const char *name = args_positional(a, 1), *note = args_text(a, "note");
    if (!name) {
        log_error(0, "sessions label: say which session and what to call it: sonde sessions label last NAME");
        return EXIT_USAGE;
    }
    if (text_is_blank(name) || strlen(name) >= INDEX_LABEL_MAX || !text_is_plain(name)) {
        log_error(0, "sessions label: a label is a text of 1 to %d bytes, not only blanks, without control characters",
                  INDEX_LABEL_MAX - 1);
        return EXIT_USAGE;
    }
    if (note && (strlen(note) >= INDEX_NOTE_MAX || !text_is_plain(note))) {
        log_error(0, "sessions label: --note: at most %d bytes, without control characters", INDEX_NOTE_MAX - 1);
        return EXIT_USAGE;
    }
    int status = label_open(a, &v, id);
    if (status == EXIT_DONE)
        status = archived_say(v.dir.p, index_label(v.index, id, name, note ? note : ""));
    if (status == EXIT_DONE) {
        label_say(a, id, name, true, label_learn(a, &v, id, name, true));
    }
    look_close(&v);
    return status;
}

static int unlabel(const struct args *a, struct look *v, const char *id, const char *name)
{
    struct index_session s;
    int rc = index_unlabel(v->index, id, name);
    if (rc == -ENODATA && index_session(v->index, id, &s) == 0) {
        auto_buf struct buf message = { 0 };
        buf_printf(&message, "%s has no label ", id);
        check_put_quoted(&message, name);
        log_error(0, "%s; it has %s", message.p, *s.labels ? s.labels : "none");
        return EXIT_FAILED;
    }
    if (rc == 0) {
        label_say(a, id, name, false, label_learn(a, v, id, name, false));
    }
    return archived_say(v->dir.p, rc);
}

static int unlabel_run(const struct args *a)
{
    struct look v;
    char id[INDEX_ID_MAX];
    const char *name = args_positional(a, 1);
    if (!name) {
        log_error(0, "sessions unlabel: say which session and which label: sonde sessions unlabel last NAME");
        return EXIT_USAGE;
    }
    int status = label_open(a, &v, id);
    if (status == EXIT_DONE)
        status = unlabel(a, &v, id, name);
    look_close(&v);
    return status;
}

static const struct option label_options[] = {
    { "note", 0, OPTION_TEXT, "TEXT", .help = "a sentence to go with it" },
    ARCHIVED_OPTION,
    { 0 },
};

static const struct option unlabel_options[] = { ARCHIVED_OPTION, { 0 } };

static const struct example label_examples[] = {
    { "sonde sessions label last 'new fan' --note 'replaced the front fan'", "so that it is found again, and kept" },
    { "sonde sessions label last video_editing", "what it was: the workload classifier learns from it" },
    { 0 },
};

const struct command sessions_label = {
    .name = "sessions label", .summary = "give a session a name, and keep it", .usage = "ID NAME",
    .text = "A session may have several labels. What is labelled is kept when the archive makes room. A label "
            "that it has already gets the new note. From one that is the name of a workload category (`sonde help "
            "classify`) the classifier learns what such work is like on this machine, to know it in other sessions; of "
            "several such labels the one given last counts.",
    .options = label_options, .examples = label_examples, .max_positional = 2, .run = label_run,
};

const struct command sessions_unlabel = {
    .name = "sessions unlabel", .summary = "take a label away", .usage = "ID NAME",
    .options = unlabel_options, .max_positional = 2, .run = unlabel_run,
};
