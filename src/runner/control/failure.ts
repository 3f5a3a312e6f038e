/** Errors as the protocol carries them: a class to act on, a description and a remedy for people. */

import { FwtestError, GuestError, UsageError } from '../../emu/errors.js';

/** With what each means, for the documentation. */
export const ERROR_CLASSES = {
  ProtocolError: 'the line is no request: malformed JSON, not an object, too long',
  CommandNotFound: 'there is no such command, or not before `capabilities`',
  InvalidArguments: 'the arguments are not those of the command',
  MachineRunning: 'the command needs a machine that stands: `stop` first',
  Busy: 'too many commands wait for a `run` to end',
  UsageError: 'something that is not there, or cannot be: a pin, a symbol, an address',
  GuestError: 'the firmware, or a device of the user, did something that ended the command',
  InternalError: 'fwtest itself failed: please report it',
} as const;

export type ErrorClass = keyof typeof ERROR_CLASSES;

export interface ErrorObject {
  readonly class: ErrorClass;
  readonly desc: string;
  readonly where?: string | undefined;
  readonly remedy?: string | undefined;
}

/** An error of the protocol's own. */
export class Refusal extends Error {
  readonly error: ErrorObject;
  /** Of the request that it answers, where that is known. */
  id: string | number | undefined;
  constructor(error: ErrorObject) {
    super(error.desc);
    this.error = error;
  }
  of(id: string | number | undefined): this {
    this.id = id;
    return this;
  }
}

/** Longest text of an error: what a client sent must not come back in full. */
const LONGEST = 4000;
const cut = (text: string | undefined) =>
  text !== undefined && text.length > LONGEST ? `${text.slice(0, LONGEST)} …` : text;

/** What a client is told of anything that was thrown. */
export function errorObject(error: unknown): ErrorObject {
  if (error instanceof Refusal) return error.error;
  if (error instanceof FwtestError) {
    const name =
      error instanceof UsageError ? 'UsageError' : error instanceof GuestError ? 'GuestError' : 'InternalError';
    const { what, where, remedy } = error.problem;
    return { class: name, desc: cut(what)!, where: cut(where), remedy: cut(remedy) };
  }
  const desc = cut(error instanceof Error ? `${error.name}: ${error.message}` : String(error))!;
  return { class: 'InternalError', desc, remedy: 'this is a fault of fwtest: please report it with this text' };
}
