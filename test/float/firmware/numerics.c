/* What a compiler makes of float code: arithmetic, conversions, comparisons, calls, and the flags and modes of FPSCR. */
#include "fpu.h"

DEFINE_RESULTS

static volatile float one = 1.0f, three = 3.0f, tiny = 1e-38f, large = 3e38f, zero = 0.0f;
static volatile int32_t whole = -16777217;
static volatile uint32_t natural = 4294967295u;

static __attribute__((noinline)) float polynomial(float x) {
    const float square = x * x;
    return x * (1.0f - square * (1.0f / 6.0f) + square * square * (1.0f / 120.0f));
}

static __attribute__((noinline)) float mean(int count, float first, float second, float third) {
    return (first + second + third) / (float)count;
}

static __attribute__((noinline)) void calculate(void) {
    unsigned at = 0;
    results[at++] = bits_of(one / three);
    results[at++] = bits_of(polynomial(0.5f * one));
    results[at++] = bits_of(mean(3, one, three, tiny));
    results[at++] = bits_of((float)whole);
    results[at++] = bits_of((float)natural);
    results[at++] = (uint32_t)(int32_t)(large * one);
    results[at++] = (uint32_t)(int32_t)(-2.75f * one);
    results[at++] = bits_of(__builtin_fmaf(three, one / three, -1.0f));
    results[at++] = (uint32_t)((one < three) | (one > three) << 1 | (one == one) << 2 | (zero == -zero) << 3 |
                               (zero / zero == zero / zero) << 4 | !(zero / zero < one) << 5);
    results[at++] = fpscr_get() & 0x9f; /* all but UFC, OFC, IDC */
    fpscr_set(0);
    one = large * large;
    results[at++] = fpscr_get() & 0x9f;
    one = 1.0f;
    fpscr_set(0);
    tiny = tiny * tiny;
    results[at++] = fpscr_get() & 0x9f;
    for (uint32_t mode = 0; mode < 4; mode++) {
        fpscr_set(mode << 22);
        results[at++] = bits_of(one / three);
        results[at++] = bits_of(-one / three);
    }
    fpscr_set(1u << 24);
    tiny = 2e-38f;
    results[at++] = bits_of(tiny * 0.125f);
    results[at++] = fpscr_get() & 0x9f;
    tiny = 1e-40f;
    results[at++] = bits_of(tiny + zero);
    results[at++] = fpscr_get() & 0x9f;
    fpscr_set(0);
}

int main(void) {
    fpu_enable();
    calculate();
    finish();
}
