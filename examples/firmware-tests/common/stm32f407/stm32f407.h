/* The registers of the STM32F407 that the examples use. Sections are those of RM0090. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define HSI_HZ 16000000u /* the clock after reset, 7.2.2: no prescaler, so the processor, APB1 and APB2 all run at it */

/* Reset and clock control, 7.3. */
struct rcc {
    volatile uint32_t CR, PLLCFGR, CFGR, CIR;
    volatile uint32_t AHB1RSTR, AHB2RSTR, AHB3RSTR;
    uint32_t reserved0;
    volatile uint32_t APB1RSTR, APB2RSTR;
    uint32_t reserved1[2];
    volatile uint32_t AHB1ENR, AHB2ENR, AHB3ENR; /* 0x30 */
    uint32_t reserved2;
    volatile uint32_t APB1ENR, APB2ENR; /* 0x40 */
};
_Static_assert(offsetof(struct rcc, APB2ENR) == 0x44, "7.3.14");
#define RCC ((struct rcc *)0x40023800u)

#define RCC_AHB1ENR_GPIOAEN  (1u << 0) /* 7.3.10 */
#define RCC_AHB1ENR_GPIODEN  (1u << 3)
#define RCC_APB1ENR_USART2EN (1u << 17) /* 7.3.13 */
#define RCC_APB2ENR_SYSCFGEN (1u << 14) /* 7.3.14 */

/*
 * Sets bits of an enable register. The block answers two of its clocks later (errata ES0182, "Delay after an RCC peripheral
 * clock enabling"): reading back takes that long.
 */
static inline void rcc_enable(volatile uint32_t *enable_register, uint32_t bits) {
    *enable_register |= bits;
    (void)*enable_register;
}

/* General-purpose I/O, 8.4. */
struct gpio {
    volatile uint32_t MODER; /* two bits a pin */
    volatile uint32_t OTYPER;
    volatile uint32_t OSPEEDR; /* two bits a pin */
    volatile uint32_t PUPDR;   /* two bits a pin */
    volatile const uint32_t IDR;
    volatile uint32_t ODR;
    volatile uint32_t BSRR; /* low half sets, high half resets */
    volatile uint32_t LCKR;
    volatile uint32_t AFR[2]; /* four bits a pin */
};
#define GPIOA ((struct gpio *)0x40020000u)
#define GPIOD ((struct gpio *)0x40020c00u)

enum gpio_mode { GPIO_INPUT, GPIO_OUTPUT, GPIO_ALTERNATE, GPIO_ANALOG };

static inline void gpio_mode(struct gpio *port, unsigned pin, enum gpio_mode mode) {
    port->MODER = (port->MODER & ~(3u << (2 * pin))) | ((uint32_t)mode << (2 * pin));
}

/* Hands a pin to a peripheral: alternate function 0 to 15, DS8626 table 9. */
static inline void gpio_alternate(struct gpio *port, unsigned pin, unsigned function) {
    volatile uint32_t *afr = &port->AFR[pin / 8];
    unsigned shift = 4 * (pin % 8);
    *afr = (*afr & ~(15u << shift)) | ((uint32_t)function << shift);
    gpio_mode(port, pin, GPIO_ALTERNATE);
}

/* One write, so no interrupt can come between reading the port and writing it. */
static inline void gpio_write(struct gpio *port, unsigned pin, unsigned high) {
    port->BSRR = 1u << (high ? pin : pin + 16);
}

/* Universal asynchronous receiver transmitter, 30.6. */
struct usart {
    volatile uint32_t SR, DR, BRR, CR1, CR2, CR3, GTPR;
};
#define USART2 ((struct usart *)0x40004400u)

#define USART_SR_ORE     (1u << 3) /* 30.6.1; cleared by reading SR, then DR */
#define USART_SR_RXNE    (1u << 5)
#define USART_SR_TXE     (1u << 7)
#define USART_CR1_RE     (1u << 2) /* 30.6.4 */
#define USART_CR1_TE     (1u << 3)
#define USART_CR1_RXNEIE (1u << 5)
#define USART_CR1_TXEIE  (1u << 7)
#define USART_CR1_UE     (1u << 13)

/* With 16-fold oversampling BRR is the bus clock over the rate: its sixteenths cancel the sixteen (30.3.4). Rounded. */
static inline uint32_t usart_brr(uint32_t bus_hz, uint32_t baud) {
    return (bus_hz + baud / 2) / baud;
}

/* System configuration, 9.2. */
struct syscfg {
    volatile uint32_t MEMRMP, PMC;
    volatile uint32_t EXTICR[4]; /* four bits a line: 0 is port A, 1 is port B, ... */
    uint32_t reserved[2];
    volatile uint32_t CMPCR;
};
_Static_assert(offsetof(struct syscfg, CMPCR) == 0x20, "9.2.7");
#define SYSCFG ((struct syscfg *)0x40013800u)

/* External interrupts, 12.3. */
struct exti {
    volatile uint32_t IMR, EMR, RTSR, FTSR, SWIER;
    volatile uint32_t PR; /* writing 1 clears */
};
#define EXTI ((struct exti *)0x40013c00u)

/* Positions in the vector table, 12.2. */
#define EXTI0_IRQ  6
#define USART2_IRQ 38
