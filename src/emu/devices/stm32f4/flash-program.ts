import { hex } from '../../bits.js';
import type { DeviceMemory } from '../../device.js';
import type { TimedEvent } from '../../scheduler.js';
import type { FlashControl } from './flash-control.js';
import { OTP, type Sector, sectorAt } from './flash-sectors.js';
import { PROGRAM_NS } from './flash-times.js';

const MAIN = 0;
const ONE_TIME = 1;
/** Bytes of a row: no operation goes over its end (RM0090 3.6.4). */
const ROW = 16;
const SECTION = 'RM0090 3.6.4';
/** 3.6.1 */
export const UNLOCK = 'write the two keys 0x45670123 and 0xcdef89ab to FLASH.KEYR first';

/** Programming: stores to the memories of the interface (RM0090 3.6.4, 3.8). */
export class FlashProgram {
  readonly main: DeviceMemory;
  readonly #control: FlashControl;
  readonly #sectors: readonly Sector[];
  readonly #otp: DeviceMemory;
  readonly #event: TimedEvent;

  constructor(control: FlashControl, sectors: readonly Sector[]) {
    const { d } = control;
    this.#control = control;
    this.#sectors = sectors;
    this.main = d.memory('main', (offset, value, size) => this.#store(MAIN, offset, value, size));
    this.#otp = d.memory('otp', (offset, value, size) => this.#store(ONE_TIME, offset, value, size));
    const system = d.memory('system', (offset) => this.refuse(system, offset));
    this.#event = d.event('program', () => this.#finish(), d.clockNamed('ns'));
  }

  /** A store to what stores never change: the boot loader, option bytes (RM0090 3.7.4). */
  refuse(memory: DeviceMemory, offset: number): void {
    if (!this.#mayProgram(memory, offset)) return;
    this.#fail('WRPERR', memory, offset, 'it can never be written by a store');
  }

  /** Forgets the first half of a 64-bit operation. */
  dropHalf(): void {
    this.#control.d.state.half.fill(0);
  }

  #store(which: number, offset: number, value: number, size: number): void {
    const memory = which === MAIN ? this.main : this.#otp;
    if (!this.#mayProgram(memory, offset)) return;
    const { PSIZE } = this.#control.d.regs.CR;
    const wide = PSIZE === 3;
    if ((offset % ROW) + size > ROW) {
      this.#fail('PGAERR', memory, offset, `${size} bytes do not fit in a row of ${ROW}`);
    } else if (size !== (wide ? 4 : 1 << PSIZE)) {
      const wanted = wide ? 'two words in a row' : `${1 << PSIZE} bytes`;
      this.#fail('PGPERR', memory, offset, `it has ${size} bytes, and CR.PSIZE wants ${wanted}`);
    } else if (this.#isProtected(which, offset)) {
      this.#fail('WRPERR', memory, offset, 'it is write-protected');
    } else if (wide) this.#storeHalf(which, memory, offset, value);
    else this.#begin(which, offset, size, [value]);
  }

  #mayProgram(memory: DeviceMemory, offset: number): boolean {
    const { CR } = this.#control.d.regs;
    if (CR.PG && !CR.LOCK) return true;
    if (CR.LOCK) this.#fail('PGSERR', memory, offset, 'FLASH.CR is locked', UNLOCK);
    else this.#fail('PGSERR', memory, offset, 'FLASH.CR.PG is not set', 'set FLASH.CR.PG first');
    return false;
  }

  #isProtected(which: number, offset: number): boolean {
    if (this.#control.d.state.refused[0]) return true;
    if (which === MAIN) return ((this.#control.options.nWRP >> sectorAt(this.#sectors, offset)) & 1) === 0;
    // A lock byte can still be programmed, but a locked block is locked for good.
    if (offset >= OTP.locks) return false;
    return this.#otp.load(OTP.locks + Math.floor(offset / OTP.block), 1) === 0;
  }

  /** The bus is 32 bits wide: the words of a double word come one after the other, lower address first. */
  #storeHalf(which: number, memory: DeviceMemory, offset: number, value: number): void {
    const { half } = this.#control.d.state;
    const [waiting, first, word] = [half[0]!, half[1]!, half[2]!];
    this.dropHalf();
    if (offset % 8 === 0 && !waiting) half.set([1, offset, value]);
    else if (waiting && offset === first + 4) this.#begin(which, first, 8, [word, value]);
    else this.#fail('PGSERR', memory, offset, 'CR.PSIZE is x64, and it is not the next half of an aligned double word');
  }

  #begin(which: number, offset: number, size: number, data: readonly number[]): void {
    const { state } = this.#control.d;
    this.#checkErased(which, offset, size, data);
    state.program.set([which, offset, size, data[0]!, data[1] ?? 0]);
    this.#control.begin();
    this.#event.after(PROGRAM_NS);
  }

  /** 3.6: a bit that is 0 stays 0; an erase alone makes ones. */
  #checkErased(which: number, offset: number, size: number, data: readonly number[]): void {
    const memory = which === MAIN ? this.main : this.#otp;
    for (let i = 0; i < size; i++) {
      const wanted = (data[i >> 2]! >>> (8 * (i & 3))) & 0xff;
      if ((wanted & ~memory.load(offset + i, 1)) === 0) continue;
      const address = (memory.addressesOf(offset)[0] ?? offset) >>> 0;
      this.#control.d.report({
        kind: 'misuse',
        rule: 'flash-programming',
        what: `flash at ${hex(address)} is programmed, but is not erased: bits that are 0 stay 0`,
        remedy: 'erase the sector first',
        section: SECTION,
      });
      return;
    }
  }

  /** Bits go from 1 to 0 only. */
  #finish(): void {
    const [which, offset, size, low, high] = this.#control.d.state.program as unknown as Five;
    const memory = which === MAIN ? this.main : this.#otp;
    const bytes = Uint8Array.from(
      { length: size },
      (_, i) => memory.load(offset + i, 1) & ((i < 4 ? low : high) >>> (8 * (i & 3))),
    );
    memory.fill(offset, bytes);
    this.#control.finish();
  }

  #fail(
    flag: 'WRPERR' | 'PGAERR' | 'PGPERR' | 'PGSERR',
    memory: DeviceMemory,
    offset: number,
    why: string,
    remedy?: string,
  ): void {
    const address = memory.addressesOf(offset)[0] ?? offset;
    this.#control.fail(flag, `a store to ${hex(address)} in flash has no effect: ${why}`, SECTION, remedy);
  }
}

type Five = [number, number, number, number, number];
