import { describe, expect, it } from 'vitest';
import { DeviceHarness } from '../../device-harness.js';
import { type RccOptions, rcc } from './rcc.js';

const CR = 0x00;
const PLLCFGR = 0x04;
const CFGR = 0x08;
const CIR = 0x0c;
const APB1RSTR = 0x20;
const AHB1ENR = 0x30;
const APB1ENR = 0x40;
const BDCR = 0x70;
const CSR = 0x74;
const PLLI2SCFGR = 0x84;

const HSEON = 1 << 16;
const HSERDY = 1 << 17;
const HSEBYP = 1 << 18;
const CSSON = 1 << 19;
const PLLON = 1 << 24;
const PLLRDY = 1 << 25;
const PLLI2SON = 1 << 26;

/** 8 MHz / 8 × 336 / 2 = 168 MHz; / 7 = 48 MHz. */
const HSE_168 = 8 | (336 << 6) | (0 << 16) | (1 << 22) | (7 << 24);
/** 16 MHz / 16 × 192 / 4 = 48 MHz. */
const HSI_48 = 16 | (192 << 6) | (1 << 16) | (4 << 24);

const board = (options: RccOptions = { hse: 8_000_000 }) => new DeviceHarness(rcc(options), { name: 'rcc' });
const what = (h: ReturnType<typeof board>) => h.problems.map((problem) => problem.what);

describe('RCC at reset (RM0090 7.3)', () => {
  it('runs on HSI at 16 MHz', () => {
    const h = board();
    expect(h.read(CR)).toBe(0x83);
    expect(h.read(PLLCFGR)).toBe(0x2400_3010);
    expect(h.handle.frequencies).toMatchObject({ cpu: 16e6, sysclk: 16e6, apb1: 16e6, apb2: 16e6, usb48: 0, rtc: 0 });
    expect(h.read(CSR)).toBe(0x0e00_0000);
  });
});

describe('oscillators (7.2.1 to 7.2.5)', () => {
  it('gets HSE ready after its start-up time of 2 ms', () => {
    const h = board();
    h.write(CR, h.read(CR) | HSEON);
    h.runNanoseconds(1_999_900);
    expect(h.read(CR) & HSERDY).toBe(0);
    h.runNanoseconds(100);
    expect(h.read(CR) & HSERDY).toBe(HSERDY);
  });

  it('drops HSERDY 6 HSE cycles after HSEON', () => {
    const h = board();
    h.write(CR, h.read(CR) | HSEON);
    h.runNanoseconds(2_000_000);
    h.write(CR, 0x83);
    expect(h.read(CR) & HSERDY).toBe(HSERDY);
    h.runNanoseconds(680);
    expect(h.read(CR) & HSERDY).toBe(HSERDY);
    h.runNanoseconds(70);
    expect(h.read(CR) & HSERDY).toBe(0);
  });

  it('never gets HSE ready without a crystal', () => {
    const h = board({});
    h.write(CR, h.read(CR) | HSEON);
    h.runNanoseconds(1e9);
    expect(h.read(CR) & HSERDY).toBe(0);
    expect(h.handle.hint).toBe('HSE is switched on, but this board has no crystal for it: HSERDY never comes');
  });

  it('bypasses the oscillator only where there is an external clock', () => {
    const crystal = board();
    crystal.write(CR, crystal.read(CR) | HSEBYP);
    crystal.write(CR, crystal.read(CR) | HSEON);
    crystal.runNanoseconds(1e8);
    expect(crystal.read(CR) & HSERDY).toBe(0);
    expect(what(crystal)).toEqual(['RCC.CR.HSEBYP is set, but the board has a crystal: HSE does not start']);
    const clocked = board({ hse: { hertz: 8_000_000, external: true } });
    clocked.write(CR, clocked.read(CR) | HSEBYP | HSEON);
    clocked.runNanoseconds(2_000_000);
    expect(clocked.read(CR) & HSERDY).toBe(HSERDY);
    clocked.write(CR, clocked.read(CR) & ~HSEBYP);
    expect(clocked.read(CR) & HSEBYP).toBe(HSEBYP);
  });

  it('cannot switch HSI off while it makes SYSCLK', () => {
    const h = board();
    h.write(CR, 0);
    expect(h.read(CR) & 3).toBe(3);
  });

  it('starts LSI in 15 µs and LSE in 2 s', () => {
    const h = board({ lse: 32_768 });
    h.signal('backupAccess').set(1);
    h.write(CSR, 1);
    h.write(BDCR, 1);
    h.runNanoseconds(14_900);
    expect(h.read(CSR) & 2).toBe(0);
    h.runNanoseconds(100);
    expect(h.read(CSR) & 2).toBe(2);
    h.runNanoseconds(2_000_000_000 - 15_300);
    expect(h.read(BDCR)).toBe(1);
    h.runNanoseconds(300);
    expect(h.read(BDCR)).toBe(3);
  });
});

