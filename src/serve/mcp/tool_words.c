/* tool_words.c - who was there at an instant, and questions in words. */
#include "serve/mcp/mcp_own.h"

#include "ask/ask.h"
#include "base/auto.h"
#include "core/amount.h"
#include "endpoint/hide_names.h"
#include "look/instant.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PROCESSES 12
#define PROCESSES_MAX 60
#define FACTS_MAX 20

/* ---- processes ---- */

enum sort { BY_CPU, BY_MEMORY, BY_DISK };

static double process_amount(const struct instant_proc *p, enum sort by)
{
    double v = by == BY_CPU ? p->use.cpu_percent : by == BY_MEMORY ? p->p.rss_bytes :
               fmax(p->use.read_rate, 0) + fmax(p->use.write_rate, 0);
    return isfinite(v) ? v : -1;
}

static int process_order_cpu(const void *a, const void *b)
{
    double x = process_amount(a, BY_CPU), y = process_amount(b, BY_CPU);
    return (x < y) - (x > y);
}

static int process_order_memory(const void *a, const void *b)
{
    double x = process_amount(a, BY_MEMORY), y = process_amount(b, BY_MEMORY);
    return (x < y) - (x > y);
}

static int process_order_disk(const void *a, const void *b)
{
    double x = process_amount(a, BY_DISK), y = process_amount(b, BY_DISK);
    return (x < y) - (x > y);
}

static void processes_sort(struct instant_procs *all, const char *by)
{
    int (*order)(const void *, const void *) = !by || strcmp(by, "cpu") == 0 ? process_order_cpu :
                                               strcmp(by, "memory") == 0 ? process_order_memory : process_order_disk;
    if (all->n)
        qsort(all->p, all->n, sizeof *all->p, order);
}

static void process_put(struct told *t, const struct instant_proc *p)
{
    char cpu[AMOUNT_MAX], memory[AMOUNT_MAX], read[AMOUNT_MAX], write[AMOUNT_MAX];
    const char state[2] = { p->p.state, '\0' };
    json_object(&t->j, NULL);
    json_int(&t->j, "pid", p->p.pid);
    json_int(&t->j, "ppid", p->p.ppid);
    told_name(t, "name", p->p.name);
    json_string(&t->j, "state", *state ? state : NULL);
    told_number(t, "cpu_percent", p->use.cpu_percent);
    told_number(t, "memory_bytes", p->p.rss_bytes);
    told_number(t, "read_bytes_per_s", p->use.read_rate);
    told_number(t, "write_bytes_per_s", p->use.write_rate);
    told_number(t, "gpu_bytes", p->p.gpu_bytes);
    json_end(&t->j);
    told_say(t, "%s (pid %d): cpu %s of a core, memory %s, read %s, write %s\n", p->p.name, (int)p->p.pid,
             amount_text(p->use.cpu_percent, UNIT_PERCENT, cpu), amount_text(p->p.rss_bytes, UNIT_BYTE, memory),
             amount_text(p->use.read_rate, UNIT_BYTE_PER_S, read),
             amount_text(p->use.write_rate, UNIT_BYTE_PER_S, write));
}

static void processes_put(struct told *t, struct instant_procs *all, const char *by, int most, const char *reason)
{
    char when[TOLD_TIME_MAX];
    size_t n = all->n < (size_t)most ? all->n : (size_t)most;
    processes_sort(all, by);
    for (size_t i = 0; i < all->n && !t->mcp->o.process_names; i++)
        hide_name(&t->hide, HIDE_PROCESS, all->p[i].p.name);
    told_time(t, "time", all->wall_ms);
    json_bool(&t->j, "complete", all->table_ms != 0);
    told_say(t, "At %s, %zu processes are known%s; by %s:\n", told_when(all->wall_ms, when), all->n,
             all->table_ms ? "" : " (only the busiest)", by ? by : "cpu");
    json_array(&t->j, "processes");
    for (size_t i = 0; i < n; i++)
        process_put(t, &all->p[i]);
    json_end(&t->j);
    json_int(&t->j, "left_out", (int64_t)(all->n - n));
    json_string(&t->j, "reason", reason);
    if (reason)
        told_say(t, "None: %s.\n", reason);
}

static void processes_run(struct told *t, const struct http_request *r)
{
    struct api_range range;
    struct instant_procs all = { 0 };
    int most = told_count(t, r, "limit", PROCESSES);
    if (!told_range(t, r, 0, &range))
        return;
    int64_t at_ms = range.to_ms;
    if (!api_time(t->api, r, "at", &at_ms, &t->refusal))
        return;
    int rc = instant_procs(&t->api->look, range.session, at_ms, &all);
    if (rc < 0 && rc != -ENODATA) {
        api_fail(&t->refusal, rc);
        return;
    }
    if (rc < 0)
        all = (struct instant_procs){ .wall_ms = at_ms };
    processes_put(t, &all, http_query(r, "sort"), most, rc < 0 ? "nothing was recorded in the two minutes before" :
                  all.n ? NULL : "no processes were recorded");
    instant_done(&all);
}

