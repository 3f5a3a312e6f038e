import type { EngineMode } from '../../src/emu/isa/engine-mode.js';
import type { LoadSegment } from '../../src/emu/machine-description.js';
import { callApart } from './apart.js';
import { median } from './arithmetic.js';
import type { Target } from './firmware-image.js';
import { BOARDS, cpuSeconds } from './guest.js';
import { PROGRAMS } from './hot-rows.js';
import { lacksLinker, linkMoved, type Moved } from './moved-image.js';
import type { BenchContext, BenchRow } from './row.js';

/** A short test of an image that this process never ran: compiling has to pay within three million instructions. */

const INSTRUCTIONS = 3_000_000;
const ALL = [...PROGRAMS, 'mixed'] as const;
/** Runs of each program, each of another image: the first ones make the worker warm. */
const WARM = 4;
const MEASURED = 5;

/** CPU milliseconds, of the main thread and the compiler's. */
interface Spent {
  readonly create: number;
  readonly run: number;
}

/** By program. */
type Measured = Readonly<Record<string, readonly Spent[]>>;

/** Cycles from power-on in which a program executes so many instructions; where its code lies changes nothing. */
function cyclesOf(image: readonly LoadSegment[], target: Target): number {
  const machine = BOARDS[target].createMachine({ image, engine: 'cold', statistics: { clock: () => 0 } });
  while (machine.statistics!.instructions < INSTRUCTIONS) machine.runCycles(5000);
  return machine.cycles;
}

function runOnce(image: readonly LoadSegment[], target: Target, cycles: number, engine: EngineMode): Spent {
  const start = cpuSeconds();
  const machine = BOARDS[target].createMachine({ image, engine });
  const made = cpuSeconds();
  machine.runCycles(cycles);
  return { create: (made - start) * 1e3, run: (cpuSeconds() - made) * 1e3 };
}

/** The measured runs of each program; for `callApart`, so that nothing but this made the process warm. */
export function measureUnseen(target: Target, engine: EngineMode): Measured {
  const images: Moved[] = Array.from({ length: WARM + MEASURED }, () => ALL)
    .flat()
    .map((program, pages) => ({ program, target, pages: pages + 1 }));
  const spent: Record<string, Spent[]> = {};
  const cycles = new Map<string, number>();
  for (const [index, image] of linkMoved(images).entries()) {
    const { program } = images[index]!;
    if (!cycles.has(program)) cycles.set(program, cyclesOf(image, target));
    const one = runOnce(image, target, cycles.get(program)!, engine);
    if (index < WARM * ALL.length) continue;
    spent[program] = [...(spent[program] ?? []), one];
  }
  return spent;
}

function rowsOf(target: Target): BenchRow[] {
  let measured: Measured | undefined;
  const row = (name: string, programs: readonly string[], part: keyof Spent): BenchRow => ({
    name,
    skip: () => lacksLinker(target),
    measure: ({ progress }: BenchContext) => {
      progress(`images never seen on ${target}`);
      measured ??= callApart<Measured>('measureUnseen', target, 'auto');
      const all = programs.flatMap((program) => measured![program]!);
      return { name, value: median(all.map((one) => one[part])), unit: 'ms' };
    },
  });
  return [
    ...ALL.map((program) => row(`${target}.cold3m.${program}.ms`, [program], 'run')),
    row(`${target}.cold3m.ms`, ALL, 'run'),
    row(`${target}.create.ms`, ALL, 'create'),
  ];
}

export const unseenRows: readonly BenchRow[] = [...rowsOf('m4'), ...rowsOf('rv32')];
