/* Runs the core at 168 MHz with wait states, and leaves APB1 at 84 MHz. */
#include "registers.h"

DEFINE_RESULTS

#define FLASH_ACR REG32(0x40023c00u)

int main(void) {
    FLASH_ACR = 5;
    RCC->CR |= 1u << 16;
    while (!(RCC->CR & (1u << 17))) continue;
    RCC->PLLCFGR = 8u | 336u << 6 | 0u << 16 | 1u << 22 | 7u << 24;
    RCC->CR |= 1u << 24;
    while (!(RCC->CR & (1u << 25))) continue;
    RCC->CFGR = 4u << 10 | 4u << 13; /* both APB clocks are half of HCLK */
    RCC->CFGR |= 2;
    while ((RCC->CFGR >> 2 & 3) != 2) continue;
    results[0] = RCC->CFGR;
    finish();
}
