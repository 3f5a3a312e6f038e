import type { CanBusHandle, CanHost } from '../../../can-link.js';
import { type DeviceContext, defineDevice } from '../../../device.js';
import { APB_NARROW } from '../apb.js';
import { BxCan, CAN_STATE, type CanContext } from './can-controller.js';
import { answerOf, FilterUnit } from './can-filter-unit.js';
import { CAN_MASTER, CAN_SLAVE } from './can-registers.js';

/**
 * Controller area network controllers (bxCAN): RM0090 chapter 32. Frames are carried whole (can-bus.ts); the pins decide
 * whether they come out and in, but show no bits.
 *
 * Wires: outputs `tx`, `rx0`, `rx1`, `sce` (interrupts). Filters are CAN1's: CAN2 asks by output `filterQuery` (the frame's
 * identifier word with bit 0 set) and gets its answer on input `filterAnswer`; CAN1's ends are `slaveQuery` and `slaveAnswer`.
 * CAN2's input `masterClock` is high while CAN1 has its clock.
 */

function hook(d: CanContext, can: BxCan): void {
  const { MCR, MSR, TSR, RF0R, RF1R, IER, ESR, BTR } = can.regs;
  d.onWrite(MCR, () => can.controlled());
  d.computed(MSR, (stored) => (stored & ~0xc00) | can.statusBits);
  d.onWrite(MSR, () => can.update());
  d.onWrite(TSR, (_value, old) => can.mailboxesWritten(old));
  d.onWrite(RF0R, () => can.fifoWritten(0));
  d.onWrite(RF1R, () => can.fifoWritten(1));
  d.onWrite(IER, () => can.update());
  d.onWrite(ESR, () => can.update());
  d.onWrite(BTR, (_value, old) => can.timingWritten(old));
  for (const [n, box] of can.boxes.entries()) {
    for (const [part, register] of box.entries())
      d.onWrite(register, (_value, old) => can.mailboxWritten(n, part, old));
  }
  d.onReset(() => can.reset());
}

function handleOf(can: BxCan): CanHost {
  return {
    links: ['can'],
    /** The bus that the controller is on. */
    get bus(): CanBusHandle {
      return can.place.handle;
    },
    get place() {
      return can.place;
    },
    node: can.outer,
    get hertz() {
      return can.hertz;
    },
    moveTo: (place) => can.moveTo(place),
  };
}

/** CAN1, the master: it has the filters of both. */
export function can1() {
  return defineDevice({
    name: 'stm32-bxcan',
    size: 0x400,
    registers: CAN_MASTER,
    narrow: APB_NARROW,
    state: CAN_STATE,
    setup(d) {
      const context = d as unknown as CanContext;
      const filters = new FilterUnit(d as unknown as DeviceContext);
      const can = new BxCan(
        context,
        'CAN1',
        (head) => filters.match(head, 'master'),
        () => true,
      );
      hook(context, can);
      const answer = d.output('slaveAnswer');
      d.input('slaveQuery', (level) => answer.set(level === 0 ? 0 : filters.answer(level & ~1)));
      return handleOf(can);
    },
  });
}

/** CAN2, the slave. */
export function can2() {
  return defineDevice({
    name: 'stm32-bxcan-slave',
    size: 0x400,
    registers: CAN_SLAVE,
    narrow: APB_NARROW,
    state: CAN_STATE,
    setup(d) {
      const context = d as unknown as CanContext;
      const query = d.output('filterQuery');
      const answer = d.input('filterAnswer');
      const masterClock = d.input('masterClock');
      const lookup = (head: number) => {
        query.set(head | 1);
        const match = answerOf(answer.level);
        query.set(0);
        return match;
      };
      const can = new BxCan(context, 'CAN2', lookup, () => masterClock.level !== 0);
      hook(context, can);
      return handleOf(can);
    },
  });
}
