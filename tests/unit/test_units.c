/* Units of a service manager: what stands in them, the list of steps that puts them somewhere, tools that are run. */
#include "test.h"

#include "app/service/steps.h"
#include "app/service/tool.h"
#include "app/service/unit.h"
#include "os/os.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

static char root[64];

static int setup(void **state)
{
    (void)state;
    snprintf(root, sizeof root, "/tmp/sonde_test_units_XXXXXX");
    return mkdtemp(root) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    return os_remove_dir(root);
}

static const char *in_root(const char *name)
{
    static char path[2][512];
    static int i;
    i = !i;
    snprintf(path[i], sizeof path[i], "%s/%s", root, name);
    return path[i];
}

/* ---- the texts ---- */

/* Every line is a comment, a section, "Key=value", or blank. */
static void check_syntax(enum unit_file file, const char *text)
{
    bool ini = file != UNIT_TMPFILES && file != UNIT_UDEV && file != UNIT_SYSUSERS;
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
        size_t n = strcspn(line, "\n"), key = strspn(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
        if (n && *line != '#' && *line != '[' && ini && !(key > 0 && line[key] == '='))
            fail_msg("%s: no line of a unit: %.*s", unit_name(file), (int)n, line);
        if (!n && line[1] == '\n')
            fail_msg("%s: two empty lines", unit_name(file));
        if (memchr(line, '@', n) && !strstr(line, "=@system-service") && !strstr(line, "=~@privileged"))
            fail_msg("%s: not replaced: %.*s", unit_name(file), (int)n, line);
    }
}

static void texts_are_whole(void **state)
{
    (void)state;
    for (int file = 0; file < UNIT_FILES; file++)
        for (int way = 0; way < 16; way++) {
            struct buf text = { 0 };
            struct unit_options o = { .user = way & 1, .bpf = way & 2, .alias = way & 4, .program = "/usr/bin/sonde",
                                      .directory = way & 8 ? "/srv/sonde" : NULL };
            unit_put((enum unit_file)file, &o, &text);
            check_syntax((enum unit_file)file, text.p);
            assert_true(text.n > 50 && text.p[text.n - 1] == '\n' && text.p[text.n - 2] != '\n');
            buf_done(&text);
        }
}

static void the_recorder_is_as_asked(void **state)
{
    (void)state;
    static const struct {
        struct unit_options o;
        const char *has[6], *lacks[6];
    } cases[] = {
        { { .program = "/usr/bin/sonde" },
          { "\nExecStart=/usr/bin/sonde record\n", "\nUser=sonde\n", "\nStateDirectory=sonde\n", " CAP_NET_ADMIN\n",
            "WantedBy=multi-user.target\n", "# Printed by `sonde service print`.\n" },
          { "CAP_BPF", "AF_INET", "Conflicts=", "--data", "default.target", "ReadWritePaths" } },
        { { .program = "/usr/bin/sonde", .bpf = true },
          { "CAP_BPF CAP_PERFMON\n", "\nSystemCallFilter=bpf perf_event_open\n" }, { "CAP_NET_ADMIN" } },
        { { .program = "/opt/a b/sonde", .directory = "/srv/50%", .interval_s = 0.5 },
          { "\nExecStart=\"/opt/a b/sonde\" record --data /srv/50%% --interval 0.5\n", "\nReadWritePaths=/srv/50%%\n",
            "sonde:sonde /srv/50%%\n" }, { "StateDirectory" } },
        { { .program = "/usr/bin/sonde", .user = true, .bpf = true, .directory = "/srv/x" },
          { "WantedBy=default.target\n", "\nNoNewPrivileges=yes\n", " record --data /srv/x\n" },
          { "User=", "Capabilities", "ProtectSystem", "IPAddressDeny", "chown", "ReadWritePaths" } },
        { { .program = "/usr/bin/sonde", .alias = true, .origin = "x" }, { "\nConflicts=sonde.service\n", "# x\n" }, { 0 } },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf text = { 0 };
        unit_put(UNIT_RECORDER, &cases[i].o, &text);
        for (int k = 0; k < 6 && cases[i].has[k]; k++)
            if (!strstr(text.p, cases[i].has[k]))
                fail_msg("case %zu: no '%s' in\n%s", i, cases[i].has[k], text.p);
        for (int k = 0; k < 6 && cases[i].lacks[k]; k++)
            if (strstr(text.p, cases[i].lacks[k]))
                fail_msg("case %zu: '%s' in\n%s", i, cases[i].lacks[k], text.p);
        buf_done(&text);
    }
}

/* What talks to the network has no rights, and what has rights no network. */
static void rights_and_network_are_apart(void **state)
{
    (void)state;
    const struct unit_options o = { .program = "/usr/bin/sonde" };
    struct buf web = { 0 }, network = { 0 };
    unit_put(UNIT_WEB, &o, &web);
    assert_non_null(strstr(web.p, "\nCapabilityBoundingSet=\n"));
    assert_non_null(strstr(web.p, "\nIPAddressDeny=any\nIPAddressAllow=localhost\n"));
    assert_null(strstr(web.p, "CAP_"));
    unit_put(UNIT_NETWORK, &o, &network);
    assert_non_null(strstr(network.p, "\nRestrictAddressFamilies=AF_INET AF_INET6\nIPAddressDeny=\n"));
    buf_done(&web);
    buf_done(&network);
}

