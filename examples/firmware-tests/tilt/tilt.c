/*
 * Lights the LED on the side that the board is tilted to: the accelerometer of the Discovery board (LIS3DSH) on SPI1, mode 3, 2 MHz.
 */
#include <stdint.h>

#include "console.h"
#include "cortex-m4.h"
#include "peripherals.h"
#include "text.h"

#define SELECT_PIN 3 /* PE3 */
#define AF_SPI1    5 /* DS8626 table 9 */

#define WHO_AM_I  0x0fu /* LIS3DSH data sheet, chapter 7 */
#define CTRL_REG4 0x20u
#define OUT_X_L   0x28u
#define READ      0x80u

static uint8_t spi_byte(uint8_t out) {
    while (!(SPI1->SR & SPI_SR_TXE)) continue;
    SPI1->DR = out;
    while (!(SPI1->SR & SPI_SR_RXNE)) continue;
    return (uint8_t)SPI1->DR;
}

static void sensor_read(uint8_t first, uint8_t *bytes, unsigned count) {
    gpio_write(GPIOE, SELECT_PIN, 0);
    spi_byte((uint8_t)(READ | first));
    for (unsigned i = 0; i < count; i++) bytes[i] = spi_byte(0);
    gpio_write(GPIOE, SELECT_PIN, 1);
}

static void sensor_write(uint8_t address, uint8_t value) {
    gpio_write(GPIOE, SELECT_PIN, 0);
    spi_byte(address);
    spi_byte(value);
    gpio_write(GPIOE, SELECT_PIN, 1);
}

static void init(void) {
    rcc_enable(&RCC->AHB1ENR, RCC_AHB1ENR_GPIOAEN | RCC_AHB1ENR_GPIODEN | RCC_AHB1ENR_GPIOEEN);
    rcc_enable(&RCC->APB2ENR, RCC_APB2ENR_SPI1EN);
    gpio_write(GPIOE, SELECT_PIN, 1);
    gpio_mode(GPIOE, SELECT_PIN, GPIO_OUTPUT);
    for (unsigned pin = 5; pin <= 7; pin++) gpio_alternate(GPIOA, pin, AF_SPI1);
    for (unsigned pin = 12; pin <= 15; pin++) gpio_mode(GPIOD, pin, GPIO_OUTPUT);
    SPI1->CR1 = SPI_CR1_MSTR | SPI_CR1_SSM | SPI_CR1_SSI | SPI_CR1_CPOL | SPI_CR1_CPHA | SPI_CR1_BR_8 | SPI_CR1_SPE;
}

static int16_t axis(const uint8_t *bytes) {
    return (int16_t)(bytes[0] | bytes[1] << 8);
}

/* A third of g, at 0.06 mg a digit. */
#define TILTED 5555

int main(void) {
    uint8_t id, bytes[6];

    console_init();
    init();
    sensor_read(WHO_AM_I, &id, 1);
    print_text("accelerometer ");
    print_hex(id);
    print_text("\r\n");
    sensor_write(CTRL_REG4, 0x67); /* 100 Hz, all axes */
    systick_start(HSI_HZ / 100);
    for (;;) {
        wait_for_interrupt();
        sensor_read(OUT_X_L, bytes, sizeof bytes);
        int16_t x = axis(bytes), y = axis(bytes + 2);
        gpio_write(GPIOD, 12, x < -TILTED);
        gpio_write(GPIOD, 13, y > TILTED);
        gpio_write(GPIOD, 14, x > TILTED);
        gpio_write(GPIOD, 15, y < -TILTED);
    }
}

void SysTick_Handler(void);
void SysTick_Handler(void) {}
