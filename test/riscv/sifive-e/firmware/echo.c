/* UART0 by interrupt through PLIC source 3: what is typed comes back in capitals; GPIO10's edges through source 18. */
#include "console.h"
#include "results.h"
#include "sifive-e.h"
#include "text.h"

DEFINE_RESULTS;

#define UART0_SOURCE  3u
#define GPIO10_SOURCE 18u
#define GPIO10        (1u << 10)

void trap_entry(void) __attribute__((interrupt("machine"), aligned(4)));

static void serve_uart(void) {
    uint32_t data;
    while (!((data = UART0_RXDATA) >> 31)) {
        char c = (char)data;
        console_put(c >= 'a' && c <= 'z' ? (char)(c - 32) : c);
        results[0]++;
    }
}

void trap_entry(void) {
    uint32_t cause;
    __asm volatile("csrr %0, mcause" : "=r"(cause));
    results[1] = cause;
    uint32_t source = PLIC_CLAIM;
    results[2] = source;
    if (source == UART0_SOURCE) serve_uart();
    if (source == GPIO10_SOURCE) {
        results[3]++;
        GPIO_FALL_IP = GPIO10;
    }
    PLIC_CLAIM = source;
}

int main(void) {
    console_init();
    GPIO_PUE |= GPIO10;
    GPIO_INPUT_EN |= GPIO10;
    GPIO_FALL_IP = GPIO10;
    GPIO_FALL_IE = GPIO10;
    PLIC_PRIORITY(UART0_SOURCE) = 1;
    PLIC_PRIORITY(GPIO10_SOURCE) = 2;
    PLIC_ENABLE(0) = (1u << UART0_SOURCE) | (1u << GPIO10_SOURCE);
    PLIC_THRESHOLD = 0;
    UART0_IE = 2; /* more than rxcnt = 0 bytes */
    __asm volatile("csrw mie, %0" ::"r"(1u << 11));
    __asm volatile("csrsi mstatus, 8");
    print_text("ready\n");
    for (;;) __asm volatile("wfi");
}
