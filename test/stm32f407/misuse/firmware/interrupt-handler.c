/* Enables SysTick's interrupt and has no handler for it. */
#include "registers.h"

DEFINE_RESULTS

int main(void) {
    systick_start(16000);
    for (;;) results[0]++;
}