describe('the PLL and SYSCLK (7.2.3, 7.2.6)', () => {
  it('runs at 168 MHz from HSE as firmware sets it up', () => {
    const h = board();
    h.write(CR, h.read(CR) | HSEON);
    h.runNanoseconds(2_000_000);
    h.write(PLLCFGR, HSE_168);
    h.write(CR, h.read(CR) | PLLON);
    // VCO 336 MHz: 137.5 µs + 236/332 of 62.5 µs.
    h.runNanoseconds(181_850);
    expect(h.read(CR) & PLLRDY).toBe(0);
    h.runNanoseconds(100);
    expect(h.read(CR) & PLLRDY).toBe(PLLRDY);
    h.write(CFGR, (5 << 10) | (4 << 13));
    expect(h.handle.frequencies).toMatchObject({ cpu: 16e6, apb1: 4e6, apb2: 8e6, apb1Timers: 8e6, apb2Timers: 16e6 });
    h.write(CFGR, (5 << 10) | (4 << 13) | 2);
    expect(h.read(CFGR) & 0xf).toBe(0b1010);
    expect(h.handle.frequencies).toMatchObject({
      cpu: 168e6,
      sysclk: 168e6,
      apb1: 42e6,
      apb2: 84e6,
      apb1Timers: 84e6,
      apb2Timers: 168e6,
      usb48: 48e6,
    });
    expect(h.problems).toEqual([]);
    h.write(CR, 0x83);
    expect(h.read(CR) & (HSEON | PLLON)).toBe(HSEON | PLLON);
  });

  it('waits with the switch until the selected source is ready', () => {
    const h = board();
    h.write(CR, h.read(CR) | HSEON);
    h.write(CFGR, 1);
    expect(h.read(CFGR)).toBe(0b0001);
    expect(h.handle.frequencies.cpu).toBe(16e6);
    h.runNanoseconds(2_000_000);
    expect(h.read(CFGR)).toBe(0b0101);
    expect(h.handle.frequencies.cpu).toBe(8e6);
  });

  it('refuses SW = 3', () => {
    const h = board();
    h.write(CFGR, 3);
    expect(h.read(CFGR)).toBe(0);
    expect(what(h)).toEqual(['RCC.CFGR.SW was written with 3, which is not allowed']);
  });

  it('does not take a new PLLCFGR while the PLL is on', () => {
    const h = board();
    h.write(PLLCFGR, HSI_48);
    h.write(CR, h.read(CR) | PLLON);
    h.write(PLLCFGR, HSE_168);
    expect(h.read(PLLCFGR)).toBe(HSI_48);
    expect(what(h)).toEqual(['RCC.PLLCFGR was written while PLL is on: the write is lost']);
  });

  it('does not lock outside its limits, and says which', () => {
    const h = board();
    h.write(PLLCFGR, (4 << 0) | (432 << 6) | (4 << 24));
    h.write(CR, h.read(CR) | PLLON);
    h.runNanoseconds(1e9);
    expect(h.read(CR) & PLLRDY).toBe(0);
    h.write(CR, h.read(CR));
    expect(what(h)).toEqual(['the PLL does not lock: the PLL input is 4 MHz; allowed are 0.95 to 2.10 MHz']);
  });

  it('says when a bus is clocked above its limit', () => {
    const h = board();
    h.write(PLLCFGR, (HSE_168 & ~(1 << 22) & ~0x3f) | 16);
    h.write(CR, h.read(CR) | PLLON);
    h.runNanoseconds(200_000);
    h.write(CFGR, 2);
    expect(what(h)).toEqual([
      'APB1 runs at 168 MHz; the part allows 42 MHz',
      'APB2 runs at 168 MHz; the part allows 84 MHz',
    ]);
  });

  it('has a PLL for I2S', () => {
    const h = board();
    h.write(PLLCFGR, HSI_48);
    h.write(PLLI2SCFGR, (192 << 6) | (2 << 28));
    h.write(CR, h.read(CR) | PLLI2SON);
    h.runNanoseconds(200_000);
    expect(h.handle.frequencies.i2s).toBe(96e6);
  });
});

