/*
 * test_ask.c - questions of tests/ask/questions.tsv to the machines of ask_sample.h, and that an answer has no number
 * that is not among its facts.
 *
 * A row is: question, machine, now (with the zone), what was asked before ("-" for nothing), what is expected. The
 * expectations are separated by "; ":
 *
 *   answered, no-data, not-understood, off-topic   the status
 *   @value                                         the intent
 *   cpu.util=25~0.5                                a fact of that metric (or that label, in quotes) has the value
 *   from=2026-11-25T02:00 to=... at=...~10         the period, and a fact of that time; within a minute, or so many
 *   +word  -word                                   is in the text, is not (any case)
 *   log=14:05:00 kernel: Out                       so begin the lines of logs beside the text
 *
 * With SONDE_ASK_PRINT set every answer is printed; SONDE_ASK_FILE names another table.
 */
#include "ask_sample.h"
#include "test.h"

#include "ask/ask.h"
#include "ask/meaning.h"
#include "base/auto.h"
#include "base/text.h"
#include "core/adapter.h"
#include "core/amount.h"
#include "os/os.h"

#include <ctype.h>
#include <strings.h>

enum { MACHINES = 7, FIELDS = 5 };

struct machines {
    char dir[MACHINES][64];
    struct look look[MACHINES];
};

static int machines_setup(void **state)
{
    struct machines *m = calloc(1, sizeof *m);
    for (int i = 0; ask_sample_machines[i]; i++) {
        ask_sample_make(ask_sample_machines[i], m->dir[i]);
        int rc = look_open(&m->look[i], m->dir[i], false);
        assert_true(rc == 0 || strcmp(ask_sample_machines[i], "empty") == 0);
    }
    *state = m;
    return 0;
}

static int machines_teardown(void **state)
{
    struct machines *m = *state;
    for (int i = 0; i < MACHINES; i++) {
        look_close(&m->look[i]);
        os_remove_dir(m->dir[i]);
    }
    free(m);
    return 0;
}

static struct look *machines_look(struct machines *m, const char *name)
{
    for (int i = 0; ask_sample_machines[i]; i++)
        if (strcmp(ask_sample_machines[i], name) == 0)
            return &m->look[i];
    fail_msg("there is no machine %s", name);
    return NULL;
}

static const char *missing(void *self, const char *globs)
{
    (void)self;
    return adapter_provides("gpu.*", globs) ? "no graphics processor was found" : "";
}

/* "2026-11-25T12:00+01:00": the instant, and its zone. */
static struct ask_world world_of(struct look *look, const char *now)
{
    struct ask_world w = { .look = look, .missing = missing };
    char full[64];
    const char *zone = now + 16;
    snprintf(full, sizeof full, "%.16s:00%s", now, *zone ? zone : "Z");
    if (!text_parse_time(full, &w.now_ms))
        fail_msg("%s is no time", now);
    if (*zone == '+' || *zone == '-')
        w.offset_s = (*zone == '-' ? -60 : 60) * (atoi(zone + 1) * 60 + atoi(zone + 4));
    return w;
}

/* ---- numbers ---- */

/* Is the number text, which is n bytes long, how a fact of the answer reads, or a time of it? */
static bool number_is_held(const struct answer *a, const struct times_here *here, const char *p, size_t n)
{
    for (size_t i = 0; i < a->n_facts; i++) {
        const struct answer_fact *f = &a->facts[i];
        char amount[AMOUNT_MAX], time[64], span[32], plain[64];
        amount_text(f->value, f->unit, amount);
        text_span(f->value, span, sizeof span);
        times_text(here, f->time_ms, time, sizeof time);
        snprintf(plain, sizeof plain, "%.0f %g", f->value, f->value);
        const char *const all[] = { amount, f->unit == UNIT_SECOND ? span : "", f->time_ms ? time : "", plain,
                                    f->label, f->metric };
        int h = 0, m = 0, s = 0;
        bool clock = memchr(p, ':', n) && sscanf(p, "%d:%d:%d", &h, &m, &s) >= 2;
        if (f->value == (clock ? h * 3600 + m * 60 + s : strtod(p, NULL)))
            return true;
        for (size_t k = 0; k < sizeof all / sizeof *all; k++)
            for (const char *q = all[k]; (q = strpbrk(q, "0123456789")); q += strspn(q, "0123456789.:"))
                if (strncmp(q, p, n) == 0 && !isdigit((unsigned char)q[n]))
                    return true;
    }
    struct span s = { SPAN_RANGE, a->from_ms, a->to_ms };
    for (int kind = SPAN_AT; kind <= SPAN_RANGE; kind++) {
        char text[128];
        s.kind = (enum span_kind)kind;
        times_span_text(here, &s, text, sizeof text);
        for (const char *q = text; (q = strpbrk(q, "0123456789")); q += strspn(q, "0123456789.:"))
            if (strncmp(q, p, n) == 0 && !isdigit((unsigned char)q[n]))
                return true;
    }
    return false;
}

/* The first number of a text that is held by nothing; NULL. Zones and parts of names are none. */
static const char *number_loose(const struct answer *a, const struct ask_world *w)
{
    struct times_here here = { .now_ms = w->now_ms, .offset_s = w->offset_s };
    const char *text = buf_text(&a->text);
    bool quoted = false; /* the words of who asked */
    for (const char *p = text, *from = text; (p = strpbrk(p, "0123456789"));) {
        for (; from < p; from++)
            quoted = quoted != (*from == '"');
        size_t n = strspn(p, "0123456789.:");
        while (n > 1 && strchr(".:", p[n - 1]))
            n--;
        bool name = p > text && (isalpha((unsigned char)p[-1]) || strchr("_{", p[-1]));
        bool zone = p >= text + 4 && strncmp(p - 4, "UTC", 3) == 0;
        if (!name && !zone && !quoted && !number_is_held(a, &here, p, n))
            return p;
        p += n;
    }
    return NULL;
}

