/*
 * args.c - the words of a command line, against the tables of a command.
 *
 * Follows the conventions of getopt_long(3): --name VALUE, --name=VALUE, -n VALUE, -nVALUE, -ab for
 * flags, options and positional words in any order, "--" ends the options, the last of two wins.
 * Not by getopt_long() itself, because every complaint here names the option as it was spelled, the
 * nearest one and the bounds, all of which it keeps to itself, and because it accepts
 * abbreviations, which break scripts when an option is added.
 */
#include "app/args.h"

#include "base/auto.h"
#include "base/check.h"
#include "base/text.h"
#include "os/os.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <string.h>

struct given {
    const struct option *option;
    const char *text; /* NULL for a flag */
    double number;    /* of numbers, durations and times */
};

struct args {
    const struct command *command;
    const struct config *config;
    struct given *given;     /* each option once */
    int n_given;
    const char **positional;
    int n_positional;
};

/* Where reading stands. */
struct parse {
    struct args *a;
    int argc, i;
    char *const *argv;
    struct buf *complaint;
};

enum { TABLES = 2 };

static const struct option *args_table(const struct command *c, int which)
{
    return which == 0 ? c->options : command_common();
}

static const struct option *args_find(const struct command *c, const char *name, size_t n,
                                      char letter)
{
    for (int t = 0; t < TABLES; t++)
        for (const struct option *o = args_table(c, t); o && o->name; o++)
            if (letter ? o->letter == letter : strncmp(o->name, name, n) == 0 && o->name[n] == '\0')
                return o;
    return NULL;
}

static int args_count(const struct command *c)
{
    int n = 0;
    for (int t = 0; t < TABLES; t++)
        for (const struct option *o = args_table(c, t); o && o->name; o++)
            n++;
    return n;
}

/* The option that was meant by a wrong name: one that it begins, else the nearest spelling. */
static const char *args_meant(const struct command *c, const char *wrong)
{
    enum { MAX = 128 };
    const char *name[MAX];
    size_t n = 0, length = strlen(wrong);
    for (int t = 0; t < TABLES; t++)
        for (const struct option *o = args_table(c, t); o && o->name && n < MAX; o++) {
            if (length > 1 && strncmp(o->name, wrong, length) == 0)
                return o->name;
            name[n++] = o->name;
        }
    return text_nearest(wrong, name, n, sizeof *name);
}

static void args_complain(struct parse *p)
{
    buf_printf(p->complaint, "%s: ", p->a->command->name);
}

/* Ends the complaint: a question mark ("did you mean --duration?") ends a sentence already. */
static int args_refuse(struct parse *p)
{
    bool asked = p->complaint->p[p->complaint->n - 1] == '?';
    buf_printf(p->complaint, "%s See `sonde help %s`.", asked ? "" : ".", p->a->command->name);
    return -EINVAL;
}

static int args_unknown(struct parse *p, const char *dashes, const char *name, size_t n)
{
    char wrong[64];
    text_copy(wrong, n < sizeof wrong ? n + 1 : sizeof wrong, name);
    args_complain(p);
    buf_printf(p->complaint, "unknown option %s%s", dashes, wrong);
    const char *meant = dashes[1] ? args_meant(p->a->command, wrong) : NULL;
    if (meant)
        buf_printf(p->complaint, "; did you mean --%s?", meant);
    return args_refuse(p);
}

static bool args_check(const struct option *o, const char *text, double *number, struct buf *why)
{
    int64_t ms;
    switch (o->type) {
    case OPTION_NUMBER:
        return check_number(text, o->min, o->max, number, why);
    case OPTION_COUNT:
        return check_count(text, o->min, o->max, number, why);
    case OPTION_DURATION:
        return check_duration(text, o->min, o->max, number, why);
    case OPTION_CHOICE:
        return check_choice(text, o->choices, why);
    case OPTION_TIME:
        if (!check_time(text, os_wall_ms(), &ms, why))
            return false;
        *number = (double)ms; /* exact for 285,000 years */
        return true;
    default:
        if (!*text)
            buf_printf(why, "empty; give %s", o->value);
        return *text;
    }
}

static void args_keep(struct args *a, struct given g)
{
    int i = 0;
    while (i < a->n_given && a->given[i].option != g.option)
        i++;
    a->given[i] = g;
    if (i == a->n_given)
        a->n_given++;
}

/* One option, spelled as it was given, with what follows it in the same word or NULL. */
static int args_take(struct parse *p, const struct option *o, const char *spelled, const char *value)
{
    if (o->type == OPTION_FLAG) {
        if (value) {
            args_complain(p);
            buf_printf(p->complaint, "%s takes no value", spelled);
            return args_refuse(p);
        }
        args_keep(p->a, (struct given){ .option = o });
        return 0;
    }
    /* A value may be "-1" or "-" (standard input), but "--json" is the next option. */
    if (!value && p->i + 1 < p->argc && strncmp(p->argv[p->i + 1], "--", 2) != 0)
        value = p->argv[++p->i];
    if (!value) {
        args_complain(p);
        buf_printf(p->complaint, "%s needs a value: %s %s", spelled, spelled, o->value);
        return args_refuse(p);
    }
    struct given g = { .option = o, .text = value, .number = NAN };
    auto_buf struct buf why = { 0 };
    if (!args_check(o, value, &g.number, &why)) {
        args_complain(p);
        buf_printf(p->complaint, "%s: %s", spelled, buf_text(&why));
        return args_refuse(p);
    }
    args_keep(p->a, g);
    return 0;
}

