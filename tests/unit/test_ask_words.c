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
        { "23/11", "23/11" },
        { "23/11/2026.", "23/11/2026" },
        { "2026/11/24", "2026/11/24" },
        { "24-11-2026", "24-11-2026" },
        { "23/11-24/11", "23/11 to 24/11" },
        { "1-2-3", "1 to 2 to 3" },
        { "2.06pm", "2.06 pm" },
        { "14h05", "14 h 05" },
        { "14:06Z", "14:06 z" },
        { "2026-11-24T14:06+01:00", "2026-11-24t14:06+01:00" },
        { "cpu+gpu", "cpu gpu" },
        { "4/", "4" },
        { "100mb/s", "100 mb/s" },
        { "1.5", "1.5" },
        { "11:30 CEST", "11:30 cest" },
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
        { "cpi", "" }, { "xemory", "" }, { "france", "" }, { "poem", "joke" }, { "sda", "" }, { "eth0", "" },
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
        /* dates with marks */
        { "from 23/11 to 24/11", "r 23T00:00 25T00:00" },
        { "from 23/11-24/11", "r 23T00:00 25T00:00" },
        { "cpu on 24/11", "r 24T00:00 25T00:00" },
        { "cpu 11/24", "r 24T00:00 25T00:00" },
        { "2026/11/24", "r 24T00:00 25T00:00" },
        { "24-11-2026", "r 24T00:00 25T00:00" },
        { "24/11/26", "r 24T00:00 25T00:00" },
        { "on 24.11.", "r 24T00:00 25T00:00" },
        { "version 6.1.10", "-" },
        { "core 24.11", "-" },
        { "192.168.0.1", "-" },
        { "24/7", "r 15T12:00 25T12:00" },
        { "the morning of the 24th", "r 24T06:00 24T12:00" },
        { "on the 24th", "r 24T00:00 25T00:00" },
        { "on the 26th", "r 26T00:00 27T00:00" },
        { "the 24 of nov", "r 24T00:00 25T00:00" },
        { "between the 23rd and the 24th", "r 23T00:00 25T00:00" },
        { "the first of november", "r 01T00:00 02T00:00" },
        { "november 22nd 2026 at 9", "a 22T09:00 22T09:01" },
        { "2 days ago at 14:00", "a 23T14:00 23T14:01" },
        { "at 14:00 2 days ago", "a 23T14:00 23T14:01" },
        { "a fortnight ago", "r 11T00:00 12T00:00" },
        { "half a day ago", "a 25T00:00 25T00:01" },
        { "one week ago today", "r 18T00:00 19T00:00" },
        { "monday last week", "r 16T00:00 17T00:00" },
        { "on sun", "r 22T00:00 23T00:00" },
        { "the week before last", "r 09T00:00 16T00:00" },
        { "november", "r 01T00:00 25T12:00" },
        { "average of november", "r 01T00:00 25T12:00" },
        { "first week of november", "-" },
        { "the third of november", "-" },
        { "may I see the cpu", "-" },
        /* clocks as they are spoken */
        { "half past 9 this morning", "a 25T09:30 25T09:31" },
        { "quarter past two yesterday afternoon", "a 24T14:15 24T14:16" },
        { "a quarter past 2 pm yesterday", "a 24T14:15 24T14:16" },
        { "8 minutes past 2 pm on tuesday", "a 24T14:08 24T14:09" },
        { "ten past two", "a 25T02:10 25T02:11" },
        { "10 to 3 pm yesterday", "a 24T14:50 24T14:51" },
        { "at 10 to 11", "a 25T10:50 25T10:51" },
        { "10 to 11 yesterday", "r 24T10:00 24T11:00" },
        { "from 10 to 3 pm yesterday", "r 24T10:00 24T15:00" },
        { "quarter to 5", "a 25T04:45 25T04:46" },
        { "ten to midnight", "a 24T23:50 24T23:51" },
        { "quarter past noon", "a 24T12:15 24T12:16" },
        { "at half nine", "a 25T09:30 25T09:31" },
        { "two thirty pm", "a 24T14:30 24T14:31" },
        { "at nine forty five", "a 25T09:45 25T09:46" },
        { "at two fifty percent", "-" },
        { "half past the limit", "-" },
        { "the past hour", "r 25T11:00 25T12:00" },
        /* other clocks */
        { "at 14.05 yesterday", "a 24T14:05 24T14:06" },
        { "2.06pm on tuesday", "a 24T14:06 24T14:07" },
        { "at 14.05 percent", "-" },
        { "above 14.05", "-" },
        { "at 1405 yesterday", "a 24T14:05 24T14:06" },
        { "at 1406 hours", "a 24T14:06 24T14:07" },
        { "at 1405 rpm", "-" },
        { "1405", "-" },
        { "14h05 yesterday", "a 24T14:05 24T14:06" },
        { "24:00", "a 25T00:00 25T00:01" },
        { "at 24:00 yesterday", "a 25T00:00 25T00:01" },
        { "14-15 yesterday", "r 24T14:00 24T15:00" },
        { "yesterday, 2 to 3 o'clock", "r 24T02:00 24T03:00" },
        { "from 2 until 3 yesterday afternoon", "r 24T14:00 24T15:00" },
        { "yesterday afternoon between 2 and 3", "r 24T14:00 24T15:00" },
        { "yesterday at this time", "a 24T12:00 24T12:01" },
        { "this time on monday", "a 23T12:00 23T12:01" },
        { "the same time yesterday", "a 24T12:00 24T12:01" },
        { "this time last week", "a 18T12:00 18T12:01" },
        { "at what time yesterday", "r 24T00:00 25T00:00" },
        { "last night at 10", "a 24T22:00 24T22:01" },
        { "this evening at 7", "+ 25T19:00 25T19:01" },
        { "at 9 in the evening", "a 24T21:00 24T21:01" },
        /* lengths */
        { "an hour and a half ago", "a 25T10:30 25T10:31" },
        { "2 and a half hours ago", "a 25T09:30 25T09:31" },
        { "a quarter of an hour ago", "a 25T11:45 25T11:46" },
        { "forty five minutes ago", "a 25T11:15 25T11:16" },
        { "for the last fortnight", "r 11T12:00 25T12:00" },
        { "between 1 and 2 hours ago", "r 25T10:00 25T11:00" },
        { "5 to 10 minutes ago", "r 25T11:50 25T11:55" },
        { "from yesterday 2pm for an hour", "r 24T14:00 24T15:00" },
        { "an hour from 2 pm yesterday", "r 24T14:00 24T15:00" },
        { "the hour before the reboot", "r 25T06:00 25T07:00" },
        { "10 minutes after 2 pm", "a 24T14:10 24T14:11" },
        /* what comes */
        { "next tuesday", "+ 01T00:00 02T00:00" },
        { "next tuesday at 10", "+ 01T10:00 01T10:01" },
        { "next wednesday", "+ 02T00:00 03T00:00" },
        { "tuesday next week", "+ 01T00:00 02T00:00" },
        { "this friday", "+ 27T00:00 28T00:00" },
        { "will it be full on friday", "+ 27T00:00 28T00:00" },
        { "will it be full by saturday", "+ 28T00:00 29T00:00" },
        { "full by saturday", "+ 28T00:00 29T00:00" },
        { "was it full by saturday", "r 21T00:00 22T00:00" },
        { "could it be that it was full on friday", "r 20T00:00 21T00:00" },
        { "what will it be at 15:00", "+ 25T15:00 25T15:01" },
        { "will it be hot in the morning", "+ 26T06:00 26T12:00" },
        { "will it last until 5 pm", "n 25T12:00 25T12:00" },
        { "the day after tomorrow", "+ 27T00:00 28T00:00" },
        /* one beside another */
        { "before and after the reboot", "r 25T02:00 25T07:00; r 25T07:00 25T12:00" },
        { "after and before noon yesterday", "r 24T12:00 25T12:00; r 23T12:00 24T12:00" },
        { "compare the last hour with the hour before", "r 25T11:00 25T12:00; r 25T10:00 25T11:00" },
        { "compare the last 2 hours with the 2 hours before", "r 25T10:00 25T12:00; r 25T08:00 25T10:00" },
        { "yesterday and the day before", "r 24T00:00 25T00:00; r 23T00:00 24T00:00" },
        { "last week with the week before", "r 16T00:00 23T00:00; r 09T00:00 16T00:00" },
        { "at 14:06 and the minute before", "a 24T14:06 24T14:07; a 24T14:05 24T14:06" },
        { "now with the hour before", "n 25T12:00 25T12:00; r 25T11:00 25T12:00" },
        /* none */
        { "30 february", "-" },
        { "at 25:99", "-" },
        { "at 14:75", "-" },
        { "on 31/11/2026", "-" },
        { "on 2026-02-30", "-" },
        { "the 32nd of november", "-" },
        { "at dawn", "-" },
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

