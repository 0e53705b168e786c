/* label.c - `sonde sessions label`, `unlabel`: what a person calls a session; retention keeps it from then on. */
#include "app/sessions/sessions.h"

#include "app/datadir.h"
#include "base/auto.h"
#include "base/check.h"
#include "base/log.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void label_say(const struct args *a, const char *id, const char *name, const char *what)
{
    auto_buf struct buf out = { 0 };
    struct json j;
    if (args_flag(a, "json")) {
        json_init(&j, &out);
        json_object(&j, NULL);
        json_string(&j, "id", id);
        json_string(&j, "label", name);
        json_string(&j, "done", what);
        json_end(&j);
    } else {
        buf_printf(&out, "%s %s ", id, what);
        check_put_quoted(&out, name);
    }
    puts(out.p);
}

/* The session of the first word, opened to write; an exit status. */
static int label_open(const struct args *a, struct index **x, char id[static INDEX_ID_MAX])
{
    int rc = sessions_open(a, true, x);
    if (rc == -ENOENT)
        log_error(0, "nothing is recorded yet, and so nothing to label; start with `sonde record`, or name an "
                     "archive with --data DIR");
    if (rc < 0)
        return EXIT_FAILED;
    int status = sessions_find(a, *x, args_positional(a, 0), id);
    if (status != EXIT_DONE)
        index_close(*x);
    return status;
}

static int label_run(const struct args *a)
{
    struct index *x;
    char id[INDEX_ID_MAX];
    const char *name = args_positional(a, 1), *note = args_text(a, "note");
    if (!name) {
        log_error(0, "sessions label: say which session and what to call it: sonde sessions label last NAME");
        return EXIT_USAGE;
    }
    if (!*name || strlen(name) >= INDEX_LABEL_MAX || !text_is_plain(name)) {
        log_error(0, "sessions label: a label is a text of 1 to %d bytes without control characters",
                  INDEX_LABEL_MAX - 1);
        return EXIT_USAGE;
    }
    if (note && (strlen(note) >= INDEX_NOTE_MAX || !text_is_plain(note))) {
        log_error(0, "sessions label: --note: at most %d bytes, without control characters", INDEX_NOTE_MAX - 1);
        return EXIT_USAGE;
    }
    int status = label_open(a, &x, id);
    if (status != EXIT_DONE)
        return status;
    status = sessions_status(a, index_label(x, id, name, note ? note : ""));
    if (status == EXIT_DONE)
        label_say(a, id, name, "labelled");
    index_close(x);
    return status;
}

static int unlabel_run(const struct args *a)
{
    struct index *x;
    struct index_session s;
    char id[INDEX_ID_MAX];
    const char *name = args_positional(a, 1);
    if (!name) {
        log_error(0, "sessions unlabel: say which session and which label: sonde sessions unlabel last NAME");
        return EXIT_USAGE;
    }
    int status = label_open(a, &x, id);
    if (status != EXIT_DONE)
        return status;
    int rc = index_unlabel(x, id, name);
    if (rc == -ENODATA && index_session(x, id, &s) == 0) {
        auto_buf struct buf message = { 0 };
        buf_printf(&message, "%s has no label ", id);
        check_put_quoted(&message, name);
        log_error(0, "%s; it has %s", message.p, *s.labels ? s.labels : "none");
        status = EXIT_FAILED;
    } else {
        status = sessions_status(a, rc);
    }
    if (status == EXIT_DONE)
        label_say(a, id, name, "is no longer labelled");
    index_close(x);
    return status;
}

static const struct option label_options[] = {
    { "note", 0, OPTION_TEXT, "TEXT", .help = "a sentence to go with it" },
    DATADIR_OPTION,
    { 0 },
};

static const struct option unlabel_options[] = { DATADIR_OPTION, { 0 } };

static const struct example label_examples[] = {
    { "sonde sessions label last 'new fan' --note 'replaced the front fan'", "so that it is found again, and kept" },
    { 0 },
};

const struct command sessions_label = {
    .name = "sessions label", .summary = "give a session a name, and keep it", .usage = "ID NAME",
    .text = "A session may have several labels. What is labelled is kept when the archive makes room. A label "
            "that it has already gets the new note.",
    .options = label_options, .examples = label_examples, .max_positional = 2, .run = label_run,
};

const struct command sessions_unlabel = {
    .name = "sessions unlabel", .summary = "take a label away", .usage = "ID NAME",
    .options = unlabel_options, .max_positional = 2, .run = unlabel_run,
};
