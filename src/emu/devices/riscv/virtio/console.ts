import type { DeviceContext } from '../../../device.js';
import type { Log } from '../../../log.js';
import { i32 } from '../../../state.js';
import { withWritten } from '../../../written.js';
import type { SerialPort } from '../ns16550.js';
import type { VirtioBackend, VirtioDevice, VirtioTransport } from './backend.js';
import { VirtioFailure } from './memory-segments.js';

const RECEIVE = 0;
const TRANSMIT = 1;
/** Emergency write: a byte of output by the configuration alone (virtio 1.1 5.3.3). */
const EMERGENCY_WRITE = 2;
const CONFIG_LENGTH = 12;
const EMERGENCY_OFFSET = 8;
/** Bytes of one buffer at most: more are no text. */
const MOST = 0x10_0000;

const STATE = {
  /** How many typed bytes the driver got. */
  taken: i32(),
} as const;

/** A console of one port (virtio 1.1 5.3), which tests read and type on like a UART. It has no line speed. */
export function virtioConsole(): VirtioBackend<SerialPort> {
  return {
    name: 'virtio-console',
    deviceId: 3,
    features: [EMERGENCY_WRITE],
    queues: 2,
    configLength: CONFIG_LENGTH,
    state: STATE,
    create: (d, transport) => new Console(d, transport),
  };
}

class Console implements VirtioDevice<SerialPort> {
  readonly handle: SerialPort;
  readonly #d: DeviceContext<Record<never, never>, typeof STATE>;
  readonly #transport: VirtioTransport;
  readonly #sent: Log;
  readonly #typed: Log;

  constructor(d: DeviceContext, transport: VirtioTransport) {
    this.#d = d as unknown as DeviceContext<Record<never, never>, typeof STATE>;
    this.#transport = transport;
    this.#sent = d.log('sent', { kind: 'u8' });
    this.#typed = d.log('typed', { kind: 'u8' });
    this.handle = this.#port();
  }

  #port(): SerialPort {
    const sent = this.#sent;
    const type = (typed: string | Uint8Array) => this.#type(typed);
    return withWritten({ type }, () => Uint8Array.from(sent.slice()));
  }

  /** Columns, rows and ports are of features that are not offered. */
  config(): Uint8Array {
    return new Uint8Array(CONFIG_LENGTH);
  }
  writeConfig(offset: number, byte: number): void {
    if (offset === EMERGENCY_OFFSET) this.#send(byte);
  }
  /** What was typed before the machine's reset is lost, as with a UART; a driver that starts finds what waits for it. */
  reset(by: 'machine' | 'driver'): void {
    if (by === 'machine') this.#d.state.taken[0] = this.#typed.length;
  }
  serve(queue: number): number | undefined {
    return queue === TRANSMIT ? this.#transmit() : this.#receive();
  }

  #type(text: string | Uint8Array): void {
    for (const byte of typeof text === 'string' ? new TextEncoder().encode(text) : text) this.#typed.append(byte);
    this.#transport.guarded(() => {
      while (this.#receive() !== undefined);
    });
  }
  #receive(): number | undefined {
    const { taken } = this.#d.state;
    const waiting = this.#typed.length - taken[0]!;
    const chain = waiting > 0 ? this.#transport.take(RECEIVE) : undefined;
    if (chain === undefined) return undefined;
    const count = Math.min(chain.writableLength, waiting);
    chain.write(0, Uint8Array.from(this.#typed.slice(taken[0]!, taken[0]! + count)));
    taken[0]! += count;
    this.#transport.give(RECEIVE, chain, count);
    return count;
  }
  #transmit(): number | undefined {
    const chain = this.#transport.take(TRANSMIT);
    if (chain === undefined) return undefined;
    if (chain.readableLength > MOST) throw new VirtioFailure('a text of more than 1 MiB', 'virtio 1.1 5.3.6');
    for (const byte of chain.read(0, chain.readableLength)) this.#send(byte);
    this.#transport.give(TRANSMIT, chain, 0);
    return chain.readableLength;
  }
  #send(byte: number): void {
    this.#sent.append(byte);
    this.#d.emit('uart', { byte });
  }
}
