import { describe, expect, it } from 'vitest';
import { DeviceHarness } from '../../device-harness.js';
import { type RccOptions, rcc } from './rcc.js';

const [CR, CFGR, APB1ENR, APB1LPENR, BDCR, CSR] = [0x00, 0x08, 0x40, 0x60, 0x70, 0x74] as const;
const [STOP, SUPPLY] = [1, 4] as const;
const make = (options: RccOptions = { hse: 8_000_000, lse: 32_768 }) =>
  new DeviceHarness(rcc(options), { name: 'rcc', cpu: 16_000_000 });
type Harness = ReturnType<typeof make>;

function openBackup(h: Harness): Harness {
  h.signal('backupAccess').set(1);
  return h;
}
function onHse(h: Harness): void {
  h.write(CR, 0x83 | (1 << 16));
  h.runNanoseconds(2_000_100);
  h.write(CFGR, 1 | (5 << 10));
}

describe('Sleep mode (RM0090 5.3.3, 7.3.18)', () => {
  it('takes the clock of peripherals whose LPENR bit is clear, as long as the core sleeps', () => {
    const h = make();
    h.write(APB1ENR, (1 << 17) | (1 << 18));
    h.write(APB1LPENR, 0x36fe_c9ff & ~(1 << 17));
    const gates = () => [h.signal('APB1ENR.17').level, h.signal('APB1ENR.18').level];
    expect(gates()).toEqual([1, 1]);
    h.signal('sleeping').set(1);
    expect(gates()).toEqual([0, 1]);
    h.signal('sleeping').set(0);
    expect(gates()).toEqual([1, 1]);
  });
});

describe('Stop mode (5.3.4)', () => {
  it('stops everything but LSI and LSE, and goes on from HSI with the old prescalers', () => {
    const h = openBackup(make());
    h.write(BDCR, 1 | (1 << 8) | (1 << 15));
    h.write(CSR, 1);
    h.runNanoseconds(2_000_000_100);
    onHse(h);
    expect(h.handle.frequencies).toMatchObject({ cpu: 8e6, apb1: 2e6, rtc: 32_768, lsi: 32_000 });
    h.signal('off').set(STOP);
    expect(h.handle.frequencies).toMatchObject({
      cpu: 0,
      sysclk: 0,
      apb1: 0,
      apb2: 0,
      rtc: 32_768,
      lse: 32_768,
      lsi: 32_000,
    });
    h.signal('off').set(0);
    expect(h.handle.frequencies).toMatchObject({ cpu: 16e6, apb1: 4e6, rtc: 32_768 });
    // HSION, HSIRDY; HSEON is cleared
    expect(h.read(CR) & 0x0303_0003).toBe(3);
    expect(h.read(CFGR)).toBe(5 << 10);
  });

  it('loses LSI and LSE with the supply, LSE not with a battery', () => {
    for (const battery of [0, 1]) {
      const h = openBackup(make());
      h.write(BDCR, 1);
      h.write(CSR, 1);
      h.runNanoseconds(2_000_000_100);
      h.signal('battery').set(battery);
      h.signal('off').set(SUPPLY);
      expect(h.handle.frequencies).toMatchObject({ cpu: 0, lsi: 0, lse: battery ? 32_768 : 0 });
    }
  });
});

