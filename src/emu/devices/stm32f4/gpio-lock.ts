import type { DeviceContext } from '../../device.js';
import type { u8 } from '../../state.js';
import type { gpioRegisters } from './gpio-registers.js';

type LockContext = DeviceContext<
  ReturnType<typeof gpioRegisters>,
  {
    lockStep: ReturnType<typeof u8>;
    lockBits: ReturnType<typeof u8>;
    locked: ReturnType<typeof u8>;
    lockTold: ReturnType<typeof u8>;
  }
>;

const LCKK = 0x1_0000;

/**
 * LCKR, RM0090 8.4.8: writing 1, 0, 1 to LCKK with unchanged LCK bits, then reading, freezes the configuration of
 * those pins until the next reset; any error in the sequence aborts the lock.
 */
export function portLock(d: LockContext) {
  const { LCKR } = d.regs;
  const { lockStep, lockBits, locked, lockTold } = d.state;

  /** A write that the lock made nothing of: told once between two resets. */
  const lost = (register: string, pins: number): void => {
    if (lockTold[0] !== 0) return;
    lockTold[0] = 1;
    const port = d.name.toUpperCase();
    const names = [...Array(16).keys()].filter((pin) => (pins >>> pin) & 1).map((pin) => `P${port.slice(-1)}${pin}`);
    d.report({
      kind: 'misuse',
      rule: 'sequence',
      what: `${port}.${register} was written, but ${names.join(', ')} ${names.length > 1 ? 'are' : 'is'} locked by LCKR: the write is lost`,
      remedy: 'set pins up before they are locked: nothing but a reset unlocks them',
      section: 'RM0090 8.4.8',
    });
  };

  d.onWrite(LCKR, (_value, old, written) => {
    if (locked[0] !== 0) {
      LCKR.value = old;
      if (((written ^ old) & 0xffff) !== 0) lost('LCKR', old & 0xffff);
      return;
    }
    const bits = written & 0xffff;
    const key = (written & LCKK) !== 0;
    const same = lockBits[0]! + lockBits[1]! * 0x100 === bits;
    if (lockStep[0] === 1 && !key && same) lockStep[0] = 2;
    else if (lockStep[0] === 2 && key && same) lockStep[0] = 3;
    else lockStep[0] = key ? 1 : 0;
    lockBits[0] = bits & 0xff;
    lockBits[1] = bits >>> 8;
    // LCKK shows the active lock only.
    LCKR.value = bits;
  });

  d.onRead(LCKR, () => {
    if (locked[0] === 0 && lockStep[0] === 3) {
      locked[0] = 1;
      LCKR.value |= LCKK;
    }
    return LCKR.value;
  });

  return {
    /** `value` with the fields of locked pins as in `old`; `width` bits a pin, the register's first pin is `first`. */
    keep(register: string, value: number, old: number, width: number, first: number): number {
      if (locked[0] === 0) return value;
      let frozen = 0;
      let pins = 0;
      for (let i = 0; i < Math.min(16, 32 / width); i++) {
        if (((LCKR.value >>> (first + i)) & 1) === 0) continue;
        const bits = ((1 << width) - 1) << (i * width);
        frozen |= bits;
        if (((value ^ old) & bits) !== 0) pins |= 1 << (first + i);
      }
      if (pins !== 0) lost(register, pins);
      return ((value & ~frozen) | (old & frozen)) >>> 0;
    },
  };
}
