import { readElf } from '../../src/emu/debug/elf.js';
import { type EngineStatistics, EXIT_CAUSES } from '../../src/emu/isa/engine-statistics.js';
import { exampleRuns } from './example-runs.js';
import type { Target } from './firmware-image.js';
import { boot, cpuSeconds } from './guest.js';
import { PROGRAMS } from './hot-rows.js';
import { regionMemory } from './region-memory.js';

/** What the engine did to reach the figures: compile time, sizes, exits by cause, and what is left to the cold engine. */

/** CPU time, as everywhere here: it counts the threads that compile, too. */
const statistics = { clock: () => cpuSeconds() * 1e3 };
const TARGETS: readonly Target[] = ['m4', 'rv32'];
const CYCLES = 300_000_000;
/** Share of instructions outside compiled code that wants a reason. */
const UNUSUAL = 0.01;

type Line = readonly (string | number)[];

/** Columns as wide as they need to be; the first one is text, the others are numbers. */
function table(head: Line, lines: readonly Line[]): string {
  const rows = [head, ...lines].map((row) => row.map((cell) => (typeof cell === 'number' ? figure(cell) : cell)));
  const widths = head.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const pad = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column] ?? 0);
  return rows.map((row) => `  ${row.map(pad).join('  ')}`.trimEnd()).join('\n');
}

const figure = (value: number): string =>
  Math.abs(value) >= 1000 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));

const coldShare = ({ instructions, hotInstructions }: EngineStatistics) => 1 - hotInstructions / instructions;

/** Exits in a million instructions, by cause. */
const exits = (counted: EngineStatistics): number[] =>
  EXIT_CAUSES.map((cause) => (counted.exits[cause] / counted.instructions) * 1e6);

const COLUMNS = ['M instr.', 'cold %', 'regions', 'compiled', 'CPU ms', 'µs/instr.', 'Wasm B/region', ...EXIT_CAUSES];

function columns(counted: EngineStatistics): number[] {
  const { regions, compiledInstructions, compiledBytes, compileMilliseconds } = counted;
  return [
    counted.instructions / 1e6,
    coldShare(counted) * 100,
    regions,
    compiledInstructions,
    compileMilliseconds,
    compiledInstructions === 0 ? 0 : (compileMilliseconds / compiledInstructions) * 1e3,
    regions === 0 ? 0 : compiledBytes / regions,
    ...exits(counted),
  ];
}

function programTable(): string {
  const lines = TARGETS.flatMap((target) =>
    [...PROGRAMS, 'mixed', 'mmio', 'irq'].map((program) => {
      const { machine } = boot(program, target, { engine: 'auto', statistics });
      machine.runCycles(CYCLES);
      return [`${program}-${target}`, ...columns(machine.statistics!)];
    }),
  );
  return table(['program', ...COLUMNS], lines);
}

function exampleTable(): string {
  const lines = exampleRuns.map(({ name, path, board, prepare }) => {
    const machine = board.createMachine({ image: readElf(path).segments, engine: 'auto', statistics });
    prepare?.(machine);
    const counted = () => machine.statistics!;
    while (counted().instructions < 100_000_000 && machine.cycles < 1_000_000_000) {
      if (machine.runCycles(CYCLES / 10) !== 'limit') break;
    }
    const busy = counted().instructions / machine.cycles;
    const reason =
      busy < 0.05 ? `sleeps or has ended: ${figure(busy * 1e6)} instructions in a million cycles` : 'NO REASON';
    return [name, ...columns(counted()), coldShare(counted()) > UNUSUAL ? reason : ''];
  });
  return table(['example', ...COLUMNS, `over ${UNUSUAL * 100} % cold because`], lines);
}

/** Text for people, after the rows. */
export function engineReport(progress: (what: string) => void): string {
  progress('what the engine did on each program');
  const programs = programTable();
  progress('what the engine did on each example');
  const examples = exampleTable();
  progress('memory of regions');
  return [
    '',
    `What the engine did (${figure(CYCLES / 1e6)} M cycles of each program; counting; exits in a million instructions, by cause)`,
    programs,
    '',
    'The examples, for 100 M instructions or 1,000 M cycles',
    examples,
    '',
    regionMemory(),
  ].join('\n');
}
