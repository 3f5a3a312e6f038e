import { type DeviceContext, type DeviceType, defineDevice, type Handle } from '../../../device.js';
import type { Log } from '../../../log.js';
import { notModelled, r, reg, registers, rw } from '../../../registers.js';
import { i32 } from '../../../state.js';
import { withWritten } from '../../../written.js';
import { Queue } from '../sifive-common/queue.js';
import { TypedBytes } from '../typed-bytes.js';

const FLAGS = {
  TX_EMPTY: 0,
  TX_FULL: 1,
  RX_NOT_EMPTY: 2,
  RX_FULL: 3,
  PARITY: 4,
  OVERRUN: 5,
  FRAME: 6,
  BREAK: 7,
  RX_THRESHOLD: 8,
} as const;

const flags = (access: typeof r) =>
  Object.fromEntries(Object.entries(FLAGS).map(([name, bit]) => [name, access(bit)])) as Record<
    keyof typeof FLAGS,
    ReturnType<typeof r>
  >;

/** 9,600 baud at the 50 MHz of the Arty boards, as on QEMU's board; the chip's designer gives it by a parameter. */
const RESET_DIVISOR = 0x145;

/** Shakti UART (Shakti device register manual 1.0, UART), a register a word. */
const UART = registers({
  baud: reg(0x00, { baud: rw(0, 16) }, RESET_DIVISOR, 'Shakti UART 1'),
  tx: reg(0x04, { tx: rw(0, 32) }, 0, 'Shakti UART 2'),
  rx: reg(0x08, { rx: r(0, 32) }, 0, 'Shakti UART 3'),
  status: reg(0x0c, flags(r), 1, 'Shakti UART 4'),
  delay: reg(0x10, { delay: rw(0, 16) }, 0, 'Shakti UART 5'),
  control: reg(
    0x14,
    { stop: rw(1, 2), parity: notModelled(rw(3, 2), 'parity'), charsize: rw(5, 6) },
    0x100,
    'Shakti UART 6',
  ),
  interrupt_en: reg(0x18, flags(rw), 0, 'Shakti UART 7'),
  iq_cycles: reg(0x1c, { iq_cycles: notModelled(rw(0, 8), 'input qualification') }, 0, 'Shakti UART 8'),
  rx_threshold: reg(0x20, { rx_threshold: rw(0, 8) }, 0, 'Shakti UART 9'),
});

const DEPTH = 16;
const STATE = {
  transmit: i32(Queue.words(DEPTH)),
  receive: i32(Queue.words(DEPTH)),
  shifting: i32(),
  typing: i32(TypedBytes.STATE),
  overrun: i32(),
} as const;
type Context = DeviceContext<typeof UART, typeof STATE>;

export interface ShaktiUartPort {
  type(text: string | Uint8Array): void;
  /** The same of bytes that wait for room in the FIFO. */
  offer(text: string | Uint8Array): void;
  readonly bytes: Uint8Array;
  readonly text: string;
  readonly lines: readonly string[];
  /** Why an answer may be missing. */
  readonly hint: string | undefined;
}

const IDLE = -1;

/**
 * The UART of the Shakti C class: FIFOs of 16 bytes each way; a bit takes 16 × `baud` clocks. Wire `irq` (the chip does not connect it
 * on QEMU's board): a flag of status that interrupt_en has, too.
 */
export const shaktiUart: DeviceType<Handle<typeof UART, ShaktiUartPort>> = defineDevice({
  name: 'shakti-uart',
  size: 0x40,
  registers: UART,
  state: STATE,
  setup: (d) => new Port(d).handle,
});

class Port {
  readonly handle: ShaktiUartPort;
  readonly #d: Context;
  readonly #transmit: Queue;
  readonly #receive: Queue;
  readonly #written: Log;
  readonly #typed: TypedBytes;
  readonly #sent;
  readonly #arrival;
  readonly #irq;

