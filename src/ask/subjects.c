/*
 * subjects.c - reads subjects in three passes: names of metrics as they are written; words that only metrics have
 * ("context switches"); then things and their sides. A side belongs to the thing that is nearest, behind it first.
 */
#include "ask/subjects.h"

#include "base/text.h"
#include "core/amount.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* ---- making one ---- */

/* Puts every set of the topic again with {inst}, as far as there are such metrics. */
static void subject_narrow(struct subject *u, const struct scope *s, const char *inst)
{
    char sets[SUBJECT_GLOBS];
    size_t used = 0;
    snprintf(sets, sizeof sets, "%s", u->topic->globs);
    u->globs[0] = '\0';
    for (char *rest, *glob = strtok_r(sets, " ,", &rest); glob; glob = strtok_r(NULL, " ,", &rest)) {
        char one[SUBJECT_GLOBS];
        snprintf(one, sizeof one, "%.*s{%s}", (int)strcspn(glob, "{"), glob, inst);
        if (scope_match(s, one, -1) >= 0 && !strstr(u->globs, one) && used + strlen(one) + 2 < sizeof u->globs)
            used += (size_t)snprintf(u->globs + used, sizeof u->globs - used, "%s%s", used ? " " : "", one);
    }
    if (!used)
        snprintf(u->globs, sizeof u->globs, "%.*s{%s}", (int)strcspn(u->topic->globs, "{ ,"), u->topic->globs, inst);
}

const char *subject_plain(const char *label)
{
    bool most = strncmp(label, "fullest ", 8) == 0 || strncmp(label, "busiest ", 8) == 0 ||
                strncmp(label, "hottest ", 8) == 0;
    return label + (most ? 8 : 0);
}

struct subject subject_of(const struct topic *t, const struct scope *s, const char *inst)
{
    struct subject u = { .topic = t, .of = t->of };
    snprintf(u.globs, sizeof u.globs, "%s", t->globs);
    snprintf(u.label, sizeof u.label, "%s", t->label);
    if (!*inst)
        return u;
    text_copy(u.inst, sizeof u.inst, inst);
    subject_narrow(&u, s, u.inst);
    snprintf(u.label, sizeof u.label, "%s %s", subject_plain(t->label), u.inst);
    return u;
}

/* "context switches", of "cpu.context_switches.rate". */
static void subject_name(const char *id, char *out, size_t cap)
{
    size_t n = strcspn(id, "{"), rate = strlen(".rate");
    if (n > rate && strncmp(id + n - rate, ".rate", rate) == 0)
        n -= rate;
    snprintf(out, cap, "%.*s", (int)n, id);
    for (char *p = out; *p; p++)
        *p = *p == '.' || *p == '_' ? ' ' : *p;
    const char *inst = strchr(id, '{');
    size_t used = strlen(out);
    if (inst && used < cap)
        snprintf(out + used, cap - used, " %.*s", (int)strcspn(inst + 1, "}"), inst + 1);
}

/* Of a counter its rate is meant, where there is one. */
static int subject_rate(const struct scope *s, int slot)
{
    char id[SCHEMA_MAX_NAME + 8];
    const struct metric *m = scope_at(s, slot);
    if (!s->counter[slot])
        return slot;
    snprintf(id, sizeof id, "%s.rate%s%s%s", m->name, m->inst ? "{" : "", m->inst ? m->inst : "", m->inst ? "}" : "");
    int rate = scope_match(s, id, -1);
    return rate >= 0 ? rate : slot;
}

static void subject_direct(const struct scope *s, const char *globs, int slot, struct subject *out)
{
    *out = (struct subject){ .of = OF_HIGHEST };
    snprintf(out->globs, sizeof out->globs, "%s", globs);
    subject_name(strchr(globs, '*') ? scope_at(s, slot)->name : globs, out->label, sizeof out->label);
}

