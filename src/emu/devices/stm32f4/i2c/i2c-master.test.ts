import { describe, expect, it } from 'vitest';
import {
  ACK,
  address,
  BIT,
  BYTE,
  clearAddress,
  ENPEC,
  flags,
  HALF,
  memory,
  PE,
  PEC,
  POS,
  port,
  REG,
  START,
  STOP,
} from './i2c-harness.js';
import { pecAfter } from './i2c-pec.js';
import { SR1 } from './i2c-registers.js';

const { CR1, CR2, CCR, DR, OAR1, SR1: STATUS1, SR2: STATUS2, TRISE } = REG;

/** Events of ST's standard library: SR2 in the upper half, SR1 in the lower. BUSY 2, MSL 1, TRA 4. */
const EVENT = {
  masterMode: 0x0003_0001,
  transmitterSelected: 0x0007_0082,
  receiverSelected: 0x0003_0002,
  address10: 0x0003_0008,
  byteReceived: 0x0003_0040,
  transmitting: 0x0007_0080,
  transmitted: 0x0007_0084,
} as const;

describe('the transmitter (RM0090 27.3.3)', () => {
  it('goes through EV5, EV6, EV8_1, EV8, EV8_2 and STOP, at the times of SCL', () => {
    const h = port();
    const { slave, written, calls } = memory();
    h.handle.attach(slave);
    h.write(CR1, PE | START);
    h.run(HALF - 1);
    expect(flags(h) & SR1.SB).toBe(0);
    h.run(1);
    expect([flags(h), h.handle.CR1.START, calls]).toEqual([EVENT.masterMode, 0, ['S']]);
    h.read(STATUS1);
    h.write(DR, 0xa0);
    expect(flags(h)).toBe(0x0003_0000);
    h.run(BYTE - 1);
    expect(flags(h)).toBe(0x0003_0000);
    h.run(1);
    expect(flags(h)).toBe(EVENT.transmitterSelected);
    clearAddress(h);
    expect(flags(h)).toBe(EVENT.transmitting);
    h.write(DR, 0x11);
    // 27.6.6: the first byte goes to the shift register, DR stays empty
    expect(flags(h)).toBe(EVENT.transmitting);
    h.write(DR, 0x22);
    expect(flags(h)).toBe(0x0007_0000);
    h.run(BYTE);
    expect([flags(h), written]).toEqual([EVENT.transmitting, [0x11]]);
    h.run(BYTE);
    expect([flags(h), written]).toEqual([EVENT.transmitted, [0x11, 0x22]]);
    h.write(CR1, PE | STOP);
    h.run(BIT - 1);
    expect(flags(h)).toBe(EVENT.transmitted);
    h.run(1);
    expect([flags(h), h.handle.CR1.STOP, calls]).toEqual([0, 0, ['S', 'W', 'P']]);
    expect(h.problems).toEqual([]);
  });

  it('holds SCL until a byte is there: BTF goes when DR is written', () => {
    const h = port();
    const { slave, written } = memory();
    h.handle.attach(slave);
    address(h, 0xa0);
    clearAddress(h);
    h.run(50 * BIT);
    h.write(DR, 1);
    h.run(BYTE);
    expect(flags(h)).toBe(EVENT.transmitted);
    h.write(DR, 2);
    expect(flags(h)).toBe(EVENT.transmitting);
    h.run(BYTE);
    expect(written).toEqual([1, 2]);
  });

  it('sets AF when nobody answers, and gives the bus back with STOP', () => {
    const h = port();
    address(h, 0xa0);
    expect(flags(h)).toBe(0x0003_0000 | SR1.AF);
    h.write(STATUS1, 0xffff & ~SR1.AF);
    h.write(CR1, PE | STOP);
    h.run(BIT);
    expect(flags(h)).toBe(0);
  });

  it('sets AF when a byte is refused; no TXE, no BTF, and what waited is gone', () => {
    const h = port();
    const { slave, written } = memory([], 1);
    h.handle.attach(slave);
    address(h, 0xa0);
    clearAddress(h);
    for (const byte of [1, 2]) h.write(DR, byte);
    h.run(BYTE);
    h.write(DR, 3);
    h.run(BYTE);
    expect([flags(h), written]).toEqual([0x0007_0000 | SR1.AF, [1, 2]]);
    h.run(BYTE);
    expect(written).toEqual([1, 2]);
    h.write(CR1, PE | START);
    h.run(BIT + HALF);
    expect(flags(h)).toBe(EVENT.masterMode | SR1.AF);
  });

  it('sends the byte on the wire before a STOP, and reports the one behind it', () => {
    const h = port();
    const { slave, written } = memory();
    h.handle.attach(slave);
    address(h, 0xa0);
    clearAddress(h);
    for (const byte of [1, 2]) h.write(DR, byte);
    h.write(CR1, PE | STOP);
    h.run(BYTE + BIT);
    expect([written, flags(h)]).toEqual([[1], 0]);
    expect(h.problems.map(({ rule }) => rule)).toEqual(['sequence']);
  });

  it('probes an address: STOP while ADDR is set comes when it is cleared', () => {
    const h = port();
    const { slave, calls } = memory();
    h.handle.attach(slave);
    address(h, 0xa0);
    h.write(CR1, PE | STOP);
    h.run(10 * BIT);
    expect(calls).toEqual(['S', 'W']);
    clearAddress(h);
    h.run(BIT);
    expect([calls, flags(h)]).toEqual([['S', 'W', 'P'], 0]);
  });

  it('waits between STOP and START as long as SCL is low', () => {
    const h = port();
    address(h, 0xa0);
    h.write(CR1, PE | STOP);
    h.run(BIT);
    h.write(CR1, PE | START);
    h.run(2 * HALF - 1);
    expect(flags(h) & SR1.SB).toBe(0);
    h.run(1);
    expect(flags(h) & SR1.SB).toBe(SR1.SB);
  });
});

