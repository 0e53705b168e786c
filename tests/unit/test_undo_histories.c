/*
 * Random histories of a machine on which several processes set knobs, are killed at any change they make or find the
 * disk full, on which an administrator sets the same knobs and which is started anew.
 *
 * What must come out is known without the journal. At each place lie, one over the other, what was set by transactions
 * and what was set by others (edits). When a step is undone, then what lies on it decides: an edit, and it is left;
 * anything else, and it is back. In the end there is what others set last, or what was there at first.
 */
#include "test.h"

#include "base/crc32c.h"
#include "base/mem.h"
#include "base/rng.h"
#include "undo_world.h"

#define HISTORIES (TEST_SLOW ? 1500 : 10000)
#define OWNERS 3
#define PLACES 16
#define LAYERS 64
#define DEEDS 64
#define STEPS 64

struct layer {
    int deed, step; /* deed -1: an edit */
};

struct place_model {
    const char *knob;  /* of the two of a pair "bytes" */
    int pid, start;    /* of a task */
    bool gone;
    char value[2][16]; /* what others set last; [1] of "ratio" */
    struct layer layer[LAYERS];
    int n;
};

struct deed_model {
    char id[JOURNAL_ID_MAX];
    int steps, place[STEPS];
    bool final[STEPS];
};

struct owner_model {
    struct journal *j;
    struct transaction *t;
};

struct history {
    uint64_t seed;
    struct world w;
    struct rng rng;
    size_t read; /* bytes of the journal */
    struct place_model place[PLACES];
    int n_places;
    struct deed_model deed[DEEDS];
    int n_deeds;
    struct owner_model owner[OWNERS];
    int boots, edits, starts;
    int kept, back, gone, deaths; /* how often it came to that */
};

static unsigned draw(struct history *h, unsigned n)
{
    return rng_below(&h->rng, n);
}

/* ---- the model ---- */

static struct place_model *place_of(struct history *h, const char *knob, int pid, int start)
{
    knob = strcmp(knob, "ratio") == 0 ? "bytes" : knob;
    for (int i = 0; i < h->n_places; i++)
        if (strcmp(h->place[i].knob, knob) == 0 && h->place[i].pid == pid && h->place[i].start == start)
            return &h->place[i];
    fail_msg("no place %s %d", knob, pid);
    return NULL;
}

static void lift(struct place_model *p, int i)
{
    memmove(&p->layer[i], &p->layer[i + 1], (size_t)(--p->n - i) * sizeof *p->layer);
}

/* A step has ended: was it to end like this? */
static void judge(struct history *h, int deed, int step, const char *how)
{
    struct place_model *p = &h->place[h->deed[deed].place[step]];
    int i = 0;
    while (i < p->n && (p->layer[i].deed != deed || p->layer[i].step != step))
        i++;
    assert_true(i < p->n);
    bool edited = i + 1 < p->n && p->layer[i + 1].deed < 0;
    if (strcmp(how, "gone") == 0) {
        assert_true(p->gone);
        h->gone++;
    } else if (strcmp(how, "kept") == 0) {
        assert_true(edited);
        h->kept++;
    } else if (strcmp(how, "refused") != 0) {
        assert_false(edited);
        assert_true(strcmp(how, "restored") == 0 || strcmp(how, "same") == 0 || strcmp(how, "passed") == 0);
        h->back++;
    }
    lift(p, i);
    h->deed[deed].final[step] = true;
}

static int deed_of(struct history *h, const char *id)
{
    for (int i = 0; i < h->n_deeds; i++)
        if (strcmp(h->deed[i].id, id) == 0)
            return i;
    assert_true(h->n_deeds < DEEDS);
    snprintf(h->deed[h->n_deeds].id, JOURNAL_ID_MAX, "%s", id);
    return h->n_deeds++;
}

/* ---- the journal, read without its code ---- */

/* What follows `"key":`, without quotes; "" where there is none. */
static const char *said(const char *line, const char *key, char out[static 128])
{
    char look[32];
    int n = snprintf(look, sizeof look, "\"%s\":", key);
    const char *at = strstr(line, look);
    *out = '\0';
    if (at && sscanf(at + n, "\"%127[^\"]", out) != 1)
        sscanf(at + n, "%127[0-9]", out);
    return out;
}

static void see_step(struct history *h, const char *line, const char *what, int deed, int step)
{
    struct deed_model *d = &h->deed[deed];
    char knob[128], word[128], more[128];
    assert_true(step < STEPS);
    if (strcmp(what, "write") == 0) {
        struct place_model *p = place_of(h, said(line, "knob", knob), atoi(said(line, "pid", word)),
                                         atoi(said(line, "start", more)));
        assert_true(p->n < LAYERS && step == d->steps++);
        d->place[step] = (int)(p - h->place);
        p->layer[p->n++] = (struct layer){ deed, step };
    } else if (strcmp(what, "now") == 0 && *said(line, "refused", word)) {
        judge(h, deed, step, "refused");
    } else if (strcmp(what, "undo") == 0 && strcmp(said(line, "how", word), "failed") != 0 && !d->final[step]) {
        judge(h, deed, step, word);
    }
}