bool subject_by_id(const struct scope *s, const char *id, struct subject *out)
{
    bool whole = strchr(id, '{') != NULL;
    for (int slot = 0; slot < scope_size(s); slot++) {
        if (strcasecmp(whole ? scope_id(s, slot) : scope_at(s, slot)->name, id) != 0)
            continue;
        slot = subject_rate(s, slot);
        subject_direct(s, whole ? scope_id(s, slot) : scope_at(s, slot)->name, slot, out);
        return true;
    }
    return false;
}

int subject_slot(const struct subject *u, const struct scope *s)
{
    char sets[SUBJECT_GLOBS];
    snprintf(sets, sizeof sets, "%s", u->globs);
    for (char *rest, *set = strtok_r(sets, " ", &rest); set; set = strtok_r(NULL, " ", &rest)) {
        int slot = scope_match(s, set, -1);
        if (slot >= 0)
            return slot;
    }
    return -1;
}

/* ---- instances ---- */

/* Is the word how a device of this metric is called? *name: as the metric has it, a glob where it is a part of that. */
static bool instance_is(const struct metric *m, const char *word, char *name, size_t cap)
{
    if (!m->inst)
        return false;
    if (strcasecmp(m->inst, word) == 0) {
        snprintf(name, cap, "%s", m->inst);
        return true;
    }
    if (*m->inst == '/' || !strchr(m->inst, '/') || strlen(word) < 3)
        return false;
    for (const char *p = m->inst; p; p = strchr(p, '/') ? strchr(p, '/') + 1 : NULL) {
        size_t n = strcspn(p, "/");
        if (n == strlen(word) && strncasecmp(p, word, n) == 0) {
            snprintf(name, cap, "*%.*s*", (int)n, p);
            return true;
        }
    }
    return false;
}

/* What a device of a family is about. */
static const struct topic *instance_topic(const char *family)
{
    static const struct { const char *begins, *key; } topics[] = {
        { "fs.", "space" }, { "disk.", "disk" }, { "net.", "network" }, { "gpu.", "gpu" }, { "sensor.temp", "temperature" },
        { "sensor.fan", "fan" }, { "battery.", "battery" }, { "cpu.core.", "cpu.core" },
    };
    for (size_t i = 0; i < sizeof topics / sizeof *topics; i++)
        if (strncmp(family, topics[i].begins, strlen(topics[i].begins)) == 0)
            return topics_find(topics[i].key);
    return NULL;
}

struct instance {
    char name[96];
    const struct topic *topic; /* of what it is one */
    int word;                  /* which said so */
};

/* Is the topic measured of it? Not of "ip", which is a protocol and no interface. */
static bool instance_has(const struct topic *t, const struct scope *s, const char *inst)
{
    struct subject u = subject_of(t, s, inst);
    return subject_slot(&u, s) >= 0;
}

/* A word that is a device's name: not one of the language, but for paths. */
static bool instance_at(const struct words *q, const struct scope *s, int i, struct instance *out)
{
    const struct word *w = &q->w[i];
    if (w->use || (*w->is && !words_listed("root", w->is)) || w->number)
        return false;
    const char *text = words_listed("root", w->is) ? "/" : w->text;
    for (int slot = 0; slot < scope_size(s); slot++) {
        const struct topic *t = instance_topic(scope_at(s, slot)->name);
        if (t && instance_is(scope_at(s, slot), text, out->name, sizeof out->name) && instance_has(t, s, out->name)) {
            out->topic = t;
            out->word = i;
            return true;
        }
    }
    return false;
}

