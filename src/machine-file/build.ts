import { Board, type Chip, type DeviceRows, type PartRows } from '../boards/define.js';
import type { CpuType } from '../emu/cpu.js';
import type { DeviceType } from '../emu/device.js';
import type { DeviceRow, PlaceRow } from '../emu/device-row.js';
import { type MachineDescription, type MemoryRow, placesOf } from '../emu/machine-description.js';
import type { PartType } from '../emu/part.js';
import { layoutOf } from '../emu/register-file.js';
import { bodyKey, checkTotal, type MadeDevice, memoryRow, placed, Space } from './build-memory.js';
import { checkClock, WiringBuilder } from './build-wiring.js';
import { type ClockRows, clockRows, hertzAtStart } from './clocks.js';
import { TAKEN_NAMES } from './core-names.js';
import type { AnyBoard } from './from-board.js';
import { type FirmwareImage, readImage } from './images.js';
import { CPUS } from './kinds/index.js';
import type { CpuKind, DeviceKind, OptionValues, PartKind } from './kinds/kind.js';
import { KINDS, type Kinds, type Made, Makers } from './make-things.js';
import { Mistakes } from './mistakes.js';
import type { CpuValue, Entry, Model } from './model.js';
import { probe } from './probe.js';
import { checkImageCpus, chipCpu, type MadeCpu, makeProcessors } from './processors.js';
import { sizeText } from './quantities.js';
import { meant } from './read.js';

/** Bytes: the largest of the package, a PLIC, has 64 MiB. */
const MOST_OF_A_DEVICE = 256 * 2 ** 20;
const MOST_OF_DEVICES = 2 ** 30;
/** Hz: whoever says less forgot the unit. */
const SLOWEST = 1000;

/** Makes a board of a model. All mistakes are found before one is thrown. */
export function buildBoard(model: Model, kinds: Kinds = KINDS, mistakes = new Mistakes()): AnyBoard {
  return new Builder(model, kinds, mistakes).build();
}

class Builder {
  readonly #model: Model;
  readonly #mistakes: Mistakes;
  readonly #makers: Makers;
  readonly #devices = new Map<string, MadeDevice & Made<MadeDevice['made'], DeviceKind>>();

  #deviceBytes = 0;
  /** Known when everything has its place. */
  #hasMemoryAt0 = false;

  constructor(model: Model, kinds: Kinds, mistakes: Mistakes) {
    this.#model = model;
    this.#mistakes = mistakes;
    this.#makers = new Makers(kinds, mistakes);
  }

