/* A tick each millisecond from TIM6, timed by TIM5's 32 bits. */
#include "timer.h"

DEFINE_RESULTS

void TIM6_DAC_IRQHandler(void);

static volatile uint32_t ticks;

void TIM6_DAC_IRQHandler(void) {
    TIM6->SR = ~TIM_UIF;
    if (ticks < 16) results[ticks] = TIM5->CNT;
    ticks++;
}

int main(void) {
    rcc_enable(&RCC->APB1ENR, 1u << 3 | 1u << 4);
    TIM5->CNT = 0xffff0000u;
    TIM5->CR1 = TIM_CR1_CEN;
    TIM6->PSC = 15;
    TIM6->ARR = 999;
    TIM6->EGR = TIM_UG;
    TIM6->SR = 0;
    TIM6->DIER = TIM_UIF;
    nvic_enable(54);
    TIM6->CR1 = TIM_CR1_CEN;
    while (ticks < 16) wait_for_interrupt();
    finish();
}
