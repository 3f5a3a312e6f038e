/* Product of two 20 x 20 matrices of 16-bit numbers, then a row is taken into the next factor. */
#include "bench.h"

#define N 20

static int16_t a[N][N], b[N][N];
static int32_t product[N][N];

void bench_init(void) {
    uint32_t random = 1;
    for (int row = 0; row < N; row++) {
        for (int column = 0; column < N; column++) {
            a[row][column] = (int16_t)bench_random(&random);
            b[row][column] = (int16_t)bench_random(&random);
        }
    }
}

static void multiply(void) {
    for (int row = 0; row < N; row++) {
        for (int column = 0; column < N; column++) {
            uint32_t sum = 0; /* unsigned: it may wrap around */
            for (int i = 0; i < N; i++) sum += (uint32_t)(a[row][i] * b[i][column]);
            product[row][column] = (int32_t)sum;
        }
    }
}

uint32_t bench_step(uint32_t seed) {
    multiply();
    uint32_t row = seed % N;
    for (int column = 0; column < N; column++) {
        seed = seed * 31 + (uint32_t)product[row][column];
        a[row][column] = (int16_t)(seed >> 8);
    }
    return seed;
}
