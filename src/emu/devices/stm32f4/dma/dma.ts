import { hex } from '../../../bits.js';
import { type DeviceContext, defineDevice } from '../../../device.js';
import type { Signal } from '../../../signal.js';
import { f64, i32, u8 } from '../../../state.js';
import { StreamFlags } from './dma-flags.js';
import { CR_ALWAYS_WRITABLE, DMA, FCR_ALWAYS_WRITABLE, FLAG, STREAMS } from './dma-registers.js';
import { type Controller, REQUESTS } from './dma-requests.js';
import { cyclesOf, isCcm, type PortKind, reaches } from './paths.js';
import { Port } from './port.js';
import { Stream, type StreamHost } from './stream.js';
import { burstFits, misuseOf } from './stream-check.js';
import { FIFO_BYTES, type StreamRegisters } from './stream-settings.js';

const STATE = {
  fifo: u8(STREAMS * FIFO_BYTES),
  fifoHead: u8(STREAMS),
  fifoLevel: u8(STREAMS),
  phase: u8(STREAMS),
  flowing: u8(STREAMS),
  peripheralAt: i32(STREAMS),
  memoryAt: i32(STREAMS),
  left: i32(STREAMS),
  memoryLeft: i32(STREAMS),
  block: i32(STREAMS),
  target: u8(STREAMS),
  owner: u8(2),
  items: u8(2),
  begun: f64(2),
  ends: f64(2),
};
type Context = DeviceContext<typeof DMA, typeof STATE>;

/** The wires of one place in the request tables. */
interface Line {
  readonly request: Signal;
  readonly acknowledge: Signal;
}

class DmaController implements StreamHost {
  readonly #d: Context;
  readonly #name: Controller;
  readonly streams: readonly Stream[];
  readonly #ports: Readonly<Record<PortKind, Port>>;
  /** By stream, then channel. */
  readonly #lines: readonly (readonly (Line | undefined)[])[];
  readonly #ratios: { apb1(): number; apb2(): number };
  /** A transaction is being made: what its accesses set off waits for its end. Never so between two events. */
  #moving = false;

  constructor(d: Context, name: Controller) {
    this.#d = d;
    this.#name = name;
    const { LISR, HISR, S } = d.regs;
    this.streams = S.map((regs, i) => {
      const flags = new StreamFlags(i, i < 4 ? LISR : HISR, regs, d.output(`irq${i}`));
      return new Stream(i, regs, d.state, flags, this);
    });
    const port = (kind: PortKind) =>
      new Port(
        kind,
        d.state,
        this.streams,
        (fire) => d.event(`${kind}Port`, fire),
        (stream, items, at) => this.#moved(stream, kind, items, at),
      );
    this.#ports = { peripheral: port('peripheral'), memory: port('memory') };
    this.#lines = this.streams.map((stream) => this.#linesOf(stream));
    const [apb1, apb2] = [d.clockNamed('apb1'), d.clockNamed('apb2')];
    const ratio = (hertz: number) => (hertz > 0 ? Math.max(1, Math.round(d.clock.hertz / hertz)) : 1);
    this.#ratios = { apb1: () => ratio(apb1.hertz), apb2: () => ratio(apb2.hertz) };
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
  alone(stream: number): boolean {
    const { phase } = this.#d.state;
    for (let i = 0; i < STREAMS; i++) if (i !== stream && phase[i] !== 0) return false;
    return true;
  }
  granted(stream: number, port: PortKind): boolean {
    return this.#ports[port].owner === stream;
  }
  abandon(stream: number): void {
    this.#ports.peripheral.abandon(stream);
    this.#ports.memory.abandon(stream);
  }

  /** A write to SxCR. Most of it is protected while the stream is enabled (10.5.5). */
  control(stream: number, value: number, old: number, written: number): void {
    const { streams } = this;
    const { CR } = this.#d.regs.S[stream]!;
    const unit = streams[stream]!;
    if (unit.enabled) {
      CR.value = (old & ~CR_ALWAYS_WRITABLE) | (value & CR_ALWAYS_WRITABLE);
      if (((value ^ old) & ~CR_ALWAYS_WRITABLE) !== 0 && (written & 1) !== 0) this.#protected(stream, 'CR', '10.5.5');
      if (!CR.EN) unit.stop();
    } else if (CR.EN) this.#enable(stream);
    unit.flags.update();
    this.#proceed(this.#d.clock.now());
  }

  /** A write to one of the registers that are fixed while the stream is enabled: puts the old value back. */
  guard(stream: number, register: 'NDTR' | 'PAR', old: number): boolean {
    if (!this.streams[stream]!.enabled) return false;
    this.#d.regs.S[stream]![register].value = old;
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
    this.#proceed(this.#d.clock.now());
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
  /** SxNDTR as it reads: of singles taken together, those done by now count. */
  itemsLeft(stream: number): number {
    const { left } = this.streams[stream]!;
    const { peripheral } = this.#ports;
    if (peripheral.owner !== stream || peripheral.items === 1) return left;
    const unit = this.streams[stream]!;
    if (unit.settings.peripheralBeats > 1) return left;
    const elapsed = this.#d.clock.now() - peripheral.begun;
    return left - Math.min(peripheral.items, Math.floor(elapsed / unit.cycles('peripheral', 1)));
  }

  failed(stream: number, port: PortKind, address: number): void {
    const register = port === 'peripheral' ? 'PAR' : 'MxAR';
    const what = `${this.#label(stream)} got a bus error at ${hex(address)} (${register}): the stream is off, TEIF is set`;
    const narrow = this.#name === 'dma1' && port === 'peripheral';
    const remedy = isCcm(address)
      ? 'put the buffer into SRAM: the CCM RAM is on the data bus of the core only'
      : narrow
        ? 'DMA1 reaches APB1 only by its peripheral port: use DMA2'
        : 'point the stream at memory or registers that exist';
    this.#d.report({ kind: 'misuse', rule: 'dma-memory', what, remedy, section: 'RM0090 2.3.1, 10.3.1' });
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
    const view = { controller: this.#name, stream, regs, settings: unit.settings };
    if (unit.left === 0) unit.left = this.#d.state.block[stream]!;
    for (const misuse of misuseOf(view)) this.#d.report({ kind: 'misuse', ...misuse });
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
        if (level !== 0 && stream.settings.channel === channel) this.#requested(stream);
      });
      return { request, acknowledge: this.#d.output(`${name}.ack`) };
    });
  }
  #line(stream: number): Line | undefined {
    return this.#lines[stream]![this.streams[stream]!.settings.channel];
  }

  #requested(stream: Stream): void {
    if (!stream.enabled || this.#moving) return;
    this.#proceed(this.#d.clock.now());
    stream.checkRequest();
  }

  #moved(stream: number, port: PortKind, items: number, at: number): void {
    const unit = this.streams[stream]!;
    // An access may wait for what it accesses, and the other port's event come meanwhile.
    const inside = this.#moving;
    this.#moving = true;
    try {
      unit.move(port, items);
    } finally {
      this.#moving = inside;
    }
    this.#proceed(at);
    unit.checkRequest();
  }

  #proceed(at: number): void {
    if (this.#moving) return;
    this.#ports.memory.grant(at);
    this.#ports.peripheral.grant(at);
  }
}

