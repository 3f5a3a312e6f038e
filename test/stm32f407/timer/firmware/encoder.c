/* A rotary encoder on PC6 and PC7 (TIM3). */
#include "timer.h"

DEFINE_RESULTS

int main(void) {
    GPIO_CLOCKS(PORT_C);
    rcc_enable(&RCC->APB1ENR, 1u << 1);
    gpio_alternate(GPIOC, 6, 2);
    gpio_alternate(GPIOC, 7, 2);
    TIM3->CCMR[0] = 0x3131; /* inputs, 8 samples */
    TIM3->SMCR = 3;
    TIM3->ARR = 0xffff;
    TIM3->CNT = 0x8000;
    TIM3->CR1 = TIM_CR1_CEN;
    results[0] = 1;
    finish();
}
