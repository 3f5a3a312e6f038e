import type { DeviceContext } from '../../../device.js';
import type { Signal } from '../../../signal.js';
import { f64, i32, u8 } from '../../../state.js';
import { StreamFlags } from './dma-flags.js';
import { CR_ALWAYS_WRITABLE, type DMA, FCR_ALWAYS_WRITABLE, FLAG, STREAMS } from './dma-registers.js';
import { type Controller, REQUESTS, type RequestPlace } from './dma-requests.js';
import { cyclesOf, type PortKind, reaches } from './paths.js';
import { Stream, type StreamHost } from './stream.js';
import { burstFits, misuseOf, outOfReach, type StreamView, unservedMisuse } from './stream-check.js';
import { FIFO_BYTES, type StreamRegisters } from './stream-settings.js';
import { Transactions } from './transactions.js';

export const STATE = {
  fifo: u8(STREAMS * FIFO_BYTES),
  fifoHead: u8(STREAMS),
  fifoLevel: u8(STREAMS),
  phase: u8(STREAMS),
  flowing: u8(STREAMS),
  peripheralAt: i32(STREAMS),
  memoryAt: i32(STREAMS),
  memoryLeft: i32(STREAMS),
  block: i32(STREAMS),
  target: u8(STREAMS),
  owner: u8(2),
  items: u8(2),
  ends: f64(2),
  /** A request that the stream does not listen to has been reported. */
  misrouted: u8(STREAMS),
  /** Tick that the controller's event is due at. */
  planned: f64(),
};
type Context = DeviceContext<typeof DMA, typeof STATE>;

/** The wires of one place in the request tables. */
interface Line {
  readonly request: Signal;
  readonly acknowledge: Signal;
}

/** What the registers of a controller do, and what its streams need of it. */
export class DmaController implements StreamHost {
  readonly #d: Context;
  readonly #name: Controller;
  readonly streams: readonly Stream[];
  readonly #transactions: Transactions;
  /** By stream, then channel. */
  readonly #lines: readonly (readonly (Line | undefined)[])[];
  readonly #ratios: { apb1(): number; apb2(): number };

  constructor(d: Context, name: Controller) {
    this.#d = d;
    this.#name = name;
    const { LISR, HISR, S } = d.regs;
    this.streams = S.map((regs, i) => {
      const flags = new StreamFlags(i, i < 4 ? LISR : HISR, regs, d.output(`irq${i}`));
      return new Stream(i, regs, d.state, flags, this);
    });
    this.#transactions = new Transactions(this.streams, d.state, d.clock, (fire) => d.event('transaction', fire));
    this.#lines = this.streams.map((stream) => this.#linesOf(stream));
    const [apb1, apb2] = [d.clockNamed('apb1'), d.clockNamed('apb2')];
    const ratio = (hertz: number) => (hertz > 0 ? Math.max(1, Math.round(d.clock.hertz / hertz)) : 1);
    this.#ratios = { apb1: () => ratio(apb1.hertz), apb2: () => ratio(apb2.hertz) };
  }

