import { expect, test } from 'vitest';
import type { SpiSlave } from '../../../src/emu/spi-link.js';
import { boot, finish, results } from '../boot.js';

const [TXE, RXNE] = [2, 1];

/** CRC-8 of 28.3.6 with polynomial 7, written down anew. */
function crc8(bytes: readonly number[]): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let i = 0; i < 8; i++) crc = ((crc << 1) ^ (crc & 0x80 ? 7 : 0)) & 0xff;
  }
  return crc;
}

/** Answers with the complement of the byte before, while PE7 is low. */
function complement(selected: () => boolean, crcAfter: number): SpiSlave {
  let last = 0;
  let count = 0;
  const sent: number[] = [];
  return {
    name: 'complement',
    unit: 8,
    selected,
    begin: () => {
      const answer = count === crcAfter ? crc8(sent.slice(-5)) : ~last & 0xff;
      sent.push(answer);
      count++;
      return answer;
    },
    end: (mosi) => {
      last = mosi;
    },
  };
}

test('SPI1 as master: polled with the times of its bytes, by interrupt, by DMA with CRC', () => {
  const board = boot('spi/firmware/master.elf');
  // five transfers of five words come before the CRC
  board.spi1.attach(complement(() => board.pin('PE7').level === 'low', 25));
  const [fast, medium, slow, received, crc, dmaCycles, status, rxCrc] = finish(board, '20ms');
  // 28.3.5: 5 words of 8 bits, one after the other; around them the program takes 3 cycles to the write of DR and 29 from the read of SR
  // that shows the last RXNE, which its loop makes every 7 cycles (TRM table 3-1, two cycles more for a read of APB2)
  for (const [cycles, divider] of [
    [medium!, 16],
    [slow!, 256],
  ] as const) {
    expect(cycles - 5 * 8 * divider).toBeGreaterThanOrEqual(3 + 29);
    expect(cycles - 5 * 8 * divider).toBeLessThan(3 + 29 + 7);
  }
  // words of 16 cycles wait for the program
  expect(fast!).toBeGreaterThan(5 * 8 * 2);
  expect(fast!).toBeLessThan(medium!);
  expect(received).toBe(5);
  const answers = [0xff, 0x60, 0xfe, 0xfd, 0xfc];
  const words = board.spi1.words;
  expect(words.map(({ mosi }) => mosi).slice(-6)).toEqual([0x9f, 1, 2, 3, 4, crc8([0x9f, 1, 2, 3, 4])]);
  // back to back: each word ends 8 bits after the one before, polled or by DMA, and the CRC after the last
  const distances = (first: number, count: number) =>
    words.slice(first + 1, first + count).map(({ ns }, i) => ns - words[first + i]!.ns);
  const wordNs = (divider: number) => (8 * divider * 1e9) / 16e6;
  expect(words).toHaveLength(26);
  expect(distances(5, 5)).toEqual(Array(4).fill(wordNs(16)));
  expect(distances(10, 5)).toEqual(Array(4).fill(wordNs(256)));
  expect(distances(20, 6)).toEqual(Array(5).fill(wordNs(4)));
  expect([...board.memory.bytes('answer', 5)].slice(1)).toEqual(answers.slice(1));
  expect([crc, status, rxCrc]).toEqual([crc, TXE, crc]);
  expect(dmaCycles!).toBeGreaterThanOrEqual(6 * 8 * 4);
  // before the first bit the program's two writes and the fetch by DMA, after the last bit the way out of the interrupt
  expect(dmaCycles!).toBeLessThan(6 * 8 * 4 + 2 * 32);
  expect(board.guestErrors).toEqual([]);
});

test('SPI2 as a slave: echo by interrupt, a block by DMA', () => {
  const board = boot('spi/firmware/slave.elf');
  board.run('100us');
  const echo = board.spi2.transfer([1, 2, 3, 4], { hertz: 500_000, nss: 'PB12', gapNs: 10_000 });
  board.run('1ms');
  expect([echo.done, echo.received]).toEqual([true, [0x5a, 0xfe, 0xfd, 0xfc]]);
  expect(results(board).slice(0, 5)).toEqual([1, 2, 3, 4, 1]);
  // what the echo left in the Tx buffer goes first
  const block = board.spi2.transfer([0xa, 0xb, 0xc, 0xd], { hertz: 1e6, nss: 'PB12' });
  finish(board, '2ms');
  expect(block.received).toEqual([0xfb, 0x10, 0x20, 0x30]);
  expect(results(board).slice(5, 9)).toEqual([0xa, 0xb, 0xc, 0xd]);
  expect(results(board)[9]! & RXNE).toBe(0);
  expect(board.guestErrors).toEqual([]);
});

