/* changes_notes.c - asks for the same files and notices that recorder_changes.c lives by. */
#include "app/changes_notes.h"

#include "base/text.h"
#include "os/os.h"
#include "os/watch.h"

#include <stdio.h>
#include <string.h>

static void notes_packages(const char *root, struct changes_note *n)
{
    static const char *const logs[] = { "/var/log/dpkg.log", "/var/log/dnf.rpm.log", "/var/log/pacman.log" };
    *n = (struct changes_note){ .name = "packages" };
    text_copy(n->what, sizeof n->what, "there is no log of dpkg, dnf 4 or pacman: installs and upgrades are not told");
    for (size_t i = 0; i < sizeof logs / sizeof *logs && !n->there; i++) {
        int fd = os_open_read(root, logs[i]);
        n->there = fd >= 0;
        if (n->there)
            snprintf(n->what, sizeof n->what, "installs, upgrades and removals, from %s", logs[i]);
        else if (os_exists(root, logs[i]))
            snprintf(n->what, sizeof n->what, "%s may not be read by this user", logs[i]);
        os_close(fd);
    }
}

static void notes_notices(const char *root, struct changes_note *n)
{
    *n = (struct changes_note){ .name = "notices" };
    struct os_watch *w = *root ? NULL : os_watch_new();
    int can = w ? os_watch_can(w) : 0;
    os_watch_free(w);
    n->there = can == (OS_WATCH_MOUNTS | OS_WATCH_DEVICES);
    text_copy(n->what, sizeof n->what, n->there ? "the kernel tells of mounts and devices at once" :
              *root ? "a recorded machine does not speak by itself: it is looked at now and then" :
              "the kernel does not tell of mounts and devices here: they are looked for every few seconds");
}

static void notes_count(void *self, const char *name)
{
    (void)name;
    ++*(int *)self;
}

static void notes_wear(const char *root, struct changes_note *n)
{
    int disks = 0;
    os_list(root, "/sys/class/nvme", notes_count, &disks);
    *n = (struct changes_note){ .name = "wear of disks" };
    text_copy(n->what, sizeof n->what, disks ? "not read: NVMe disks tell their wear and spare only to a command for "
              "the administrator; see smartctl -a or nvme smart-log" :
              "not read: disks tell it only to a command for the administrator; see smartctl -a");
}

void changes_notes(const char *root, struct changes_note out[CHANGES_NOTES])
{
    notes_packages(root, &out[0]);
    notes_notices(root, &out[1]);
    notes_wear(root, &out[2]);
}
