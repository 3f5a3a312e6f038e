/* Power control, the backup domain, RTC, watchdogs and their EXTI lines: RM0090 chapters 5, 7, 12, 21, 22, 26. */
#pragma once

#include "registers.h"

#define PWR_CR    REG32(0x40007000u)
#define PWR_CSR   REG32(0x40007004u)
#define RCC_CR    REG32(0x40023800u)
#define RCC_CFGR  REG32(0x40023808u)
#define RCC_AHB1ENR REG32(0x40023830u)
#define RCC_APB1ENR REG32(0x40023840u)
#define RCC_APB2ENR REG32(0x40023844u)
#define RCC_APB1LPENR REG32(0x40023860u)
#define RCC_BDCR  REG32(0x40023870u)
#define RCC_CSR   REG32(0x40023874u)
#define RTC_TR    REG32(0x40002800u)
#define RTC_DR    REG32(0x40002804u)
#define RTC_CR    REG32(0x40002808u)
#define RTC_ISR   REG32(0x4000280cu)
#define RTC_PRER  REG32(0x40002810u)
#define RTC_WUTR  REG32(0x40002814u)
#define RTC_ALRMAR REG32(0x4000281cu)
#define RTC_WPR   REG32(0x40002824u)
#define RTC_SSR   REG32(0x40002828u)
#define RTC_TSTR  REG32(0x40002830u)
#define RTC_TSSSR REG32(0x40002838u)
#define RTC_TAFCR REG32(0x40002840u)
#define RTC_BKP(n) REG32(0x40002850u + 4u * (n))
#define EXTI_IMR  REG32(0x40013c00u)
#define EXTI_EMR  REG32(0x40013c04u)
#define EXTI_RTSR REG32(0x40013c08u)
#define EXTI_FTSR REG32(0x40013c0cu)
#define EXTI_PR   REG32(0x40013c14u)
#define IWDG_KR   REG32(0x40003000u)
#define IWDG_PR   REG32(0x40003004u)
#define IWDG_RLR  REG32(0x40003008u)
#define IWDG_SR   REG32(0x4000300cu)
#define WWDG_CR   REG32(0x40002c00u)
#define WWDG_CFR  REG32(0x40002c04u)
#define WWDG_SR   REG32(0x40002c08u)
#define BKPSRAM   REG32(0x40024000u)

#define PWR_LPDS 1u
#define PWR_PDDS 2u
#define PWR_CWUF 4u
#define PWR_CSBF 8u
#define PWR_DBP  0x100u
#define SCR_SLEEPDEEP 4u

#define EXTI_PVD 16u
#define EXTI_RTC_ALARM 17u
#define EXTI_RTC_STAMP 21u
#define EXTI_RTC_WAKEUP 22u
enum { PVD_IRQ = 1, TAMP_STAMP_IRQ = 2, RTC_WKUP_IRQ = 3, RTC_ALARM_IRQ = 41 };

/* The bits that a driver writes to clear a flag of RTC_ISR: all others one, INIT as it is. */
#define RTC_CLEAR(flag) (RTC_ISR = (~((flag) | 0x80u)) | (RTC_ISR & 0x80u))

static inline void backup_open(void) {
    rcc_enable(&RCC_APB1ENR, 1u << 28);
    PWR_CR |= PWR_DBP;
}

/* The RTC on LSI (RTCSEL 2) or LSE (1), 7.3.20. */
static inline void rtc_clock(uint32_t selection) {
    if (selection == 2) {
        RCC_CSR |= 1;
        while (!(RCC_CSR & 2)) {}
    } else {
        RCC_BDCR |= 1;
        while (!(RCC_BDCR & 2)) {}
    }
    RCC_BDCR |= selection << 8;
    RCC_BDCR |= 1u << 15;
}

static inline void rtc_unlock(void) {
    RTC_WPR = 0xca;
    RTC_WPR = 0x53;
}
static inline void rtc_lock(void) { RTC_WPR = 0xff; }

static inline void rtc_wait(uint32_t flag) {
    while (!(RTC_ISR & flag)) {}
}

/* 26.3.5, as ST's driver does it. */
static inline void rtc_set(uint32_t time, uint32_t date, uint32_t synchronous, uint32_t asynchronous) {
    rtc_unlock();
    RTC_ISR = 0xffffffffu;
    rtc_wait(1u << 6);
    RTC_CR &= ~((3u << 21) | (1u << 6) | (1u << 20));
    RTC_PRER = synchronous;
    RTC_PRER |= asynchronous << 16;
    RTC_TR = time;
    RTC_DR = date;
    RTC_ISR &= ~0x80u;
    RTC_ISR &= 0xffffff5fu; /* RSF */
    rtc_wait(1u << 5);
    rtc_lock();
}

/* The wake-up timer with its interrupt, 26.3.5. */
static inline void rtc_wakeup(uint32_t wucksel, uint32_t count) {
    rtc_unlock();
    RTC_CR &= ~(1u << 10);
    rtc_wait(1u << 2);
    RTC_WUTR = count;
    RTC_CR = (RTC_CR & ~7u) | wucksel;
    RTC_CLEAR(1u << 10);
    EXTI_PR = 1u << EXTI_RTC_WAKEUP;
    RTC_CR |= 1u << 14;
    RTC_CR |= 1u << 10;
    rtc_lock();
}

static inline void exti_interrupt(unsigned line, unsigned irq) {
    EXTI_IMR |= 1u << line;
    EXTI_RTSR |= 1u << line;
    nvic_enable(irq);
}

static inline void led(unsigned pin, unsigned on) { gpio_write(GPIOD, pin, on); }
static inline void leds_init(void) {
    rcc_enable(&RCC->AHB1ENR, RCC_AHB1ENR_GPIODEN);
    for (unsigned pin = 12; pin < 16; pin++) gpio_mode(GPIOD, pin, GPIO_OUTPUT);
}
