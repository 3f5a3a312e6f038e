import type { Fields, Isa, Row } from './instruction.js';
import type { Program } from './ir.js';
import { layoutState, type StateLayout } from './layout.js';
import { layoutRecord, type RecordLayout } from './record.js';
import { emit, staticCombinations, type Variant } from './variant.js';

/** Handler numbers below 3 stand in a record for these; `REGION`: a compiled region begins here. */
export const UNDECODED = 0;
export const BREAKPOINT = 1;
export const REGION = 2;
export const FIRST = 3;

/** In the second halfword of a record, beside the handler for use inside IT blocks. */
export const LONG = 0x8000;
export const UNCONDITIONAL = 0x4000;
export const HANDLER_MASK = 0x3fff;

/** One way of executing one row in the cold engine. */
export interface Handler {
  readonly variant: Variant;
  readonly number: number;
  readonly inlined: boolean;
}

/** The operations of an instruction outside and inside IT blocks (one program where that is the same), and its record. */
export interface InstructionCode {
  readonly programs: readonly Program[];
  readonly record: RecordLayout;
}

/** All handlers of an ISA in a fixed order: the inlined ones first, then the others. */
export class Handlers {
  readonly isa: Isa;
  readonly state: StateLayout;
  readonly all: readonly Handler[];
  readonly #numbers = new Map<string, number>();
  readonly #code = new Map<string, InstructionCode>();
  readonly #rows: ReadonlyMap<Row, number>;

  constructor(isa: Isa) {
    this.isa = isa;
    this.state = layoutState(isa);
    this.#rows = new Map(isa.rows.map((row, index) => [row, index]));
    const variants = isa.rows.flatMap((row) => variantsOf(isa, row));
    const inlined = (variant: Variant) => variant.row.common && !variant.inItBlock;
    const ordered = [...variants.filter(inlined), ...variants.filter((variant) => !inlined(variant))];
    this.all = ordered.map((variant, index) => ({ variant, number: index + FIRST, inlined: inlined(variant) }));
    for (const { variant, number } of this.all) this.#numbers.set(this.#key(variant, variant.inItBlock), number);
  }

  /** The handler numbers of an instruction outside and inside IT blocks; they index `all` from `FIRST` on. */
  numbers(row: Row, statics: Fields): { outside: number; inside: number } {
    const variant = { row, statics };
    return {
      outside: this.#numbers.get(this.#key(variant, false))!,
      inside: this.#numbers.get(this.#key(variant, differsInItBlock(this.isa, row)))!,
    };
  }

  /** An instruction's operations and record, made when first asked for. */
  code(row: Row, statics: Fields): InstructionCode {
    const key = this.#key({ row, statics }, false);
    let code = this.#code.get(key);
    if (!code) {
      const programs = (differsInItBlock(this.isa, row) ? [false, true] : [false]).map((inItBlock) =>
        emit(this.isa, { row, statics, inItBlock }),
      );
      code = { programs, record: layoutRecord(programs, this.state.registerSize, row.text) };
      this.#code.set(key, code);
    }
    return code;
  }

  #key({ row, statics }: Omit<Variant, 'inItBlock'>, inItBlock: boolean): string {
    return `${this.#rows.get(row)} ${inItBlock ? 'it' : ''} ${Object.values(statics)}`;
  }
}

/** A row has a handler of its own inside IT blocks where its text says that it behaves differently there. */
const differsInItBlock = (isa: Isa, row: Row) => isa.predication !== undefined && row.text.includes('{s}');

function variantsOf(isa: Isa, row: Row): Variant[] {
  const inside = differsInItBlock(isa, row) ? [false, true] : [false];
  return staticCombinations(row).flatMap((statics) => inside.map((inItBlock) => ({ row, statics, inItBlock })));
}
