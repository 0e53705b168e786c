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

/* Its averages over 10, 60 and 300 s, in percent. */
enum { PSI_SPANS = 3 };
void psi_averages(const char *text, const char *line, double out[static PSI_SPANS]);

#endif
