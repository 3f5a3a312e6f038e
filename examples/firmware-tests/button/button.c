/*
 * Counts presses of the user button (PA0, high while pressed), toggles the green LED (PD12) at each, and reports it.
 *
 * A button's contacts bounce: each edge interrupts through EXTI line 0 and starts a wait of 20 ms, which SysTick counts down.
 * Only a level that outlasts the wait counts.
 */
#include <stdbool.h>
#include <stdint.h>

#include "console.h"
#include "cortex-m4.h"
#include "stm32f407.h"
#include "text.h"

#define BUTTON_PIN  0
#define GREEN_PIN   12
#define DEBOUNCE_MS 20

/* Both handlers have the same priority: neither interrupts the other. */
static volatile uint32_t milliseconds_left;
static volatile uint32_t presses;

void EXTI0_IRQHandler(void);
void EXTI0_IRQHandler(void) {
    EXTI->PR = 1u << BUTTON_PIN;
    milliseconds_left = DEBOUNCE_MS;
}

void SysTick_Handler(void);
void SysTick_Handler(void) {
    static bool pressed;
    if (milliseconds_left == 0 || --milliseconds_left != 0) return;
    bool high = GPIOA->IDR >> BUTTON_PIN & 1;
    if (high && !pressed) presses++;
    pressed = high;
}

static void button_init(void) {
    rcc_enable(&RCC->AHB1ENR, RCC_AHB1ENR_GPIOAEN);
    rcc_enable(&RCC->APB2ENR, RCC_APB2ENR_SYSCFGEN);
    gpio_mode(GPIOA, BUTTON_PIN, GPIO_INPUT); /* the board pulls it down */
    SYSCFG->EXTICR[0] &= ~15u;                /* line 0 listens to port A (RM0090 9.2.3) */
    EXTI->RTSR |= 1u << BUTTON_PIN;
    EXTI->FTSR |= 1u << BUTTON_PIN;
    EXTI->PR = 1u << BUTTON_PIN;
    EXTI->IMR |= 1u << BUTTON_PIN;
    nvic_enable(EXTI0_IRQ);
}

int main(void) {
    uint32_t reported = 0;

    console_init();
    rcc_enable(&RCC->AHB1ENR, RCC_AHB1ENR_GPIODEN);
    gpio_mode(GPIOD, GREEN_PIN, GPIO_OUTPUT);
    button_init();
    systick_start(HSI_HZ / 1000);
    print_text("ready\r\n");

    for (;;) {
        wait_for_interrupt();
        while (reported != presses) {
            reported++;
            gpio_write(GPIOD, GREEN_PIN, reported % 2);
            print_text("press ");
            print_decimal((int32_t)reported);
            print_text("\r\n");
        }
    }
}
