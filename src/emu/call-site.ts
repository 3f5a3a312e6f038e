import { DeviceSetupError, framesOf, isTestError, UsageError } from './errors.js';

/** The test runner's own frames stand before the test's. */
const DEPTH = 40;

export type Caller = (...args: never[]) => unknown;

function capture(target: object, caller: Caller | undefined): void {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = DEPTH;
  Error.captureStackTrace?.(target, caller);
  Error.stackTraceLimit = stackTraceLimit;
}

/** Where a test called a function whose mistakes come out later, when nothing of the test is on the stack. */
export class CallSite {
  readonly #place: { stack?: string } = {};

  constructor(caller?: Caller) {
    capture(this.#place, caller);
  }
  get frames(): readonly string[] {
    return framesOf(this.#place.stack);
  }
}

/**
 * Lets the stack of the test's own mistake begin at its line: nobody looks for it in fwtest's own source.
 * @param caller the function that the test called
 * @param places frames to put before it
 */
export function blameCaller(error: unknown, caller: Caller | CallSite, places: readonly string[] = []): void {
  if (!(error instanceof UsageError) || error instanceof DeviceSetupError || isTestError(error)) return;
  if (!(caller instanceof CallSite)) capture(error, caller);
  const frames = caller instanceof CallSite ? caller.frames : framesOf(error.stack);
  error.stack = [`${error.name}: ${error.message}`, ...places, ...frames].join('\n');
}
