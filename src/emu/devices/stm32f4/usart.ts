import { defineDevice } from '../../device.js';
import { APB_NARROW } from './apb.js';
import { handleOf } from './usart-handle.js';
import { type Context, STATE, Usart } from './usart-port.js';
import { UART, USART } from './usart-registers.js';

/**
 * Universal synchronous/asynchronous receiver transmitter: RM0090 chapter 30.
 *
 * Frames are carried whole, with the times their bits take; the TX pin itself shows the idle level and breaks. A frame
 * reaches the outside only through a pin whose alternate function is this port's TX.
 *
 * Wires: outputs `irq`, `rxDma`, `txDma` (30.3.13). Pin functions: `<name>_TX`, `_RX` and, for USARTs, `_CTS`, `_RTS`, `_CK`.
 */

/** Joins registers and port. */
function hook(d: Context, unit: Usart): void {
  const { SR, DR, BRR, CR1, CR2, CR3 } = d.regs;
  d.onRead(SR, () => unit.receiver.statusRead());
  d.onWrite(SR, () => unit.update());
  d.onRead(DR, () => unit.receiver.dataRead());
  d.onWrite(DR, (_value, _old, written) => {
    unit.receiver.dataWritten();
    DR.value = 0;
    unit.transmitter.load(written & 0x1ff);
    unit.update();
  });
  d.onWrite(CR1, (value, old) => {
    unit.muteWritten(value, old);
    const received = ((old >>> 13) & (old >>> 2) & 1) === 1;
    unit.transmitter.control(old);
    unit.configured();
    if (CR1.UE && CR1.RE && !received) unit.receiver.enabled();
  });
  for (const register of [BRR, CR2, CR3]) d.onWrite(register, () => unit.configured());
  d.onReset(() => unit.configured());
}

/** `usart('USART2')`: USART1, 2, 3, 6. The label is the name its pins have in the table of alternate functions. */
export function usart(label: string) {
  return defineDevice({
    name: 'stm32-usart',
    size: 0x400,
    registers: USART,
    narrow: APB_NARROW,
    state: STATE,
    setup(d) {
      const context = d as unknown as Context;
      const unit = new Usart(context, label, true);
      hook(context, unit);
      return handleOf(unit);
    },
  });
}

/** `uart('UART4')`: UART4 and UART5, without flow control and synchronous mode. */
export function uart(label: string) {
  return defineDevice({
    name: 'stm32-uart',
    size: 0x400,
    registers: UART,
    narrow: APB_NARROW,
    state: STATE,
    setup(d) {
      const unit = new Usart(d, label, false);
      hook(d, unit);
      return handleOf(unit);
    },
  });
}
