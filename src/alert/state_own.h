/* What the files of the state machine share. */
#ifndef ALERT_STATE_OWN_H
#define ALERT_STATE_OWN_H

#include "alert/state.h"

#define ALERT_NEVER (INT64_MIN / 4)

struct live {               /* an alert at work */
    struct alert row;
    const struct rule *rule;
    bool raised, told;      /* what is so, and what receivers believe */
    bool watched;           /* a watch points here */
    int64_t holds_ns, well_ns;  /* monotonic, since when; ALERT_NEVER: it does not */
    int64_t holds_ms;           /* the wall clock then */
    int64_t known_ns;           /* when it was judged last */
    int64_t differs_ns;         /* since when receivers believe something else; ALERT_NEVER: they do not */
    int64_t told_ns, raise_told_ns, clear_told_ns;
    int64_t worded_ns;          /* when row.text was made last */
    double raised_value;        /* NaN: an earlier process raised it */
};

struct watch {              /* a metric of a rule */
    const struct rule *rule;
    int slot;
    struct live *live;      /* NULL while there is nothing to tell */
};

struct alerts {
    struct rule *rules;
    size_t n_rules;
    struct alert_policy policy;
    struct alert_hooks hooks;
    int64_t begun_ns;
    struct live **live;
    size_t n_live, cap_live;
    struct watch *watch;
    size_t n_watch, cap_watch;
    int n_slots;            /* of the schema that have their watches */
    struct silence {
        char rule[RULE_NAME_MAX];
        int64_t until_ms;
    } silence[ALERT_SILENCES];
    size_t n_silences;
};

/* The alert of a rule and a metric, made where there is none; NULL: there are too many. */
struct live *alerts_live(struct alerts *a, const struct rule *r, const char *metric, enum unit unit);
struct live *alerts_find(const struct alerts *a, const struct rule *r, const char *metric);

/* What is so now; raises and clears. */
void alert_judge(struct alerts *a, struct live *l, enum rule_verdict v, double value, const struct alert_clock *now);

/* Tells what is due, and forgets what there is nothing more to tell of. */
void alerts_tell(struct alerts *a, const struct alert_clock *now);

/* Metrics and events of an instant. */
void alerts_watch(struct alerts *a, const struct schema *s, const struct moment *m, const struct alert_clock *now);

/* The sentence about an alert. */
void alert_sentence(const struct live *l, enum news news, int64_t now_ms, char out[static MESSAGE_TEXT]);

/* What is kept of it in its row: its values named as those of the raise, of now, or of the end. */
void alert_keep_words(const struct live *l, int64_t now_ms, char out[static MESSAGE_TEXT]);

#endif
