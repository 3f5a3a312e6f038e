/* PWM1 on the three colours of the LED (IOF1 of GPIO19, 21, 22), and its interrupt by PLIC source 44. */
#include "results.h"
#include "sifive-e.h"

DEFINE_RESULTS;

#define PWM1(offset) REG(0x10025000u + (offset))
#define SOURCE       44u
#define COLOURS      ((1u << 19) | (1u << 21) | (1u << 22))
#define STICKY       (1u << 8)
#define ZEROCMP      (1u << 9)
#define ALWAYS       (1u << 12)

void trap_entry(void) __attribute__((interrupt("machine"), aligned(4)));

void trap_entry(void) {
    uint32_t source = PLIC_CLAIM;
    results[0]++;
    results[1] = source;
    PWM1(0x00) &= ~(1u << 28);
    PLIC_CLAIM = source;
}

int main(void) {
    GPIO_IOF_SEL |= COLOURS;
    GPIO_IOF_EN |= COLOURS;
    PWM1(0x20) = 9999; /* 10,000 clocks a period */
    PWM1(0x24) = 2500; /* GPIO19 high from there on */
    PWM1(0x28) = 5000; /* GPIO21 */
    PWM1(0x2c) = 9000; /* GPIO22 */
    PLIC_PRIORITY(SOURCE) = 1;
    PLIC_ENABLE(SOURCE) = 1u << (SOURCE % 32);
    PLIC_THRESHOLD = 0;
    PWM1(0x00) = STICKY | ZEROCMP | ALWAYS;
    PWM1(0x00) = ZEROCMP | ALWAYS;
    __asm volatile("csrw mie, %0" ::"r"(1u << 11));
    __asm volatile("csrsi mstatus, 8");
    for (;;) __asm volatile("wfi");
}