/* Whole months, and days of other years: with their dates. */
static void months(void **state)
{
    (void)state;
    static const struct { const char *words, *from, *to; } cases[] = {
        { "in october", "2026-10-01T00:00", "2026-11-01T00:00" },
        { "in november", "2026-11-01T00:00", "2026-11-25T12:00" },
        { "december", "2025-12-01T00:00", "2026-01-01T00:00" },
        { "last november", "2025-11-01T00:00", "2025-12-01T00:00" },
        { "november 2025", "2025-11-01T00:00", "2025-12-01T00:00" },
        { "in may", "2026-05-01T00:00", "2026-06-01T00:00" },
        { "3 may", "2026-05-03T00:00", "2026-05-04T00:00" },
        { "from october to november", "2026-10-01T00:00", "2026-11-25T12:00" },
        { "next december", "2026-12-01T00:00", "2027-01-01T00:00" },
        { "will it be full by march", "2027-03-01T00:00", "2027-04-01T00:00" },
        { "on 26/11", "2025-11-26T00:00", "2025-11-27T00:00" },
        { "will it be full on 26/11", "2026-11-26T00:00", "2026-11-27T00:00" },
        { "29 february", "2024-02-29T00:00", "2024-03-01T00:00" },
        { "on the 31st", "2026-10-31T00:00", "2026-11-01T00:00" },
        { "will it be full by the 24th", "2026-12-24T00:00", "2026-12-25T00:00" },
        { "since 2025", "2025-01-01T00:00", "2026-11-25T12:00" },
        { "last month with the month before", "2026-10-01T00:00", "2026-11-01T00:00" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct words q;
        struct span s[2];
        struct times_here here = { 0 };
        char from[TEXT_TIME_MAX], to[TEXT_TIME_MAX];
        assert_true(text_parse_time("2026-11-25T12:00:00Z", &here.now_ms));
        here.first_ms = here.now_ms - 10 * 86400000LL;
        words_read(&q, cases[i].words, NULL, NULL);
        if (!times_read(&q, &here, s))
            fail_msg("\"%s\": no period", cases[i].words);
        text_time(s->from_ms, from);
        text_time(s->to_ms + 1, to);
        if (strncmp(from, cases[i].from, 16) != 0 || strncmp(to, cases[i].to, 16) != 0)
            fail_msg("\"%s\": %s to %s", cases[i].words, from, to);
    }
}

/* A clock of UTC is another one here. */
static void zones(void **state)
{
    (void)state;
    static const struct { const char *words, *want; } cases[] = {
        { "at 14:06 UTC yesterday", "a 24T15:06 24T15:07" }, { "14:06Z yesterday", "a 24T15:06 24T15:07" },
        { "at 2 pm GMT on monday", "a 23T15:00 23T15:01" }, { "between 14:00 and 15:00 UTC", "r 24T15:00 24T16:00" },
        { "2026-11-24T14:06Z", "a 24T15:06 24T15:07" }, { "2026-11-24T14:06+02:00", "a 24T13:06 24T13:07" },
        { "2026-11-24T14:06", "a 24T14:06 24T14:07" }, { "at 11:30 utc", "a 24T12:30 24T12:31" },
        { "at 23:30 utc", "a 25T00:30 25T00:31" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char got[160];
        spans_text(cases[i].words, 3600, got, sizeof got);
        if (strcmp(got, cases[i].want) != 0)
            fail_msg("\"%s\": %s, not %s", cases[i].words, got, cases[i].want);
    }
}

/* What tells a time and cannot be read is marked; an amount is not. */
static void lost(void **state)
{
    (void)state;
    static const struct { const char *question, *lost; } cases[] = {
        { "cpu at 25:00", "25:00" }, { "cpu on 31/11/2026", "31/11/2026" }, { "cpu on 2026-02-30", "2026-02-30" },
        { "cpu on 31.11.2026", "31.11.2026" }, { "the 32nd of november", "32" }, { "at 9 am EST yesterday", "est" },
        { "14:06 CET", "cet" }, { "cpu on 24", "24" }, { "cpu past 25", "25" }, { "cpu since 25", "25" },
        { "cpu at quarter past", "quarter" }, { "1/2 hour ago", "1/2" }, { "cpu at 90", "" }, { "core 3", "" },
        { "top 5 processes", "" }, { "192.168.0.1", "" }, { "est", "" }, { "cpu at 14:05", "" }, { "above 14.05", "" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct words q;
        struct span s[2];
        struct times_here here = { 0 };
        const char *got = "";
        assert_true(text_parse_time("2026-11-25T12:00:00Z", &here.now_ms));
        words_read(&q, cases[i].question, NULL, NULL);
        times_read(&q, &here, s);
        for (int k = q.n - 1; k >= 0; k--)
            got = q.w[k].use == USE_LOST ? q.w[k].text : got;
        if (strcmp(got, cases[i].lost) != 0)
            fail_msg("\"%s\": \"%s\" is lost, not \"%s\"", cases[i].question, got, cases[i].lost);
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
    struct span day = { SPAN_RANGE, at - 23 * 3600000LL - 5000, at + 3600000LL - 5001 };
    assert_string_equal(times_span_text(&here, &day, text, sizeof text), "on Nov 24");
    struct span minute = { SPAN_AT, at - 5000, at + 54999 };
    assert_string_equal(times_span_text(&here, &minute, text, sizeof text), "at Nov 24 23:00 UTC-02:30");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cutting), cmocka_unit_test(correcting), cmocka_unit_test(others), cmocka_unit_test(bounds),
        cmocka_unit_test(periods), cmocka_unit_test(months), cmocka_unit_test(zones), cmocka_unit_test(lost),
        cmocka_unit_test(telling),
    };
    return cmocka_run_group_tests_name("ask_words", tests, NULL, NULL);
}
