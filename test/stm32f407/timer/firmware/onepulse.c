/* One pulse on PC6 for each edge on PC7: TIM3, delay 40, width 60; the processor sleeps. */
#include "timer.h"

DEFINE_RESULTS

int main(void) {
    GPIO_CLOCKS(PORT_C);
    rcc_enable(&RCC->APB1ENR, 1u << 1);
    gpio_alternate(GPIOC, 6, 2);
    gpio_alternate(GPIOC, 7, 2);
    TIM3->ARR = 99;
    TIM3->CCR[0] = 40;
    TIM3->CCMR[0] = TIM_PWM2 | 0x100;
    TIM3->CCER = 1;
    TIM3->SMCR = TIM_SMCR(SLAVE_TRIGGER, TRIGGER_TI2);
    TIM3->CR1 = TIM_CR1_OPM;
    results[0] = 1;
    finish();
}
