import type { DeviceContext } from '../../../device.js';
import type { Registers } from '../../../register-file.js';
import type { Signal } from '../../../signal.js';
import { i32 } from '../../../state.js';
import type { VirtioBackend, VirtioDevice, VirtioTransport } from './backend.js';
import type { Chain } from './chain.js';
import { VirtioFailure } from './memory-segments.js';
import { FEATURE, INTERRUPT, STATUS, type VIRTIO_MMIO, type VIRTIO_MMIO_LEGACY } from './mmio-registers.js';
import { QUEUE, QUEUE_MOST, QUEUE_WORDS, Virtqueue } from './virtqueue.js';

/** The registers that both versions have. */
export type CommonRegisters = Registers<
  Pick<typeof VIRTIO_MMIO, keyof typeof VIRTIO_MMIO & keyof typeof VIRTIO_MMIO_LEGACY>
>;

export function transportState(queues: number) {
  return {
    /** What the driver accepted: features 0–31 and 32–63. */
    accepted: i32(2),
    queues: i32(queues * QUEUE_WORDS),
    /** Queues with buffers that nobody looked at yet, a bit each. */
    notified: i32(),
  };
}
export type TransportState = ReturnType<typeof transportState>;
export type TransportContext = DeviceContext<Record<never, never>, TransportState>;

/** Machine time from a notification to the look at the queue, in ns: what a host would need at least to take notice. */
const LATENCY_NS = 10_000;
/** Bytes of requests that are moved at one look, and what a request counts for beside its bytes. */
const BYTES_AT_ONCE = 0x10_0000;
const BYTES_OF_REQUEST = 1024;

/** What is the same in both versions: features, status, interrupts, and the queues once they are set up. */
export class Transport<H extends object> implements VirtioTransport {
  readonly device: VirtioDevice<H>;
  readonly #d: TransportContext;
  readonly #regs: CommonRegisters;
  readonly #legacy: boolean;
  readonly #offered: readonly [number, number];
  readonly #queues: readonly Virtqueue[];
  readonly #irq: Signal;
  readonly #look;

  constructor(d: TransportContext, regs: CommonRegisters, backend: VirtioBackend<H>, legacy: boolean) {
    this.#d = d;
    this.#regs = regs;
    this.#legacy = legacy;
    const features = [...backend.features, FEATURE.indirectDescriptors, FEATURE.eventIndex];
    this.#offered = wordsOf([...features, legacy ? FEATURE.anyLayout : FEATURE.version1]);
    this.#irq = d.output('irq');
    this.#look = d.event('look', () => this.#serve(), d.clockNamed('ns'));
    const rings = () => ({
      indirect: this.negotiated(FEATURE.indirectDescriptors),
      eventIndex: this.negotiated(FEATURE.eventIndex),
    });
    this.#queues = Array.from({ length: backend.queues }, (_, i) => new Virtqueue(d.bus, this.wordsOf(i), rings));
    this.device = backend.create(d as unknown as DeviceContext, this);
    this.#connect(backend);
  }

  /** State of a queue. */
  wordsOf(queue: number): Int32Array {
    return this.#d.state.queues.subarray(queue * QUEUE_WORDS, (queue + 1) * QUEUE_WORDS);
  }
  /** The state of the queue that QueueSel names; undefined where there is none. */
  get selected(): Int32Array | undefined {
    const queue = this.#regs.QueueSel.value;
    return queue < this.#queues.length ? this.wordsOf(queue) : undefined;
  }

