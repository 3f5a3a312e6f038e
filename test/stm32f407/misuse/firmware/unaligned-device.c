/* Reads a register of GPIOA at an odd address, with an instruction that bears that in memory. */
#include "registers.h"

DEFINE_RESULTS

void HardFault_Handler(void);
void HardFault_Handler(void) {
    results[0]++;
    finish();
}

int main(void) {
    rcc_enable(&RCC->AHB1ENR, RCC_AHB1ENR_GPIOAEN);
    (void)REG32(0x40020001u);
    finish();
}
