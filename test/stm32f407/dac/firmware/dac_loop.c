/* The DAC's channel 1 on PA4, read back by ADC1 on the same pin; a triangle by software triggers on channel 2. */
#include "analog.h"
#include "registers.h"

DEFINE_RESULTS

static uint32_t convert(void) {
    ADC1->CR2 |= ADC_CR2_SWSTART;
    while (!(ADC1->SR & ADC_SR_EOC)) {}
    return ADC1->DR;
}

int main(void) {
    rcc_enable(&RCC->AHB1ENR, RCC_AHB1ENR_GPIOAEN);
    rcc_enable(&RCC->APB1ENR, RCC_APB1ENR_DACEN);
    rcc_enable(&RCC->APB2ENR, RCC_APB2ENR_ADC1EN);
    gpio_mode(GPIOA, 4, GPIO_ANALOG);
    gpio_mode(GPIOA, 5, GPIO_ANALOG);
    DAC->CR = DAC_CR_EN;
    ADC1->SQR3 = 4;
    ADC1->CR2 = ADC_CR2_ADON;
    wait_us(3);
    for (unsigned i = 0; i < 8; i++) {
        DAC->DHR12R1 = i * 585;
        wait_us(5);
        results[i] = convert();
    }
    DAC->CR |= (DAC_CR_EN | DAC_CR_TEN | DAC_CR_TSEL(7) | DAC_CR_WAVE(2) | DAC_CR_MAMP(1)) << 16;
    DAC->DHR12R2 = 1000;
    for (unsigned i = 0; i < 8; i++) {
        DAC->SWTRIGR = 2;
        wait_us(2);
        results[8 + i] = DAC->DOR2;
    }
    finish();
}
