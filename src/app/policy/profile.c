/* profile.c - `sonde policy profile`: which power profile is active, who holds one; holds one while it runs. */
#include "app/policy/verbs.h"

#include "base/auto.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "os/os.h"
#include "policy/bus/profiles.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SECOND_NS INT64_C(1000000000)
#define LOOK_MS 500

/* ---- what there is ---- */

static void profile_put_json(const struct profiles_state *s, struct buf *out)
{
    struct json j;
    json_init(&j, out);
    json_object(&j, NULL);
    json_said(&j, "service", s->service);
    json_said(&j, "active", s->active);
    json_said(&j, "profiles", s->all);
    json_said(&j, "degraded", s->degraded);
    json_array(&j, "holds");
    for (size_t i = 0; i < s->holds; i++) {
        json_object(&j, NULL);
        json_string(&j, "profile", s->hold[i].profile);
        json_string(&j, "application", s->hold[i].application);
        json_string(&j, "reason", s->hold[i].reason);
        json_end(&j);
    }
    json_end(&j);
    json_bool(&j, "tuned", s->tuned);
    json_said(&j, "tuned_profile", s->tuned_profile);
    json_end(&j);
    buf_putc(out, '\n');
}

static void profile_put_text(const struct profiles_state *s, struct buf *out)
{
    char tuned[KNOB_WHY];
    if (*s->service) {
        buf_printf(out, "%-10s%s\n", "active", s->active);
        buf_printf(out, "%-10s%s\n", "profiles", s->all);
        if (*s->degraded)
            buf_printf(out, "%-10s%s\n", "degraded", s->degraded);
        for (size_t i = 0; i < s->holds; i++)
            buf_printf(out, "%-10s%s, by %s: %s\n", "held", s->hold[i].profile, s->hold[i].application,
                       s->hold[i].reason);
        buf_printf(out, "%-10s%s\n", "service", s->service);
    } else {
        buf_puts(out, "Nobody serves power profiles here; power-profiles-daemon, tuned-ppd and tlp-pd would.\n");
    }
    profiles_tuned(s, tuned);
    if (*tuned)
        buf_printf(out, "%s\n", tuned);
}

static int profile_show(struct profiles *p, bool json)
{
    struct profiles_state s;
    auto_buf struct buf out = { 0 };
    char why[KNOB_WHY] = "";
    if (profiles_read(p, &s, why) < 0) {
        log_error(0, "policy profile: the service did not answer (%s)", why);
        return EXIT_FAILED;
    }
    text_clean(s.active), text_clean(s.all), text_clean(s.degraded), text_clean(s.tuned_profile);
    for (size_t i = 0; i < s.holds; i++)
        text_clean(s.hold[i].application), text_clean(s.hold[i].reason), text_clean(s.hold[i].profile);
    if (json)
        profile_put_json(&s, &out);
    else
        profile_put_text(&s, &out);
    fputs(out.p, stdout);
    return EXIT_DONE;
}

/* ---- holding one ---- */

static void profile_say(bool json, const char *event, const char *profile, const char *words)
{
    if (json)
        printf("{\"event\":\"%s\",\"profile\":\"%s\"}\n", event, profile);
    else
        printf("%s: %s\n", profile, words);
    fflush(stdout);
}

/* Until it is interrupted, the time is over (0: none), or somebody drops it. */
static bool profile_wait(struct profiles *p, double seconds)
{
    int64_t until_ns = seconds > 0 ? os_mono_ns() + (int64_t)(seconds * 1e9) : INT64_MAX;
    bool held = true;
    while (held && !os_stopping() && os_mono_ns() < until_ns)
        held = *profiles_held(p, LOOK_MS);
    return held;
}

static int profile_hold(struct profiles *p, const struct args *a, const char *profile)
{
    char why[KNOB_WHY] = "";
    bool json = args_flag(a, "json");
    int rc = profiles_take(p, profile, "a person asked for it", why);
    if (rc < 0) {
        log_error(0, rc == -EACCES ? "policy profile: holding %s was refused (%s)" :
                  "policy profile: %s cannot be held (%s)", profile, why);
        return EXIT_FAILED;
    }
    profile_say(json, "held", profile, "held until this ends; Ctrl-C ends it");
    if (!profile_wait(p, args_number(a, "for"))) {
        profile_say(json, "dropped", profile, "no longer held: somebody chose a profile, or the service ended");
        return EXIT_PART;
    }
    rc = profiles_release(p, why);
    if (rc < 0)
        log_warn(0, "policy profile: releasing %s failed (%s); it ends with this process", profile, why);
    else
        profile_say(json, "released", profile, "released");
    return EXIT_DONE;
}

static int profile_run(const struct args *a)
{
    struct profiles *p;
    char why[KNOB_WHY] = "";
    const char *profile = args_positional(a, 0);
    if (profile && strcmp(profile, "performance") != 0 && strcmp(profile, "power-saver") != 0) {
        log_error(0, "policy profile: performance and power-saver can be held, not '%s'", profile);
        return EXIT_USAGE;
    }
    os_stop_on_signal();
    int rc = profiles_open(&p, why);
    if (rc < 0) {
        log_error(0, "policy profile: %s", why);
        return EXIT_FAILED;
    }
    int status = profile ? profile_hold(p, a, profile) : profile_show(p, args_flag(a, "json"));
    profiles_close(p);
    return status;
}

static const struct option options[] = {
    { "for", 0, OPTION_DURATION, "TIME", .min = 0.1, .max = 31 * 86400.0,
      .help = "end by itself after so long: 30m, 2h" },
    { 0 },
};

static const struct example examples[] = {
    { "sonde policy profile", "what is active, and who asked for it" },
    { "sonde policy profile performance --for 1h", "hold one for an hour" },
    { 0 },
};

const struct command policy_profile = {
    .name = "policy profile", .summary = "which power profile is active; hold one",
    .usage = "[performance|power-saver]", .also = "powerprofilesctl",
    .text = "The profile is asked for through the interface that power-profiles-daemon, tuned-ppd and tlp-pd serve on "
            "the system bus, so what they own is never written past them. A hold ends with this command, however it "
            "ends, and when somebody chooses a profile by hand: then the exit status is 3. Where several are held, "
            "power-saver wins. tuned without tuned-ppd is told of and left as it is.",
    .options = options, .examples = examples, .max_positional = 1, .run = profile_run,
};
