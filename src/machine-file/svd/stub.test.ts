import { describe, expect, test } from 'vitest';
import { DeviceHarness } from '../../emu/device-harness.js';
import { checkDeviceState } from '../../emu/device-state-check.js';
import type { RegisterCell } from '../../emu/register-file.js';
import { readSvd } from './read-svd.js';
import { svdStub } from './stub.js';
import { fieldsText, StubLayout } from './stub-layout.js';
import { TEST_CHIP } from './test-chip.js';

const { peripherals } = readSvd(new TextEncoder().encode(TEST_CHIP), 'chip.svd');
const peripheral = (name: string) => peripherals.find((one) => one.name === name)!;
const harness = (name: string) => new DeviceHarness(svdStub(peripheral(name)));

describe('accesses', () => {
  test('give reset values, and keep what is written where it can be', () => {
    const pwm = harness('PWM');
    expect(pwm.read(0)).toBe(0x10);
    pwm.write(0, 0xffff_ffff);
    expect(pwm.read(0)).toBe(0xffff_feff);
    expect(pwm.read(0x20)).toBe(0);
    pwm.write(0x21, 0xab, 1);
    expect([pwm.read(0x20), pwm.read(0x20, 2), pwm.read(0x21, 1)]).toEqual([0xab00, 0xab00, 0xab]);
  });

  test('have the effects that the file gives them', () => {
    const pwm = harness('PWM');
    pwm.write(4, 0x0f);
    expect(pwm.read(4)).toBe(0xf0);
    expect([pwm.read(8, 2), pwm.read(8, 2)]).toEqual([0xffff, 0]);
    expect(pwm.read(10, 1)).toBe(0xff);
    const port = harness('PORT1');
    for (const value of [1, 4]) {
      port.write(0, value);
      port.write(4, value + 2);
    }
    port.write(8, 0xfffff_f3f);
    expect([port.read(0), port.read(4), port.read(8)]).toEqual([5, 5, 0x30]);
  });

  test('of registers at one place do not disturb each other', () => {
    const pwm = harness('PWM');
    pwm.write(12, 0x1234);
    expect(pwm.read(12)).toBe(5);
    const { KEY, STATUS } = pwm.handle as unknown as Record<string, RegisterCell>;
    expect([KEY!.value, STATUS!.value]).toEqual([0x1234, 5]);
  });

  test('of 64 bits are two words', () => {
    const pwm = harness('PWM');
    expect([pwm.read(0x10), pwm.read(0x14)]).toEqual([2, 1]);
  });

  test('are told by name, and the first is reported', () => {
    const pwm = harness('PWM');
    pwm.write(0x120, 7);
    pwm.read(0x124);
    expect(pwm.events).toEqual([
      { event: 'access', detail: { access: 'write', register: 'CH1_CR', offset: 0x120, size: 4, value: 7 } },
      { event: 'access', detail: { access: 'read', register: '+0x124', offset: 0x124, size: 4, value: 0 } },
    ]);
    expect(pwm.problems.map(({ what }) => what)).toEqual(['PWM is used (PWM.CH1_CR), but it is not modelled']);
  });
});

test('registers can be looked at', () => {
  const pwm = harness('PWM');
  const { CTRL } = pwm.handle as unknown as Record<string, RegisterCell & { MODE: number }>;
  pwm.write(0, 0x20);
  expect([CTRL!.value, CTRL!.MODE]).toEqual([0x20, 2]);
  expect(pwm.instance.registers.map(({ name }) => name)).toContain('CH1_DMA_ADDR');
});

test('values are shown by the names of their fields', () => {
  const layout = new StubLayout(peripheral('PWM'));
  const shown = (offset: number, value: number) => fieldsText(layout.registerAt(offset, 4)!, value);
  expect(shown(0, 0x1_0021)).toBe(' {EN MODE=down IRQ0}');
  expect(shown(0, 0x30)).toBe(' {MODE=3}');
  expect(shown(4, 0xff)).toBe('');
});

test('a reset sets everything back', () => {
  const pwm = harness('PWM');
  pwm.write(0x100, 9);
  pwm.instance.reset('system');
  expect(pwm.read(0x100)).toBe(3);
});

test('all of its state is saved', () => {
  const use = (pwm: DeviceHarness<object>) => {
    pwm.write(0, 0x31);
    pwm.write(4, 0xf0);
    return [pwm.read(0), pwm.read(4), pwm.read(8, 2), pwm.read(8, 2)];
  };
  expect(checkDeviceState(svdStub(peripheral('PWM')), use)).toBeUndefined();
});
