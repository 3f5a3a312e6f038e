import { dirname, resolve } from 'node:path';
import { UsageError } from '../../emu/errors.js';
import { isNamedOnly } from '../../emu/not-modelled.js';
import { TAKEN_NAMES } from '../core-names.js';
import type { AnyBoard } from '../from-board.js';
import type { RawCpu, RawDevice, RawMachine } from '../schema.js';
import type { SvdCpu, SvdDevice, SvdPeripheral } from './model.js';
import { type Overlay, Overlays } from './overlay.js';

/** Machines from SVD files: a stub for each peripheral, and models where the project has them. */

export interface ImportedSvd {
  readonly raw: RawMachine;
  where(...path: readonly (string | number)[]): string;
  readonly folder: string;
  /** Peripherals that a model stands for: `USART1 (stm32-usart)`. */
  readonly modelled: readonly string[];
  /** Those that are nothing but their registers. */
  readonly stubs: readonly string[];
  readonly notes: readonly string[];
}

export interface SvdOptions {
  /** A board of the project by its name. */
  readonly boardNamed: (name: string) => AnyBoard | undefined;
  /** Somebody else says which processor it is. */
  readonly hasCpu?: boolean;
}

/** Where models come from, by what chips are called. */
const SOURCES = [
  { vendor: /^(ST|STMicroelectronics)$/i, name: /^STM32/i, board: 'stm32f4-discovery', chip: /^STM32F40[57]/i },
];

/** Cores whose instructions a Cortex-M4 has. */
const ON_M4 = new Set(['CM0', 'CM0PLUS', 'CM0+', 'CM1', 'CM3', 'CM4', 'SC000', 'SC300']);
const BIT_BANDED = new Set(['CM3', 'CM4', 'SC300']);
/** What an Arm core has itself (ARMv7-M table B3-1): NVIC, SysTick and the like, trace, the ROM table; DBGMCU lies between. */
const PRIVATE_BUS = [
  { from: 0xe000_0000, to: 0xe004_2000 },
  { from: 0xe00f_e000, to: 0xe010_0000 },
] as const;
const ARM = /^(CM|SC|CA)/i;
const DEFAULT_HERTZ = 16e6;
const MAX_IRQS = 240;

/** A stub with what lies in it. */
interface Placed {
  readonly also: string[];
  size: number;
}

class Import {
  readonly #svd: SvdDevice;
  readonly #options: SvdOptions;
  readonly #overlays: Overlays | undefined;
  readonly #isChip: boolean;
  readonly #where = new Map<string, string>();
  readonly #devices = new Map<string, RawDevice>();
  /** Of names that are there several times: what the next one is numbered. */
  readonly #numbers = new Map<string, number>();
  readonly raw: RawMachine = { machine: 'none' };
  readonly modelled: string[] = [];
  readonly stubs: string[] = [];
  readonly notes: string[] = [];

  constructor(svd: SvdDevice, options: SvdOptions) {
    this.#svd = svd;
    this.#options = options;
    const source = SOURCES.find((one) =>
      svd.vendor === undefined ? one.name.test(svd.name) : one.vendor.test(svd.vendor),
    );
    const board = source && options.boardNamed(source.board);
    this.#overlays = board && new Overlays(board, isNamedOnly);
    this.#isChip = source?.chip.test(svd.name) ?? false;
  }

