import type { BusMaster } from '../../../device.js';
import type { Signal } from '../../../signal.js';
import type { StreamFlags } from './dma-flags.js';
import { FLAG } from './dma-registers.js';
import { Fifo, type FifoState } from './fifo.js';
import { isPeripheral, type PortKind } from './paths.js';
import type { PortClient } from './port.js';
import { type StreamRegisters, StreamSettings } from './stream-settings.js';

export interface StreamState extends FifoState {
  /** OFF, ON or CLOSING. */
  readonly phase: Uint8Array;
  /** The memory side is on its way to a full (or empty) FIFO. */
  readonly flowing: Uint8Array;
  /** Next addresses. */
  readonly peripheralAt: Int32Array;
  readonly memoryAt: Int32Array;
  /** Bytes of the block that are still to pass the memory port. */
  readonly memoryLeft: Int32Array;
  /** NDTR as it was programmed, for the reload. */
  readonly block: Int32Array;
  /** Buffer that the memory side works on. */
  readonly target: Uint8Array;
}

const OFF = 0;
const ON = 1;
/** EN was cleared: the transaction under way ends, and the FIFO is flushed (10.3.14). */
const CLOSING = 2;

/** NDTR while the peripheral is the flow controller (10.3.15). */
const PERIPHERAL_FLOW_ITEMS = 0xffff;
/** Level of a request that is the last one, by a peripheral that is the flow controller. */
const LAST_REQUEST = 2;
/** Levels of an acknowledge. */
const SERVED = 1;
const SERVED_LAST = 3;
/** One more is to come: the end of transfer EOT_1 that I2C takes (27.3.8). */
const SERVED_LAST_BUT_ONE = 5;

/** What a stream needs of its controller. */
export interface StreamHost {
  readonly bus: BusMaster;
  /** Level of the request that the selected channel carries. */
  request(stream: number): number;
  /** The acknowledge wire of that channel. */
  acknowledge(stream: number): Signal | undefined;
  /** Whether the port can get there. */
  reaches(port: PortKind, address: number): boolean;
  cycles(port: PortKind, address: number, beats: number): number;
  /** Whether the stream has that port now. */
  granted(stream: number, port: PortKind): boolean;
  /** It gives up what it has on the ports. */
  abandon(stream: number): void;
  failed(stream: number, port: PortKind, address: number): void;
}

/** One stream: its two sides, which meet in the FIFO, and its end. RM0090 10.3.5 to 10.3.17. */
export class Stream implements PortClient {
  readonly index: number;
  readonly settings: StreamSettings;
  readonly flags: StreamFlags;
  readonly fifo: Fifo;
  readonly #regs: StreamRegisters;
  readonly #state: StreamState;
  readonly #host: StreamHost;

  constructor(index: number, regs: StreamRegisters, state: StreamState, flags: StreamFlags, host: StreamHost) {
    this.index = index;
    this.#regs = regs;
    this.#state = state;
    this.#host = host;
    this.flags = flags;
    this.settings = new StreamSettings(regs);
    this.fifo = new Fifo(state, index);
  }

