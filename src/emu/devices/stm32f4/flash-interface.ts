import { defineDevice } from '../../device.js';
import { notModelled, r, rc_w1, reg, registers, rs, rw, w } from '../../registers.js';
import { u8 } from '../../state.js';

const PROGRAMMING = 'erasing and programming flash';
const OPTIONS = 'changing option bytes';

/** RM0090 section 3.9 (STM32F405/407). Wait states and caches change nothing but time, which the core's model keeps. */
const FLASH = registers({
  ACR: reg(
    0x00,
    { LATENCY: rw(0, 3), PRFTEN: rw(8), ICEN: rw(9), DCEN: rw(10), ICRST: w(11), DCRST: rw(12) },
    0,
    'RM0090 3.9.1',
  ),
  KEYR: reg(0x04, { KEY: w(0, 32) }, 0, 'RM0090 3.9.3'),
  OPTKEYR: reg(0x08, { OPTKEY: w(0, 32) }, 0, 'RM0090 3.9.4'),
  SR: reg(
    0x0c,
    {
      EOP: rc_w1(0),
      OPERR: rc_w1(1),
      WRPERR: rc_w1(4),
      PGAERR: rc_w1(5),
      PGPERR: rc_w1(6),
      PGSERR: rc_w1(7),
      BSY: r(16),
    },
    0,
    'RM0090 3.9.5',
  ),
  CR: reg(
    0x10,
    {
      PG: notModelled(rw(0), PROGRAMMING),
      SER: notModelled(rw(1), PROGRAMMING),
      MER: notModelled(rw(2), PROGRAMMING),
      SNB: rw(3, 4),
      PSIZE: rw(8, 2),
      STRT: notModelled(rs(16), PROGRAMMING),
      EOPIE: rw(24),
      ERRIE: rw(25),
      LOCK: rs(31),
    },
    0x8000_0000,
    'RM0090 3.9.7',
  ),
  OPTCR: reg(
    0x14,
    {
      OPTLOCK: rs(0),
      OPTSTRT: notModelled(rs(1), OPTIONS),
      BOR_LEV: notModelled(rw(2, 2), OPTIONS),
      WDG_SW: notModelled(rw(5), OPTIONS),
      nRST_STOP: notModelled(rw(6), OPTIONS),
      nRST_STDBY: notModelled(rw(7), OPTIONS),
      RDP: notModelled(rw(8, 8), OPTIONS),
      nWRP: notModelled(rw(16, 12), OPTIONS),
    },
    0x0fff_aaed,
    'RM0090 3.9.9',
  ),
});

/** RM0090 3.6.1 and 3.7.2. */
const KEYS = [0x4567_0123, 0xcdef_89ab] as const;
const OPTION_KEYS = [0x0819_2a3b, 0x4c5d_6e7f] as const;
/** Steps of an unlock sequence: the first key came; a wrong one did, which locks until reset. */
const FIRST = 1;
const REFUSED = 2;

/** Flash memory interface registers: RM0090 chapter 3. The lock sequences are modelled, what they guard is not yet. */
export function flashInterface() {
  return defineDevice({
    name: 'stm32f4-flash',
    size: 0x400,
    registers: FLASH,
    state: { step: u8(), optionStep: u8() },
    setup(d) {
      const { KEYR, OPTKEYR, CR, OPTCR } = d.regs;
      const lockable = (
        key: typeof KEYR | typeof OPTKEYR,
        keys: readonly [number, number],
        step: Uint8Array,
        unlock: () => void,
      ): void =>
        d.onWrite(key, (_value, _old, written) => {
          key.value = 0;
          if (step[0] === 0 && written === keys[0]) {
            step[0] = FIRST;
          } else if (step[0] === FIRST && written === keys[1]) {
            step[0] = 0;
            unlock();
          } else {
            step[0] = REFUSED;
            d.fault(`FLASH.${key.name} was written in the wrong order: the registers stay locked until reset`);
          }
        });
      lockable(KEYR, KEYS, d.state.step, () => {
        CR.LOCK = 0;
      });
      lockable(OPTKEYR, OPTION_KEYS, d.state.optionStep, () => {
        OPTCR.OPTLOCK = 0;
      });
      d.onWrite(CR, (_value, old) => {
        if (old >>> 31) CR.value = old;
        CR.STRT = 0;
      });
      d.onWrite(OPTCR, (_value, old) => {
        if (old & 1) OPTCR.value = old;
        OPTCR.OPTSTRT = 0;
      });
    },
  });
}
