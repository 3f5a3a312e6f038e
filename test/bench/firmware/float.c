/* Single precision in registers of the FPU: a cascade of biquads, a row of the Mandelbrot set, vectors of length 1. */
#include "bench.h"

#define SAMPLES 128
#define STAGES 3
#define VECTORS 32

static float coefficients[STAGES][5];
static float delays[STAGES][2];
static float signal[SAMPLES];
static float vectors[VECTORS][3];

static float random_float(uint32_t *state) {
    return (float)(int32_t)(bench_random(state) >> 8) * (1.0f / 8388608.0f) - 1.0f;
}

static __attribute__((noinline)) void fill(void) {
    uint32_t random = 1;
    for (int i = 0; i < SAMPLES; i++) signal[i] = random_float(&random);
    for (int i = 0; i < STAGES; i++) {
        static const float band[5] = {0.2f, 0.3f, 0.2f, 0.4f, -0.3f};
        for (int k = 0; k < 5; k++) coefficients[i][k] = band[k] + 0.01f * (float)i;
    }
    for (int i = 0; i < VECTORS; i++)
        for (int k = 0; k < 3; k++) vectors[i][k] = 2.0f * random_float(&random);
}

void bench_init(void) {
    /* CPACR: coprocessors 10 and 11, before the first instruction that needs them */
    *(volatile uint32_t *)0xe000ed88u = 0xfu << 20;
    __asm volatile("dsb\n isb" ::: "memory");
    fill();
}

static __attribute__((noinline)) float filter(float input) {
    for (int stage = 0; stage < STAGES; stage++) {
        const float *c = coefficients[stage];
        float *d = delays[stage];
        float output = c[0] * input + d[0];
        d[0] = c[1] * input + c[3] * output + d[1];
        d[1] = c[2] * input + c[4] * output;
        input = output;
    }
    return input;
}

static __attribute__((noinline)) uint32_t mandelbrot(float imaginary) {
    uint32_t sum = 0;
    for (int column = 0; column < 16; column++) {
        const float real = -2.0f + 0.1875f * (float)column;
        float x = 0.0f, y = 0.0f;
        uint32_t n = 0;
        for (; n < 32; n++) {
            const float xx = x * x, yy = y * y;
            if (xx + yy > 4.0f) break;
            y = 2.0f * x * y + imaginary;
            x = xx - yy + real;
        }
        sum += n;
    }
    return sum;
}

/* __builtin_sqrtf would set errno by the library's function. */
static inline float root(float square) {
    float result;
    __asm("vsqrt.f32 %0, %1" : "=t"(result) : "t"(square));
    return result;
}

static __attribute__((noinline)) float normalise(float grow) {
    float sum = 0.0f;
    for (int i = 0; i < VECTORS; i++) {
        float *v = vectors[i];
        const float length = root(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
        const float scale = grow / length;
        for (int k = 0; k < 3; k++) v[k] *= scale;
        sum += v[0];
    }
    return sum;
}

uint32_t bench_step(uint32_t seed) {
    float sum = 0.0f;
    for (int i = 0; i < SAMPLES; i++) sum += filter(signal[i]);
    const uint32_t n = mandelbrot((float)(seed & 63) * 0.03125f - 1.0f);
    const float lengths = normalise(1.0f + (float)(seed & 3) * 0.25f);
    union { float value; uint32_t bits; } whole = {sum + lengths};
    return (seed * 31u + n) ^ whole.bits;
}