describe('clearing flags takes both accesses (27.6.6)', () => {
  it('SB: SR1, then DR', () => {
    const h = port();
    h.write(CR1, PE | START);
    h.run(HALF);
    h.write(DR, 0xa0);
    h.run(BYTE);
    expect([flags(h), h.problems.map(({ rule }) => rule)]).toEqual([EVENT.masterMode, ['sequence']]);
    h.read(STATUS1);
    h.write(DR, 0xa0);
    expect(flags(h) & SR1.SB).toBe(0);
  });

  it('ADDR: SR1, then SR2', () => {
    const h = port();
    h.handle.attach(memory().slave);
    address(h, 0xa0);
    h.read(STATUS2);
    expect(flags(h) & SR1.ADDR).toBe(SR1.ADDR);
    h.read(STATUS1);
    expect(flags(h) & SR1.ADDR).toBe(SR1.ADDR);
    expect(h.read(STATUS2)).toBe(7);
    expect(flags(h) & SR1.ADDR).toBe(0);
  });
});

describe('the receiver (27.3.3)', () => {
  it('one byte: ACK off before ADDR is cleared, STOP after', () => {
    const h = port();
    const { slave, acks, calls } = memory([0x77]);
    h.handle.attach(slave);
    address(h, 0xa1);
    expect(flags(h)).toBe(EVENT.receiverSelected);
    h.write(CR1, PE);
    clearAddress(h);
    h.write(CR1, PE | STOP);
    h.run(BYTE);
    expect([flags(h), acks]).toEqual([EVENT.byteReceived, [false]]);
    h.run(BIT);
    expect([h.read(DR), flags(h), calls]).toEqual([0x77, 0, ['S', 'R', 'P']]);
  });

  it.each([
    ['POS and ACK, ACK off after ADDR (the manual)', true],
    ['POS, ACK off before ADDR is cleared (HAL)', false],
  ])('two bytes: %s; BTF, STOP', (_name, after) => {
    const h = port();
    const { slave, acks } = memory([0x11, 0x22]);
    h.handle.attach(slave);
    address(h, 0xa1, ACK | POS);
    if (!after) h.write(CR1, PE | POS);
    clearAddress(h);
    if (after) h.write(CR1, PE | POS);
    h.run(2 * BYTE);
    expect([flags(h), acks]).toEqual([EVENT.byteReceived | SR1.BTF, [true, false]]);
    h.write(CR1, PE | POS | STOP);
    expect(h.read(DR)).toBe(0x11);
    expect(flags(h) & (SR1.RXNE | SR1.BTF)).toBe(SR1.RXNE);
    h.run(BIT);
    expect([h.read(DR), flags(h)]).toEqual([0x22, 0]);
  });

  it('N bytes: at N−2 BTF, ACK off, read, BTF, STOP, read twice', () => {
    const h = port();
    const { slave, acks } = memory([1, 2, 3, 4]);
    h.handle.attach(slave);
    address(h, 0xa1);
    clearAddress(h);
    h.run(BYTE);
    expect([h.read(DR), flags(h)]).toEqual([1, 0x0003_0000]);
    h.run(2 * BYTE);
    expect(flags(h)).toBe(EVENT.byteReceived | SR1.BTF);
    // SCL is held: time passes and no byte comes
    h.run(5 * BYTE);
    expect(acks).toEqual([true, true, true]);
    h.write(CR1, PE);
    expect(h.read(DR)).toBe(2);
    h.run(BYTE);
    expect([flags(h), acks]).toEqual([EVENT.byteReceived | SR1.BTF, [true, true, true, false]]);
    h.write(CR1, PE | STOP);
    expect([h.read(DR), h.read(DR)]).toEqual([3, 4]);
    h.run(BIT);
    expect(flags(h)).toBe(0);
  });

  it('writes a register number, then reads with a repeated START', () => {
    const h = port();
    const { slave, written, calls } = memory([0x5a]);
    h.handle.attach(slave);
    address(h, 0xa0);
    clearAddress(h);
    h.write(DR, 0x0f);
    h.run(BYTE);
    h.write(CR1, PE | START | ACK);
    h.run(BIT + HALF - 1);
    expect(flags(h) & SR1.SB).toBe(0);
    h.run(1);
    expect(flags(h)).toBe(EVENT.masterMode);
    h.read(STATUS1);
    h.write(DR, 0xa1);
    h.run(BYTE);
    h.write(CR1, PE);
    clearAddress(h);
    h.write(CR1, PE | STOP);
    h.run(BYTE + BIT);
    expect([written, calls, h.read(DR)]).toEqual([[0x0f], ['S', 'W', 'S', 'R', 'P'], 0x5a]);
    expect(h.handle.transactions.map(({ messages, stopped }) => ({ messages, stopped }))).toEqual([
      {
        stopped: true,
        messages: [
          { address: 0x50, read: false, acknowledged: true, bytes: [0x0f] },
          { address: 0x50, read: true, acknowledged: true, bytes: [0x5a] },
        ],
      },
    ]);
  });
});