/* "core 3", "gpu 1", "cpu 0": a number right behind its thing. */
static bool instance_number(const struct words *q, const struct scope *s, int i, const char *thing,
                            struct instance *out)
{
    char id[64];
    bool gpu = strcmp(thing, "gpu") == 0, core = words_listed("cpu|core", thing);
    if (i + 1 >= q->n || !q->w[i + 1].number || q->w[i + 1].use || (!gpu && !core) || strlen(q->w[i + 1].text) > 5)
        return false;
    if (words_is(q, i + 2, "percent|degree|watt|hour|minute|second|day"))
        return false;
    snprintf(id, sizeof id, "%s{%s}", gpu ? "gpu.util" : "cpu.core.util", q->w[i + 1].text);
    if (scope_match(s, id, -1) < 0)
        return false;
    snprintf(out->name, sizeof out->name, "%s", q->w[i + 1].text);
    out->topic = topics_find(gpu ? "gpu" : "cpu.core");
    out->word = i + 1;
    return true;
}

/* ---- words that only metrics have ---- */

/* Is it a word of metrics' names and not one of the language that means more? */
static bool special(const struct words *q, const struct scope *s, int i)
{
    const struct word *w = &q->w[i];
    return !w->use && (!*w->is || words_listed("file", w->is)) && !w->number && scope_knows(s, w->text);
}

struct fit {
    int matched, extra; /* words of the question in the name; words of the name not in the question */
    int helped;         /* words of the question in what is said of it */
};

static bool fit_better(struct fit a, struct fit b)
{
    if (a.matched != b.matched)
        return a.matched > b.matched;
    return a.helped != b.helped ? a.helped > b.helped : a.extra < b.extra;
}

/* Does it say something? A word that nobody knows may. */
static bool says(const struct word *w)
{
    return !*w->is || (w->kind != WORD_STOP && w->kind != WORD_ELSE);
}

static bool word_fits(const struct word *w, const char *name)
{
    return scope_has_word(name, w->text) || (*w->is && scope_has_word(name, w->is)) ||
           (words_listed("network|wifi", w->is) && strncmp(name, "net.", 4) == 0) ||
           (words_listed("total", w->is) && strstr(name, ".total"));
}

static struct fit fit_of(const struct words *q, const char *name, const char *help)
{
    struct fit f = { 0, 0, 0 };
    for (int i = 0; i < q->n; i++)
        f.helped += !q->w[i].use && !q->w[i].number && says(&q->w[i]) && help && scope_has_word(help, q->w[i].text);
    for (int i = 0; i < q->n; i++)
        f.matched += !q->w[i].use && !q->w[i].number && says(&q->w[i]) && word_fits(&q->w[i], name);
    for (const char *p = name; *p; p++)
        f.extra += *p == '.' || *p == '_';
    if (strstr(name, ".rate"))
        f.extra--; /* what a person asks of what is counted */
    f.extra -= f.matched;
    return f;
}

/* The metric with most of the words, if it has one that no topic knows. */
static bool subjects_special(struct words *q, const struct scope *s, struct subject *out)
{
    int best = -1, any = 0;
    struct fit most = { 0, 0, 0 };
    bool counts[WORDS_MAX];
    for (int i = 0; i < q->n; i++)
        any += counts[i] = special(q, s, i);
    for (int slot = 0; slot < scope_size(s) && any; slot++) {
        const char *name = scope_at(s, slot)->name;
        bool has = false;
        for (int i = 0; i < q->n && !has; i++)
            has = counts[i] && scope_has_word(name, q->w[i].text);
        if (!has || s->counter[slot])
            continue;
        struct fit f = fit_of(q, name, scope_at(s, slot)->help);
        if (best < 0 || fit_better(f, most)) {
            best = slot;
            most = f;
        }
    }
    if (best < 0)
        return false;
    const char *name = scope_at(s, best)->name;
    subject_direct(s, name, best, out);
    for (int i = 0; i < q->n; i++)
        if (!q->w[i].use && says(&q->w[i]) && word_fits(&q->w[i], name))
            q->w[i].use = USE_MATTER;
    return true;
}

/* ---- as they are written ---- */

static bool subjects_written(struct words *q, const struct scope *s, int i, struct subject *out)
{
    if (q->w[i].use || !strpbrk(q->w[i].text, ".{_") || q->w[i].number || !subject_by_id(s, q->w[i].text, out))
        return false;
    q->w[i].use = USE_MATTER;
    return true;
}

