/* What firmware does with the debug units: text out by the ITM as CMSIS does it, a watchpoint for its own use, identification. */
#include "registers.h"

DEFINE_RESULTS

void DebugMon_Handler(void);
int main(void);

#define ITM_STIM(port) (0xe0000000u + 4u * (port))
#define ITM_TER  REG32(0xe0000e00u)
#define ITM_TCR  REG32(0xe0000e80u)
#define ITM_LAR  REG32(0xe0000fb0u)
#define DWT_COMP0     REG32(0xe0001020u)
#define DWT_MASK0     REG32(0xe0001024u)
#define DWT_FUNCTION0 REG32(0xe0001028u)
#define DBGMCU_IDCODE REG32(0xe0042000u)

/* ITM_SendChar() of CMSIS. */
static void send_char(uint32_t c) {
    if ((ITM_TCR & 1u) == 0 || (ITM_TER & 1u) == 0) return;
    while (REG32(ITM_STIM(0)) == 0) __asm volatile("nop");
    REG8(ITM_STIM(0)) = (uint8_t)c;
}
static void send(const char *text) {
    while (*text) send_char((uint8_t)*text++);
}

static volatile uint32_t watched;

/* The stack grew into a word, or somebody else wrote it: who was it? */
void DebugMon_Handler(void) {
    results[0]++;
    results[1] = SCB->DFSR;
    results[2] = DWT_FUNCTION0;
    SCB->DFSR = SCB->DFSR;
}

int main(void) {
    send("lost: nothing is enabled yet");
    DEMCR |= (1u << 24) | (1u << 16);
    ITM_LAR = 0xc5acce55u;
    ITM_TCR = (1u << 16) | 1u;
    ITM_TER = 0xffffffffu;
    send("ready\n");
    REG16(ITM_STIM(1)) = 0x4241u;
    REG32(ITM_STIM(2)) = 0x12345678u;

    DWT_COMP0 = (uint32_t)&watched;
    DWT_MASK0 = 2;
    DWT_FUNCTION0 = 6;
    for (uint32_t i = 0; i < 10; i++) {
        watched = i;
        results[3] += watched;
    }
    DWT_FUNCTION0 = 0;
    watched = 99;

    results[4] = DBGMCU_IDCODE & 0xfffu;
    results[5] = REG32(0x1fff7a10u);
    results[6] = REG32(0x1fff7a14u);
    results[7] = REG32(0x1fff7a18u);
    results[8] = REG16(0x1fff7a22u);
    send("done\n");
    finish();
}