describe('10-bit addresses (27.3.3)', () => {
  function wide() {
    const calls: string[] = [];
    let here = false;
    let low = 0;
    return {
      calls,
      slave: {
        name: 'wide',
        start(header: number, read: boolean) {
          here = header === 0x79 && (!read || low === 0x34);
          if (here) calls.push(read ? 'R' : 'W');
          return here;
        },
        write(byte: number) {
          low = byte;
          return true;
        },
        read: () => 0x99,
      },
    };
  }

  it('EV9 after the header, EV6 after the low byte; a read selects by the header alone', () => {
    const h = port();
    const { slave, calls } = wide();
    h.handle.attach(slave);
    address(h, 0xf2);
    expect(flags(h)).toBe(EVENT.address10);
    h.read(STATUS1);
    h.write(DR, 0x34);
    expect(flags(h)).toBe(0x0003_0000);
    h.run(BYTE);
    expect(flags(h)).toBe(EVENT.transmitterSelected);
    clearAddress(h);
    h.write(CR1, PE | START | ACK);
    h.run(BIT + HALF);
    h.read(STATUS1);
    h.write(DR, 0xf3);
    h.run(BYTE);
    expect(flags(h)).toBe(EVENT.receiverSelected);
    expect(calls).toEqual(['W', 'R']);
  });
});

