import { defineDevice } from '../../device.js';
import { sensorVolts, VREFINT_VOLTS } from './adc/adc-channels.js';
import { codeOf } from './adc/adc-data.js';

/**
 * Electronic signature: RM0090 39.1 (unique id), 39.2 (flash size).
 */

/** The 96-bit unique id every virtual part has: wafer coordinates, then `FW` and `virtual` in ASCII. */
const UNIQUE_ID = [0x0020_0010, 0x4657_0001, 0x7472_6976] as const;

/** Data sheet, tables 70 and 73: what ADC1 gave at VDDA = 3.3 V for VREFINT, and for the sensor at 30 °C and 110 °C. */
const VREFINT_CAL = codeOf(VREFINT_VOLTS, 3.3);
const [TS_CAL1, TS_CAL2] = [codeOf(sensorVolts(30), 3.3), codeOf(sensorVolts(110), 3.3)];

/** What lies between the option bytes and OTP in the system memory's last page, from 0x1FFF7A10. */
export function signature(flashKiB: number) {
  return defineDevice({
    name: 'stm32f4-signature',
    size: 0x20,
    read(offset, size) {
      const words = [
        ...UNIQUE_ID,
        0xffff_ffff,
        ((flashKiB << 16) | 0xffff) >>> 0,
        0xffff_ffff,
        ((VREFINT_CAL << 16) | 0xffff) >>> 0,
        TS_CAL1 | (TS_CAL2 << 16),
      ];
      const word = words[offset >> 2] ?? 0xffff_ffff;
      return size === 4 ? word : word >>> ((offset & 3) * 8);
    },
  });
}
