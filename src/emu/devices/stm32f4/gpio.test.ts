import { describe, expect, it } from 'vitest';
import { DeviceHarness } from '../../device-harness.js';
import { gpio } from './gpio.js';

const MODER = 0x00;
const OTYPER = 0x04;
const PUPDR = 0x0c;
const IDR = 0x10;
const ODR = 0x14;
const BSRR = 0x18;
const LCKR = 0x1c;
const AFRL = 0x20;
const AFRH = 0x24;

const port = (letter = 'D') => new DeviceHarness(gpio(letter), { name: `gpio${letter.toLowerCase()}` });

describe('GPIO pins (RM0090 8.3)', () => {
  it('drives an output push-pull and reads it back', () => {
    const h = port();
    h.write(MODER, 1 << 24);
    expect([h.net('PD12').level, h.net('PD12').strength]).toEqual(['low', 'driven']);
    h.write(ODR, 1 << 12);
    expect(h.net('PD12').level).toBe('high');
    expect(h.read(IDR)).toBe(1 << 12);
    h.write(MODER, 0);
    expect(h.net('PD12').level).toBe('floating');
  });

  it('lets go of pins that something else has taken (8.3.13 to 8.3.15)', () => {
    const h = port('C');
    h.write(MODER, (1 << 26) | (1 << 24));
    h.write(PUPDR, 1);
    h.signal('taken').set((1 << 13) | 1);
    expect([13, 12, 0].map((pin) => h.net(`PC${pin}`).level)).toEqual(['floating', 'low', 'floating']);
    h.net('PC13').driver('test').set('high');
    expect(h.read(IDR) & (1 << 13)).toBe(1 << 13);
    h.signal('taken').set(0);
    expect(h.net('PC0').level).toBe('high');
  });

  it('lets an open-drain output go for 1, with the pull resistor', () => {
    const h = port();
    h.write(OTYPER, 1);
    h.write(MODER, 1);
    h.write(ODR, 1);
    expect(h.net('PD0').level).toBe('floating');
    h.write(PUPDR, 1);
    expect([h.net('PD0').level, h.net('PD0').strength]).toEqual(['high', 'pulled']);
    const other = h.net('PD0').driver('test');
    other.set('low');
    expect(h.read(IDR)).toBe(0);
    expect(h.net('PD0').level).toBe('low');
  });

  it('pulls inputs up and down, and follows an external driver', () => {
    const h = port();
    h.write(PUPDR, 0b10_01);
    expect(h.read(IDR)).toBe(0b01);
    expect([h.net('PD0').level, h.net('PD1').level]).toEqual(['high', 'low']);
    h.net('PD1').driver('test').set('high');
    expect(h.read(IDR)).toBe(0b11);
  });

  it('reads 0 in analog mode and lets go of the pull resistors', () => {
    const h = port();
    h.write(PUPDR, 1);
    h.write(MODER, 3);
    expect(h.net('PD0').level).toBe('floating');
    h.net('PD0').driver('test').set('high');
    expect(h.read(IDR)).toBe(0);
    expect(h.signal('in0').level).toBe(0);
    h.write(MODER, 0);
    expect(h.read(IDR)).toBe(1);
    expect(h.signal('in0').level).toBe(1);
  });

  it('sees that two drivers fight', () => {
    const h = port();
    h.write(MODER, 1);
    h.net('PD0').driver('test').set('high');
    expect(h.net('PD0').level).toBe('conflict');
  });

  it('has the JTAG pins of ports A and B set up after reset (8.4.1 to 8.4.4)', () => {
    const a = port('A');
    expect([a.read(0), a.read(8), a.read(0xc)]).toEqual([0xa800_0000, 0x0c00_0000, 0x6400_0000]);
    expect([a.net('PA13').level, a.net('PA14').level, a.net('PA15').level]).toEqual(['high', 'low', 'high']);
    const b = port('B');
    expect([b.read(0), b.read(8), b.read(0xc)]).toEqual([0x280, 0xc0, 0x100]);
  });
});

describe('GPIO_BSRR (8.4.7)', () => {
  it('sets, resets, and sets where both are asked for', () => {
    const h = port();
    h.write(ODR, 0x00ff);
    h.write(BSRR, 0x0003_0100);
    expect(h.read(ODR)).toBe(0x01fc);
    h.write(BSRR, 0x0001_0001);
    expect(h.read(ODR)).toBe(0x01fd);
    expect(h.read(BSRR)).toBe(0);
  });

  it('takes halfwords: BSRRL sets, BSRRH resets', () => {
    const h = port();
    h.write(BSRR, 0x8001, 2);
    expect(h.read(ODR)).toBe(0x8001);
    h.write(BSRR + 2, 0x8000, 2);
    expect(h.read(ODR)).toBe(0x0001);
    h.write(BSRR + 1, 0x40, 1);
    expect(h.read(ODR)).toBe(0x4001);
  });
});

