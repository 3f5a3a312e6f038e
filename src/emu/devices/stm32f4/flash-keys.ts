import type { DeviceContext } from '../../device.js';
import type { FLASH } from './flash-registers.js';

/** RM0090 3.6.1 and 3.7.2. */
const KEYS = [0x4567_0123, 0xcdef_89ab] as const;
const OPTION_KEYS = [0x0819_2a3b, 0x4c5d_6e7f] as const;
/** Steps of an unlock sequence: the first key came; a wrong one did, which locks until reset. */
const FIRST = 1;
const REFUSED = 2;

/** The two unlock sequences; `step` and `optionStep` hold how far each has come. */
export function unlockSequences(d: DeviceContext<typeof FLASH>, step: Uint8Array, optionStep: Uint8Array): void {
  const { KEYR, OPTKEYR, CR, OPTCR } = d.regs;
  const lockable = (
    key: typeof KEYR | typeof OPTKEYR,
    keys: readonly [number, number],
    state: Uint8Array,
    unlock: () => void,
  ): void =>
    d.onWrite(key, (_value, _old, written) => {
      key.value = 0;
      if (state[0] === 0 && written === keys[0]) {
        state[0] = FIRST;
      } else if (state[0] === FIRST && written === keys[1]) {
        state[0] = 0;
        unlock();
      } else {
        state[0] = REFUSED;
        d.fault(`FLASH.${key.name} was written in the wrong order: the registers stay locked until reset`);
      }
    });
  lockable(KEYR, KEYS, step, () => {
    CR.LOCK = 0;
  });
  lockable(OPTKEYR, OPTION_KEYS, optionStep, () => {
    OPTCR.OPTLOCK = 0;
  });
}
