/* Order of exceptions: pre-emption, tail-chaining, masks, grouping. */
#include "support.h"

#define BOTH(a, b) ((1u << (a)) | (1u << (b)))

static void state(const char *name) {
  print_hex(name, ICSR & ~((1u << 23) | (get_ipsr() ? 0 : 1u << 11)));
  print_hex("ispr", ISPR);
  print_hex("iabr", IABR);
  print_hex("shcsr", SHCSR);
  print("\n");
}

static void nest(uint32_t exception) {
  if (exception == 16 + 3) {
    print("enter 3\n");
    ISPR = (1u << 1) | (1u << 2) | (1u << 4) | (1u << 5);
    state("in 3");
    print("leave 3\n");
  } else if (exception == 16 + 1) {
    print("enter 1\n");
    ICSR = 1u << 28;
    ICSR = 1u << 26;
    state("in 1");
    print("leave 1\n");
  }
}

static void line_up(void) {
  IPR[1] = 0x20; /* pre-empts 3 */
  IPR[2] = 0x60; /* same as 3 */
  IPR[3] = 0x60;
  IPR[4] = 0x60;
  IPR[5] = 0x80; /* after 3 */
  SHPR[14] = 0xf0;
  SHPR[15] = 0x70;
  ISER = 0x3e;
}

static void escalate(uint32_t exception) {
  if (exception == 16 + 3) {
    print("svc from 3\n");
    resume_at = 0;
    FAULTING("svc 1");
  }
}

static void masks(uint32_t exception) {
  (void)exception;
  uint32_t a, b, c;
  asm volatile("mrs %0, primask\n mrs %1, basepri\n mrs %2, faultmask" : "=r"(a), "=r"(b), "=r"(c));
  print_hex("primask", a);
  print_hex("basepri", b);
  print_hex("faultmask", c);
  print("\n");
}

void scenarios(void) {
  quiet = 1;
  line_up();
  title("nesting and tail-chaining");
  action = nest;
  ISPR = 1u << 3;
  asm volatile("dsb\n isb");
  state("after");

  title("equal priorities: the lowest number first");
  action = 0;
  asm volatile("cpsid i");
  ISPR = BOTH(4, 2) | (1u << 3);
  state("pending");
  asm volatile("cpsie i\n isb");

  title("BASEPRI");
  asm volatile("msr basepri, %0\n isb" : : "r"(0x60));
  ISPR = BOTH(1, 3) | (1u << 5);
  asm volatile("dsb\n isb");
  /* QEMU shows in VECTPENDING what BASEPRI masks (B3.2.4 says otherwise): only the bitmaps are compared. */
  print_hex("masked", ISPR);
  print("\n");
  asm volatile("msr basepri, %0\n isb" : : "r"(0));
  state("open");

  title("BASEPRI_MAX");
  action = masks;
  asm volatile("msr basepri_max, %0\n msr basepri_max, %1\n msr basepri_max, %2" : : "r"(0x80), "r"(0xa0), "r"(0));
  masks(0);
  asm volatile("msr basepri_max, %0" : : "r"(0x20));
  masks(0);
  asm volatile("msr basepri, %0" : : "r"(0));

  title("PRIMASK and FAULTMASK");
  asm volatile("cpsid i\n cpsid f");
  masks(0);
  ICSR = 1u << 31;
  asm volatile("dsb\n isb");
  masks(0);
  ICSR = 1u << 28;
  asm volatile("dsb\n isb\n cpsie f\n isb");
  masks(0);
  asm volatile("cpsie i\n isb");
  masks(0);

  title("grouping: no pre-emption inside a group");
  AIRCR = 0x05fa0000 | (6 << 8);
  action = nest;
  ISPR = 1u << 3;
  asm volatile("dsb\n isb");
  AIRCR = 0x05fa0000;
  AIRCR = 0x12340700;
  print_hex("aircr", AIRCR & 0xffff07ff);
  print("\n");

  title("disabled");
  action = 0;
  ICER = 1u << 3;
  ISPR = 1u << 3;
  asm volatile("dsb\n isb");
  state("pending");
  ICPR = 1u << 3;
  state("cleared");
  ISER = 1u << 3;

  title("software trigger");
  STIR = 2;
  asm volatile("dsb\n isb");

  /* QEMU stacks the next instruction for an SVC that became HardFault (ReturnAddress() in B1.5.6: this one). */
  asynchronous = 1;
  title("SVC at too low a priority");
  quiet = 0;
  SHPR[11] = 0x60;
  action = escalate;
  ISPR = 1u << 3;
  asm volatile("dsb\n isb");
  action = 0;

  title("SVC with PRIMASK");
  asm volatile("cpsid i");
  FAULTING("svc 2");
  asm volatile("cpsie i");

  title("pending fault by SHCSR");
  resume_at = 0;
  SHCSR |= FAULTS;
  SHCSR |= 1u << 14;
  asm volatile("dsb\n isb");
  SHCSR &= ~FAULTS;
}
