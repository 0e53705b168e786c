/*
 * change_of_line.c - tables of what systemd, the kernel and a few daemons say.
 *
 * Message ids: systemd's catalog (sd-messages.h). Texts: those of the kernel (6.x and the long-term ones before) and of
 * systemd, as they stand in the journal and in syslog alike. Messages of the kernel are told by their ident.
 */
#include "analyze/changes/change_of_line.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- services ---- */

enum unit_change { UNIT_NONE, UNIT_STARTED, UNIT_STOPPED, UNIT_FAILED, UNIT_TRIES, UNIT_MEMORY };

/* Which unit a text names: "nginx.service: Failed ...", "Started nginx.service - A web server." */
static bool line_unit(const struct log_line *l, const char *text, char out[static 80])
{
    size_t n = strcspn(text, ": ");
    text_copy(out, 80, l->unit);
    if (n > 8 && n < 80 && memcmp(text + n - 8, ".service", 8) == 0)
        snprintf(out, 80, "%.*s", (int)n, text);
    return strlen(out) > 8 && strcmp(out + strlen(out) - 8, ".service") == 0;
}

/* Of sessions of people, and what belongs to the manager itself. */
static bool unit_is_told(const char *unit)
{
    return strncmp(unit, "user@", 5) != 0 && strncmp(unit, "user-runtime-dir@", 17) != 0 &&
        strncmp(unit, "session-", 8) != 0 && strncmp(unit, "run-", 4) != 0;
}

static const struct { const char *id; enum unit_change change; } unit_ids[] = {
    { "39f53479d3a045ac8e11786248231fbf", UNIT_STARTED }, { "9d1aaa27d60140bd96365438aad20286", UNIT_STOPPED },
    { "be02cf6855d2428ba40df7e9d022f03d", UNIT_FAILED }, { "d9b373ed55a64feb8242e02dbe79a49c", UNIT_FAILED },
    { "5eb03494b6584870a536b337290809b3", UNIT_TRIES }, { "fe6faa94e7774663a0da52717891d8ef", UNIT_MEMORY },
};

/* The change, and where in the text the unit may stand. */
static enum unit_change unit_change_of(const struct log_line *l, const char **at)
{
    static const struct { const char *begin; enum unit_change change; } texts[] = {
        { "Started ", UNIT_STARTED }, { "Stopped ", UNIT_STOPPED }, { "Failed to start ", UNIT_FAILED },
    };
    *at = l->text;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strncmp(l->text, texts[i].begin, strlen(texts[i].begin)) == 0) {
            *at = l->text + strlen(texts[i].begin);
            return texts[i].change;
        }
    if (strstr(l->text, ".service: Failed with result "))
        return UNIT_FAILED;
    if (strstr(l->text, ".service: Scheduled restart job"))
        return UNIT_TRIES;
    if (strncmp(l->text, "Finished ", 9) == 0)
        return UNIT_NONE; /* something short that is over: no change */
    for (size_t i = 0; i < sizeof unit_ids / sizeof *unit_ids; i++)
        if (strcmp(unit_ids[i].id, l->message_id) == 0)
            return unit_ids[i].change;
    return UNIT_NONE;
}

/* "'exit-code'" of "Failed with result 'exit-code'.": in out, "" where there is none. */
static void unit_result(const char *text, char out[static 32])
{
    const char *p = strstr(text, "with result '");
    *out = '\0';
    if (p)
        snprintf(out, 32, ": %.*s", (int)(strcspn(p + 13, "'") < 24 ? strcspn(p + 13, "'") : 24), p + 13);
}

static bool change_of_unit(const struct log_line *l, struct event *out)
{
    char unit[80], result[32];
    const char *at;
    enum unit_change change = unit_change_of(l, &at);
    if (!change || !line_unit(l, at, unit) || !unit_is_told(unit))
        return false;
    unit_result(l->text, result);
    static const char *const said[] = { "", "started", "stopped", "failed", "is started again after it ended",
                                        "ran out of memory" };
    snprintf(out->text, sizeof out->text, "service %s %s%s", unit, said[change], change == UNIT_FAILED ? result : "");
    out->severity = change == UNIT_FAILED || change == UNIT_MEMORY ? SEVERITY_WARNING :
                    change == UNIT_TRIES ? SEVERITY_NOTICE : SEVERITY_INFO;
    text_copy(out->source, sizeof out->source, "service");
    return true;
}

/* ---- the kernel ---- */

/* The word that ends where p begins, without its colon: "eth0" of "e1000e 0000:00:19.0 eth0: NIC Link is Down". */
static bool word_before(const char *text, const char *p, char *out, size_t cap)
{
    const char *end = p;
    while (end > text && (end[-1] == ' ' || end[-1] == ':'))
        end--;
    const char *begin = end;
    while (begin > text && begin[-1] != ' ')
        begin--;
    if (begin == end || (size_t)(end - begin) >= cap)
        return false;
    snprintf(out, cap, "%.*s", (int)(end - begin), begin);
    return true;
}

