/* The MPU: regions, sub-regions, permissions, background map, priority, stacking; then settings at random. */
#include "support.h"

#define MPU_TYPE REG(0xe000ed90)
#define MPU_CTRL REG(0xe000ed94)
#define MPU_RNR REG(0xe000ed98)
#define MPU_RBAR REG(0xe000ed9c)
#define MPU_RASR REG(0xe000eda0)
#define ENABLE 1
#define HFNMIENA 2
#define PRIVDEFENA 4
#define AREA 0x20100000u
#define AREA_SIZE 0x10000u
#define SIZE(log2) (((log2)-1u) << 1)
#define AP(x) ((uint32_t)(x) << 24)
#define XN (1u << 28)
#define NORMAL ((1u << 19) | (1u << 17) | (1u << 16))

static void mpu(uint32_t ctrl) {
  MPU_CTRL = ctrl;
  asm volatile("dsb\n isb");
}
static void region(uint32_t number, uint32_t base, uint32_t rasr) {
  MPU_RBAR = base | 16 | number;
  MPU_RASR = rasr;
}
/* Code and variables for everybody, the stacks for everybody. */
static void start(void) {
  mpu(0);
  region(0, 0, AP(3) | NORMAL | SIZE(22) | 1);
  region(1, 0x20000000, AP(3) | NORMAL | SIZE(16) | 1);
  for (int i = 2; i < 8; i++) region(i, 0, 0);
}

static void drop(uint32_t exception) {
  if (exception == 11) asm volatile("msr control, %0\n isb" : : "r"(0));
}
static void unprivileged(void) {
  action = drop;
  asm volatile("msr control, %0\n isb" : : "r"(1));
}
static void privileged(void) {
  asm volatile("svc 0" : : : "memory");
  action = 0;
}

static void touch(void) {
  FAULTING("ldr r2, =0x20100000\n ldr r3, [r2]");
  resume_at = 0;
  FAULTING("ldr r2, =0x20100004\n strb r3, [r2, #1]");
  resume_at = 0;
}
static void execute(void) {
  FAULTING("ldr r2, =0x20100009\n blx r2");
  resume_at = 0;
}
static void everything(void) {
  touch();
  execute();
}

static void fixed(void) {
  title("without a region");
  start();
  mpu(ENABLE);
  everything();
  title("background map");
  mpu(ENABLE | PRIVDEFENA);
  everything();
  title("unprivileged code has no background map");
  unprivileged();
  everything();
  privileged();
  for (uint32_t ap = 0; ap < 8; ap++) {
    if (ap == 4) continue;
    title("AP");
    print_hex("ap", ap);
    region(2, AREA, AP(ap) | NORMAL | SIZE(5) | 1);
    mpu(ENABLE | PRIVDEFENA);
    everything();
    FAULTING("ldr r2, =0x20100000\n ldrt r3, [r2]");
    FAULTING("ldr r2, =0x20100004\n strt r3, [r2]");
    resume_at = 0;
    unprivileged();
    everything();
    privileged();
  }
  title("execute never");
  region(2, AREA, AP(3) | NORMAL | XN | SIZE(5) | 1);
  everything();
  title("the next 32 bytes");
  FAULTING("ldr r2, =0x2010001e\n ldrh r3, [r2]");
  resume_at = 0;
  unprivileged();
  FAULTING("ldr r2, =0x2010001c\n ldr r3, [r2]");
  FAULTING("ldr r2, =0x20100020\n ldr r3, [r2]");
  /* not compared: an unaligned load across the end, of which QEMU checks the first byte only */
  FAULTING("ldr r2, =0x20100018\n ldm r2, {r0, r1, r3}");
  FAULTING("ldr r2, =0x2010001c\n ldrd r0, r1, [r2]");
  resume_at = 0;
  privileged();
  title("sub-regions");
  /* not compared: sub-regions below 1 KiB, which QEMU mixes up with its own pages */
  region(2, AREA, AP(0) | NORMAL | (0x55 << 8) | SIZE(14) | 1);
  FAULTING("ldr r2, =0x20100000\n ldr r3, [r2]");
  FAULTING("ldr r2, =0x20100800\n ldr r3, [r2]");
  FAULTING("ldr r2, =0x20101000\n ldr r3, [r2]");
  FAULTING("ldr r2, =0x20103ffc\n ldr r3, [r2]");
  resume_at = 0;
  title("the higher number decides");
  region(3, AREA, AP(5) | NORMAL | (0xf0 << 8) | SIZE(14) | 1);
  FAULTING("ldr r2, =0x20100824\n ldr r3, [r2]");
  FAULTING("ldr r2, =0x20100824\n str r3, [r2]");
  FAULTING("ldr r2, =0x20102824\n ldr r3, [r2]");
  resume_at = 0;
  title("private peripheral bus");
  region(4, 0xe0000000, AP(0) | SIZE(20) | 1);
  FAULTING("ldr r2, =0xe000ed00\n ldr r3, [r2]");
  resume_at = 0;
  title("system region is never executed");
  region(4, 0xe0200000, AP(3) | SIZE(20) | 1);
  FAULTING("ldr r2, =0xe0200001\n bx r2");
  resume_at = 0;
  mpu(0);
  title("switched off");
  everything();
}

/* A HardFault handler reads what the MPU denies. */
static volatile uint32_t seen;
static void look(uint32_t exception) {
  action = 0;
  (void)exception;
  seen = REG(AREA);
}
static void priorities(void) {
  title("priority -1 is not checked");
  start();
  region(2, AREA, AP(0) | NORMAL | SIZE(5) | 1);
  mpu(ENABLE | PRIVDEFENA);
  uint32_t enables = SHCSR & FAULTS;
  SHCSR &= ~FAULTS;
  action = look;
  FAULTING("udf 1");
  print_hex("seen", seen);
  title("FAULTMASK");
  asm volatile("cpsid f");
  seen = REG(AREA) + 1;
  asm volatile("cpsie f");
  print_hex("seen", seen);
  FAULTING("ldr r2, =0x20100000\n ldr r3, [r2]");
  SHCSR |= enables;
  mpu(0);
}

