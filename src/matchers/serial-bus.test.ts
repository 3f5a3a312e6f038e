import { beforeEach, describe, test, expect as vitestExpect } from 'vitest';
import { FakeBench } from './fake-bench.js';
import { type FirmwareMatchers, matchers } from './index.js';
import { type I2cSubject, introduce, type SpiSubject } from './subject.js';

vitestExpect.extend(matchers as never);
const expect = vitestExpect as unknown as (actual: unknown) => FirmwareMatchers & { not: FirmwareMatchers };
const failing = (fn: () => void) => vitestExpect(fn);

let spi1: object;
let i2c1: object;
const words: SpiSubject['words'][number][] = [];
const transactions: I2cSubject['transactions'][number][] = [];

beforeEach(() => {
  const bench = new FakeBench();
  words.length = 0;
  transactions.length = 0;
  [spi1, i2c1] = [{}, {}];
  introduce(spi1, { bench, name: 'spi1', spi: { words, hint: undefined } });
  introduce(i2c1, { bench, name: 'i2c1', i2c: { transactions, hint: 'i2c1 got no acknowledge' } });
});

describe('toHaveSpiTransfer', () => {
  const transfer = (...pairs: [number, number][]) =>
    void words.push(...pairs.map(([mosi, miso]) => ({ mosi, miso, bits: 8 })));

  test('finds words one after the other, either way or both', () => {
    transfer([0x9f, 0xff], [0, 0xef], [0, 0x40], [0, 0x18]);
    expect(spi1).toHaveSpiTransfer({ mosi: [0x9f, 0, 0] });
    expect(spi1).toHaveSpiTransfer({ miso: [0xef, 0x40] });
    expect(spi1).toHaveSpiTransfer({ mosi: [0x9f], miso: [undefined, 0xef, undefined, 0x18] });
    expect(spi1).not.toHaveSpiTransfer({ mosi: [0x9f], miso: [0xef] });
    expect(spi1).not.toHaveSpiTransfer({ mosi: [0, 0, 0, 0] });
  });

  test('shows what happened instead', () => {
    transfer([0x9f, 0xff], [0, 0xef]);
    failing(() =>
      expect(spi1).toHaveSpiTransfer({ mosi: [0x9f, undefined], miso: [undefined, 0x20] }),
    ).toThrowErrorMatchingInlineSnapshot(`
      [Error: expect(spi1).toHaveSpiTransfer({ mosi: [159, undefined], miso: [undefined, 32] })

        Expected  mosi  9f any
                  miso any  20
        Happened  mosi 9f 00
                  miso ff ef
        At        0 ns of machine time
        CPU       pc 0x08001a2c wait_for_pll+0x10 (clock.c:41), thread mode
      ]
    `);
    words.length = 0;
    failing(() => expect(spi1).toHaveSpiTransfer({ mosi: [1] })).toThrowErrorMatchingInlineSnapshot(`
      [Error: expect(spi1).toHaveSpiTransfer({ mosi: [1] })

        Expected  mosi 01
        Happened  nothing
        At        0 ns of machine time
        CPU       pc 0x08001a2c wait_for_pll+0x10 (clock.c:41), thread mode
      ]
    `);
  });

  test('wants words, and a port', () => {
    failing(() => expect(spi1).toHaveSpiTransfer({})).toThrowErrorMatchingInlineSnapshot(`
      [UsageError: toHaveSpiTransfer: no words were given
        remedy: give { mosi: [0x9f], miso: [undefined] } or one of both]
    `);
    failing(() => expect(i2c1).toHaveSpiTransfer({ mosi: [1] })).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: this matcher wants an SPI port (board.spi1), not i2c1]`,
    );
  });
});

describe('toHaveI2cTransaction', () => {
  const message = (address: number, read: boolean, ...bytes: number[]) => ({
    address,
    read,
    acknowledged: true,
    bytes,
  });

  test('finds writes, reads, and reads behind writes', () => {
    transactions.push({ messages: [message(0x50, false, 0x10), message(0x50, true, 1, 2)] });
    transactions.push({ messages: [message(0x50, false, 0x10, 0xab)] });
    failing(() => expect(i2c1).toHaveI2cTransaction({ adress: 0x55 } as never)).toThrow("did you mean 'address'?");
    expect(i2c1).toHaveI2cTransaction({ address: 0x50, write: [0x10], read: [1, 2] });
    expect(i2c1).toHaveI2cTransaction({ address: 0x50, write: [0x10, 0xab] });
    expect(i2c1).toHaveI2cTransaction({ address: 0x50, read: [1, 2] });
    expect(i2c1).toHaveI2cTransaction({ address: 0x50 });
    expect(i2c1).not.toHaveI2cTransaction({ address: 0x51 });
    expect(i2c1).not.toHaveI2cTransaction({ address: 0x50, write: [0x10, 0xab], read: [1, 2] });
    expect(i2c1).not.toHaveI2cTransaction({ address: 0x50, read: [1] });
  });

  test('tells acknowledged ones from others', () => {
    transactions.push({ messages: [{ address: 0x50, read: false, acknowledged: false, bytes: [] }] });
    transactions.push({ messages: [{ ...message(0x51, false, 1, 2), nackedAt: 1 }] });
    expect(i2c1).toHaveI2cTransaction({ address: 0x50, acknowledged: false });
    expect(i2c1).not.toHaveI2cTransaction({ address: 0x50 });
    expect(i2c1).toHaveI2cTransaction({ address: 0x51, write: [1, 2], acknowledged: false });
  });

  test('shows what happened instead', () => {
    transactions.push({ messages: [message(0x50, false, 0x10), message(0x50, true, 1, 2)] });
    transactions.push({ messages: [{ address: 0x68, read: false, acknowledged: false, bytes: [] }] });
    failing(() =>
      expect(i2c1).toHaveI2cTransaction({ address: 0x50, write: [0x11], read: [1] }),
    ).toThrowErrorMatchingInlineSnapshot(`
        [Error: expect(i2c1).toHaveI2cTransaction({ address: 80, write: [17], read: [1] })

          Expected  0x50 W 11, R 01
          Happened  0x50 W 10, R 01 02
                    0x68 W no ACK
          At        0 ns of machine time
          CPU       pc 0x08001a2c wait_for_pll+0x10 (clock.c:41), thread mode
          Hint      i2c1 got no acknowledge
        ]
      `);
    transactions.length = 0;
    failing(() => expect(i2c1).toHaveI2cTransaction({ address: 0x1d })).toThrowErrorMatchingInlineSnapshot(`
      [Error: expect(i2c1).toHaveI2cTransaction({ address: 29 })

        Expected  0x1d
        Happened  nothing
        At        0 ns of machine time
        CPU       pc 0x08001a2c wait_for_pll+0x10 (clock.c:41), thread mode
        Hint      i2c1 got no acknowledge
      ]
    `);
  });
});
