/*
 * All adapters on every recorded machine, whose files break at random, more than 10,000 times: cut,
 * empty, huge, garbage, negative and other numbers. Nothing crashes, nothing is infinite, what has
 * bounds keeps them, and nobody writes into the first slot, which is not theirs. Same seed, same
 * breakage.
 */
#include "test.h"

#include "adapters/registry.h"
#include "base/rng.h"
#include "core/replay.h"
#include "core/sampler.h"

#include <ftw.h>
#include <glob.h>
#include <sys/stat.h>

enum { FILES_MAX = 4096, TEXT_MAX = 16384, TICKS = 40, LIVES = 8, BREAKS = 8 };

static char *files[FILES_MAX];
static int n_files;

static int note_file(const char *path, const struct stat *st, int type, struct FTW *where)
{
    (void)st, (void)where;
    if (type == FTW_F && n_files < FILES_MAX)
        files[n_files++] = strdup(path);
    return 0;
}

static size_t load(const char *path, char text[static TEXT_MAX])
{
    FILE *f = fopen(path, "r");
    size_t n = f ? fread(text, 1, TEXT_MAX, f) : 0;
    if (f)
        fclose(f);
    return n;
}

static void store(const char *path, const char *text, size_t n)
{
    FILE *f = fopen(path, "w");
    if (!f)
        return;
    fwrite(text, 1, n, f);
    fclose(f);
}

/* n bytes of text become others; returns how many they are then. */
static size_t break_text(struct rng *r, char *text, size_t n)
{
    static const char garbage[] = "0123456789-+.:/ \n\t\\eExX\0\377%{}";
    static const char *const numbers[] = {
        "-1", "-9223372036854775808", "4294967295", "4294967296", "18446744073709551615", "18446744073709551616",
        "99999999999999999999999999", "1e308", "nan", "inf", "0x7fffffff", "0",
    };
    switch (n ? rng_below(r, 5) : 0) {
    case 0: /* cut */
        return rng_below(r, (uint32_t)n + 1);
    case 1: /* garbage here and there */
        for (int i = 0; i < 8; i++)
            text[rng_below(r, (uint32_t)n)] = garbage[rng_below(r, sizeof garbage - 1)];
        return n;
    case 2: /* other digits */
        for (size_t i = 0; i < n; i++)
            if (text[i] >= '0' && text[i] <= '9' && rng_below(r, 3) == 0)
                text[i] = (char)('0' + rng_below(r, 10));
        return n;
    case 3: { /* one number becomes negative, huge, or what a counter wraps at */
        const char *number = numbers[rng_below(r, sizeof numbers / sizeof *numbers)];
        size_t at = rng_below(r, (uint32_t)n), len = strlen(number), end = at;
        while (at > 0 && text[at - 1] > ' ')
            at--;
        while (end < n && text[end] > ' ')
            end++;
        if (n - (end - at) + len > TEXT_MAX)
            return n;
        memmove(text + at + len, text + end, n - end);
        memcpy(text + at, number, len);
        return n - (end - at) + len;
    }
    default: /* a part twice, up to huge */
        while (rng_below(r, 2) && n > 0 && n <= TEXT_MAX / 2) {
            memcpy(text + n, text, n);
            n *= 2;
        }
        if (n > TEXT_MAX / 2)
            n = TEXT_MAX / 2;
        size_t from = rng_below(r, (uint32_t)n);
        memmove(text + n, text + from, n - from);
        return n + n - from;
    }
}

struct ticking {
    struct clock clock;
    struct instant now;
};

static struct instant tick_now(struct clock *c)
{
    return ((struct ticking *)c)->now;
}

static int tick_wait(struct clock *c, int64_t mono_ns)
{
    struct ticking *t = (struct ticking *)c;
    t->now.wall_ms += (mono_ns - t->now.mono_ns) / 1000000;
    t->now.boot_ns = t->now.mono_ns = mono_ns;
    return 0;
}

/* Owns slot 0, which a slot that was never added is by mistake, and never knows its value. */
static int silent_open(const struct adapter_env *env, struct schema *s, void **self)
{
    (void)env;
    static int slot;
    slot = schema_add(s, &(struct metric){ .name = "test.silent" });
    *self = &slot;
    return 0;
}

static void silent_sample(void *self, struct frame *f)
{
    (void)self, (void)f;
}

static void silent_close(void *self)
{
    (void)self;
}

static const struct adapter adapter_silent = {
    .name = "silent", .open = silent_open, .sample = silent_sample, .close = silent_close,
};