/* The word behind a mark, up to one of `ends`: "sda" of "I/O error, dev sda, sector 12". */
static bool word_behind(const char *text, const char *mark, const char *ends, char *out, size_t cap)
{
    const char *p = strstr(text, mark);
    if (!p)
        return false;
    p += strlen(mark);
    size_t n = strcspn(p, ends);
    if (!n || n >= cap)
        return false;
    snprintf(out, cap, "%.*s", (int)n, p);
    return true;
}

static bool change_of_oom(const struct log_line *l, bool names, struct event *out)
{
    const char *p = strstr(l->text, "Killed process ");
    char name[32], who[64];
    if (!p || !strstr(l->text, "ut of memory"))
        return false;
    long pid = strtol(p + 15, NULL, 10);
    if (names && word_behind(p, " (", ")", name, sizeof name))
        snprintf(who, sizeof who, "%s (pid %ld)", name, pid);
    else
        snprintf(who, sizeof who, "process %ld", pid);
    snprintf(out->text, sizeof out->text, "the kernel ended %s for lack of memory%s", who,
             strncmp(l->text, "Memory cgroup", 13) == 0 ? " in its control group" : "");
    out->severity = SEVERITY_CRITICAL;
    text_copy(out->source, sizeof out->source, "memory");
    return true;
}

static bool change_of_link(const struct log_line *l, struct event *out)
{
    static const struct { const char *mark; bool up; } marks[] = {
        { "NIC Link is Up", true }, { "NIC Link is Down", false }, { "Link is Up", true }, { "Link is Down", false },
        { "link is up", true }, { "link is down", false }, { "link becomes ready", true }, { "Link up", true },
        { "Link down", false }, { "link up", true }, { "link down", false }, { "Gained carrier", true },
        { "Lost carrier", false }, { "carrier: link connected", true }, { "carrier: link disconnected", false },
        { "deauthenticat", false }, { "associated", true },
    };
    char name[32];
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        const char *p = strstr(l->text, marks[i].mark);
        if (!p || strstr(l->text, "SATA") || !word_before(l->text, p, name, sizeof name))
            continue;
        char *bracket = strchr(name, '('); /* "(eth0)" */
        char *device = bracket ? bracket + 1 : name;
        device[strcspn(device, ")")] = '\0';
        if (!*device || strpbrk(device, "/.<[") || strcmp(device, "link") == 0)
            continue;
        snprintf(out->text, sizeof out->text, "network interface %s %s", device,
                 marks[i].up ? "has a link" : "lost its link");
        out->severity = marks[i].up ? SEVERITY_INFO : SEVERITY_NOTICE;
        text_copy(out->source, sizeof out->source, "net");
        return true;
    }
    return false;
}

static bool change_of_disk(const struct log_line *l, struct event *out)
{
    static const struct { const char *needs, *mark, *ends, *said; enum severity severity; } table[] = {
        { "Disk failure on ", "Disk failure on ", ", ", "disk %s failed in its array", SEVERITY_CRITICAL },
        { "Remounting filesystem read-only", "(", ")", "file system on %s became read-only after an error",
          SEVERITY_CRITICAL },
        { "EXT4-fs error ", "(device ", ")", "file system on %s has an error", SEVERITY_WARNING },
        { "BTRFS error ", "(device ", " )", "file system on %s has an error", SEVERITY_WARNING },
        { "BTRFS critical ", "(device ", " )", "file system on %s has an error", SEVERITY_WARNING },
        { "XFS (", "XFS (", ")", "file system on %s has an error", SEVERITY_WARNING },
        { "I/O error, dev ", "dev ", ", ", "disk %s could not read or write", SEVERITY_WARNING },
        { "I/O error on dev ", "on dev ", ", ", "disk %s could not read or write", SEVERITY_WARNING },
        { "medium error, dev ", "dev ", ", ", "disk %s could not read or write", SEVERITY_WARNING },
        { "controller is down", "nvme ", ": ", "disk %s stopped answering", SEVERITY_WARNING },
        { "timeout, aborting", "nvme ", ": ", "disk %s answers late", SEVERITY_WARNING },
        { "timeout, reset controller", "nvme ", ": ", "disk %s stopped answering", SEVERITY_WARNING },
        { "SATA link down", "ata", ": ", "the SATA link ata%s is down", SEVERITY_WARNING },
        { "exception Emask", "ata", ": ", "the disk at ata%s reported an error", SEVERITY_WARNING },
    };
    char name[40];
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (!strstr(l->text, table[i].needs) ||
            !word_behind(l->text, table[i].mark, table[i].ends, name, sizeof name) ||
            (strncmp(table[i].needs, "XFS", 3) == 0 && !strstr(l->text, "rror")))
            continue;
        const char *at = strstr(table[i].said, "%s");
        snprintf(out->text, sizeof out->text, "%.*s%s%s", (int)(at - table[i].said), table[i].said, name, at + 2);
        out->severity = table[i].severity;
        text_copy(out->source, sizeof out->source, "disk");
        return true;
    }
    return false;
}