describe('GPIO alternate functions (8.3.2)', () => {
  it('carries a peripheral output to the routed pin, open drain as configured', () => {
    const h = port('A');
    h.pinFunction('USART2_TX').drive('high');
    h.write(AFRL, 7 << 8);
    h.write(MODER, 0xa800_0000 | (2 << 4));
    expect([h.net('PA2').level, h.net('PA2').strength]).toEqual(['high', 'driven']);
    h.pinFunction('USART2_TX').drive('low');
    expect(h.net('PA2').level).toBe('low');
    h.write(OTYPER, 1 << 2);
    h.pinFunction('USART2_TX').drive('high');
    expect(h.net('PA2').level).toBe('floating');
  });

  it('carries the pin to the peripheral while it is routed, and idle afterwards', () => {
    const h = port('A');
    h.net('PA3').driver('test').set('low');
    const rx = h.pinFunction('USART2_RX');
    expect([rx.routed, rx.level]).toEqual([false, 1]);
    h.write(AFRL, 7 << 12);
    expect(rx.routed).toBe(false);
    h.write(MODER, 0xa800_0000 | (2 << 6));
    expect([rx.routed, rx.level]).toEqual([true, 0]);
    h.write(AFRL, 1 << 12);
    expect([rx.routed, rx.level]).toEqual([false, 1]);
    expect(h.handle.describe(3)).toBe('PA3 has AF1 (TIM2_CH4)');
  });

  it('keeps a function that another pin still carries', () => {
    const h = port('B');
    h.write(AFRL, 7 << 24); // PB6: USART1_TX
    h.write(MODER, 2 << 12);
    const tx = h.pinFunction('USART1_TX');
    let elsewhere: 0 | 1 | undefined = 1;
    tx.addPin({
      get level() {
        return elsewhere;
      },
      driven: () => {},
    });
    h.write(MODER, 0);
    expect(tx.routed).toBe(true);
    elsewhere = undefined;
    h.write(MODER, 2 << 12);
    h.write(MODER, 0);
    expect(tx.routed).toBe(false);
  });

  it('serves the upper pins from AFRH', () => {
    const h = port('A');
    h.write(AFRH, 7 << 4);
    h.write(MODER, 0xa800_0000 | (2 << 18));
    expect(h.pinFunction('USART1_TX').routed).toBe(true);
  });

  it('lets go of everything in peripheral reset', () => {
    const h = port('A');
    h.write(AFRL, 7 << 12);
    h.write(MODER, 0xa800_0000 | (2 << 6) | 1);
    h.instance.setHeld(true);
    expect(h.pinFunction('USART2_RX').routed).toBe(false);
    expect(h.net('PA0').level).toBe('floating');
  });
});

describe('GPIO_LCKR (8.4.8)', () => {
  const lock = (h: ReturnType<typeof port>, bits: number) => {
    for (const word of [0x1_0000 | bits, bits, 0x1_0000 | bits]) h.write(LCKR, word);
  };

  it('freezes the configuration of the named pins, not their data', () => {
    const h = port();
    h.write(MODER, 0b01_01);
    lock(h, 0b01);
    expect(h.read(LCKR)).toBe(0x1_0001);
    h.write(MODER, 0);
    expect(h.read(MODER)).toBe(0b01);
    h.write(AFRL, 0xff);
    expect(h.read(AFRL)).toBe(0xf0);
    h.write(ODR, 1);
    expect(h.net('PD0').level).toBe('high');
    h.write(LCKR, 0);
    expect(h.read(LCKR)).toBe(0x1_0001);
    expect(h.problems.map(({ rule, what, section }) => [rule, what, section])).toEqual([
      ['sequence', 'GPIOD.MODER was written, but PD0 is locked by LCKR: the write is lost', 'RM0090 8.4.8'],
    ]);
    h.instance.reset('system');
    expect(h.read(LCKR)).toBe(0);
    h.write(MODER, 0b11);
    expect(h.read(MODER)).toBe(0b11);
  });

  it('needs the read at the end', () => {
    const h = port();
    lock(h, 1);
    h.write(MODER, 1);
    expect(h.read(MODER)).toBe(1);
  });

  it('is aborted when the bits change on the way, or the order is wrong', () => {
    const h = port();
    for (const word of [0x1_0001, 0x0_0003, 0x1_0001]) h.write(LCKR, word);
    expect(h.read(LCKR)).toBe(1);
    for (const word of [0x1_0001, 0x1_0001, 0x0_0001]) h.write(LCKR, word);
    expect(h.read(LCKR)).toBe(1);
    h.write(LCKR, 0x1_0001);
    expect(h.read(LCKR)).toBe(0x1_0001); // 1, 0, 1 within the four writes
  });
});
