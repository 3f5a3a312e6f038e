import { describe, expect, it } from 'vitest';
import { DeviceHarness } from '../../device-harness.js';
import { checkDeviceState } from '../../device-state-check.js';
import { flashInterface } from './flash-interface.js';
import { FACTORY_OPTION_BYTES } from './flash-options.js';

const [ACR, KEYR, OPTKEYR, SR, CR, OPTCR] = [0, 4, 8, 0x0c, 0x10, 0x14] as const;
/** RM0090 3.9.5 and 3.9.7, bit by bit. */
const [EOP, OPERR, WRPERR, PGAERR, PGPERR, PGSERR, BSY] = [1, 1 << 1, 1 << 4, 1 << 5, 1 << 6, 1 << 7, 1 << 16] as const;
const [PG, SER, MER, STRT, EOPIE, ERRIE] = [1, 1 << 1, 1 << 2, 1 << 16, 1 << 24, 1 << 25] as const;
const LOCK = 0x8000_0000;
const sector = (number: number) => number << 3;
const [X8, X16, X32, X64] = [0, 1 << 8, 2 << 8, 3 << 8] as const;
const KIB = 1024;
const [US, MS] = [1_000, 1_000_000] as const;

function make(options: { flashKiB?: number; bootsFromFlash?: boolean; optionBytes?: Uint8Array } = {}) {
  const { flashKiB = 1024, bootsFromFlash, optionBytes = FACTORY_OPTION_BYTES.slice() } = options;
  const main = new Uint8Array(flashKiB * KIB).fill(0xff);
  const otp = new Uint8Array(528).fill(0xff);
  const system = new Uint8Array(30 * KIB).fill(0xff);
  const memories = { main, otp, options: optionBytes, system };
  const h = new DeviceHarness(flashInterface({ flashKiB, bootsFromFlash }), { name: 'flash', memories });
  return Object.assign(h, { main, otp, optionBytes });
}

function unlocked(...options: Parameters<typeof make>) {
  const h = make(...options);
  h.write(KEYR, 0x4567_0123);
  h.write(KEYR, 0xcdef_89ab);
  return h;
}

function unlockOptions(h: ReturnType<typeof make>): void {
  h.write(OPTKEYR, 0x0819_2a3b);
  h.write(OPTKEYR, 0x4c5d_6e7f);
}

/** How many ns the operation in progress takes, to the step. */
function busyFor(h: ReturnType<typeof make>, step: number): number {
  let ns = 0;
  while (h.read(SR) & BSY) {
    h.runNanoseconds(step);
    ns += step;
  }
  return ns;
}

const word = (bytes: Uint8Array, offset: number) => new DataView(bytes.buffer).getUint32(offset, true);

describe('access control register (RM0090 3.9.1)', () => {
  it('reads wait states and caches back', () => {
    const h = make();
    h.write(ACR, 0x705);
    expect(h.read(ACR)).toBe(0x705);
    h.write(ACR, 0x800);
    expect(h.read(ACR)).toBe(0);
    expect(h.problems).toEqual([]);
  });
});

describe('unlocking (RM0090 3.6.1)', () => {
  it('takes the two keys, locks again, and until then takes no write', () => {
    const h = make();
    h.write(CR, 0x200);
    expect(h.read(CR)).toBe(LOCK);
    h.write(KEYR, 0x4567_0123);
    h.write(KEYR, 0xcdef_89ab);
    expect(h.read(CR)).toBe(0);
    h.write(CR, 0x200);
    expect(h.read(CR)).toBe(0x200);
    h.write(CR, (LOCK | 0x200) >>> 0);
    h.write(CR, 0);
    expect(h.read(CR)).toBe((LOCK | 0x200) >>> 0);
  });

  it('answers a wrong key with a bus error and stays locked until reset', () => {
    const h = make();
    expect(() => h.write(KEYR, 1)).toThrow('FLASH.KEYR was written in the wrong order');
    expect(() => h.write(KEYR, 0x4567_0123)).toThrow();
    expect(() => h.write(KEYR, 0xcdef_89ab)).toThrow();
    expect(h.read(CR)).toBe(LOCK);
    h.instance.reset('system');
    h.write(KEYR, 0x4567_0123);
    h.write(KEYR, 0xcdef_89ab);
    expect(h.read(CR)).toBe(0);
  });

  it('locks by reset', () => {
    const h = unlocked();
    h.instance.reset('system');
    expect(h.read(CR)).toBe(LOCK);
  });
});

