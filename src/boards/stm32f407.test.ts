import { describe, expect, it } from 'vitest';
import { Rational } from '../emu/rational.js';
import { defineBoard } from './define.js';
import { stm32f4Discovery } from './stm32f4-discovery.js';
import { stm32f407 } from './stm32f407.js';

/** Without an image the core locks up at once: the bus is ours, and time passes. */
function bare() {
  const machine = stm32f4Discovery.createMachine();
  const { bus } = machine;
  return {
    machine,
    parts: stm32f4Discovery.handlesOf(machine),
    read: (address: number, size = 4) => bus.read(address, size),
    write: (address: number, value: number, size = 4) => bus.write(address, size, value),
    set: (address: number, bits: number) => bus.write(address, 4, bus.read(address, 4) | bits),
    run: (us: number) => machine.runFor(Rational.of(us, 1_000_000)),
    what: () => machine.guestErrors.map((problem) => problem.what),
  };
}

const RCC = 0x4002_3800;
const [CR, PLLCFGR, CFGR, APB1RSTR, AHB1ENR, APB1ENR, APB2ENR, CSR] = [
  RCC,
  RCC + 0x04,
  RCC + 0x08,
  RCC + 0x20,
  RCC + 0x30,
  RCC + 0x40,
  RCC + 0x44,
  RCC + 0x74,
] as const;
const FLASH_ACR = 0x4002_3c00;
const PWR_CR = 0x4000_7000;
const [GPIOA, GPIOD] = [0x4002_0000, 0x4002_0c00] as const;
const [SYSCFG, EXTI] = [0x4001_3800, 0x4001_3c00] as const;
const USART2 = 0x4000_4400;

/** 168 MHz as ST's start-up code sets it up. */
function fullSpeed(m: ReturnType<typeof bare>): void {
  m.set(APB1ENR, 1 << 28);
  m.set(PWR_CR, 1 << 14);
  m.set(CR, 1 << 16);
  m.run(2_000);
  expect(m.read(CR) & (1 << 17)).not.toBe(0);
  m.write(PLLCFGR, 8 | (336 << 6) | (1 << 22) | (7 << 24));
  m.set(CR, 1 << 24);
  m.run(200);
  expect(m.read(CR) & (1 << 25)).not.toBe(0);
  m.write(FLASH_ACR, 0x705);
  expect(m.read(FLASH_ACR) & 7).toBe(5);
  m.write(CFGR, (5 << 10) | (4 << 13));
  m.set(CFGR, 2);
  expect(m.read(CFGR) & 0xc).toBe(0x8);
}

/** PA2 and PA3 for USART2 at `brr`, on. */
function console115200(m: ReturnType<typeof bare>, brr: number): void {
  m.set(AHB1ENR, 1);
  m.set(APB1ENR, 1 << 17);
  m.write(GPIOA + 0x20, 0x7700);
  m.set(GPIOA, 0xa0);
  m.write(USART2 + 0x08, brr);
  m.write(USART2 + 0x0c, 0x200c);
}

describe('clocks', () => {
  it('gives USART2 its bytes at 115200 from an APB1 of 42 MHz', () => {
    const m = bare();
    fullSpeed(m);
    expect(m.parts.rcc.frequencies).toMatchObject({ cpu: 168e6, apb1: 42e6 });
    console115200(m, 365); // 42 MHz / 365 = 115068 baud
    m.run(200);
    m.write(USART2 + 4, 0x41);
    const start = m.machine.cycles;
    while (m.parts.console.text === '') m.machine.runCycles(1);
    // 10 bits of 365 APB1 clocks, 4 CPU clocks each; starting at the next APB1 edge.
    expect(m.machine.cycles - start).toBeGreaterThan(3650 * 4 - 4);
    expect(m.machine.cycles - start).toBeLessThanOrEqual(3650 * 4);
    expect(m.what()).toEqual([]);
  });

  it('stretches a byte that straddles the switch to the PLL', () => {
    const m = bare();
    console115200(m, 139);
    m.run(200);
    m.set(CR, 1 << 24); // reset PLLCFGR: HSI / 16 × 192 / 2 = 96 MHz
    m.run(200);
    m.write(CFGR, 4 << 10); // APB1 = HCLK / 2
    m.write(USART2 + 8, 139);
    m.write(USART2 + 4, 0x41);
    const start = m.machine.nanoseconds;
    m.machine.runCycles(1000); // 500 APB1 clocks at 8 MHz: 62.5 µs
    m.write(CFGR, (4 << 10) | 2);
    while (m.parts.console.text === '') m.machine.runCycles(1);
    // The other 890 at 48 MHz: 18.54 µs.
    const took = m.machine.nanoseconds - start;
    expect(took).toBeGreaterThan(81_000 - 125);
    expect(took).toBeLessThan(81_042 + 125);
  });

  it('never gets LSE on this board: X3 is not fitted', () => {
    const m = bare();
    m.set(APB1ENR, 1 << 28);
    m.set(PWR_CR, 1 << 8);
    m.set(RCC + 0x70, 1);
    m.run(5_000_000);
    expect(m.read(RCC + 0x70)).toBe(1);
  });
});