/* ---- things and sides ---- */

/* How far a side may stand from its thing. */
enum { REACH = 6 };

static bool subjects_divides(const struct words *q, int i)
{
    return q->w[i].pause || words_is(q, i, "and|or|compare|than");
}

static bool is_side(const struct words *q, int i, const char *thing)
{
    return i >= 0 && i < q->n && !q->w[i].use && *q->w[i].is && topics_of(thing, q->w[i].is) &&
           strcmp(q->w[i].is, thing) != 0;
}

/* The side of the thing at i: right behind it, right before it, then the nearest; -1. */
static int subjects_side(const struct words *q, int i, const char *thing)
{
    static const char weak[] = "use|speed|many|total|work|minute|hour|time|byte|gb|mb|kb|tb|percent|gh"
                               "z|mhz|enough|long|busy|load|size";
    for (int pass = 0; pass < 2; pass++) /* the weaker words mean other things as well */
        for (int d = 1; d <= REACH; d++) {
            for (int way = 1; way >= -1; way -= 2) {
                int k = i + way * d;
                bool open = k >= 0 && k < q->n;
                for (int j = way > 0 ? i + 1 : k + 1; j <= (way > 0 ? k : i) && open; j++)
                    open = !subjects_divides(q, j) && (j == i || j == k || q->w[j].use ||
                                                       !topics_is_thing(q->w[j].is) ||
                                                       q->w[j].kind != WORD_MATTER || is_side(q, j, thing));
                if (open && is_side(q, k, thing) && words_listed(weak, q->w[k].is) == (pass == 1))
                    return k;
            }
        }
    return -1;
}

/* A thing that is itself the side of another one here: the memory of "gpu memory". */
static bool subjects_is_side_here(const struct words *q, int i)
{
    for (int k = i - REACH; k <= i + REACH; k++) {
        if (k == i || k < 0 || k >= q->n || q->w[k].use || !*q->w[k].is || q->w[k].kind != WORD_MATTER ||
            !words_listed("gpu|cpu|core|disk|battery|network|wifi|swap", q->w[k].is) || !is_side(q, i, q->w[k].is))
            continue;
        bool divided = false;
        for (int j = (k < i ? k : i) + 1; j <= (k < i ? i : k) && !divided; j++)
            divided = subjects_divides(q, j);
        if (!divided)
            return true;
    }
    return false;
}

/* An instance that was named belongs to a topic: that one, or the nearest that has such devices. */
static void subjects_put(struct subject *out, const struct scope *s, const struct topic *t, const struct instance *of)
{
    if (!of) {
        *out = subject_of(t, s, "");
        return;
    }
    struct subject u = subject_of(t, s, of->name);
    *out = subject_slot(&u, s) >= 0 ? u : subject_of(of->topic, s, of->name);
}

static bool subjects_thing(struct words *q, const struct scope *s, int i, const struct instance *of,
                           struct subject *out)
{
    const char *thing = q->w[i].is;
    struct instance number;
    if (q->w[i].use || q->w[i].kind != WORD_MATTER || !topics_is_thing(thing) || subjects_is_side_here(q, i))
        return false;
    if (instance_number(q, s, i, thing, &number)) {
        of = &number;
        q->w[number.word].use = USE_MATTER;
    }
    int side = subjects_side(q, i, thing);
    const struct topic *t = side >= 0 ? topics_of(thing, q->w[side].is) : topics_of(thing, "");
    if (!t)
        return false;
    subjects_put(out, s, t, of);
    out->by_side = !of && !topics_is_device(thing);
    q->w[i].use = USE_MATTER;
    if (side >= 0 && q->w[side].kind == WORD_MATTER)
        q->w[side].use = USE_MATTER;
    if (side >= 0 && side + 1 < q->n && strcmp(q->w[side + 1].is, q->w[side].is) == 0) /* "power draw", "fan rpm" */
        q->w[side + 1].use = USE_MATTER;
    return true;
}

