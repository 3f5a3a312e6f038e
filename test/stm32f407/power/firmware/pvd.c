/* The voltage detector warns by interrupt when the supply falls, and again when it is back. */
#include "backup.h"

DEFINE_RESULTS

void PVD_IRQHandler(void);
void PVD_IRQHandler(void) {
    EXTI_PR = 1u << EXTI_PVD;
    results[results[0] + 1] = PWR_CSR & 4;
    results[0]++;
}

int main(void) {
    rcc_enable(&RCC_APB1ENR, 1u << 28);
    PWR_CR = (PWR_CR & ~0xe0u) | (5u << 5); /* 2.9 V */
    EXTI_FTSR |= 1u << EXTI_PVD;
    exti_interrupt(EXTI_PVD, PVD_IRQ);
    PWR_CR |= 0x10;
    for (;;) wait_for_interrupt();
}
