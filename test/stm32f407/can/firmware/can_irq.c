/* CAN1 in normal mode by interrupts: an echo node. What comes with an even identifier goes back with the next one. */
#include "can.h"

DEFINE_RESULTS

void CAN1_RX0_IRQHandler(void);
void CAN1_TX_IRQHandler(void);
void CAN1_SCE_IRQHandler(void);

void CAN1_RX0_IRQHandler(void) {
    uint32_t id = CAN1->RX[0].IR;
    uint32_t words[2] = { CAN1->RX[0].DLR, CAN1->RX[0].DHR };
    unsigned length = CAN1->RX[0].DTR & 15u;
    CAN1->RFR[0] |= CAN_RFR_RFOM;
    results[0]++;
    can_send(CAN1, id + (1u << 21), (const uint8_t *)words, length);
}
void CAN1_TX_IRQHandler(void) {
    CAN1->TSR = 0x10101u;
    results[1]++;
}
void CAN1_SCE_IRQHandler(void) {
    results[2]++;
    results[3] = CAN1->ESR;
    CAN1->ESR &= ~0x70u;
    CAN1->MSR = 4u;
}

int main(void) {
    rcc_enable(&RCC->APB1ENR, RCC_APB1ENR_CAN1EN);
    can_pins();
    can_init(CAN1, 0, CAN_500K);
    can_filter(0, 0, 1, 0, 0, CAN_STD(1)); /* even identifiers */
    CAN1->IER = 1u | 2u | (1u << 15) | (0xfu << 8);
    for (unsigned irq = 19; irq <= 22; irq++) nvic_enable(irq);
    can_start(CAN1);
    finish();
}
