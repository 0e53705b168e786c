/* Numbers by name in every layout of the kernel's files, and metrics as rows of tables. */
#include "test.h"

#include "adapters/linux/table.h"
#include "machine.h"

#include <errno.h>

static void same(double v, double want)
{
    if (isnan(want))
        assert_nan(v);
    else
        assert_near(v, want, 0);
}

static void layouts(void **state)
{
    (void)state;
    static const struct { enum keyed_layout layout; const char *text, *key; double want; } cases[] = {
        { KEYED_LINES, "MemFree:  42 kB\n", "MemFree", 42 },
        { KEYED_LINES, "MemFreeMore 1\nMemFree 42\nMemFree 7\n", "MemFree", 42 },
        { KEYED_LINES, "Node 0 MemFree:  42 kB\nNode 0 MemUsed: 3 kB\n", "MemUsed", 3 },
        { KEYED_LINES, "pgalloc_dma 1\npgalloc_normal 20\npgfree 3\n", "pgalloc_*", 21 },
        { KEYED_LINES, "MemFree: x\n", "MemFree", NAN },
        { KEYED_LINES, "MemFree: 42", "MemFree", NAN }, /* cut: half a number looks like one */
        { KEYED_PAIRS, "TCP: inuse 4 orphan 5\nUDP: inuse 6\n", "UDP: inuse", 6 },
        { KEYED_PAIRS, "TCP: inuse 4 orphan 5\n", "TCP: orphan", 5 },
        { KEYED_PAIRS, "TCP: inuse 4 orphan\n", "TCP: orphan", NAN },
        { KEYED_LISTS, "net 9 9\nrpc 1500 3 0\n", "rpc 0", 1500 },
        { KEYED_LISTS, "net 9 9\nrpc 1500 3 0\n", "rpc 1", 3 },
        { KEYED_LISTS, "rpc 1500\n", "rpc 1", NAN },
        { KEYED_COLUMNS, "Ip: A B\nIp: 1 2\nTcp: A B\nTcp: 3 4\n", "Tcp: A", 3 },
        { KEYED_COLUMNS, "Ip: A B\nIp: 1 2\nTcp: A B\nTcp: 3 4\n", "Ip: B", 2 },
        { KEYED_COLUMNS, "Ip: A B\nIp: 1\n", "Ip: B", NAN },
        { KEYED_CORES, "entries found\n0000000a 00000010\n0000000a 00000020\n", "found", 48 },
        { KEYED_CORES, "entries found\n0000000a 00000010\n0000000a 00000020\n", "entries", 10 },
        { KEYED_CORES, "entries found\n0000000a zz\n", "found", NAN },
        { KEYED_CORES, "entries found\n", "found", NAN },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct machine m;
        struct keyed k;
        double v = 0;
        machine_init(&m);
        machine_write(&m, "/file", cases[i].text);
        if (keyed_open_as(&k, cases[i].layout, m.root, "/file", &cases[i].key, 1) == 0) {
            for (int again = 0; again < 3; again++) { /* looked up, then picked from there */
                keyed_read(&k, &v);
                same(v, cases[i].want);
            }
            keyed_close(&k);
        } else {
            assert_nan(cases[i].want);
        }
        machine_done(&m);
    }
}

/* Lines, columns and cores that come, go and move: never another key's number. */
static void moved(void **state)
{
    (void)state;
    static const struct { enum keyed_layout layout; const char *key, *text[4]; double want[4]; } cases[] = {
        { KEYED_PAIRS, "TCP: tw", { "TCP: inuse 1 tw 2\n", "TCP: tw 3 inuse 4\n", "UDP: tw 9\n", "TCP: inuse 1 tw 5\n" },
          { 2, 3, NAN, 5 } },
        { KEYED_COLUMNS, "T: b", { "T: a b\nT: 1 2\n", "T: b a\nT: 3 4\n", "T: a c\nT: 1 2\n", "S: x\nS: 9\nT: a b\nT: 1 5\n" },
          { 2, 3, NAN, 5 } },
        { KEYED_CORES, "b", { "a b\n1 2\n1 2\n", "a b\n1 2\n", "a c\n1 2\n", "a b\n1 2\n1 2\n1 2\n" },
          { 4, 2, NAN, 6 } },
        { KEYED_LISTS, "th 1", { "rc 1\nth 2 3\n", "th 4 5\n", "th 4\n", "io 1 1\nrc 1 1\nth 6 7\n" },
          { 3, 5, NAN, 7 } },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct machine m;
        struct keyed k;
        double v = 0;
        machine_init(&m);
        machine_write(&m, "/file", cases[i].text[0]);
        assert_int_equal(keyed_open_as(&k, cases[i].layout, m.root, "/file", &cases[i].key, 1), 0);
        for (int t = 0; t < 4; t++) {
            machine_write(&m, "/file", cases[i].text[t]);
            keyed_read(&k, &v);
            same(v, cases[i].want[t]);
        }
        keyed_close(&k);
        machine_done(&m);
    }
}

