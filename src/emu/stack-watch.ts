import type { Cpu } from './cpu.js';
import type { DeviceProblem } from './device.js';
import type { GuestReport } from './guest-report.js';

const OVERFLOW: DeviceProblem = {
  kind: 'misuse',
  rule: 'stack-overflow',
  what: 'the main stack has grown into the data below it',
  remedy: 'make the stack larger, or what is on it smaller',
};

/**
 * The report of a main stack that has grown into data. The engines only note where it did, so it is made when a run has ended: no
 * state of its own, but for when it was seen.
 */
export class StackWatch {
  readonly #made: (problem: DeviceProblem, pc: number) => GuestReport;
  report: GuestReport | undefined;

  constructor(made: (problem: DeviceProblem, pc: number) => GuestReport) {
    this.#made = made;
  }
  /** Looks at the CPU, and gives the report if it is a new one. */
  look({ stackOverflow: pc }: Cpu): GuestReport | undefined {
    if (pc === this.report?.pc) return undefined;
    this.report = pc === undefined ? undefined : this.#made(OVERFLOW, pc);
    return this.report;
  }
  /** The reports there are with this one in its place: before those of the same instant. */
  listed(reports: readonly GuestReport[]): readonly GuestReport[] {
    const { report } = this;
    if (report === undefined) return reports;
    const later = reports.findIndex(({ cycles }) => cycles >= report.cycles);
    return reports.toSpliced(later < 0 ? reports.length : later, 0, report);
  }
}
