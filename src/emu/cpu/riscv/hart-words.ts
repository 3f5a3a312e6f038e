import { PRIVILEGE, type Privilege } from './privilege.js';

/** The CSRs that are words of state, two words each: the low one, and on RV64 the high one. */
const NAMES = [
  ...[
    'mstatus',
    'medeleg',
    'mideleg',
    'mie',
    'mip',
    'mtvec',
    'mcounteren',
    'menvcfg',
    'mscratch',
    'mepc',
    'mcause',
    'mtval',
  ],
  ...['stvec', 'scounteren', 'senvcfg', 'sscratch', 'sepc', 'scause', 'stval', 'stimecmp', 'satp'],
] as const;

export type WordName = (typeof NAMES)[number];

/** Where the low word of a CSR lies. */
export const WORD = Object.fromEntries(NAMES.map((name, i) => [name, 2 * i])) as Readonly<Record<WordName, number>>;
const PRIVILEGE_WORD = 2 * NAMES.length;
/** pmpcfg, four entries a word; then pmpaddr, two words each. */
export const PMP_CFG = PRIVILEGE_WORD + 2;
export const PMP_ADDR = PMP_CFG + 4;
export const HART_WORDS = PMP_ADDR + 2 * 16;

/** Names of the words, for differences between snapshots. */
export function wordLabel(hart: number): (index: number) => string {
  return (index) => `hart${hart}.${labelOf(index)}`;
}
function labelOf(index: number): string {
  const half = (index & 1) === 0 ? '' : ' (high word)';
  if (index < PRIVILEGE_WORD) return `${NAMES[index >> 1]}${half}`;
  if (index < PMP_CFG) return 'privilege';
  return index < PMP_ADDR ? `pmpcfg word ${index - PMP_CFG}` : `pmpaddr${(index - PMP_ADDR) >> 1}${half}`;
}

/** What a hart's CSRs hold. */
export class HartWords {
  readonly words: Int32Array;

  /** `words`: HART_WORDS of state. */
  constructor(words: Int32Array) {
    this.words = words;
  }

  get privilege(): Privilege {
    return this.words[PRIVILEGE_WORD] as Privilege;
  }
  set privilege(privilege: Privilege) {
    this.words[PRIVILEGE_WORD] = privilege;
  }
  low(name: WordName): number {
    return this.words[WORD[name]]!;
  }

  /** Priv 3.4: machine mode; what the manual leaves open is zero. */
  reset(): void {
    this.words.fill(0);
    this.privilege = PRIVILEGE.machine;
  }
}