  run(): void {
    this.raw.name = this.#svd.name;
    // The flash controller works on memories that no SVD file has.
    const usable = this.#overlays?.find(this.#svd, this.#isChip, new Set(['flash'])) ?? [];
    this.#cpu(usable);
    this.#clocks(usable);
    const byPeripheral = new Map(usable.map((one) => [one.peripheral, one]));
    for (const [peripheral, placed] of this.#placed(byPeripheral)) {
      this.#device(peripheral, placed, byPeripheral.get(peripheral));
    }
    if (this.#devices.size > 0) this.raw.devices = Object.fromEntries(this.#devices);
    this.#sharedLines();
  }

  where(path: readonly (string | number)[]): string {
    return this.#where.get(`${path[1]}`) ?? this.#svd.path;
  }

  #cpu(overlays: readonly Overlay[]): void {
    if (this.#options.hasCpu) return;
    const { cpu, peripherals } = this.#svd;
    const name = cpu?.name.toUpperCase();
    if (!cpu || name === undefined || !ON_M4.has(name)) this.#unknownCpu(cpu);
    if (name !== 'CM4') this.notes.push(`the ${cpu.name} is a Cortex-M4 here, which has its instructions and more`);
    const known = this.#isChip ? this.#overlays?.raw.cpus?.['cpu0'] : undefined;
    const highest = Math.max(0, ...peripherals.flatMap(({ interrupts }) => interrupts.map(({ value }) => value)));
    const irqs = Math.min(Math.max(cpu.interrupts ?? 0, highest + 1), MAX_IRQS);
    const own: RawCpu = { type: 'cortex-m4', irqs, priorityBits: Math.min(Math.max(cpu.priorityBits ?? 4, 3), 8) };
    const hasRcc = overlays.some((one) => one.name === 'rcc');
    const clock = hasRcc ? this.#overlays!.cpu.hertz : DEFAULT_HERTZ;
    this.raw.cpus = { cpu: { ...(known ?? own), clock } };
    if (!hasRcc)
      this.notes.push(`SVD files have no clocks: the CPU runs at ${DEFAULT_HERTZ / 1e6} MHz (--set cpu.clock=…)`);
    if (BIT_BANDED.has(name)) {
      this.raw.bitBands = [
        { alias: 0x2200_0000, target: 0x2000_0000, size: 0x10_0000 },
        { alias: 0x4200_0000, target: 0x4000_0000, size: 0x10_0000 },
      ];
    }
  }

  #unknownCpu(cpu: SvdCpu | undefined): never {
    const what = cpu
      ? `there is no model of the processor '${cpu.name}'`
      : 'the SVD file does not say which processor the chip has';
    const remedy =
      'say which one stands for it: --cpu cortex-m4,clock=16MHz, or a RISC-V one (`fwtest cpus` lists them)';
    throw new UsageError({ what, where: cpu?.where ?? this.#svd.path, remedy });
  }

  /** What the clock controller drives, if there is its model. */
  #clocks(overlays: readonly Overlay[]): void {
    const { raw } = this.#overlays ?? {};
    if (!raw || !overlays.some((one) => one.name === 'rcc' && one.isInPlace)) return;
    if (raw.clocks) this.raw.clocks = raw.clocks;
    if (raw.bridges) this.raw.bridges = raw.bridges;
  }

  /**
   * Peripherals by address, each up to where the next begins. Some lie in others (Nordic's CLOCK in POWER, modes of one USB block): a stub
   * has the registers of all of them; a model stays alone.
   */
  #placed(overlays: ReadonlyMap<SvdPeripheral, Overlay>): Map<SvdPeripheral, Placed> {
    const isArm = ARM.test(this.#svd.cpu?.name ?? '');
    const inside = ({ base }: SvdPeripheral) => isArm && PRIVATE_BUS.some(({ from, to }) => base >= from && base < to);
    const all = this.#svd.peripherals.filter((one) => !inside(one));
    all.sort((a, b) => a.base - b.base || Number(overlays.has(b)) - Number(overlays.has(a)));
    const bases = [...new Set(all.map(({ base }) => base)), 2 ** 32];
    const placed = new Map<SvdPeripheral, Placed>();
    let last: { readonly one: SvdPeripheral; readonly placed: Placed } | undefined;
    let next = 0;
    for (const one of all) {
      while (bases[next]! <= one.base) next++;
      const { used } = one;
      if (last && one.base < last.one.base + last.placed.size) {
        if (overlays.has(last.one)) this.notes.push(`${one.name} lies in ${last.one.name}, which is kept`);
        else {
          last.placed.also.push(one.name);
          last.placed.size = Math.max(last.placed.size, one.base + used - last.one.base);
        }
        continue;
      }
      const size = Math.max(Math.min(one.size, bases[next]! - one.base), overlays.has(one) ? 4 : used);
      const own: Placed = { also: [], size };
      last = { one, placed: own };
      placed.set(one, own);
    }
    return placed;
  }

  #device(peripheral: SvdPeripheral, { also, size }: Placed, overlay: Overlay | undefined): void {
    const name = overlay?.name ?? this.#free(peripheral.name.toLowerCase());
    const file = resolve(this.#svd.path);
    const stub: RawDevice = { type: 'svd-stub', at: peripheral.base, file, peripheral: peripheral.name };
    if (also.length > 0) stub['also'] = also;
    if (size !== peripheral.size) stub['size'] = size;
    this.#devices.set(name, overlay?.device ?? stub);
    this.#where.set(name, peripheral.where);
    if (overlay) this.modelled.push(`${peripheral.name} (${overlay.device.type})`);
    else this.stubs.push(...[peripheral.name, ...also]);
  }

  /** Files say which lines there are; that blocks share one is right as far as they say. */
  #sharedLines(): void {
    const users = new Map<number, number>();
    for (const { irq } of Object.values(this.raw.devices ?? {})) {
      const lines = typeof irq === 'object' && !Array.isArray(irq) ? Object.values(irq).flat() : [irq].flat();
      for (const line of new Set(lines)) if (typeof line === 'number') users.set(line, (users.get(line) ?? 0) + 1);
    }
    const shared = [...users].filter(([, count]) => count > 1).map(([line]) => line);
    if (shared.length > 0) this.raw.sharedIrqs = shared;
  }

  #free(wanted: string): string {
    const taken = (name: string) => TAKEN_NAMES.includes(name) || this.#devices.has(name);
    let name = wanted;
    let number = this.#numbers.get(wanted) ?? 0;
    while (taken(name)) name = `${wanted}_${number++}`;
    this.#numbers.set(wanted, number);
    return name;
  }
}

/** @throws UsageError where the chip has a processor that fwtest lacks */
export function importSvd(svd: SvdDevice, options: SvdOptions): ImportedSvd {
  const result = new Import(svd, options);
  result.run();
  const { raw, modelled, stubs, notes } = result;
  return { raw, where: (...path) => result.where(path), folder: dirname(resolve(svd.path)), modelled, stubs, notes };
}

/** SVD files have no memories: what is missing, and what to type. @throws UsageError */
export function requireMemory(svd: SvdDevice, memory: Readonly<Record<string, unknown>> | undefined): void {
  if (Object.keys(memory ?? {}).length > 0) return;
  const remedy =
    'give what the data sheet says, for example --memory flash@0x08000000:1M:flash --memory ram@0x20000000:128K';
  const what = `SVD files have no memories, so ${svd.name} has neither flash nor RAM`;
  throw new UsageError({ what, where: svd.path, remedy });
}

/** One line for each thing to know. */
export function svdReport({ modelled, stubs, notes }: Pick<ImportedSvd, 'modelled' | 'stubs' | 'notes'>): string[] {
  const lines = [...notes];
  if (modelled.length > 0) lines.push(`${modelled.length} peripherals have a model: ${modelled.join(', ')}`);
  lines.push(`${stubs.length} peripherals are stubs of registers: ${stubs.join(', ')}`);
  return lines;
}