  get priority(): number {
    return this.settings.priority;
  }
  get enabled(): boolean {
    return this.#state.phase[this.index] !== OFF;
  }
  get #on(): boolean {
    return this.#state.phase[this.index] === ON;
  }
  /** Peripheral items of the block that are still to be moved. */
  get left(): number {
    return this.#regs.NDTR.value;
  }
  set left(items: number) {
    this.#regs.NDTR.value = items;
  }
  /** A write to NDTR. */
  program(): void {
    this.#state.block[this.index] = this.left;
  }
  /**
   * 10.5.6: once a transfer has completed, enabling the stream again reloads the number. One that was stopped on its way goes on with
   * what is left, and in circular mode has the number that was programmed from the next round on.
   */
  reload(): void {
    if (this.settings.peripheralFlow) this.#state.block[this.index] = this.left = PERIPHERAL_FLOW_ITEMS;
    else if (this.left === 0) this.left = this.#state.block[this.index]!;
  }

  /**
   * Bytes by which the memory side is away from the next flag, where nothing but that can be noticed of the stream: from memory to
   * memory, on its way; else 0. Peripherals change by themselves and by accesses.
   */
  get unnoticed(): number {
    const { peripheralAt, memoryAt } = this.#state;
    const left = this.#memoryLeft;
    const begun = left < this.#state.block[this.index]! * this.settings.peripheralSize;
    if (!this.#on || !this.settings.memoryToMemory || !begun) return 0;
    if (isPeripheral(peripheralAt[this.index]! >>> 0) || isPeripheral(memoryAt[this.index]! >>> 0)) return 0;
    return left > this.#halfBytes ? left - this.#halfBytes : left;
  }
  get #memoryLeft(): number {
    return this.#state.memoryLeft[this.index]!;
  }

  /** EN was set, and the configuration is allowed. */
  start(): void {
    const { phase, flowing, peripheralAt, memoryAt, memoryLeft, target } = this.#state;
    const { settings, index } = this;
    const { CR, PAR, FCR } = this.#regs;
    phase[index] = ON;
    this.fifo.clear();
    FCR.FS = this.fifo.status;
    flowing[index] = settings.intoMemory ? 0 : 1;
    target[index] = settings.doubleBuffer ? CR.CT : 0;
    peripheralAt[index] = PAR.value;
    memoryAt[index] = this.#buffer;
    memoryLeft[index] = this.left * settings.peripheralSize;
  }

  /** EN was cleared by software: it reads 0 when everything under way is done (10.3.14). */
  stop(): void {
    if (!this.enabled) return;
    this.#state.phase[this.index] = CLOSING;
    this.#regs.CR.EN = 1;
    this.#closeIfDone();
  }

  /** A bus error, or a write to the buffer in use (10.3.17). */
  fail(): void {
    this.#off();
    this.#host.abandon(this.index);
    this.flags.raise(FLAG.TEIF);
  }

  wants(port: PortKind): number {
    return port === 'peripheral' ? this.#wantsPeripheral() : this.#wantsMemory();
  }
  cycles(port: PortKind, items: number): number {
    const { settings } = this;
    const [address, beats] =
      port === 'peripheral'
        ? [this.#state.peripheralAt[this.index]! >>> 0, settings.peripheralBeats]
        : [this.#state.memoryAt[this.index]! >>> 0, settings.memoryBeats];
    if (beats > 1 && items === beats) return this.#host.cycles(port, address, beats);
    return items * this.#host.cycles(port, address, 1);
  }
  /** A transaction of that port has ended. */
  move(port: PortKind, items: number): void {
    if (port === 'peripheral') this.#movePeripheral(items);
    else this.#moveMemory(items);
    this.#closeIfDone();
    this.#regs.FCR.FS = this.fifo.status;
  }

  /**
   * A request that finds no room (or no data) in the FIFO, while the memory port works for another stream, is an overrun (or
   * underrun): 10.3.17. Nothing is lost by that here: the request is served later.
   */
  checkRequest(): void {
    const { settings, fifo } = this;
    if (!this.#on || settings.memoryToMemory || this.left === 0) return;
    if (this.#host.request(this.index) === 0 || this.#host.granted(this.index, 'memory')) return;
    const bytes = this.#peripheralItems * settings.peripheralSize;
    if (settings.intoMemory && settings.direct && !this.#regs.CR.MINC && fifo.level > 0) this.flags.raise(FLAG.DMEIF);
    if (settings.intoMemory ? fifo.room < bytes : fifo.level < bytes) this.flags.raise(FLAG.FEIF);
  }

  /** Items of the next transaction of the peripheral port: a burst, or one where fewer are left (10.3.12). */
  get #peripheralItems(): number {
    const beats = this.settings.peripheralBeats;
    return this.left >= beats ? beats : 1;
  }

  #wantsPeripheral(): number {
    const { settings, fifo } = this;
    if (!this.#on || this.left === 0) return 0;
    if (!settings.memoryToMemory && this.#host.request(this.index) === 0) return 0;
    const items = this.#peripheralItems;
    const bytes = items * settings.peripheralSize;
    if ((settings.intoMemory ? fifo.room : fifo.level) < bytes) return 0;
    return items;
  }

  #wantsMemory(): number {
    if (!this.enabled) return 0;
    return this.settings.intoMemory ? this.#wantsToDrain() : this.#wantsToFill();
  }

  /** From the threshold on until the FIFO is empty; what is left of a block goes out as well, in singles (10.3.12, 10.3.14). */
  #wantsToDrain(): number {
    const { settings, fifo } = this;
    const { flowing } = this.#state;
    const size = settings.memorySize;
    const { level } = fifo;
    const rest = this.#on ? this.#memoryLeft : level;
    if (level === 0) flowing[this.index] = 0;
    if (level === 0 || rest === 0) return 0;
    const ends = level >= rest;
    if (ends || level >= settings.threshold) flowing[this.index] = 1;
    if (flowing[this.index] === 0) return 0;
    const beats = settings.memoryBeats;
    if (beats > 1 && this.#on && level >= beats * size && rest >= beats * size) return beats;
    if (!ends && (level < size || beats > 1)) {
      flowing[this.index] = 0;
      return 0;
    }
    return 1;
  }

  /** Direct mode preloads one item; the FIFO is filled, and again from the threshold down (10.3.13, 10.3.14). */
  #wantsToFill(): number {
    const { settings, fifo } = this;
    const { flowing } = this.#state;
    if (!this.#on || this.#memoryLeft === 0) return 0;
    if (settings.direct) return fifo.level === 0 ? 1 : 0;
    if (fifo.level <= settings.threshold) flowing[this.index] = 1;
    if (flowing[this.index] === 0) return 0;
    const size = settings.memorySize;
    const beats = this.#memoryLeft >= settings.memoryBeats * size ? settings.memoryBeats : 1;
    if (fifo.room >= beats * size) return beats;
    flowing[this.index] = 0;
    return 0;
  }

  #movePeripheral(items: number): void {
    const { settings, fifo } = this;
    const { peripheralAt } = this.#state;
    const size = settings.peripheralSize;
    const level = this.#host.request(this.index);
    for (let i = 0; i < items; i++) {
      const address = aligned(peripheralAt[this.index]!, size);
      if (settings.intoMemory) {
        const value = this.#read('peripheral', address, size);
        if (value === undefined) return;
        fifo.push(value, size);
      } else if (!this.#write('peripheral', address, size, fifo.pop(size))) return;
      peripheralAt[this.index] = peripheralAt[this.index]! + settings.peripheralStep;
    }
    this.#count(items, settings.peripheralFlow && (level & LAST_REQUEST) !== 0);
  }

  #count(items: number, lastRequest: boolean): void {
    const { settings, index } = this;
    const { block, peripheralAt, phase } = this.#state;
    const before = this.left;
    this.left = before - items;
    const last = this.left === 0 || lastRequest;
    const half = block[index]! >> 1;
    if (!settings.intoMemory && before > half && this.left <= half) this.flags.raise(FLAG.HTIF);
    if (last && settings.circular) {
      this.left = block[index]!;
      peripheralAt[index] = this.#regs.PAR.value;
    }
    if (last && !settings.intoMemory) this.#blockDone();
    else if (lastRequest) phase[index] = CLOSING;
    if (!settings.memoryToMemory) this.#served(last ? SERVED_LAST : this.left === 1 ? SERVED_LAST_BUT_ONE : SERVED);
  }

  #served(level: number): void {
    const wire = this.#host.acknowledge(this.index);
    if (wire === undefined) return;
    wire.set(level);
    wire.set(0);
  }

  #moveMemory(items: number): void {
    const { settings, fifo } = this;
    const { memoryAt } = this.#state;
    const size = settings.memorySize;
    for (let i = 0; i < items; i++) {
      const address = aligned(memoryAt[this.index]!, size);
      if (settings.intoMemory) {
        if (!this.#write('memory', address, size, fifo.pop(size))) return;
      } else {
        const value = this.#read('memory', address, size);
        if (value === undefined) return;
        fifo.push(value, size);
      }
      memoryAt[this.index] = memoryAt[this.index]! + settings.memoryStep;
      // 10.3.14: the flush writes whole words, the last with bytes that are none of the block's. The block does not get on by it.
      if (this.#on) this.#countMemory(size);
    }
  }
  #countMemory(size: number): void {
    const before = this.#memoryLeft;
    const half = this.#halfBytes;
    this.#state.memoryLeft[this.index] = Math.max(0, before - size);
    if (this.settings.intoMemory && before > half && this.#memoryLeft <= half) this.flags.raise(FLAG.HTIF);
    if (this.#memoryLeft === 0) this.#memoryBlockDone();
  }

  get #halfBytes(): number {
    return (this.#state.block[this.index]! >> 1) * this.settings.peripheralSize;
  }

  #memoryBlockDone(): void {
    const { settings, index } = this;
    const { target, memoryAt, memoryLeft, block } = this.#state;
    if (settings.circular) {
      if (settings.doubleBuffer) target[index] = 1 - target[index]!;
      memoryAt[index] = this.#buffer;
      memoryLeft[index] = block[index]! * settings.peripheralSize;
    }
    if (settings.intoMemory) this.#blockDone();
  }

  /** The block has arrived: TCIF, and the end unless the stream is circular (10.3.15). */
  #blockDone(): void {
    const { CR } = this.#regs;
    // 10.3.10: at the end of each block the hardware turns to the other buffer.
    if (this.settings.doubleBuffer) CR.CT = 1 - CR.CT;
    if (!this.settings.circular) this.#off();
    this.flags.raise(FLAG.TCIF);
  }

  /** The end of a stream that was told to stop: nothing under way, FIFO flushed. TCIF is set then, too (10.3.14). */
  #closeIfDone(): void {
    if (this.#state.phase[this.index] !== CLOSING) return;
    if (this.#host.granted(this.index, 'peripheral') || this.#host.granted(this.index, 'memory')) return;
    if (this.settings.intoMemory && this.fifo.level > 0) return;
    this.#off();
    this.flags.raise(FLAG.TCIF);
  }

  #off(): void {
    this.#state.phase[this.index] = OFF;
    this.#regs.CR.EN = 0;
  }

  get #buffer(): number {
    return this.#state.target[this.index] === 0 ? this.#regs.M0AR.value : this.#regs.M1AR.value;
  }

  #read(port: PortKind, address: number, size: 1 | 2 | 4): number | undefined {
    const value = this.#host.reaches(port, address) ? this.#host.bus.read(address, size) : undefined;
    if (value === undefined) this.#refused(port, address);
    return value;
  }
  #write(port: PortKind, address: number, size: 1 | 2 | 4, value: number): boolean {
    const done = this.#host.reaches(port, address) && this.#host.bus.write(address, size, value);
    if (!done) this.#refused(port, address);
    return done;
  }
  #refused(port: PortKind, address: number): void {
    this.fail();
    this.#host.failed(this.index, port, address);
  }
}

/** The bus ignores the low bits of an address that is no multiple of the size. */
function aligned(address: number, size: number): number {
  return (address & -size) >>> 0;
}