describe('programming (RM0090 3.6.4)', () => {
  it.each([
    [X8, 1, 0xa5, 0xffff_ffa5],
    [X16, 2, 0xa5b6, 0xffff_a5b6],
    [X32, 4, 0x1234_5678, 0x1234_5678],
  ] as const)('PSIZE %#x takes stores of %d bytes, in 16 us', (psize, size, value, after) => {
    const h = unlocked();
    h.write(CR, PG | psize);
    h.store('main', 0x8000, value, size);
    expect(h.read(SR)).toBe(BSY);
    expect(busyFor(h, US)).toBe(16 * US);
    expect(h.read(SR)).toBe(0);
    expect(word(h.main, 0x8000)).toBe(after);
    expect(h.problems).toEqual([]);
  });

  it('PSIZE x64 takes a double word as two words', () => {
    const h = unlocked();
    h.write(CR, PG | X64);
    h.store('main', 0x108, 0x1111_2222);
    expect(h.read(SR)).toBe(0);
    h.store('main', 0x10c, 0x3333_4444);
    expect(busyFor(h, US)).toBe(16 * US);
    expect([word(h.main, 0x108), word(h.main, 0x10c)]).toEqual([0x1111_2222, 0x3333_4444]);
    h.store('main', 0x114, 0);
    expect(h.read(SR)).toBe(PGSERR);
    expect(word(h.main, 0x114)).toBe(0xffff_ffff);
  });

  it('only clears bits', () => {
    const h = unlocked();
    h.write(CR, PG | X32);
    for (const value of [0xffff_0000, 0x1234_ffff, 0xffff_ffff]) {
      h.store('main', 4, value);
      busyFor(h, US);
    }
    expect(word(h.main, 4)).toBe(0x1234_0000);
  });

  it('sets PGSERR for a store while PG is 0, or while CR is locked', () => {
    const h = unlocked();
    h.store('main', 0, 0);
    expect(h.read(SR)).toBe(PGSERR);
    expect(h.main[0]).toBe(0xff);
    h.write(SR, PGSERR);
    expect(h.read(SR)).toBe(0);
    h.write(CR, PG | X32);
    h.write(CR, (LOCK | PG | X32) >>> 0);
    h.store('main', 0, 0);
    expect(h.read(SR)).toBe(PGSERR);
    expect(h.problems.map(({ what }) => what)).toEqual([
      'a store to 0x00000000 in flash has no effect: FLASH.CR.PG is not set (FLASH.SR.PGSERR)',
      'a store to 0x00000000 in flash has no effect: FLASH.CR is locked (FLASH.SR.PGSERR)',
    ]);
    const remedy = expect.stringContaining('0xcdef89ab to FLASH.KEYR');
    expect(h.problems[1]).toMatchObject({ rule: 'flash-programming', remedy });
  });

  it.each([
    [X8, 2],
    [X8, 4],
    [X16, 1],
    [X16, 4],
    [X32, 1],
    [X32, 2],
    [X64, 1],
    [X64, 2],
  ] as const)('sets PGPERR when PSIZE %#x meets a store of %d bytes', (psize, size) => {
    const h = unlocked();
    h.write(CR, PG | psize);
    h.store('main', 0, 0, size);
    expect(h.read(SR)).toBe(PGPERR);
    expect(h.main[0]).toBe(0xff);
  });

  it('sets PGAERR for data across a row of 128 bits', () => {
    const h = unlocked();
    h.write(CR, PG | X32);
    h.store('main', 0x0e, 0);
    expect(h.read(SR)).toBe(PGAERR);
    expect(h.main[0x0e]).toBe(0xff);
  });

  it('cannot change the boot loader or option bytes by stores', () => {
    const h = unlocked();
    h.write(CR, PG | X32);
    h.store('system', 0, 0);
    expect(h.read(SR)).toBe(WRPERR);
    h.write(SR, WRPERR);
    h.store('options', 8, 0);
    expect(h.read(SR)).toBe(WRPERR);
    expect(h.optionBytes).toEqual(FACTORY_OPTION_BYTES);
  });
});

