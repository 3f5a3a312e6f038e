#include "bench.h"

const uint32_t bench_iterations = ITERATIONS;
volatile uint32_t bench_done;
volatile uint32_t bench_checksum;