static void see_line(struct history *h, char *line)
{
    char what[128], id[128], word[128], sum[16];
    snprintf(sum, sizeof sum, "%08x ", strlen(line) > 9 ? (unsigned)crc32c(0, line + 9, strlen(line + 9)) : 0);
    if (strlen(line) < 10 || strncmp(line, sum, 9) != 0)
        return; /* torn */
    int deed = deed_of(h, said(line, "id", id));
    said(line, "do", what);
    if (*said(line, "n", word))
        see_step(h, line, what, deed, atoi(word));
    for (int i = 0; strcmp(what, "end") == 0 && !*said(line, "why", word) && i < h->deed[deed].steps; i++)
        assert_true(h->deed[deed].final[i]);
}

static void look(struct history *h)
{
    char path[OS_PATH_MAX], *text, *line, *end;
    size_t n;
    snprintf(path, sizeof path, "%s/policy/journal", h->w.dir);
    if (os_read_file(path, 1 << 20, &text, &n) < 0)
        return;
    for (line = text + h->read; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        *end = '\0';
        see_line(h, line);
    }
    h->read = (size_t)(line - text);
    mem_free(text);
}

/* ---- the machine ---- */

static void add_place(struct history *h, const char *knob, int pid, int start, const char *value)
{
    assert_true(h->n_places < PLACES);
    struct place_model *p = &h->place[h->n_places++];
    *p = (struct place_model){ .knob = knob, .pid = pid, .start = start };
    snprintf(p->value[0], sizeof p->value[0], "%s", value);
    snprintf(p->value[1], sizeof p->value[1], "20");
}

static void start_task(struct history *h, int pid)
{
    world_task(&h->w, pid, 1, ++h->starts);
    add_place(h, "task", pid, h->starts, "0");
}

static void end_task(struct history *h, int pid)
{
    world_ends(&h->w, pid);
    for (int i = 0; i < h->n_places; i++)
        h->place[i].gone = h->place[i].gone || h->place[i].pid == pid;
}

static void boot(struct history *h)
{
    world_boot(&h->w, ++h->boots);
    for (int pid = 20; pid < 22; pid++)
        end_task(h, pid);
    h->n_places = 0; /* what lies there went with the boot */
    add_place(h, "a", 0, 0, "60");
    add_place(h, "b", 0, 0, "60");
    add_place(h, "clamp", 0, 0, "60");
    add_place(h, "bytes", 0, 0, "0");
    start_task(h, 20);
    start_task(h, 21);
}

/* ---- what happens ---- */

static void edit(struct history *h)
{
    struct place_model *p = &h->place[draw(h, (unsigned)h->n_places)];
    char value[16];
    if (p->gone)
        return;
    h->edits++;
    bool bytes = strcmp(p->knob, "bytes") == 0, ratio = bytes && draw(h, 2);
    snprintf(value, sizeof value, "%d", ratio ? 40 + h->edits : 100 + h->edits);
    snprintf(p->value[0], sizeof p->value[0], "%s", ratio ? "0" : value);
    snprintf(p->value[1], sizeof p->value[1], "%s", ratio ? value : "0");
    world_set(&h->w, ratio ? "ratio" : p->knob, p->pid, value);
    if (!p->n || p->layer[p->n - 1].deed >= 0)
        p->layer[p->n++] = (struct layer){ -1, 0 };
}

static int owner_pid(int i)
{
    return 10 + i;
}

static void kill_owner(struct history *h, int i)
{
    struct owner_model *o = &h->owner[i];
    mem_free(o->t);
    journal_close(o->j);
    *o = (struct owner_model){ 0 };
    world_ends(&h->w, owner_pid(i));
}

static void accident(struct history *h)
{
    unsigned kind = draw(h, 10);
    if (kind < 3)
        world_dies_after(draw(h, 14));
    else if (kind < 4)
        world_fills_after(draw(h, 4), draw(h, 2));
}

static void begin(struct history *h, int i)
{
    static const char *const commands[] = { "run", "apply", "fix", "adapt" };
    struct owner_model *o = &h->owner[i];
    world_task(&h->w, owner_pid(i), 1, ++h->starts);
    o->j = world_open(&h->w);
    o->t = world_begin(o->j, owner_pid(i), (int)draw(h, GOALS + 1) - 1, commands[draw(h, 4)]);
}

