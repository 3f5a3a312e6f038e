import { type DeviceType, defineDevice } from '../../device.js';
import { r, reg, registers } from '../../registers.js';
import { type ComponentId, componentIds } from './coresight-ids.js';

const entry = (offset: number, value: number) => reg(offset, { ENTRY: r(0, 32) }, value, 'ARMv7-M C1.2.2');

function tableOf(id: ComponentId) {
  return registers({
    SCS: entry(0x000, 0xfff0_f003),
    DWT: entry(0x004, 0xfff0_2003),
    FPB: entry(0x008, 0xfff0_3003),
    ITM: entry(0x00c, 0xfff0_1003),
    TPIU: entry(0x010, 0xfff4_1003),
    ETM: entry(0x014, 0xfff4_2003),
    END: entry(0x018, 0),
    MEMTYPE: reg(0xfcc, { SYSMEM: r(0) }, 1, 'ARMv7-M C1.2.2'),
    ...componentIds({ ...id, class: 1 }, 'ARMv7-M C1.2.2'),
  });
}
const types = new Map<string, DeviceType>();

/** Where debuggers find the units: offsets from here, bit 0 present, bit 1 32-bit (C1.2.2); identified as the chip's maker wants. */
export function romTable(id: ComponentId): DeviceType {
  const key = `${id.designer} ${id.part} ${id.revision}`;
  const type =
    types.get(key) ?? (defineDevice({ name: 'romtable', size: 0x1000, registers: tableOf(id) }) as DeviceType);
  types.set(key, type);
  return type;
}

/** The last registers of the System Control Space, 0xE000EFD0–0xE000EFFF (DDI 0439D table 4-1). */
export const controlSpaceIds = defineDevice({
  name: 'scsid',
  size: 0x30,
  registers: registers(componentIds({ part: 0x00c }, 'DDI 0439D table 4-1', -0xfd0)),
}) as DeviceType;
