/* intents.c - the table of patterns, and the matcher. */
#include "ask/intents.h"

#include <string.h>

static const struct { enum intent intent; const char *pattern; } rules[] = {
    /* about Sonde itself */
    { INTENT_COST, "you cost|using|take|should|use" },
    { INTENT_COST, "cost|use|using you" },
    { INTENT_COST, "cost !@what" },
    { INTENT_COST, "you +@what !measure !have !recorded" },
    { INTENT_METRICS, "you measure !@time" },
    { INTENT_METRICS, "what|many|all|is metric" },
    { INTENT_METRICS, "what measure" },
    { INTENT_METRICS, "^metric" },
    { INTENT_COST, "@what recorded|session|data take|using|use|should" },
    { INTENT_RECORDED, "session" },
    { INTENT_RECORDED, "label|gap" },
    { INTENT_RECORDED, "what|much|many|how|when|is|since|you|start recorded !@what" },
    { INTENT_RECORDED, "recorded start|end|long" },
    { INTENT_RECORDED, "since|when you start|measure" },
    { INTENT_RECORDED, "much|what data !@what" },
    { INTENT_RECORDED, "^recorded" },
    { INTENT_HELP, "help" },
    { INTENT_HELP, "what|how you do|work|question" },
    { INTENT_HELP, "who you" },
    { INTENT_HELP, "what|how i question" },
    { INTENT_HELP, "question" },
    { INTENT_HELP, "^hello !@what !@time" },

    { INTENT_ADVICE, "recommend" },
    { INTENT_ADVICE, "what|how should|can i|do|it|to do|make|free|go" },
    { INTENT_ADVICE, "what should do|i" },
    { INTENT_ADVICE, "what do about" },
    { INTENT_ADVICE, "how +i|to make|speed|free|temperature|clean|reduce|fall|lower|save" },
    { INTENT_ADVICE, "how +do i make|speed|free|temperature|clean|reduce|fall|lower|save|get" },
    { INTENT_ADVICE, "make faster" },

    { INTENT_AGEING, "ageing" },
    { INTENT_RAN_OUT, "did|has|have|was|ever|anything|what|who|process run out memory !will !when !@ahead" },
    { INTENT_RAN_OUT, "anything|what|who|was|were|why|did|process killed" },
    { INTENT_RAN_OUT, "oom" },
    { INTENT_ALERTS, "alert" },
    { INTENT_INSTALLED,
      "what|anything|was|were|did installed|upgraded !much !many !memory !cpu !gpu !disk !core !machine !os" },
    { INTENT_LOGS, "log !file !users !who" },

    { INTENT_WHY, "why" },
    { INTENT_WHY, "what is slow !@what" },
    { INTENT_WHY, "machine|it|anything slow !@what !@amount" },
    { INTENT_WHY, "slow machine|it !@what !@amount" },
    { INTENT_THROTTLE, "throttle" },
    { INTENT_THROTTLE, "gpu|cpu slow temperature|power" },
    { INTENT_WORKLOAD, "workload" },
    { INTENT_WORKLOAD, "what kind work|machine|i|it" },
    { INTENT_WORKLOAD, "what i do !@what" },
    { INTENT_WORKLOAD, "what machine|it do !@what" },
    { INTENT_WORKLOAD, "what do machine|it|i work !@what" },
    { INTENT_WORKLOAD, "what do machine|it do !@what" },
    { INTENT_WORKLOAD, "what work !@what" },
    { INTENT_WORKLOAD, "kind work" },
    { INTENT_MACHINE, "what|which +cpu|gpu|machine|os i|have|run" },
    { INTENT_MACHINE, "what|which +cpu|machine|os is|it$" },
    { INTENT_MACHINE, "what is|kind +machine|os$" },
    { INTENT_MACHINE, "what kind cpu|machine|os|gpu" },
    { INTENT_MACHINE, "many +core|cpu i|have|there" },
    { INTENT_MACHINE, "many +core$" },
    { INTENT_MACHINE, "^what os" },
    { INTENT_MACHINE, "much +memory machine|it|i have !free !full !using" },

    /* what is to come */
    { INTENT_FORECAST, "forecast" },
    { INTENT_FORECAST, "@ahead" },
    { INTENT_FORECAST, "will" },
    { INTENT_FORECAST, "going to" },
    { INTENT_FORECAST, "run out" },
    { INTENT_FORECAST, "how until" },
    { INTENT_FORECAST, "long do @what last$" },
    { INTENT_FORECAST, "when full !was !were !did !had" },
    { INTENT_FORECAST, "full when !was !were !did !had" },
    { INTENT_FORECAST, "when battery die|free" },
    { INTENT_FORECAST, "long|time free battery" },
    { INTENT_FORECAST, "battery long|time free" },

    /* numbers of a period */
    { INTENT_VALUE, "@what than normal" },
    { INTENT_VALUE, "@what compare normal" },
    { INTENT_VALUE, "compare @what normal" },
    { INTENT_VALUE, "^is @amount problem|normal|high|low|fine|much|unusual" },
    { INTENT_PROCESSES, "what +file" },
    { INTENT_PROCESSES, "who using|take|use|have @amount" },
    { INTENT_PROCESSES, "what|many process @amount" },
    { INTENT_BEYOND, "@amount" },
    { INTENT_HIGHEST, "what +is +most @what" },
    { INTENT_WHEN_HIGHEST, "when|time @what highest|most|hottest|rise|high|busy|use|full" },
    { INTENT_WHEN_HIGHEST, "when highest|most|hottest|rise" },
    { INTENT_WHEN_HIGHEST, "what time highest|most|hottest|busy" },
    { INTENT_WHEN_HIGHEST, "highest|hottest and when" },
    { INTENT_WHEN_HIGHEST, "highest|hottest +hour|day|time|moment|minute" },
    { INTENT_WHEN_LOWEST, "when lowest|least|low|fall" },
    { INTENT_WHEN_LOWEST, "when @what idle" },
    { INTENT_WHEN_LOWEST, "what time lowest|low|fall" },

    { INTENT_ANOMALIES, "anomaly" },
    { INTENT_ANOMALIES, "unusual" },
    { INTENT_HAPPENED, "what happen" },
    { INTENT_HAPPENED, "what go|going !wrong !up !down !to" },
    { INTENT_HAPPENED, "anything happen" },
    { INTENT_HAPPENED, "event" },
    { INTENT_WHY, "cause" },

    { INTENT_TREND, "process rise|leak" },
    { INTENT_VALUE, "zombies" },
    { INTENT_PROCESSES, "what|who using|take|run @what|most|cause|@time|all|now|machine" },
    { INTENT_PROCESSES,
      "what|who +is writing|reading|downloading|uploading|sending|receiving|loading|filling|swapping|heating @what" },
    { INTENT_PROCESSES, "what|who +is +using|take|run" },
    { INTENT_PROCESSES, "what|who else using|take|run" },
    { INTENT_PROCESSES, "what|who do using|take" },
    { INTENT_PROCESSES, "who|what make @what|it" },
    { INTENT_PROCESSES, "what|who +run" },
    { INTENT_PROCESSES, "what|who +is|do +run" },
    { INTENT_PROCESSES, "^what|who using" },
    { INTENT_PROCESSES, "who @what|do|be|cause" },
    { INTENT_PROCESS, "@process" },
    { INTENT_PROCESS, "^is @else run|open|busy|using" },
    { INTENT_PROCESS, "@else using|take|use" },
    { INTENT_PROCESS, "what is|do @else do" },
    { INTENT_PROCESS, "when|do|how @else run|end|start|take|process !@what" },
    { INTENT_PROCESS, "using|use @else @what" },
    { INTENT_PROCESSES, "process !many" },
    { INTENT_PROCESSES, "@what users" },
    { INTENT_PROCESSES, "^top @what" },

    { INTENT_TREND, "how +speed @what|it full|rise|fall|free|use|using|run" },
    { INTENT_TREND, "trend" },
    { INTENT_TREND, "leak" },
    { INTENT_TREND, "is|do filling" },
    { INTENT_COMPARE, "compare" },
    { INTENT_COMPARE, "difference" },
    { INTENT_COMPARE, "than @time" },
    { INTENT_COMPARE, "@what than" },
    { INTENT_COMPARE, "more|less|high|low|above|below|faster|slow than !normal" },
    { INTENT_TREND, "rise|fall" },
    { INTENT_TREND, "get|going|go @what|high|more|less|low|worse|full|faster|slow|up|down|above|below !wrong" },
    { INTENT_CHANGED, "change" },

    { INTENT_ANOMALIES, "problem|wrong" },
    { INTENT_VALUE, "what|which +@what is|have|use highest|most|hottest|lowest|least" },
    { INTENT_VALUE, "fullest|busiest @what !@time" },
    { INTENT_HIGHEST, "highest|hottest @what" },
    { INTENT_HIGHEST, "@what highest|hottest" },
    { INTENT_HIGHEST, "hottest @time" },
    { INTENT_HIGHEST, "most @what" },
    { INTENT_LOWEST, "lowest|least @what" },
    { INTENT_LOWEST, "@what lowest" },
    { INTENT_VALUE, "load +average" },
    { INTENT_AVERAGE, "average" },
    { INTENT_TOTAL, "total @what" },
    { INTENT_TOTAL, "@what total" },

    /* how is it */
    { INTENT_VALUE, "@what" },
    { INTENT_STATUS, "status" },
    { INTENT_STATUS, "how machine|it|anything|go|all|@time" },
    { INTENT_STATUS, "how i do" },
    { INTENT_STATUS, "i|should worry" },
    { INTENT_STATUS, "anything i|should" },
    { INTENT_STATUS, "is @time normal|fine|busy|idle" },
    { INTENT_STATUS, "is|all anything|machine|it|all fine|normal|slow|busy|idle|up|work" },
    { INTENT_STATUS, "anything|all|machine fine|normal|slow|busy|idle" },
    { INTENT_STATUS, "machine" },
    { INTENT_HIGHEST, "highest|hottest" },
    { INTENT_LOWEST, "lowest" },
};

