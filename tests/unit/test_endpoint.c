/* Endpoints: which addresses may be asked, what they are sent and what not, and what is done with what they say. */
#include "report_sample.h"
#include "test.h"

#include "base/auto.h"
#include "endpoint/endpoint.h"
#include "endpoint/hide.h"
#include "endpoint/reply.h"
#include "endpoint/said.h"
#include "os/os.h"

#include <errno.h>
#include <jansson.h>
#include <sys/stat.h>

/* ---- addresses ---- */

static void addresses(void **state)
{
    (void)state;
    static const struct { const char *text, *url, *host; bool local; } good[] = {
        { "http://127.0.0.1:11434/v1", "http://127.0.0.1:11434/v1/chat/completions", "127.0.0.1:11434", true },
        { "http://127.0.0.1:11434/v1/", "http://127.0.0.1:11434/v1/chat/completions", "127.0.0.1:11434", true },
        { "HTTP://LocalHost", "http://LocalHost/chat/completions", "LocalHost", true },
        { "http://[::1]:8080/v1", "http://[::1]:8080/v1/chat/completions", "[::1]:8080", true },
        { "http://127.8.9.255/a/chat/completions", "http://127.8.9.255/a/chat/completions", "127.8.9.255", true },
        { "https://models.example/v1", "https://models.example/v1/chat/completions", "models.example", false },
        { "https://127.0.0.1:8443/v1", "https://127.0.0.1:8443/v1/chat/completions", "127.0.0.1:8443", true },
        { "https://[2001:db8::1]/v1", "https://[2001:db8::1]/v1/chat/completions", "[2001:db8::1]", false },
    };
    static const struct { const char *text, *why; } bad[] = {
        { "", "begins" }, { "127.0.0.1:11434", "begins" }, { "ftp://localhost/", "begins" }, { "file:///etc", "begins" },
        { "http://", "no host" }, { "http:///v1", "no host" }, { "http://[::1", "no host" }, { "http://[]/", "no host" },
        { "http://models.example/v1", "encryption" }, { "http://10.0.0.1/v1", "encryption" },
        { "http://127.example.com/", "encryption" }, { "http://127.0.0.1.example.com/", "encryption" },
        { "http://127.1/", "encryption" }, { "http://127.0.0.256/", "encryption" }, { "http://1270.0.0.1/", "encryption" },
        { "http://localhost.example/", "encryption" }, { "http://[::2]/", "encryption" }, { "http://0.0.0.0/", "encryption" },
        { "http://[::ffff:127.0.0.1]/", "encryption" }, { "http://2130706433/", "encryption" },
        { "http://127.0.0.1@models.example/", "more than" }, { "https://me:key@models.example/", "more than" },
        { "https://models.example/v1?key=1", "more than" }, { "https://models.example/#", "more than" },
        { "http://localhost:/", "port" }, { "http://localhost:0/", "port" }, { "http://localhost:65536/", "port" },
        { "http://localhost:80a/", "port" }, { "http://localhost\\models.example/", "signs" },
        { "https://models.example/a b", "signs" }, { "https://models.example/\r\nX: y", "signs" },
        { "https://m\xc3\xb6" "dels.example/", "signs" },
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct address a;
        const char *why = address_read(good[i].text, &a);
        if (why)
            fail_msg("%s: %s", good[i].text, why);
        assert_string_equal(a.url, good[i].url);
        assert_string_equal(a.host, good[i].host);
        assert_int_equal(a.local, good[i].local);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct address a;
        const char *why = address_read(bad[i].text, &a);
        if (!why || !strstr(why, bad[i].why))
            fail_msg("%s: %s", bad[i].text, why ? why : "taken");
    }
    char text[ADDRESS_MAX + 40] = "https://models.example/";
    memset(text + strlen(text), 'a', ADDRESS_MAX - strlen(text));
    struct address a;
    assert_non_null(address_read(text, &a));
}