static const struct tool_arg processes_args[] = {
    { "at", TOOL_TIME, .help = "the instant; default: the last that was recorded" },
    { "sort", TOOL_CHOICE, .choices = "cpu memory disk", .help = "which stand first; default cpu" },
    { "limit", TOOL_COUNT, .min = 1, .max = PROCESSES_MAX, .help = "processes at most; default 12" },
    TOOL_SESSION, { 0 },
};

const struct tool tool_processes = {
    .name = "processes", .title = "Processes of an instant",
    .help = "Which processes ran at an instant, now or in the past, and what they used: processor (percent of one "
            "core), memory, disk, GPU memory. Short names only, never arguments or users. For who caused something, "
            "give the instant of the peak that anomalies or query told.",
    .args = processes_args,
    .shape = "time:T complete:b processes:[{pid:i ppid:i name:s state:S cpu_percent:n memory_bytes:n "
             "read_bytes_per_s:n write_bytes_per_s:n gpu_bytes:n}] left_out:i reason:S",
    .run = processes_run,
};

/* ---- ask ---- */

#define CONTEXT_BYTES 4000
#define OFFSET_MAX 840 /* minutes: UTC+14 */

static void ask_put_facts(struct told *t, const struct answer *a)
{
    json_array(&t->j, "facts");
    for (size_t i = 0; i < a->n_facts && i < FACTS_MAX; i++) {
        const struct answer_fact *f = &a->facts[i];
        json_object(&t->j, NULL);
        told_text(t, "label", f->label);
        told_number(t, "value", f->value);
        json_string(&t->j, "unit", unit_code(f->unit));
        told_said(t, "metric", f->metric);
        told_time(t, "time", f->time_ms);
        json_end(&t->j);
    }
    json_end(&t->j);
}

/* Where a name would stand in it, there is none: the next question says all. */
static void ask_put_context(struct told *t, const struct answer *a)
{
    auto_buf struct buf plain = { 0 };
    const char *context = buf_text(&a->context);
    if (t->hides)
        hide_put(&t->hide, context, &plain);
    json_said(&t->j, "context", t->hides && strcmp(buf_text(&plain), context) != 0 ? "" : context);
}

static void ask_put(struct told *t, const struct answer *a)
{
    auto_buf struct buf nameless = { 0 };
    if (t->hides) {
        hide_names_learn(&t->hide, &t->api->look, a, NULL);
        answer_nameless(a, &nameless);
    }
    const char *text = buf_text(t->hides ? &nameless : &a->text);
    json_string(&t->j, "status", answer_status_name(a->status));
    told_text(t, "answer", text);
    told_time(t, "from", a->from_ms);
    told_time(t, "to", a->to_ms);
    ask_put_facts(t, a);
    json_array(&t->j, "suggestions");
    for (int i = 0; i < a->n_suggestions; i++)
        told_text(t, NULL, a->suggestions[i]);
    json_end(&t->j);
    ask_put_context(t, a);
    buf_puts(&t->text, text); /* longer than what told_say() takes */
    if (a->status == ANSWER_NOT_UNDERSTOOD || a->status == ANSWER_OFF_TOPIC)
        told_say(t, "\nThe other tools take exact arguments: query, anomalies, compare.");
}

static void ask_run(struct told *t, const struct http_request *r)
{
    struct answer a;
    int64_t offset_min = 0;
    if (!api_look(t->api, &t->refusal) ||
        !api_count(r, "utc_offset_min", -OFFSET_MAX, OFFSET_MAX, &offset_min, &t->refusal))
        return;
    ask(&(struct ask_world){ .look = &t->api->look, .now_ms = api_now_ms(t->api), .offset_s = (int)offset_min * 60,
                             .replay = t->api->s.replay != NULL, .missing = t->api->s.why_missing,
                             .self = t->api->s.self }, http_query(r, "question"), http_query(r, "context"), &a);
    ask_put(t, &a);
    answer_done(&a);
}

static const struct tool_arg ask_args[] = {
    { "question", TOOL_TEXT, .required = true, .max = ASK_QUESTION_MAX,
      .help = "one question in English: \"how hot was the cpu last night\", \"what used the disk at 14:05\", \"when "
              "will /home be full\"" },
    { "context", TOOL_TEXT, .max = CONTEXT_BYTES, .help = "of the answer before, to go on from it (\"and the memory?\")" },
    { "utc_offset_min", TOOL_COUNT, .min = -OFFSET_MAX, .max = OFFSET_MAX,
      .help = "minutes that times in question and answer are ahead of UTC; default 0" },
    { 0 },
};

const struct tool tool_ask = {
    .name = "ask", .title = "A question in words",
    .help = "Answers a question about this machine by rules, without a language model: every number was measured. "
            "Good for quick facts, rankings of processes, \"since when\", \"how often above\". Times are UTC unless "
            "utc_offset_min is given. Where it does not understand it says so: then take the other tools.",
    .args = ask_args,
    .shape = "status:s answer:s from:T to:T facts:[{label:s value:n unit:s metric:S time:T}] suggestions:[s] context:S",
    .run = ask_run,
};
