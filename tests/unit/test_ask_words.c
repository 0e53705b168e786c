/* How a question is cut, corrected, and what periods its words mean. */
#include "test.h"

#include "ask/times.h"
#include "ask/words.h"
#include "base/text.h"

static void cutting(void **state)
{
    (void)state;
    static const struct { const char *question, *words; } cases[] = {
        { "", "" },
        { "What's my CPU usage?", "what is my cpu usage" },
        { "cpu,memory", "cpu memory" },
        { "90%", "90 %" },
        { "1h30m", "1 h 30 m" },
        { "9-11", "9 to 11" },
        { "9:00-11:30", "9:00 to 11:30" },
        { "9:15pm", "9:15 pm" },
        { "at 14:05.", "at 14:05" },
        { "2026-11-22", "2026-11-22" },
        { "4gb", "4 gb" },
        { "1.5ghz", "1.5 ghz" },
        { "1,000 processes", "1000 processes" },
        { "disk.read.rate{sda}", "disk.read.rate{sda}" },
        { "/srv/data", "/srv/data" },
        { "wi-fi", "wi-fi" },
        { "cpu-usage", "cpu usage" },
        { "cpu/gpu", "cpu gpu" },
        { "doesn't", "doesnt" },
        { "chrome's memory", "chrome memory" },
        { "how\xe2\x80\x99s it", "how is it" },
        { "...", "" },
        { "(the cpu)", "the cpu" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct words q;
        char all[256] = "";
        words_read(&q, cases[i].question, NULL, NULL);
        for (int k = 0; k < q.n; k++)
            snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s", k ? " " : "", q.w[k].text);
        assert_string_equal(all, cases[i].words);
    }
}

static void correcting(void **state)
{
    (void)state;
    static const struct { const char *wrong, *is; } cases[] = {
        { "memroy", "memory" }, { "proccesor", "cpu" }, { "temprature", "temperature" }, { "yestreday", "yesterday" },
        { "anomolies", "anomaly" }, { "netwrok", "network" }, { "batery", "battery" }, { "whihc", "what" },
        /* too short, another first letter, words of other matters, numbers */
        { "cpi", "" }, { "xemory", "" }, { "france", "" }, { "poem", "poem" }, { "sda", "" }, { "eth0", "" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct words q;
        words_read(&q, cases[i].wrong, NULL, NULL);
        assert_int_equal(q.n, 1);
        assert_string_equal(q.w[0].is, cases[i].is);
    }
}

/* What somebody else knows is not misspelt. */
static bool knows_memroy(void *self, const char *text)
{
    (void)self;
    return strcmp(text, "memroy") == 0;
}

static void others(void **state)
{
    (void)state;
    struct words q;
    words_read(&q, "memroy", knows_memroy, NULL);
    assert_string_equal(q.w[0].text, "memroy");
    assert_string_equal(q.w[0].is, "");
}

static void bounds(void **state)
{
    (void)state;
    struct words q;
    char longest[20000];
    memset(longest, 'a', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    words_read(&q, longest, NULL, NULL);
    assert_int_equal(q.n, 1);
    assert_int_equal(strlen(q.w[0].text), WORDS_TEXT - 1);
    for (size_t i = 1; i < sizeof longest - 1; i += 2)
        longest[i] = ' ';
    words_read(&q, longest, NULL, NULL);
    assert_int_equal(q.n, WORDS_MAX);
    assert_int_equal(words_find(&q, -5, "nothing"), -1);
    assert_false(words_is(&q, WORDS_MAX, "a"));
}

/* ---- times ---- */

/* "from to" in local time; "-" for none. Now is Wednesday, 2026-11-25 12:00. */
static void spans_text(const char *question, int offset_s, char *out, size_t cap)
{
    struct words q;
    struct span s[2];
    int64_t now;
    assert_true(text_parse_time("2026-11-25T12:00:00Z", &now));
    struct times_here here = { .now_ms = now - offset_s * 1000LL, .offset_s = offset_s,
                               .first_ms = now - offset_s * 1000LL - 10 * 86400000LL,
                               .boot_ms = now - offset_s * 1000LL - 5 * 3600000LL };
    words_read(&q, question, NULL, NULL);
    int n = times_read(&q, &here, s);
    snprintf(out, cap, "%s", n ? "" : "-");
    for (int i = 0; i < n; i++) {
        static const char kinds[] = "?nar+"; /* now, at, range, ahead */
        char from[TEXT_TIME_MAX], to[TEXT_TIME_MAX];
        text_time(s[i].from_ms + offset_s * 1000LL, from);
        text_time(s[i].to_ms + 1 + offset_s * 1000LL, to);
        snprintf(out + strlen(out), cap - strlen(out), "%s%c %.8s %.8s", i ? "; " : "", kinds[s[i].kind], from + 8,
                 to + 8);
    }
}

static void periods(void **state)
{
    (void)state;
    static const struct { const char *words, *want; } cases[] = {
        { "how is the cpu", "-" },
        { "now", "n 25T12:00 25T12:00" },
        { "today", "r 25T00:00 25T12:00" },
        { "yesterday", "r 24T00:00 25T00:00" },
        { "the day before yesterday", "r 23T00:00 24T00:00" },
        { "last night", "r 24T22:00 25T06:00" },
        { "overnight", "r 24T22:00 25T06:00" },
        { "this morning", "r 25T06:00 25T12:00" },
        { "yesterday evening", "r 24T18:00 25T00:00" },
        { "monday morning", "r 23T06:00 23T12:00" },
        { "in the afternoon of monday", "r 23T12:00 23T18:00" },
        { "on monday", "r 23T00:00 24T00:00" },
        { "last wednesday", "r 18T00:00 19T00:00" },
        { "this week", "r 23T00:00 25T12:00" },
        { "last week", "r 16T00:00 23T00:00" },
        { "last weekend", "r 21T00:00 23T00:00" },
        { "in the last 2 hours", "r 25T10:00 25T12:00" },
        { "the past thirty minutes", "r 25T11:30 25T12:00" },
        { "last hour", "r 25T11:00 25T12:00" },
        { "over the last 1h30m", "r 25T10:30 25T12:00" },
        { "half an hour ago", "a 25T11:30 25T11:31" },
        { "2 hours ago", "a 25T10:00 25T10:01" },
        { "3 days ago", "r 22T00:00 23T00:00" },
        { "an hour ago", "a 25T11:00 25T11:01" },
        { "at 14:05", "a 24T14:05 24T14:06" },
        { "at 9", "a 25T09:00 25T09:01" },
        { "at 3pm", "a 24T15:00 24T15:01" },
        { "9 am", "a 25T09:00 25T09:01" },
        { "at two in the morning", "a 25T02:00 25T02:01" },
        { "at 14:05:30", "a 24T14:05 24T14:05" },
        { "yesterday at 14:05", "a 24T14:05 24T14:06" },
        { "at 9 on monday", "a 23T09:00 23T09:01" },
        { "last night at 3", "a 25T03:00 25T03:01" },
        { "around 14:05", "r 24T13:55 24T14:16" },
        { "between 9 and 11", "r 25T09:00 25T11:00" },
        { "between 2 and 3 pm yesterday", "r 24T14:00 24T15:00" },
        { "yesterday between 9 and 11", "r 24T09:00 24T11:00" },
        { "from 22:00 to 02:00", "r 24T22:00 25T02:00" },
        { "from monday to tuesday", "r 23T00:00 25T00:00" },
        { "difference between monday and tuesday", "r 23T00:00 24T00:00; r 24T00:00 25T00:00" },
        { "since 9", "r 25T09:00 25T12:00" },
        { "since yesterday", "r 24T00:00 25T12:00" },
        { "since the reboot", "r 25T07:00 25T12:00" },
        { "until noon", "r 15T12:00 25T12:00" },
        { "ever", "r 15T12:00 25T12:00" },
        { "22 november", "r 22T00:00 23T00:00" },
        { "november 22nd", "r 22T00:00 23T00:00" },
        { "on 2026-11-22", "r 22T00:00 23T00:00" },
        { "24.11.2026", "r 24T00:00 25T00:00" },
        { "2026-11-22T14:05", "a 22T14:05 22T14:06" },
        { "today with yesterday", "r 25T00:00 25T12:00; r 24T00:00 25T00:00" },
        { "last night and the night before", "r 24T22:00 25T06:00; r 23T22:00 24T06:00" },
        { "tomorrow", "+ 26T00:00 27T00:00" },
        { "in 2 hours", "+ 25T12:00 25T14:00" },
        { "next week", "+ 25T12:00 02T12:00" },
        { "above 90 percent", "-" },
        { "at 90%", "-" },
        { "core 3", "-" },
        { "30 february", "-" },
        { "at 25:99", "-" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char got[160];
        for (int zone = -1; zone <= 1; zone++) { /* words mean local time, wherever it is */
            spans_text(cases[i].words, zone * 19800, got, sizeof got);
            if (strcmp(got, cases[i].want) != 0)
                fail_msg("\"%s\" (%d): %s, not %s", cases[i].words, zone, got, cases[i].want);
        }
    }
}

static void telling(void **state)
{
    (void)state;
    struct times_here here = { .offset_s = -9000 };
    char text[128];
    int64_t at;
    assert_true(text_parse_time("2026-11-25T12:00:00Z", &here.now_ms));
    assert_true(text_parse_time("2026-11-25T01:30:05Z", &at));
    assert_string_equal(times_text(&here, at, text, sizeof text), "Nov 24 23:00:05");
    assert_string_equal(times_text(&here, here.now_ms, text, sizeof text), "09:30");
    assert_string_equal(times_text(&here, at - 400 * 86400000LL, text, sizeof text), "Oct 20 2025 23:00:05");
    assert_string_equal(times_zone(&here, text, sizeof text), "UTC-02:30");
    struct span day = { SPAN_RANGE, at - 23 * 3600000LL - 5000, at + 3600000LL - 5001 };
    assert_string_equal(times_span_text(&here, &day, text, sizeof text), "on Nov 24");
    struct span minute = { SPAN_AT, at - 5000, at + 54999 };
    assert_string_equal(times_span_text(&here, &minute, text, sizeof text), "at Nov 24 23:00 UTC-02:30");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cutting), cmocka_unit_test(correcting), cmocka_unit_test(others), cmocka_unit_test(bounds),
        cmocka_unit_test(periods), cmocka_unit_test(telling),
    };
    return cmocka_run_group_tests_name("ask_words", tests, NULL, NULL);
}
