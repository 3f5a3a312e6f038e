import { type DeviceContext, type DeviceType, defineDevice, type Handle } from '../../../device.js';
import type { Link } from '../../../link.js';
import { i32 } from '../../../state.js';
import type { UartFrame, UartListener } from '../../../uart-link.js';
import { type Written, withWritten } from '../../../written.js';
import { Queue } from '../sifive-common/queue.js';
import { TypedBytes } from '../typed-bytes.js';
import { UartReceiver } from './uart-receiver.js';
import { FIFO_DEPTH, type UartRegisters, uartRegisters } from './uart-registers.js';
import { UartTransmitter } from './uart-transmitter.js';

export interface SifiveUartOptions {
  /** Its functions at the pin multiplexer, `UART0_TX`; without them its pins are its own. */
  readonly tx?: string;
  readonly rx?: string;
  /** `div` after a reset: the manual says tuned for 115,200 baud at the expected clock (18.9). */
  readonly div?: number;
}

const STATE = {
  transmit: i32(Queue.words(FIFO_DEPTH)),
  receive: i32(Queue.words(FIFO_DEPTH)),
  /** The byte on the line, −1 while it is idle. */
  shifting: i32(),
  /** Bits of it that the pin has shown. */
  shownBits: i32(),
  /** Of what is typed. */
  typing: i32(TypedBytes.STATE),
  /** How many frames of other boards are over. */
  heardTaken: i32(),
  /** The missing pin was reported. */
  told: i32(),
} as const;

export type UartContext = DeviceContext<UartRegisters, typeof STATE>;

export interface SifiveUartPort {
  readonly links: readonly Link[];
  /** Sends text (as UTF-8) or bytes to the chip at the line's speed, once the receiver is on. */
  type(text: string | Uint8Array): void;
  /** The same of bytes that wait for room in the FIFO. */
  offer(text: string | Uint8Array): void;
  /** Everything the port has sent, as far as it is kept. */
  readonly bytes: Uint8Array;
  readonly text: string;
  readonly lines: readonly string[];
  /** Puts a listener on the line the port sends by. @returns what takes it off again */
  attach(listener: UartListener): () => void;
  /** Why nothing goes out, or what was lost on its way in, as far as the port can tell. */
  readonly hint: string | undefined;
  /** A frame begins now on the line by which the port receives. */
  hear(frame: UartFrame): void;
}

/**
 * SiFive's UART: 8 data bits, one or two stop bits, no parity; a FIFO of 8 bytes each way with a watermark interrupt. A frame
 * takes its bits of `div` + 1 clocks each. Wire `irq`: (ip & ie) ≠ 0.
 */
export function sifiveUart(options: SifiveUartOptions = {}): DeviceType<Handle<UartRegisters, SifiveUartPort>> {
  const table = uartRegisters(options.div ?? 0);
  return defineDevice({
    name: 'sifive-uart',
    size: 0x1000,
    registers: table,
    state: STATE,
    setup: (d) => port(d, options),
  });
}

function port(d: UartContext, options: SifiveUartOptions): SifiveUartPort {
  const { regs } = d;
  const irq = d.output('irq');
  const function_ = (name: string | undefined) => (name === undefined ? undefined : d.pinFunction(name));
  const update = (): void => irq.set((pending() & regs.ie.value) !== 0 ? 1 : 0);
  const transmitter = new UartTransmitter(d, function_(options.tx), update);
  const receiver = new UartReceiver(d, update);
  function_(options.rx)?.drive('none');

  /** 18.8: below its watermark the transmit FIFO asks for more, above its own the receive FIFO to be read. */
  const pending = (): number =>
    (transmitter.length < regs.txctrl.txcnt ? 1 : 0) | (receiver.length > regs.rxctrl.rxcnt ? 2 : 0);

  d.computed(regs.txdata, () => (transmitter.full ? 0x8000_0000 : 0));
  d.onWrite(regs.txdata, (value, _old, _written, bytes) => {
    regs.txdata.value = 0;
    if ((bytes & 0xff) === 0) return;
    transmitter.write(value & 0xff);
    update();
  });
  regs.rxdata.compute(() => (receiver.length === 0 ? 0x8000_0000 : receiver.front));
  d.onRead(regs.rxdata, () => receiver.read());
  d.computed(regs.ip, pending);
  d.onWrite(regs.ie, update);
  d.onWrite(regs.txctrl, () => {
    transmitter.kick();
    update();
  });
  d.onWrite(regs.rxctrl, () => {
    receiver.kick();
    update();
  });
  d.onReset(() => {
    transmitter.reset();
    receiver.reset();
    update();
  });
  return handle(transmitter, receiver);
}

function handle(transmitter: UartTransmitter, receiver: UartReceiver): SifiveUartPort {
  const port: Omit<SifiveUartPort, keyof Written> = {
    links: ['uart'],
    type: (data) => receiver.type(data),
    offer: (data) => receiver.offer(data),
    get hint() {
      return transmitter.hint ?? receiver.hint;
    },
    attach: (listener) => transmitter.listeners.add(listener),
    hear: (frame) => receiver.hear(frame),
  };
  return withWritten(port, () => transmitter.bytes);
}
