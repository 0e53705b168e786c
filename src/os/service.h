/*
 * What a service manager that started us wants to hear: systemd's protocol, sd_notify(3), without its library.
 * A state is a line or several, "READY=1\nSTATUS=recording"; nothing waits and nothing is kept open.
 */
#ifndef OS_SERVICE_H
#define OS_SERVICE_H

#include <stdint.h>

/* 1: told; 0: nobody wants to hear it; or what went wrong. */
int os_service_tell(const char *state);

/* Says that a reload begins; when it is over, tell "READY=1". */
int os_service_tell_reload(void);

/* How often it wants to hear "WATCHDOG=1", or takes us for dead; 0: not at all. */
int64_t os_service_watchdog_ns(void);

/* The socket on which it listens for us, sd_listen_fds(3): the first that it gave, where that is a listening one of
 * this machine. Ours from then on. -ENOENT: it gave none; -ENOTSOCK: it gave something else. */
int os_service_socket(void);

#endif
