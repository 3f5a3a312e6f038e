import type { DeviceMemory } from '../../device.js';
import type { TimedEvent } from '../../scheduler.js';
import type { Signal } from '../../signal.js';
import type { FlashControl } from './flash-control.js';
import { type OptionBytes, protectionLevel } from './flash-options.js';
import type { Sector } from './flash-sectors.js';
import { massEraseNs, optionBytesNs, sectorEraseNs } from './flash-times.js';

const ERASED = 0xff;
const SECTION = 'RM0090 3.6.3';

/** Erasing sectors and the whole, and programming option bytes (RM0090 3.6.3, 3.7.2). */
export class FlashErase {
  readonly #control: FlashControl;
  readonly #options: OptionBytes;
  readonly #sectors: readonly Sector[];
  readonly #main: DeviceMemory;
  readonly #sectorErase: TimedEvent;
  readonly #massErase: TimedEvent;
  readonly #optionErase: TimedEvent;
  readonly #optionBytes: TimedEvent;
  /** Backup registers and backup SRAM are erased with the flash (RM0090 3.7.3, 5.1.2). */
  readonly #protectionErased: Signal;

  constructor(control: FlashControl, sectors: readonly Sector[], main: DeviceMemory) {
    const { d } = control;
    this.#control = control;
    this.#options = control.options;
    this.#sectors = sectors;
    this.#main = main;
    const event = (name: string, fire: () => void) => d.event(name, fire, d.clockNamed('ns'));
    this.#sectorErase = event('sectorErase', () => {
      this.#erase(sectors[d.state.sector[0]!]!);
      control.finish();
    });
    this.#massErase = event('massErase', () => {
      for (const sector of sectors) this.#erase(sector);
      control.finish();
    });
    this.#protectionErased = d.output('protectionErased');
    this.#optionErase = event('protectionErase', () => {
      this.#protectionErased.set(1);
      this.#protectionErased.set(0);
      for (const sector of sectors) this.#erase(sector);
      this.#optionBytes.after(optionBytesNs(d.regs.CR.PSIZE));
    });
    this.#optionBytes = event('optionBytes', () => {
      this.#options.program(d.state.optionWord[0]!);
      control.finish();
    });
  }

  /** CR.STRT was set. With SER and MER both set neither is done (RM0090 3.6.3). */
  start(): void {
    const { CR } = this.#control.d.regs;
    if (CR.SER === CR.MER) this.#refuse(CR.SER ? 'with both SER and MER set' : 'with neither SER nor MER set');
    else if (CR.SER) this.#startSector(CR.SNB);
    else this.#startMass();
  }

  /** OPTCR.OPTSTRT was set. Going from level 1 to level 0 erases all of the user's code first (RM0090 3.7.3). */
  startOptions(): void {
    const { state, regs } = this.#control.d;
    const { OPTCR, CR } = regs;
    state.optionWord[0] = OPTCR.value;
    OPTCR.OPTSTRT = 1;
    this.#control.begin();
    if (this.#options.level === 1 && protectionLevel(OPTCR.RDP) === 0) {
      this.#optionErase.after(massEraseNs(CR.PSIZE));
    } else this.#optionBytes.after(optionBytesNs(CR.PSIZE));
  }

  #startSector(number: number): void {
    const { state, regs } = this.#control.d;
    const sector = this.#sectors[number];
    if (sector === undefined) {
      this.#refuse(`for sector ${number}, and there are ${this.#sectors.length}`);
    } else if (state.refused[0] || ((this.#options.nWRP >> number) & 1) === 0) {
      this.#control.fail('WRPERR', `sector ${number} is write-protected and was not erased`, SECTION);
    } else {
      state.sector[0] = number;
      this.#begin(this.#sectorErase, sectorEraseNs(sector.size, regs.CR.PSIZE));
    }
  }

  #startMass(): void {
    const { state, regs } = this.#control.d;
    const protectedOne = this.#sectors.findIndex((_, number) => ((this.#options.nWRP >> number) & 1) === 0);
    if (state.refused[0] || protectedOne >= 0) {
      const which = state.refused[0] ? 'flash' : `sector ${protectedOne}`;
      this.#control.fail('WRPERR', `${which} is protected: no mass erase`, 'RM0090 3.7.4');
    } else this.#begin(this.#massErase, massEraseNs(regs.CR.PSIZE));
  }

  #begin(event: TimedEvent, ns: number): void {
    this.#control.d.regs.CR.STRT = 1;
    this.#control.begin();
    event.after(ns);
  }

  #erase({ offset, size }: Sector): void {
    this.#main.fill(offset, new Uint8Array(size).fill(ERASED));
  }

  #refuse(how: string): void {
    const what = `FLASH.CR.STRT was set ${how}: nothing is erased`;
    this.#control.d.report({ kind: 'misuse', rule: 'sequence', what, section: SECTION });
  }
}
