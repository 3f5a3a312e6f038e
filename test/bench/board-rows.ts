import { median } from './arithmetic.js';
import type { Target } from './firmware-image.js';
import { boot, cpuSeconds } from './guest.js';
import { NO_QEMU, qemuSecondsPerStep, qemuVersion } from './qemu.js';
import { comparedSpeed } from './result.js';
import type { BenchContext, BenchRow } from './row.js';

/** What a board costs besides computing: snapshots, device registers, interrupts. */

const nanoseconds = () => Number(process.hrtime.bigint());

/** Microseconds of a save and of a restore, each after 1 ms of firmware that dirtied 8 KiB and several devices. */
function measureSnapshots(): { save: number; restore: number } {
  const { machine } = boot('dirty', 'm4', { engine: 'auto' });
  const millisecond = 16_000; // cycles of the 16 MHz HSI
  machine.runCycles(10 * millisecond);
  const base = machine.snapshot();
  const [saves, restores]: [number[], number[]] = [[], []];
  for (let i = 0; i < 3000; i++) {
    machine.runCycles(millisecond);
    const start = nanoseconds();
    machine.snapshot();
    saves.push(nanoseconds() - start);
    machine.runCycles(millisecond);
    const again = nanoseconds();
    machine.restore(base);
    restores.push(nanoseconds() - again);
  }
  return { save: median(saves.slice(1000)) / 1000, restore: median(restores.slice(1000)) / 1000 };
}

let snapshots: ReturnType<typeof measureSnapshots> | undefined;
function snapshotTimes({ progress }: BenchContext): ReturnType<typeof measureSnapshots> {
  progress('snapshots of the STM32F407 board');
  snapshots ??= measureSnapshots();
  return snapshots;
}

/** CPU nanoseconds of a unit of work that the program counts itself; median of five samples of at least 0.2 s. */
function nanosecondsPerUnit(program: string, target: Target, unitsPerStep: number): number {
  const guest = boot(program, target, { engine: 'auto' });
  const sample = () => {
    const [start, done] = [cpuSeconds(), guest.done()];
    while (cpuSeconds() - start < 0.2) guest.machine.runCycles(1_000_000);
    return ((cpuSeconds() - start) * 1e9) / ((guest.done() - done) * unitsPerStep);
  };
  sample();
  return median(Array.from({ length: 5 }, sample));
}

function unitRow(target: Target, program: string, what: string, unitsPerStep: number): BenchRow {
  const name = `${target}.${program}.ns`;
  const measure = ({ progress }: BenchContext) => {
    progress(`${what} on ${target}`);
    return { name, value: nanosecondsPerUnit(program, target, unitsPerStep), unit: 'ns' };
  };
  return { name, measure };
}
const unitRows = (target: Target): BenchRow[] => [
  unitRow(target, 'mmio', 'reads of a device register', 1000),
  unitRow(target, 'irq', 'timer interrupts', 1),
];

const PAGES_A_STEP = 4096;

/** Pages under Sv39, each with a read and a write, beside QEMU. */
const pagesRow: BenchRow = {
  name: 'rv64.tlb.vs_qemu',
  skip: () => (qemuVersion('rv64') ? undefined : NO_QEMU),
  measure: ({ progress }) => {
    progress('a walk over 4096 pages under Sv39, beside QEMU');
    const ours = 1000 / nanosecondsPerUnit('tlb', 'rv64', PAGES_A_STEP);
    const theirs = PAGES_A_STEP / qemuSecondsPerStep('tlb', 'rv64', []) / 1e6;
    return comparedSpeed('rv64.tlb.vs_qemu', ours, theirs, 'M pages/s');
  },
};

export const boardRows: readonly BenchRow[] = [
  {
    name: 'f407.snapshot.us',
    measure: (context) => ({ name: 'f407.snapshot.us', value: snapshotTimes(context).save, unit: 'us' }),
  },
  {
    name: 'f407.restore.us',
    measure: (context) => ({ name: 'f407.restore.us', value: snapshotTimes(context).restore, unit: 'us' }),
  },
  ...(['m4', 'rv32'] as const).flatMap(unitRows),
  unitRow('rv64', 'trap', 'calls from supervisor to machine mode', 100),
  pagesRow,
];