describe('backup domain (7.3.20)', () => {
  it('chooses the clock of the RTC once; BDRST undoes it', () => {
    const h = openBackup(make());
    h.write(BDCR, 1 << 8);
    h.write(BDCR, 2 << 8);
    expect(h.read(BDCR)).toBe(1 << 8);
    expect(h.problems.map(({ what }) => what)).toEqual([
      'RCC.BDCR.RTCSEL was set to 2, but it is 1 already: it can be chosen once',
    ]);
    h.write(BDCR, 1 << 16);
    expect([h.read(BDCR), h.signal('backupReset').level]).toEqual([1 << 16, 1]);
    h.write(BDCR, 0);
    h.write(BDCR, (2 << 8) | (1 << 15));
    expect([h.read(BDCR), h.signal('backupReset').level]).toEqual([(2 << 8) | (1 << 15), 0]);
  });

  it('survives every reset but power-on without battery', () => {
    const h = openBackup(make());
    h.write(BDCR, 1 << 8);
    h.instance.reset('system', 'software');
    h.instance.reset('power-on', 'standby');
    h.signal('battery').set(1);
    h.instance.reset('power-on', 'power-on');
    expect(h.read(BDCR)).toBe(1 << 8);
    h.signal('battery').set(0);
    h.instance.reset('power-on', 'power-on');
    expect(h.read(BDCR)).toBe(0);
  });

  it('takes an external clock on OSC32_IN with LSEBYP, which can be set while LSE is off', () => {
    const h = openBackup(make({ lse: { hertz: 32_768, external: true } }));
    h.write(BDCR, 4);
    h.write(BDCR, 5);
    h.runNanoseconds(200_000);
    expect(h.read(BDCR)).toBe(7);
    h.write(BDCR, 1);
    expect(h.read(BDCR) & 4).toBe(4);
    const crystal = openBackup(make());
    crystal.write(BDCR, 4);
    crystal.write(BDCR, 5);
    crystal.runNanoseconds(3_000_000_000);
    expect(crystal.read(BDCR) & 2).toBe(0);
  });
});

it('takes the pins of the oscillators from GPIO while they are on (8.3.13, 8.3.14)', () => {
  const h = openBackup(make());
  const pins = () => [h.signal('lsePins').level, h.signal('hsePins').level];
  expect(pins()).toEqual([0, 0]);
  h.write(BDCR, 1);
  h.write(CR, 0x83 | (1 << 16));
  expect(pins()).toEqual([0xc000, 3]);
  h.write(BDCR, 0);
  h.write(CR, 0x83);
  expect(pins()).toEqual([0, 0]);
  h.write(CR, 0x83 | (1 << 18));
  h.write(CR, 0x83 | (5 << 16));
  expect(pins()).toEqual([0, 1]);
});

it('keeps LSI on for the watchdog, whatever LSION says (21.3)', () => {
  const h = make();
  h.signal('lsiForced').set(1);
  h.runNanoseconds(15_100);
  expect([h.read(CSR) & 3, h.handle.frequencies.lsi]).toEqual([2, 32_000]);
  h.signal('lsiForced').set(0);
  h.runNanoseconds(100_000);
  expect(h.read(CSR) & 3).toBe(0);
});

it.each([
  // 7.3.21, in bits 31:24: LPWR WWDG IWDG SFT POR PIN BOR RMVF
  ['pin', 0x04],
  ['software', 0x14],
  ['watchdog', 0x24],
  ['window-watchdog', 0x44],
  ['low-power', 0x84],
  ['brown-out', 0x06],
  ['power-on', 0x0e],
  ['standby', 0x00],
] as const)('tells of a reset by %s', (cause, expected) => {
  const h = make();
  h.write(CSR, 1 << 24);
  h.instance.reset(['power-on', 'brown-out', 'standby'].includes(cause) ? 'power-on' : 'system', cause);
  expect(h.read(CSR) >>> 24).toBe(expected);
});

it('gives the frequency of the clock outputs (7.2.10)', () => {
  const h = make();
  expect([h.handle.mco1Hertz, h.handle.mco2Hertz]).toEqual([16e6, 16e6]);
  onHse(h);
  // MCO1: HSE / 5; MCO2: SYSCLK / 2
  h.write(CFGR, 1 | (5 << 10) | (2 << 21) | (7 << 24) | (4 << 27));
  expect([h.handle.mco1Hertz, h.handle.mco2Hertz]).toEqual([1.6e6, 4e6]);
});

it('allows 144 MHz in scale 2 of the regulator (DS8626 table 14)', () => {
  const h = make();
  h.signal('scale2').set(1);
  h.write(0x04, 8 | (336 << 6) | (1 << 22) | (7 << 24));
  h.write(CR, 0x83 | (1 << 16));
  h.runNanoseconds(2_000_100);
  h.write(CR, 0x83 | (1 << 16) | (1 << 24));
  h.runNanoseconds(300_000);
  h.write(CFGR, 2 | (5 << 10) | (4 << 13));
  expect(h.problems.map(({ rule, what }) => `${rule}: ${what}`)).toEqual([
    'clock-limit: HCLK with PWR.CR.VOS = 0 runs at 168 MHz; the part allows 144 MHz',
  ]);
});