/* "how hot is it", "are the fans loud": a side that needs no thing. */
static bool subjects_alone(struct words *q, const struct scope *s, int i, const struct instance *of,
                           struct subject *out)
{
    const struct topic *t = !q->w[i].use && q->w[i].kind == WORD_MATTER ? topics_alone(q->w[i].is) : NULL;
    if (!t)
        return false;
    subjects_put(out, s, t, of);
    out->by_side = !of && !topics_is_device(q->w[i].is);
    q->w[i].use = USE_MATTER;
    return true;
}

/* What is said in several words, in this order. */
static bool subjects_phrase(struct words *q, const struct scope *s, struct subject *out)
{
    static const struct { const char *first, *second, *key; } phrases[] = {
        { "many", "process", "processes" }, { "long|when|since", "up", "uptime" }, { "when|time|long", "boot", "uptime" },
    };
    for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++) {
        int a = -1, b = -1;
        for (int k = 0; k < q->n; k++) { /* a boot may have been taken for a time */
            if (a < 0 && words_listed(phrases[i].first, q->w[k].is))
                a = k;
            else if (a >= 0 && b < 0 && words_listed(phrases[i].second, q->w[k].is))
                b = k;
        }
        if (b < 0)
            continue;
        *out = subject_of(topics_find(phrases[i].key), s, "");
        q->w[b].use = USE_MATTER;
        return true;
    }
    return false;
}

static void subjects_correct(struct words *q, const struct scope *s)
{
    for (int i = 0; i < q->n; i++) {
        struct word *w = &q->w[i];
        char right[WORDS_TEXT];
        size_t n = strlen(w->text);
        bool unknown = !w->use && !*w->is && w->kind != WORD_PLAIN && !w->number;
        if (!unknown || n < 5 || !isalpha((unsigned char)*w->text) || scope_knows(s, w->text) ||
            !scope_nearest(s, w->text, n < 8 ? 2 : 3, right, sizeof right))
            continue;
        if (!*q->slips[0]) {
            memcpy(q->slips[0], w->text, sizeof w->text);
            memcpy(q->slips[1], right, sizeof right);
        }
        memcpy(w->text, right, sizeof right);
    }
}

/* Only a device was named: with a side of it perhaps, as "how big is /data". */
static const struct topic *subjects_of_device(struct words *q, const struct instance *of)
{
    char thing[32];
    snprintf(thing, sizeof thing, "%.*s", (int)strcspn(of->topic->thing, "|"), of->topic->thing);
    const char *name = strcmp(of->topic->key, "space") == 0 ? "filesystem" : thing;
    for (int i = 0; i < q->n; i++) {
        const struct topic *t = !q->w[i].use && q->w[i].kind == WORD_MATTER && *q->w[i].is ?
            topics_of(name, q->w[i].is) : NULL;
        if (t) {
            q->w[i].use = USE_MATTER;
            return t;
        }
    }
    return of->topic;
}

/* "cpu and gpu temperature": the side of the second is that of the first, too, where it has such a side. */
static void subjects_share(struct subject *u, const struct scope *s)
{
    const struct topic *first = u[0].topic, *second = u[1].topic;
    char side[32], thing[32];
    if (!first || !second || strchr(first->key, '.') || !strchr(second->key, '.') || *second->side == '|')
        return;
    snprintf(side, sizeof side, "%.*s", (int)strcspn(second->side, "|"), second->side);
    snprintf(thing, sizeof thing, "%.*s", (int)strcspn(first->thing, "|"), first->thing);
    const struct topic *same = topics_of(thing, side);
    if (same)
        u[0] = subject_of(same, s, u[0].inst);
}

