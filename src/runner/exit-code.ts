/** Exit codes: 0 passed, 1 a test failed, 2 wrong usage, configuration or image, 3 the emulator itself failed; 130 a person ended it. */

export type ExitCode = 0 | 1 | 2 | 3;

/** A person ended the command with Ctrl-C; shells end so after SIGINT: 128 and the signal's number. */
export class Interrupted extends Error {
  static readonly exitCode = 130 as const;
  constructor() {
    super('interrupted');
  }
}

/** With the one of whoever was interrupted. */
export type EndingCode = ExitCode | typeof Interrupted.exitCode;

/** Errors that crossed from a worker are plain objects: their class is gone, their fields are not. */
interface Carried {
  readonly exitCode?: unknown;
  readonly problem?: unknown;
  readonly cause?: unknown;
  readonly errors?: unknown;
}

/** The worst of several: 3 before 2 before 1. */
export function worst(...codes: ExitCode[]): ExitCode {
  return Math.max(0, ...codes) as ExitCode;
}

function ownCode(error: Carried): ExitCode {
  const marked = typeof error.problem === 'object' && error.problem !== null;
  return marked && (error.exitCode === 2 || error.exitCode === 3) ? error.exitCode : 1;
}

/** What an error makes the command line end with, wherever it was thrown: 1 unless it says that it is worse. */
export function exitCodeOf(error: unknown, depth = 0): ExitCode {
  if (typeof error !== 'object' || error === null || depth > 8) return 1;
  const carried = error as Carried;
  const inner = [carried.cause, ...(Array.isArray(carried.errors) ? carried.errors : [])].filter((one) => one != null);
  return worst(ownCode(carried), ...inner.map((one) => exitCodeOf(one, depth + 1)));
}

/** A reported task of vitest: a file, a suite or a test. */
export interface ReportedTask {
  readonly result?: { readonly errors?: readonly unknown[] };
  readonly tasks?: readonly ReportedTask[];
}

/** The worst code among the errors of all tasks; 0 where none has an error. */
export function exitCodeOfTasks(tasks: readonly ReportedTask[]): ExitCode {
  return tasks.reduce<ExitCode>((code, task) => {
    const own = (task.result?.errors ?? []).map((error) => exitCodeOf(error));
    return worst(code, ...own, exitCodeOfTasks(task.tasks ?? []));
  }, 0);
}
