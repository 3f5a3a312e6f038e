import type { DeviceRow } from '../../device-row.js';
import type { Member } from './member.js';

/**
 * The devices beside several cores. What is part of a core only it sees; so it is for what two cores have at one address, as
 * interrupt controllers of two clusters. The rest is seen by all.
 */
export function bankDevices(members: readonly Member[]): Readonly<Record<string, DeviceRow>> {
  const all = members.flatMap((member) => member.devices().map(([name, row]) => ({ member, name, row })));
  return Object.fromEntries(
    all.map(({ member, name, row }) => {
      const meets = all.some((other) => other.member !== member && overlap(row, other.row));
      return [name, meets ? { ...row, bank: member.index } : row];
    }),
  );
}

function overlap(a: DeviceRow, b: DeviceRow): boolean {
  return a.address < b.address + b.device.size && b.address < a.address + a.device.size;
}
