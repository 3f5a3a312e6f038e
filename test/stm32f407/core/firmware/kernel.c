/*
 * A kernel that keeps its tasks apart with the MPU: tasks are unprivileged, each sees code, its own stack and its own data, and
 * asks for the rest by SVC. The region of the running task's memory is set at every switch, with the MPU off meanwhile. Under a
 * task's stack nothing is accessible, so that an overflow faults.
 */
#include "registers.h"

DEFINE_RESULTS

void SVC_Handler(void);
void PendSV_Handler(void);
void SysTick_Handler(void);
void MemManage_Handler(void);
uint32_t *next_stack(uint32_t *sp);
void service(uint32_t *frame);
void blame(uint32_t *frame);
int main(void);

#define MPU_CTRL REG32(0xe000ed94u)
#define MPU_RBAR REG32(0xe000ed9cu)
#define MPU_RASR REG32(0xe000eda0u)
#define SIZE(log2) (((log2) - 1u) << 1)
#define FOR_ALL_READ (6u << 24)
#define FOR_ALL      (3u << 24)
#define KERNEL_ONLY  (5u << 24)
#define XN           (1u << 28)
#define NORMAL       (3u << 16)

#define TASKS 4
#define MEMORY 1024u
/* Data at the start, the stack from the end downwards; 32 bytes between them are nobody's. */
static uint32_t memory[TASKS][MEMORY / 4] __attribute__((aligned(1024)));
#define DATA 64u

static struct { uint32_t *sp; uint32_t alive, switches; } tasks[TASKS];
static volatile uint32_t current, ticks, deaths;

/* Results: 0 switches, 1 deaths, 2 and 3 where `memory` and `kernel_only` are; from 8 on four words a death: task, CFSR, MMFAR, PC; 24 + n: what task n reported last. */

__attribute__((naked)) static void sys_report(uint32_t value) {
    (void)value;
    __asm volatile("svc 1\n bx lr");
}
__attribute__((naked)) static void sys_yield(void) {
    __asm volatile("svc 2\n bx lr");
}

/* Sums in its own memory, for ever. */
static void counter(volatile uint32_t *own) {
    for (;;) {
        own[0] += 1;
        if (own[0] % 64 == 0) sys_report(own[0]);
        if (own[0] % 1000 == 0) sys_yield();
    }
}

/* Goes deeper each time, until its stack is full. */
__attribute__((noinline)) static uint32_t deeper(uint32_t depth) {
    volatile uint32_t here[8];
    here[0] = depth;
    if (depth % 8 == 0) sys_report(depth);
    return depth == 1000 ? 0 : deeper(depth + 1) + here[0];
}
static void overflowing(volatile uint32_t *own) {
    own[0] = deeper(1);
    for (;;) {}
}

/* Looks at the memory of another task after a while. */
static void curious(volatile uint32_t *own) {
    for (uint32_t i = 0; i < 5000; i++) own[0] = i;
    sys_report(memory[0][0]);
    for (;;) {}
}

/* Of the kernel's own code, which tasks may not execute: 256 bytes. */
void kernel_only(void);
__attribute__((naked, aligned(256))) void kernel_only(void) {
    __asm volatile("nop\n bx lr\n .balign 256");
}
static void trespassing(volatile uint32_t *own) {
    for (uint32_t i = 0; i < 9000; i++) own[0] = i;
    sys_report(own[0]);
    kernel_only();
}

static void prepare(uint32_t n, void (*entry)(volatile uint32_t *)) {
    uint32_t *sp = &memory[n][MEMORY / 4] - 16;
    for (int i = 0; i < 16; i++) sp[i] = 0;
    sp[8] = (uint32_t)memory[n];
    sp[13] = (uint32_t)kernel_only | 1u;
    sp[14] = (uint32_t)entry & ~1u;
    sp[15] = 1u << 24;
    tasks[n].sp = sp;
    tasks[n].alive = 1;
}

static void open_memory(uint32_t n) {
    MPU_CTRL = 0;
    MPU_RBAR = (uint32_t)memory[n] | 16u | 2u;
    MPU_RASR = FOR_ALL | XN | NORMAL | SIZE(10) | 1u;
    MPU_RBAR = ((uint32_t)memory[n] + DATA) | 16u | 3u;
    MPU_RASR = XN | NORMAL | SIZE(5) | 1u;
    MPU_CTRL = 5;
    __asm volatile("dsb\n isb");
}

uint32_t *next_stack(uint32_t *sp) {
    tasks[current].sp = sp;
    do current = (current + 1) % TASKS;
    while (!tasks[current].alive);
    tasks[current].switches++;
    results[0]++;
    open_memory(current);
    return tasks[current].sp;
}

__attribute__((naked)) void PendSV_Handler(void) {
    __asm volatile(
        "mrs r0, psp\n stmdb r0!, {r4-r11}\n mov r4, lr\n bl next_stack\n mov lr, r4\n"
        "ldmia r0!, {r4-r11}\n msr psp, r0\n bx lr");
}

static void switch_soon(void) { SCB->ICSR = 1u << 28; }

void service(uint32_t *frame) {
    const uint8_t *code = (const uint8_t *)frame[6];
    if (code[-2] == 1) results[24 + current] = frame[0];
    else switch_soon();
}
__attribute__((naked)) void SVC_Handler(void) {
    __asm volatile("mrs r0, psp\n b service");
}
void SysTick_Handler(void) {
    ticks++;
    switch_soon();
    if (ticks == 100) {
        results[1] = deaths;
        MPU_CTRL = 0;
        finish();
    }
}

/* The task is ended; what it did wrong is kept. */
void blame(uint32_t *frame) {
    volatile uint32_t *note = &results[8 + 4 * deaths++];
    uint32_t cfsr = SCB->CFSR;
    note[0] = current;
    note[1] = cfsr;
    note[2] = cfsr & 0x80 ? SCB->MMFAR : 0;
    note[3] = cfsr & 0x10 ? 0 : frame[6];
    SCB->CFSR = cfsr;
    tasks[current].alive = 0;
    switch_soon();
}
__attribute__((naked)) void MemManage_Handler(void) {
    __asm volatile("mrs r0, psp\n b blame");
}

int main(void) {
    results[2] = (uint32_t)memory;
    results[3] = (uint32_t)kernel_only & ~1u;
    prepare(0, counter);
    prepare(1, overflowing);
    prepare(2, curious);
    prepare(3, trespassing);
    kernel_only();
    MPU_RBAR = 0x08000000u | 16u | 0u;
    MPU_RASR = FOR_ALL_READ | NORMAL | SIZE(20) | 1u;
    MPU_RBAR = ((uint32_t)kernel_only & ~255u) | 16u | 5u;
    MPU_RASR = KERNEL_ONLY | NORMAL | SIZE(8) | 1u;
    SCB->SHCSR |= SCB_SHCSR_MEMFAULTENA;
    SCB->SHPR[10] = 0xf0;
    SCB->SHPR[11] = 0xe0;
    open_memory(0);
    systick_start(16000);
    /* Task 0: drop its made-up frame and go there, unprivileged, on its stack. */
    __asm volatile(
        "msr psp, %0\n mov r0, %1\n movs r1, #3\n msr control, r1\n isb\n bx %2"
        : : "r"(&memory[0][MEMORY / 4]), "r"(memory[0]), "r"(counter) : "r0", "r1", "memory");
    for (;;) {}
}
