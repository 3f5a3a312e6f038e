import { geometricMean, median, steadySecondsPerUnit } from './arithmetic.js';
import type { Target } from './firmware-image.js';
import { boot, countStretch, cpuSeconds, type Guest, runToStep } from './guest.js';
import { hasGcc, NO_GCC, nativeRun } from './native.js';
import { ICOUNT, NO_QEMU, qemuRun, qemuVersion } from './qemu.js';
import { type BenchResult, comparedSpeed } from './result.js';
import type { BenchContext, BenchRow } from './row.js';
import { type ChecksummedRun, hex, requireChecksum } from './timed-run.js';

/** The engine as users have it, on programs that do nothing but compute, beside QEMU and this computer itself. */

export const PROGRAMS = ['crc', 'list', 'matrix', 'state-machine', 'sort', 'hash'] as const;
/** In hard float, for the Cortex-M4 alone. */
const FLOAT = 'float';
export type Program = (typeof PROGRAMS)[number] | typeof FLOAT;

const UNIT = 'M instructions/s';
/** CPU seconds of the warm-up, and of each sample. */
const WARM = 0.4;
const SAMPLE = 0.3;
const ROUNDS = 3;
/** Cycles of one call: long enough that calls cost nothing. */
const LONG = 20_000_000;
/** Instructions that are counted one by one for the length of a step. */
const COUNTED = 300_000;

const RIVALS = ['qemu', 'icount', 'native'] as const;
type Rival = (typeof RIVALS)[number];

/** Guest instructions a CPU second, in millions; a rival's are its steps times the guest's instructions in a step. */
interface Speeds {
  readonly ours: number;
  /** With a stop every 10,000 cycles. */
  readonly stopping: number;
  readonly rivals: Readonly<Partial<Record<Rival, number>>>;
}

/** CPU seconds of a step while the guest runs on for about SAMPLE seconds in calls of so many cycles. */
export function secondsPerStep(guest: Guest, cycles: number, seconds = SAMPLE): number {
  const calls = Math.max(1, Math.floor(LONG / cycles));
  const [start, done] = [cpuSeconds(), guest.done()];
  while (cpuSeconds() - start < seconds) for (let i = 0; i < calls; i++) guest.machine.runCycles(cycles);
  return (cpuSeconds() - start) / (guest.done() - done);
}

/** Seconds of a step in steady state: of a long run less those of a short one. */
const RUNS: Readonly<Record<Rival, (program: Program, target: Target, ours: ChecksummedRun) => number>> = {
  qemu: (program, target, ours) => steadyQemu(program, target, ours, []),
  icount: (program, target, ours) => steadyQemu(program, target, ours, ICOUNT),
  native: (program, _target, ours) => {
    const short = nativeRun(program, ours.work);
    requireChecksum(`${program} compiled for this computer`, ours, short);
    return steadySecondsPerUnit(short, nativeRun(program, ours.work * 4));
  },
};

function steadyQemu(program: Program, target: Target, ours: ChecksummedRun, options: readonly string[]): number {
  const short = qemuRun(program, target, Math.ceil(ours.work / 10), options);
  const long = qemuRun(program, target, ours.work, options);
  requireChecksum(`${program}-${target}`, ours, long);
  return steadySecondsPerUnit(short, long);
}

function lacking(rival: Rival, target: Target, program?: Program): string | undefined {
  if (rival === 'native' && program === FLOAT) return 'its square root is an instruction of the Cortex-M4';
  if (rival === 'native') return hasGcc() ? undefined : NO_GCC;
  return qemuVersion(target) ? undefined : NO_QEMU;
}

/** FLASH_ACR for 168 MHz (RM0090 3.5.1): 5 wait states, prefetch and both caches on. */
const ART = { register: 0x4002_3c00, value: 0x705 } as const;

