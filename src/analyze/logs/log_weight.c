/* log_weight.c - tables of priorities and of words that say why. */
#include "analyze/logs/log_weight.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

/* Of a priority. Between error and information lies about what a factor of ten in rarity is worth. */
static const double weights[8] = { 1, 1, 0.95, 0.8, 0.5, 0.25, 0.12, 0.05 };

/* Words of lines whose log has no priorities, the gravest first; only whole words count. */
static const struct { const char *word; int priority; } words[] = {
    { "emergency", 1 }, { "panic", 1 }, { "alert", 1 }, { "fatal", 2 }, { "critical", 2 }, { "crit", 2 },
    { "error", 3 }, { "errors", 3 }, { "err", 3 }, { "failed", 3 }, { "failure", 3 }, { "fault", 3 }, { "segfault", 3 },
    { "killed", 3 }, { "corrupt", 3 }, { "corrupted", 3 }, { "refused", 4 }, { "denied", 4 },
    { "warning", 4 }, { "warn", 4 }, { "timeout", 4 }, { "timed out", 4 }, { "unable", 4 }, { "cannot", 4 },
    { "lost", 4 }, { "dropped", 4 }, { "exceeded", 4 }, { "retrying", 4 }, { "retry", 4 },
};

/* What says why by its nature. Weights are those of a warning to an alert: modest, as rarity has to speak first. */
static const struct { const char *part; double weight; } natures[] = {
    { "out of memory", 1 }, { "oom-kill", 1 }, { "invoked oom-killer", 1 }, { "oom_reaper", 0.7 },
    { "memory cgroup out of memory", 1 }, { "i/o error", 0.95 }, { "medium error", 0.95 }, { "remounting filesystem read-only", 1 },
    { "remounted read-only", 1 }, { "ext4-fs error", 0.95 }, { "xfs_do_force_shutdown", 1 }, { "unrecovered read error", 0.95 },
    { "failed command:", 0.85 }, { "hard resetting link", 0.8 }, { "link is down", 0.85 }, { "link down", 0.85 },
    { "lost carrier", 0.85 }, { "carrier lost", 0.85 }, { "hung task", 0.95 }, { "blocked for more than", 0.95 },
    { "soft lockup", 1 }, { "hard lockup", 1 }, { "rcu_sched self-detected stall", 1 }, { "segfault at", 0.8 },
    { "general protection fault", 0.85 }, { "kernel bug", 1 }, { "machine check", 0.95 }, { "hardware error", 0.95 },
    { "cpu clock throttled", 0.8 }, { "temperature above threshold", 0.85 }, { "thermal", 0.5 }, { "critical temperature", 1 },
    { "failed with result", 0.8 }, { "main process exited", 0.8 }, { "start request repeated too quickly", 0.8 },
    { "scheduled restart job", 0.7 }, { "dumped core", 0.8 }, { "nvrm: xid", 0.9 }, { "gpu hang", 0.95 },
    { "no space left on device", 0.9 }, { "disk full", 0.9 }, { "usb disconnect", 0.5 }, { "nfs: server", 0.8 },
    { "not responding", 0.7 }, { "suspend entry", 0.6 }, { "time jumped", 0.5 }, { "link is up", 0.4 },
    { "restarting", 0.5 }, { "stopping ", 0.35 }, { "started ", 0.3 }, { "starting ", 0.3 }, { "stopped ", 0.35 },
    { "mounted ", 0.25 },
};

/* Of the catalog of systemd. */
static const struct { const char *id; double weight; } known[] = {
    { "fc2e22bc6ee647b6b90729ab34a250b1", 0.8 }, /* a process dumped core */
    { "be02cf6855d2428ba40df7e9d022f03d", 0.8 }, /* a unit did not start */
    { "d9b373ed55a64feb8242e02dbe79a49c", 0.8 }, /* a unit failed */
    { "98e322203f7a4ed290d09fe03c09fe15", 0.8 }, /* the process of a unit exited */
    { "5eb03494b6584870a536b337290809b3", 0.7 }, /* a unit is restarted */
    { "fe6faa94e7774663a0da52717891d8ef", 1 },   /* the kernel killed a process of a unit for lack of memory */
};

static bool weight_is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool weight_has_word(const char *text, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = text; (p = strcasestr(p, word)); p++)
        if ((p == text || !weight_is_letter(p[-1])) && !weight_is_letter(p[n]))
            return true;
    return false;
}

static int weight_guess(const char *text)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (weight_has_word(text, words[i].word))
            return words[i].priority;
    return 6;
}

static double weight_by_nature(const struct log_line *l)
{
    double w = 0;
    for (size_t i = 0; *l->message_id && i < sizeof known / sizeof *known; i++)
        if (strcmp(l->message_id, known[i].id) == 0)
            w = known[i].weight;
    for (size_t i = 0; i < sizeof natures / sizeof *natures; i++)
        if (natures[i].weight > w && strcasestr(l->text, natures[i].part))
            w = natures[i].weight;
    return w;
}

static int weight_priority(const struct log_line *l)
{
    return l->priority >= 0 && l->priority < 8 ? l->priority : weight_guess(l->text);
}

double log_weight(const struct log_line *l)
{
    if (l->claimed)
        return weights[l->priority >= 0 && l->priority < 8 ? l->priority : 6];
    double by_nature = weight_by_nature(l), by_priority = weights[weight_priority(l)];
    return by_nature > by_priority ? by_nature : by_priority;
}

enum severity log_severity(const struct log_line *l)
{
    int p = weight_priority(l);
    return p <= 2 ? SEVERITY_CRITICAL : p <= 4 ? SEVERITY_WARNING : p == 5 ? SEVERITY_NOTICE : SEVERITY_INFO;
}