test('I2S3 plays a sine by DMA, at 47,991 frames a second, and its extension records', () => {
  const board = boot('spi/firmware/sine.elf');
  let next = 100;
  board.i2s3ext.attachI2s({ name: 'microphone', sample: () => next++ });
  const recorded = finish(board, '20ms');
  expect(board.spi3.sampleRate).toBeCloseTo(47_991.07, 1);
  const { samples } = board.spi3;
  // four periods of 24 frames
  expect(samples.length).toBeGreaterThanOrEqual(4 * 48 - 2);
  const slotNs = 1e9 / (86e6 / (32 * 7 * 8)) / 2;
  for (const [i, { sample, channel, ns }] of samples.entries()) {
    const frame = Math.floor(i / 2) % 24;
    const left = Math.round(10_000 * Math.sin((2 * Math.PI * frame) / 24));
    const value = i % 2 === 0 ? left : Math.trunc(left / 2);
    expect([channel, (sample << 16) >> 16]).toEqual([i % 2 === 0 ? 'left' : 'right', value]);
    expect(Math.abs(ns - samples[0]!.ns - i * slotNs)).toBeLessThan(63);
  }
  expect(recorded.slice(0, 16)).toEqual(Array.from({ length: 16 }, (_, i) => 100 + i));
  expect(board.guestErrors).toEqual([]);
});

test('goes on from a snapshot in the middle of a transfer', () => {
  const board = boot('spi/firmware/sine.elf');
  board.run('1ms');
  const middle = board.snapshot();
  const seen = [0, 1].map(() => {
    board.restore(middle);
    board.run('2ms');
    return `${board.spi3.samples.length} ${board.hash()}`;
  });
  expect(seen[0]).toBe(seen[1]);
});

test('SCK and MOSI have the bits on the pins for those who look', () => {
  const board = boot('spi/firmware/master.elf');
  const [sck, mosi] = [board.pin('PA5'), board.pin('PA7')];
  board.runUntil(() => results(board)[2] !== 0, { within: '10ms' });
  const words = board.spi1.words.slice(10, 15);
  const begin = words[0]!.ns - (8 * 256 * 1e9) / 16e6;
  const during = (pin: typeof sck) => pin.edges.filter(({ ns }) => ns >= begin && ns <= words[4]!.ns);
  const rising = during(sck).filter(({ level }) => level === 'high');
  expect(rising.length).toBe(5 * 8);
  for (let i = 1; i < 5 * 8; i++) expect(rising[i]!.cycles - rising[i - 1]!.cycles).toBe(256);
  const levelAt = (at: number) => mosi.edges.filter(({ cycles }) => cycles <= at).at(-1)!.level;
  const bits = rising.map(({ cycles }) => (levelAt(cycles) === 'high' ? 1 : 0));
  const bytes = [0, 1, 2, 3, 4].map((i) =>
    bits.slice(8 * i, 8 * i + 8).reduce<number>((byte, bit) => byte * 2 + bit, 0),
  );
  expect(bytes).toEqual([0x9f, 1, 2, 3, 4]);
});

test('tells what a program does wrong, with its lines', () => {
  const board = boot('spi/firmware/wrong.elf');
  finish(board, '1ms');
  const told = board.guestErrors.map(
    ({ rule, what, where }) => `${rule}: ${what} (${/\((.*)\)/.exec(where ?? '')?.[1]})`,
  );
  expect(told).toMatchInlineSnapshot(`
    [
      "sequence: SPI1.DR was written while CR1.SPE is 0: nothing is sent until it is set (wrong.c:15)",
      "pin-function: no pin carries SPI1_SCK (wrong.c:16)",
      "sequence: SPI1.DR was written while TXE is 0: the word before it is lost (wrong.c:18)",
      "sequence: SPI1.CR1.CPOL changed while a word was on the wire (wrong.c:19)",
      "sequence: SPI1.CR1.SPE was cleared in the middle of a word (wrong.c:20)",
      "pin-function: no pin carries SPI2_SCK (wrong.c:22)",
      "configuration: SPI2 is enabled as an I2S master and its clock cannot run: I2SPR.I2SDIV is 0 or 1 (wrong.c:23)",
    ]
  `);
});
