/* Faults of the stacking hardware and of the vector table. */
#include "support.h"

static void on_process_stack(uint32_t psp) {
  asm volatile("msr psp, %0\n msr control, %1\n isb" : : "r"(psp), "r"(2));
}

/* A handler that leaves by itself: to `leave`, on the main stack, in Thread mode, by a made-up frame. */
static void leave_with(uint32_t exception) {
  (void)exception;
  static uint32_t frame[8] __attribute__((aligned(8)));
  extern uint32_t leave_pc;
  frame[6] = leave_pc & ~1u;
  frame[7] = 1u << 24;
  asm volatile("msr psp, %0" : : "r"(frame));
}
uint32_t leave_pc;

#define LEAVING(code)                                                                                \
  asm volatile("adr r0, 1f\n ldr r1, =leave_pc\n str r0, [r1]\n" code "\n b 1f\n .ltorg\n .balign 4\n 1:" \
               :                                                                                     \
               :                                                                                     \
               : "r0", "r1", "r2", "r3", "r12", "lr", "memory", "cc")

static void spoil_psp(uint32_t exception) {
  if (exception == 11) {
    asm volatile("msr psp, %0" : : "r"(0x90000000));
    action = leave_with;
  }
}

static void each(void) {
  title("stacking for SVC");
  action = leave_with;
  on_process_stack(0x90000100);
  LEAVING("svc 1");
  asm volatile("msr control, %0\n isb" : : "r"(0));
  title("stacking for a fault");
  action = leave_with;
  on_process_stack(0x90000100);
  LEAVING("udf 1");
  asm volatile("msr control, %0\n isb" : : "r"(0));
  title("unstacking");
  action = spoil_psp;
  on_process_stack(0x20008000);
  LEAVING("svc 1");
  asm volatile("msr control, %0\n isb" : : "r"(0));
  action = 0;
}

void scenarios(void) {
  each();
  title("== handlers enabled");
  SHCSR |= FAULTS;
  each();
  title("== SVC above BusFault");
  SHPR[5] = 0x40;
  each();
}