  build(): AnyBoard {
    const model = this.#model;
    this.#checkNames();
    for (const [name, entry] of model.devices) {
      const made = this.#makers.device(name, entry);
      if (made && this.#fits(name, entry, made.made)) this.#devices.set(name, { entry, ...made });
    }
    const { cpus, lost } = makeProcessors(model, this.#makers, this.#mistakes, () => this.#hasMemoryAt0);
    const clocks = clockRows(model.clocks, this.#mistakes);
    const names = { devices: this.#deviceKinds(), parts: this.#partKinds(), cpus: this.#cpuNames(cpus), lost };
    const wiring = new WiringBuilder(model, names, this.#mistakes).build();
    const parts = this.#parts(wiring.pins);
    const { memories, devices } = this.#space(cpus, lost, wiring.rows, clocks);
    const rest = { ...clocksOf(clocks), ...(wiring.joins.length > 0 && { joins: wiring.joins }), ...this.#whole() };
    const hertz = this.#hertz(cpus[0]?.entry, clocks);
    const rates = cpus.map(({ entry }, i) =>
      i === 0 || entry.value.clock === undefined ? hertz.hertz : this.#hertz(entry, clocks).hertz,
    );
    for (const name of lost) {
      const entry = model.cpus.get(name);
      if (entry?.value.clock !== undefined) this.#hertz(entry, clocks);
    }
    const all = this.#images(memories);
    checkImageCpus(model, cpus, this.#mistakes);
    const own = all.map(({ image, cpu }) => ({ ...image, cpu }));
    const processors = this.#mistakes.guard(cpus[0]?.entry.where() ?? '', () =>
      cpus.length === 0 ? undefined : chipCpu(cpus, rates, own),
    );
    const chip = { name: model.name, cpu: NO_CPU, ...processors, ...hertz, memories, devices, ...rest } satisfies Chip;
    this.#probe({ ...chip, parts }, cpus, lost, wiring.said);
    const images = all.map(({ image }) => image);
    this.#mistakes.check();
    const started: Chip = { ...chip, ...(images.length > 0 && { images }) };
    return new Board<DeviceRows, PartRows>(model.name, started, parts, true);
  }

  /** What a device keeps, it may keep for each of its bytes. */
  #fits(name: string, { where }: Entry<unknown>, { size, registers, name: type }: DeviceType): boolean {
    this.#deviceBytes += size;
    const isTooLarge = size > MOST_OF_A_DEVICE;
    if (isTooLarge || this.#deviceBytes > MOST_OF_DEVICES) {
      const [what, most] = isTooLarge
        ? [`device '${name}' has ${size} bytes`, MOST_OF_A_DEVICE]
        : [`with '${name}' the devices have ${this.#deviceBytes} bytes`, MOST_OF_DEVICES];
      this.#mistakes.add(where(), what, `give ${sizeText(most)} at most`);
      return false;
    }
    // Its registers lie within the size that was given.
    return (
      registers === undefined || this.#mistakes.guard(where(), () => layoutOf(registers, size, type)) !== undefined
    );
  }

  /** Wires of CPUs that could not be made are not looked at. */
  #probe(
    description: MachineDescription,
    cpus: readonly MadeCpu[],
    lost: ReadonlySet<string>,
    said: ReadonlyMap<string, string>,
  ): void {
    const cores = cpus.map(({ name, kind, options }) => {
      const core = {
        inputs: kind?.inputs?.(options) ?? [],
        outputs: kind?.outputs ?? [],
        interrupts: kind?.interrupts?.(options),
      };
      return [name, core] as const;
    });
    const first = cores[0]?.[1];
    const known = new Map([...(first && !lost.has('cpu') ? [['cpu', first] as const] : []), ...cores]);
    probe(description, this.#model, this.#mistakes, { known, first: cpus[0]?.name, lost }, said);
  }

  #checkNames(): void {
    const { devices, parts, memory, containers } = this.#model;
    const maps = { device: devices, part: parts, memory, container: containers };
    for (const [sort, map] of Object.entries(maps)) {
      for (const [name, { where }] of map) {
        const called = sort === 'device' || sort === 'part';
        // A memory may be called as the device that controls it, or as the part that holds it.
        const other = Object.entries(maps).find(
          ([one, all]) =>
            one < sort &&
            all.has(name) &&
            !(sort === 'part' && one === 'memory') &&
            !(sort === 'memory' && one === 'device'),
        );
        if (other !== undefined) {
          const what = `a ${other[0]} and a ${sort} are both called '${name}'`;
          this.#mistakes.add(where(), what, 'choose another name');
        }
        if (called && TAKEN_NAMES.includes(name)) {
          this.#mistakes.add(
            where(),
            `'${name}' cannot be the name of a ${sort}: it means something else`,
            'choose another name',
          );
        }
        if (/[.=\s,@]/.test(name) || name === '') {
          this.#mistakes.add(where(), `'${name}' cannot be a name`, 'leave out dots, blanks, commas, = and @');
        }
      }
    }
  }

  /** What the words of wires stand for. */
  #cpuNames(cpus: readonly MadeCpu[]): ReadonlyMap<string, { kind: CpuKind | undefined; options: OptionValues }> {
    return new Map(cpus.map((cpu) => [cpu.name, cpu]));
  }

  /** Those that could not be made, too: their own mistake is said already. */
  #deviceKinds(): ReadonlyMap<string, { kind: DeviceKind | undefined; options: OptionValues }> {
    const kinds = [...this.#model.devices].map(([name, { value }]) => {
      const made = this.#devices.get(name);
      return [name, { kind: made?.kind, options: made?.options ?? value.options }] as const;
    });
    return new Map(kinds);
  }