static void directories(void **state)
{
    (void)state;
    static const char *const keys[] = { "file-nr 0", "file-nr 2", "aio-nr", "missing" };
    struct machine m;
    struct keyed k;
    double v[4];
    machine_init(&m);
    assert_int_equal(keyed_open_as(&k, KEYED_FILES, m.root, "/proc/sys/fs", keys, 4), -ENOENT);
    machine_write(&m, "/proc/sys/fs/file-nr", "948\t0\t2466160\n");
    machine_write(&m, "/proc/sys/fs/aio-nr", "-1\n"); /* not known */
    assert_int_equal(keyed_open_as(&k, KEYED_FILES, m.root, "/proc/sys/fs", keys, 4), 0);
    keyed_read(&k, v);
    assert_near(v[0], 948, 0);
    assert_near(v[1], 2466160, 0);
    assert_nan(v[2]);
    assert_nan(v[3]);
    assert_true(keyed_has(&k, 0) && keyed_has(&k, 2) && !keyed_has(&k, 3));
    keyed_close(&k);
    machine_done(&m);
}

/* Rows of one metric add up; units are those of the row; what no file has is no metric. */
static void rows(void **state)
{
    (void)state;
    static const struct table_row four[] = {
        { "T: used", "x.used", "all", ONES, KIND_GAUGE, "used" }, { "T: ms", "x.time", NULL, MILLISECONDS, KIND_COUNTER, "" },
        { "T: kib", "x.size", NULL, KIB, KIND_GAUGE, "" }, { "T: none", "x.none", NULL, ONES, KIND_GAUGE, "" },
    };
    static const struct table_row six[] = {
        { "T6: used", "x.used", "all", ONES, KIND_GAUGE, "used" }, { "T6: own", "x.own", NULL, ONES, KIND_GAUGE, "" },
    };
    static const struct table_file files[] = {
        { "/four", KEYED_PAIRS, TABLE_ROWS(four), NULL }, { "/six", KEYED_PAIRS, TABLE_ROWS(six), "eth0" },
    };
    static const struct table t = { files, 2, "nothing there" };
    static const struct adapter a = { .name = "rows", .of = &t, TABLE_FUNCTIONS };
    struct machine m;
    machine_init(&m);
    assert_int_equal(machine_open(&m, &a), -ENODEV);
    assert_string_equal(m.reason, "nothing there");
    machine_write(&m, "/four", "T: used 3 ms 1500 kib 2\n");
    machine_write(&m, "/six", "T6: used 4 own 5\n");
    assert_int_equal(machine_open(&m, &a), 0);
    machine_tick(&m, 1);
    assert_near(machine_get(&m, "x.used", "all"), 7, 0);
    assert_near(machine_get(&m, "x.time", NULL), 1.5, 1e-12);
    assert_near(machine_get(&m, "x.size", NULL), 2048, 0);
    assert_near(machine_get(&m, "x.own", "eth0"), 5, 0);
    assert_int_equal(schema_at(m.s, schema_find(m.s, "x.time", NULL))->unit, UNIT_SECOND);
    assert_false(machine_has(&m, "x.none", NULL));
    machine_write(&m, "/four", "");
    machine_tick(&m, 1);
    assert_near(machine_get(&m, "x.used", "all"), 4, 0);
    assert_nan(machine_get(&m, "x.time", NULL));
    machine_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layouts), cmocka_unit_test(moved), cmocka_unit_test(directories), cmocka_unit_test(rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
