/* A step of each of the other programs, in turn: code that is warm in many places and hot in few. */
#include "bench.h"

#define WORKLOADS(X) X(crc) X(matrix) X(list) X(state_machine) X(sort) X(hash)

#define DECLARE(name) \
    void name##_init(void); \
    uint32_t name##_step(uint32_t seed);
WORKLOADS(DECLARE)

void bench_init(void) {
#define INIT(name) name##_init();
    WORKLOADS(INIT)
}

uint32_t bench_step(uint32_t seed) {
#define STEP(name) seed = name##_step(seed);
    WORKLOADS(STEP)
    return seed;
}
