/* nameless.c - what machine_state.c, package_run.c, change_of_line.c and the recorder say, without names. */
#include "analyze/changes/nameless.h"

#include <stddef.h>
#include <string.h>

/* The first row that fits: how the text begins, what is in it ("" = anything). */
static const struct { const char *begins, *has, *said; } sentences[] = {
    { "the kernel ended ", "control group", "the kernel ended a process for lack of memory in its control group" },
    { "the kernel ended ", "", "the kernel ended a process for lack of memory" },
    { "memory ran out", "", "the kernel ended a process for lack of memory" }, /* as the first recorders wrote it */
    { "a control group ran out of memory", "", "the kernel ended a process for lack of memory in its control group" },
    { "service ", " ran out of memory", "a service ran out of memory" },
    { "service ", " is started again", "a service is started again after it ended" },
    { "service ", " failed", "a service failed" },
    { "service ", " stopped", "a service stopped" },
    { "service ", " started", "a service started" },
    { "service ", "", "something happened to a service" },
    { "upgraded ", "", "packages were upgraded" },
    { "installed and removed ", "", "packages were installed and removed" },
    { "installed ", "", "packages were installed" },
    { "removed ", "", "packages were removed" },
    { "downgraded ", "", "packages were downgraded" },
    { "file system", " became read-only", "a file system became read-only" },
    { "file system", " became writable", "a file system became writable" },
    { "file system", " has an error", "a file system has an error" },
    { "file system", " was unmounted", "a file system was unmounted" },
    { "file system", " was mounted", "a file system was mounted" },
    { "file system", "", "something happened to a file system" },
    { "network interface ", " lost its link", "a network interface lost its link" },
    { "network interface ", " has a link", "a network interface has a link" },
    { "network interface ", "", "a network interface came or went" },
    { "disk ", " failed in its array", "a disk failed in its array" },
    { "disk ", " could not read or write", "a disk could not read or write" },
    { "disk ", " stopped answering", "a disk stopped answering" },
    { "disk ", " answers late", "a disk answers late" },
    { "disk ", "", "a disk came, went or was changed" },
    { "the disk at ", "", "a disk reported an error" },
    { "the SATA link ", "", "a SATA link is down" },
    { "USB device ", "", "a USB device came, went or was changed" },
    { "GPU ", "", "a GPU or its driver was changed" },
    { "a GPU ", "reported error Xid", "a GPU reported an error" },
    { "a GPU ", "fallen off the bus", "a GPU no longer answers: it has fallen off the bus" },
    { "a GPU ", "", "a GPU hung" },
    { "the hardware reported ", "", "the hardware reported an error to the kernel" },
    { "the memory had an error", "", "the memory had an error that could not be corrected" },
    { "the memory corrected ", "", "the memory corrected an error" },
    { "the clock ", "", "the clock was set" },
    { "the time zone ", "", "the time zone was changed" },
    { "the processors ", "", "other processors are online" },
    { "the memory that is there ", "", "the memory that is there changed" },
    { "the machine ", "", "the machine started" },
    { "kernel changed ", "", "the kernel was changed" },
    { "BIOS changed ", "", "the BIOS was changed" },
    { "after the start, ", "", "something on the machine changed around its start" },
    { "while nothing was recorded", "", "something on the machine changed while nothing was recorded" },
};

const char *change_nameless(const char *text)
{
    for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++)
        if (strncmp(text, sentences[i].begins, strlen(sentences[i].begins)) == 0 && strstr(text, sentences[i].has))
            return sentences[i].said;
    return "something on the machine changed";
}

const char *event_nameless(const char *kind, const char *text)
{
    static const char *const own[] = { "gap", "clock", "adapter", "budget", "archive", "anomaly", "workload" };
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (strcmp(kind, own[i]) == 0)
            return NULL;
    if (strcmp(kind, "change") == 0)
        return change_nameless(text);
    if (strcmp(kind, "alert") == 0)
        return strstr(text, ": over: ") ? "an alert is over" : "an alert was raised";
    if (strcmp(kind, "policy") == 0)
        return strncmp(text, "set for ", 8) == 0 ? "Sonde set something for a program"
               : strstr(text, "set back")        ? "Sonde set something back"
                                                 : "Sonde told of what it sets";
    return strcmp(kind, "log") == 0 ? "a line of a log stood out" : "something happened";
}
