/* The files of a run: their names, what is refused before the run, what fails after it. */
#include "test.h"

#include "report_sample.h"

#include "app/args.h"
#include "app/outfiles.h"
#include "base/log.h"
#include "base/mem.h"
#include "os/os.h"

#include <errno.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOON 1795348800000 /* 2026-11-22T12:00:00Z */

static const struct option options[] = { OUTFILES_OPTIONS, { 0 } };
static const struct command command = { .name = "test", .usage = "", .options = options };
static char was[OS_PATH_MAX], root[64];

static int setup(void **state)
{
    (void)state;
    strcpy(root, "/tmp/sonde-outfiles-XXXXXX");
    return getcwd(was, sizeof was) && mkdtemp(root) ? chdir(root) : -1;
}

static void remove_one(void *self, const char *name)
{
    (void)self;
    unlink(name);
}

static int teardown(void **state)
{
    (void)state;
    os_list("", root, remove_one, NULL);
    return chdir(was) || rmdir(root);
}

/* Plans as the words of a command line say. */
static int plan(struct outfiles *f, bool save_data, int argc, const char *const *argv)
{
    struct args *a;
    struct buf complaint = { 0 };
    assert_int_equal(args_parse(&command, argc, (char *const *)argv, &a, &complaint), 0);
    int rc = outfiles_plan(f, a, save_data, "in.csv", NOON);
    args_free(a);
    return rc;
}

static void names(void **state)
{
    (void)state;
    struct outfiles f;
    const char *argv[] = { "--save-analysis", "--export-csv", "x.csv" };
    assert_int_equal(plan(&f, true, 3, argv), 0);
    assert_string_equal(f.path[OUTFILE_DATA], "telemetry_data_20261122_120000.json");
    assert_string_equal(f.path[OUTFILE_ANALYSIS], "analysis_results_20261122_120000.json");
    assert_string_equal(f.path[OUTFILE_CSV], "x.csv");
    assert_null(f.path[OUTFILE_JSON]);
    outfiles_done(&f);
    /* A file of the same second stays. */
    assert_int_equal(os_write_file("telemetry_data_20261122_120000.json", "", 0), 0);
    assert_int_equal(plan(&f, true, 0, NULL), 0);
    assert_string_equal(f.path[OUTFILE_DATA], "telemetry_data_20261122_120000_2.json");
    outfiles_done(&f);
    const char *elsewhere[] = { "--output-dir", root };
    char want[128];
    snprintf(want, sizeof want, "%s/telemetry_data_20261122_120000_2.json", root);
    assert_int_equal(plan(&f, true, 2, elsewhere), 0);
    assert_string_equal(f.path[OUTFILE_DATA], want);
    outfiles_done(&f);
}

static void refused(void **state)
{
    (void)state;
    struct outfiles f;
    int err = dup(STDERR_FILENO);
    assert_non_null(freopen("/dev/null", "w", stderr));
    assert_int_equal(plan(&f, false, 2, (const char *[]){ "--export-csv", "none/x.csv" }), -ENOENT);
    outfiles_done(&f);
    assert_int_equal(plan(&f, false, 2, (const char *[]){ "--export-json", root }), -EISDIR);
    outfiles_done(&f);
    assert_int_equal(plan(&f, true, 2, (const char *[]){ "--output-dir", "none" }), -ENOENT);
    outfiles_done(&f);
    char same[128]; /* neither the file that is read, nor one file for two */
    snprintf(same, sizeof same, "%s/x", root);
    assert_int_equal(plan(&f, false, 4, (const char *[]){ "--export-csv", "x", "--export-json", same }), -EINVAL);
    outfiles_done(&f);
    assert_int_equal(os_write_file("in.csv", "", 0), 0);
    assert_int_equal(plan(&f, false, 2, (const char *[]){ "--export-csv", "./in.csv" }), -EINVAL);
    outfiles_done(&f);
    assert_int_equal(
        plan(&f, false, 4, (const char *[]){ "--export-csv", "/dev/null", "--export-json", "/dev/null" }), 0);
    outfiles_done(&f);
    dup2(err, STDERR_FILENO);
    close(err);
}