  #partKinds(): ReadonlyMap<string, { kind: PartKind | undefined; options: OptionValues }> {
    return new Map(
      [...this.#model.parts].map(([name, { value }]) => [
        name,
        { kind: this.#makers.partKind(value.type), options: value.options },
      ]),
    );
  }

  #parts(pins: ReadonlyMap<string, ReadonlyMap<string, string>>): Record<string, PartType> {
    const parts: Record<string, PartType> = {};
    for (const [name, { value, where }] of this.#model.parts) {
      const wired = pins.get(name);
      const options = wired ? { ...value.options, ...Object.fromEntries(wired) } : value.options;
      const made = this.#makers.part(name, { value: { ...value, options }, where });
      if (made) parts[name] = made.made;
    }
    return parts;
  }

  #space(
    cpus: readonly MadeCpu[],
    lost: ReadonlySet<string>,
    wiring: ReadonlyMap<string, Pick<DeviceRow, 'irq' | 'wires'>>,
    clocks: ClockRows,
  ) {
    const model = this.#model;
    const space = new Space(model, this.#mistakes);
    const sizes = new Map<string, Omit<MemoryRow, 'address'>>();
    for (const [name, entry] of model.memory) {
      if (entry.value.kind === 'alias') continue;
      const row = memoryRow(name, entry, this.#mistakes);
      if (!row) continue;
      sizes.set(name, row);
      this.#needsPlace(`memory '${name}'`, name, entry);
      space.addBody('memory', name, row.size, entry);
    }
    for (const [name, { entry, made }] of this.#devices) {
      this.#needsPlace(`device '${name}'`, name, entry);
      space.addBody('device', name, made.size, entry);
    }
    for (const [name, entry] of model.memory) if (entry.value.kind === 'alias') space.addAlias(name, entry);
    for (const [name, entry] of model.containers) space.addContainer(name, entry);
    this.#blocked(space, cpus);
    const places = space.flatten();
    const seenAt0 = [...places].some(
      ([key, seen]) => key.startsWith('memory') && seen.some(({ address }) => address === 0),
    );
    this.#hasMemoryAt0 = seenAt0 || [...model.windows.values()].some(({ value }) => value.at === 0);
    const memories = Object.fromEntries(
      [...sizes].map(([name, row]) => [name, { ...row, ...placed(places.get(bodyKey('memory', name))!, row.size) }]),
    );
    checkTotal(memories, model.whole(), this.#mistakes);
    this.#checkControllers();
    return {
      memories,
      devices: this.#deviceRows(wiring, clocks, clocksOfCores(cpus, lost), (name, size) =>
        placed(places.get(bodyKey('device', name))!, size),
      ),
    };
  }

  #needsPlace(label: string, name: string, { value, where }: Entry<{ at?: number; places?: readonly object[] }>): void {
    if (value.at !== undefined || value.places !== undefined) return;
    const shown = [...this.#model.memory.values()].some((one) => one.value.kind === 'alias' && one.value.of === name);
    if (!shown) this.#mistakes.add(where(), `${label} has no address`, 'give `at: 0x…`');
  }

  #blocked(space: Space, cpus: readonly MadeCpu[]): void {
    const { windows, absent, bitBands } = this.#model;
    for (const [name, { value, where }] of windows) {
      space.block({ label: `window '${name}'`, where: where(), at: value.at, size: value.size });
      for (const memory of value.shows) {
        if (memory === null || this.#model.memory.has(memory)) continue;
        this.#mistakes.add(
          where('shows'),
          `window '${name}' shows '${memory}', which there is not`,
          meant(memory, this.#model.memory.keys()),
        );
      }
    }
    for (const [name, { value, where }] of absent)
      space.block({ label: `absent block '${name}'`, where: where(), at: value.at, size: value.size });
    for (const { value, where } of bitBands)
      space.block({ label: 'bit-band alias', where: where(), at: value.alias, size: value.size * 32 });
    // What several cores have at one place, each of them has for itself.
    const seen = new Set<string>();
    for (const { kind, options, entry } of cpus) {
      for (const { name, at, size } of kind?.regions?.(options) ?? []) {
        const key = `${name} ${at} ${size}`;
        if (!seen.has(key)) space.block({ label: `the core's ${name}`, where: entry.where(), at, size });
        seen.add(key);
      }
    }
  }

  #checkControllers(): void {
    const { memory, devices } = this.#model;
    for (const [name, { value, where }] of memory) {
      const device = value.controller?.split('.')[0];
      if (device === undefined || devices.has(device)) continue;
      const what = `memory '${name}' is controlled by '${value.controller}', but there is no device '${device}'`;
      this.#mistakes.add(where('controller'), what, meant(device, devices.keys()));
    }
  }

  #deviceRows(
    wiring: ReadonlyMap<string, Pick<DeviceRow, 'irq' | 'wires'>>,
    { clocks, derivedClocks }: ClockRows,
    ofCore: readonly string[],
    placeOf: (name: string, size: number) => Pick<DeviceRow, 'address' | 'places'>,
  ): Record<string, DeviceRow> {
    const rows: Record<string, DeviceRow> = {};
    const names = ['cpu', ...ofCore, ...Object.keys(clocks), ...Object.keys(derivedClocks)];
    for (const [name, { entry, made }] of this.#devices) {
      const { clock, enable, reset, privileged } = entry.value;
      checkClock(name, entry, names, this.#mistakes);
      const optional = { clock, enable, reset, privileged };
      const given = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined));
      rows[name] = { ...given, ...wiring.get(name), ...placeOf(name, made.size), device: made };
    }
    return rows;
  }

  #hertz(cpu: Entry<CpuValue> | undefined, clocks: ClockRows): { readonly hertz: number; readonly cpuClock?: string } {
    const clock = cpu?.value.clock;
    if (cpu === undefined) return { hertz: 1e6 };
    if (typeof clock === 'number') {
      if (clock <= 0 || clock > 100e9)
        this.#mistakes.add(cpu.where('clock'), `a CPU cannot run at ${clock} Hz`, 'give its clock: 16MHz');
      else if (clock < SLOWEST)
        this.#mistakes.add(cpu.where('clock'), `a CPU does not run at ${clock} Hz`, `did you mean ${clock}MHz?`);
      return { hertz: clock > 0 ? clock : 1e6 };
    }
    if (clock === undefined) {
      this.#mistakes.add(cpu.where(), 'the CPU has no clock', 'give `clock: 16MHz`, or the name of a clock');
      return { hertz: 1e6 };
    }
    const hertz = hertzAtStart(clock, clocks);
    if (hertz === undefined || hertz === 0) {
      const what =
        hertz === 0 ? `clock '${clock}' of the CPU stands still` : `the CPU has clock '${clock}', which there is not`;
      this.#mistakes.add(
        cpu.where('clock'),
        what,
        meant(clock, [...Object.keys(clocks.clocks), ...Object.keys(clocks.derivedClocks)]),
      );
      return { hertz: 1e6 };
    }
    return { hertz, cpuClock: clock };
  }

  #images(
    memories: Readonly<Record<string, MemoryRow>>,
  ): { readonly image: FirmwareImage; readonly cpu: string | undefined }[] {
    const places = Object.values(memories).flatMap((row) => placesOf(row, row.size));
    for (const { value, where } of this.#model.contents) {
      if (value.bytes.length === 0 || covered(value.at, value.at + value.bytes.length, places)) continue;
      this.#mistakes.add(
        where(),
        `contents at 0x${value.at.toString(16)} lie where no memory is`,
        'add a memory there, or correct the address',
      );
    }
    return this.#model.images.flatMap(({ value, where }) => {
      const image = this.#mistakes.guard(where(), () => readImage(value.file, value));
      for (const { physicalAddress: start, data } of image?.segments ?? []) {
        const end = start + data.length;
        if (data.length === 0 || covered(start, end, places)) continue;
        const range = `0x${start.toString(16)}–0x${(end - 1).toString(16)}`;
        this.#mistakes.add(
          where(),
          `${image!.path} puts bytes at ${range}, where no memory is`,
          'add a memory there, or correct the address',
        );
      }
      return image ? [{ image, cpu: value.cpu }] : [];
    });
  }

  #whole(): Partial<Chip> {
    const { windows, bitBands, absent, bridges, timing, contents, programs, pinNames } = this.#model;
    const segments = contents.map(({ value: { at, bytes } }) => ({ physicalAddress: at, data: bytes }));
    const rows = <V, R>(map: Map<string, Entry<V>>, convert: (value: V) => R) =>
      Object.fromEntries([...map].map(([name, { value }]) => [name, convert(value)]));
    return {
      ...(windows.size > 0 && {
        windows: rows(windows, ({ at, shows, ...row }) => ({
          ...row,
          address: at,
          shows: shows.map((one) => one ?? undefined),
        })),
      }),
      ...(bitBands.length > 0 && {
        bitBands: bitBands.map(({ value: { size, ...row } }) => ({ ...row, bytes: size })),
      }),
      ...(absent.size > 0 && { absent: rows(absent, ({ at, size }) => ({ address: at, size })) }),
      ...(bridges && { bridges: { clocks: bridges.value.clocks as unknown as readonly [string, string] } }),
      ...(timing && { timing }),
      ...(segments.length > 0 && { contents: () => segments }),
      ...(programs.length > 0 && { loaded: programs }),
      ...(pinNames.size > 0 && { pinNames: rows(pinNames, (pin) => pin) }),
    };
  }
}

