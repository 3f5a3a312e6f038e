import { type DeviceContext, type DeviceMemory, MEMORY_ACCESS } from '../../../device.js';
import type { RegisterSpec } from '../../../registers.js';
import type { SpiWindow } from '../../../spi-link.js';
import type { SPI_STATE } from './spi.js';
import type { SpiFlashRegisters } from './spi-registers.js';

/** Read commands of serial flashes: data lines of address and data, dummy clocks, address bytes. */
const READS: Readonly<Record<number, readonly [address: number, data: number, dummy: number, bytes: number]>> = {
  3: [1, 1, 0, 3],
  11: [1, 1, 8, 3],
  59: [1, 2, 8, 3],
  187: [2, 2, 4, 3],
  107: [1, 4, 8, 3],
  235: [4, 4, 6, 3],
  19: [1, 1, 0, 4],
  12: [1, 1, 8, 4],
};
const LANES = [1, 2, 4, 1] as const;

type Context = Pick<
  DeviceContext<SpiFlashRegisters, typeof SPI_STATE>,
  'name' | 'state' | 'memory' | 'output' | 'fault' | 'report'
>;
type Fields<S extends RegisterSpec> = { readonly [K in keyof S['fields']]: number };

/**
 * The flash as memory (FE310 19.2, 19.16, 19.17): while fctrl.en is set, reads of its window become read commands on the bus. The
 * contents are the memory behind the window, which the flash part shares; the commands are not clocked one by one.
 */
export class FlashWindow implements SpiWindow {
  readonly memory: DeviceMemory;
  readonly #d: Context;
  readonly #enabled: () => boolean;
  readonly #access;

  constructor(d: Context, enabled: () => boolean) {
    this.#d = d;
    this.#enabled = enabled;
    this.#access = d.output('access');
    // 19.2: the window answers no writes
    this.memory = d.memory('flash', () => d.fault('the flash is written by commands through the SPI port only'));
  }

  get busy(): boolean {
    return this.#d.state.flashBusy[0] !== 0;
  }
  /** The part erases or programs: it answers no reads. */
  set busy(on: boolean) {
    this.#d.state.flashBusy[0] = on ? 1 : 0;
    this.update();
  }

  /** The window shows the flash while it is switched on and the part listens. */
  update(): void {
    const open = this.#enabled() && this.#d.state.flashBusy[0] === 0;
    this.#access.set(open ? MEMORY_ACCESS.open : MEMORY_ACCESS.refused);
  }

  /** ffmt must be a read that flashes know; its timing does not show. */
  check(ffmt: Fields<SpiFlashRegisters['ffmt']>): void {
    const { cmd_en, cmd_code, addr_len, pad_cnt, addr_proto, data_proto } = ffmt;
    const known = READS[cmd_code];
    if (cmd_en === 0 || known === undefined) {
      const what = `${this.#d.name}.ffmt has command 0x${cmd_code.toString(16)}${cmd_en ? '' : ' without cmd_en'}, which is no read of a serial flash`;
      this.#report(what);
      return;
    }
    const [address, data, dummy, bytes] = known;
    const fits = LANES[addr_proto] === address && LANES[data_proto] === data && pad_cnt === dummy && addr_len === bytes;
    if (fits) return;
    this.#report(
      `${this.#d.name}.ffmt does not fit command 0x${cmd_code.toString(16)}: it takes ${bytes} address bytes on ${address} lines, ${dummy} dummy clocks and data on ${data} lines`,
    );
  }

  #report(what: string): void {
    if (this.#d.state.told[0] !== 0) return;
    this.#d.state.told[0] = 1;
    const remedy = 'the model shows the contents all the same; a real flash answers otherwise';
    this.#d.report({ kind: 'misuse', rule: 'configuration', what, remedy, section: 'FE310 19.17' });
  }
}