static int args_long(struct parse *p, const char *word)
{
    const char *equals = strchr(word, '=');
    size_t n = equals ? (size_t)(equals - word) : strlen(word);
    const struct option *o = args_find(p->a->command, word, n, 0);
    if (!o)
        return args_unknown(p, "--", word, n);
    char spelled[80];
    snprintf(spelled, sizeof spelled, "--%s", o->name);
    return args_take(p, o, spelled, equals ? equals + 1 : NULL);
}

static int args_letters(struct parse *p, const char *word)
{
    for (const char *w = word; *w; w++) {
        const struct option *o = args_find(p->a->command, "", 0, *w);
        if (!o)
            return args_unknown(p, "-", w, 1);
        bool flag = o->type == OPTION_FLAG;
        int rc = args_take(p, o, (char[]){ '-', *w, '\0' }, !flag && w[1] ? w + 1 : NULL);
        if (rc < 0 || !flag)
            return rc;
    }
    return 0;
}

static int args_word(struct parse *p, const char *word)
{
    struct args *a = p->a;
    if (a->n_positional < a->command->max_positional || a->command->passes) {
        a->positional[a->n_positional++] = word;
        return 0;
    }
    args_complain(p);
    buf_puts(p->complaint, a->n_positional ? "one word too many: " : "takes options only, not ");
    check_put_quoted(p->complaint, word);
    if (command_find(word))
        buf_printf(p->complaint, "; the command comes first: sonde %s", word);
    return args_refuse(p);
}

int args_parse(const struct command *c, int argc, char *const *argv, struct args **out,
               struct buf *complaint)
{
    struct args *a = mem_new(sizeof *a);
    *a = (struct args){
        .command = c, .given = mem_new((size_t)args_count(c) * sizeof *a->given),
        .positional = mem_new((size_t)((c->passes ? argc : c->max_positional) + 1) * sizeof *a->positional) };
    struct parse p = { .a = a, .argc = argc, .argv = argv, .complaint = complaint };
    int rc = 0;
    bool options = true;
    for (; p.i < argc && rc == 0; p.i++) {
        const char *word = argv[p.i];
        options = options && !(c->passes && a->n_positional);
        if (options && strcmp(word, "--") == 0)
            options = false;
        else if (options && word[0] == '-' && word[1] == '-')
            rc = args_long(&p, word + 2);
        else if (options && word[0] == '-' && word[1])
            rc = args_letters(&p, word + 1);
        else
            rc = args_word(&p, word);
    }
    if (rc < 0) {
        args_free(a);
        return rc;
    }
    *out = a;
    return 0;
}

void args_free(struct args *a)
{
    if (!a)
        return;
    mem_free(a->given);
    mem_free(a->positional);
    mem_free(a);
}

void args_set_config(struct args *a, const struct config *c)
{
    a->config = c;
}

bool args_has(const struct args *a, const char *name)
{
    return args_find(a->command, name, strlen(name), 0);
}

static const struct option *args_must(const struct args *a, const char *name)
{
    const struct option *o = args_find(a->command, name, strlen(name), 0);
    assert(o && "the command asks for an option that is not in its table");
    return o;
}

static const struct given *args_get(const struct args *a, const struct option *o)
{
    for (int i = 0; i < a->n_given; i++)
        if (a->given[i].option == o)
            return &a->given[i];
    return NULL;
}

bool args_flag(const struct args *a, const char *name)
{
    const struct option *o = args_must(a, name);
    assert(o->type == OPTION_FLAG);
    return args_get(a, o);
}

bool args_given(const struct args *a, const char *name)
{
    return args_get(a, args_must(a, name));
}

const char *args_text(const struct args *a, const char *name)
{
    const struct option *o = args_must(a, name);
    assert(o->type != OPTION_FLAG);
    const struct given *g = args_get(a, o);
    return g ? g->text : o->fallback;
}

double args_number(const struct args *a, const char *name)
{
    const struct option *o = args_must(a, name);
    assert(o->type == OPTION_NUMBER || o->type == OPTION_COUNT || o->type == OPTION_DURATION);
    const struct given *g = args_get(a, o);
    double v = NAN;
    if (g)
        return g->number;
    if (o->fallback && !(o->type == OPTION_DURATION ? text_duration : text_double)(o->fallback, &v))
        assert(!"the default in the table is not a number");
    return v;
}

int64_t args_time(const struct args *a, const char *name)
{
    const struct option *o = args_must(a, name);
    assert(o->type == OPTION_TIME);
    const struct given *g = args_get(a, o);
    return g ? (int64_t)g->number : 0;
}

const char *args_positional(const struct args *a, int i)
{
    return i >= 0 && i < a->n_positional ? a->positional[i] : NULL;
}

const char *const *args_words(const struct args *a)
{
    return a->positional;
}

int args_positionals(const struct args *a)
{
    return a->n_positional;
}

const struct config *args_config(const struct args *a)
{
    return a->config;
}
