import { RESERVED_HANDLES } from '../boards/define.js';

/** What cores bring along: their registers are devices of a board as well (`board.scb`). */
const CORE_DEVICES = [
  'itm',
  'dwt',
  'fpb',
  'scnscb',
  'systick',
  'nvic',
  'scb',
  'mpu',
  'coredebug',
  'stir',
  'fpu',
  'scsid',
  'tpiu',
  'etm',
  'romtable',
  'clint',
  'plic',
];

/** Names that no device of a file that was made for other purposes can keep. */
export const TAKEN_NAMES: readonly string[] = [...RESERVED_HANDLES, ...CORE_DEVICES];
