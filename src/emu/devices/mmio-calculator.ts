import { type DeviceType, defineDevice, type Handle } from '../device.js';
import { r, reg, registers, rw, w } from '../registers.js';

const CALCULATOR = registers({
  A: reg(0x00, { A: rw(0, 32) }),
  B: reg(0x04, { B: rw(0, 32) }),
  /** 0 +, 1 −, 2 ×, 3 ÷. */
  OP: reg(0x08, { op: rw(0, 32) }),
  /** Writing 1 starts; `irqEnable` raises the interrupt line when an operation has ended. */
  CTRL: reg(0x0c, { start: w(0), irqEnable: rw(1) }),
  RESULT: reg(0x10, { RESULT: r(0, 32) }),
  STATUS: reg(0x14, { state: r(0, 2) }),
});

export const CALCULATOR_STATE = { idle: 0, busy: 1, done: 2, error: 3 } as const;

export interface CalculatorOptions {
  /** Cycles of its clock from the start to the result; 0 = at once. */
  readonly busyCycles?: number;
  /** Whether the interrupt line rises at every end, without `CTRL.irqEnable`. */
  readonly irq?: boolean;
}

/** 32-bit signed with wrap-around; undefined for ÷ 0 and unknown operations. */
function calculate(a: number, op: number, b: number): number | undefined {
  if (op === 0) return (a + b) | 0;
  if (op === 1) return (a - b) | 0;
  if (op === 2) return Math.imul(a, b);
  return op === 3 && b !== 0 ? (a / b) | 0 : undefined;
}

export type Calculator = Handle<typeof CALCULATOR>;

/** A calculator behind six registers; word access only. Its output `irq` is high from the end to the next start. */
export function mmioCalculator(options: CalculatorOptions = {}): DeviceType<Calculator> {
  const busyCycles = options.busyCycles ?? 0;
  return defineDevice({
    name: 'mmio-calculator',
    size: 0x18,
    registers: CALCULATOR,
    narrow: 'fault',
    setup(d) {
      const { A, B, OP, CTRL, RESULT, STATUS } = d.regs;
      const irq = d.output('irq');
      const finish = (): void => {
        const result = calculate(A.A | 0, OP.op, B.B | 0);
        if (result !== undefined) RESULT.RESULT = result;
        STATUS.state = result === undefined ? CALCULATOR_STATE.error : CALCULATOR_STATE.done;
        irq.set(options.irq || CTRL.irqEnable ? 1 : 0);
      };
      const done = d.event('done', finish);
      d.onWrite(CTRL, () => {
        if (CTRL.start === 0) return;
        CTRL.start = 0;
        if (STATUS.state === CALCULATOR_STATE.busy) {
          const remedy = 'wait until STATUS is not 1 (busy)';
          d.report({ kind: 'guest-error', what: `${d.name} was started while busy: ignored`, remedy });
          return;
        }
        irq.set(0);
        STATUS.state = CALCULATOR_STATE.busy;
        if (busyCycles > 0) done.after(busyCycles);
        else finish();
      });
    },
  });
}