describe('enables and resets', () => {
  it('answers 0 and forgets writes until the enable bit is set, and says so once', () => {
    const m = bare();
    m.write(GPIOD, 1);
    m.write(GPIOD, 1);
    expect(m.read(GPIOD)).toBe(0);
    m.set(AHB1ENR, 1 << 3);
    expect(m.read(GPIOD)).toBe(0);
    m.write(GPIOD, 1);
    expect(m.read(GPIOD)).toBe(1);
    expect(m.what()).toEqual(['GPIOD is used before its clock is enabled']);
  });

  it('keeps outputs while the clock of a port is off', () => {
    const m = bare();
    m.set(AHB1ENR, 1 << 3);
    m.write(GPIOD, 1 << 24);
    m.write(GPIOD + 0x18, 1 << 12);
    m.write(AHB1ENR, 0x0010_0000);
    expect(m.parts.green.lit).toBe(true);
  });

  it('resets a peripheral by RSTR and holds it there', () => {
    const m = bare();
    console115200(m, 139);
    m.write(APB1RSTR, 1 << 17);
    expect(m.read(USART2 + 8)).toBe(0);
    m.write(USART2 + 8, 139);
    expect(m.read(USART2 + 8)).toBe(0);
    m.write(APB1RSTR, 0);
    m.write(USART2 + 8, 139);
    expect(m.read(USART2 + 8)).toBe(139);
  });

  it('stops a byte while the clock of the USART is off', () => {
    const m = bare();
    console115200(m, 139);
    m.run(200);
    m.write(USART2 + 4, 0x41);
    m.run(40);
    m.write(APB1ENR, 0);
    m.run(10_000);
    expect(m.parts.usart2.words).toEqual([]);
    m.write(APB1ENR, 1 << 17);
    m.run(40);
    expect(m.parts.usart2.words).toEqual([]);
    m.run(7);
    expect(m.parts.usart2.words).toEqual([0x41]);
  });
});

describe('pins', () => {
  it('carries the button through SYSCFG to EXTI', () => {
    const m = bare();
    m.set(APB2ENR, 1 << 14);
    m.set(AHB1ENR, 1);
    m.write(EXTI + 8, 1);
    m.parts.button.press();
    expect(m.read(EXTI + 0x14)).toBe(1);
    expect(m.read(GPIOA + 0x10) & 1).toBe(1);
    m.write(EXTI + 0x14, 1);
    m.parts.button.release();
    m.write(SYSCFG + 8, 1);
    m.parts.button.press();
    expect(m.read(EXTI + 0x14)).toBe(0);
  });

  it('says why nothing came out when the alternate function was forgotten', () => {
    const m = bare();
    m.set(APB1ENR, 1 << 17);
    m.write(USART2 + 8, 139);
    m.write(USART2 + 0xc, 0x2008);
    m.write(USART2 + 4, 0x41);
    m.run(500);
    expect(() => m.parts.usart2.text).toThrow('nothing the firmware sent reached a pin');
    expect(m.parts.usart2.hint).toContain('set PA2 to AF7 or PD5 to AF7');
    expect(m.what()).toEqual(['no pin carries USART2_TX']);
  });
});