/** Clocks that cores bring along: those of the first by their names. One that could not be made may have been to bring any. */
function clocksOfCores(cpus: readonly MadeCpu[], lost: ReadonlySet<string>): readonly string[] {
  const known = cpus.flatMap(({ name, kind }, i) => {
    const own = kind?.clocks ?? [];
    return i === 0 ? own : own.map((clock) => `${name}.${clock}`);
  });
  const any = [...CPUS.values()].flatMap(({ clocks = [] }) => clocks);
  return [...known, ...[...lost].flatMap((name) => any.map((clock) => (name === 'cpu' ? clock : `${name}.${clock}`)))];
}

/** Whether memories cover a range without a gap. */
function covered(start: number, end: number, places: readonly PlaceRow[]): boolean {
  let at = start;
  for (;;) {
    const place = places.find(({ address, size }) => at >= address && at < address + size);
    if (place === undefined) return false;
    at = place.address + place.size;
    if (at >= end) return true;
  }
}

const NO_CPU: CpuType = {
  name: 'none',
  create: () => {
    throw new Error('a machine without a CPU was made');
  },
};

function clocksOf({ clocks, derivedClocks }: ClockRows): Pick<Chip, 'clocks' | 'derivedClocks'> {
  return {
    ...(Object.keys(clocks).length > 0 && { clocks }),
    ...(Object.keys(derivedClocks).length > 0 && { derivedClocks }),
  };
}
