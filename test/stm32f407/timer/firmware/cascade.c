/*
 * Timers in a row: TIM2's update clocks TIM3 (ITR1), whose update clocks TIM4 (ITR2): 1000 x 100 x ... clocks. TIM10's
 * output compare gates TIM9 (ITR2).
 */
#include "timer.h"

DEFINE_RESULTS

int main(void) {
    rcc_enable(&RCC->APB1ENR, 7u);
    rcc_enable(&RCC->APB2ENR, 3u << 16);
    TIM4->SMCR = TIM_SMCR(SLAVE_CLOCK, TRIGGER_ITR2);
    TIM4->CR1 = TIM_CR1_CEN;
    TIM3->ARR = 99;
    TIM3->CR2 = TIM_CR2_MMS(2);
    TIM3->SMCR = TIM_SMCR(SLAVE_CLOCK, TRIGGER_ITR1);
    TIM3->CR1 = TIM_CR1_CEN;
    TIM2->ARR = 999;
    TIM2->CR2 = TIM_CR2_MMS(2);

    TIM9->SMCR = TIM_SMCR(SLAVE_GATED, TRIGGER_ITR2);
    TIM9->CR1 = TIM_CR1_CEN;
    TIM10->ARR = 999;
    TIM10->CCR[0] = 250;
    TIM10->CCMR[0] = TIM_PWM1;
    TIM10->CCER = 1;

    TIM2->CR1 = TIM_CR1_CEN;
    TIM10->CR1 = TIM_CR1_CEN;
    results[0] = 1;
    finish();
}