/** SxFCR.FS. */
const FS_BITS = 7 << 3;

/**
 * DMA controller: RM0090 chapter 10.
 *
 * Wires: outputs `irq0` to `irq7`, one a stream. For each request of tables 42 and 43 an input `<stream>.<channel>` (`5.4`), high
 * while the peripheral asks (bit 1 says, where the peripheral is the flow controller, that it asks for the last time), and an
 * output `<stream>.<channel>.ack`, which pulses with 1 for each request served, with 3 where that was the last item of NDTR.
 */
export function dma(name: Controller) {
  return defineDevice({
    name: `stm32f4-${name}`,
    size: 0x400,
    registers: DMA,
    // 10.2: the programming interface supports 32-bit accesses only; the bus shows narrower stores on all lanes.
    narrow: 'widen',
    state: STATE,
    setup(d) {
      const controller = new DmaController(d, name);
      const { LIFCR, HIFCR } = d.regs;
      for (const [i, regs] of d.regs.S.entries()) {
        const stream = controller.streams[i]!;
        d.onWrite(regs.CR, (value, old, written) => controller.control(i, value, old, written));
        d.computed(regs.NDTR, () => controller.itemsLeft(i));
        d.onWrite(regs.NDTR, (value, old) => {
          if (controller.guard(i, 'NDTR', old)) return;
          stream.program(value & 0xffff);
        });
        d.onWrite(regs.PAR, (_value, old) => void controller.guard(i, 'PAR', old));
        d.onWrite(regs.M0AR, (_value, old) => controller.buffer(i, 0, old));
        d.onWrite(regs.M1AR, (_value, old) => controller.buffer(i, 1, old));
        d.computed(regs.FCR, (stored) => (stored & ~FS_BITS) | (stream.fifo.status << 3));
        d.onWrite(regs.FCR, (value, old) => controller.fifoControl(i, value, old));
      }
      const clear = (register: typeof LIFCR, first: number) => (_value: number, _old: number, written: number) => {
        register.value = 0;
        for (let i = 0; i < 4; i++) controller.streams[first + i]!.flags.clear(written);
      };
      d.onWrite(LIFCR, clear(LIFCR, 0));
      d.onWrite(HIFCR, clear(HIFCR, 4));
    },
  });
}