describe('erasing (RM0090 3.6.3)', () => {
  // RM0090 table 5.
  const BOUNDS = [0, 16, 32, 48, 64, 128, 256, 384, 512, 640, 768, 896, 1024];

  it.each(BOUNDS.slice(0, -1).map((start, number) => [number, start, BOUNDS[number + 1]!] as const))(
    'sector %d is %d to %d KiB',
    (number, start, end) => {
      const h = unlocked();
      h.main.fill(0);
      h.write(CR, SER | sector(number) | X32);
      h.write(CR, SER | sector(number) | X32 | STRT);
      expect([h.read(SR), h.read(CR) & STRT]).toEqual([BSY, STRT]);
      busyFor(h, 50 * MS);
      expect([h.read(SR), h.read(CR) & STRT]).toEqual([0, 0]);
      expect(h.main.indexOf(0xff)).toBe(start * KIB);
      expect(h.main.lastIndexOf(0xff)).toBe(end * KIB - 1);
      expect(h.main.subarray(start * KIB, end * KIB).every((byte) => byte === 0xff)).toBe(true);
    },
  );

  // DS8626 tables 40 and 41, typical, in ms.
  it.each([
    [X8, [400, 1200, 2000], 16_000],
    [X16, [300, 700, 1300], 11_000],
    [X32, [250, 550, 1000], 8_000],
    [X64, [230, 490, 875], 6_900],
  ] as const)('takes as long as the data sheet says for PSIZE %#x', (psize, [small, middle, large], mass) => {
    const h = unlocked();
    const erase = (how: number) => {
      h.write(CR, how | psize | STRT);
      return busyFor(h, 5 * MS) / MS;
    };
    expect([0, 3, 4, 5, 11].map((number) => erase(SER | sector(number)))).toEqual([small, small, middle, large, large]);
    expect(erase(MER)).toBe(mass);
  });

  it('erases everything with MER, but neither OTP nor option bytes', () => {
    const h = unlocked();
    for (const bytes of [h.main, h.otp]) bytes.fill(0);
    h.write(CR, MER | X32 | STRT);
    busyFor(h, 1000 * MS);
    expect(h.main.every((byte) => byte === 0xff)).toBe(true);
    expect(h.otp.every((byte) => byte === 0)).toBe(true);
    expect(h.optionBytes).toEqual(FACTORY_OPTION_BYTES);
  });

  it('does nothing with MER and SER both set, with neither, or for a sector that is not there', () => {
    const h = unlocked({ flashKiB: 512 });
    h.main.fill(0);
    for (const how of [MER | SER, 0, SER | sector(8)]) {
      h.write(CR, how | STRT);
      expect([h.read(SR), h.read(CR) & STRT]).toEqual([0, 0]);
    }
    expect(h.problems.map(({ what }) => what)).toEqual([
      'FLASH.CR.STRT was set with both SER and MER set: nothing is erased',
      'FLASH.CR.STRT was set with neither SER nor MER set: nothing is erased',
      'FLASH.CR.STRT was set for sector 8, and there are 8: nothing is erased',
    ]);
  });

  it('leaves memory as it was, and is ready, when a reset comes before the end', () => {
    const h = unlocked();
    h.main.fill(0);
    h.write(CR, MER | X32 | STRT);
    h.runNanoseconds(MS);
    h.instance.reset('system');
    expect([h.read(SR), h.read(CR), h.signal('access').level]).toEqual([0, LOCK, 0]);
    h.runNanoseconds(10_000 * MS);
    expect(h.main.every((byte) => byte === 0)).toBe(true);
  });
});

describe('busy (RM0090 3.6, 3.9.5)', () => {
  it('says so on its wire for as long as the operation takes', () => {
    const h = unlocked();
    h.write(CR, PG | X32);
    expect(h.signal('access').level).toBe(0);
    h.store('main', 0, 0);
    expect(h.signal('access').level).toBe(1);
    h.runNanoseconds(16 * US);
    expect(h.signal('access').level).toBe(0);
  });

  it('lets a write to CR wait until the end', () => {
    const h = unlocked();
    h.write(CR, PG | X32);
    h.store('main', 0, 0x1234_5678);
    const before = h.timebase.nanoseconds();
    h.write(CR, EOPIE);
    expect(h.timebase.nanoseconds() - before).toBe(16 * US);
    // The interrupt was not enabled when the operation ended.
    expect([h.read(CR), h.read(SR)]).toEqual([EOPIE, 0]);
    expect(word(h.main, 0)).toBe(0x1234_5678);
  });

  it('is loud about an operation with HCLK below 1 MHz', () => {
    const h = unlocked();
    h.timebase.cpuClock.set(999_999);
    h.write(CR, SER | STRT);
    expect(h.problems.map(({ what }) => what)).toEqual(['flash is erased or programmed with HCLK at 999999 Hz']);
  });
});

