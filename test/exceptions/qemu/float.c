/* Access to the floating-point extension, its registers in exception frames: lazily, at once, not at all. */
#include "support.h"

asm(".fpu fpv4-sp-d16");

#define FPCCR REG(0xe000ef34)
/* QEMU shows UFRDY too, which is ARMv8-M's. */
#define UFRDY (1u << 10)
#define FPCAR REG(0xe000ef38)
#define FPDSCR REG(0xe000ef3c)
#define ASPEN (1u << 31)
#define LSPEN (1u << 30)
#define FPCA 4u

static uint32_t process_stack[128] __attribute__((aligned(8)));
static uint32_t seen[33];

static uint32_t get_control(void) {
  uint32_t value;
  asm volatile("mrs %0, control" : "=r"(value));
  return value;
}
static void set_control(uint32_t value) { asm volatile("msr control, %0\n isb" : : "r"(value) : "memory"); }
static void access(uint32_t bits) {
  CPACR = bits << 20;
  asm volatile("dsb\n isb" : : : "memory");
}

static void state(const char *name) {
  print_hex(name, get_control());
  print_hex("fpccr", FPCCR & ~UFRDY);
  print_hex("fpcar", FPCAR);
  print("\n");
}

/* S0–S31 become base + number; FPSCR what is given. */
static void fill(uint32_t base, uint32_t fpscr) {
  for (int i = 0; i < 32; i++) seen[i] = base + i;
  asm volatile("vldmia %0, {s0-s31}\n vmsr fpscr, %1" : : "r"(seen), "r"(fpscr) : "memory");
}
static void registers(const char *name) {
  uint32_t fpscr;
  asm volatile("vstmia %1, {s0-s31}\n vmrs %0, fpscr" : "=r"(fpscr) : "r"(seen) : "memory");
  print_hex(name, seen[0]);
  print_hex("s15", seen[15]);
  print_hex("s16", seen[16]);
  print_hex("s31", seen[31]);
  print_hex("fpscr", fpscr);
  print("\n");
}

static uint32_t *interrupted(uint32_t process) {
  uint32_t *sp;
  if (process) asm volatile("mrs %0, psp" : "=r"(sp));
  else asm volatile("mrs %0, msp" : "=r"(sp));
  return sp;
}
static uint32_t *psp_frame;

static void look(uint32_t exception) {
  (void)exception;
  state("handler");
  psp_frame = interrupted(1);
  print_hex("s0 stacked", psp_frame[8]);
  print_hex("s15 stacked", psp_frame[23]);
  print_hex("fpscr stacked", psp_frame[24]);
  print("\n");
}
static void look_and_use(uint32_t exception) {
  look(exception);
  fill(0x7000, 0x03000000);
  state("used");
  print_hex("s0 stacked", psp_frame[8]);
  print_hex("s15 stacked", psp_frame[23]);
  print_hex("fpscr stacked", psp_frame[24]);
  print("\n");
}
static void nest(uint32_t exception) {
  state(exception == 11 ? "outer" : "inner");
  fill(0x5000 + exception, exception << 22);
  if (exception != 11) return;
  action = nest;
  asynchronous = 1;
  ICSR = 1u << 31;
  asm volatile("dsb\n isb");
  asynchronous = 0;
  registers("outer again");
}

static void svc_with(const char *name, void (*what)(uint32_t)) {
  title(name);
  /* what the frame's words hold before */
  for (int i = 0; i < 128; i++) process_stack[i] = 0xeeee0000 + i;
  fill(0x1000, 0x40c00010);
  action = what;
  uint32_t control;
  /* the process stack is in use for the one instruction alone */
  asm volatile(
      "msr psp, %1\n mrs r4, control\n orr r4, r4, #2\n msr control, r4\n isb\n svc 0\n"
      "mrs %0, control\n bic r4, %0, #2\n msr control, r4\n isb"
      : "=&r"(control)
      : "r"(process_stack + 126)
      : "r0", "r1", "r2", "r3", "r4", "r12", "lr", "memory", "cc");
  action = 0;
  print_hex("control", control);
  state("thread");
  registers("s0");
}

static void drop_privilege(uint32_t exception) {
  (void)exception;
  set_control(1);
}
static void raise_privilege(uint32_t exception) {
  (void)exception;
  set_control(0);
}
static void unprivileged(uint32_t bits) {
  access(bits);
  print_hex("cpacr", CPACR);
  print("\n");
  FAULTING("vmov s0, r0");
  print_hex("control", get_control());
  print("\n");
  action = drop_privilege;
  asm volatile("svc 0" : : : "r0", "r1", "r2", "r3", "r12", "lr", "memory", "cc");
  action = 0;
  FAULTING("vmov s0, r0");
  print_hex("control", get_control());
  print("\n");
  action = raise_privilege;
  asm volatile("svc 0" : : : "r0", "r1", "r2", "r3", "r12", "lr", "memory", "cc");
  action = 0;
  set_control(0);
}

static void encodings(void) {
  FAULTING(".inst.w 0xee300b00"); /* vadd.f64 */
  FAULTING(".inst.w 0xfe000a00"); /* vsel */
  FAULTING(".inst.w 0xeeb60a40"); /* vrintr */
  FAULTING(".inst.w 0xee000e10"); /* mcr p14 */
  FAULTING(".inst.w 0xee000310"); /* mcr p3 */
}

static void take_away(uint32_t exception) {
  (void)exception;
  fill(0x6000, 0);
  access(0);
}
static void give_back(uint32_t exception) {
  (void)exception;
  access(0xf);
}
static void take_then_give(uint32_t exception) {
  take_away(exception);
  action = give_back;
}

static void lose_frame(uint32_t exception) {
  (void)exception;
  action = 0;
  FPCAR = 0x90000000;
  asm volatile("vmov s0, r0");
  state("after the store that failed");
}

void scenarios(void) {
  SHCSR |= FAULTS;
  title("access");
  encodings();
  unprivileged(0);
  unprivileged(5);
  unprivileged(0xf);
  access(0xf);
  encodings();

  title("registers");
  print_hex("mvfr0", REG(0xe000ef40));
  print_hex("mvfr1", REG(0xe000ef44));
  FPDSCR = 0xffffffff;
  print_hex("fpdscr", FPDSCR);
  FPDSCR = 0;
  FPCAR = 0xffffffff;
  print_hex("fpcar", FPCAR);
  FPCAR = 0;
  FPCCR = 0xc0000000;
  print_hex("fpccr", FPCCR);
  print("\n");
  set_control(0);
  state("none");
  set_control(FPCA);
  state("own");
  set_control(0);

  title("a new context");
  FPDSCR = 0x03c00000;
  fill(0, 0);
  set_control(0);
  registers("s0");
  FPDSCR = 0x00800000;
  registers("s0");
  set_control(0);
  registers("s0");
  FPDSCR = 0;

  svc_with("lazy, not used", look);
  svc_with("lazy, used", look_and_use);
  svc_with("nested", nest);
  FPCCR = ASPEN;
  svc_with("at once", look);
  svc_with("at once, used", look_and_use);
  FPCCR = LSPEN;
  set_control(0);
  svc_with("no automatic context", look_and_use);
  FPCCR = ASPEN | LSPEN;
  set_control(0);
  registers("s0");
  CCR &= ~(1u << 9);
  svc_with("aligned all the same", look_and_use);
  CCR |= 1u << 9;

  svc_with("access taken away", take_then_give);
  access(0xf);
  svc_with("nowhere to store to", lose_frame);
}
