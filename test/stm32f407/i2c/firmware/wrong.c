/* What the manual forbids of I2C, one thing after the other. */
#include "i2c.h"
#include "registers.h"

DEFINE_RESULTS

int main(void) {
    rcc_enable(&RCC->AHB1ENR, RCC_AHB1ENR_GPIOBEN);
    rcc_enable(&RCC->APB1ENR, RCC_APB1ENR_I2C1EN);
    gpio_alternate(GPIOB, 6, 4); /* 8.3.7: not open drain, and SDA has no pin */
    I2C1->CR2 = 42;              /* 27.6.2: PCLK1 has 16 MHz */
    I2C1->CCR = 40;              /* 200 kHz in standard mode */
    I2C1->CR1 = I2C_PE;
    I2C1->TRISE = 17;            /* 27.6.9: PE is set */
    I2C1->CR1 = I2C_PE | I2C_START;
    for (uint32_t i = 0; i < 100; i++) (void)I2C1->SR2;
    I2C1->DR = 0xa0;             /* 27.6.6: SR1 was not read */
    results[0] = 1;
    finish();
}
