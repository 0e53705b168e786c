/* The table of keys against itself, files that are right,
 * and files that are wrong with their exact complaints. */
#include "test.h"

#include "core/config.h"

#include <errno.h>

static int parse(struct config *c, const char *text, struct buf *complaints)
{
    return config_parse(c, "f", text, strlen(text), complaints);
}

static void table(void **state)
{
    (void)state;
    size_t n;
    const struct config_key *keys = config_keys(&n);
    char section[CONFIG_SECTION_SIZE] = "";
    for (size_t i = 0; i < n; i++) {
        if (config_enter(&keys[i], section))
            assert_non_null(config_section_help(section));
        assert_true(keys[i].help[strlen(keys[i].help) - 1] == '.');
        assert_int_equal(keys[i].fixed != NULL, keys[i].answer != NULL);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(keys[i].name, keys[k].name);
    }
}

static void assert_defaults(const struct config *c)
{
    size_t n, items;
    const struct config_key *keys = config_keys(&n);
    struct config *fresh = config_new();
    for (size_t i = 0; i < n; i++) {
        const char *name = keys[i].name;
        size_t want;
        switch (keys[i].type) {
        case CONFIG_BOOL:
            assert_int_equal(config_bool(c, name), config_bool(fresh, name));
            break;
        case CONFIG_NUMBER:
            assert_near(config_number(c, name), config_number(fresh, name), 0);
            break;
        case CONFIG_LIST:
            config_list(fresh, name, &want);
            config_list(c, name, &items);
            assert_int_equal(items, want);
            for (size_t k = 0; k < want; k++)
                assert_string_equal(config_list(c, name, &items)[k],
                                    config_list(fresh, name, &want)[k]);
            break;
        default:
            assert_string_equal(config_string(c, name), config_string(fresh, name));
        }
    }
    config_free(fresh);
}

/* The values that the documents promise. */
static void defaults(void **state)
{
    (void)state;
    size_t n;
    struct config *c = config_new();
    assert_near(config_number(c, "general.logging_interval"), 1, 0);
    assert_near(config_number(c, "session_classification.confidence_threshold"), 0.6, 0);
    assert_string_equal(config_string(c, "hardware_id.hash_algorithm"), "sha256");
    assert_string_equal(config_string(c, "cloud.encryption.key_file"), "");
    assert_false(config_bool(c, "cloud.enabled"));
    assert_true(config_bool(c, "cloud.encrypt_before_upload"));
    assert_string_equal(config_list(c, "session_classification.categories", &n)[9],
                        "system_maintenance");
    assert_int_equal(n, 10);
    assert_null(config_list(c, "adapters.disabled", &n));
    assert_int_equal(n, 0);
    assert_string_equal(config_notices(c), "");
    config_free(c);
    config_free(NULL);
}

static void example(void **state)
{
    (void)state;
    struct buf text = { 0 }, complaints = { 0 };
    struct config *c = config_new();
    config_example(&text);
    assert_int_equal(config_parse(c, "example", text.p, text.n, &complaints), 0);
    assert_string_equal(buf_text(&complaints), "");
    assert_string_equal(config_notices(c), "");
    assert_defaults(c);
    /* It sets every key: a second one anywhere in it would be a duplicate. */
    size_t n, lines = 0;
    const struct config_key *keys = config_keys(&n);
    for (size_t i = 0; i < n; i++) {
        char line[80];
        snprintf(line, sizeof line, " %s:", config_leaf(&keys[i]));
        lines += strstr(text.p, line) != NULL;
    }
    assert_int_equal(lines, n);
    config_free(c);
    buf_done(&text);
    buf_done(&complaints);
}

