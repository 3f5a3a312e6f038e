/* Clocks measured by clocks (RM0090 7.2.11): LSI by TIM5's channel 4, HSE_RTC by TIM11's channel 1. */
#include "timer.h"

DEFINE_RESULTS

#define TIM11 ((struct timer *)0x40014800u)

static uint32_t next(struct timer *timer, unsigned channel) {
    while (!(timer->SR & TIM_CCIF(channel))) {}
    return timer->CCR[channel - 1];
}

int main(void) {
    RCC->CR |= 1u << 16;
    while (!(RCC->CR & 1u << 17)) {}
    RCC->CFGR |= 8u << 16; /* RTCPRE: 8 MHz / 8 */
    REG32(0x40023874u) |= 1u; /* CSR.LSION */
    while (!(REG32(0x40023874u) & 2u)) {}
    rcc_enable(&RCC->APB1ENR, 1u << 3);
    rcc_enable(&RCC->APB2ENR, 1u << 18);

    TIM5->OR = 1u << 6;
    TIM5->CCMR[1] = 0x0d00; /* IC4, every eighth edge */
    TIM5->CCER = 1u << 12;
    TIM5->CR1 = TIM_CR1_CEN;
    uint32_t first = next(TIM5, 4);
    results[0] = next(TIM5, 4) - first;

    TIM11->OR = 2;
    TIM11->CCMR[0] = 0x0d;
    TIM11->CCER = 1;
    TIM11->CR1 = TIM_CR1_CEN;
    first = next(TIM11, 1);
    results[1] = (next(TIM11, 1) - first) & 0xffff;
    finish();
}
