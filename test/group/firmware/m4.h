/* What a Cortex-M4 needs to start, and its own peripherals. */
#pragma once
#include <stdint.h>

extern uint32_t stack_top;
void reset(void);
void systick(void);
void calculator(void);
static void fault(void) {
  for (;;) __asm volatile("bkpt 1");
}

#define VECTORS                                                                                        \
  __attribute__((section(".vectors"), used)) static const void *const vectors[] = {                    \
      &stack_top, reset, fault, fault, fault, fault, fault, 0, 0, 0, 0, fault, 0, 0, fault, systick,    \
      fault, fault, fault, fault, fault, calculator,                                                   \
  };

#define SYST_CSR (*(volatile uint32_t *)0xe000e010u)
#define SYST_RVR (*(volatile uint32_t *)0xe000e014u)
#define SYST_CVR (*(volatile uint32_t *)0xe000e018u)
#define NVIC_ISER (*(volatile uint32_t *)0xe000e100u)
#define NVIC_ICER (*(volatile uint32_t *)0xe000e180u)
#define NVIC_ICPR (*(volatile uint32_t *)0xe000e280u)
#define DEMCR (*(volatile uint32_t *)0xe000edfcu)
#define DWT_CTRL (*(volatile uint32_t *)0xe0001000u)
#define DWT_CYCCNT (*(volatile uint32_t *)0xe0001004u)

static inline void start_timer(uint32_t period) {
  SYST_RVR = period - 1;
  SYST_CVR = 0;
  SYST_CSR = 7;
}

/* ARMv7-M A3.4: a lock of exclusive accesses. */
static inline void count_locked(volatile uint32_t *lock, volatile uint32_t *count) {
  uint32_t value, failed;
  do {
    __asm volatile("ldrex %0, [%1]" : "=r"(value) : "r"(lock) : "memory");
    if (value != 0) continue;
    __asm volatile("strex %0, %2, [%1]" : "=&r"(failed) : "r"(lock), "r"(1) : "memory");
    if (failed == 0) break;
  } while (1);
  __asm volatile("dmb" ::: "memory");
  *count = *count + 1;
  __asm volatile("dmb" ::: "memory");
  *lock = 0;
}
