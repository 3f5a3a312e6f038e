/*
 * Turns a servo as a potentiometer is turned: ADC1 reads PA1 (channel 1), TIM3 makes pulses of 1 to 2 ms on PA6, 50 times a second.
 */
#include <stdint.h>

#include "cortex-m4.h"
#include "peripherals.h"

#define KNOB_PIN  1
#define SERVO_PIN 6
#define AF_TIM3   2 /* DS8626 table 9 */

static uint32_t knob(void) {
    ADC1->CR2 |= ADC_CR2_SWSTART;
    while (!(ADC1->SR & ADC_SR_EOC)) continue;
    return ADC1->DR;
}

int main(void) {
    rcc_enable(&RCC->AHB1ENR, RCC_AHB1ENR_GPIOAEN);
    rcc_enable(&RCC->APB1ENR, RCC_APB1ENR_TIM3EN);
    rcc_enable(&RCC->APB2ENR, RCC_APB2ENR_ADC1EN);
    gpio_mode(GPIOA, KNOB_PIN, GPIO_ANALOG);
    gpio_alternate(GPIOA, SERVO_PIN, AF_TIM3);

    ADC1->SQR[2] = 1;         /* one conversion: channel 1 */
    ADC1->SMPR[1] = 4u << 3;  /* of 84 cycles of sampling */
    ADC1->CR2 = ADC_CR2_ADON;
    for (volatile unsigned i = 0; i < 16; i++) continue; /* tSTAB, 3 us */

    TIM3->PSC = HSI_HZ / 1000000 - 1; /* counts microseconds */
    TIM3->ARR = 20000 - 1;
    TIM3->CCR[0] = 1500;
    TIM3->CCMR[0] = TIM_CCMR1_OC1_PWM1 | TIM_CCMR1_OC1PE;
    TIM3->CCER = TIM_CCER_CC1E;
    TIM3->EGR = TIM_EGR_UG;
    TIM3->CR1 = TIM_CR1_ARPE | TIM_CR1_CEN;

    systick_start(HSI_HZ / 100);
    for (;;) {
        wait_for_interrupt();
        TIM3->CCR[0] = 1000 + knob() * 1000 / 4095;
    }
}

void SysTick_Handler(void);
void SysTick_Handler(void) {}