static void words_are_quoted(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        { "/usr/bin/sonde", "/usr/bin/sonde" }, { "/a b", "\"/a b\"" }, { "/a\"b\\", "\"/a\\\"b\\\\\"" }, { "", "\"\"" },
        { "/100%/$x", "/100%%/$$x" }, { "/it's", "\"/it's\"" }, { "/a;b", "\"/a;b\"" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf out = { 0 };
        unit_put_word(cases[i][0], &out);
        assert_string_equal(buf_text(&out), cases[i][1]);
        buf_done(&out);
    }
}

static void not_every_folder_may_be_owned(void **state)
{
    (void)state;
    static const struct { const char *path; bool may; } cases[] = {
        { "/srv/sonde", true }, { "/var/lib/sonde", true }, { "/var/lib/../x", false }, { "/", false }, { "", false },
        { "/srv", false }, { "/srv/", false }, { "//srv", false }, { "/./srv", false }, { "srv/sonde", false },
        { "/tmp/sonde", false }, { "/var/tmp/sonde", false }, { "/srv/x/..", false }, { "/srv/a\nUser=root", false },
        { "/srv/$HOME", false }, { "/srv/..x", true },
    };
    char why[512];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (unit_may_own(cases[i].path, false, why, sizeof why) != cases[i].may)
            fail_msg("'%s' may %sbe owned", cases[i].path, cases[i].may ? "" : "not ");
    assert_true(unit_may_own("/tmp/sonde", true, why, sizeof why)); /* a user's service sees the /tmp of everybody */
    assert_false(unit_may_own("/tmp", true, why, sizeof why));
    static const struct { const char *path; bool may; } programs[] = {
        { "/usr/bin/sonde", true }, { "/opt/my \"own\" 100%/sonde", true }, { "/x\nExecStartPre=/bin/sh", false },
        { "/x\r", false }, { "/x\t", false }, { "/x\033[1m", false }, { "/x\x7f", false }, { "sonde", false }, { "", false },
        { "/x/../sonde", false }, { "/$HOME/sonde", false },
    };
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
        if (unit_may_run(programs[i].path, why, sizeof why) != programs[i].may)
            fail_msg("'%s' may %sbe run", programs[i].path, programs[i].may ? "" : "not ");
}

/* ---- tools ---- */

static void put_tool(const char *name, const char *script)
{
    assert_int_equal(os_write_file(in_root(name), script, strlen(script)), 0);
    assert_int_equal(chmod(in_root(name), 0755), 0);
}

static void tools_are_run(void **state)
{
    (void)state;
    struct buf said = { 0 };
    char path[256];
    snprintf(path, sizeof path, "relative:%s", root);
    setenv("PATH", path, 1);
    put_tool("speak", "#!/bin/sh\nprintf 'a\\033[1mb\\n%s\\n' \"$2\"\necho err >&2\nexit $1\n");
    assert_int_equal(tool_run((const char *const[]){ "speak", "7", "x y; $(z)", NULL }, &said), 7);
    assert_non_null(strstr(said.p, "a?[1mb x y; $(z)"));
    assert_non_null(strstr(said.p, "err"));
    buf_clear(&said);
    assert_int_equal(tool_run((const char *const[]){ "absent", NULL }, &said), -ENOENT);
    put_tool("much", "#!/bin/sh\ni=0\nwhile [ $i -lt 3000 ]; do echo 'a line of forty characters, more or less.';"
                     " i=$((i + 1)); done\n");
    assert_int_equal(tool_run((const char *const[]){ "much", NULL }, &said), 0);
    assert_true(said.n > 50000 && said.n <= 65536);
    buf_done(&said);
}

/* ---- steps ---- */

static void steps_are_done_in_order(void **state)
{
    (void)state;
    struct steps s = { 0 };
    struct stat st;
    setenv("PATH", root, 1);
    put_tool("good", "#!/bin/sh\nexit 0\n");
    put_tool("bad", "#!/bin/sh\nexit 1\n");
    steps_folder(&s, root, false); /* is there: no step */
    steps_folder(&s, in_root("open"), false);
    steps_folder(&s, in_root("closed"), true);
    buf_puts(steps_write(&s, in_root("open/file")), "text\n");
    steps_run(&s, true, (const char *const[]){ "bad", NULL });
    steps_run(&s, false, (const char *const[]){ "good", "a b", NULL });
    steps_delete(&s, in_root("open"));   /* not empty: stays */
    steps_delete(&s, in_root("no-such"));
    steps_purge(&s, in_root("closed"));
    assert_int_equal(s.n, 8);

    struct buf plan = { 0 };
    steps_put_plan(&s, &plan);
    assert_non_null(strstr(plan.p, "would run good 'a b'\n"));
    assert_int_equal(stat(in_root("open"), &st), -1); /* nothing was done */
    buf_done(&plan);

    assert_int_equal(steps_do(&s, true), 0);
    assert_int_equal(stat(in_root("open"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0755);
    assert_int_equal(stat(in_root("open/file"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0644);
    assert_int_equal(stat(in_root("closed"), &st), -1);
    steps_done(&s);

    steps_run(&s, false, (const char *const[]){ "bad", NULL });
    buf_puts(steps_write(&s, in_root("never")), "x");
    assert_int_equal(steps_do(&s, true), -1);
    assert_int_equal(stat(in_root("never"), &st), -1);
    assert_true(s.step[0].rc == 1 && !s.step[0].done && !s.step[1].done);
    steps_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_whole),
        cmocka_unit_test(the_recorder_is_as_asked),
        cmocka_unit_test(rights_and_network_are_apart),
        cmocka_unit_test(words_are_quoted),
        cmocka_unit_test(not_every_folder_may_be_owned),
        cmocka_unit_test(tools_are_run),
        cmocka_unit_test(steps_are_done_in_order),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
