/* Calls itself until the stack has grown into a large array. */
#include "registers.h"

DEFINE_RESULTS

static volatile uint8_t buffer[100 * 1024];

static uint32_t depth(uint32_t n) {
    volatile uint32_t frame[16];
    frame[n % 16] = n;
    if (n == 0) return frame[0];
    return depth(n - 1) + frame[n % 16];
}

int main(void) {
    buffer[0] = 1;
    results[0] = depth(50);
    finished = 1; /* so far all is well */
    results[1] = depth(400);
    finish();
}
