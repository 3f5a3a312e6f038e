import { describe, expect, it } from 'vitest';
import { checkDeviceState } from '../../../device-state-check.js';
import { i2c } from './i2c.js';
import {
  ACK,
  address,
  BIT,
  BYTE,
  clearAddress,
  flags,
  HALF,
  memory,
  PE,
  POS,
  port,
  REG,
  START,
  STOP,
  SWRST,
} from './i2c-harness.js';
import { SR1, SR2 } from './i2c-registers.js';

const { CR1, CR2, CCR, DR, OAR1, SR1: STATUS1, SR2: STATUS2 } = REG;
const BUSY = SR2.BUSY << 16;

describe('the bus (RM0090 27.3, 27.6.7)', () => {
  it('is busy while SDA or SCL is low, on or off, until both are high', () => {
    const h = port();
    h.write(CR1, 0);
    h.pinFunction('I2C1_SDA').setInput(0);
    expect(flags(h)).toBe(BUSY);
    h.write(CR1, PE | START);
    h.run(100 * BIT);
    expect([flags(h), h.handle.hint]).toEqual([BUSY, 'i2c1 waits with its START: BUSY is set, SDA or SCL is low']);
    h.pinFunction('I2C1_SDA').setInput(1);
    h.run(HALF);
    expect(flags(h) & SR1.SB).toBe(SR1.SB);
  });

  it('waits while SCL is held low from outside', () => {
    const h = port();
    h.handle.attach(memory().slave);
    address(h, 0xa0);
    clearAddress(h);
    h.pinFunction('I2C1_SCL').setInput(0);
    h.write(DR, 1);
    h.run(20 * BYTE);
    expect(flags(h) & SR1.BTF).toBe(0);
    h.pinFunction('I2C1_SCL').setInput(1);
    h.run(BYTE);
    expect(flags(h) & SR1.BTF).toBe(SR1.BTF);
  });

  it('waits for a slave that stretches', () => {
    const h = port();
    let busy = true;
    const line = h.handle.attach({ ...memory([0x31]).slave, stretching: () => busy });
    busy = false;
    address(h, 0xa1);
    busy = true;
    h.write(CR1, PE);
    clearAddress(h);
    h.write(CR1, PE | STOP);
    h.run(10 * BYTE);
    expect(flags(h) & SR1.RXNE).toBe(0);
    busy = false;
    line.released();
    h.run(BYTE);
    expect(h.read(DR)).toBe(0x31);
  });

  it('shows START and STOP on SDA, a held clock on SCL', () => {
    const h = port();
    const [scl, sda] = [h.pinFunction('I2C1_SCL'), h.pinFunction('I2C1_SDA')];
    expect([scl.output, sda.output]).toEqual(['high', 'high']);
    address(h, 0xa0);
    expect([scl.output, sda.output]).toEqual(['high', 'low']);
    h.write(CR1, PE | STOP);
    h.run(BIT);
    expect(sda.output).toBe('high');
    h.write(CR1, 0);
    expect([scl.output, sda.output]).toEqual(['none', 'none']);
  });

  it('makes an AND of the bytes of several slaves', () => {
    const h = port();
    h.handle.attach(memory([0xf3]).slave);
    h.handle.attach(memory([0x3f]).slave);
    address(h, 0xa1, 0);
    clearAddress(h);
    h.run(BYTE);
    expect(h.read(DR)).toBe(0x33);
  });
});

describe('errors (27.3.4)', () => {
  it('ARLO: the master drops out, and the bus stays busy until the winner stops', () => {
    const h = port();
    const { slave, calls } = memory();
    h.handle.attach(slave);
    h.write(CR2, 16 | (1 << 8));
    h.write(CR1, PE | START);
    h.run(HALF);
    h.read(STATUS1);
    h.write(DR, 0xa0);
    h.run(BIT);
    h.handle.injectArbitrationLoss();
    expect([flags(h), h.signal('er').level]).toEqual([BUSY | SR1.ARLO, 1]);
    h.run(BYTE);
    expect([flags(h), calls]).toEqual([SR1.ARLO, ['S', 'P']]);
    h.write(STATUS1, 0);
    expect(flags(h)).toBe(0);
  });

  it('ARLO can be ordered for the next byte', () => {
    const h = port();
    h.handle.injectArbitrationLoss();
    address(h, 0xa0);
    expect(flags(h)).toBe(BUSY | SR1.ARLO);
  });

  it('BERR: a master goes on', () => {
    const h = port();
    const { slave, written } = memory();
    h.handle.attach(slave);
    address(h, 0xa0);
    clearAddress(h);
    h.write(DR, 9);
    h.handle.injectBusError();
    expect(flags(h) & SR1.BERR).toBe(SR1.BERR);
    h.run(BYTE);
    expect(written).toEqual([9]);
  });
});

it('clears an error flag by SR1 = ~flag, ones in reserved bits and all (27.6.6)', () => {
  const h = port();
  address(h, 0xa0);
  h.write(STATUS1, ~SR1.AF);
  expect([flags(h) & SR1.AF, h.problems]).toEqual([0, []]);
});

describe('PE and SWRST (27.6.1)', () => {
  it('PE goes after the byte on the wire, and takes ACK, START, POS with it', () => {
    const h = port();
    h.handle.attach(memory().slave);
    address(h, 0xa0);
    clearAddress(h);
    h.write(DR, 1);
    h.run(BIT);
    h.write(CR1, ACK | POS);
    expect(flags(h) & (SR2.MSL << 16)).not.toBe(0);
    h.run(BYTE);
    expect([flags(h), h.read(CR1)]).toEqual([0, 0]);
  });

  it('SWRST resets the registers and frees the bus', () => {
    const h = port();
    address(h, 0xa0);
    h.write(OAR1, 0x4020);
    h.write(CR1, SWRST);
    expect([h.read(CR1), h.read(CR2), h.read(OAR1), h.read(CCR), h.read(REG.TRISE), flags(h)]).toEqual([
      SWRST,
      0,
      0,
      0,
      2,
      0,
    ]);
    h.write(CR1, 0);
    expect(h.read(STATUS2)).toBe(0);
  });
});

it('keeps all its state where snapshots find it', () => {
  const escaped = checkDeviceState(
    i2c('I2C1'),
    (h) => {
      for (const role of ['SCL', 'SDA', 'SMBA']) h.pinFunction(`I2C1_${role}`).setInput(1);
      h.write(CR2, 16);
      h.write(CCR, 80);
      h.handle.attach({ name: 'all', start: () => true, write: () => true, read: () => 0x5a });
      address(h, 0xa1);
      clearAddress(h);
      h.run(3 * BYTE + 17);
      h.write(CR1, PE | STOP);
      const first = [h.read(DR), h.read(DR)];
      h.run(BYTE);
      h.write(OAR1, 0x4060);
      h.write(CR1, PE | ACK);
      const drive = h.handle.asMaster.write(0x30, [1, 2]);
      h.run(20 * BYTE);
      clearAddress(h);
      h.run(20 * BYTE);
      return [first, h.read(DR), drive.done, drive.accepted, h.handle.transactions];
    },
    { name: 'i2c1' },
  );
  expect(escaped).toBeUndefined();
});