static void apply(struct history *h, int i)
{
    static const char *const values[] = { "1", "2", "3", "60" };
    const struct place_model *p = &h->place[draw(h, (unsigned)h->n_places)];
    const char *knob = strcmp(p->knob, "bytes") == 0 && draw(h, 2) ? "ratio" : p->knob;
    const char *value = strcmp(knob, "clamp") == 0 && draw(h, 2) ? draw(h, 2) ? "5000" : "6000" : values[draw(h, 4)];
    if (strcmp(knob, "ratio") == 0 && strcmp(value, "60") == 0)
        value = "5"; /* which an edit does not set */
    world_apply(h->owner[i].t, knob, p->pid, value, NULL);
}

static void end(struct history *h, int i)
{
    transaction_end(h->owner[i].t, NULL);
    h->owner[i].t = NULL;
}

static void somebody(struct history *h)
{
    struct journal *j = world_open(&h->w);
    unsigned what = draw(h, 8);
    if (what)
        journal_recover(j, NULL);
    else
        journal_revert(j, h->n_deeds && draw(h, 2) ? h->deed[draw(h, (unsigned)h->n_deeds)].id : NULL, NULL);
    journal_close(j);
}

static void act(struct history *h, int i, unsigned what)
{
    struct owner_model *o = &h->owner[i];
    if (!o->t)
        begin(h, i);
    accident(h);
    if (what < 70)
        apply(h, i);
    else
        end(h, i);
    h->deaths += world_is_dead();
    if (world_is_dead() || !o->t)
        kill_owner(h, i);
    world_lives();
}

static void happen(struct history *h)
{
    unsigned what = draw(h, 100);
    int i = (int)draw(h, OWNERS);
    if (what < 55) {
        act(h, i, draw(h, 100));
    } else if (what < 75) {
        edit(h);
    } else if (what < 83) {
        kill_owner(h, i);
    } else if (what < 94) {
        accident(h);
        somebody(h);
        h->deaths += world_is_dead();
        world_lives();
    } else if (what < 97 && h->n_places < PLACES - 2) {
        end_task(h, 20);
        start_task(h, 20);
    } else if (what == 97) {
        for (int k = 0; k < OWNERS; k++)
            kill_owner(h, k);
        boot(h);
    }
    look(h);
}

/* ---- and in the end ---- */

static void recover_at_last(struct history *h)
{
    for (unsigned deaths = draw(h, 4), i = 0; i <= deaths; i++) {
        struct journal *j = world_open(&h->w);
        if (i < deaths)
            world_dies_after(draw(h, 20));
        int rc = journal_recover(j, NULL);
        if (i == deaths)
            assert_int_equal(rc, 0);
        journal_close(j);
        world_lives();
        look(h);
        if (draw(h, 3) == 0 && i < deaths)
            edit(h);
    }
    assert_true(journal_is_idle(h->w.dir));
}

static void is_as_others_left_it(struct history *h)
{
    for (int i = 0; i < h->n_places; i++) {
        const struct place_model *p = &h->place[i];
        if (p->gone)
            continue;
        assert_string_equal(world_get(&h->w, p->knob, p->pid), p->value[0]);
        if (strcmp(p->knob, "bytes") == 0)
            assert_string_equal(world_get(&h->w, "ratio", 0), p->value[1]);
        for (int k = 0; k < p->n; k++)
            assert_true(p->layer[k].deed < 0);
    }
}

static void live(struct history *h, uint64_t seed)
{
    char path[OS_PATH_MAX];
    *h = (struct history){ .seed = seed, .w = h->w };
    rng_seed(&h->rng, seed);
    snprintf(path, sizeof path, "%s/policy/journal", h->w.dir);
    os_disk_remove(path); /* the machine is the same, and knows nothing of the history before */
    boot(h);
    unsigned n = 6 + draw(h, 14);
    for (unsigned i = 0; i < n; i++)
        happen(h);
    for (int i = 0; i < OWNERS; i++)
        kill_owner(h, i);
    recover_at_last(h);
    is_as_others_left_it(h);
}

static void every_knob_is_back_or_left_for_a_reason(void **state)
{
    struct history *h = *state;
    long kept = 0, back = 0, gone = 0, deaths = 0;
    const char *one = getenv("SONDE_SEED"); /* to see one again */
    for (uint64_t seed = one ? strtoull(one, NULL, 10) : 1; seed <= HISTORIES; seed++) {
        live(h, seed);
        kept += h->kept;
        back += h->back;
        gone += h->gone;
        deaths += h->deaths;
    }
    print_message("# back %ld, kept %ld, gone %ld; deaths %ld\n", back, kept, gone, deaths);
    assert_true(back > HISTORIES && kept > HISTORIES / 4 && gone > HISTORIES / 20 && deaths > HISTORIES / 4);
}

static int before(void **state)
{
    struct history *h = *state = mem_new(sizeof(struct history));
    world_init(&h->w);
    return 0;
}

static int after(void **state)
{
    struct history *h = *state;
    print_message("# the last history was SONDE_SEED=%llu\n", (unsigned long long)h->seed);
    world_done(&h->w);
    mem_free(h);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_knob_is_back_or_left_for_a_reason, before, after),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
