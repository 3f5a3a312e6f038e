/*
 * Code in flash that is erased and programmed anew: from flash, which waits until it is done, and from RAM, which goes on
 * meanwhile, or runs into the busy flash by a call, a load or an interrupt.
 */
#include "cortex-m4.h"
#include "stm32f407.h"
#include "rewrite.h"

/* RM0090 3.9 */
struct flash {
    volatile uint32_t ACR, KEYR, OPTKEYR, SR, CR, OPTCR;
};
#define FLASH      ((struct flash *)0x40023c00u)
#define FLASH_IRQ  4
#define SR_EOP     (1u << 0)
#define SR_BSY     (1u << 16)
#define CR_PG      (1u << 0)
#define CR_SER     (1u << 1)
#define CR_SNB(n)  ((n) << 3)
#define CR_X32     (2u << 8)
#define CR_STRT    (1u << 16)
#define CR_EOPIE   (1u << 24)

/* Sector 3: 16 KiB (RM0090 table 5). The program is smaller than the three before it. */
#define SECTOR 3u
#define PLACE  ((uint32_t *)0x0800c000u)

volatile uint32_t rewrite_rounds, rewrite_failures, rewrite_checksum;
/* For the test: how often RAM found flash busy, end-of-operation interrupts, ticks. */
volatile uint32_t flash_polls, flash_interrupts, flash_ticks;

void FLASH_IRQHandler(void);
void FLASH_IRQHandler(void) {
    FLASH->SR = SR_EOP;
    flash_interrupts++;
}

void SysTick_Handler(void);
void SysTick_Handler(void) {
    flash_ticks++;
}

/* These run as copies in RAM: they call nothing, and their literals lie beside them. `*at = value` starts an operation. */
#define RAM_CODE __attribute__((noinline, noclone, aligned(4)))
#define RAM_WORDS 32u

RAM_CODE static uint32_t store_and_poll(volatile uint32_t *at, uint32_t value) {
    uint32_t polls = 0;
    *at = value;
    while (((struct flash *)0x40023c00u)->SR & SR_BSY) polls++;
    return polls;
}
RAM_CODE static uint32_t store_and_call(volatile uint32_t *at, uint32_t value, kernel callee, uint32_t count) {
    *at = value;
    uint32_t result = callee(count, count);
    /* Busy no more: the call has waited. */
    return result + (((struct flash *)0x40023c00u)->SR & SR_BSY) + 1;
}
RAM_CODE static uint32_t store_and_load(volatile uint32_t *at, uint32_t value, const volatile uint32_t *from) {
    *at = value;
    return *from;
}

typedef uint32_t (*poll_function)(volatile uint32_t *, uint32_t);
typedef uint32_t (*call_function)(volatile uint32_t *, uint32_t, kernel, uint32_t);
typedef uint32_t (*load_function)(volatile uint32_t *, uint32_t, const volatile uint32_t *);

static uint32_t poll_code[RAM_WORDS], call_code[RAM_WORDS], load_code[RAM_WORDS];

static uintptr_t copied(uint32_t *to, uintptr_t function) {
    const uint32_t *from = (const uint32_t *)(function & ~(uintptr_t)1);
    for (uint32_t i = 0; i < RAM_WORDS; i++) to[i] = from[i];
    return (uintptr_t)to | 1;
}

static void check(uint32_t result, uint32_t expected) {
    if (result != expected) rewrite_failures++;
    rewrite_checksum = rewrite_checksum * 31 + result;
}

static uint32_t folded(uint32_t count, uint32_t constant) {
    uint32_t value = count;
    for (uint32_t i = 0; i < count; i++) value = fold(value, constant);
    return value;
}

/* The kernel's words with a constant in them; each programmed where `start` says how. */
static void program(uint32_t constant, poll_function start) {
    FLASH->CR = CR_PG | CR_X32 | CR_EOPIE;
    for (uint32_t i = 0; i < KERNEL_WORDS; i++) {
        uint32_t word = kernel_code[i];
        if (i == 0) patch_kernel(&word, constant);
        if (start) {
            flash_polls += start(PLACE + i, word);
        } else {
            PLACE[i] = word;
            if (FLASH->SR & SR_BSY) rewrite_failures++; /* cannot be seen from flash */
        }
    }
    FLASH->CR = 0;
}

int main(void) {
    poll_function poll = (poll_function)copied(poll_code, (uintptr_t)store_and_poll);
    call_function call = (call_function)copied(call_code, (uintptr_t)store_and_call);
    load_function load = (load_function)copied(load_code, (uintptr_t)store_and_load);
    kernel run = kernel_at(PLACE);

    synchronise_code();
    FLASH->KEYR = 0x45670123;
    FLASH->KEYR = 0xcdef89ab;
    nvic_enable(FLASH_IRQ);
    systick_start(HSI_HZ / 1000);
    for (;; rewrite_rounds++) {
        uint32_t constant = rewrite_rounds * 37 & 0xff, erase = CR_SER | CR_SNB(SECTOR) | CR_X32 | CR_EOPIE;
        FLASH->CR = erase;
        switch (rewrite_rounds % 4) {
        case 0: /* from flash: the next fetch waits */
            FLASH->CR = erase | CR_STRT;
            program(constant, 0);
            break;
        case 1: /* from RAM, which sees the erase go on; ticks come meanwhile, with vector and handler in flash */
            flash_polls += poll(&FLASH->CR, erase | CR_STRT);
            program(constant, poll);
            break;
        case 2: /* RAM calls into flash while it is busy: into another sector */
            check(call(&FLASH->CR, erase | CR_STRT, kernel_at(kernel_code), 5), folded(5, 0) + 1);
            program(constant, poll);
            break;
        default: /* RAM loads from flash while it is busy, and finds it erased */
            check(load(&FLASH->CR, erase | CR_STRT, PLACE + 1), 0xffffffff);
            program(constant, 0);
            break;
        }
        for (uint32_t i = 0; i < 100; i++) check(run(200, 200), folded(200, constant));
        /* Over what is there: bits only go from 1 to 0. */
        program(constant & 0x55, poll);
        for (uint32_t i = 0; i < 20; i++) check(run(50 + i, 50 + i), folded(50 + i, constant & 0x55));
        if (FLASH->SR) rewrite_failures++;
    }
}