describe('the speed of SCL (27.6.8)', () => {
  it.each([
    ['standard', 80, 160],
    ['fast, 1:2', (1 << 15) | 14, 42],
    ['fast, 9:16', (1 << 15) | (1 << 14) | 2, 50],
  ])('%s mode', (_name, ccr, bit) => {
    const h = port();
    h.write(CR1, 0);
    h.write(CCR, ccr);
    h.write(CR1, PE | START);
    h.run(bit);
    h.read(STATUS1);
    h.write(DR, 0xa0);
    h.run(9 * bit - 1);
    expect(flags(h) & SR1.AF).toBe(0);
    h.run(1);
    expect(flags(h) & SR1.AF).toBe(SR1.AF);
    expect(h.problems).toEqual([]);
  });
});

describe('DMA (27.3.8)', () => {
  it('asks by TXE and RXNE with DMAEN', () => {
    const h = port();
    h.handle.attach(memory().slave);
    h.write(CR2, 16 | (1 << 11));
    address(h, 0xa0);
    expect(h.signal('txDma').level).toBe(1);
    clearAddress(h);
    h.write(DR, 1);
    expect(h.signal('txDma').level).toBe(1);
    h.write(DR, 2);
    expect(h.signal('txDma').level).toBe(0);
  });

  it('LAST: a NACK behind the byte after EOT_1', () => {
    const h = port();
    const { slave, acks } = memory([1, 2, 3]);
    h.handle.attach(slave);
    h.write(CR2, 16 | (1 << 11) | (1 << 12));
    address(h, 0xa1);
    clearAddress(h);
    const got: number[] = [];
    for (const level of [1, 5, 3]) {
      h.run(BYTE);
      expect(h.signal('rxDma').level).toBe(1);
      got.push(h.read(DR));
      h.signal('rxDma.ack').set(level);
      h.signal('rxDma.ack').set(0);
    }
    expect([got, acks]).toEqual([
      [1, 2, 3],
      [true, true, false],
    ]);
    h.write(CR1, PE | STOP | ACK);
    h.run(BIT);
    expect(flags(h)).toBe(0);
  });
});

describe('the packet error code (27.3.9)', () => {
  it.each([
    ['during the last byte', BIT],
    ['after it', 3 * BYTE],
  ])('is sent when PEC is set %s', (_name, wait) => {
    const h = port(ENPEC);
    const { slave, written } = memory();
    h.handle.attach(slave);
    address(h, 0xa0, ENPEC);
    clearAddress(h);
    h.write(DR, 0x42);
    h.run(wait);
    h.write(CR1, PE | ENPEC | PEC);
    h.run(2 * BYTE);
    expect([written, h.handle.CR1.PEC]).toEqual([[0x42, [0xa0, 0x42].reduce(pecAfter, 0)], 0]);
    expect(flags(h)).toBe(EVENT.transmitted);
  });

  it('is checked by the receiver, which ends with a NACK', () => {
    const code = [0xa1, 0x42].reduce(pecAfter, 0);
    for (const [sent, error] of [
      [code, 0],
      [code ^ 0x10, SR1.PECERR],
    ] as const) {
      const h = port(ENPEC);
      const { slave, acks } = memory([0x42, sent]);
      h.handle.attach(slave);
      address(h, 0xa1, ENPEC | ACK);
      clearAddress(h);
      h.run(BYTE);
      h.read(DR);
      h.write(CR1, PE | ENPEC | ACK | PEC);
      h.run(BYTE);
      expect([acks, flags(h) & SR1.PECERR, h.read(DR)]).toEqual([[true, false], error, sent]);
    }
  });
});

