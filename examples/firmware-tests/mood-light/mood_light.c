/*
 * HiFive1's LED of three colours by PWM: `r 25`, `g 100`, `b 0` on the console set the brightness of a colour in percent.
 *
 * PWM1 drives GPIO19 (green), GPIO21 (blue) and GPIO22 (red) by their second I/O function. An output is high from its comparator on,
 * and the LED is lit by a low level: the comparator is the time that it is lit.
 */
#include <stdbool.h>
#include <stdint.h>

#include "console.h"
#include "sifive-e.h"
#include "text.h"

#define PWM1(offset) REG(0x10025000u + (offset))
#define PWMCFG       PWM1(0x00)
#define PWMCMP(n)    PWM1(0x20u + 4u * (uint32_t)(n))
#define ZEROCMP      (1u << 9)  /* the period ends with comparator 0 */
#define DEGLITCH     (1u << 10) /* a new value shows in the next period */
#define ENALWAYS     (1u << 12)

#define COLOURS ((1u << 19) | (1u << 21) | (1u << 22))
#define PERIOD  16000u /* 1 ms at 16 MHz */

/* Comparators 1 to 3. */
static int comparator_of(char colour) {
    switch (colour) {
    case 'g': return 1;
    case 'b': return 2;
    case 'r': return 3;
    default: return 0;
    }
}

/* A comparator at the end of the period never elapses within it: always lit. */
static void light(int comparator, uint32_t percent) {
    PWMCMP(comparator) = PERIOD / 100 * percent;
}

static void lights_init(void) {
    for (int comparator = 1; comparator <= 3; comparator++) light(comparator, 0);
    PWMCMP(0) = PERIOD - 1;
    PWMCFG = ZEROCMP | DEGLITCH | ENALWAYS;
    GPIO_IOF_SEL |= COLOURS;
    GPIO_IOF_EN |= COLOURS;
}

/* A number up to 100, and the end of the line. */
static bool read_percent(uint32_t *percent) {
    uint32_t value = 0;
    for (char c = console_get(); c != '\n'; c = console_get()) {
        if (c < '0' || c > '9') continue;
        value = value * 10 + (uint32_t)(c - '0');
    }
    *percent = value;
    return value <= 100;
}

int main(void) {
    console_init();
    lights_init();
    print_text("mood light\n");
    for (;;) {
        int comparator = comparator_of(console_get());
        uint32_t percent;
        bool fits = read_percent(&percent);
        if (comparator == 0 || !fits) {
            print_text("?\n");
            continue;
        }
        light(comparator, percent);
        print_text("ok\n");
    }
}
