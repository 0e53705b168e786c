/* list_openmp.c - the loads of `sonde-load-openmp`, which is there where the compiler has OpenMP. */
#include "load.h"

extern const struct load load_barrier, load_reduce;

const struct load *const loads[] = { &load_barrier, &load_reduce, NULL };
