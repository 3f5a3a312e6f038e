import type { Row } from '../../isa/instruction.js';
import { zba } from './rv-zba.js';
import { zbb } from './rv-zbb.js';
import { ZBC } from './rv-zbc.js';
import { zbs } from './rv-zbs.js';
import type { Xlen } from './x-registers.js';

/** The bit-manipulation extensions 1.0 that application profiles ask for: Zba, Zbb, Zbc and Zbs. */
export function rvB(xlen: Xlen): readonly Row[] {
  return [...zba(xlen), ...zbb(xlen), ...ZBC, ...zbs(xlen)];
}