/* ---- what is hidden ---- */

static void hidden(void **state)
{
    (void)state;
    static const struct { const char *text, *want; } cases[] = {
        { "", "" },
        { "memory used 5.18 GB at 10:31:05, 42 MB/s, 1/s", "memory used 5.18 GB at 10:31:05, 42 MB/s, 1/s" },
        { "by secretd (pid 812)", "by process 1 (pid 812)" },
        { "Secretd, and secretd.", "process 1, and process 1." },
        { "secretd-helper secretdx xsecretd a.secretd", "secretd-helper secretdx xsecretd a.secretd" },
        { "by Web Content (pid 3), then Web Content.", "by process 2 (pid 3), then process 2." },
        { "sh (3 processes) took 10 s", "process 3 (3 processes) took 10 s" },
        { "s (pid 4), 20.0 s", "process 4 (pid 4), 20.0 s" },
        { "by 7 (pid 9), 7 times", "by process 5 (pid 9), 7 times" },
        { "unknown one; by stranger (pid 5), 3 %", "unknown one; by process 6 (pid 5), 3 %" },
        { "evil?[2Jname ran", "process 7 ran" },
        { "fs.util{/data/photos} is 91 %, / is 20 %", "fs.util{path 1} is 91 %, / is 20 %" },
        { "fullest disk /data/photos. /data/photos/x", "fullest disk path 1. path 2" },
        { "fs.util{/}", "fs.util{/}" },
        { "by user-1000.slice and (backup of me.service)", "by group 1 and (backup of group 2)" },
        { "in system.slice/docker-0a1b.scope:", "in group 3:" },
        { "group inner.box", "group group 4" },
        { "net.recv.rate{enx001122334455} br-0a1b2c3d4e5f eth0", "net.recv.rate{id 1} id 2 eth0" },
        { "00:11:22:33:44:55 at 2026-11-22 10:31:05", "id 3 at 2026-11-22 10:31:05" },
        { "id 07d5a84fa4c35f200f2bf3f3c552cdb7, session_20261122_000000", "id id 4, session_20261122_000000" },
        { "Labelled: Anna's rig, gaming.", "Labelled: label 1, gaming." },
        { "\x1b[31mred\n", "?[31mred?" },
    };
    struct hide h = { 0 };
    static const char *const names[] = { "secretd", "secretd2", "Web Content", "sh", "s", "7", "evil\x1b[2Jname", NULL,
                                         "" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        hide_name(&h, HIDE_PROCESS, names[i]);
    hide_name(&h, HIDE_GROUP, "inner.box");
    hide_name(&h, HIDE_LABEL, "Anna's rig");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        auto_buf struct buf out = { 0 };
        hide_put(&h, cases[i].text, &out);
        assert_string_equal(buf_text(&out), cases[i].want);
    }
    hide_done(&h);
}

static void process_names_may_stay(void **state)
{
    (void)state;
    struct hide h = { .stays[HIDE_PROCESS] = true };
    auto_buf struct buf out = { 0 };
    hide_name(&h, HIDE_PROCESS, "secretd");
    hide_put(&h, "secretd and by other (pid 5) in /data/x", &out);
    assert_string_equal(out.p, "secretd and by other (pid 5) in path 1");
    hide_done(&h);
}

/* ---- numbers ---- */