/* ---- expectations ---- */

static bool has_text(const struct answer *a, const char *word)
{
    return strcasestr(buf_text(&a->text), word) != NULL;
}

static bool expect_fact(const struct answer *a, const char *what)
{
    char name[160];
    bool label = *what == '"';
    const char *value = strchr(what, '=') + 1, *slack = strchr(value, '~');
    double want = atof(value), most = slack ? atof(slack + 1) : 1e-9;
    snprintf(name, sizeof name, "%.*s", (int)(value - 1 - what) - 2 * label, what + label);
    for (size_t i = 0; i < a->n_facts; i++)
        if (strcmp(label ? a->facts[i].label : a->facts[i].metric, name) == 0 && fabs(a->facts[i].value - want) <= most)
            return true;
    return false;
}

static bool expect_time(const struct answer *a, const char *what)
{
    char full[64];
    int64_t want;
    const char *value = strchr(what, '=') + 1, *slack = strchr(value, '~');
    int64_t most = slack ? atoi(slack + 1) * INT64_C(60000) : 60000;
    snprintf(full, sizeof full, "%.16s:00Z", value);
    assert_true(text_parse_time(full, &want));
    for (size_t i = 0; *what == 'a' && i < a->n_facts; i++)
        if (llabs(a->facts[i].time_ms - want) <= most)
            return true;
    return *what == 'f' ? llabs(a->from_ms - want) <= 60000 : *what == 't' && llabs(a->to_ms - want) <= 60000;
}

static bool expect_one(const struct answer *a, const char *what)
{
    if (*what == '+' || *what == '-')
        return has_text(a, what + 1) == (*what == '+');
    if (*what == '@')
        return strcmp(a->intent, what + 1) == 0;
    if (strncmp(what, "log=", 4) == 0)
        return strncmp(buf_text(&a->logs), what + 4, strlen(what + 4)) == 0;
    if (strncmp(what, "from=", 5) == 0 || strncmp(what, "to=", 3) == 0 || strncmp(what, "at=", 3) == 0)
        return expect_time(a, what);
    if (strchr(what, '='))
        return expect_fact(a, what);
    return strcmp(answer_status_name(a->status), what) == 0;
}

static void print_answer(const struct answer *a)
{
    printf("#   %s %s: %s\n", answer_status_name(a->status), a->intent, buf_text(&a->text));
    for (size_t i = 0; getenv("SONDE_ASK_FACTS") && i < a->n_facts; i++)
        printf("#     %s = %.10g %s [%s] at %lld\n", a->facts[i].label, a->facts[i].value, unit_code(a->facts[i].unit),
               a->facts[i].metric, (long long)a->facts[i].time_ms);
}

/* ---- the table ---- */

static int row_fields(char *line, char *field[static FIELDS])
{
    int n = 0;
    line[strcspn(line, "\n")] = '\0';
    for (char *p = line; p && n < FIELDS; n++) {
        field[n] = p;
        p = strchr(p, '\t');
        if (p)
            *p++ = '\0';
    }
    return n;
}

static int row_fails(struct machines *m, char *field[static FIELDS], int number)
{
    struct ask_world w = world_of(machines_look(m, field[1]), field[2]);
    struct answer before = { 0 }, a;
    int fails = 0;
    if (strcmp(field[3], "-") != 0)
        assert_int_equal(ask(&w, field[3], NULL, &before), 0);
    assert_int_equal(ask(&w, field[0], buf_text(&before.context), &a), 0);
    if (getenv("SONDE_ASK_PRINT"))
        printf("# %d %s (%s)\n", number, field[0], field[1]), print_answer(&a);
    for (char *rest, *what = strtok_r(field[4], ";", &rest); what; what = strtok_r(NULL, ";", &rest)) {
        what += strspn(what, " ");
        if (expect_one(&a, what))
            continue;
        printf("# row %d, \"%s\" of %s: not %s\n", number, field[0], field[1], what);
        fails++;
    }
    const char *loose = number_loose(&a, &w);
    if (loose) {
        printf("# row %d, \"%s\": no fact holds the number of \"%.24s\"\n", number, field[0], loose);
        fails++;
    }
    if (fails && !getenv("SONDE_ASK_PRINT"))
        print_answer(&a);
    answer_done(&before);
    answer_done(&a);
    return fails > 0;
}

static void test_questions(void **state)
{
    char path[512], line[1024], *field[FIELDS];
    if (getenv("SONDE_ASK_FILE"))
        snprintf(path, sizeof path, "%s", getenv("SONDE_ASK_FILE"));
    else
        SOURCE_PATH(path, "tests/ask/questions.tsv");
    auto_fclose FILE *f = fopen(path, "r");
    int number = 0, asked = 0, failed = 0;
    assert_non_null(f);
    while (fgets(line, sizeof line, f)) {
        number++;
        if (*line == '#' || *line == '\n')
            continue;
        if (row_fields(line, field) < FIELDS)
            fail_msg("row %d has not all fields", number);
        asked++;
        failed += row_fails(*state, field, number);
    }
    printf("# %d questions, %d failed\n", asked, failed);
    assert_int_equal(failed, 0);
    if (!getenv("SONDE_ASK_FILE"))
        assert_true(asked >= 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_questions),
    };
    return cmocka_run_group_tests_name("ask", tests, machines_setup, machines_teardown);
}