  /** Does everything that is due by now. */
  settle(): void {
    this.#transactions.settle();
  }
  get bus() {
    return this.#d.bus;
  }
  request(stream: number): number {
    return this.#line(stream)?.request.level ?? 0;
  }
  acknowledge(stream: number): Signal | undefined {
    return this.#line(stream)?.acknowledge;
  }
  reaches(port: PortKind, address: number): boolean {
    return reaches(this.#name, port, address);
  }
  cycles(port: PortKind, address: number, beats: number): number {
    return cyclesOf(this.#name, port, address, beats, this.#ratios);
  }
  granted(stream: number, port: PortKind): boolean {
    return this.#transactions.granted(stream, port);
  }
  abandon(stream: number): void {
    this.#transactions.abandon(stream);
  }

  /** A write to SxCR. Most of it is protected while the stream is enabled (10.5.5). */
  control(stream: number, value: number, old: number, written: number): void {
    this.#transactions.settle();
    const { streams } = this;
    const { CR } = this.#d.regs.S[stream]!;
    const unit = streams[stream]!;
    if (unit.enabled) {
      CR.value = (old & ~CR_ALWAYS_WRITABLE) | (value & CR_ALWAYS_WRITABLE);
      if (((value ^ old) & ~CR_ALWAYS_WRITABLE) !== 0 && (written & 1) !== 0) this.#protected(stream, 'CR', '10.5.5');
      if (!CR.EN) unit.stop();
    } else if (CR.EN) this.#enable(stream);
    unit.flags.update();
    this.#transactions.proceed();
  }

  /** A write to one of the registers that are fixed while the stream is enabled: puts the old value back. */
  guard(stream: number, register: 'NDTR' | 'PAR', old: number): boolean {
    if (!this.streams[stream]!.enabled) return false;
    this.#d.regs.S[stream]![register].value = old;
    this.#transactions.settle();
    this.#protected(stream, register, register === 'NDTR' ? '10.5.6' : '10.5.7');
    return true;
  }
  /** SxM0AR and SxM1AR: the one that is not in use can be written at any time (10.3.10). */
  buffer(stream: number, which: 0 | 1, old: number): void {
    const unit = this.streams[stream]!;
    const regs = this.#d.regs.S[stream]!;
    if (!unit.enabled || regs.CR.CT !== which) return;
    (which === 0 ? regs.M0AR : regs.M1AR).value = old;
    this.#protected(stream, which === 0 ? 'M0AR' : 'M1AR', '10.5.8');
    if (!unit.settings.doubleBuffer) return;
    unit.fail();
    this.#transactions.proceed();
  }
  fifoControl(stream: number, value: number, old: number): void {
    const { FCR } = this.#d.regs.S[stream]!;
    const unit = this.streams[stream]!;
    if (unit.enabled) {
      FCR.value = (old & ~FCR_ALWAYS_WRITABLE) | (value & FCR_ALWAYS_WRITABLE);
      if (((value ^ old) & ~(FCR_ALWAYS_WRITABLE | FS_BITS)) !== 0) this.#protected(stream, 'FCR', '10.5.10');
    }
    unit.flags.update();
  }
  failed(stream: number, port: PortKind, address: number): void {
    // What could be foreseen was told when the stream was enabled, where the program's mistake is.
    if (!this.reaches(port, address)) return;
    const register = `${this.#name.toUpperCase()}.S${stream}${port === 'peripheral' ? 'PAR' : 'MxAR'}`;
    this.#d.report({ kind: 'misuse', ...outOfReach(register, port, address) });
  }

  #label(stream: number): string {
    return `${this.#name.toUpperCase()} stream ${stream}`;
  }
  #protected(stream: number, register: string, section: string): void {
    const label = `${this.#name.toUpperCase()}.S${stream}${register}`;
    this.#d.report({
      kind: 'misuse',
      rule: 'sequence',
      what: `${label} was written while the stream is enabled: the write is lost`,
      remedy: `clear EN and wait until it reads 0 before ${label} is changed`,
      section: `RM0090 ${section}`,
    });
  }

  #enable(stream: number): void {
    const regs = this.#d.regs.S[stream]!;
    const unit = this.streams[stream]!;
    this.#force(regs);
    const view = this.#view(stream);
    unit.reload();
    const misuses = misuseOf(view);
    for (const misuse of misuses) this.#d.report({ kind: 'misuse', ...misuse });
    this.#d.state.misrouted[stream] = misuses.some(({ rule }) => rule === 'dma-routing') ? 1 : 0;
    const stale = unit.flags.value & (FLAG.TCIF | FLAG.TEIF);
    if (stale !== 0) {
      this.#d.report({
        kind: 'misuse',
        rule: 'sequence',
        what: `${this.#label(stream)} was enabled while its ${stale & FLAG.TCIF ? 'TCIF' : 'TEIF'} flag is set`,
        remedy: 'clear all flags of the stream in LIFCR or HIFCR first',
        section: 'RM0090 10.5.5',
      });
    }
    if (burstFits(view)) unit.start();
    else {
      regs.CR.EN = 0;
      unit.flags.raise(FLAG.FEIF);
    }
  }

  /** 10.5.5, 10.5.10: what the hardware forces as soon as EN is 1. */
  #force({ CR, FCR }: StreamRegisters): void {
    if (CR.DIR === 2) {
      FCR.DMDIS = 1;
      CR.PFCTRL = 0;
    }
    if (CR.DBM) CR.CIRC = 1;
    if (CR.PFCTRL) CR.CIRC = 0;
    if (!FCR.DMDIS) {
      CR.MSIZE = CR.PSIZE;
      CR.MBURST = 0;
      CR.PBURST = 0;
    }
    if (!FCR.DMDIS || CR.PBURST) CR.PINCOS = 0;
  }

  #linesOf(stream: Stream): (Line | undefined)[] {
    return REQUESTS[this.#name].map((row, channel) => {
      if (row[stream.index]!.length === 0) return undefined;
      const name = `${stream.index}.${channel}`;
      const request = this.#d.input(name, (level) => {
        if (level === 0) return;
        if (stream.enabled && stream.settings.channel === channel) this.#transactions.requested(stream);
        else this.#unserved(row[stream.index]!);
      });
      return { request, acknowledge: this.#d.output(`${name}.ack`) };
    });
  }
  #line(stream: number): Line | undefined {
    return this.#lines[stream]![this.streams[stream]!.settings.channel];
  }

  /** A block asks where no stream listens, though one that listens to a timer is pointed at it: told once a start of that stream. */
  #unserved(requests: readonly string[]): void {
    const { phase, misrouted } = this.#d.state;
    for (const { index, settings } of this.streams) {
      if (phase[index] === 0 || misrouted[index] !== 0 || settings.memoryToMemory) continue;
      const misuse = unservedMisuse(this.#view(index), requests, (place) => this.#serves(place));
      if (misuse === undefined) continue;
      misrouted[index] = 1;
      this.#d.report({ kind: 'misuse', ...misuse });
    }
  }
  #serves({ controller, stream, channel }: RequestPlace): boolean {
    const unit = this.streams[stream]!;
    return controller === this.#name && unit.enabled && unit.settings.channel === channel;
  }
  #view(stream: number): StreamView {
    return {
      controller: this.#name,
      stream,
      regs: this.#d.regs.S[stream]!,
      settings: this.streams[stream]!.settings,
    };
  }
}

/** SxFCR.FS. */
const FS_BITS = 7 << 3;
