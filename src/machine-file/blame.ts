import { basename } from 'node:path';
import { blameCaller, type Caller, type CallSite } from '../emu/call-site.js';
import { UsageError } from '../emu/errors.js';
import { MachineMistakes } from './mistakes.js';

/** Frames for so many mistakes; the message has all. */
const FRAMES = 5;
/**
 * Lets the stack of a mistake of the test's begin in the description that has it, if it is there, and go on with the line of the test that
 * called: nobody looks for a wrong address in fwtest's own source.
 * @param caller the function that the test called
 * @param file the description, if it is one
 */
export function blame(error: unknown, caller: Caller | CallSite, file?: string): void {
  if (!(error instanceof UsageError)) return;
  const mistakes = error instanceof MachineMistakes ? error.mistakes : [error.problem];
  const places = mistakes.slice(0, FRAMES).flatMap(({ where = '' }) => frameOf(where, file));
  blameCaller(error, caller, places);
}

/** `machine.yaml:12:9` as a frame of a stack. */
function frameOf(where: string, file: string | undefined): readonly string[] {
  const [, name, line, column] = /^(.+):(\d+):(\d+)$/.exec(where) ?? [];
  if (name === undefined) return [];
  const path = file !== undefined && basename(file) === name ? file : name;
  return [`    at ${basename(path)} (${path}:${line}:${column})`];
}
