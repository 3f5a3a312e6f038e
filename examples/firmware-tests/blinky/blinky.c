/*
 * Four LEDs, four rates, one timer.
 *
 * SysTick interrupts 1000 times a second from the 16 MHz the chip has after reset; between two interrupts the
 * processor sleeps. Each LED changes when its own half period has gone by.
 */
#include <stdint.h>

#include "cortex-m4.h"
#include "stm32f407.h"

struct led {
    unsigned pin;         /* on port D */
    uint32_t half_period; /* in milliseconds */
};

static const struct led leds[] = {
    {12, 500}, /* green   1 Hz */
    {13, 250}, /* orange  2 Hz */
    {14, 100}, /* red     5 Hz */
    {15, 50},  /* blue   10 Hz */
};
#define LEDS (sizeof leds / sizeof leds[0])

static volatile uint32_t milliseconds;

void SysTick_Handler(void);
void SysTick_Handler(void) {
    milliseconds++;
}

int main(void) {
    rcc_enable(&RCC->AHB1ENR, RCC_AHB1ENR_GPIODEN);
    for (unsigned i = 0; i < LEDS; i++) gpio_mode(GPIOD, leds[i].pin, GPIO_OUTPUT);
    systick_start(HSI_HZ / 1000);

    for (;;) {
        wait_for_interrupt();
        uint32_t now = milliseconds;
        for (unsigned i = 0; i < LEDS; i++) gpio_write(GPIOD, leds[i].pin, now / leds[i].half_period % 2);
    }
}
