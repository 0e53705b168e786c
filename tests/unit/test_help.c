/* Help and manual pages of made-up commands: widths, columns,
 * what roff must not take for requests. */
#include "test.h"

#include "app/help.h"
#include "base/wrap.h"
#include "core/config.h"

static const struct option options[] = {
    { "duration", 'd', OPTION_DURATION, "SECONDS", 1, 86400, .fallback = "60",
      .help = "how long to collect, which is a rather long sentence that needs a second line" },
    { "a-very-long-option-name", 0, OPTION_FILE, "FILE", .help = "has a line of its own" },
    { "mode", 'm', OPTION_CHOICE, "MODE", .choices = "collect full", .fallback = "full", .help = "what to do" },
    { "steps", 0, OPTION_NUMBER, "N", .min = 1, .max = INFINITY, .help = "at least one" },
    { "plot", 0, OPTION_FLAG, .help = "draw" },
    { 0 },
};

static const struct example examples[] = { { "sonde watch \\x", ".dots are no requests" }, { 0 } };

static const struct command watch = {
    .name = "watch", .summary = "look at it", .usage = "[FILE]", .options = options, .examples = examples,
    .text = "First paragraph with `quotes`, a \\ and words enough to be longer than any line that is allowed here.\n\n"
            "'Second.\n.TH third",
    .max_positional = 1,
};

static void assert_width(const char *text, size_t width)
{
    for (const char *p = text; *p; p += strcspn(p, "\n") + 1)
        assert_true(strcspn(p, "\n") <= width);
}

