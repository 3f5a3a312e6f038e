/* The timers' registers: RM0090 17.4, 18.4, 19.4, 19.5, 20.4. A timer lacks some of these. */
#pragma once

#include <stddef.h>

#include "registers.h"

struct timer {
    volatile uint32_t CR1, CR2, SMCR, DIER, SR, EGR;
    volatile uint32_t CCMR[2];
    volatile uint32_t CCER, CNT, PSC, ARR, RCR;
    volatile uint32_t CCR[4]; /* CCR1 to CCR4 */
    volatile uint32_t BDTR, DCR, DMAR, OR;
};
_Static_assert(offsetof(struct timer, OR) == 0x50, "18.4.19");

#define TIM1  ((struct timer *)0x40010000u)
#define TIM2  ((struct timer *)0x40000000u)
#define TIM3  ((struct timer *)0x40000400u)
#define TIM4  ((struct timer *)0x40000800u)
#define TIM5  ((struct timer *)0x40000c00u)
#define TIM6  ((struct timer *)0x40001000u)
#define TIM9  ((struct timer *)0x40014000u)
#define TIM10 ((struct timer *)0x40014400u)
#define TIM14 ((struct timer *)0x40002000u)

#define TIM_CR1_CEN  (1u << 0)
#define TIM_CR1_URS  (1u << 2)
#define TIM_CR1_OPM  (1u << 3)
#define TIM_CR1_ARPE (1u << 7)
#define TIM_CR2_MMS(mode)  ((uint32_t)(mode) << 4)
#define TIM_CR2_TI1S (1u << 7)
#define TIM_SMCR(mode, trigger) ((uint32_t)(mode) | (uint32_t)(trigger) << 4)
#define TIM_UIF   (1u << 0) /* of SR, and UIE of DIER */
#define TIM_CCIF(channel) (1u << (channel))
#define TIM_TIF   (1u << 6)
#define TIM_BIF   (1u << 7)
#define TIM_UDE   (1u << 8)
#define TIM_CCDE(channel) (1u << (8 + (channel)))
#define TIM_UG    1u
/* A channel's byte of CCMR. */
#define TIM_PWM1  0x60u
#define TIM_PWM2  0x70u
#define TIM_TOGGLE 0x30u
#define TIM_OCPE  0x08u
#define TIM_BDTR_MOE (1u << 15)

enum slave { SLAVE_RESET = 4, SLAVE_GATED, SLAVE_TRIGGER, SLAVE_CLOCK };
enum trigger { TRIGGER_ITR0, TRIGGER_ITR1, TRIGGER_ITR2, TRIGGER_ITR3, TRIGGER_EDGES, TRIGGER_TI1, TRIGGER_TI2, TRIGGER_ETR };

/* Enable bits, 7.3.10, 7.3.13 and 7.3.14. */
#define GPIO_CLOCKS(ports) rcc_enable(&RCC->AHB1ENR, (ports))
#define PORT_A (1u << 0)
#define PORT_B (1u << 1)
#define PORT_C (1u << 2)
#define PORT_D (1u << 3)
#define PORT_E (1u << 4)
#define GPIOB ((struct gpio *)0x40020400u)
#define GPIOC ((struct gpio *)0x40020800u)
#define GPIOE ((struct gpio *)0x40021000u)
