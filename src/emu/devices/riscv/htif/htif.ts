import { type DeviceContext, type DeviceType, defineDevice, type Handle } from '../../../device.js';
import type { Log } from '../../../log.js';
import { i32 } from '../../../state.js';
import { withWritten } from '../../../written.js';
import { Mailbox, messageOf, REGISTERS } from './mailbox.js';
import { systemCall } from './system-calls.js';

export interface HtifOptions {
  /** Addresses of the symbols `tohost` and `fromhost`; without them the device's own registers are used. */
  readonly tohost?: number;
  readonly fromhost?: number;
}

const STATE = {
  /** The device's own registers: fromhost, tohost. */
  words: i32(4),
  /** 0, or 1 + the exit code. */
  ended: i32(),
  /** An answer that waits for `fromhost` to be empty: 1, its low word, its high word. */
  answer: i32(3),
  /** The program waits for a character; how many of the typed ones it got. */
  wantsByte: i32(),
  taken: i32(),
} as const;

export type HtifContext = DeviceContext<Record<never, never>, typeof STATE>;

export interface HtifHandle {
  /** What the program ended with, 0 for success; undefined while it runs. */
  readonly exitCode: number | undefined;
  type(text: string | Uint8Array): void;
  readonly bytes: Uint8Array;
  readonly text: string;
  readonly lines: readonly string[];
}

const [SYSTEM, CONSOLE] = [0, 1];
const [GET, PUT] = [0, 1];
const IDENTIFY = 0xff;
/** Cycles after which a word that was stored alone is taken for the whole: RV32 stores the upper one right behind it. */
const LATE = 64;

/**
 * The host-target interface of Berkeley's boards, as Spike and QEMU's `spike` have it: the program stores a command to `tohost`,
 * finds it 0 when it was taken, and answers in `fromhost`. Device 0 is the system (an odd payload ends the run with its upper
 * bits, an even one is the address of a system call), device 1 a console. Output `halt` stops the core. An image with the symbols
 * `tohost` and `fromhost` says where they are.
 */
export function htif(options: HtifOptions = {}): DeviceType<Handle<Record<never, never>, HtifHandle>> {
  const { tohost, fromhost } = options;
  const places = tohost === undefined || fromhost === undefined ? undefined : { tohost, fromhost };
  return defineDevice({
    name: 'htif',
    size: 16,
    state: STATE,
    forImage(symbol) {
      const [to, from] = [symbol('tohost'), symbol('fromhost')];
      if (places !== undefined || to === undefined || from === undefined) return undefined;
      return htif({ tohost: to, fromhost: from });
    },
    setup(d) {
      const host = new Host(d, new Mailbox(d, places));
      hosts.set(d, host);
      if (places) {
        d.watchStores(places.tohost, 8, (address, size) => host.stored(address + size > places.tohost + 4));
        d.watchStores(places.fromhost, 8, () => host.answered());
      }
      return host.handle;
    },
    read: (offset, _size, d) => (d.state.words[offset >> 2]! >>> (8 * (offset & 3))) >>> 0,
    write(offset, value, size, d) {
      const shift = 8 * (offset & 3);
      const mask = (size === 4 ? -1 : (1 << (8 * size)) - 1) << shift;
      const index = offset >> 2;
      d.state.words[index] = (d.state.words[index]! & ~mask) | ((value << shift) & mask);
      const host = hosts.get(d)!;
      if (offset >= REGISTERS.tohost) host.stored(offset >= REGISTERS.tohost + 4);
      else host.answered();
    },
  });
}

/** What `setup` made for each instance; all of its state is declared above. */
const hosts = new WeakMap<HtifContext, Host>();

class Host {
  readonly handle: HtifHandle;
  readonly #d: HtifContext;
  readonly #mailbox: Mailbox;
  readonly #written: Log;
  readonly #typed: Log;
  readonly #late;