static void written_or_not(void **state)
{
    (void)state;
    os_outlive_writes();
    struct recording *rec = sample_recording();
    struct report *r = sample_report(rec);
    struct outfiles f;
    int err = dup(STDERR_FILENO);
    assert_int_equal(
        plan(&f, true, 3, (const char *[]){ "--save-analysis", "--export-csv", "x.csv" }), 0);
    struct outfiles_result result = outfiles_write(&f, rec, r);
    assert_int_equal(result.written, 3);
    assert_int_equal(result.failed, 0);
    result = outfiles_write(&f, rec, NULL); /* there is no analysis to save */
    assert_int_equal(result.written, 2);
    struct stat old, now;
    assert_int_equal(stat("x.csv", &old), 0);
    struct rlimit limit, small = { .rlim_cur = 4096 }; /* none of them fits */
    getrlimit(RLIMIT_FSIZE, &limit);
    small.rlim_max = limit.rlim_max;
    assert_non_null(freopen("/dev/null", "w", stderr));
    setrlimit(RLIMIT_FSIZE, &small);
    result = outfiles_write(&f, rec, NULL);
    setrlimit(RLIMIT_FSIZE, &limit);
    dup2(err, STDERR_FILENO);
    close(err);
    assert_int_equal(result.failed, 2);
    assert_int_equal(stat("x.csv", &now), 0); /* the old one is still whole */
    assert_int_equal(now.st_size, old.st_size);
    outfiles_done(&f);
    report_free(r);
    recording_free(rec);
}

/* Two runs of the same second each keep their file; what failed is not told as written. */
static void runs_of_one_second(void **state)
{
    (void)state;
    struct recording *rec = sample_recording();
    struct outfiles one, two;
    assert_int_equal(plan(&one, true, 0, NULL), 0);
    assert_int_equal(plan(&two, true, 0, NULL), 0);
    assert_int_equal(outfiles_write(&one, rec, NULL).written, 1);
    assert_int_equal(outfiles_write(&two, rec, NULL).written, 1);
    assert_string_equal(two.path[OUTFILE_DATA], "telemetry_data_20261122_120000_2.json");
    assert_true(one.written[OUTFILE_DATA] && !one.written[OUTFILE_CSV]);
    outfiles_done(&one);
    outfiles_done(&two);
    recording_free(rec);
}

/* The last sample, for a collector that is another user: without the device that it lacks, readable, replaced whole. */
static void for_the_collector(void **state)
{
    (void)state;
    struct recording *rec = sample_recording();
    struct outfiles f;
    struct stat st;
    char *text;
    size_t n;
    const char *argv[] = { "--export-prometheus", "x.prom", "--metrics", "cpu.*,bat*" };
    assert_int_equal(plan(&f, false, 4, argv), 0);
    for (int i = 0; i < 2; i++)
        assert_int_equal(outfiles_write(&f, rec, NULL).written, 1);
    assert_int_equal(stat("x.prom", &st), 0);
    assert_int_equal(st.st_mode & 0777, 0644);
    assert_int_equal(os_read_file("x.prom", 1 << 20, &text, &n), 0);
    assert_non_null(strstr(text, "\nsonde_cpu_util_percent 64\n"));
    assert_non_null(strstr(text, "\nsonde_build_info{version="));
    assert_null(strstr(text, "battery"));
    mem_free(text);
    outfiles_done(&f);
    recording_free(rec);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(names, setup, teardown),
        cmocka_unit_test_setup_teardown(refused, setup, teardown),
        cmocka_unit_test_setup_teardown(written_or_not, setup, teardown),
        cmocka_unit_test_setup_teardown(runs_of_one_second, setup, teardown),
        cmocka_unit_test_setup_teardown(for_the_collector, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
