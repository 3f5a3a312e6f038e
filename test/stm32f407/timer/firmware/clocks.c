/* 168 MHz: TIM1 runs at that, TIM3 at 84 MHz (RM0090 7.2). One toggles PA8 every 200 of its clocks, one PC6 every 300. */
#include "timer.h"

DEFINE_RESULTS

#define FLASH_ACR REG32(0x40023c00u)

int main(void) {
    FLASH_ACR = 0x705;
    RCC->CR |= 1u << 16;
    while (!(RCC->CR & (1u << 17))) {}
    RCC->PLLCFGR = 7u << 24 | 1u << 22 | 336u << 6 | 8u;
    RCC->CFGR = 5u << 10 | 4u << 13;
    RCC->CR |= 1u << 24;
    while (!(RCC->CR & (1u << 25))) {}
    RCC->CFGR |= 2u;
    while ((RCC->CFGR & 12u) != 8u) {}
    GPIO_CLOCKS(PORT_A | PORT_C);
    rcc_enable(&RCC->APB1ENR, 1u << 1);
    rcc_enable(&RCC->APB2ENR, 1u << 0);
    gpio_alternate(GPIOA, 8, 1);
    gpio_alternate(GPIOC, 6, 2);
    TIM1->ARR = 199;
    TIM3->ARR = 299;
    TIM1->CCMR[0] = TIM3->CCMR[0] = TIM_TOGGLE;
    TIM1->CCER = TIM3->CCER = 1;
    TIM1->BDTR = TIM_BDTR_MOE;
    TIM1->CR1 = TIM3->CR1 = TIM_CR1_CEN;
    results[0] = 1;
    finish();
}
