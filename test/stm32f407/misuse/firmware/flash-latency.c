/* Runs the core at 168 MHz without wait states. */
#include "registers.h"

DEFINE_RESULTS

int main(void) {
    RCC->CR |= 1u << 16;
    while (!(RCC->CR & (1u << 17))) continue;
    RCC->PLLCFGR = 8u | 336u << 6 | 0u << 16 | 1u << 22 | 7u << 24;
    RCC->CR |= 1u << 24;
    while (!(RCC->CR & (1u << 25))) continue;
    RCC->CFGR = 5u << 10 | 4u << 13;
    RCC->CFGR |= 2;
    while ((RCC->CFGR >> 2 & 3) != 2) continue;
    results[0] = RCC->CFGR;
    finish();
}
