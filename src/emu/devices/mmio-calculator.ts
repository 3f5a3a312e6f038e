import { type DeviceType, defineDevice, type Handle } from '../device.js';
import { r, reg, registers, rw, w } from '../registers.js';
import { i32 } from '../state.js';

const CALCULATOR = registers({
  A: reg(0x00, { A: rw(0, 32) }),
  B: reg(0x04, { B: rw(0, 32) }),
  /** 0 +, 1 −, 2 ×, 3 ÷. */
  OP: reg(0x08, { op: rw(0, 32) }),
  /** Writing 1 starts. */
  CTRL: reg(0x0c, { start: w(0) }),
  RESULT: reg(0x10, { RESULT: r(0, 32) }),
  STATUS: reg(0x14, { state: r(0, 2) }),
});

export const CALCULATOR_STATE = { idle: 0, busy: 1, done: 2, error: 3 } as const;

export interface CalculatorOptions {
  /** Cycles of its clock from the start to the result; 0 = at once. */
  readonly busyCycles?: number;
}

/** 32-bit signed with wrap-around; undefined for ÷ 0 and unknown operations. */
function calculate(a: number, b: number, op: number): number | undefined {
  if (op === 0) return (a + b) | 0;
  if (op === 1) return (a - b) | 0;
  if (op === 2) return Math.imul(a, b);
  return op === 3 && b !== 0 ? (a / b) | 0 : undefined;
}

export type Calculator = Handle<typeof CALCULATOR>;

/**
 * A calculator behind six registers; word access only. A start takes A, B and OP as they are then: what is written to them
 * while it is busy is for the next one. Its output `irq`, for who wires it, is high while STATUS is done or error.
 */
export function mmioCalculator(options: CalculatorOptions = {}): DeviceType<Calculator> {
  const busyCycles = options.busyCycles ?? 0;
  return defineDevice({
    name: 'mmio-calculator',
    size: 0x18,
    registers: CALCULATOR,
    narrow: 'fault',
    state: { latched: i32(3) },
    setup(d) {
      const { A, B, OP, CTRL, RESULT, STATUS } = d.regs;
      const { latched } = d.state;
      const irq = d.output('irq');
      const finish = (): void => {
        const result = calculate(latched[0]!, latched[1]!, latched[2]!);
        if (result !== undefined) RESULT.RESULT = result;
        STATUS.state = result === undefined ? CALCULATOR_STATE.error : CALCULATOR_STATE.done;
        irq.set(1);
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
        latched.set([A.A, B.B, OP.op]);
        irq.set(0);
        STATUS.state = CALCULATOR_STATE.busy;
        if (busyCycles > 0) done.after(busyCycles);
        else finish();
      });
    },
  });
}