static void nothing(void **state)
{
    (void)state;
    static const char *const empty[] = { "", "\n\n", "# a comment\n", "---\n", "---\n...\n",
                                         "~\n", "general:\n", "\xef\xbb\xbf", "{}" };
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
        struct buf complaints = { 0 };
        struct config *c = config_new();
        assert_int_equal(parse(c, empty[i], &complaints), 0);
        assert_string_equal(buf_text(&complaints), "");
        assert_defaults(c);
        config_free(c);
    }
}

static void values(void **state)
{
    (void)state;
    size_t n;
    struct buf complaints = { 0 };
    struct config *c = config_new();
    assert_int_equal(parse(c,
        "general:\n  logging_interval: \"0.5\"   # quoted\n  collect_cpu: No\n  collect_gpu: \"off\"\n"
        "adapters: {disabled: [fs, 'net']}\n"
        "performance:\n  cpu_affinity:\n    - 0\n    - 3\n"
        "logging.log_directory: /var/log/x y\n"
        "cloud:\n  gdrive:\n    folder_name: 123\n", &complaints), 0);
    assert_string_equal(buf_text(&complaints), "");
    assert_near(config_number(c, "general.logging_interval"), 0.5, 0);
    assert_false(config_bool(c, "general.collect_cpu"));
    assert_false(config_bool(c, "general.collect_gpu"));
    assert_true(config_bool(c, "general.collect_ram"));
    assert_string_equal(config_list(c, "adapters.disabled", &n)[1], "net");
    assert_int_equal(n, 2);
    assert_string_equal(config_list(c, "performance.cpu_affinity", &n)[1], "3");
    assert_string_equal(config_string(c, "logging.log_directory"), "/var/log/x y");
    assert_string_equal(config_string(c, "cloud.gdrive.folder_name"), "123");

    /* A later file overrides what it names and nothing else; its list replaces the list. */
    assert_int_equal(
        parse(c, "general:\n  logging_interval: 2\nadapters:\n  disabled: []\n", &complaints), 0);
    assert_near(config_number(c, "general.logging_interval"), 2, 0);
    assert_false(config_bool(c, "general.collect_cpu"));
    config_list(c, "adapters.disabled", &n);
    assert_int_equal(n, 0);
    config_free(c);
    buf_done(&complaints);
}

static void promises(void **state)
{
    (void)state;
    struct buf complaints = { 0 };
    struct config *c = config_new();
    assert_int_equal(parse(c,
                           "privacy:\n  collect_window_titles: true\n  collect_user_names: false\n"
                           "cloud:\n  encrypt_before_upload: no\n  enabled: yes\n",
                           &complaints),
                     0);
    assert_string_equal(buf_text(&complaints), "");
    assert_false(config_bool(c, "privacy.collect_window_titles"));
    assert_true(config_bool(c, "cloud.encrypt_before_upload"));
    assert_false(config_bool(c, "cloud.enabled"));
    assert_string_equal(config_notices(c),
        "f:6: cloud.enabled: this version uploads nothing; one that can asks for consent again, whatever a file says\n"
        "f:5: cloud.encrypt_before_upload: whatever leaves this machine is encrypted first, always\n"
        "f:2: privacy.collect_window_titles: titles of windows are never read\n");
    config_free(c);
}

#define TABS "; YAML forbids tabs for indentation, use blanks\n"
#define REFUSED "anchors, aliases and tags are not used here; write the value itself\n"

