import { Attachments } from '../../../attachments.js';
import { type DeviceContext, type DeviceType, defineDevice, type Handle } from '../../../device.js';
import { checkAddresses, type I2cHost, type I2cSlave } from '../../../i2c-link.js';
import type { Link } from '../../../link.js';
import { reg, registers, rw } from '../../../registers.js';
import { i32 } from '../../../state.js';
import { I2cTransfers } from './i2c-transfers.js';

/**
 * SiFive FE310-G002 manual v19p05, chapter 21: the I2C master of OpenCores (specification 0.9), a register a word. What is written to
 * `data` and `command` is not what is read there.
 */
const I2C = registers({
  prescale_low: reg(0x00, { prescale: rw(0, 8) }, 0xff, 'OpenCores I2C 3.2.1'),
  prescale_high: reg(0x04, { prescale: rw(0, 8) }, 0xff, 'OpenCores I2C 3.2.1'),
  control: reg(0x08, { IEN: rw(6), EN: rw(7) }, 0, 'OpenCores I2C 3.2.2'),
  data: reg(0x0c, { data: rw(0, 8) }, 0, 'OpenCores I2C 3.2.3'),
  command: reg(
    0x10,
    { IF: rw(0), TIP: rw(1), ACK: rw(3), WR: rw(4), AL_RD: rw(5), BUSY_STO: rw(6), RXACK_STA: rw(7) },
    0,
    'OpenCores I2C 3.2.4',
  ),
});

export const I2C_STATE = {
  transmit: i32(),
  received: i32(),
  /** Commands that are under way: bits of `command`. */
  commands: i32(),
  /** What happens now, see the transfers. */
  phase: i32(),
  /** The first byte behind a START is an address. */
  addressing: i32(),
  /** Who takes part, a bit a slave in the order they were attached. */
  taking: i32(),
  /** Status: no acknowledge came; the bus is in use; the interrupt flag. */
  noAck: i32(),
  busy: i32(),
  flag: i32(),
} as const;

export type I2cContext = DeviceContext<typeof I2C, typeof I2C_STATE>;

export interface SifiveI2cOptions {
  /** Its functions at the pin multiplexer without their role: `I2C0` has I2C0_SCL and I2C0_SDA. Without it the pins are its own. */
  readonly pins?: string;
}

export interface SifiveI2cPort extends I2cHost {
  readonly links: readonly Link[];
}

const [EN, IEN] = [0x80, 0x40];
const STATUS = { RXACK: 0x80, BUSY: 0x40, TIP: 0x02, IF: 0x01 } as const;
const IACK = 1;

/**
 * A bit takes 5 × (prescale + 1) clocks (3.2.1). The port is a master only, and the only one: arbitration is not lost, so status bit
 * AL reads 0. Wire `irq`: the flag, while control.IEN is set.
 */
export function sifiveI2c(options: SifiveI2cOptions = {}): DeviceType<Handle<typeof I2C, SifiveI2cPort>> {
  return defineDevice({
    name: 'sifive-i2c',
    size: 0x1000,
    registers: I2C,
    state: I2C_STATE,
    setup: (d) => assemble(d, options),
  });
}

function assemble(d: I2cContext, { pins }: SifiveI2cOptions): SifiveI2cPort {
  const { regs, state } = d;
  const irq = d.output('irq');
  const slaves = new Attachments<I2cSlave>(d.log('slaves'));
  const update = (): void => irq.set(state.flag[0] !== 0 && (regs.control.value & IEN) !== 0 ? 1 : 0);
  const lines = pins === undefined ? [] : ['SCL', 'SDA'].map((role) => d.pinFunction(`${pins}_${role}`));
  const transfers = new I2cTransfers(d, slaves, lines[1], update);
  const status = (): number =>
    (state.noAck[0] ? STATUS.RXACK : 0) |
    (state.busy[0] ? STATUS.BUSY : 0) |
    (transfers.active ? STATUS.TIP : 0) |
    (state.flag[0] ? STATUS.IF : 0);

  d.computed(regs.data, () => state.received[0]!);
  d.computed(regs.command, status);
  d.onWrite(regs.data, (_value, _old, written) => {
    state.transmit[0] = written & 0xff;
  });
  d.onWrite(regs.command, (_value, _old, written) => {
    if (written & IACK) state.flag[0] = 0;
    update();
    if ((regs.control.value & EN) !== 0) transfers.command(written & 0xf8);
    else if ((written & 0xf0) !== 0) reportDisabled(d);
  });
  d.onWrite(regs.control, () => {
    for (const line of lines) line.drive((regs.control.value & EN) !== 0 ? 'high' : 'none');
    update();
  });
  return {
    links: ['i2c'],
    attach: (slave) => {
      checkAddresses(slave, slaves);
      const detach = slaves.add(slave);
      return { released: () => transfers.released(), detach };
    },
    // it is a master only
    asSlave: { name: d.name, start: () => false, write: () => false, read: () => 0xff },
    onRelease: () => {},
  };
}

function reportDisabled(d: I2cContext): void {
  d.report({
    kind: 'misuse',
    rule: 'sequence',
    what: `${d.name}.command was written while control.EN is 0: nothing happens`,
    remedy: 'set EN (bit 7 of control) first',
    section: 'OpenCores I2C 3.2.2',
  });
}
