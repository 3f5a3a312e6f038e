import type { ChipStart } from '../boards/define.js';
import { hex } from '../emu/bits.js';
import type { LoadSegment } from '../emu/machine-description.js';
import type { OptionValues } from './kinds/kind.js';
import type { Makers } from './make-things.js';
import type { Mistakes } from './mistakes.js';
import type { CpuValue, Entry, Model } from './model.js';

/**
 * Where the first instruction is found when nobody said it: by the image, unless a Cortex-M has memory at 0, where its vectors are then. A Cortex-M takes its vector table, a RISC-V hart its reset vector
 * from there.
 */
export type StartChoice = ChipStart;

interface Start {
  /** Options to make the core with before an image is known. */
  readonly assumed: OptionValues;
  readonly choice: StartChoice | undefined;
}

export function startOf(
  name: string,
  entry: Entry<CpuValue>,
  model: Model,
  makers: Makers,
  mistakes: Mistakes,
  hasMemoryAt0: () => boolean,
): Start | undefined {
  const kind = makers.cpuKind(entry.value.type);
  const option = kind?.startOption;
  const boot = model.boot;
  const protocol = boot?.value.protocol;
  if (kind === undefined || option === undefined || entry.value.made !== undefined) return undefined;
  checkProtocol(kind.family, boot, mistakes);
  const given = entry.value.options[option] !== undefined;
  if (given && protocol !== 'elf-entry') return undefined;
  if (model.cpusOfBoard.has(name) && protocol !== 'elf-entry') return undefined;
  if (protocol === 'reset') return { assumed: { [option]: 0 }, choice: undefined };
  const choose = kind.family === 'arm' ? vectorTable : firstInstruction;
  return {
    assumed: { [option]: 0 },
    choice: (image, entryPoint) => {
      const atReset = kind.family === 'arm' && hasMemoryAt0();
      const { address, note } = atReset ? { address: 0, note: undefined } : choose(image, entryPoint);
      const value = { ...entry.value, options: { ...entry.value.options, [option]: address } };
      const made = makers.cpu(name, { value, where: entry.where });
      mistakes.check();
      return { cpu: made!.made, note };
    },
  };
}

function checkProtocol(family: 'arm' | 'riscv', boot: Model['boot'], mistakes: Mistakes): void {
  const protocol = boot?.value.protocol;
  if (boot === undefined || protocol === undefined || protocol === 'reset') return;
  const of = { arm: ['cortex-m'], riscv: ['elf-entry', 'riscv'] } as const;
  if ((of[family] as readonly string[]).includes(protocol)) return;
  const what =
    family === 'arm' ? 'a Cortex-M starts by its vector table' : 'a RISC-V hart has no vector table to start by';
  mistakes.add(
    boot.where('protocol'),
    `boot protocol '${protocol}' does not fit the CPU: ${what}`,
    `give ${['reset', ...of[family]].join(' or ')}`,
  );
}

interface Place {
  readonly address: number;
  /** What to tell whoever typed the command, if it was not said where to start. */
  readonly note: string | undefined;
}

const lowest = (image: readonly LoadSegment[]): number | undefined =>
  image.length === 0 ? undefined : Math.min(...image.map(({ physicalAddress }) => physicalAddress));

function vectorTable(image: readonly LoadSegment[]): Place {
  const base = lowest(image) ?? 0;
  if (base === 0) return { address: 0, note: undefined };
  // A table lies at a multiple of 128 (ARMv7-M B3.2.5).
  const address = Math.ceil(base / 128) * 128;
  return {
    address,
    note: `nothing is loaded at 0: the vector table is taken to be at ${hex(address)}, where the image begins (vtor=… says it)`,
  };
}

function firstInstruction(image: readonly LoadSegment[], entry: number | undefined): Place {
  if (entry !== undefined) return { address: entry, note: undefined };
  const address = lowest(image) ?? 0;
  const note =
    image.length === 0
      ? undefined
      : `the first instruction is taken to be at ${hex(address)}, where the image begins (resetVector=… says it)`;
  return { address, note };
}
