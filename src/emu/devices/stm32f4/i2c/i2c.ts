import { defineDevice } from '../../../device.js';
import { checkAddresses, type I2cLine, type I2cSlave } from '../../../i2c-link.js';
import type { Link } from '../../../link.js';
import { APB_NARROW } from '../apb.js';
import type { I2cDrive, I2cDriveOptions } from './i2c-driver.js';
import type { I2cTransaction } from './i2c-log.js';
import { I2C } from './i2c-registers.js';
import { I2C_STATE, type I2cContext, I2cUnit } from './i2c-unit.js';

/**
 * Inter-integrated circuit interface: RM0090 chapter 27.
 *
 * Bytes are carried whole, with the times that CCR gives their bits: a START takes SCL's high time, a repeated one its low time and
 * twice its high time, a STOP and each bit one period; the bus then stays free for the low time. TRISE has no part in it: lines rise at
 * once.
 *
 * Wires: outputs `ev`, `er`, `rxDma`, `txDma`; inputs `rxDma.ack`, `txDma.ack`. Pin functions `<label>_SCL`, `_SDA`, `_SMBA`.
 */

function hook(d: I2cContext, unit: I2cUnit): void {
  const { CR1, CR2, DR, SR1, SR2, CCR, TRISE } = d.regs;
  d.onRead(SR1, () => unit.data.statusRead());
  d.onWrite(SR1, () => unit.update());
  d.onRead(SR2, () => {
    const value = SR2.value;
    unit.statusTaken();
    return value;
  });
  d.onRead(DR, () => unit.read());
  d.onWrite(DR, (_value, _old, written) => {
    DR.value = 0;
    unit.written(written & 0xff);
  });
  d.onWrite(CR1, (_value, old) => unit.controlled(old));
  d.onWrite(CR2, () => unit.update());
  d.onWrite(CCR, (value, old) => unit.timed('CCR', value !== old));
  d.onWrite(TRISE, (value, old) => unit.timed('TRISE', value !== old));
  d.onReset(() => unit.reset());
}

function handleOf(unit: I2cUnit) {
  return {
    links: ['i2c'] as readonly Link[],
    /** Puts a slave on the bus. */
    attach: (slave: I2cSlave): I2cLine => {
      checkAddresses(slave, unit.slaves);
      return { released: () => unit.slaveReleased(), detach: unit.slaves.add(slave) };
    },
    /** The port as a slave, for another master. */
    asSlave: unit.asSlave as I2cSlave,
    /** `fn` hears when the port, as a slave, lets go of SCL. */
    onRelease: (fn: () => void) => unit.onRelease(fn),
    /** Speaks with the port as another master would; it goes on as the machine runs. Addresses above 0x7f are of 10 bits. */
    asMaster: {
      write: (address: number, bytes: readonly number[], options: I2cDriveOptions = {}): I2cDrive =>
        unit.driver.drive(address, bytes, 0, options),
      read: (address: number, count: number, options: I2cDriveOptions = {}): I2cDrive =>
        unit.driver.drive(address, [], count, options),
      /** Writes, then reads after a repeated START. */
      writeRead: (address: number, bytes: readonly number[], count: number, options: I2cDriveOptions = {}): I2cDrive =>
        unit.driver.drive(address, bytes, count, options),
    },
    /** What went over the bus since power-on or `clear()`, as far as it is kept. */
    get transactions(): I2cTransaction[] {
      return unit.log.transactions;
    },
    /** Forgets what went over the bus so far. */
    clear: () => unit.log.clear(),
    /** Another master wins the byte on the wire, or the next one: ARLO. */
    injectArbitrationLoss: () => unit.injectArbitrationLoss(),
    /** A START or STOP in the middle of a byte: BERR. */
    injectBusError: () => unit.injectBusError(),
    /** Why nothing goes on, as far as the port can tell. */
    get hint(): string | undefined {
      return unit.hint;
    },
  };
}

/** `i2c('I2C1')`. */
export function i2c(label: string) {
  return defineDevice({
    name: 'stm32-i2c',
    size: 0x400,
    registers: I2C,
    narrow: APB_NARROW,
    state: I2C_STATE,
    setup(d) {
      const context = d as unknown as I2cContext;
      const unit = new I2cUnit(context, label);
      hook(context, unit);
      return handleOf(unit);
    },
  });
}
