/*
 * openmp.c - how an OpenMP program runs: the variables of OpenMP 5.0, chapter 6, and of libgomp (its manual,
 * "Environment Variables").
 *
 * A thread that waits at a barrier spins, by default for long. Beside other work the thread that it waits for may not
 * even run: passive waiting was 15 times faster then, and one thread 17 times (docs/POLICY.md).
 */
#include "policy/knobs/variable.h"

const struct knob knobs_openmp[] = {
    { VARIABLE, .name = "omp.threads", .doc = "threads of an OpenMP program", .arg = "OMP_NUM_THREADS",
      .type = KNOB_WHOLE, .min = 1, .max = 4096, .caution = "fewer than there are processors leaves some idle" },
    { VARIABLE, .name = "omp.wait", .doc = "how its threads wait for each other", .arg = "OMP_WAIT_POLICY",
      .type = KNOB_CHOICE, .choices = "active passive", .caution = "passive pays a wake-up at each barrier" },
    { VARIABLE, .name = "omp.bind", .doc = "whether its threads stay on their processors", .arg = "OMP_PROC_BIND",
      .type = KNOB_CHOICE, .choices = "false true close spread",
      .caution = "a bound thread waits for whatever else runs there" },
    { VARIABLE, .name = "omp.places", .doc = "what a bound thread is bound to", .arg = "OMP_PLACES",
      .type = KNOB_CHOICE, .choices = "threads cores sockets ll_caches numa_domains",
      .caution = "it counts where omp.bind is set, too" },
    { VARIABLE, .name = "omp.dynamic", .doc = "may the library change the number of threads?", .arg = "OMP_DYNAMIC",
      .type = KNOB_CHOICE, .choices = "false true", .caution = "" },
    { VARIABLE, .name = "omp.schedule", .doc = "how loops of schedule(runtime) are dealt out", .arg = "OMP_SCHEDULE",
      .type = KNOB_CHOICE, .choices = "static dynamic guided auto", .caution = "static waits for the slowest thread" },
    { VARIABLE, .name = "omp.spin", .doc = "how often a thread of libgomp looks before it sleeps", .arg = "GOMP_SPINCOUNT",
      .type = KNOB_WHOLE, .min = 0, .max = 1e9, .caution = "" },
    { 0 },
};
