/*
 * `sonde fix`: findings that have a remedy, and one remedy on its way: explained, tried, kept or set back.
 *
 * Where nobody records, findings are looked for during FIX_LOOK_S; then EFFECT_WINDOWS windows of FIX_WINDOW_S each are
 * measured before it is set, and as many after.
 */
#ifndef APP_FIX_FIX_H
#define APP_FIX_FIX_H

#include "analyze/remedies.h"
#include "app/command.h"
#include "policy/remedies/effect.h"
#include "policy/remedies/remedy.h"
#include "policy/undo/journal.h"

#define FIX_LOOK_S 12.0     /* for findings: some of them must last for 10 s */
#define FIX_WINDOW_S 5.0
#define FIX_SETTLE_S 1.0    /* between setting and measuring */
#define FIX_RECENT_MS (INT64_C(3600) * 1000)

/* ---- findings: find.c ---- */

struct fix_finding {
    char id[48];            /* of an insight; "anomaly" */
    char title[REPORT_TEXT];
    enum severity severity;
    int64_t time_ms;
    const struct remedy_words *remedy;
};

struct fix_findings {
    struct fix_finding *item; /* n that have a remedy, by time: anomalies of the last hour, and what lasts now */
    size_t n, cap;
    bool archived;          /* from what is recorded; else from a look at the machine */
};

/* An exit status; what is wrong was said. To be released in any case. */
int fix_find(const struct args *a, struct fix_findings *out);
void fix_findings_done(struct fix_findings *f);

/* The remedy of the causes of an anomaly, as JSON; NULL: none. */
const struct remedy_words *fix_of_causes(const char *causes);

/* ---- one remedy ---- */

enum fix_outcome {
    FIX_NOTHING,   /* there is no such trouble, or nothing can be set: `why` */
    FIX_EXPLAINED, /* nothing was set */
    FIX_KEPT,      /* it helped, or is kept because a person said so */
    FIX_REVERTED,  /* it did not help, or hurt: `why` */
    FIX_FAILED,    /* `why` */
};

struct fix {
    const struct remedy *remedy;
    const struct fix_finding *finding; /* NULL: it was asked for by name */
    struct remedy_target target;
    struct plan plan;
    double ttl_s;
    char why[KNOB_WHY];
    enum fix_outcome outcome;
    double before[EFFECT_WINDOWS], after[EFFECT_WINDOWS]; /* n_before and n_after are known */
    size_t n_before, n_after;
    struct effect effect;
    double harm[3];         /* rise of each pressure, as a share of the time; NaN */
    char id[JOURNAL_ID_MAX];/* of the transaction; "" */
    int64_t until_ms;       /* of FIX_KEPT */
};

/* Looks at the machine and plans: 0, or the error of remedy_plan(). */
int fix_plan(struct fix *f, const struct remedy_scene *scene);

/*
 * Measures, sets, measures again, and judges. Says what it does on stderr. FIX_KEPT: the transaction stands and *t is
 * the caller's to end; else everything is back, and *t is NULL.
 *
 *   asker  the parent process, that waits for it: when it ends before this does, all is set back
 *   keep   also where it did not help
 */
void fix_try(struct fix *f, struct journal *j, int32_t asker, bool keep, bool quiet, struct transaction **t);

/* What it is or, with `effect`, what it did: text for people, or one JSON object. */
void fix_tell(const struct fix *f, const struct args *a, bool effect);
void fix_tell_json(const struct fix *f);
void fix_tell_findings(const struct fix_findings *f, const struct args *a);

#endif
