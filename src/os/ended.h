/* Processes that are watched for their end: one descriptor for all of them, which can be read when one has ended. */
#ifndef OS_ENDED_H
#define OS_ENDED_H

#include <stdint.h>

struct os_ended;
struct os_ended *os_ended_new(void);
void os_ended_free(struct os_ended *e);

/* One more. -ESRCH: there is no such process; -EMFILE, -ENOSYS (Linux before 5.3): it cannot be watched. */
int os_ended_add(struct os_ended *e, int32_t pid);
void os_ended_remove(struct os_ended *e, int32_t pid);

int os_ended_fd(const struct os_ended *e); /* to be waited for, beside others; -1: nothing can be watched */

/* One that has ended, and is watched no more; 0: none. Does not wait. */
int32_t os_ended_take(struct os_ended *e);

#endif
