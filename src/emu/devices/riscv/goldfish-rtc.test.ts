import { expect, test } from 'vitest';
import { DeviceHarness } from '../../device-harness.js';
import { checkDeviceState } from '../../device-state-check.js';
import { goldfishRtc } from './goldfish-rtc.js';

const [TIME_LOW, TIME_HIGH, ALARM_LOW, ALARM_HIGH, IRQ_ENABLED, CLEAR_ALARM, ALARM_STATUS, CLEAR_INTERRUPT] = [
  0, 4, 8, 12, 16, 20, 24, 28,
] as const;
const EPOCH = 1_704_067_200n * 1_000_000_000n;

function harness() {
  const h = new DeviceHarness(goldfishRtc());
  const time = () => {
    const low = BigInt(h.read(TIME_LOW));
    return (BigInt(h.read(TIME_HIGH)) << 32n) | low;
  };
  const setAlarm = (at: bigint) => {
    h.write(ALARM_HIGH, Number(at >> 32n));
    h.write(ALARM_LOW, Number(at & 0xffff_ffffn));
  };
  return { h, time, setAlarm, irq: () => h.signal('irq').level };
}

test('counts nanoseconds of machine time from 2024 on', () => {
  const { h, time } = harness();
  expect(time()).toBe(EPOCH);
  h.runNanoseconds(5_000_000_000);
  expect(time()).toBe(EPOCH + 5_000_000_000n);
});

test('TIME_HIGH is the upper word as of the last read of TIME_LOW', () => {
  const { h } = harness();
  h.read(TIME_LOW);
  const before = h.read(TIME_HIGH);
  h.runNanoseconds(2 ** 32);
  expect(h.read(TIME_HIGH)).toBe(before);
  h.read(TIME_LOW);
  expect(h.read(TIME_HIGH)).toBe(before + 1);
});

test('can be set, word by word', () => {
  const { h, time } = harness();
  h.write(TIME_HIGH, 0x1234);
  h.write(TIME_LOW, 0xffff_fff0);
  h.runNanoseconds(32_000);
  expect(time() >> 32n).toBe(0x1235n);
  h.instance.reset('system');
  expect(time() / 1_000_000_000n).toBe(EPOCH / 1_000_000_000n);
});

test('an alarm interrupts when its time has come, and may be cleared before', () => {
  const { h, setAlarm, irq } = harness();
  h.write(IRQ_ENABLED, 1);
  setAlarm(EPOCH + 1_000_000n);
  expect([h.read(ALARM_STATUS), irq()]).toEqual([1, 0]);
  h.runNanoseconds(999_000);
  expect(irq()).toBe(0);
  h.runNanoseconds(1_100);
  expect([h.read(ALARM_STATUS), irq()]).toEqual([0, 1]);
  h.write(CLEAR_INTERRUPT, 1);
  expect(irq()).toBe(0);
  setAlarm(EPOCH + 2_000_000n);
  h.write(CLEAR_ALARM, 1);
  h.runNanoseconds(3_000_000);
  expect([h.read(ALARM_STATUS), irq()]).toEqual([0, 0]);
});

test('an alarm of the past rings at once; without IRQ_ENABLED it waits', () => {
  const { h, setAlarm, irq } = harness();
  setAlarm(EPOCH - 1n);
  expect(irq()).toBe(0);
  h.write(IRQ_ENABLED, 1);
  expect(irq()).toBe(1);
});

test('keeps nothing outside its state', () => {
  const scenario = (h: DeviceHarness<object>) => {
    h.write(ALARM_HIGH, 0xffff_ffff);
    h.write(ALARM_LOW, 5);
    h.runNanoseconds(100);
    return [h.read(TIME_LOW), h.read(TIME_HIGH)];
  };
  expect(checkDeviceState(goldfishRtc(), scenario)).toBeUndefined();
});
