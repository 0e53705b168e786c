/* Attributes of devices: small files of one number or one word below /sys (sysfs.rst of the
 * kernel). */
#ifndef ADAPTERS_LINUX_SYSFS_H
#define ADAPTERS_LINUX_SYSFS_H

#include <stddef.h>
#include <stdint.h>

#define SYSFS_PCI "/sys/bus/pci/devices" /* a folder for each device, by its address */

/* Opens root + dir/name; a descriptor to be closed with os_close(), or a negative errno value. */
int sysfs_open(const char *root, const char *dir, const char *name);

/* One word or line without its newline, control characters as '?'.
 * Bytes, or a negative errno value. */
int sysfs_word(const char *root, const char *dir, const char *name, char *out, size_t cap);

/* The same of an open one. */
int sysfs_pread_word(int fd, char *out, size_t cap);

/* A whole number; NaN where there is none, for whatever reason. */
double sysfs_number(const char *root, const char *dir, const char *name);

/* The same of an open one; NaN for a negative descriptor. */
double sysfs_pread(int fd);

/* Goes on from h (base/hash.h) over the names in a folder: with another hash, one came or went. */
uint64_t sysfs_hash_names(const char *root, const char *dir, uint64_t h);

#endif