describe('memory (RM0090 2.3, 2.4)', () => {
  it('shows flash at 0, or what MEM_MODE selects', () => {
    const m = bare();
    m.machine.bus.poke(0x0800_0000, 4, 0x1234_5678);
    m.write(0x2000_0000, 0xcafe_f00d);
    expect(m.read(0)).toBe(0x1234_5678);
    m.set(APB2ENR, 1 << 14);
    m.write(SYSCFG, 3);
    expect(m.read(0)).toBe(0xcafe_f00d);
    m.write(4, 0x5555);
    expect(m.read(0x2000_0004)).toBe(0x5555);
    m.write(SYSCFG, 1);
    expect(m.read(0)).toBe(0xffff_ffff);
    m.machine.reset('pin');
    expect(m.read(0)).toBe(0x1234_5678);
  });

  it('boots from SRAM where the BOOT pins say so', () => {
    const board = defineBoard({ name: 'boot', chip: stm32f407({ boot: 'sram' }) });
    const { bus } = board.createMachine();
    bus.write(0x2000_0000, 4, 0x77);
    expect(bus.read(0, 4)).toBe(0x77);
  });

  it('has 112 + 16 KiB of SRAM, 64 KiB of CCM without code, 1 MiB of flash', () => {
    const m = bare();
    m.write(0x2001_fffc, 1);
    expect(() => m.write(0x2002_0000, 1)).toThrow('nothing is mapped');
    m.write(0x1000_fffc, 2);
    expect(() => m.machine.bus.fetch16(0x1000_0000)).toThrow("no instruction can be fetched from 'ccm'");
    expect(m.read(0x080f_fffc)).toBe(0xffff_ffff);
    expect(() => m.read(0x0810_0000)).toThrow('nothing is mapped');
  });

  it('reports a store to flash that was not unlocked for programming', () => {
    const m = bare();
    m.write(0x0800_0000, 0);
    expect(m.read(0x0800_0000)).toBe(0xffff_ffff);
    expect(m.what()).toEqual(['a store to 0x08000000 in flash has no effect: FLASH.CR is locked (FLASH.SR.PGSERR)']);
  });

  it('has bit-band aliases', () => {
    const m = bare();
    m.write(0x2200_0000 + 5 * 4, 1);
    expect(m.read(0x2000_0000)).toBe(0x20);
    m.write(0x4200_0000 + (AHB1ENR - 0x4000_0000) * 32 + 3 * 4, 1);
    expect(m.read(AHB1ENR)).toBe(0x0010_0008);
  });

  it('knows its flash size and has a unique id (RM0090 39)', () => {
    const m = bare();
    expect(m.read(0x1fff_7a22, 2)).toBe(1024);
    expect(new Set([0x10, 0x14, 0x18].map((offset) => m.read(0x1fff_7a00 + offset))).size).toBe(3);
    expect(m.read(0x1fff_7a10, 1)).toBe(m.read(0x1fff_7a10) & 0xff);
  });
});

describe('blocks that are not there', () => {
  it('reports the first use of one that is not modelled, and keeps what is written', () => {
    const m = bare();
    m.set(APB2ENR, 1 << 11);
    expect(m.read(0x4001_2c04)).toBe(0);
    m.write(0x4001_2c04, 999);
    expect(m.read(0x4001_2c04)).toBe(999);
    expect(m.what()).toEqual(['SDIO is used (SDIO.CLKCR), but it is not modelled']);
  });

  it('faults by name for blocks of its relatives', () => {
    expect(() => bare().read(0x4001_6800)).toThrow('this chip has no LTDC');
  });
});

describe('resets', () => {
  it('starts anew when the reset button is pressed, and tells by CSR', () => {
    const m = bare();
    m.write(CSR, 1 << 24);
    m.set(AHB1ENR, 1 << 3);
    m.parts.resetButton.press();
    m.run(1);
    expect(m.read(AHB1ENR)).toBe(0x0010_0000);
    expect(m.read(CSR) >>> 24).toBe(0x04);
  });

  it('tells a software reset', () => {
    const m = bare();
    m.write(CSR, 1 << 24);
    m.machine.reset('software');
    expect(m.read(CSR) >>> 24).toBe(0x14);
    m.machine.reset('power-on');
    expect(m.read(CSR) >>> 24).toBe(0x0e);
  });

  it('comes back at 16 MHz', () => {
    const m = bare();
    fullSpeed(m);
    m.machine.reset('pin');
    expect(m.parts.rcc.frequencies).toMatchObject({ cpu: 16e6, apb1: 16e6 });
  });
});

describe('state', () => {
  /** Everything at once: a byte each way, HSE starting, half a lock sequence, an EXTI line pending, a frame waiting. */
  function busy() {
    const m = bare();
    console115200(m, 139);
    m.set(APB2ENR, 1 << 14);
    m.run(200);
    m.write(EXTI + 8, 1);
    m.write(USART2 + 4, 0x41);
    m.parts.usart2.type('xy');
    m.set(CR, 1 << 16);
    m.write(CFGR, 1);
    m.write(GPIOA + 0x1c, 0x1_0001);
    m.write(GPIOA + 0x1c, 0x0_0001);
    m.parts.button.press({ for: '300us' });
    m.run(30);
    return m;
  }
  function goOn(m: ReturnType<typeof bare>): string {
    m.write(GPIOA + 0x1c, 0x1_0001);
    m.run(100);
    m.read(GPIOA + 0x1c);
    m.write(USART2 + 4, m.read(USART2 + 4));
    m.run(5_000);
    return `${m.machine.hash()} ${m.parts.usart2.text} ${m.read(EXTI + 0x14)} ${m.parts.rcc.frequencies.cpu}`;
  }

  it('is all in the snapshot: what is restored goes on the same way', () => {
    const m = busy();
    const middle = m.machine.snapshot();
    const first = goOn(m);
    m.machine.restore(middle);
    expect(goOn(m)).toBe(first);
    expect(goOn(busy())).toBe(first);
    expect(first).toMatch(/ Ax 1 8000000$/);
  });
});

it('has no pins beyond PI11', () => {
  const { machine } = bare();
  expect(machine.pin('PI11').level).toBe('floating');
  expect(() => machine.pin('PI12')).toThrow("there is no pin 'PI12'");
});