describe('interrupts (27.4)', () => {
  it('buffer events need ITBUFEN too, errors have their own line', () => {
    const h = port();
    h.handle.attach(memory().slave);
    h.write(CR2, 16 | (1 << 9));
    address(h, 0xa0);
    expect(h.signal('ev').level).toBe(1);
    clearAddress(h);
    expect(h.signal('ev').level).toBe(0);
    h.write(CR2, 16 | (3 << 9));
    expect(h.signal('ev').level).toBe(1);
    const other = port();
    other.write(CR2, 16 | (1 << 8));
    address(other, 0x22);
    expect([other.signal('ev').level, other.signal('er').level]).toEqual([0, 1]);
    other.write(STATUS1, 0);
    expect(other.signal('er').level).toBe(0);
  });
});

describe('misuse', () => {
  const whats = (h: ReturnType<typeof port>) => h.problems.map(({ rule, what }) => [rule, what]);

  it('pins that carry nothing', () => {
    const h = port();
    h.pinFunction('I2C1_SDA').setInput(undefined);
    h.write(CR1, PE | START);
    expect(whats(h)).toEqual([['pin-function', 'no pin carries I2C1_SDA']]);
  });

  it('a next transfer asked for by read-modify-write while STOP is pending (27.6.1), not what drivers do', () => {
    const stopping = () => {
      const h = port();
      address(h, 0xa0);
      h.write(CR1, PE | STOP);
      expect(h.read(CR1)).toBe(PE | STOP);
      return h;
    };
    const h = stopping();
    h.write(CR1, h.read(CR1) | START);
    expect(whats(h)).toEqual([
      ['sequence', expect.stringContaining('I2C1.CR1.START was set, and STOP written once more')],
    ]);
    // ACK is set for a slave's part, PE cleared behind STOP; the whole register is written without STOP; STOP is over
    for (const value of [PE | STOP | ACK, STOP, PE | START]) {
      const quiet = stopping();
      quiet.write(CR1, value);
      expect(quiet.problems).toEqual([]);
    }
    const over = stopping();
    over.run(2 * BYTE);
    over.write(CR1, over.read(CR1) | START);
    expect(over.problems).toEqual([]);
    // libopencm3 writes ACK behind START
    const starting = port();
    starting.write(CR1, PE | START);
    starting.write(CR1, PE | START | ACK);
    expect(starting.problems).toEqual([]);
  });

  it('FREQ that is not PCLK1, CCR and TRISE while on, SCL too fast', () => {
    const h = port();
    h.write(TRISE, 5);
    h.write(CR1, 0);
    h.write(CR2, 42);
    h.write(CCR, 40);
    h.write(CR1, PE);
    expect(whats(h)).toEqual([
      ['sequence', 'I2C1.TRISE was written while CR1.PE is set'],
      ['configuration', 'I2C1.CR2.FREQ is 42, but PCLK1 is 16 MHz'],
      ['clock-limit', 'I2C1 clocks SCL with 200 kHz; standard mode allows 100 kHz'],
    ]);
  });

  it('keeps bit 14 of OAR1, which firmware is told to set', () => {
    const h = port();
    h.write(OAR1, 0x4000 | (0x33 << 1));
    expect([h.read(OAR1), h.problems]).toEqual([0x4066, []]);
  });
});

it('takes ones in the bits beside a flag that software clears, as drivers write them', () => {
  const h = port();
  h.write(STATUS1, ~(1 << 10));
  expect(h.problems).toEqual([]);
});