/** Takes turns, so that what else the computer does meets all. */
function measure(program: Program, target: Target, slowFlash: boolean): Speeds {
  const guest = boot(program, target, { engine: 'auto' });
  if (slowFlash) guest.machine.bus.write(ART.register, 4, ART.value);
  secondsPerStep(guest, LONG, WARM);
  runToStep(guest, 0);
  const reached = { work: guest.done(), checksum: hex(guest.checksum()), seconds: WARM };
  const counted = countStretch(guest, COUNTED);
  const millions = counted.instructions / counted.steps / 1e6;
  secondsPerStep(guest, LONG);
  secondsPerStep(guest, 10_000);
  const present = RIVALS.filter((rival) => lacking(rival, target, program) === undefined);
  const rounds = Array.from({ length: ROUNDS }, () => ({
    ours: secondsPerStep(guest, LONG),
    stopping: secondsPerStep(guest, 10_000),
    rivals: new Map(present.map((rival) => [rival, RUNS[rival](program, target, reached)])),
  }));
  const rivals = present.map((rival) => [rival, millions / median(rounds.map((one) => one.rivals.get(rival)!))]);
  return {
    ours: millions / median(rounds.map(({ ours }) => ours)),
    stopping: millions / median(rounds.map(({ stopping }) => stopping)),
    rivals: Object.fromEntries(rivals) as Speeds['rivals'],
  };
}

/** Each program is measured once a run of the benchmark, whichever rows ask. */
class Measurements {
  readonly #target: Target;
  readonly #slowFlash: boolean;
  readonly #speeds = new Map<Program, Speeds>();

  constructor(target: Target, slowFlash: boolean) {
    this.#target = target;
    this.#slowFlash = slowFlash;
  }

  of(program: Program, { progress }: BenchContext): Speeds {
    let speeds = this.#speeds.get(program);
    if (!speeds) {
      progress(`${program} on ${this.#target}, beside ${RIVALS.join(', ')}`);
      speeds = measure(program, this.#target, this.#slowFlash);
      this.#speeds.set(program, speeds);
    }
    return speeds;
  }
}

/** A row over some programs: the geometric means of their speeds. */
function row(
  name: string,
  programs: readonly Program[],
  speeds: (program: Program, context: BenchContext) => readonly [number, number],
  skip?: () => string | undefined,
): BenchRow {
  const measure = (context: BenchContext): BenchResult => {
    const pairs = programs.map((program) => speeds(program, context));
    const [ours, theirs] = [0, 1].map((side) => geometricMean(pairs.map((pair) => pair[side]!)));
    return comparedSpeed(name, ours!, theirs!, UNIT);
  };
  return { name, measure, ...(skip && { skip }) };
}

/** `board`: the target, or the target with slow flash and its caches. */
function rowsOf(target: Target, board: string = target): BenchRow[] {
  const measurements = new Measurements(target, board !== target);
  const versus = (rival: Rival) => {
    const speeds = (program: Program, context: BenchContext) => {
      const { ours, rivals } = measurements.of(program, context);
      return [ours, rivals[rival]!] as const;
    };
    const skip = () => lacking(rival, target);
    const of = (name: string, programs: readonly Program[]) => row(`${name}.vs_${rival}`, programs, speeds, skip);
    const float = board === 'm4' && rival !== 'native' ? [of('hot.m4float', [FLOAT])] : [];
    return [
      ...float,
      ...PROGRAMS.map((program) => of(`hot.${board}.${program}`, [program])),
      of(`hot.${board}`, PROGRAMS),
    ];
  };
  const share = (program: Program, context: BenchContext) => {
    const { ours, stopping } = measurements.of(program, context);
    return [stopping, ours] as const;
  };
  return [...RIVALS.flatMap(versus), row(`${board}.exact1e4.share`, PROGRAMS, share)];
}

export const hotRows: readonly BenchRow[] = [
  ...rowsOf('m4'),
  ...rowsOf('m4', 'm4art'),
  ...rowsOf('rv32'),
  ...rowsOf('rv64'),
];
