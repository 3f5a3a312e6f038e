#include "registers.h"

DEFINE_RESULTS

int main(void) {
    cycles_start();
    results[0] = DWT_CYCCNT;
    for (unsigned i = 0; i < 100; i++) __asm volatile("nop");
    results[1] = DWT_CYCCNT;
    finish();
}
