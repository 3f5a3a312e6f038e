/**
 * Ctrl-C while a worker is inside a run. The worker hears no messages there, so a word of shared memory tells it; it
 * looks between the slices of the run.
 */

import type { Vitest } from 'vitest/node';
import { PROJECT_NAME } from './firmware-project.js';

/** What vitest's `provide` and `inject` carry the word under. */
export const CANCEL_KEY = 'fwtestCancel';

/** Makes a watching run of vitest tell its workers when it was cancelled. A run that does not watch ends at once anyway. */
export function shareCancelling(vitest: Vitest): void {
  if (!vitest.config.watch) return;
  const flag = new Int32Array(new SharedArrayBuffer(4));
  for (const project of vitest.projects) {
    if (project.name === PROJECT_NAME) project.provide(CANCEL_KEY as never, flag.buffer as never);
  }
  const cancel = () => void Atomics.store(flag, 0, 1);
  vitest.config.reporters.push({
    onTestRunStart: () => void Atomics.store(flag, 0, 0),
    // vitest forgets whom to tell at the start of each run; the same function is kept once only.
    onTestModuleQueued: () => vitest.onCancel(cancel),
  } as never);
}

/** The worker's side: whether the run was cancelled, given what `inject` gave. */
export function cancelledBy(injected: unknown): (() => boolean) | undefined {
  if (!(injected instanceof SharedArrayBuffer)) return undefined;
  const flag = new Int32Array(injected);
  return () => Atomics.load(flag, 0) === 1;
}