  constructor(d: HtifContext, mailbox: Mailbox) {
    this.#d = d;
    this.#mailbox = mailbox;
    this.#written = d.log('written', { kind: 'u8' });
    this.#typed = d.log('typed', { kind: 'u8' });
    this.#late = d.event('late', () => this.#take());
    d.output('halt');
    this.handle = this.#makeHandle();
    d.onReset(() => {
      d.state.taken[0] = this.#typed.length;
    });
  }

  /** Something was stored to `tohost`; the upper word completes a command. */
  stored(complete: boolean): void {
    if (this.#mailbox.isEmpty('tohost')) this.#late.cancel();
    else if (complete) this.#take();
    else this.#late.after(LATE);
  }
  /** `fromhost` was stored to: empty, it takes the next answer. */
  answered(): void {
    const { answer } = this.#d.state;
    if (answer[0] === 0 || !this.#mailbox.isEmpty('fromhost')) return;
    answer[0] = 0;
    this.#mailbox.write('fromhost', answer[1]!, answer[2]!);
    this.#serve();
  }

  #take(): void {
    this.#late.cancel();
    const { device, command, payload } = messageOf(...this.#mailbox.read('tohost'));
    this.#mailbox.write('tohost', 0, 0);
    if (command === IDENTIFY) this.#identify(device, payload);
    else if (device === SYSTEM && command === 0) this.#system(payload);
    else if (device === CONSOLE && command === PUT) this.#put(payload & 0xff);
    else if (device === CONSOLE && command === GET) this.#want();
    else this.#reportUnknown(device, command);
  }

  #system(payload: number): void {
    if (payload % 2 === 1) {
      this.#end(Math.floor(payload / 2));
      return;
    }
    systemCall(this.#d, payload >>> 0, {
      write: (bytes) => {
        for (const byte of bytes) this.#put(byte);
      },
      exit: (code) => this.#end(code),
    });
    this.#respond(SYSTEM, 0, 1);
  }
  #put(byte: number): void {
    this.#written.append(byte);
    this.#d.emit('uart', { byte });
  }
  #want(): void {
    this.#d.state.wantsByte[0] = 1;
    this.#serve();
  }
  /** Bit 8 says that there is a character. */
  #serve(): void {
    const { wantsByte, taken, answer } = this.#d.state;
    if (wantsByte[0] === 0 || answer[0] !== 0 || taken[0]! >= this.#typed.length) return;
    wantsByte[0] = 0;
    this.#respond(CONSOLE, GET, 0x100 | this.#typed.at(taken[0]!++)!);
  }
  #respond(device: number, command: number, payload: number): void {
    this.#d.state.answer.set([1, payload, (device << 24) | (command << 16)]);
    this.answered();
  }
  /** The name of a device, at the address that the payload gives. */
  #identify(device: number, address: number): void {
    const name = device === SYSTEM ? 'syscall_proxy' : device === CONSOLE ? 'bcd' : '';
    for (const [i, byte] of [...new TextEncoder().encode(`${name}\0`)].entries())
      this.#d.bus.write((address >>> 0) + i, 1, byte);
    this.#respond(device, IDENTIFY, 1);
  }

  #end(code: number): void {
    this.#d.state.ended[0] = 1 + code;
    this.#d.output('halt').set(1);
    this.#d.emit('exit', { code });
  }
  #reportUnknown(device: number, command: number): void {
    this.#d.report({
      kind: 'unmodelled',
      what: `${this.#d.name}: device ${device} was sent command ${command}: there are the system (0) and the console (1) only`,
      remedy: 'the command is lost',
    });
  }

  #makeHandle(): HtifHandle {
    const written = this.#written;
    const { ended } = this.#d.state;
    const handle = {
      get exitCode() {
        return ended[0] === 0 ? undefined : ended[0]! - 1;
      },
      type: (data: string | Uint8Array) => {
        for (const byte of typeof data === 'string' ? new TextEncoder().encode(data) : data) this.#typed.append(byte);
        this.#serve();
      },
    };
    return withWritten(handle, () => Uint8Array.from(written.slice()));
  }
}