static void wrong(void **state)
{
    (void)state;
    static const struct { const char *text, *want; } cases[] = {
        { "genral:\n  collect_cpu: true\n", "f:1:1: unknown key 'genral'; did you mean general?\n" },
        { "general:\n  logging_intervall: 1\n",
          "f:2:3: unknown key 'logging_intervall'; did you mean logging_interval?\n" },
        { "collect_cpu: true\n", "f:1:1: 'collect_cpu' belongs to the section general\n" },
        { "general:\n  verbose: true\n", "f:2:3: 'verbose' belongs to the section debug\n" },
        { "gdrive:\n  token_file: x\n", "f:1:1: 'gdrive' belongs to the section cloud\n" },
        { "general:\n  cpu_afinity: []\n",
          "f:2:3: unknown key 'cpu_afinity'; did you mean performance.cpu_affinity?\n" },
        { "general:\n  zzzzzzzz: 1\n", "f:2:3: unknown key 'zzzzzzzz'; `sonde help config` lists all\n" },
        { "general:\n  \"\\e[31m\": 1\n", "f:2:3: unknown key '?[31m'; `sonde help config` lists all\n" },
        { "general:\n  ? [a]\n  : 1\n", "f:2:5: the name of a key is expected here\n" },
        { "general:\n  logging_interval: abc\n",
          "f:2:21: general.logging_interval: 'abc' is not a number; give 0.1 to 3600\n" },
        { "general:\n  logging_interval: 0\n",
          "f:2:21: general.logging_interval: '0' is out of range; give 0.1 to 3600\n" },
        { "general:\n  logging_interval: .nan\n",
          "f:2:21: general.logging_interval: '.nan' is not a number; give 0.1 to 3600\n" },
        { "general:\n  logging_interval: nan\n",
          "f:2:21: general.logging_interval: 'nan' is not a number; give 0.1 to 3600\n" },
        { "general:\n  logging_interval: 1e999\n",
          "f:2:21: general.logging_interval: '1e999' is not a number; give 0.1 to 3600\n" },
        { "general:\n  logging_interval: '1 s'\n",
          "f:2:21: general.logging_interval: '1 s' is not a number; give 0.1 to 3600\n" },
        { "general:\n  logging_interval:\n",
          "f:2:3: general.logging_interval has no value; give one, or remove the line\n" },
        { "general:\n  logging_interval: [1]\n",
          "f:2:21: general.logging_interval is one value, no list and no section\n" },
        { "general:\n  logging_interval: {a: 1}\n",
          "f:2:21: general.logging_interval is one value, no list and no section\n" },
        { "general:\n  collect_cpu: 1\n", "f:2:16: general.collect_cpu: '1' is neither true nor false\n" },
        { "general:\n  collect_cpu: \"\"\n", "f:2:16: general.collect_cpu: '' is neither true nor false\n" },
        { "logging:\n  max_files_per_day: 2.5\n", "f:2:22: logging.max_files_per_day: '2.5' is not a whole number\n" },
        { "hardware_id:\n  hash_algorithm: sha265\n",
          "f:2:19: hardware_id.hash_algorithm: 'sha265' is none of sha256, sha384, sha512; did you mean sha256?\n" },
        { "adapters:\n  disabled: fs\n", "f:2:13: adapters.disabled is a list: [a, b]\n" },
        { "adapters:\n  disabled: {fs: 1}\n", "f:2:13: adapters.disabled is a list: [a, b]\n" },
        { "adapters:\n  disabled: [[fs]]\n",
          "f:2:14: adapters.disabled: an item of the list is a list or section itself\n" },
        { "performance:\n  cpu_affinity: [0, x, 1.5, 9999]\n",
          "f:2:21: performance.cpu_affinity: 'x' is not a number; give 0 to 4095\n"
          "f:2:24: performance.cpu_affinity: '1.5' is not a whole number\n"
          "f:2:29: performance.cpu_affinity: '9999' is out of range; give 0 to 4095\n" },
        { "general:\n  collect_cpu: true\n  collect_cpu: true\n",
          "f:3:3: general.collect_cpu stands here again; it is in line 2 already\n" },
        { "general:\n  collect_cpu: true\ngeneral:\n  collect_gpu: true\n",
          "f:3:1: the section general stands here again; it begins in line 1 already\n" },
        { "general: true\n", "f:1:10: general is a section; its keys go below it, indented by two blanks\n" },
        { "general: [a]\n", "f:1:10: general is a section; its keys go below it, indented by two blanks\n" },
        { "general:\n  collect_cpu: &a true\n  collect_gpu: *a\n", "f:2:16: " REFUSED "f:3:16: " REFUSED },
        { "general: &a\n  collect_cpu: true\n", "f:1:10: " REFUSED },
        { "general:\n  collect_cpu: !!bool true\n", "f:2:16: " REFUSED },
        { "adapters:\n  disabled: [&a fs]\n", "f:2:14: " REFUSED },
        { "logging:\n  log_directory: \"a\\0b\"\n", "f:2:18: a zero byte in a text\n" },
        { "- general\n", "f:1:1: sections are expected here, like `general:`\n" },
        { "hello\n", "f:1:1: sections are expected here, like `general:`\n" },
        { "general:\n  collect_cpu: true\n---\ngeneral:\n  collect_gpu: true\n",
          "f:3:1: a second document begins; a configuration is one\n" },
        { "general:\n\tcollect_cpu: true\n", "f:2:1: found character that cannot start any token" TABS },
        { "general:\n  collect_cpu: true\n\tcollect_gpu: true\n",
          "f:3:1: found a tab character that violates indentation" TABS },
        { "general:\n  collect_cpu: x\ndebug:\n\tverbose: true\n",
          "f:2:16: general.collect_cpu: 'x' is neither true nor false\nf:4:1: found character that cannot start any token" TABS },
        { "general: {collect_cpu: true\n", "f:2:1: did not find expected ',' or '}'\n" },
        { "general:\n  collect_cpu: \"true\n", "f:3:1: found unexpected end of stream\n" },
        { "a\n\x01", "f:2:1: control characters are not allowed\n" },
        { "general:\n  x: \xff\n", "f:2:6: invalid leading UTF-8 octet\n" },
        { "x: [[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]\n",
          "f:1:1: unknown key 'x'; `sonde help config` lists all\nf:1:20: nested too deeply\n" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf complaints = { 0 };
        struct config *c = config_new();
        assert_int_equal(parse(c, cases[i].text, &complaints), -EINVAL);
        assert_string_equal(buf_text(&complaints), cases[i].want);
        assert_defaults(c); /* nothing of a wrong file is taken */
        config_free(c);
        buf_done(&complaints);
    }
}

/* All complaints in one go, but not without end; and a size that no configuration has. */
static void floods(void **state)
{
    (void)state;
    struct buf text = { 0 }, complaints = { 0 };
    struct config *c = config_new();
    for (int i = 0; i < 5000; i++)
        buf_printf(&text, "k%d: 1\n", i);
    assert_int_equal(parse(c, text.p, &complaints), -EINVAL);
    size_t lines = 0;
    for (const char *p = complaints.p; (p = strchr(p, '\n')); p++)
        lines++;
    assert_int_equal(lines, 101);
    assert_non_null(strstr(complaints.p, "f: and more; mend these first\n"));

    buf_clear(&complaints);
    buf_clear(&text);
    while (text.n <= 1 << 20)
        buf_puts(&text, "# a comment is nothing, but there is a limit\n");
    assert_int_equal(parse(c, text.p, &complaints), -EINVAL);
    assert_string_equal(complaints.p, "f: longer than 1 MiB; that is no configuration\n");
    config_free(c);
    buf_done(&text);
    buf_done(&complaints);
}

static void files(void **state)
{
    (void)state;
    struct buf complaints = { 0 };
    struct config *c = config_new();
    assert_int_equal(config_read(c, "/nonexistent/sonde.yaml", &complaints), -ENOENT);
    assert_int_equal(config_read(c, "/", &complaints), -EISDIR);
    assert_int_equal(complaints.n, 0);
    config_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table), cmocka_unit_test(defaults), cmocka_unit_test(example), cmocka_unit_test(nothing),
        cmocka_unit_test(values), cmocka_unit_test(promises), cmocka_unit_test(wrong), cmocka_unit_test(floods),
        cmocka_unit_test(files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
