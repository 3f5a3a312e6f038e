/** One client's conversation: lines in, lines out. Knows nothing of streams. */

import type { z } from 'zod';
import { closest } from '../../emu/spelling.js';
import type { Client } from './client.js';
import type { Command } from './command.js';
import { commandNamed, commands } from './commands.js';
import { type EventName, EventSource, SUBSCRIBED, type Subscribed } from './events.js';
import { type ErrorObject, errorObject, Refusal } from './failure.js';
import { parseRequest, type Request } from './request.js';
import { stopData } from './stop-data.js';
import type { Target } from './target.js';
import { exact } from './values.js';
import { versionData } from './version-data.js';

export const PROTOCOL_VERSION = 1;

/** Commands that may wait for a `run` to end, and characters in them. */
const MOST_WAITING = 1000;
const MOST_CHARACTERS = 8 << 20;

export interface Wire {
  /** Takes a line without its end. */
  write(line: string): void;
  /** Resolves when the client has taken what was written; undefined if it has. */
  congested(): Promise<void> | undefined;
  /** No more comes from this session. */
  end(): void;
}

interface Waiting {
  readonly act: () => void;
  readonly size: number;
}

export class Session {
  readonly #target: Target;
  readonly #wire: Wire;
  readonly #events: EventSource;
  readonly #client: Client;
  readonly #queue: Waiting[] = [];
  #queued = 0;
  /** A command is in progress whose answer comes later: those behind it wait. */
  #busy = false;
  #ending: string | undefined;
  #ended = false;
  /** fwtest itself failed in a command: the process says so when it ends. */
  failed = false;

