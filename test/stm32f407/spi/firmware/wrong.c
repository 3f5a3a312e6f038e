/* What the manual forbids of SPI, one thing after the other. */
#include "registers.h"
#include "spi.h"

DEFINE_RESULTS

#define ON (SPI_MSTR | SPI_SSM | SPI_SSI | SPI_SPE)

int main(void) {
    rcc_enable(&RCC->AHB1ENR, RCC_AHB1ENR_GPIOAEN);
    rcc_enable(&RCC->APB2ENR, RCC_APB2ENR_SPI1EN);
    rcc_enable(&RCC->APB1ENR, RCC_APB1ENR_SPI2EN);
    gpio_alternate(GPIOA, 7, 5);
    SPI1->CR1 = ON & ~SPI_SPE;
    SPI1->DR = 1;               /* 28.3.5: SPE first */
    SPI1->CR1 = ON | SPI_BR(7); /* SCK has no pin */
    SPI1->DR = 2;
    SPI1->DR = 3;               /* 28.3.7: TXE is 0 */
    SPI1->CR1 = ON | SPI_BR(7) | SPI_CPOL; /* 28.5.1: in a word */
    SPI1->CR1 = 0;              /* 28.3.8: in a word */
    SPI2->I2SPR = 1;            /* 28.5.9: forbidden, and PLLI2S is off */
    SPI2->I2SCFGR = I2S_MOD | I2S_E | I2S_MASTER_TX;
    SPI2->DR = 1;
    results[0] = 1;
    finish();
}