static void wrapping(void **state)
{
    (void)state;
    static const struct { const char *text; int at; const char *prefix; int width; const char *want; } cases[] = {
        { "", 0, "", 10, "\n" },
        { "one two three", 0, "", 7, "one two\nthree\n" },
        { "one two three", 4, "    ", 11, "one two\n    three\n" },
        { "one two", 0, "# ", 3, "one\n# two\n" },
        { "unbreakable x", 0, "", 4, "unbreakable\nx\n" },
        { "a\nb  c", 0, "", 80, "a b c\n" },
        { "a\n\nb", 2, "  ", 80, "a\n\n  b\n" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf out = { 0 };
        wrap_put(&out, cases[i].text, cases[i].at, cases[i].prefix, cases[i].width);
        assert_string_equal(out.p, cases[i].want);
        buf_done(&out);
    }
}

static void columns(void **state)
{
    (void)state;
    struct buf out = { 0 };
    help_command(&watch, 80, &out);
    static const char *const lines[] = {
        "sonde watch - look at it\n\nUsage: sonde watch [OPTIONS] [FILE]\n",
        ("\n  -d, --duration SECONDS  how long to collect, which is a rather long sentence\n"
         "                          that needs a second line (1 to 86400; default 60)\n"),
        "\n      --a-very-long-option-name FILE\n                          has a line of its own\n",
        "\n  -m, --mode MODE         what to do (collect, full; default full)\n",
        "\n      --steps N           at least one (at least 1)\n",
        "\n      --plot              draw\n",
        "\n  -q, --quiet ",
        "\n  sonde watch \\x\n      .dots are no requests\n",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_non_null(strstr(out.p, lines[i]));
    buf_done(&out);
}

static void widths(void **state)
{
    (void)state;
    for (int width = 60; width <= 80; width += 10) {
        size_t n;
        const struct command *const *all = command_all(&n);
        struct buf out = { 0 };
        help_command(&watch, width, &out);
        help_overview(width, &out);
        help_config(width, &out);
        for (size_t i = 0; i < n && width == 80; i++) { /* examples are as long as they are, but fit a terminal */
            help_command(all[i], width, &out);
            for (const struct command *const *v = all[i]->verbs; v && *v; v++)
                help_command(*v, width, &out);
        }
        assert_width(out.p, (size_t)width);
        buf_done(&out);
    }
}

static void manual(void **state)
{
    (void)state;
    struct buf out = { 0 };
    man_command(&watch, &out);
    static const char *const parts[] = {
        ".TH SONDE-WATCH 1 ",
        "First paragraph with \\(gaquotes\\(ga, a \\e and",
        ".PP\n\\&'Second.\n\\&.TH third\n",
        ".TP\n\\fB\\-d\\fR, \\fB\\-\\-duration\\fR \\fISECONDS\\fR\n",
        ".TP\n\\fBsonde watch \\ex\\fR\n\\&.dots",
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        assert_non_null(strstr(out.p, parts[i]));
    buf_done(&out);
}

/* A verb stands in the help of its command, in its manual page, in the script and in the JSON. */
static void verbs(void **state)
{
    (void)state;
    static const struct command look = {
        .name = "watch look", .summary = "see it", .usage = "[ID | last]", .options = options,
        .text = "It is looked at.",
    };
    static const struct command *const list[] = { &look, &watch, NULL };
    static const struct command parent = { .name = "watch", .summary = "look at it", .usage = "", .verbs = list };
    struct buf help = { 0 }, man = { 0 }, unknown = { 0 }, page = { 0 };
    help_command(&parent, 80, &help);
    man_command(&parent, &man);
    assert_non_null(strstr(help.p, "Usage: sonde watch [COMMAND] [OPTIONS]\n"));
    assert_non_null(strstr(help.p, "\n  look [ID | last]        see it\n"));
    assert_non_null(strstr(help.p, "\nWithout one, `sonde watch` is `sonde watch look`"));
    assert_non_null(strstr(man.p, ".SS \"look\"\n.B sonde watch look\n[\\fIOPTIONS\\fR] [ID | last]\n"
                           ".PP\nIt is looked at.\n.TP\n"));
    man_command(&look, &page); /* one word: man(7) takes the second one for the section */
    assert_non_null(strstr(page.p, "\n.TH SONDE-WATCH-LOOK 1 "));
    assert_non_null(strstr(page.p, ".SH NAME\nsonde\\-watch\\-look \\- see it\n"));
    assert_ptr_equal(command_verb(&parent, "look"), &look);
    assert_null(command_verb(&parent, "watch look"));
    assert_null(command_verb(&look, "look"));
    command_put_unknown_verb(&parent, "lok", &unknown);
    assert_string_equal(unknown.p, "watch: there is no 'lok'; did you mean look? See `sonde help watch`.");
    buf_done(&help);
    buf_done(&man);
    buf_done(&page);
    buf_done(&unknown);
}

/* Every command and key is in what is made from the tables. */
static void complete(void **state)
{
    (void)state;
    size_t n, n_keys;
    const struct command *const *all = command_all(&n);
    const struct config_key *keys = config_keys(&n_keys);
    struct buf overview = { 0 }, script = { 0 }, man = { 0 }, json = { 0 };
    help_overview(80, &overview);
    completion_bash(&script);
    man_config(&man);
    help_json(NULL, &json);
    for (size_t i = 0; i < n; i++) {
        assert_non_null(strstr(overview.p, all[i]->name));
        assert_non_null(strstr(script.p, all[i]->name));
        assert_non_null(strstr(json.p, all[i]->summary));
        for (const struct command *const *v = all[i]->verbs; v && *v; v++) {
            char name[80];
            snprintf(name, sizeof name, " %s_%s) words+=", all[i]->name, command_leaf(*v));
            assert_non_null(strstr(script.p, name));
            assert_non_null(strstr(json.p, (*v)->summary));
        }
        assert_ptr_equal(command_find(all[i]->name), all[i]);
    }
    for (size_t i = 0; i < n_keys; i++)
        assert_non_null(strstr(man.p, config_leaf(&keys[i])));
    buf_done(&overview);
    buf_done(&script);
    buf_done(&man);
    buf_done(&json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrapping), cmocka_unit_test(columns), cmocka_unit_test(widths),
        cmocka_unit_test(manual), cmocka_unit_test(verbs), cmocka_unit_test(complete),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
