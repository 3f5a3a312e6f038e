/* Serial peripheral interface and I2S, RM0090 28.5. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "stm32f407.h"

struct spi {
    volatile uint32_t CR1, CR2, SR, DR, CRCPR, RXCRCR, TXCRCR, I2SCFGR, I2SPR;
};
_Static_assert(offsetof(struct spi, I2SPR) == 0x20, "28.5.9");
#define SPI1    ((struct spi *)0x40013000u)
#define SPI2    ((struct spi *)0x40003800u)
#define SPI3    ((struct spi *)0x40003c00u)
#define I2S2EXT ((struct spi *)0x40003400u)
#define I2S3EXT ((struct spi *)0x40004000u)

#define SPI_CPHA     (1u << 0) /* 28.5.1 */
#define SPI_CPOL     (1u << 1)
#define SPI_MSTR     (1u << 2)
#define SPI_BR(n)    ((uint32_t)(n) << 3)
#define SPI_SPE      (1u << 6)
#define SPI_SSI      (1u << 8)
#define SPI_SSM      (1u << 9)
#define SPI_DFF      (1u << 11)
#define SPI_CRCNEXT  (1u << 12)
#define SPI_CRCEN    (1u << 13)
#define SPI_RXDMAEN  (1u << 0) /* 28.5.2 */
#define SPI_TXDMAEN  (1u << 1)
#define SPI_ERRIE    (1u << 5)
#define SPI_RXNEIE   (1u << 6)
#define SPI_TXEIE    (1u << 7)
#define SPI_RXNE     (1u << 0) /* 28.5.3 */
#define SPI_TXE      (1u << 1)
#define SPI_CHSIDE   (1u << 2)
#define SPI_CRCERR   (1u << 4)
#define SPI_OVR      (1u << 6)
#define SPI_BSY      (1u << 7)
#define I2S_MOD      (1u << 11) /* 28.5.8 */
#define I2S_E        (1u << 10)
#define I2S_SLAVE_RX (1u << 8)
#define I2S_MASTER_TX (2u << 8)
#define I2S_MCKOE    (1u << 9) /* 28.5.9 */
#define I2S_ODD      (1u << 8)

#define RCC_AHB1ENR_GPIOBEN (1u << 1) /* 7.3.10 */
#define RCC_AHB1ENR_GPIOCEN (1u << 2)
#define RCC_AHB1ENR_GPIOEEN (1u << 4)
#define RCC_APB1ENR_SPI2EN  (1u << 14) /* 7.3.13 */
#define RCC_APB1ENR_SPI3EN  (1u << 15)
#define RCC_APB2ENR_SPI1EN  (1u << 12) /* 7.3.14 */

#define GPIOB ((struct gpio *)0x40020400u)
#define GPIOC ((struct gpio *)0x40020800u)
#define GPIOE ((struct gpio *)0x40021000u)

/* SPI1 on PA5, PA6, PA7 with chip select on PE7, high; PE3, the accelerometer's on the Discovery, is high too. */
static inline void spi1_pins(void) {
    rcc_enable(&RCC->AHB1ENR, RCC_AHB1ENR_GPIOAEN | RCC_AHB1ENR_GPIOEEN);
    rcc_enable(&RCC->APB2ENR, RCC_APB2ENR_SPI1EN);
    for (unsigned pin = 5; pin <= 7; pin++) gpio_alternate(GPIOA, pin, 5);
    for (unsigned pin = 3; pin <= 7; pin += 4) {
        gpio_write(GPIOE, pin, 1);
        gpio_mode(GPIOE, pin, GPIO_OUTPUT);
    }
}
/* SPI2 on PB12 to PB15. */
static inline void spi2_pins(void) {
    rcc_enable(&RCC->AHB1ENR, RCC_AHB1ENR_GPIOBEN);
    rcc_enable(&RCC->APB1ENR, RCC_APB1ENR_SPI2EN);
    for (unsigned pin = 12; pin <= 15; pin++) gpio_alternate(GPIOB, pin, 5);
}
