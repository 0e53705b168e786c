/*
 * group_file.c - the files of a control group, of version 1 and 2 under one name (cgroups(7)). A group that went away
 * meanwhile is -ENODEV everywhere.
 */
#include "policy/knobs/group_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct group_file {
    char controller[16], v2[64], v1[64];
};

int group_missing(int rc)
{
    return rc == -ENOENT || rc == -ENOTDIR || rc == -ENXIO ? -ENODEV : rc;
}

int group_find(const struct knob *k, const struct place *p, struct hierarchy *h, char path[static OS_PATH_MAX])
{
    struct group_file f;
    if (sscanf(k->arg, "%15s %63s %63s", f.controller, f.v2, f.v1) != 3)
        return -EINVAL;
    int rc = hierarchy_find(p->root, f.controller, h);
    if (rc < 0)
        return rc;
    char *save = NULL;
    for (char *name = strtok_r(h->version == 2 ? f.v2 : f.v1, ",", &save); name; name = strtok_r(NULL, ",", &save)) {
        rc = hierarchy_path(h, p->inst, name, path, OS_PATH_MAX);
        if (rc < 0 || os_exists(p->root, path))
            return rc == -EINVAL ? -ENODEV : rc;
    }
    return -ENODEV;
}

int group_text(const struct knob *k, const struct place *p, struct hierarchy *h, char text[static 256])
{
    char path[OS_PATH_MAX];
    int rc = group_find(k, p, h, path);
    if (rc == 0)
        rc = os_read_text(p->root, path, text, 256);
    if (rc >= 0)
        text[strcspn(text, "\n")] = '\0';
    return rc < 0 ? group_missing(rc) : 0;
}

int group_put(const struct knob *k, const struct place *p, const char *text)
{
    struct hierarchy h;
    char path[OS_PATH_MAX];
    int rc = group_find(k, p, &h, path);
    return group_missing(rc < 0 ? rc : os_write_text(p->root, path, text));
}

int group_writable(const struct knob *k, const struct place *p)
{
    struct hierarchy h;
    char path[OS_PATH_MAX];
    int rc = group_find(k, p, &h, path);
    return group_missing(rc < 0 ? rc : os_may_write(p->root, path));
}

/* A machine may have thousands of groups. */
void group_list(const struct knob *k, const char *root, void (*each)(void *self, const char *inst), void *self)
{
    struct hierarchy h;
    char controller[16];
    if (sscanf(k->arg, "%15s", controller) == 1 && hierarchy_find(root, controller, &h) == 0)
        each(self, h.own);
}

int group_probe(const struct knob *k, const struct place *p, char why[static KNOB_WHY])
{
    struct hierarchy h;
    struct group_file f;
    char path[OS_PATH_MAX];
    int rc = group_find(k, p, &h, path);
    if (rc == 0 || sscanf(k->arg, "%15s %63s %63s", f.controller, f.v2, f.v1) != 3)
        return rc;
    if (hierarchy_find(p->root, f.controller, &h) < 0)
        snprintf(why, KNOB_WHY, "no control groups have the controller %s here", f.controller);
    else if (h.version == 1 && strcmp(f.v1, "-") == 0)
        snprintf(why, KNOB_WHY, "it needs control groups of version 2; the controller %s is on version 1",
                 f.controller);
    else if (hierarchy_path(&h, p->inst, "", path, sizeof path) < 0 || !os_exists(p->root, path))
        snprintf(why, KNOB_WHY, "there is no group \"%.60s\" of the controller %s", p->inst, f.controller);
    else
        snprintf(why, KNOB_WHY, "the group %.60s has no %.60s", p->inst, h.version == 2 ? f.v2 : f.v1);
    return rc;
}
