/* floor_tasks_none.c - a build without libbpf or clang: there is no task iterator. */
#include "floor.h"

#include <errno.h>

int floor_tasks_open(const char *program)
{
    (void)program;
    return -ENOSYS;
}

int floor_tasks_read(int tasks)
{
    (void)tasks;
    return -ENOSYS;
}
