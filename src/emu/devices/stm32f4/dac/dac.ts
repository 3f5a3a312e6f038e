import { defineDevice } from '../../../device.js';
import { type AnalogOptions, DEFAULT_VDDA } from '../analog-options.js';
import { APB_NARROW } from '../apb.js';
import { DAC_STATE, DacChannel, type DacContext } from './dac-channel.js';
import { DAC, DAC_TRIGGERS } from './dac-registers.js';

/**
 * Digital-to-analog converter with two channels: RM0090 chapter 14. Outputs settle at once; the output buffer (BOFF) costs
 * no voltage.
 *
 * Wires: inputs `trigger0` … `trigger6` in the order of TSEL; outputs `ch1Dma`, `ch2Dma` (a request lasts until input
 * `ch1Dma.ack` pulses) and `irq`.
 */

/** How data registers fill a channel's 12 bits: where its field lies, and how far its value is shifted up. */
interface Field {
  readonly channel: 0 | 1;
  readonly low: number;
  readonly mask: number;
  readonly up: number;
}
const right = (channel: 0 | 1, low = 0): Field => ({ channel, low, mask: 0xfff, up: 0 });
const left = (channel: 0 | 1, low = 4): Field => ({ channel, low, mask: 0xfff, up: 0 });
const byte = (channel: 0 | 1, low = 0): Field => ({ channel, low, mask: 0xff, up: 4 });
/** 14.3.3. */
const HOLDING = {
  DHR12R1: [right(0)],
  DHR12L1: [left(0)],
  DHR8R1: [byte(0)],
  DHR12R2: [right(1)],
  DHR12L2: [left(1)],
  DHR8R2: [byte(1)],
  DHR12RD: [right(0), right(1, 16)],
  DHR12LD: [left(0), left(1, 20)],
  DHR8RD: [byte(0), byte(1, 8)],
} as const;

/** The data registers are ways to write the channels' two holding registers, and to see them. */
function hookData(d: DacContext, channels: readonly DacChannel[]): void {
  for (const [name, fields] of Object.entries(HOLDING) as [keyof typeof HOLDING, readonly Field[]][]) {
    const register = d.regs[name];
    d.onWrite(register, (value) => {
      for (const { channel, low, mask, up } of fields) channels[channel]!.hold(((value >>> low) & mask) << up);
    });
    d.computed(register, () => {
      let value = 0;
      for (const { channel, low, mask, up } of fields) value |= ((d.state.dhr[channel]! >>> up) & mask) << low;
      return value;
    });
  }
}

/** One change of a DOR. */
export interface DacSample {
  /** Machine time in ns. */
  readonly ns: number;
  /** DOR: 0 to 4095. */
  readonly value: number;
}

/** Triggers, control and flags: what software and timers do to the channels. */
function hook(d: DacContext, channels: readonly DacChannel[], update: () => void): void {
  const { CR, SWTRIGR, SR } = d.regs;
  hookData(d, channels);
  for (const source of DAC_TRIGGERS.keys()) {
    d.input(`trigger${source}`, (level) => {
      if (level !== 0) for (const one of channels) one.trigger(source);
    });
  }
  d.onWrite(CR, (_value, old) => {
    for (const [i, one] of channels.entries()) one.controlled((old >>> (16 * i)) & 0xffff);
    update();
  });
  d.onWrite(SWTRIGR, (value) => {
    // 14.5.2: the bits are cleared by hardware once the data is taken over; software cannot read them back as set.
    SWTRIGR.value = 0;
    for (const [i, one] of channels.entries()) if ((value >>> i) & 1) one.softwareTrigger();
  });
  d.onWrite(SR, update);
  d.onReset(() => {
    for (const one of channels) one.reset();
  });
}

function handleOf(channels: readonly DacChannel[]) {
  return {
    /** Volts that channel 1 or 2 puts on PA4 or PA5: VREF+ × DOR / 4095; undefined while it is off. */
    voltage: (n: 1 | 2): number | undefined => channels[n - 1]!.voltage,
    /** Changes of DOR while the channel was on, oldest first (the last 65,536 at least). */
    samples(n: 1 | 2): DacSample[] {
      const { samples } = channels[n - 1]!;
      return Array.from({ length: samples.length - samples.first }, (_, i) => {
        const index = samples.first + i;
        return { ns: samples.at(index, 0)!, value: samples.at(index, 1)! };
      });
    },
  };
}

export function dac(options: AnalogOptions = {}) {
  return defineDevice({
    name: 'stm32f4-dac',
    size: 0x400,
    registers: DAC,
    narrow: APB_NARROW,
    state: DAC_STATE,
    setup(context) {
      const d = context as unknown as DacContext;
      const irq = d.output('irq');
      const vref = d.net('VREF+');
      const reference = () => vref.voltage ?? options.vref ?? options.vdda ?? DEFAULT_VDDA;
      const update = (): void => irq.set(channels.some((channel) => channel.interrupt) ? 1 : 0);
      const channels = ([0, 1] as const).map((index) => new DacChannel(d, index, reference, update));
      hook(d, channels, update);
      return handleOf(channels);
    },
  });
}
