/* The devices of the FE310-G002 that the examples use (SiFive FE310-G002 manual). */
#pragma once

#include <stdint.h>

#define REG(address) (*(volatile uint32_t *)(address))

/* Clock generation, chapter 6. */
#define PRCI_HFROSCCFG REG(0x10008000u)
#define PRCI_HFXOSCCFG REG(0x10008004u)
#define PRCI_PLLCFG    REG(0x10008008u)
#define PRCI_PLLOUTDIV REG(0x1000800cu)
#define PLLCFG_SEL     (1u << 16)
#define PLLCFG_REFSEL  (1u << 17)
#define PLLCFG_BYPASS  (1u << 18)
#define PLLCFG_LOCK    (1u << 31)
#define HFXOSC_HZ      16000000u

/* GPIO, chapter 17. */
#define GPIO(offset)   REG(0x10012000u + (offset))
#define GPIO_INPUT_VAL GPIO(0x00)
#define GPIO_INPUT_EN  GPIO(0x04)
#define GPIO_OUTPUT_EN GPIO(0x08)
#define GPIO_OUTPUT    GPIO(0x0c)
#define GPIO_PUE       GPIO(0x10)
#define GPIO_RISE_IE   GPIO(0x18)
#define GPIO_RISE_IP   GPIO(0x1c)
#define GPIO_FALL_IE   GPIO(0x20)
#define GPIO_FALL_IP   GPIO(0x24)
#define GPIO_IOF_EN    GPIO(0x38)
#define GPIO_IOF_SEL   GPIO(0x3c)
#define GPIO_OUT_XOR   GPIO(0x40)

/* UART0, chapter 18: pins 16 (receive) and 17 (transmit). */
#define UART0_TXDATA   REG(0x10013000u)
#define UART0_RXDATA   REG(0x10013004u)
#define UART0_TXCTRL   REG(0x10013008u)
#define UART0_RXCTRL   REG(0x1001300cu)
#define UART0_IE       REG(0x10013010u)
#define UART0_IP       REG(0x10013014u)
#define UART0_DIV      REG(0x10013018u)
#define UART0_PINS     ((1u << 16) | (1u << 17))

/* PLIC, chapter 10. */
#define PLIC_PRIORITY(source) REG(0x0c000000u + 4 * (source))
#define PLIC_ENABLE(source)   REG(0x0c002000u + 4 * ((source) / 32))
#define PLIC_THRESHOLD        REG(0x0c200000u)
#define PLIC_CLAIM            REG(0x0c200004u)
