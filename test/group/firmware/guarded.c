/* A processor whose MPU keeps it from a page that the other one uses (ARMv7-M B3.5). */
#include "mail.h"
#include "m4.h"

#define PAGE ((volatile uint32_t *)0x20021000u)
#define MPU_CTRL (*(volatile uint32_t *)0xe000ed94u)
#define MPU_RNR (*(volatile uint32_t *)0xe000ed98u)
#define MPU_RBAR (*(volatile uint32_t *)0xe000ed9cu)
#define MPU_RASR (*(volatile uint32_t *)0xe000eda0u)
#define SHCSR (*(volatile uint32_t *)0xe000ed24u)

void systick(void) {}
void calculator(void) {}
void refused(void);

/* The load has 16 bits: goes on behind it. */
__attribute__((used)) static void skip(uint32_t *frame) {
  MAIL->replies = MAIL->replies + 1;
  frame[6] += 2;
}
__attribute__((naked)) void refused(void) { __asm volatile("mrs r0, msp\n push {r0, lr}\n bl skip\n pop {r0, pc}"); }

__attribute__((section(".vectors"), used)) static const void *const vectors[] = {
    &stack_top, reset, fault, fault, refused, fault, fault, 0, 0, 0, 0, fault, 0, 0, fault, systick,
};

void reset(void) {
  SHCSR |= 1u << 16;
  MPU_RNR = 0;
  MPU_RBAR = (uint32_t)PAGE;
  MPU_RASR = (1u << 28) | (11u << 1) | 1; /* no access, 4 KiB */
  MPU_CTRL = 5;
  for (uint32_t round = 1; round <= 2000; round++) {
    uint32_t value = 0;
    __asm volatile("ldr %0, [%1]" : "+l"(value) : "l"(PAGE) : "memory");
    MAIL->sum = MAIL->sum + value;
    MAIL->armed = round;
  }
  MAIL->done = 1;
  for (;;) __asm volatile("wfi");
}
