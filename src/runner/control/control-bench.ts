/** A client in process, for tests: what it sends is executed at once, what comes back is kept. */

import { readFileSync } from 'node:fs';
import { microchipIcicleKit, riscvVirt, riscvVirt64, stm32f4Discovery } from '../../boards/index.js';
import { type AnyBoard, createStation } from '../station.js';
import { commandNamed } from './commands.js';
import { Session } from './session.js';
import { Target } from './target.js';

export interface Message {
  readonly return?: Record<string, unknown>;
  readonly error?: { readonly class: string; readonly desc: string; readonly where?: string; readonly remedy?: string };
  readonly id?: number | string;
  readonly event?: string;
  readonly data?: Record<string, unknown>;
  readonly time?: number | string;
  readonly fwtest?: unknown;
}

const BOARDS = {
  'stm32f4-discovery': stm32f4Discovery,
  'riscv-virt': riscvVirt,
  'riscv-virt64': riscvVirt64,
  'microchip-icicle-kit': microchipIcicleKit,
} as const;

/** A board with an example's image. */
export function targetWith(image: string | undefined, name: keyof typeof BOARDS = 'stm32f4-discovery'): Target {
  const board = BOARDS[name] as unknown as AnyBoard;
  const path = image && new URL(`../../../examples/firmware-tests/${image}`, import.meta.url).pathname;
  if (path) readFileSync(path);
  const { board: handle } = createStation(board, path, { hostTimeout: Number.POSITIVE_INFINITY, semihosting: 'auto' });
  return new Target(board, handle, path);
}

export class TestClient {
  readonly messages: Message[] = [];
  readonly target: Target;
  readonly session: Session;
  readonly #waiting = new Map<number | string, (message: Message) => void>();
  #next = 1;
  ended = false;

  constructor(target: Target) {
    this.target = target;
    this.session = new Session(target, {
      write: (line) => this.#heard(JSON.parse(line) as Message),
      congested: () => undefined,
      end: () => {
        this.ended = true;
      },
    });
  }

  /** Sends a command; the promise resolves with the answer, whose result is checked against the command's schema. */
  ask(execute: string, args?: object): Promise<Message> {
    const id = this.#next++;
    const answer = new Promise<Message>((done) => this.#waiting.set(id, done));
    this.session.receive(JSON.stringify({ execute, arguments: args, id }));
    return answer.then((message) => {
      if (message.return) commandNamed(execute)?.result.parse(message.return);
      return message;
    });
  }
  /** The result of a command that must succeed. */
  async call(execute: string, args?: object): Promise<Record<string, unknown>> {
    const message = await this.ask(execute, args);
    if (message.return) return message.return;
    throw new Error(`${execute}: ${JSON.stringify(message.error)}`);
  }
  /** The error of a command that must fail. */
  async refused(execute: string, args?: object): Promise<NonNullable<Message['error']>> {
    const message = await this.ask(execute, args);
    if (message.error) return message.error;
    throw new Error(`${execute} succeeded: ${JSON.stringify(message.return)}`);
  }
  events(name: string): Message[] {
    return this.messages.filter(({ event }) => event === name);
  }
  /** What a UART wrote, by its events. */
  get text(): string {
    return this.events('UART')
      .map(({ data }) => String(data?.['text'] ?? ''))
      .join('');
  }

  #heard(message: Message): void {
    this.messages.push(message);
    if (message.id === undefined) return;
    this.#waiting.get(message.id)?.(message);
    this.#waiting.delete(message.id);
  }
}

/** A client that has negotiated. */
export async function clientOf(target: Target, enable: readonly string[] = []): Promise<TestClient> {
  const client = new TestClient(target);
  await client.call('capabilities', { enable });
  return client;
}
