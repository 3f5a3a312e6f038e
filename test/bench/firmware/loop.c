/* Runs the workload step by step. */
#include "bench.h"

int main(void) {
    uint32_t seed = 1;
    bench_init();
    do {
        seed = bench_step(seed);
        bench_checksum = seed;
    } while (++bench_done != bench_iterations);
    bench_finish(seed);
    return 0;
}
