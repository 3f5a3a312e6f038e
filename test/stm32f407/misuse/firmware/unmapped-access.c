/* Follows a pointer to nowhere. */
#include "registers.h"

DEFINE_RESULTS

void HardFault_Handler(void);
void HardFault_Handler(void) {
    results[0]++;
    finish();
}

int main(void) {
    (void)REG32(0x60000000u);
    finish();
}
