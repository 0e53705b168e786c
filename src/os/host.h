/*
 * What kind of machine this is: models and sizes, as far as the system says.
 *
 * Serial numbers, names of hosts and addresses are never read. What is not known is an empty text,
 * 0, or NaN.
 */
#ifndef OS_HOST_H
#define OS_HOST_H

#define OS_HOST_TEXT 96
#define OS_HOST_GPUS 16

struct os_host {
    char os[OS_HOST_TEXT];             /* "Debian GNU/Linux 12 (bookworm)" */
    char kernel[OS_HOST_TEXT];         /* "6.1.0-18-amd64" */
    char cpu[OS_HOST_TEXT];            /* "AMD EPYC 7763 64-Core Processor" */
    int cpus;                          /* logical, online */
    int cores;                         /* that they are on */
    double memory_bytes;
    char maker[OS_HOST_TEXT];          /* of the whole: "LENOVO" */
    char product[OS_HOST_TEXT];        /* "20L5CTO1WW" */
    char board_maker[OS_HOST_TEXT];
    char board_product[OS_HOST_TEXT];
    char virtualisation[OS_HOST_TEXT]; /* "KVM", "container (lxc)", "virtual machine" for an unknown one */
    int n_gpus;                        /* always 0: this version reads none */
    char gpu[OS_HOST_GPUS][OS_HOST_TEXT];
};

/* Fills all of *out for the machine below a root ("" = the running one). */
void os_host(const char *root, struct os_host *out);

#endif
