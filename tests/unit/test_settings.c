/* Configuration files one over the other, and the switches of adapters. */
#include "test.h"

#include "app/args.h"
#include "app/settings.h"
#include "base/auto.h"
#include "base/log.h"
#include "os/os.h"

#include <errno.h>
#include <unistd.h>

static const struct command command = { .name = "test", .usage = "" };

static char folder[] = "/tmp/sonde-settings-XXXXXX";

static void put(const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (text)
        assert_int_equal(os_write_file(path, text, strlen(text)), 0);
    else
        unlink(path);
}

/* Reads the settings with one option ("--config=NAME" below the folder) or none. */
static int settings(const char *option, const char *name, struct config **c)
{
    char word[256];
    snprintf(word, sizeof word, name ? "%s=%s/%s" : "%s", option, folder, name);
    struct args *a;
    struct buf complaint = { 0 };
    assert_int_equal(args_parse(&command, option ? 1 : 0, (char *const[]){ word }, &a, &complaint),
                     0);
    int rc = settings_read(a, c);
    args_free(a);
    return rc;
}

static int prepare(void **state)
{
    (void)state;
    char path[256];
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/sonde", folder);
    setenv("XDG_CONFIG_HOME", folder, 1);
    return os_make_dir(path);
}

static int remove_all(void **state)
{
    (void)state;
    char path[256];
    put("sonde/sonde.yaml", NULL);
    put("more.yaml", NULL);
    snprintf(path, sizeof path, "%s/sonde", folder);
    rmdir(path);
    return rmdir(folder);
}

static void order(void **state)
{
    (void)state;
    struct config *c = NULL;
    assert_int_equal(settings(NULL, NULL, &c), 0);
    config_free(c);

    put("sonde/sonde.yaml", "general:\n  logging_interval: 5\n  collect_cpu: false\n");
    put("more.yaml", "general:\n  logging_interval: 7\n");
    assert_int_equal(settings(NULL, NULL, &c), 0);
    assert_near(config_number(c, "general.logging_interval"), 5, 0);
    config_free(c);
    assert_int_equal(settings("--config", "more.yaml", &c), 0);
    assert_near(config_number(c, "general.logging_interval"), 7, 0);
    assert_false(config_bool(c, "general.collect_cpu"));
    config_free(c);
}

static void refused(void **state)
{
    (void)state;
    struct config *c = NULL;
    put("sonde/sonde.yaml", NULL);
    assert_int_equal(settings("--config", "none.yaml", &c), -ENOENT);
    put("more.yaml", "general:\n  logging_interval: soon\n");
    assert_int_equal(settings("--config", "more.yaml", &c), -EINVAL);
    put("more.yaml", "adapters:\n  disabled: [laod]\n");
    assert_int_equal(settings("--config", "more.yaml", &c), -EINVAL);
    assert_null(c);
}

static void set(struct config *c, const char *yaml)
{
    auto_buf struct buf why = { 0 };
    assert_int_equal(config_parse(c, "made", yaml, strlen(yaml), &why), 0);
}

static void switches(void **state)
{
    (void)state;
    struct config *c = config_new();
    for (const struct adapter *const *a = settings_adapters(); *a; a++)
        assert_true(settings_wants(c, (*a)->name));
    set(c, "general: {collect_cpu: false}");
    assert_false(settings_wants(c, "load"));
    assert_true(settings_wants(c, "memory"));
    set(c, "adapters: {disabled: [memory, net]}");
    assert_false(settings_wants(c, "memory"));
    assert_false(settings_wants(c, "net"));
    assert_true(settings_wants(c, "disk"));
    set(c, "privacy: {collect_process_names: false}");
    assert_false(settings_wants(c, "process"));
    config_free(c);
}

static void keys_are_handed_to_adapters(void **state)
{
    (void)state;
    struct config *c = config_new();
    struct settings_adapters made;
    set(c, "adapters: {process_walk: text}");
    settings_configure(c, &made);
    size_t n = 0;
    for (const struct adapter *const *a = settings_adapters(); *a; a++, n++) {
        assert_string_equal(made.list[n]->name, (*a)->name);
        if (strcmp((*a)->name, "process") == 0)
            assert_string_equal(made.list[n]->of, "text");
        else
            assert_ptr_equal(made.list[n], *a);
    }
    assert_null(made.list[n]);
    config_free(c);
}

static void levels(void **state)
{
    (void)state;
    static const struct { const char *file, *option; enum log_level want; } cases[] = {
        { "", NULL, LOG_WARN },
        { "debug: {log_level: INFO}\n", NULL, LOG_INFO },
        { "debug: {log_level: CRITICAL}\n", NULL, LOG_ERROR },
        { "debug: {verbose: true}\n", NULL, LOG_INFO },
        { "debug: {verbose: true}\n", "--quiet", LOG_ERROR },
        { "", "--verbose", LOG_INFO },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct config *c = NULL;
        put("sonde/sonde.yaml", cases[i].file);
        assert_int_equal(settings(cases[i].option, NULL, &c), 0);
        assert_int_equal(log_level(), cases[i].want);
        config_free(c);
    }
}

static void csv_logs(void **state)
{
    (void)state;
    struct config *c = config_new();
    struct csvlog_options o;
    struct buf complaints = { 0 };
    bool outside;
    assert_false(settings_csvlog(c, "/data", "id", &o, &outside)); /* a seed's file alone turns nothing on */
    assert_string_equal(o.dir, "/data/csv");
    assert_true(o.filter && o.percent == 2 && o.max_bytes == 50000000 && o.max_files == 10 && o.compress_days == 1);
    const char text[] = "logging:\n  csv: true\n  layout: optimetrics\n  log_directory: /elsewhere\n"
                        "  rolling_logs: false\n  compress_old_logs: false\n  enable_delta_filtering: false\n";
    assert_int_equal(config_parse(c, "f", text, strlen(text), &complaints), 0);
    assert_true(settings_csvlog(c, "/data", "id", &o, &outside) && outside);
    assert_string_equal(o.dir, "/elsewhere");
    assert_true(o.layout == CSVLOG_OPTIMETRICS && !o.filter && o.compress_days < 0 && o.max_bytes > INT64_MAX / 4);
    assert_string_equal(o.hardware_id, "id");
    config_free(c);
    buf_done(&complaints);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order), cmocka_unit_test(refused), cmocka_unit_test(switches), cmocka_unit_test(levels),
        cmocka_unit_test(keys_are_handed_to_adapters), cmocka_unit_test(csv_logs),
    };
    return cmocka_run_group_tests(tests, prepare, remove_all);
}
