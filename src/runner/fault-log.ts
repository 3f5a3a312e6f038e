/** The faults a CPU took, as a value that snapshots can share. */

import { BFSR, MMFSR, UFSR } from '../emu/cpu/armv7m/fault-status.js';
import type { FaultRecord } from '../matchers/subject.js';

export interface FaultLog {
  /** The first ones, and the first of each kind. */
  readonly kept: readonly FaultRecord[];
  /** All that there were. */
  readonly count: number;
}

export const NO_FAULTS: FaultLog = { kept: [], count: 0 };

/** A firmware without handler can fault a million times a second; the first faults are the telling ones. */
const MOST = 64;

export type FaultDetail = Readonly<Record<string, number | string>>;

/** What is known of a fault besides what the core says: where an address is, and what may have led to it. */
export interface FaultWords {
  place(pc: number): string;
  note(detail: FaultDetail): string | undefined;
}

/** The log with one more fault, as a core reports it. */
export function withFault({ kept, count }: FaultLog, detail: FaultDetail, words: FaultWords): FaultLog {
  const name = String(detail['kind'] ?? 'fault');
  const telling = kept.length < MOST || !kept.some((one) => one.name === name);
  return { kept: telling ? [...kept, faultRecord(name, detail, words)] : kept, count: count + 1 };
}

function hex(value: string | number): string {
  return `0x${(Number(value) >>> 0).toString(16).padStart(8, '0')}`;
}

/** ` (PRECISERR, BFARVALID)`: the names of CFSR's bits, ARMv7-M B3.2.15. */
function causesText(cfsr: number): string {
  const names = Object.entries({ ...MMFSR, ...BFSR, ...UFSR }).filter(([, bit]) => (cfsr & bit) !== 0);
  return names.length === 0 ? '' : ` (${names.map(([name]) => name).join(', ')})`;
}

export function faultRecord(name: string, detail: FaultDetail, { place, note }: FaultWords): FaultRecord {
  const { kind, cause, pc, address, word, cfsr, source = 'cpu' } = detail;
  const from = cause !== undefined && cause !== kind ? `${name} (from ${cause})` : name;
  const where = pc === undefined ? '' : ` at ${hex(pc)} ${place(Number(pc) >>> 0)}`.trimEnd();
  const parts = [
    `${source === 'cpu' ? '' : `${source}: `}${from}${where}`,
    cfsr === undefined ? '' : `CFSR ${hex(cfsr)}${causesText(Number(cfsr))}`,
    address === undefined ? '' : `address ${hex(address)}`,
    word === undefined ? '' : `word ${hex(word)}`,
    note(detail) ?? '',
  ];
  return { name, text: parts.filter((part) => part !== '').join(', ') };
}