  negotiated(feature: number): boolean {
    return ((this.#d.state.accepted[feature >> 5]! >>> (feature & 31)) & 1) !== 0;
  }
  take(queue: number): Chain | undefined {
    return this.#running && this.#queues[queue]!.ready ? this.#queues[queue]!.take() : undefined;
  }
  give(queue: number, chain: Chain, written: number): void {
    if (this.#queues[queue]!.give(chain, written)) this.#interrupt(INTERRUPT.used);
  }
  guarded(fn: () => void): void {
    try {
      fn();
    } catch (error) {
      if (!(error instanceof VirtioFailure)) throw error;
      this.fail(error.message, error.section);
    }
  }

  /** The driver broke the rules: the device does nothing more until it is reset (virtio 1.1 2.1.2). */
  fail(what: string, section: string): void {
    const { Status } = this.#regs;
    Status.value |= STATUS.needsReset;
    this.#look.cancel();
    const remedy = 'the device needs a reset: write 0 to Status';
    this.#d.report({ kind: 'guest-error', what: `${this.#d.name}: ${what}`, remedy, section });
    if (Status.DRIVER_OK) this.#interrupt(INTERRUPT.config);
  }

  get #running(): boolean {
    return (this.#regs.Status.value & STATUS.needsReset) === 0;
  }

  #connect(backend: VirtioBackend<H>): void {
    const [d, regs] = [this.#d, this.#regs];
    d.onReset(() => {
      regs.DeviceID.value = backend.deviceId;
      this.#reset('machine');
    });
    d.computed(regs.DeviceFeatures, () => this.#offered[regs.DeviceFeaturesSel.value] ?? 0);
    d.onWrite(regs.DriverFeatures, (value) => this.#accept(regs.DriverFeaturesSel.value, value));
    d.computed(regs.QueueNumMax, () => (this.selected === undefined ? 0 : QUEUE_MOST));
    d.onWrite(regs.QueueNum, (value) => {
      if (this.selected) this.selected[QUEUE.num] = value;
    });
    d.onWrite(regs.QueueNotify, (value) => this.#notify(value & 0xffff));
    d.onWrite(regs.InterruptACK, (value) => {
      regs.InterruptStatus.value &= ~value;
      this.#irq.set(regs.InterruptStatus.value === 0 ? 0 : 1);
    });
    d.onWrite(regs.Status, (_value, old, written) => this.#setStatus(written, old));
    for (const [word, register] of regs.config.entries()) {
      d.computed(register, () => wordAt(this.device.config(), 4 * word));
      d.onWrite(register, (_value, _old, written, bytes) => {
        for (let i = 0; i < 4; i++) {
          if ((bytes >>> (8 * i)) & 1) this.device.writeConfig?.(4 * word + i, (written >>> (8 * i)) & 0xff);
        }
      });
    }
  }

  #reset(by: 'machine' | 'driver'): void {
    const { state } = this.#d;
    const { Status, InterruptStatus } = this.#regs;
    state.accepted.fill(0);
    state.queues.fill(0);
    state.notified[0] = 0;
    Status.value = 0;
    InterruptStatus.value = 0;
    this.#look.cancel();
    this.#irq.set(0);
    this.device.reset(by);
  }

  #accept(word: number, features: number): void {
    if (word > 1) return;
    const offered = this.#offered[word]!;
    if ((features & ~offered) !== 0) {
      const what = `${this.#d.name}: the driver accepts features that the device does not offer`;
      this.#d.report({ kind: 'guest-error', what, section: 'virtio 1.1 2.2.1' });
    }
    // without FEATURES_OK to say no by, what was not offered is left out
    this.#d.state.accepted[word] = this.#legacy ? features & offered : features;
  }

  #setStatus(value: number, old: number): void {
    const { Status } = this.#regs;
    if ((value & 0xff) === 0) {
      this.#reset('driver');
      return;
    }
    Status.value = (value & ~STATUS.needsReset) | (old & STATUS.needsReset);
    if (!this.#legacy && Status.FEATURES_OK && !this.#agreed) Status.FEATURES_OK = 0;
    if (Status.DRIVER_OK && (old & STATUS.driverOk) === 0) this.#lookAgain();
  }

  /**
   * 3.1.1: what the driver accepted is offered. A driver that does not accept VERSION_1 may be refused (6.1); it is not, as there are
   * such (xv6's), which the other registers serve as well.
   */
  get #agreed(): boolean {
    const { accepted } = this.#d.state;
    return this.#offered.every((word, i) => (accepted[i]! & ~word) === 0);
  }

  #notify(queue: number): void {
    if (queue >= this.#queues.length || !this.#running) return;
    this.#d.state.notified[0]! |= 1 << queue;
    if (this.#regs.Status.DRIVER_OK || this.#legacy) this.#lookAgain();
  }
  #lookAgain(): void {
    if (this.#d.state.notified[0] !== 0 && !this.#look.armed) this.#look.after(LATENCY_NS);
  }

  #serve(): void {
    const { notified } = this.#d.state;
    const queues = notified[0]!;
    notified[0] = 0;
    for (let queue = 0; queue < this.#queues.length; queue++) {
      if ((queues >>> queue) & 1 && this.#running) this.guarded(() => this.#serveQueue(queue));
    }
    this.#lookAgain();
  }
  /** Requests of a queue, until there are none or so much was done that time has to pass. */
  #serveQueue(queue: number): void {
    for (let moved = 0; moved < BYTES_AT_ONCE; moved += BYTES_OF_REQUEST) {
      const bytes = this.#queues[queue]!.ready ? this.device.serve(queue) : undefined;
      if (bytes === undefined) return;
      moved += bytes;
    }
    this.#notify(queue);
  }

  #interrupt(reason: number): void {
    this.#regs.InterruptStatus.value |= reason;
    this.#irq.set(1);
  }
}

function wordsOf(features: readonly number[]): readonly [number, number] {
  const words: [number, number] = [0, 0];
  for (const feature of features) words[feature >> 5]! |= 1 << (feature & 31);
  return words;
}

function wordAt(bytes: Uint8Array, offset: number): number {
  let word = 0;
  for (let i = 0; i < 4; i++) word |= (bytes[offset + i] ?? 0) << (8 * i);
  return word;
}