  constructor(d: Context) {
    this.#d = d;
    const { regs, state } = d;
    this.#transmit = new Queue(state.transmit);
    this.#receive = new Queue(state.receive);
    this.#written = d.log('sent', { kind: 'u8' });
    this.#typed = new TypedBytes(d, state.typing);
    this.#sent = d.event('sent', () => this.#frameEnds());
    this.#arrival = d.event('arrival', () => this.#arrives());
    this.#irq = d.output('irq');
    this.handle = this.#makeHandle();
    d.computed(regs.status, () => this.#status);
    d.onWrite(regs.tx, (value) => this.#send(value & 0xff));
    regs.rx.compute(() => this.#receive.front);
    d.onRead(regs.rx, () => this.#take());
    for (const register of [regs.interrupt_en, regs.rx_threshold]) d.onWrite(register, () => this.#update());
    d.onReset(() => {
      state.shifting[0] = IDLE;
      this.#typed.reset();
      this.#update();
      this.#expect();
    });
  }

  get #status(): number {
    const { state, regs } = this.#d;
    const bit = (flag: keyof typeof FLAGS, on: boolean) => (on ? 1 << FLAGS[flag] : 0);
    const threshold = regs.rx_threshold.rx_threshold;
    return (
      bit('TX_EMPTY', this.#transmit.empty && state.shifting[0] === IDLE) |
      bit('TX_FULL', this.#transmit.full) |
      bit('RX_NOT_EMPTY', !this.#receive.empty) |
      bit('RX_FULL', this.#receive.full) |
      bit('RX_THRESHOLD', this.#receive.length > threshold) |
      bit('OVERRUN', state.overrun[0] !== 0)
    );
  }
  /** Clocks of a frame: start bit, data, 1, 1½ or 2 stop bits. */
  get #frame(): number {
    const { baud, control } = this.#d.regs;
    const data = control.charsize || 8;
    return Math.ceil(16 * (baud.baud || 1) * (1 + data + [1, 1.5, 2, 1][control.stop]!));
  }

  #send(byte: number): void {
    this.#d.regs.tx.value = 0;
    if (!this.#transmit.push(byte)) {
      this.#d.report({
        kind: 'misuse',
        rule: 'sequence',
        what: `${this.#d.name}.tx was written while its FIFO is full: the byte is lost`,
        remedy: 'wait until status.TX_FULL is 0',
        section: 'Shakti UART 2',
      });
    }
    this.#next();
    this.#update();
  }
  #next(): void {
    const { shifting } = this.#d.state;
    if (shifting[0] !== IDLE || this.#transmit.empty) return;
    shifting[0] = this.#transmit.shift();
    this.#sent.after(this.#frame + this.#d.regs.delay.delay);
  }
  #frameEnds(): void {
    const { shifting } = this.#d.state;
    const byte = shifting[0]!;
    shifting[0] = IDLE;
    this.#written.append(byte);
    this.#d.emit('uart', { byte });
    this.#next();
    this.#update();
  }

  #take(): number {
    const byte = this.#receive.empty ? 0 : this.#receive.shift();
    this.#d.state.overrun[0] = 0;
    this.#expect();
    this.#update();
    return byte;
  }
  #expect(): void {
    if (this.#arrival.armed || !this.#typed.waiting || (this.#typed.isOffered && this.#receive.full)) return;
    this.#arrival.after(this.#frame);
  }
  #arrives(): void {
    if (!this.#receive.push(this.#typed.take())) {
      this.#d.state.overrun[0] = 1;
      this.#typed.lose();
    }
    this.#update();
    this.#expect();
  }

  #update(): void {
    this.#irq.set((this.#status & this.#d.regs.interrupt_en.value) !== 0 ? 1 : 0);
  }

  #makeHandle(): ShaktiUartPort {
    const written = this.#written;
    const typed = this.#typed;
    const handle = {
      type: (data: string | Uint8Array) => {
        typed.type(data);
        this.#expect();
      },
      offer: (data: string | Uint8Array) => {
        typed.offer(data);
        this.#expect();
      },
      get hint() {
        return typed.hint;
      },
    };
    return withWritten(handle, () => Uint8Array.from(written.slice()));
  }
}