describe('RCC_CIR (7.3.4)', () => {
  it('interrupts when a source gets ready, until the flag is cleared', () => {
    const h = board();
    h.write(CIR, 1 << 11);
    h.write(CR, h.read(CR) | HSEON);
    h.runNanoseconds(2_000_000);
    expect(h.read(CIR)).toBe((1 << 11) | (1 << 3));
    expect(h.signal('irq').level).toBe(1);
    h.write(CIR, (1 << 11) | (1 << 19));
    expect(h.read(CIR)).toBe(1 << 11);
    expect(h.signal('irq').level).toBe(0);
  });

  it('sets no flag while the interrupt is disabled', () => {
    const h = board();
    h.write(CR, h.read(CR) | HSEON);
    h.runNanoseconds(2_000_000);
    expect(h.read(CIR)).toBe(0);
  });
});

describe('the clock security system (7.2.7)', () => {
  it('falls back to HSI and raises NMI when HSE fails', () => {
    const h = board();
    h.write(CR, h.read(CR) | HSEON | CSSON);
    h.runNanoseconds(2_000_000);
    h.write(CFGR, 1);
    h.handle.failHse();
    expect(h.handle.frequencies.cpu).toBe(16e6);
    expect(h.read(CFGR) & 0xf).toBe(0);
    expect(h.read(CR) & (HSEON | HSERDY)).toBe(0);
    expect(h.signal('nmi').level).toBe(1);
    h.write(CIR, 1 << 23);
    expect(h.signal('nmi').level).toBe(0);
  });

  it('without it the clock is simply gone', () => {
    const h = board();
    h.write(CR, h.read(CR) | HSEON);
    h.runNanoseconds(2_000_000);
    h.write(CFGR, 1);
    h.handle.failHse();
    expect(h.handle.frequencies.cpu).toBe(0);
    expect(h.signal('nmi').level).toBe(0);
  });
});

describe('enables and resets (7.3.5 to 7.3.14)', () => {
  it('has one wire a bit', () => {
    const h = board();
    expect(h.signal('AHB1ENR.20').level).toBe(1);
    h.write(APB1ENR, 1 << 17);
    expect(h.signal('APB1ENR.17').level).toBe(1);
    h.write(APB1RSTR, 1 << 17);
    expect(h.signal('APB1RSTR.17').level).toBe(1);
    h.write(APB1RSTR, 0);
    expect(h.signal('APB1RSTR.17').level).toBe(0);
    h.instance.reset('system');
    expect(h.signal('APB1ENR.17').level).toBe(0);
    expect(h.read(AHB1ENR)).toBe(0x0010_0000);
  });
});

describe('RCC_BDCR and RCC_CSR (7.3.20, 7.3.21)', () => {
  it('protects the backup domain until PWR_CR.DBP is set', () => {
    const h = board({ lse: 32_768 });
    h.write(BDCR, 1);
    expect(h.read(BDCR)).toBe(0);
    expect(what(h)).toEqual(['RCC.BDCR was written while the backup domain is protected: the write is lost']);
    h.signal('backupAccess').set(1);
    h.write(BDCR, 1);
    h.runNanoseconds(2e9);
    h.write(BDCR, 0x8101);
    expect(h.handle.frequencies.rtc).toBe(32_768);
    h.write(BDCR, 0x8201);
    expect(h.read(BDCR)).toBe(0x8103);
    h.instance.reset('system');
    expect(h.read(BDCR)).toBe(0x8103);
    h.write(BDCR, 1 << 16);
    expect(h.read(BDCR)).toBe(1 << 16);
    expect(h.handle.frequencies.rtc).toBe(0);
  });

  it('keeps the causes of resets until RMVF', () => {
    const h = board();
    h.write(CSR, 1 << 24);
    expect(h.read(CSR)).toBe(0);
    h.instance.reset('system', 'pin');
    expect(h.read(CSR)).toBe(1 << 26);
    h.instance.reset('system', 'software');
    expect(h.read(CSR)).toBe((1 << 26) | (1 << 28));
  });

  it('returns to HSI at a reset', () => {
    const h = board();
    h.write(CR, h.read(CR) | HSEON);
    h.runNanoseconds(2_000_000);
    h.write(CFGR, 1);
    h.instance.reset('system');
    expect(h.read(CR)).toBe(0x83);
    expect(h.handle.frequencies.cpu).toBe(16e6);
  });
});
