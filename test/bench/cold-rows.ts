import { geometricMean } from './arithmetic.js';
import type { Target } from './firmware-image.js';
import { boot, countStretch, runToStep, secondsPerPass } from './guest.js';
import { NO_QEMU, qemuRun, qemuSecondsPerStep, qemuVersion, singleStep } from './qemu.js';
import { comparedSpeed } from './result.js';
import type { BenchContext, BenchRow } from './row.js';
import { hex, requireChecksum } from './timed-run.js';

/** The engine that looks every instruction up, on programs that do nothing but compute. */

const PROGRAMS = ['crc', 'list', 'matrix', 'state-machine'] as const;
type Program = (typeof PROGRAMS)[number];

const UNIT = 'M instructions/s';
/** Steps before the measured stretch: the decoded code and the compiled engine are settled by then. */
const WARM_STEPS = 500;
const STRETCH = 1_000_000;

interface Measured {
  readonly mips: number;
  readonly instructionsPerStep: number;
}

function measureOurs(program: Program, target: Target): Measured {
  const guest = boot(program, target, { engine: 'cold' });
  runToStep(guest, WARM_STEPS);
  checkAgainstQemu(program, target, guest.done(), guest.checksum());
  const stretch = countStretch(guest, STRETCH);
  const seconds = secondsPerPass(guest, stretch, 5, 0.3);
  return {
    mips: stretch.instructions / seconds / 1e6,
    instructionsPerStep: stretch.instructions / stretch.steps,
  };
}

/** A fast engine that computes something else is worth nothing. */
function checkAgainstQemu(program: Program, target: Target, steps: number, checksum: number): void {
  if (!qemuVersion(target)) return;
  requireChecksum(`${program}-${target}`, { work: steps, checksum: hex(checksum) }, qemuRun(program, target, steps));
}

/** Each program is measured once a run of the benchmark, whichever rows ask. */
class Measurements {
  readonly #target: Target;
  readonly #ours = new Map<Program, Measured>();

  constructor(target: Target) {
    this.#target = target;
  }

  ours(program: Program, { progress }: BenchContext): Measured {
    let measured = this.#ours.get(program);
    if (!measured) {
      progress(`${program} on ${this.#target}`);
      measured = measureOurs(program, this.#target);
      this.#ours.set(program, measured);
    }
    return measured;
  }

  qemu(program: Program, context: BenchContext): number {
    const { instructionsPerStep } = this.ours(program, context);
    context.progress(`${program} on ${this.#target} in QEMU, one instruction a block`);
    const seconds = qemuSecondsPerStep(program, this.#target, singleStep(qemuVersion(this.#target)!));
    return instructionsPerStep / seconds / 1e6;
  }
}

function rowsOf(target: Target): BenchRow[] {
  const measurements = new Measurements(target);
  const mean = (context: BenchContext) =>
    geometricMean(PROGRAMS.map((program) => measurements.ours(program, context).mips));
  return [
    ...PROGRAMS.map((program) => {
      const name = `cold.${target}.${program}.mips`;
      const measure = (context: BenchContext) => ({
        name,
        value: measurements.ours(program, context).mips,
        unit: UNIT,
      });
      return { name, measure };
    }),
    {
      name: `cold.${target}.mips`,
      measure: (context) => ({ name: `cold.${target}.mips`, value: mean(context), unit: UNIT }),
    },
    {
      name: `cold.${target}.vs_singlestep`,
      skip: () => (qemuVersion(target) ? undefined : NO_QEMU),
      measure: (context) => {
        const theirs = geometricMean(PROGRAMS.map((program) => measurements.qemu(program, context)));
        return comparedSpeed(`cold.${target}.vs_singlestep`, mean(context), theirs, UNIT);
      },
    },
  ];
}

export const coldRows: readonly BenchRow[] = [...rowsOf('m4'), ...rowsOf('rv32'), ...rowsOf('rv64')];
