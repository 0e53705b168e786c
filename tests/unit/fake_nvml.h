/*
 * NVIDIA's library in tests: the made-up one of tests/fake/nvml.c, and a GPU for it and for
 * recordings, which it speaks the same words as.
 */
#ifndef TESTS_UNIT_FAKE_NVML_H
#define TESTS_UNIT_FAKE_NVML_H

#include "machine.h"

/* All readings of a GPU, as lines of .sonde/nvml (core/replay.h). */
#define FAKE_GPU \
    "util 97\nmemory.util 41\nencoder.util 12\ndecoder.util 13\njpeg.util 14\nofa.util 15\n" \
    "vram.total 16000000000\nvram.used 4000000000\ntemp 66\ntemp.memory 72\ntemp.limit 95\n" \
    "power 215.3\npower.limit 320\nenergy 123456.789\nclock.core 2505000000\nclock.memory 11201000000\n" \
    "clock.video 1950000000\nclock.max 3105000000\nfan 44\nfan.speed 1320\npstate 2\nthrottle 4\n" \
    "ecc.corrected 7\necc.uncorrected 1\npcie.generation 4\npcie.width 16\npcie.replays 3\n" \
    "pcie.recv 1500000\npcie.send 250000\n"

/* From now on the library is the fake of a generation ("old", "new"), with its script in the
 * machine's tree. */
void fake_nvml_use(struct machine *m, const char *generation);

/* The library's script, or the recording, from now on: at once and whole. */
void fake_nvml_says(struct machine *m, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void fake_nvml_recorded(struct machine *m, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* How many lines of the library's log name both, and begins a new log. */
int fake_nvml_calls(struct machine *m, const char *function, const char *gpu);

#endif
