import { defineDevice } from '../../device.js';
import { r, reg, registers } from '../../registers.js';
import { sensorVolts, VREFINT_VOLTS } from './adc/adc-channels.js';
import { codeOf } from './adc/adc-data.js';

/** Electronic signature, from 0x1FFF7A10 in the system memory's last page: RM0090 39.1 and 39.2. */
const SIGNATURE = registers({
  UID0: reg(0x00, { UID: r(0, 32) }, 0, 'RM0090 39.1'),
  UID1: reg(0x04, { UID: r(0, 32) }, 0, 'RM0090 39.1'),
  UID2: reg(0x08, { UID: r(0, 32) }, 0, 'RM0090 39.1'),
  RESERVED: reg(0x0c, { ERASED: r(0, 32) }, 0xffff_ffff, 'RM0090 table 5'),
  /** The size itself is the half-word at 0x1FFF7A22. */
  F_SIZE: reg(0x10, { ERASED: r(0, 16), F_SIZE: r(16, 16) }, 0, 'RM0090 39.2'),
  RESERVED2: reg(0x14, { ERASED: r(0, 32) }, 0xffff_ffff, 'RM0090 table 5'),
  /** The calibration value is the half-word at 0x1FFF7A2A. */
  VREFINT: reg(0x18, { ERASED: r(0, 16), VREFINT_CAL: r(16, 16) }, 0, 'DS8626 table 73'),
  TS_CAL: reg(0x1c, { TS_CAL1: r(0, 16), TS_CAL2: r(16, 16) }, 0, 'DS8626 table 70'),
});

/** Three words, lowest address first. */
export type UniqueId = readonly [number, number, number];
/** The id of virtual parts, unless they are given one: wafer coordinates, then `FW` and `virtual` in ASCII. */
const UNIQUE_ID: UniqueId = [0x0020_0010, 0x4657_0001, 0x7472_6976];

/** Data sheet, tables 70 and 73: what ADC1 gave at VDDA = 3.3 V for VREFINT, and for the sensor at 30 °C and 110 °C. */
const VREFINT_CAL = codeOf(VREFINT_VOLTS, 3.3);
const [TS_CAL1, TS_CAL2] = [codeOf(sensorVolts(30), 3.3), codeOf(sensorVolts(110), 3.3)];

export function signature(flashKiB: number, uniqueId: UniqueId = UNIQUE_ID) {
  return defineDevice({
    name: 'stm32f4-signature',
    size: 0x20,
    registers: SIGNATURE,
    setup(d) {
      const { UID0, UID1, UID2, F_SIZE, VREFINT, TS_CAL } = d.regs;
      d.onReset(() => {
        for (const [index, register] of [UID0, UID1, UID2].entries()) register.value = uniqueId[index]!;
        F_SIZE.value = ((flashKiB << 16) | 0xffff) >>> 0;
        VREFINT.value = ((VREFINT_CAL << 16) | 0xffff) >>> 0;
        TS_CAL.value = TS_CAL1 | (TS_CAL2 << 16);
      });
    },
  });
}
