/* Pins that are at their active level before they are routed: the break input of TIM1 (PA6), and ETR of TIM3 (PD2). */
#include "timer.h"

DEFINE_RESULTS

#define BKE (1u << 12)
#define BKP (1u << 13)

int main(void) {
    rcc_enable(&RCC->APB2ENR, 1u << 0);
    rcc_enable(&RCC->APB1ENR, 1u << 1);
    GPIO_CLOCKS(PORT_A | PORT_D);

    TIM1->BDTR = TIM_BDTR_MOE | BKE | BKP;
    results[0] = TIM1->BDTR & TIM_BDTR_MOE;
    gpio_alternate(GPIOA, 6, 1);
    results[1] = TIM1->BDTR & TIM_BDTR_MOE;
    results[2] = TIM1->SR & TIM_BIF;

    TIM3->SMCR = TIM_SMCR(SLAVE_GATED, TRIGGER_ETR);
    TIM3->CR1 = TIM_CR1_CEN;
    for (volatile int i = 0; i < 10; i++) {
    }
    results[3] = TIM3->CNT;
    gpio_alternate(GPIOD, 2, 2);
    for (volatile int i = 0; i < 10; i++) {
    }
    results[4] = TIM3->CNT;
    finish();
}
