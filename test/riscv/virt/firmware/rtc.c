/* The Goldfish RTC: the time, and an alarm that ends a sleep. */
#include "report.h"

#define RTC 0x101000u
enum { TIME_LOW = 0, TIME_HIGH = 4, ALARM_LOW = 8, ALARM_HIGH = 12, IRQ_ENABLED = 16, ALARM_STATUS = 24, CLEAR_INTERRUPT = 28 };
#define SOURCE 11

static uint64_t now(void) {
    const uint32_t low = read32(RTC + TIME_LOW);
    return (uint64_t)read32(RTC + TIME_HIGH) << 32 | low;
}

int main(void) {
    const uint64_t start = now();
    say_number("time high", (uint32_t)(start >> 32));
    plic_enable(SOURCE);
    write32(RTC + IRQ_ENABLED, 1);
    const uint64_t alarm = now() + 1000000;
    write32(RTC + ALARM_HIGH, (uint32_t)(alarm >> 32));
    write32(RTC + ALARM_LOW, (uint32_t)alarm);
    check(read32(RTC + ALARM_STATUS) == 1, 1);
    wait_for_external();
    const uint64_t late = now() - alarm;
    check(late < 10000, 2);
    check(plic_claim() == SOURCE, 3);
    check(read32(RTC + ALARM_STATUS) == 0, 4);
    write32(RTC + CLEAR_INTERRUPT, 1);
    plic_complete(SOURCE);
    check(plic_claim() == 0, 5);
    say("alarm\n");
    finish();
}