static const char *const names[INTENTS] = {
    "none", "value", "highest", "lowest", "average", "total", "when-highest", "when-lowest", "beyond", "processes", "process",
    "why", "happened", "anomalies", "forecast", "trend", "compare", "changed", "ageing", "logs", "ran-out",
    "alerts", "installed", "throttle", "advice", "status", "workload",
    "cost", "recorded", "metrics", "machine", "help",
};

const char *intent_name(enum intent i)
{
    return names[i];
}

enum intent intent_of(const char *name)
{
    for (int i = 0; i < INTENTS; i++)
        if (strcmp(names[i], name) == 0)
            return (enum intent)i;
    return INTENT_NONE;
}

/* The words that count, by their numbers. */
struct shape {
    const struct words *q;
    int at[WORDS_MAX];
    int n;
    bool ahead;
};

static bool shape_is_one(const struct shape *s, int k, const char *name, size_t n)
{
    const struct word *w = &s->q->w[s->at[k]];
    static const struct { const char *name; enum word_use use; } marks[] = {
        { "@what", USE_MATTER }, { "@time", USE_TIME }, { "@amount", USE_AMOUNT }, { "@process", USE_PROCESS },
    };
    if (w->use == USE_TIME && *name != '@' && !words_listed("until|since", w->is)) /* "last 15 min" is no minimum */
        return false;
    if (*name != '@')
        return (strlen(w->is) == n && memcmp(w->is, name, n) == 0) ||
            (strlen(w->text) == n && memcmp(w->text, name, n) == 0);
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (strlen(marks[i].name) == n && memcmp(marks[i].name, name, n) == 0)
            return w->use == marks[i].use;
    if (n == 6 && memcmp(name, "@ahead", n) == 0)
        return s->ahead && w->use == USE_TIME;
    return n == 5 && memcmp(name, "@else", n) == 0 && w->use == USE_NONE && !*w->is && !w->number;
}

