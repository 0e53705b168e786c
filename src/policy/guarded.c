/*
 * guarded.c - whom no policy touches, by /proc/PID (proc(5)).
 *
 * A process is known by the name that it gave itself and by that of its program, where that may be read: a session that
 * renames itself is still sshd.
 */
#include "policy/guarded.h"

#include "base/text.h"
#include "os/os.h"
#include "policy/tasks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANCESTORS_MAX 256 /* a tree of fake files may go round in circles */

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

/* The name of the program that it runs; "" where that may not be read. */
static void guarded_program(const char *root, int32_t pid, char out[static TASK_NAME_MAX])
{
    char path[64], link[OS_PATH_MAX];
    *out = '\0';
    snprintf(path, sizeof path, "/proc/%d/exe", pid);
    if (os_read_link(root, path, link, sizeof link) < 0)
        return;
    char *deleted = strstr(link, " (deleted)"); /* updated since it was started */
    if (deleted)
        *deleted = '\0';
    const char *slash = strrchr(link, '/');
    text_copy(out, TASK_NAME_MAX, slash ? slash + 1 : link);
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
static const char *guarded_because(const char *root, const struct task *t)
{
    char program[TASK_NAME_MAX];
    guarded_program(root, t->pid, program);
    for (size_t i = 0; i < sizeof guarded / sizeof *guarded; i++)
        if (guarded_names(guarded[i].names, t->name) || guarded_names(guarded[i].names, program))
            return guarded[i].because;
    return NULL;
}

/* Is it this process, or one that this one was started by? */
static bool guarded_is_above_us(const char *root, int32_t pid)
{
    char link[32];
    struct task t;
    if (os_read_link(root, "/proc/self", link, sizeof link) < 0)
        return false;
    int32_t at = (int32_t)strtol(link, NULL, 10);
    for (int i = 0; i < ANCESTORS_MAX && at > 1; i++) {
        if (at == pid)
            return true;
        at = task_look(root, at, &t) == 0 ? t.parent : 0;
    }
    return false;
}

bool guarded_is(const char *root, int32_t pid, uint32_t uid, char why[static KNOB_WHY])
{
    struct task t;
    const char *because = NULL;
    if (task_look(root, pid, &t) < 0) {
        snprintf(why, KNOB_WHY, "there is no process %d", pid);
        return true;
    }
    if (pid == 1)
        because = "all others hang on it";
    else if (t.kernel)
        because = "it is a thread of the kernel";
    else if (uid != 0 && task_user(root, pid) != uid)
        because = "it is another user's, or has rights of another user";
    else if (guarded_is_above_us(root, pid))
        because = "Sonde itself was started by it, or it is Sonde";
    else
        because = guarded_because(root, &t);
    if (because)
        snprintf(why, KNOB_WHY, "process %d (%s) is left alone: %s", pid, t.name, because);
    return because != NULL;
}
