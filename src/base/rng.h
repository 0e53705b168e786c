/*
 * Random numbers that are the same everywhere for the same seed: xoshiro256**, seeded by
 * splitmix64. Source: Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2018.
 */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include <stdint.h>

struct rng {
    uint64_t s[4];
};

void rng_seed(struct rng *r, uint64_t seed);

uint64_t rng_u64(struct rng *r);

/* Uniform in [0, 1), 53 bits. */
double rng_unit(struct rng *r);

/* Uniform in 0 .. n-1, without bias; n >= 1. */
uint32_t rng_below(struct rng *r, uint32_t n);

/* Normal with mean 0 and deviation 1. */
double rng_normal(struct rng *r);

#endif