/* "usb 1-2: new high-speed USB device number 5 using xhci_hcd", "usb 1-2: USB disconnect, device number 5" */
static bool change_of_usb(const struct log_line *l, struct event *out)
{
    char name[32];
    bool came = strstr(l->text, "USB device number ") && strstr(l->text, ": new ");
    if ((!came && !strstr(l->text, "USB disconnect")) || !word_behind(l->text, "usb ", ": ", name, sizeof name))
        return false;
    snprintf(out->text, sizeof out->text, "USB device %s was %s", name, came ? "plugged in" : "unplugged");
    text_copy(out->source, sizeof out->source, "usb");
    return true;
}

static bool change_of_hardware(const struct log_line *l, struct event *out)
{
    static const struct { const char *needs, *said; enum severity severity; } table[] = {
        { "[Hardware Error]", "the hardware reported an error to the kernel", SEVERITY_WARNING },
        { "UE memory", "the memory had an error that could not be corrected", SEVERITY_CRITICAL },
        { "CE memory", "the memory corrected an error", SEVERITY_NOTICE },
        { "fallen off the bus", "a GPU no longer answers: it has fallen off the bus", SEVERITY_CRITICAL },
        { "GPU reset begin", "a GPU was reset after it hung", SEVERITY_WARNING },
        { "GPU HANG", "a GPU hung", SEVERITY_WARNING },
    };
    char xid[16];
    if (strncmp(l->text, "NVRM: Xid", 9) == 0 && !strstr(l->text, "fallen off") &&
        word_behind(l->text, "): ", ", ", xid, sizeof xid)) {
        snprintf(out->text, sizeof out->text, "a GPU reported error Xid %s", xid);
        out->severity = SEVERITY_WARNING;
        text_copy(out->source, sizeof out->source, "gpu");
        return true;
    }
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strstr(l->text, table[i].needs)) {
            text_copy(out->text, sizeof out->text, table[i].said);
            out->severity = table[i].severity;
            text_copy(out->source, sizeof out->source, "hardware");
            return true;
        }
    return false;
}

/* ---- the clock ---- */

static bool change_of_clock(const struct log_line *l, struct event *out)
{
    static const char *const texts[] = { "Time has been changed", "System clock was stepped by", "time reset ",
                                         "Clock change detected", "System clock time unset or jumped backwards" };
    bool set = strcmp(l->message_id, "c7a787079b354eaaa9e77b371893cd27") == 0;
    bool zone = strcmp(l->message_id, "45f82f4aef7a4bbf942ce861d1f20990") == 0;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        set = set || strncmp(l->text, texts[i], strlen(texts[i])) == 0;
    if (!set && !zone)
        return false;
    text_copy(out->text, sizeof out->text, zone ? "the time zone was changed" : "the clock was set");
    text_copy(out->source, sizeof out->source, "clock");
    return true;
}

/* ---- who says it ---- */

static bool ident_is(const struct log_line *l, const char *list)
{
    size_t n = strlen(l->ident);
    for (const char *p = list; *p; p += strcspn(p, " ") + (p[strcspn(p, " ")] != '\0'))
        if (strcspn(p, " ") == n && n && memcmp(p, l->ident, n) == 0)
            return true;
    return false;
}

bool change_of_line(const struct log_line *l, bool names, struct event *out)
{
    *out = (struct event){ .wall_ms = l->wall_ms, .end_ms = l->wall_ms, .kind = EVENT_CHANGE,
                           .severity = SEVERITY_INFO };
    bool any = false;
    if (l->claimed)
        return false;
    if (ident_is(l, "kernel"))
        any = change_of_oom(l, names, out) || change_of_disk(l, out) || change_of_usb(l, out) ||
            change_of_link(l, out) || change_of_hardware(l, out);
    else if (ident_is(l, "systemd"))
        any = change_of_unit(l, out) || change_of_clock(l, out);
    else if (ident_is(l, "systemd-networkd NetworkManager wpa_supplicant ifplugd"))
        any = change_of_link(l, out);
    else if (ident_is(l, "systemd-timesyncd systemd-timedated chronyd ntpd ntpsec"))
        any = change_of_clock(l, out);
    text_clean(out->text);
    return any;
}
