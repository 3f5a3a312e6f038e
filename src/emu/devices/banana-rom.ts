import { type DeviceType, defineDevice } from '../device.js';

/** 0x100 bytes: offset 0 reads 0xba000001, everything else 0xdeadbeef; narrower reads give the low bytes; a write is a guest error. */
export const bananaRom: DeviceType<{ readonly name: string }> = defineDevice({
  name: 'banana-rom',
  size: 0x100,
  read: (offset) => (offset === 0 ? 0xba00_0001 : 0xdead_beef),
});
