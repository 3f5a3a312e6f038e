/* Converts right after ADON, without waiting for tSTAB. */
#include "analog.h"
#include "registers.h"

DEFINE_RESULTS

int main(void) {
    rcc_enable(&RCC->AHB1ENR, 1u << 0);
    rcc_enable(&RCC->APB2ENR, RCC_APB2ENR_ADC1EN);
    gpio_mode(GPIOA, 1, GPIO_ANALOG);
    ADC1->SQR3 = 1;
    ADC1->CR2 = ADC_CR2_ADON;
    ADC1->CR2 |= ADC_CR2_SWSTART;
    while (!(ADC1->SR & ADC_SR_EOC)) {}
    results[0] = ADC1->DR;
    finish();
}