/* A thing that is not measured may be a column of somebody's file: "power" of one that has "power_w". */
static void subjects_column(const struct words *q, const struct scope *s, struct subject *u)
{
    if (!u->topic || subject_slot(u, s) >= 0)
        return;
    for (int slot = 0; slot < scope_size(s); slot++) {
        const char *name = scope_at(s, slot)->name;
        for (int i = 0; i < q->n && !strchr(name, '.'); i++) {
            const struct word *w = &q->w[i];
            bool named = scope_has_word(name, w->text) || (*w->is && scope_has_word(name, w->is));
            if (w->use != USE_MATTER || !named || !words_listed(u->topic->thing, w->is))
                continue;
            subject_direct(s, name, slot, u);
            return;
        }
    }
}

/* "user versus system": what is named beside a metric, as one of the same kind. */
static bool subjects_sibling(struct words *q, const struct scope *s, const struct subject *u, struct subject *out)
{
    const char *last = strrchr(u->globs, '.');
    char id[SUBJECT_GLOBS + WORDS_TEXT];
    for (int i = 0; i + 2 < q->n && last && !u->topic; i++) {
        const struct word *a = &q->w[i], *b = &q->w[i + 2];
        bool ahead = strcmp(a->text, last + 1) == 0;
        if ((!ahead && strcmp(b->text, last + 1) != 0) || !words_is(q, i + 1, "and|or|compare|than"))
            continue;
        snprintf(id, sizeof id, "%.*s.%s", (int)(last - u->globs), u->globs, ahead ? b->text : a->text);
        if (!subject_by_id(s, id, out))
            continue;
        q->w[ahead ? i + 2 : i].use = USE_MATTER;
        return true;
    }
    return false;
}

/* Said twice ("network traffic") it is one. */
static int subjects_once(const struct subject *list, int n)
{
    for (int i = 0; i < n; i++)
        if (strcmp(list[i].globs, list[n].globs) == 0 && list[i].topic == list[n].topic)
            return n;
    return n + 1;
}

int subjects_read(struct words *q, const struct scope *s, struct subject out[static SUBJECTS_MAX])
{
    struct instance named;
    const struct instance *of = NULL;
    int n = 0;
    subjects_correct(q, s);
    for (int i = 0; i < q->n && n < SUBJECTS_MAX; i++)
        n += subjects_written(q, s, i, &out[n]);
    for (int i = 0; i < q->n && !of; i++)
        if (instance_at(q, s, i, &named)) {
            of = &named;
            q->w[i].use = USE_MATTER;
        }
    if (n == 0 && subjects_special(q, s, &out[n]))
        n += 1 + subjects_sibling(q, s, &out[n], &out[n + 1]);
    for (int i = 0; i < q->n && n < SUBJECTS_MAX; i++)
        if (subjects_thing(q, s, i, of, &out[n]))
            n = subjects_once(out, n);
    if (n == 2)
        subjects_share(out, s);
    for (int i = 0; i < q->n && n == 0; i++)
        n += subjects_alone(q, s, i, of, &out[n]);
    for (int i = 0; i < q->n && n == 1; i++) /* "read and write", "up and download" */
        if (words_is(q, i, "read|write|download|upload") && out[0].topic &&
            words_listed("disk.read|disk.write|download|upload", out[0].topic->key) &&
                subjects_alone(q, s, i, of, &out[n]))
            n = subjects_once(out, n);
    if (n == 1 && out[0].topic && strcmp(out[0].topic->key, "disk.speed") == 0) {
        out[n++] = subject_of(topics_find("disk.write"), s, out[0].inst);
        out[0] = subject_of(topics_find("disk.read"), s, out[0].inst);
    }
    if (n == 0 && subjects_phrase(q, s, &out[n]))
        n++;
    for (int i = 0; i < n; i++)
        subjects_column(q, s, &out[i]);
    if (n == 0 && of)
        subjects_put(&out[n++], s, subjects_of_device(q, of), of);
    return n;
}
