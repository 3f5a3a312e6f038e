import type { ChipStart } from '../boards/define.js';
import { cpuGroup } from '../emu/cpu/group/group.js';
import type { CpuType } from '../emu/cpu.js';
import type { ElfImage } from '../emu/debug/elf-image.js';
import type { LoadSegment } from '../emu/machine-description.js';
import { processorsOf } from './cluster.js';
import { type CpuKind, type OptionValues, startsByImage } from './kinds/kind.js';
import { addLoader } from './loader.js';
import type { Made, Makers } from './make-things.js';
import type { Mistakes } from './mistakes.js';
import type { CpuValue, Entry, Model } from './model.js';
import { meant } from './read.js';
import { type StartChoice, startOf } from './start.js';

/** The processors of a machine: one, or several that share memory and devices. */

export interface MadeCpu extends Made<CpuType, CpuKind> {
  readonly name: string;
  readonly entry: Entry<CpuValue>;
  readonly start: StartChoice | undefined;
}

export interface Processors {
  readonly cpus: readonly MadeCpu[];
  /** What wires call those that could not be made: of their inputs, clocks and interrupts nothing is known. */
  readonly lost: ReadonlySet<string>;
}

/** Those that could be made, and the others; `hasMemoryAt0` is known when everything has its place. */
export function makeProcessors(
  model: Model,
  makers: Makers,
  mistakes: Mistakes,
  hasMemoryAt0: () => boolean,
): Processors {
  const all = processorsOf(model.cpus, (type) => makers.cpuKind(type), mistakes);
  if (all.length === 0) {
    const remedy = 'give one: cpus: { cpu0: { type: cortex-m4, clock: 16MHz } }';
    mistakes.add(model.whole(), 'the machine has no CPU', remedy);
  }
  const kinds = all.map(([, { value }]) => makers.cpuKind(value.type));
  // Firmware, kernel and RAM disk are for hart 0 of the first cluster.
  const booting = Math.max(
    kinds.findIndex((kind) => kind?.family === 'riscv'),
    0,
  );
  const lost = new Set<string>(all.length === 0 ? ['cpu'] : []);
  const cpus = all.flatMap(([name, given], i) => {
    const ofAll = i === booting || model.boot?.value.protocol === 'reset';
    const own: Model = ofAll ? model : withoutBoot(model);
    const entry = i === booting ? addLoader(model, given, kinds[i], mistakes) : given;
    const start = startOf(name, entry, own, makers, mistakes, () => i === 0 && hasMemoryAt0());
    const made = makers.cpu(name, entry, start?.assumed);
    if (made && start?.choice) startsByImage(made.made);
    if (made) return [{ ...made, name, entry, start: start?.choice }];
    for (const one of i === 0 ? ['cpu', name] : [name]) lost.add(one);
    return [];
  });
  return { cpus, lost };
}

function withoutBoot({ boot: _boot, ...model }: Model): Model {
  return model;
}

/** One image, and which processor executes it, if that was said. */
export interface OwnImage {
  readonly segments: readonly LoadSegment[];
  readonly entry: number | undefined;
  readonly elf: Pick<ElfImage, 'machine' | 'class'> | undefined;
  readonly cpu?: string | undefined;
}

/** The processors as what a chip has. `hertz`: of each; `own`: the images of the machine, in the order of its segments. */
export function chipCpu(
  cpus: readonly MadeCpu[],
  hertz: readonly number[],
  own: readonly OwnImage[],
): { readonly cpu: CpuType; readonly start?: ChipStart } {
  const [first] = cpus;
  const join = (made: readonly CpuType[]): CpuType =>
    made.length === 1
      ? made[0]!
      : cpuGroup(made.map((cpu, i) => ({ name: cpus[i]!.name, cpu, rate: { num: hertz[i]!, den: hertz[0]! } })));
  const cpu = join(cpus.map(({ made }) => made));
  if (cpus.length === 1) return { cpu, ...(first!.start && { start: first!.start }) };
  if (cpus.every(({ start }) => start === undefined)) return { cpu };
  const ownSegments = own.reduce((sum, { segments }) => sum + segments.length, 0);
  const start: ChipStart = (image, entry, elf) => {
    const rest = image.slice(ownSegments);
    const given = rest.length === 0 ? [] : [{ segments: rest, entry, elf }];
    const images = imagesByCpu(cpus, [...given, ...own]);
    const started = cpus.map(({ start, made }, i) => {
      const segments = images[i]!.flatMap((one) => one.segments);
      const at = images[i]!.find((one) => one.entry !== undefined)?.entry;
      return start?.(segments, at) ?? { cpu: made, note: undefined };
    });
    const notes = started.flatMap(({ note }, i) => (note === undefined ? [] : [`${cpus[i]!.name}: ${note}`]));
    return { cpu: join(started.map((one) => one.cpu)), note: notes.length === 0 ? undefined : notes.join('; ') };
  };
  return { cpu, start };
}

/** Each image is for the processor that it names, or for the first without one that it fits; one without any executes the first that fits. */
export function imagesByCpu(cpus: readonly MadeCpu[], images: readonly OwnImage[]): readonly (readonly OwnImage[])[] {
  const taken: OwnImage[][] = cpus.map(() => []);
  const put = (image: OwnImage, fits: (cpu: MadeCpu, i: number) => boolean): boolean => {
    const found = cpus.findIndex(fits);
    if (found >= 0) taken[found]!.push(image);
    return found >= 0;
  };
  for (const image of images) if (image.cpu !== undefined) put(image, ({ name }) => name === image.cpu);
  for (const image of images) {
    if (image.cpu !== undefined) continue;
    const isFree = (cpu: MadeCpu, i: number) => taken[i]!.length === 0 && isFor(image, cpu);
    if (!put(image, isFree)) put(image, (cpu) => isFor(image, cpu));
  }
  return taken.map((own, i) => {
    if (own.length > 0) return own;
    const shared = images.find((image) => image.elf !== undefined && isFor(image, cpus[i]!));
    return shared ? [shared] : [];
  });
}

function isFor({ elf }: OwnImage, { kind, options }: MadeCpu): boolean {
  if (elf === undefined || kind === undefined) return true;
  return kind.family === elf.machine && (kind.family === 'arm' ? 32 : xlenOf(kind, options)) === elf.class;
}
const xlenOf = (kind: CpuKind, options: OptionValues) => Number({ ...kind.fromName?.(''), ...options }['xlen']);

/** Images that name a processor name one that is there. */
export function checkImageCpus({ images }: Model, cpus: readonly MadeCpu[], mistakes: Mistakes): void {
  const names = cpus.map(({ name }) => name);
  for (const { value, where } of images) {
    if (value.cpu === undefined || names.length === 0 || names.includes(value.cpu)) continue;
    mistakes.add(where('cpu'), `an image is for '${value.cpu}', which there is not`, meant(value.cpu, names));
  }
}
