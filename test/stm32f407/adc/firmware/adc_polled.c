/* ADC1 by polling, as ST's driver does it: single conversions, a scan channel by channel, an injected one, the internal channels. */
#include "analog.h"
#include "registers.h"

DEFINE_RESULTS

static uint32_t convert(struct adc *adc) {
    adc->SR = ~(ADC_SR_EOC | ADC_SR_OVR);
    adc->CR2 |= ADC_CR2_SWSTART;
    while (!(adc->SR & ADC_SR_EOC)) {}
    adc->SR = ~(ADC_SR_STRT | ADC_SR_EOC);
    return adc->DR;
}

int main(void) {
    rcc_enable(&RCC->AHB1ENR, RCC_AHB1ENR_GPIOAEN);
    rcc_enable(&RCC->APB2ENR, RCC_APB2ENR_ADC1EN);
    for (unsigned pin = 1; pin <= 3; pin++) gpio_mode(GPIOA, pin, GPIO_ANALOG);
    ADC->CCR = ADC_CCR_TSVREFE | ADC_CCR_VBATE;
    ADC1->CR2 = ADC_CR2_EOCS;
    ADC1->CR2 |= ADC_CR2_ADON;
    wait_us(20);

    ADC1->SQR3 = 1;
    results[0] = convert(ADC1);
    ADC1->CR1 = 1u << 24; /* 10 bits */
    results[1] = convert(ADC1);
    ADC1->CR1 = 0;

    /* A scan, a result at a time. */
    ADC1->CR1 = ADC_CR1_SCAN;
    ADC1->SQR1 = 2u << 20;
    ADC1->SQR3 = 3 | (2 << 5) | (1 << 10);
    ADC1->SMPR2 = 7u << 9 | 7u << 6 | 7u << 3;
    ADC1->CR2 |= ADC_CR2_SWSTART;
    for (unsigned i = 0; i < 3; i++) {
        while (!(ADC1->SR & ADC_SR_EOC)) {}
        results[2 + i] = ADC1->DR;
    }
    ADC1->CR1 = 0;
    ADC1->SQR1 = 0;

    ADC1->JSQR = 2u << 15;
    ADC1->JOFR[0] = 100;
    ADC1->CR2 |= ADC_CR2_JSWSTART;
    while (!(ADC1->SR & ADC_SR_JEOC)) {}
    results[5] = ADC1->JDR[0];

    ADC1->SMPR1 = 0x07ffffffu;
    for (unsigned channel = 16; channel <= 18; channel++) {
        ADC1->SQR3 = channel;
        results[6 + channel - 16] = convert(ADC1);
    }
    /* DS8626 tables 70 and 73. */
    results[9] = REG16(0x1fff7a2a);
    results[10] = REG16(0x1fff7a2c);
    results[11] = REG16(0x1fff7a2e);
    finish();
}
