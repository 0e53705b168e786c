/* Connections to receivers that a person named, on this machine or beyond. Descriptors are those of os/socket.h. */
#ifndef OS_TCP_H
#define OS_TCP_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Connects to a host by its name or address; the name is looked up meanwhile, which the system may take its time for.
 *
 *   local  connects to an address of this machine only, whatever the name leads to
 *   stop   asked several times a second, NULL: not; true ends it
 *
 * A descriptor, to be closed with os_close(). -EHOSTUNREACH: the name is not known, or leads elsewhere; -ECONNREFUSED,
 * -ETIMEDOUT at os_mono_ns() == until_ns; -ECANCELED.
 */
int os_tcp_connect(const char *host, int port, bool local, bool (*stop)(void *), void *stop_self, int64_t until_ns);

int os_tcp_finish(int fd); /* says that no more comes; the other side may still answer */

#endif
