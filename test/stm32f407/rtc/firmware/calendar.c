/* The calendar through midnight of a leap day, an alarm by interrupt, daylight saving time, a time stamp, a tamper. */
#include "backup.h"

DEFINE_RESULTS

void RTC_Alarm_IRQHandler(void);
void RTC_Alarm_IRQHandler(void) {
    if (RTC_ISR & (1u << 8)) {
        RTC_CLEAR(1u << 8);
        led(12, 1);
        results[10] = RTC_TR;
        results[11] = RTC_DR;
    }
    EXTI_PR = 1u << EXTI_RTC_ALARM;
}

void TAMP_STAMP_IRQHandler(void);
void TAMP_STAMP_IRQHandler(void) {
    if (RTC_ISR & (1u << 11)) {
        results[20]++;
        results[21] = RTC_TSTR;
        RTC_CLEAR(1u << 11);
    }
    if (RTC_ISR & (1u << 13)) {
        results[22] = RTC_BKP(3);
        RTC_CLEAR(1u << 13);
        RTC_TAFCR = 0;
        finished = 1;
    }
    EXTI_PR = 1u << EXTI_RTC_STAMP;
}

int main(void) {
    leds_init();
    backup_open();
    rtc_clock(1);
    /* Wednesday, 28 February 2024, 23:59:57 */
    rtc_set(0x235957, 0x246228, 255, 127);
    led(13, 1);
    results[0] = RTC_SSR;
    results[1] = RTC_TR;
    results[2] = RTC_DR;
    /* alarm A at 00:00:01 on the 29th, as ST's driver enables it */
    rtc_unlock();
    RTC_CR &= ~(1u << 8);
    RTC_CLEAR(1u << 8);
    rtc_wait(1);
    RTC_ALRMAR = 0x29000001;
    RTC_CR |= 1u << 8;
    RTC_CR |= 1u << 12;
    rtc_lock();
    exti_interrupt(EXTI_RTC_ALARM, RTC_ALARM_IRQ);
    while (results[11] == 0) wait_for_interrupt();
    rtc_unlock();
    RTC_CR |= 1u << 16; /* summer time */
    while ((RTC_TR >> 16) == 0) (void)RTC_DR; /* unlocks the shadow registers */
    results[3] = RTC_TR;
    results[4] = RTC_DR;
    /* time stamp at a rising edge of PC13, then tamper detection on it */
    RTC_CR |= (1u << 11) | (1u << 15);
    RTC_BKP(3) = 99;
    exti_interrupt(EXTI_RTC_STAMP, TAMP_STAMP_IRQ);
    led(14, 1);
    while (results[20] == 0) wait_for_interrupt();
    RTC_CR &= ~(1u << 11);
    results[23] = RTC_BKP(3);
    RTC_TAFCR = 1u | 4u;
    led(15, 1);
    for (;;) wait_for_interrupt();
}