static const struct adapter *const all[] = { &adapter_silent, ADAPTERS NULL };

static void check(const struct schema *s, const struct frame *f)
{
    assert_nan(f->v[0]);
    for (int slot = 0; slot < f->n; slot++) {
        const struct metric *m = schema_at(s, slot);
        double v = f->v[slot];
        if (isinf(v) || (m->min != m->max && (v < m->min || v > m->max)))
            fail_msg("%s is %g", schema_id(s, slot), v);
    }
}

struct broken {
    const char *path;
    size_t n;
    char was[TEXT_MAX];
};

static void break_file(struct rng *r, struct broken *b)
{
    static char text[TEXT_MAX];
    b->path = files[rng_below(r, (uint32_t)n_files)];
    b->n = load(b->path, b->was);
    memcpy(text, b->was, b->n);
    store(b->path, text, break_text(r, text, b->n));
}

/* One sampler from open to close, on files that break before its ticks and are mended behind
 * them. */
static void live(const char *root, struct rng *r)
{
    static struct broken b[BREAKS];
    struct ticking t = { { tick_now, tick_wait, false }, { 1767225600000, 1000000000, 1000000000 } };
    for (int i = 0; i < BREAKS; i++)
        break_file(r, &b[i]); /* open() sees some too */
    struct sampler *s = sampler_open(all, &(struct sampler_options){
        .root = root, .interval_s = 10, .clock = &t.clock });
    for (int tick = 0; tick < TICKS; tick++) {
        const struct frame *f;
        assert_int_equal(sampler_next(s, &f), 0);
        check(sampler_schema(s), f);
        for (int i = BREAKS; i-- > 0;) /* one may have been broken twice */
            store(b[i].path, b[i].was, b[i].n);
        for (int i = 0; i < BREAKS; i++)
            break_file(r, &b[i]);
    }
    sampler_close(s);
    for (int i = BREAKS; i-- > 0;)
        store(b[i].path, b[i].was, b[i].n);
}

/* One sampler that opens on a machine half of whose files are empty, and then are not. */
static void late(const char *root, struct rng *r)
{
    struct ticking t = { { tick_now, tick_wait, false }, { 1767225600000, 1000000000, 1000000000 } };
    char **was = calloc((size_t)n_files, sizeof *was);
    size_t *n = calloc((size_t)n_files, sizeof *n);
    for (int i = 0; i < n_files; i++) {
        if (rng_below(r, 2) == 0)
            continue;
        was[i] = malloc(TEXT_MAX);
        n[i] = load(files[i], was[i]);
        store(files[i], "", 0);
    }
    struct sampler *s = sampler_open(all, &(struct sampler_options){
        .root = root, .interval_s = 10, .clock = &t.clock });
    for (int i = 0; i < n_files; i++) {
        if (was[i])
            store(files[i], was[i], n[i]);
        free(was[i]);
    }
    for (int tick = 0; tick < 3; tick++) {
        const struct frame *f;
        assert_int_equal(sampler_next(s, &f), 0);
        check(sampler_schema(s), f);
    }
    sampler_close(s);
    free(was);
    free(n);
}

static int breakages(const char *fixture, uint64_t seed)
{
    struct replay *replay;
    struct rng r;
    assert_int_equal(replay_open(fixture, &replay), 0);
    n_files = 0;
    assert_int_equal(nftw(replay_root(replay), note_file, 16, FTW_PHYS), 0);
    rng_seed(&r, seed);
    for (int i = 0; i < LIVES; i++)
        late(replay_root(replay), &r);
    for (int i = 0; i < LIVES; i++)
        live(replay_root(replay), &r);
    for (int i = 0; i < n_files; i++)
        free(files[i]);
    replay_close(replay);
    return LIVES * (TICKS + 1) * BREAKS;
}

static void every_machine_survives(void **state)
{
    (void)state;
    char dir[512], pattern[600];
    glob_t g;
    SOURCE_PATH(dir, "tests/fixtures");
    snprintf(pattern, sizeof pattern, "%s/*/ORIGIN", dir);
    assert_int_equal(glob(pattern, 0, NULL, &g), 0);
    int total = 0;
    for (size_t i = 0; i < g.gl_pathc; i++) {
        *strrchr(g.gl_pathv[i], '/') = '\0';
        total += breakages(g.gl_pathv[i], i + 1);
    }
    globfree(&g);
    assert_true(total >= 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_machine_survives) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