static void numbers(void **state)
{
    (void)state;
    static const char known[] = "{\"value\":5180123456,\"shown\":\"5.18 GB\",\"usual\":[0.5,23.456],\"n\":12,"
                                "\"at\":\"2026-11-22T10:31:05Z\",\"local\":\"09:05:10\",\"metric\":\"cpu.core{77}\",\"big\":1.5e+09}";
    static const struct { const char *said, *want; } cases[] = {
        { "", "" }, { "nothing", "" },
        { "5.18 GB, about 5.2 or 5 GB", "" }, { "5.19 GB", "5.19" }, { "6 GB", "6" },
        { "23.456 %, 23.46, 23.5, 23", "" }, { "24 %", "24" }, { "23.45", "23.45" }, { "23.44", "23.44" },
        { "at 10:31:05, 10:31, 9:05", "" }, { "10:32", "10:32" }, { "at 10:3", "10:3" }, { "5:31", "5:31" },
        { "2026-11-22", "" }, { "2026-11-23", "23!" },
        { "42 and 42 and 43", "42 43" },
        { "5,180,123,456 bytes", "" }, { "12, 12", "" }, { "1,200", "1,200" }, { "1.5e9 and 1.5e8", "1.5e8" },
        { "1. first\n2) second\n  3. third\n**4. ** x", "" }, { "it is 99. really", "99" },
        { "sda1, x86_64, GPU0, \xc3\xa9" "5", "" }, { "core 77", "" }, { "core 78", "78" }, { "50%", "50" },
        { "12345678901234567890123456789012345678901234567890", "1234567890123456789012345678901" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char loose[NUMBERS_MAX][NUMBERS_TEXT];
        auto_buf struct buf all = { 0 };
        bool held = cases[i].want[0] && cases[i].want[strlen(cases[i].want) - 1] == '!'; /* 23 rounds 23.456 */
        size_t n = numbers_loose(cases[i].said, known, loose);
        for (size_t k = 0; k < n; k++)
            buf_printf(&all, "%s%s", k ? " " : "", loose[k]);
        if (strcmp(buf_text(&all), held ? "" : cases[i].want) != 0)
            fail_msg("%s: '%s' instead of '%s'", cases[i].said, buf_text(&all), cases[i].want);
    }
    char many[512] = "", loose[NUMBERS_MAX][NUMBERS_TEXT];
    for (int i = 0; i < 60; i++)
        snprintf(many + strlen(many), 8, "%d ", 1000 + i);
    assert_int_equal(numbers_loose(many, known, loose), NUMBERS_MAX);
}

/* ---- replies ---- */

static void replies(void **state)
{
    (void)state;
    static const struct { const char *bytes; int rc; const char *text; } cases[] = {
        { "{\"choices\":[{\"message\":{\"content\":\"  well\\r\\n\\tso\\n \"}}]}", 0, "well\n so" },
        { "{\"choices\":[{\"message\":{\"content\":\"\\u001b[2J\\u202e\\u0007x\"}}]}", 0, "?[2J??x" },
        { "{\"choices\":[{\"message\":{\"content\":\" \\n\"}}]}", -ENODATA, "" },
        { "{\"choices\":[{\"message\":{\"content\":7}}]}", -ENODATA, "" },
        { "{\"choices\":[]}", -ENODATA, "" }, { "{\"choices\":{}}", -ENODATA, "" }, { "[]", -ENODATA, "" },
        { "", -EBADMSG, "" }, { "<html>", -EBADMSG, "" }, { "{\"choices\":", -EBADMSG, "" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        auto_buf struct buf out = { 0 };
        assert_int_equal(reply_text(cases[i].bytes, strlen(cases[i].bytes), &out), cases[i].rc);
        assert_string_equal(buf_text(&out), cases[i].text);
    }
    auto_buf struct buf out = { 0 };
    const char *trouble = "{\"error\":{\"message\":\"no\\nsuch \\u001bmodel\"}}", *text = "{\"error\":\"plain\"}";
    reply_trouble(trouble, strlen(trouble), &out);
    assert_string_equal(out.p, "no such ?model");
    buf_clear(&out);
    reply_trouble(text, strlen(text), &out);
    assert_string_equal(out.p, "plain");
    buf_clear(&out);
    reply_trouble("<html>", 6, &out);
    assert_string_equal(buf_text(&out), "");
}

/* ---- configuration ---- */

static void configurations(void **state)
{
    (void)state;
    static const struct { const char *yaml; bool good; const char *why; } cases[] = {
        { "", false, "" },
        { "ask: {model: m}", false, "" },
        { "ask: {endpoint: 'http://localhost/v1', model: m}", true, "" },
        { "ask: {endpoint: 'http://localhost/v1'}", false, "ask.model names no model" },
        { "ask: {endpoint: 'http://models.example/v1', model: m}", false, "ask.endpoint leads beyond" },
        { "ask: {endpoint: 'https://models.example/v1', model: m, key_file: key}", false, "begin with /" },
        { "ask: {endpoint: 'https://models.example/v1', model: m, key_file: /k, ca_file: ~/c}", false, "begin with /" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct config *c = config_new();
        auto_buf struct buf complaints = { 0 };
        struct endpoint e;
        char why[ENDPOINT_WHY];
        assert_int_equal(config_parse(c, "f", cases[i].yaml, strlen(cases[i].yaml), &complaints), 0);
        assert_int_equal(endpoint_read(c, &e, why), cases[i].good);
        assert_true(*cases[i].why ? strstr(why, cases[i].why) != NULL : !*why);
        config_free(c);
    }
}

static void secrets(void **state)
{
    (void)state;
    char dir[OS_PATH_MAX], path[OS_PATH_MAX + 8], *text = NULL;
    size_t n;
    assert_int_equal(os_make_temp_dir(false, dir, sizeof dir), 0);
    snprintf(path, sizeof path, "%s/key", dir);
    assert_int_equal(os_read_secret(path, 100, &text, &n), -ENOENT);
    assert_int_equal(os_write_file(path, "secret\n", 7), 0);
    assert_int_equal(os_read_secret(path, 100, &text, &n), 0);
    assert_string_equal(text, "secret\n");
    mem_free(text);
    assert_int_equal(os_read_secret(path, 3, &text, &n), -EFBIG);
    static const struct { const char *bytes; size_t n; const char *line; } lines[] = {
        { "secret\n", 7, "secret" }, { " a b \t\r\n", 8, " a b" }, { "", 0, NULL }, { "\n", 1, NULL }, { "a\nb", 3, NULL },
        { "a\0b", 3, NULL }, { "a\0", 2, NULL }, { "m\xc3\xb6", 3, NULL }, { "a\rX: y", 6, NULL },
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        assert_int_equal(os_write_file(path, lines[i].bytes, lines[i].n), 0);
        assert_int_equal(os_read_secret_line(path, 100, &text), lines[i].line ? 0 : -EBADMSG);
        if (!lines[i].line)
            continue;
        assert_string_equal(text, lines[i].line);
        mem_free(text);
    }
    static const mode_t open_to_others[] = { 0640, 0604, 0620, 0610 };
    for (size_t i = 0; i < sizeof open_to_others / sizeof *open_to_others; i++) {
        assert_int_equal(chmod(path, open_to_others[i]), 0);
        assert_int_equal(os_read_secret(path, 100, &text, &n), -EPERM);
    }
    assert_int_equal(os_read_secret(dir, 100, &text, &n), -EISDIR);
    assert_int_equal(os_read_secret("/dev/null", 100, &text, &n), -EPERM);
    os_remove_dir(dir);
}

/* ---- what is sent ---- */

struct made_up {
    struct recording *rec;
    struct report *report;
    struct judged judged;
    struct answer answer;
    struct look look;
};

static void made_up_init(struct made_up *m)
{
    *m = (struct made_up){ .rec = sample_recording() };
    m->report = sample_report(m->rec);
    snprintf(m->report->host.hardware_id, sizeof m->report->host.hardware_id, "07d5a84fa4c35f200f2bf3f3c552cdb7");
    m->judged = (struct judged){ m->rec, m->report };
    answer_say(&m->answer, "The most was used by ");
    answer_amount(&m->answer, "hoarder (pid 31)", 1.5e9, UNIT_BYTE, NULL, 1795343460000);
    answer_say(&m->answer, " of hoarder; /data/photos is fullest.");
    answer_note(&m->answer, "when it was", 1795343460, UNIT_SECOND, NULL, 1795343460000);
    m->answer.from_ms = 1795343400000;
    m->answer.to_ms = 1795343460000;
}

static void made_up_done(struct made_up *m)
{
    answer_done(&m->answer);
    report_free(m->report);
    recording_free(m->rec);
}

static json_t *content_of(const struct buf *body, const struct buf *content)
{
    json_t *b = json_loadb(body->p, body->n, 0, NULL);
    assert_non_null(b);
    json_t *user = json_array_get(json_object_get(b, "messages"), 1);
    assert_string_equal(json_string_value(json_object_get(user, "content")), content->p);
    assert_int_equal(json_object_size(b), 4); /* model, messages, temperature, stream */
    assert_int_equal(json_array_size(json_object_get(b, "messages")), 2);
    json_decref(b);
    json_t *c = json_loadb(content->p, content->n, 0, NULL);
    assert_non_null(c);
    return c;
}

static void sent(void **state)
{
    (void)state;
    static const char *const never[] = { "hoarder", "evil", "/data", "photos", "07d5a84f", "session_", "AMD", "Ryzen" };
    struct made_up m;
    auto_buf struct buf body = { 0 }, content = { 0 };
    made_up_init(&m);
    struct sent_options o = { .model = "m", .question = "what did Hoarder do in /data/photos?", .answer = &m.answer,
                              .look = &m.look, .judged = &m.judged };
    sent_put(&o, &body, &content);
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        if (strstr(body.p, never[i]))
            fail_msg("%s is in %s", never[i], body.p);
    json_t *c = content_of(&body, &content), *results = json_object_get(c, "results");
    static const char *const parts[] = { "answer", "range", "verdict", "numbers", "episodes", "findings" };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        assert_non_null(json_object_get(results, parts[i]));
    assert_int_equal(json_object_size(results), sizeof parts / sizeof *parts);
    json_t *answer = json_object_get(results, "answer"), *fact = json_array_get(json_object_get(answer, "facts"), 0);
    assert_string_equal(json_string_value(json_object_get(answer, "text")),
                        "The most was used by 1.50 GB of process 1; path 1 is fullest.");
    assert_string_equal(json_string_value(json_object_get(c, "question")), "what did process 1 do in path 1?");
    assert_string_equal(json_string_value(json_object_get(fact, "label")), "process 1 (pid 31)");
    assert_string_equal(json_string_value(json_object_get(fact, "shown")), "1.50 GB");
    assert_string_equal(json_string_value(json_object_get(fact, "time")), "2026-11-22T10:31:00Z");
    fact = json_array_get(json_object_get(answer, "facts"), 1); /* an instant is told once */
    assert_string_equal(json_string_value(json_object_get(fact, "time")), "2026-11-22T10:31:00Z");
    assert_null(json_object_get(fact, "value"));
    assert_true(json_array_size(json_object_get(results, "episodes")) == 1);
    assert_true(json_array_size(json_object_get(results, "findings")) == 1);
    assert_true(json_array_size(json_object_get(results, "numbers")) > 3);
    json_decref(c);
    made_up_done(&m);
}

/* With their names, and of a time in which nothing was recorded. */
static void sent_otherwise(void **state)
{
    (void)state;
    struct made_up m;
    auto_buf struct buf body = { 0 }, content = { 0 };
    made_up_init(&m);
    struct sent_options o = { .model = "m", .process_names = true, .question = "q \"quoted\"\n", .answer = &m.answer,
                              .look = &m.look };
    sent_put(&o, &body, &content);
    assert_non_null(strstr(body.p, "hoarder"));
    assert_null(strstr(body.p, "photos"));
    json_t *c = content_of(&body, &content);
    assert_int_equal(json_object_size(json_object_get(c, "results")), 1);
    json_decref(c);
    made_up_done(&m);
}

/* What an event says is sent in its plain form, even with names of processes; whom it names is hidden elsewhere. */
static void sent_events(void **state)
{
    (void)state;
    for (int names = 0; names < 2; names++) {
        struct made_up m = { 0 };
        auto_buf struct buf body = { 0 }, content = { 0 };
        answer_say(&m.answer, "One change: \"");
        answer_event(&m.answer, "the kernel ended mysqld (pid 812) for lack of memory", "a process ended");
        answer_say(&m.answer, "\".");
        struct sent_options o = { .model = "m", .process_names = names, .question = "what killed mysqld",
                                  .answer = &m.answer, .look = &m.look };
        sent_put(&o, &body, &content);
        json_t *c = content_of(&body, &content), *answer = json_object_get(json_object_get(c, "results"), "answer");
        assert_string_equal(json_string_value(json_object_get(answer, "text")), "One change: \"a process ended\".");
        assert_string_equal(json_string_value(json_object_get(c, "question")),
                            names ? "what killed mysqld" : "what killed process 1");
        json_decref(c);
        answer_unsay(&m.answer, 12);
        assert_int_equal(m.answer.n_said, 0);
        answer_done(&m.answer);
    }
}

static void ranges(void **state)
{
    (void)state;
    const int64_t hour = 3600000, now = 100 * hour;
    static const struct { int from, to, want_from, want_to; } cases[] = { /* in hours; 0: none */
        { 0, 0, 99, 100 }, { 98, 99, 98, 99 }, { 99, 99, 98, 99 }, { 50, 90, 84, 90 }, { 99, 200, 99, 100 }, { 150, 200, 99, 100 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct answer a = { .from_ms = cases[i].from * hour, .to_ms = cases[i].to * hour };
        int64_t from, to;
        sent_range(&a, now, &from, &to);
        assert_int_equal(from, cases[i].want_from * hour);
        assert_int_equal(to, cases[i].want_to * hour);
    }
}

/* ---- what it said ---- */

static void shown(void **state)
{
    (void)state;
    struct endpoint_said s = { .host = "127.0.0.1:1", .model = "m", .loose = { "42", "7" }, .n_loose = 2 };
    struct screen plain = screen_plain();
    auto_buf struct buf text = { 0 }, flat = { 0 }, lines = { 0 };
    buf_puts(&s.text, "It is 42.\n\nAnd 7.");
    buf_puts(&s.sent, "{}");
    said_text(&text, &s, &plain);
    assert_string_equal(text.p, "\nFrom m at 127.0.0.1:1, not checked by Sonde:\n  It is 42.\n\n  And 7.\n"
                                "Not in the data: 42, 7\n");
    buf_puts(&flat, "{\"a\":1}");
    said_json(&flat, &s);
    assert_string_equal(flat.p, "{\"a\":1,\"endpoint\":{\"host\":\"127.0.0.1:1\",\"model\":\"m\",\"sent\":\"{}\","
                                "\"text\":\"It is 42.\\u000a\\u000aAnd 7.\",\"not_in_data\":[\"42\",\"7\"],\"error\":null}}");
    buf_puts(&lines, "{\n  \"a\": 1\n}");
    said_json(&lines, &s);
    json_t *j = json_loadb(lines.p, lines.n, 0, NULL);
    assert_int_equal(json_object_size(j), 2);
    json_decref(j);
    endpoint_said_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses), cmocka_unit_test(hidden), cmocka_unit_test(process_names_may_stay),
        cmocka_unit_test(numbers), cmocka_unit_test(replies), cmocka_unit_test(configurations),
        cmocka_unit_test(secrets), cmocka_unit_test(sent), cmocka_unit_test(sent_otherwise),
        cmocka_unit_test(sent_events),
        cmocka_unit_test(ranges), cmocka_unit_test(shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
