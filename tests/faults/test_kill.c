/*
 * test_kill.c - a recorder at 10 Hz is killed at any instant, again and again, SONDE_KILLS times (50): what
 * it had 50 ms before is there, nothing that is read is wrong, and the next one starts at once.
 */
#include "../unit/test.h"

#include "../unit/store_sample.h"
#include "base/log.h"
#include "base/rng.h"
#include "os/os.h"
#include "store/archive.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORKERS 5
#define STEP_MS 100
#define GRACE_NS 50000000
#define RECENT 64

/* Between a recorder and whoever kills it. */
struct shared {
    volatile int64_t appended;        /* instants so far, over all lives */
    volatile int64_t at_ns[RECENT];   /* when the last ones were handed over */
    volatile int64_t start_ns;        /* what the last start took */
};

static void record_for_ever(const struct store_options *o, struct shared *sh)
{
    struct sample s;
    struct store *store;
    int32_t owner;
    int64_t begin = os_mono_ns();
    sample_init(&s, 3, STEP_MS);
    if (store_open(o, &store, &owner) < 0)
        _exit(1);
    sh->start_ns = os_mono_ns() - begin;
    for (int64_t next = os_mono_ns();; next += STEP_MS * 1000000) {
        int64_t i = sh->appended;
        store_append(store, s.schema, sample_moment(&s, i));
        sh->at_ns[i % RECENT] = os_mono_ns();
        sh->appended = i + 1;
        while (os_mono_ns() < next)
            os_sleep_until(next);
    }
}

struct seen {
    struct sample *s;
    int64_t last, n;
    char session[TAPE_SESSION_MAX]; /* a life */
    bool wrong;
};

static int see(void *self, const struct tape_about *about, const struct schema *schema, const struct moment *m)
{
    struct seen *v = self;
    int64_t i = sample_index(v->s, m);
    bool born = strcmp(v->session, about->session) != 0; /* it may begin with what the one before was handing over */
    bool disorder = v->n && (i < v->last || (i == v->last && !born)), wrong = !sample_is_right(v->s, schema, m);
    if (disorder || wrong)
        fprintf(stderr, "%s: instant %lld after %lld%s\n", about->session, (long long)i, (long long)v->last,
                wrong ? ", wrong" : "");
    v->wrong |= disorder || wrong;
    memcpy(v->session, about->session, sizeof v->session);
    v->last = i;
    v->n++;
    return 0;
}

static bool check(const char *dir, const struct shared *sh, int64_t killed_ns)
{
    struct sample s;
    struct seen v = { .s = &s, .last = -1 };
    struct archive *a;
    uint64_t lost = 0;
    int64_t must = sh->appended - 1;
    sample_init(&s, 3, STEP_MS);
    while (must >= 0 && must > sh->appended - RECENT && sh->at_ns[must % RECENT] > killed_ns - GRACE_NS)
        must--;
    int rc = archive_open(dir, &a);
    rc = rc < 0 ? rc : archive_play(a, NULL, 0, INT64_MAX, see, &v, &lost);
    archive_free(a);
    sample_done(&s);
    bool right = rc == 0 && !v.wrong && !lost && v.last >= must;
    if (!right)
        fprintf(stderr, "rc %d, wrong %d, lost %d, last %lld, must %lld\n", rc, v.wrong, (int)lost, (long long)v.last,
                (long long)must);
    return right;
}

/* One directory, many lives. Returns the longest start, ms; -1 when something was wrong. */
static int live_and_die(int lives, uint64_t seed)
{
    char dir[64];
    struct store_options o;
    struct rng r;
    int64_t slowest = 0;
    bool right = true;
    rng_seed(&r, seed);
    sample_options(&o, dir);
    o.sync_s = 0.3;
    struct shared *sh = mmap(NULL, sizeof *sh, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < lives && right; i++) {
        pid_t child = fork();
        if (child == 0)
            record_for_ever(&o, sh);
        os_sleep_until(os_mono_ns() + (20 + rng_below(&r, i % 10 ? 700 : 3000)) * 1000000LL);
        int64_t now = os_mono_ns();
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        slowest = sh->start_ns > slowest ? sh->start_ns : slowest;
        right = check(dir, sh, now);
    }
    munmap(sh, sizeof *sh);
    os_remove_dir(dir);
    return right ? (int)(slowest / 1000000) : -1;
}

static void test_kill(void **state)
{
    (void)state;
    const char *many = getenv("SONDE_KILLS");
    int kills = many ? atoi(many) : 50, slowest = 0, workers = kills / 40 > WORKERS ? kills / 40 : WORKERS;
    pid_t worker[256];
    assert_in_range(workers, 1, 256);
    for (int from = 0; from < workers; from += WORKERS) {
        int to = from + WORKERS < workers ? from + WORKERS : workers;
        for (int w = from; w < to; w++)
            if ((worker[w] = fork()) == 0) {
                int ms = live_and_die(kills / workers, (uint64_t)w + 1);
                _exit(ms < 0 ? 255 : ms > 254 ? 254 : ms);
            }
        for (int w = from; w < to; w++) {
            int status;
            assert_true(waitpid(worker[w], &status, 0) == worker[w]);
            assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 255);
            slowest = WEXITSTATUS(status) > slowest ? WEXITSTATUS(status) : slowest;
        }
    }
    print_message("# %d kills; the slowest start took %d ms\n", kills / workers * workers, slowest);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_kill) };
    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
