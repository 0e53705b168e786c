/*
 * guarded.c - whom no policy touches, by /proc/PID (proc(5)).
 *
 * A process is known by the name that it gave itself and by that of its program, where that may be read: a session that
 * renames itself is still sshd.
 */
#include "policy/guarded.h"

#include "base/text.h"
#include "os/os.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_BYTES 64
#define ANCESTORS_MAX 256        /* a tree of fake files may go round in circles */
#define KERNEL_THREAD 0x00200000 /* PF_KTHREAD of field 9 of /proc/PID/stat */

/* Globs, separated by blanks. */
static const struct { const char *names, *because; } guarded[] = {
    { "sshd* dropbear mosh-server", "who logged in from afar would be cut off" },
    { "pipewire* wireplumber pulseaudio jackd jackdbus sndiod rtkit-daemon", "sound would break up" },
    { "Xorg X Xwayland Xvnc* Xtigervnc gnome-shell mutter* kwin_* plasmashell sway weston* "
      "hyprland Hyprland wayfire river labwc cage niri cosmic-comp gamescope* muffin cinnamon xfwm4 marco openbox i3 picom "
      "gala budgie-wm enlightenment", "the whole screen hangs on it" },
    { "dbus-daemon dbus-broker* systemd* (sd-pam) elogind* polkitd udevd", "the whole system or session hangs on it" },
    { "gdm* sddm* lightdm* xdm greetd* ly login agetty getty", "nobody could log in any more" },
    { "sonde", "it is Sonde" },
};

struct guarded_task {
    char name[NAME_MAX_BYTES], program[NAME_MAX_BYTES]; /* program: "" not known */
    int32_t parent;
    bool kernel;
};

static bool guarded_read(const char *root, int32_t pid, struct guarded_task *out)
{
    char path[64], text[1024], link[OS_PATH_MAX];
    int32_t parent;
    unsigned long flags;
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    if (pid <= 0 || os_read_text(root, path, text, sizeof text) < 0)
        return false;
    char *name = strchr(text, '('), *end = strrchr(text, ')');
    if (!name || !end || end < name || sscanf(end + 1, " %*c %d %*d %*d %*d %*d %lu", &parent, &flags) != 2)
        return false;
    *out = (struct guarded_task){ .parent = parent, .kernel = flags & KERNEL_THREAD };
    *end = '\0';
    text_copy(out->name, sizeof out->name, name + 1);
    snprintf(path, sizeof path, "/proc/%d/exe", pid);
    if (os_read_link(root, path, link, sizeof link) >= 0) {
        char *deleted = strstr(link, " (deleted)"); /* updated since it was started */
        if (deleted)
            *deleted = '\0';
        const char *slash = strrchr(link, '/');
        text_copy(out->program, sizeof out->program, slash ? slash + 1 : link);
    }
    return true;
}

/* Is all of it this user's? What runs with rights of somebody else's (sudo) is not. */
static bool guarded_is_of(const char *root, int32_t pid, uint32_t uid)
{
    char path[64], text[4096];
    unsigned id[4];
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    if (os_read_text(root, path, text, sizeof text) < 0)
        return false;
    const char *line = strstr(text, "\nUid:");
    if (!line || sscanf(line + 5, "%u %u %u %u", &id[0], &id[1], &id[2], &id[3]) != 4)
        return false;
    return id[0] == uid && id[1] == uid && id[2] == uid && id[3] == uid;
}

static bool guarded_names(const char *globs, const char *name)
{
    while (*globs) {
        size_t n = strcspn(globs, " ");
        if (n && text_glob_n(globs, n, name))
            return true;
        globs += n + (globs[n] == ' ');
    }
    return false;
}

/* Why its name is on the list; NULL where it is not. */
static const char *guarded_because(const struct guarded_task *t)
{
    for (size_t i = 0; i < sizeof guarded / sizeof *guarded; i++)
        if (guarded_names(guarded[i].names, t->name) || guarded_names(guarded[i].names, t->program))
            return guarded[i].because;
    return NULL;
}

/* Is it this process, or one that this one was started by? */
static bool guarded_is_above_us(const char *root, int32_t pid)
{
    char link[32];
    struct guarded_task t;
    if (os_read_link(root, "/proc/self", link, sizeof link) < 0)
        return false;
    int32_t at = (int32_t)strtol(link, NULL, 10);
    for (int i = 0; i < ANCESTORS_MAX && at > 1; i++) {
        if (at == pid)
            return true;
        at = guarded_read(root, at, &t) ? t.parent : 0;
    }
    return false;
}

bool guarded_is(const char *root, int32_t pid, uint32_t uid, char why[static KNOB_WHY])
{
    struct guarded_task t;
    const char *because = NULL;
    if (!guarded_read(root, pid, &t)) {
        snprintf(why, KNOB_WHY, "there is no process %d", pid);
        return true;
    }
    if (pid == 1)
        because = "all others hang on it";
    else if (t.kernel)
        because = "it is a thread of the kernel";
    else if (uid != 0 && !guarded_is_of(root, pid, uid))
        because = "it is another user's, or has rights of another user";
    else if (guarded_is_above_us(root, pid))
        because = "Sonde itself was started by it, or it is Sonde";
    else
        because = guarded_because(&t);
    if (because)
        snprintf(why, KNOB_WHY, "process %d (%s) is left alone: %s", pid, t.name, because);
    return because != NULL;
}