describe('interrupt (RM0090 3.6.5)', () => {
  it('comes at the end of an operation with EOPIE, and goes with EOP', () => {
    const h = unlocked();
    h.write(CR, PG | X32 | EOPIE);
    h.store('main', 0, 0);
    expect(h.signal('irq').level).toBe(0);
    h.runNanoseconds(16 * US);
    expect([h.read(SR), h.signal('irq').level]).toEqual([EOP, 1]);
    h.write(SR, EOP);
    expect([h.read(SR), h.signal('irq').level]).toEqual([0, 0]);
  });

  it('comes with an error and ERRIE, which sets OPERR', () => {
    const h = unlocked();
    h.write(CR, PG | X32 | ERRIE);
    h.store('main', 0, 0, 2);
    expect([h.read(SR), h.signal('irq').level]).toEqual([OPERR | PGPERR, 1]);
    h.write(SR, OPERR | PGPERR);
    expect([h.read(SR), h.signal('irq').level]).toEqual([0, 0]);
  });

  it('sets neither EOP nor OPERR while they are not enabled', () => {
    const h = unlocked();
    h.write(CR, PG | X32);
    h.store('main', 0, 0);
    h.runNanoseconds(16 * US);
    h.store('main', 0, 0, 1);
    expect([h.read(SR), h.signal('irq').level]).toEqual([PGPERR, 0]);
  });
});

describe('option bytes (RM0090 3.7)', () => {
  /** OPTCR with OPTSTRT set and OPTLOCK clear. */
  const start = (value: number) => ((value & ~1) | 2) >>> 0;

  it('shows the factory values, locked', () => {
    const h = make();
    expect(h.read(OPTCR)).toBe(0x0fff_aaed);
    h.write(OPTCR, 0);
    expect(h.read(OPTCR)).toBe(0x0fff_aaed);
    unlockOptions(h);
    expect(h.read(OPTCR)).toBe(0x0fff_aaec);
    h.write(OPTCR, 0x0fff_aaed);
    expect(h.read(OPTCR)).toBe(0x0fff_aaed);
  });

  it('programs them with their complements, and loads them at reset', () => {
    const h = make();
    unlockOptions(h);
    h.write(OPTCR, 0x0ffd_aaec);
    expect(h.optionBytes).toEqual(FACTORY_OPTION_BYTES);
    h.write(OPTCR, start(0x0ffd_aaec));
    expect([h.read(SR), h.read(OPTCR)]).toEqual([BSY, 0x0ffd_aaee]);
    busyFor(h, 50 * MS);
    expect(h.read(OPTCR)).toBe(0x0ffd_aaec);
    expect([word(h.optionBytes, 0), word(h.optionBytes, 8)]).toEqual([0x5510_aaef, 0xf002_0ffd]);
    h.instance.reset('power-on');
    expect(h.read(OPTCR)).toBe(0x0ffd_aaed);
    expect(h.problems).toEqual([]);
  });

  it('forgets at reset what was not programmed', () => {
    const h = make();
    unlockOptions(h);
    h.write(OPTCR, 0x0000_aaec);
    h.instance.reset('system');
    expect(h.read(OPTCR)).toBe(0x0fff_aaed);
  });

  it('write-protects sectors: no program, no erase, no mass erase', () => {
    const optionBytes = FACTORY_OPTION_BYTES.slice();
    optionBytes.set([0xfd, 0x0f, 0x02, 0xf0], 8);
    const h = unlocked({ optionBytes });
    h.main.fill(0xf0);
    h.write(CR, PG | X32 | ERRIE);
    h.store('main', 16 * KIB, 0);
    expect(h.read(SR)).toBe(WRPERR | OPERR);
    h.write(SR, WRPERR | OPERR);
    h.store('main', 16 * KIB - 4, 0);
    expect(h.read(SR)).toBe(BSY);
    busyFor(h, US);
    for (const how of [SER | sector(1), MER]) {
      h.write(CR, how | X32 | STRT);
      expect([h.read(SR), h.read(CR) & STRT]).toEqual([WRPERR, 0]);
      h.write(SR, WRPERR);
    }
    expect(h.main.subarray(16 * KIB).every((byte) => byte === 0xf0)).toBe(true);
  });

  it('erases all code on the way from read protection level 1 to level 0, and nothing on the way up', () => {
    const h = make();
    h.main.fill(0x12);
    unlockOptions(h);
    h.write(OPTCR, start(0x0fff_55ec));
    busyFor(h, 50 * MS);
    expect(h.optionBytes[1]).toBe(0x55);
    expect(h.main.every((byte) => byte === 0x12)).toBe(true);
    h.write(OPTCR, start(0x0fff_aaec));
    // x8: 16 s for the mass erase, 0.4 s for the option bytes.
    expect(busyFor(h, 100 * MS)).toBe(16_400 * MS);
    expect(h.optionBytes[1]).toBe(0xaa);
    expect(h.main.every((byte) => byte === 0xff)).toBe(true);
  });

  it('never changes again at read protection level 2', () => {
    const optionBytes = FACTORY_OPTION_BYTES.slice();
    optionBytes.set([0xef, 0xcc, 0x10, 0x33]);
    const h = make({ optionBytes });
    unlockOptions(h);
    h.write(OPTCR, start(0x0fff_aaec));
    expect([h.read(SR), h.read(OPTCR)]).toEqual([0, 0x0fff_ccec]);
    expect(h.problems.map(({ kind }) => kind)).toContain('misuse');
  });

  it('refuses every access at level 1 when something else than flash was booted', () => {
    const optionBytes = FACTORY_OPTION_BYTES.slice();
    optionBytes.set([0xef, 0x00, 0x10, 0xff]);
    const h = unlocked({ optionBytes, bootsFromFlash: false });
    expect(h.signal('access').level).toBe(2);
    h.write(CR, PG | X32);
    h.store('main', 0, 0);
    expect(h.read(SR)).toBe(WRPERR);
    expect(unlocked({ optionBytes }).signal('access').level).toBe(0);
  });

  it('tells other blocks what the option bytes say when a reset has loaded them', () => {
    const wires = ['borLevel', 'hardwareWatchdog', 'resetOnStop', 'resetOnStandby', 'levelTwo'];
    const levels = (h: ReturnType<typeof make>) => wires.map((name) => h.signal(name).level);
    expect(levels(make())).toEqual([0, 0, 0, 0, 0]);
    // USER: nRST_STDBY 0, nRST_STOP 0, WDG_SW 0, BOR_LEV 01 (level 2); RDP level 2
    const optionBytes = FACTORY_OPTION_BYTES.slice();
    optionBytes.set([0x07, 0xcc, 0xf8, 0x33]);
    expect(levels(make({ optionBytes }))).toEqual([2, 1, 1, 1, 1]);
  });

  it('tells of bytes that are not erased (3.6), and of parallelism beyond the supply (table 7)', () => {
    const h = unlocked();
    h.signal('millivolts').set(2_300);
    h.write(CR, PG | X32);
    h.store('main', 0, 0x0f);
    h.runNanoseconds(20_000);
    h.write(CR, PG);
    h.store('main', 0, 0x01, 1);
    h.runNanoseconds(20_000);
    h.store('main', 0, 0x10, 1);
    expect(h.problems.map(({ rule, what }) => `${rule}: ${what}`)).toEqual([
      'configuration: flash is erased or programmed with x32 parallelism at 2.3 V: it needs 2.7 V',
      'flash-programming: flash at 0x00000000 is programmed, but is not erased: bits that are 0 stay 0',
    ]);
  });
});

