/* floor_tasks.c - loads the task iterator with libbpf; what is read later goes past libbpf. */
#include "floor.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int floor_tasks_open(const char *program)
{
    char path[4096];
    const char *name = strrchr(program, '/');
    snprintf(path, sizeof path, "%.*sfloor_tasks.bpf.o", name ? (int)(name + 1 - program) : 0, program);
    libbpf_set_print(NULL);
    struct bpf_object *object = bpf_object__open_file(path, NULL);
    if (!object)
        return -errno;
    int rc = bpf_object__load(object);
    if (rc < 0)
        return rc;
    struct bpf_link *link = bpf_program__attach_iter(bpf_object__find_program_by_name(object, "floor_task"), NULL);
    return link ? bpf_link__fd(link) : -errno; /* both live as long as the program */
}

int floor_tasks_read(int tasks)
{
    return bpf_iter_create(tasks);
}
