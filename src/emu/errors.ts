/** Errors that say what, where and what to do. Every error fwtest raises on purpose is one of these. */

/** The three parts of a message a person can act on. */
export interface Problem {
  /** What is wrong, a sentence without full stop. */
  what: string;
  /** Where: a file and field, a flag, an address with symbol and line. */
  where?: string;
  /** What to do about it. */
  remedy?: string;
}

function worded(problem: Problem): string {
  const where = problem.where ? `\n  where: ${problem.where}` : '';
  const remedy = problem.remedy ? `\n  remedy: ${problem.remedy}` : '';
  return `${problem.what}${where}${remedy}`;
}

/** Base of all errors raised on purpose; `exitCode` is what the command line ends with. */
export abstract class FwtestError extends Error {
  abstract readonly exitCode: 1 | 2 | 3;
  readonly problem: Problem;
  constructor(problem: Problem, options?: ErrorOptions) {
    super(worded(problem), options);
    this.name = new.target.name;
    this.problem = problem;
  }
}

/** Characters: what was given may be of any length, and most messages repeat it. */
const LONGEST = 20_000;
const clipped = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)} …` : text);

/** Wrong usage, configuration or image: the caller can mend it (exit code 2). */
export class UsageError extends FwtestError {
  readonly exitCode = 2;
  constructor(problem: Problem, options?: ErrorOptions) {
    super({ ...problem, what: clipped(problem.what) }, options);
  }
}

/** The emulator itself failed: our fault (exit code 3). */
export class InternalError extends FwtestError {
  readonly exitCode = 3;
}

/** The firmware or the test did something that fails the test (exit code 1). */
export class GuestError extends FwtestError {
  readonly exitCode = 1;
}

/** The lines `    at …` of a stack. */
export const framesOf = (stack = ''): readonly string[] => stack.split('\n').filter((line) => /^\s+at /.test(line));
const framesOfCause = (cause: unknown) => (cause instanceof Error ? framesOf(cause.stack) : []);

/** A device of the user's own threw while the machine was made, whose fault it is; the stack leads to what it threw. */
export class DeviceSetupError extends UsageError {
  constructor(what: string, cause: unknown) {
    const frames = framesOfCause(cause);
    const place = /(?:file:\/\/)?([^\s()]+:\d+:\d+)\)?$/.exec(frames[0] ?? '')?.[1];
    super({ what, ...(place && { where: place }), remedy: 'correct the `setup` of the device' }, { cause });
    if (frames.length > 0) this.stack = [`${this.name}: ${this.message}`, ...frames].join('\n');
  }
}

/** A device of the test's own threw; `cause` is what it threw, and the stack is that error's, so that it leads there. */
export class DeviceError extends GuestError {
  constructor(problem: Problem, options: { readonly cause: unknown }) {
    super(problem, options);
    const { cause } = options;
    const frames = framesOfCause(cause);
    if (frames.length > 0) this.stack = [`${this.name}: ${this.message}`, ...frames].join('\n');
  }
  /** The same error with the place of the CPU. */
  at(where: string): DeviceError {
    return this.problem.where === undefined ? new DeviceError({ ...this.problem, where }, { cause: this.cause }) : this;
  }
}

/** Errors thrown by the test's own functions, which are called in the middle of a run; they are not the emulator's. */
const testErrors = new WeakSet<object>();

export function isTestError(error: unknown): boolean {
  return typeof error === 'object' && error !== null && testErrors.has(error);
}

/** Calls a function of the test, and remembers whose error it was. */
export function callTest<T>(fn: () => T): T {
  try {
    return fn();
  } catch (error) {
    if (typeof error === 'object' && error !== null) testErrors.add(error);
    throw error;
  }
}