/* Stacks that the MPU denies. */
static void on_process_stack(uint32_t psp, uint32_t npriv) {
  asm volatile("msr psp, %0\n msr control, %1\n isb" : : "r"(psp), "r"(2 | npriv));
}
uint32_t leave_pc;
static void leave_with(uint32_t exception) {
  static uint32_t frame[8] __attribute__((aligned(8)));
  if (exception == 11) return;
  frame[6] = leave_pc & ~1u;
  frame[7] = 1u << 24;
  asm volatile("msr psp, %0\n msr control, %1" : : "r"(frame), "r"(0));
}
static void spoil_psp(uint32_t exception) {
  if (exception == 11) {
    asm volatile("msr psp, %0" : : "r"(AREA));
    action = leave_with;
  }
}
#define LEAVING(code)                                                                                \
  asm volatile("adr r0, 1f\n ldr r1, =leave_pc\n str r0, [r1]\n" code "\n b 1f\n .ltorg\n .balign 4\n 1:" \
               :                                                                                     \
               :                                                                                     \
               : "r0", "r1", "r2", "r3", "r12", "lr", "memory", "cc")
static void back(void) {
  asm volatile("msr control, %0\n isb" : : "r"(0));
  action = 0;
}
static void stacks(void) {
  title("stacking below the process stack");
  start();
  region(2, AREA, AP(0) | NORMAL | XN | SIZE(8) | 1);
  mpu(ENABLE | PRIVDEFENA);
  action = leave_with;
  on_process_stack(AREA + 0x110, 0);
  LEAVING("svc 1");
  back();
  title("a store below the process stack, and then the stacking");
  action = leave_with;
  on_process_stack(AREA + 0x104, 0);
  LEAVING("movs r2, 1\n movs r3, 2\n push {r2, r3}");
  back();
  title("stacking has the privilege of the thread");
  region(2, AREA, AP(1) | NORMAL | XN | SIZE(8) | 1);
  action = leave_with;
  on_process_stack(AREA + 0x80, 0);
  LEAVING("svc 1");
  back();
  action = leave_with;
  on_process_stack(AREA + 0x80, 1);
  LEAVING("svc 1");
  back();
  title("unstacking");
  region(2, AREA, AP(0) | NORMAL | XN | SIZE(8) | 1);
  action = spoil_psp;
  on_process_stack(0x20008000, 0);
  LEAVING("svc 1");
  back();
  title("unstacking has the privilege of the thread");
  region(2, AREA, AP(1) | NORMAL | XN | SIZE(8) | 1);
  action = spoil_psp;
  on_process_stack(0x20008000, 1);
  LEAVING("svc 1");
  back();
  mpu(0);
}

static uint32_t seed = 1;
static uint32_t random(uint32_t below) {
  seed = seed * 1664525 + 1013904223;
  return (seed >> 8) % below;
}
static uint32_t outcome(uint32_t address) {
  uint32_t result = last_exception | (last_cfsr & 0xff) << 4 | (last_mmfar == address ? 0 : last_mmfar ? 0x1000 : 0x2000);
  last_exception = last_cfsr = last_mmfar = 0;
  return result;
}
uint32_t probed;
#define PROBE "ldr r2, =probed\n ldr r2, [r2]\n "
static uint32_t probe(uint32_t address, int kind) {
  probed = address;
  if (kind == 0) FAULTING(PROBE "ldr r3, [r2]");
  if (kind == 1) FAULTING(PROBE "movw r3, 0x4770\n strh r3, [r2]");
  if (kind == 2) FAULTING(PROBE "orr r2, r2, 1\n blx r2");
  if (kind == 3) FAULTING(PROBE "ldrbt r3, [r2]");
  resume_at = 0;
  return outcome(address);
}
static void at_random(void) {
  for (int setting = 0; setting < 150; setting++) {
    silent = 1;
    start();
    for (uint32_t i = 2; i < 8; i++) {
      uint32_t log2 = 5 + random(12);
      uint32_t base = AREA + (random(AREA_SIZE) & ~((1u << log2) - 1));
      uint32_t ap = random(8);
      uint32_t srd = log2 >= 13 && random(2) ? random(256) : 0;
      if (ap == 4) ap = 3;
      region(i, base, AP(ap) | (random(4) ? 0 : XN) | NORMAL | (srd << 8) | SIZE(log2) | (random(4) ? 1 : 0));
    }
    mpu(ENABLE | (random(2) ? PRIVDEFENA : 0));
    uint32_t sum = 0;
    for (int i = 0; i < 24; i++) {
      uint32_t address = AREA + (random(AREA_SIZE) & ~3u);
      for (int kind = 0; kind < 4; kind++) {
        uint32_t result = probe(address, kind);
        if (kind < 3) {
          unprivileged();
          result |= probe(address, kind) << 16;
          privileged();
        }
        sum = (sum << 5 | sum >> 27) ^ result;
      }
    }
    mpu(0);
    silent = 0;
    print_hex("setting", setting);
    print_hex("sum", sum);
    print("\n");
  }
}

void scenarios(void) {
  for (uint32_t a = AREA; a < AREA + AREA_SIZE; a += 4) REG(a) = 0x47704770;
  title("== handlers disabled");
  fixed();
  title("== handlers enabled");
  SHCSR |= FAULTS;
  fixed();
  priorities();
  stacks();
  title("== at random");
  at_random();
}