describe('one-time programmable bytes (RM0090 3.8)', () => {
  it('are programmed like flash, and not any more once their block is locked', () => {
    const h = unlocked();
    h.write(CR, PG | X8);
    h.store('otp', 33, 0x0f, 1);
    busyFor(h, US);
    h.store('otp', 512 + 1, 0, 1);
    busyFor(h, US);
    expect([h.otp[33], h.otp[513], h.read(SR)]).toEqual([0x0f, 0, 0]);
    h.store('otp', 63, 0, 1);
    expect([h.otp[63], h.read(SR)]).toEqual([0xff, WRPERR]);
    h.write(SR, WRPERR);
    h.store('otp', 64, 0, 1);
    busyFor(h, US);
    expect([h.otp[64], h.read(SR)]).toEqual([0, 0]);
  });
});

it('keeps all its state where a snapshot finds it', () => {
  const memories = {
    main: new Uint8Array(1024 * KIB).fill(0xff),
    otp: new Uint8Array(528).fill(0xff),
    options: FACTORY_OPTION_BYTES.slice(),
    system: new Uint8Array(16),
  };
  const scenario = (h: DeviceHarness<object>) => {
    h.write(KEYR, 0x4567_0123);
    h.write(KEYR, 0xcdef_89ab);
    h.write(CR, PG | X64 | EOPIE);
    h.store('main', 0, 1);
    h.store('main', 4, 2);
    h.runNanoseconds(20 * US);
    h.store('main', 8, 3);
    h.write(CR, SER | sector(2) | X8 | STRT);
    h.runNanoseconds(MS);
    return memories.main.slice(0, 16).join();
  };
  expect(checkDeviceState(flashInterface({ flashKiB: 1024 }), scenario, { memories })).toBeUndefined();
});
