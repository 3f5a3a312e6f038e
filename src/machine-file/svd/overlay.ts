import { flatten, type RegisterSpecs } from '../../emu/registers.js';
import type { AnyBoard } from '../from-board.js';
import { modelOf } from '../from-board.js';
import type { RawDevice, RawMachine } from '../schema.js';
import { rawOf } from '../to-raw.js';
import type { SvdDevice, SvdPeripheral } from './model.js';

/** Models of the project in place of stubs, where a chip has the same block: same vendor, same registers at the same offsets. */

/** A block of a chip of the project. */
interface Candidate {
  readonly name: string;
  readonly address: number;
  readonly raw: RawDevice;
  readonly registers: RegisterSpecs;
}

export interface Overlay {
  readonly peripheral: SvdPeripheral;
  readonly name: string;
  readonly device: RawDevice;
  /** At its own address in the chip it comes from: its wires are known too. */
  readonly isInPlace: boolean;
}

/**
 * SVD files call registers with their block's name in front (`DBGMCU_CR`), and those with two faces by each (`CCMR1_Input`).
 */
function isCalled(name: string, wanted: string): boolean {
  if (name === wanted) return true;
  const [lower, own] = [name.toUpperCase(), wanted.toUpperCase()];
  return lower.endsWith(`_${own}`) || lower.startsWith(`${own}_`) || own.startsWith(lower);
}

/** What the file may lack of a model's registers: files are not complete. */
const LACKING = 0.1;

/** Whether the peripheral is the block: each register that both have has the same name. */
function isSame({ registers }: SvdPeripheral, specs: RegisterSpecs, mayHaveMore: boolean): boolean {
  const own = flatten(specs);
  const inFile = new Map<number, string[]>();
  for (const { offset, name } of registers) inFile.set(offset, [...(inFile.get(offset) ?? []), name]);
  let missing = 0;
  for (const { offset, name } of own) {
    const there = inFile.get(offset);
    if (!there) missing++;
    else if (!there.some((one) => isCalled(one, name))) return false;
  }
  const offsets = new Set(own.map(({ offset }) => offset));
  const hasMore = [...inFile.keys()].some((offset) => !offsets.has(offset));
  return missing <= own.length * LACKING && (mayHaveMore || !hasMore);
}

/** `USART3` is of the sort USART; a block only stands in for others of its sort. */
const sortOf = (name: string): string => name.toUpperCase().replace(/[\d_]+[A-Z]?$|(?<=GPIO)[A-Z]$/, '');

export class Overlays {
  readonly #candidates: readonly Candidate[];
  readonly #board: AnyBoard;
  readonly raw: RawMachine;

  constructor(board: AnyBoard, isStub: (device: object) => boolean) {
    this.#board = board;
    this.raw = rawOf(modelOf(board));
    this.#candidates = Object.entries(board.chip.devices).flatMap(([name, row]) => {
      const raw = this.raw.devices?.[name];
      const { registers } = row.device;
      return raw && registers && !isStub(row.device) ? [{ name, address: row.address, raw, registers }] : [];
    });
  }

  /**
   * What stands in for the chip's peripherals.
   * @param isChip it is the very chip the models come from
   * @param without models that cannot be used, by their names there
   */
  find(device: SvdDevice, isChip: boolean, without: ReadonlySet<string>): readonly Overlay[] {
    const found = device.peripherals.flatMap((peripheral) => {
      const overlay = this.#inPlace(peripheral, isChip) ?? this.#elsewhere(peripheral);
      return overlay && !without.has(overlay.name) ? [overlay] : [];
    });
    return found.map((overlay) => (overlay.isInPlace ? this.#wired(overlay, found) : overlay));
  }

  #inPlace(peripheral: SvdPeripheral, isChip: boolean): Overlay | undefined {
    const one = this.#candidates.find(({ address }) => address === peripheral.base);
    if (!one || !isSame(peripheral, one.registers, isChip)) return undefined;
    return { peripheral, name: one.name, device: one.raw, isInPlace: true };
  }

  /** The same block at another address: its interrupt is the file's, and it runs with the CPU's clock. */
  #elsewhere(peripheral: SvdPeripheral): Overlay | undefined {
    const { name, base, interrupts } = peripheral;
    const one = this.#candidates.find(
      (candidate) => sortOf(candidate.name) === sortOf(name) && isSame(peripheral, candidate.registers, false),
    );
    if (!one) return undefined;
    const type = this.raw.devices?.[one.name]?.type;
    const [irq, ...others] = interrupts;
    const hasOne = typeof one.raw.irq === 'number' && irq && others.length === 0;
    const device: RawDevice = { type: type!, at: base, ...(hasOne && { irq: irq.value }) };
    return { peripheral, name: name.toLowerCase(), device, isInPlace: false };
  }

  /** Without wires, clocks and gates of blocks that are not taken. */
  #wired(overlay: Overlay, all: readonly Overlay[]): Overlay {
    const names = new Set([...all.filter(({ isInPlace }) => isInPlace).map(({ name }) => name), 'cpu']);
    const isThere = (wire: string) => names.has(wire.split('.', 1)[0]!);
    const { wires, enable, reset, clock, ...rest } = overlay.device;
    const kept = Object.entries(wires ?? {}).flatMap(([own, to]) => {
      const ends = [to].flat().filter(isThere);
      return ends.length === 0 ? [] : [[own, ends.length === 1 ? ends[0]! : ends] as const];
    });
    const device: RawDevice = { ...rest };
    if (kept.length > 0) device.wires = Object.fromEntries(kept);
    if (enable !== undefined && isThere(enable)) device.enable = enable;
    if (reset !== undefined && isThere(reset)) device.reset = reset;
    if (clock !== undefined && names.has('rcc')) device.clock = clock;
    return { ...overlay, device };
  }

  get cpu(): { readonly hertz: number; readonly bitBands: RawMachine['bitBands'] } {
    return { hertz: Number(this.#board.chip.hertz), bitBands: this.raw.bitBands };
  }
}
