/*
 * Two tasks and two interrupts, all of which calculate: PendSV switches between the tasks at every tick of SysTick, as an
 * RTOS does, saving S16–S31 only where EXC_RETURN says that the task has used the FPU. Every one checks its own result.
 */
#include "fpu.h"

DEFINE_RESULTS

#define ROUNDS 300u
#define STACK_WORDS 128u

static uint32_t stacks[3][STACK_WORDS] __attribute__((aligned(8)));
static uint32_t *saved[3];
static volatile unsigned present;
static volatile uint32_t ticks, switches, done, wrong;
static volatile float level = 1.0f;

/* Ten values that all depend on each other: more registers than a call may keep. */
static __attribute__((noinline)) float turn(float seed, unsigned rounds) {
    __asm volatile("" ::: "memory"); /* is calculated each time anew */
    float v[10];
    for (int i = 0; i < 10; i++) v[i] = seed + (float)i;
    for (unsigned n = 0; n < rounds; n++)
        for (int i = 0; i < 10; i++) v[i] = v[i] * 0.75f + v[(i + 3) % 10] * 0.1875f + 0.0625f * seed;
    float sum = 0.0f;
    for (int i = 0; i < 10; i++) sum += v[i];
    return sum;
}

static void task(unsigned number, float seed, uint32_t mode) {
    fpscr_set(mode << 22);
    const float expected = turn(seed, 20);
    for (unsigned n = 0; n < ROUNDS; n++) {
        if (bits_of(turn(seed, 20)) != bits_of(expected)) wrong++;
        if ((fpscr_get() >> 22 & 3u) != mode) wrong++;
    }
    results[number] = bits_of(turn(seed, 20));
    done++;
    for (;;) wait_for_interrupt();
}
static void first(void) { task(0, 1.5f, 0); }
static void second(void) { task(1, -2.25f, 3); }
/* Uses no floating point: its frames stay short. */
static void third(void) {
    uint32_t sum = 0;
    for (uint32_t n = 0; done < 2; n++) sum = sum * 31u + n;
    results[2] = sum != 0;
    done++;
    for (;;) wait_for_interrupt();
}

static void create(unsigned number, void (*entry)(void)) {
    uint32_t *frame = stacks[number] + STACK_WORDS - 8;
    frame[6] = (uint32_t)entry;
    frame[7] = 1u << 24;
    frame -= 9; /* r4–r11 and EXC_RETURN */
    frame[8] = 0xfffffffdu;
    saved[number] = frame;
}

uint32_t *choose(uint32_t *sp);
__attribute__((used)) uint32_t *choose(uint32_t *sp) {
    saved[present] = sp;
    present = (present + 1u) % 3u;
    switches++;
    return saved[present];
}

void PendSV_Handler(void);
__attribute__((naked)) void PendSV_Handler(void) {
    __asm volatile(
        "mrs r0, psp\n"
        "tst lr, #0x10\n"
        "it eq\n"
        "vstmdbeq r0!, {s16-s31}\n"
        "stmdb r0!, {r4-r11, lr}\n"
        "bl choose\n"
        "ldmia r0!, {r4-r11, lr}\n"
        "tst lr, #0x10\n"
        "it eq\n"
        "vldmiaeq r0!, {s16-s31}\n"
        "msr psp, r0\n"
        "bx lr\n");
}

void SysTick_Handler(void);
void SysTick_Handler(void) {
    level = level * 0.5f + (float)ticks * 0.25f;
    ticks++;
    SCB->ICSR = 1u << 28;
    if (ticks % 3u == 0) NVIC->ISPR[0] = 1u << 6;
}

/* EXTI0 by its pending bit: above SysTick's priority, in the middle of what that calculates. */
void EXTI0_IRQHandler(void);
void EXTI0_IRQHandler(void) {
    if (bits_of(turn(0.5f, 2)) != bits_of(turn(0.5f, 2))) wrong++;
}

int main(void) {
    fpu_enable();
    create(0, first);
    create(1, second);
    create(2, third);
    SCB->SHPR[10] = 0xf0; /* PendSV */
    SCB->SHPR[11] = 0xe0; /* SysTick */
    nvic_enable(6);
    systick_start(2003);
    /* Into the first task: its frame's upper part is where PSP is. */
    __asm volatile("msr psp, %0\n movs r1, #2\n msr control, r1\n isb" ::"r"(stacks[0] + STACK_WORDS) : "r1", "memory");
    first();
    return 0;
}
