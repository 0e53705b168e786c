/* The files of pressure stall information, of the machine and of cgroups
 * (Documentation/accounting/psi.rst). */
#ifndef ADAPTERS_LINUX_PSI_H
#define ADAPTERS_LINUX_PSI_H

/*
 * The total of a line of such a file, in seconds; NaN where the line is missing or cut off.
 *
 *   line  "some" or "full"
 */
double psi_total(const char *text, const char *line);

#endif
