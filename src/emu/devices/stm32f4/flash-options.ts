import type { DeviceMemory } from '../../device.js';

/** Option bytes: RM0090 3.7.1, tables 15 to 17. Each half-word is followed by its complement. */

/** Factory option bytes: USER 0xEF, RDP level 0, no write protection. */
export const FACTORY_OPTION_BYTES = Uint8Array.from([
  ...[0xef, 0xaa, 0x10, 0x55, 0xff, 0xff, 0xff, 0xff],
  ...[0xff, 0x0f, 0x00, 0xf0, 0xff, 0xff, 0xff, 0xff],
]);

const USER_AND_RDP = 0;
const WRITE_PROTECTION = 8;
/** Bits of USER that are in OPTCR at the same places: nRST_STDBY, nRST_STOP, WDG_SW, BOR_LEV. */
const USER_BITS = 0xec;
/** Bits of USER that are always 1. */
const USER_ONES = 0x03;

/** RM0090 3.7.3: 0xAA is level 0, 0xCC level 2, everything else level 1. */
export function protectionLevel(rdp: number): 0 | 1 | 2 {
  return rdp === 0xaa ? 0 : rdp === 0xcc ? 2 : 1;
}

export class OptionBytes {
  readonly #memory: DeviceMemory;

  constructor(memory: DeviceMemory) {
    this.#memory = memory;
  }

  /** 0 where protected, a bit for every sector. */
  get nWRP(): number {
    return this.#memory.load(WRITE_PROTECTION, 2) & 0xfff;
  }
  get level(): 0 | 1 | 2 {
    return protectionLevel(this.#memory.load(USER_AND_RDP + 1, 1));
  }
  /** What OPTCR holds after reset, but for OPTLOCK and OPTSTRT. */
  get word(): number {
    return (this.#memory.load(USER_AND_RDP, 2) & (0xff00 | USER_BITS)) | (this.nWRP << 16);
  }
  /** Programs what OPTCR holds. */
  program(word: number): void {
    this.#put(USER_AND_RDP, (word & (0xff00 | USER_BITS)) | USER_ONES);
    this.#put(WRITE_PROTECTION, (word >>> 16) & 0xfff);
  }

  #put(offset: number, halfword: number): void {
    const both = [halfword, ~halfword].flatMap((half) => [half & 0xff, (half >> 8) & 0xff]);
    this.#memory.fill(offset, Uint8Array.from(both));
  }
}