/* Is word k one of "a|b|c", which is n bytes long? */
static bool shape_is(const struct shape *s, int k, const char *list, size_t n)
{
    for (const char *p = list, *end = list + n; p < end;) {
        size_t one = 0;
        while (p + one < end && p[one] != '|')
            one++;
        if (shape_is_one(s, k, p, one))
            return true;
        p += one + 1;
    }
    return false;
}

/* The words of a pattern that must not be there. */
static bool shape_lacks(const struct shape *s, const char *pattern)
{
    for (const char *p = pattern; *p; p += strspn(p, " ")) {
        size_t n = strcspn(p, " ");
        for (int k = 0; *p == '!' && k < s->n; k++)
            if (shape_is(s, k, p + 1, n - 1))
                return false;
        p += n;
    }
    return true;
}

/* The rest of a pattern from word k on; `near`: the word before was k - 1. */
static bool shape_matches(const struct shape *s, const char *p, int k)
{
    p += strspn(p, " ");
    if (*p == '!') {
        p += strcspn(p, " ");
        return shape_matches(s, p, k);
    }
    if (!*p)
        return true;
    size_t n = strcspn(p, " ");
    bool first = *p == '^', near = *p == '+', last = p[n - 1] == '$';
    const char *list = p + (first || near);
    size_t length = n - (size_t)(first || near) - last;
    for (int i = k; i < s->n; i++) {
        bool here = shape_is(s, i, list, length) && (!last || i == s->n - 1);
        if (here && shape_matches(s, p + n, i + 1))
            return true;
        if (first || near)
            return false;
    }
    return false;
}

enum intent intents_read(const struct words *q, bool ahead)
{
    struct shape s = { .q = q, .ahead = ahead };
    for (int i = 0; i < q->n; i++)
        if (q->w[i].use || q->w[i].kind != WORD_STOP || !*q->w[i].is)
            s.at[s.n++] = i;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (shape_lacks(&s, rules[i].pattern) && shape_matches(&s, rules[i].pattern, 0))
            return rules[i].intent;
    return INTENT_NONE;
}