  constructor(target: Target, wire: Wire) {
    this.#target = target;
    this.#wire = wire;
    this.#events = new EventSource(target, (event, data) => this.#event(event, data));
    const events = this.#events;
    this.#client = {
      negotiated: false,
      get subscribed() {
        return events.subscribed;
      },
      subscribe: (event, filters) => events.subscribe(event, filters),
      unsubscribe: (event) => events.unsubscribe(event),
      quit: () => this.#end('quit'),
    };
    target.runs.listener = (what, stop) => this.#moved(what, stop);
    target.runs.between = () => {
      this.#events.flush();
      return this.#wire.congested();
    };
    this.#write({
      fwtest: {
        version: versionData(),
        protocol: PROTOCOL_VERSION,
        capabilities: Object.keys(SUBSCRIBED) as Subscribed[],
      },
    });
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Whether an answer is still to come, or the machine runs. */
  get busy(): boolean {
    return this.#busy || this.#target.runs.running;
  }

  /** A line of the client. */
  receive(line: string): void {
    if (this.#ended || this.#ending !== undefined || line.trim() === '') return;
    try {
      const request = parseRequest(line);
      const command = this.#commandOf(request);
      this.#accept(() => this.#execute(request, command), line.length, command.when === 'now', request.id);
    } catch (error) {
      this.#accept(() => this.#fail(undefined, error), line.length);
    }
  }
  /** A line that cannot be taken. */
  refuse(desc: string, remedy: string): void {
    if (this.#ended || this.#ending !== undefined) return;
    const refusal = new Refusal({ class: 'ProtocolError', desc, remedy });
    this.#accept(() => this.#fail(undefined, refusal), 0);
  }

  /** No more lines come: what was asked for is still answered; the machine that runs by `cont` stops. */
  inputEnded(): void {
    this.#ending ??= 'end of input';
    if (!this.#busy) this.#finish();
  }
  /** The client is gone, or has to go. */
  abort(reason: string): void {
    this.#ending = reason;
    this.#queue.length = 0;
    this.#target.runs.noteStop({ reason: 'stop' });
    this.#shutDown();
  }

  /** In turn, behind a command whose answer is still to come. */
  #accept(act: () => void, size: number, now = false, id?: Request['id']): void {
    if (now || (!this.#busy && this.#queue.length === 0)) {
      act();
      return;
    }
    if (this.#queue.length >= MOST_WAITING || this.#queued + size > MOST_CHARACTERS) {
      const desc = `${this.#queue.length} commands wait for a run to end: this one was not taken`;
      this.#fail(id, new Refusal({ class: 'Busy', desc, remedy: 'wait for answers, or send `stop`' }));
      return;
    }
    this.#queue.push({ act, size });
    this.#queued += size;
  }

  #commandOf({ execute, id }: Request): Command {
    const command = commandNamed(execute);
    if (command) return command;
    const near = closest(
      execute.slice(0, 100),
      commands.map(({ name }) => name),
    )[0];
    throw new Refusal({
      class: 'CommandNotFound',
      desc: `there is no command '${execute.slice(0, 100)}'`,
      remedy: near ? `did you mean '${near}'?` : '`query-commands` lists them',
    }).of(id);
  }

  #execute({ id, args: given }: Request, command: Command): void {
    try {
      this.#mayExecute(command);
      const args = checked(command, given);
      const result = command.run(args, { target: this.#target, client: this.#client });
      if (!(result instanceof Promise)) this.#answer(id, result);
      else this.#await(id, result);
    } catch (error) {
      this.#fail(id, error);
    }
    this.#target.runs.wake();
  }

  #await(id: Request['id'], result: Promise<unknown>): void {
    this.#busy = true;
    result
      .then(
        (value) => this.#answer(id, value),
        (error) => this.#fail(id, error),
      )
      .finally(() => {
        this.#busy = false;
        this.#next();
      });
  }

  /** The commands that waited, up to one whose answer comes later. */
  #next(): void {
    while (!this.#busy && !this.#ended) {
      const waiting = this.#queue.shift();
      if (!waiting) break;
      this.#queued -= waiting.size;
      waiting.act();
    }
    if (!this.#busy && this.#ending !== undefined) this.#finish();
  }

  #mayExecute({ name, early, when }: Command): void {
    if (!this.#client.negotiated && !early) {
      const remedy = 'send {"execute": "capabilities"} first';
      throw new Refusal({ class: 'CommandNotFound', desc: `'${name}' comes after negotiation`, remedy });
    }
    if (when === 'stopped' && this.#target.runs.running) {
      const remedy = 'send `stop`, and wait for the event STOP';
      throw new Refusal({ class: 'MachineRunning', desc: `'${name}' needs a machine that stands`, remedy });
    }
  }

  #moved(what: 'resume' | 'stop', stop?: Parameters<typeof stopData>[1]): void {
    if (what === 'resume') this.#emit('RESUME', {});
    else if (stop) {
      const data = stopData(this.#target, stop);
      if (stop.reason === 'breakpoint') this.#emit('BREAKPOINT', { address: data.pc });
      if (data.watchpoint) this.#emit('BREAKPOINT', { watchpoint: data.watchpoint });
      if (stop.error?.class === 'InternalError') this.failed = true;
      this.#emit('STOP', data);
      if (this.#ending !== undefined && !this.#busy) this.#finish();
    }
  }

  #emit(event: EventName, data: object): void {
    this.#events.flush();
    this.#event(event, data);
  }
  #event(event: EventName, data: object): void {
    if (this.#client.negotiated) this.#write({ event, data, time: exact(this.#target.board.time) });
  }

  #answer(id: Request['id'], value: unknown): void {
    this.#events.flush();
    this.#write({ return: value ?? {}, id });
  }
  #fail(id: Request['id'], error: unknown): void {
    const told: ErrorObject = errorObject(error);
    if (told.class === 'InternalError') this.failed = true;
    this.#events.flush();
    this.#write({ error: told, id: error instanceof Refusal ? (error.id ?? id) : id });
  }

  #write(message: object): void {
    if (this.#ended) return;
    let line: string;
    try {
      line = JSON.stringify(message);
    } catch (error) {
      line = JSON.stringify({ error: errorObject(error) });
    }
    this.#wire.write(line);
  }

  #end(reason: string): void {
    this.#ending = reason;
    this.#queue.length = 0;
    this.#target.runs.noteStop({ reason: 'stop' });
    // Behind the answer.
    if (!this.#busy) queueMicrotask(() => this.#finish());
  }

  /** Once the machine stands. */
  #finish(): void {
    if (this.#target.runs.running) this.#target.runs.noteStop({ reason: 'stop' });
    else this.#shutDown();
  }
  #shutDown(): void {
    if (this.#ended) return;
    this.#emit('SHUTDOWN', { reason: this.#ending ?? 'quit' });
    this.#ended = true;
    this.#wire.end();
  }
}

/** @throws Refusal with all that is wrong with the arguments */
function checked(command: Command, given: unknown): object {
  const parsed = command.args.safeParse(given);
  if (parsed.success) return parsed.data;
  const remedy = `query-commands with {"name": "${command.name}"} shows its arguments`;
  throw new Refusal({
    class: 'InvalidArguments',
    desc: parsed.error.issues.slice(0, 10).map(issueText).join('; '),
    remedy,
  });
}

function issueText({ path, message }: z.core.$ZodIssue): string {
  const where = path.map(String).join('.');
  return (where === '' ? message : `${where}: ${message}`).slice(0, 500);
}
