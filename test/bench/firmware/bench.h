/* What a benchmark program is made of. */
#pragma once

#include <stdint.h>

/* How many steps to run; 0 is endless. In .rodata, so that a harness can patch it in the ELF at the symbol's address. */
extern const uint32_t bench_iterations;

/* Steps done so far, and the checksum after them: for a harness that stops the program from outside. */
extern volatile uint32_t bench_done;
extern volatile uint32_t bench_checksum;

/* The workload: called once, then once a step with the last step's result. */
void bench_init(void);
uint32_t bench_step(uint32_t seed);

/* The machine: prints the checksum and ends the run. */
void bench_finish(uint32_t checksum);

/* Numbers that look random and are the same everywhere (xorshift, 13-17-5). */
static inline uint32_t bench_random(uint32_t *state) {
    uint32_t x = *state;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return *state = x;
}
