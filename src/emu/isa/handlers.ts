import type { Fields, Isa, Row } from './instruction.js';
import type { Program } from './ir.js';
import { layoutState, type StateLayout } from './layout.js';
import { layoutRecord, type RecordLayout } from './record.js';
import { combinationCount, combinationIndex, emit, staticCombinations, staticsOf, type Variant } from './variant.js';

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

/** Where a row's handlers stand among all: those for use outside IT blocks, one for each value of its static letters, and inside. */
interface Place {
  readonly outside: number;
  readonly inside: number;
  /** From the handler of one value to that of the next. */
  readonly step: number;
}

/** All handlers of an ISA in a fixed order: the inlined ones first, then the others. */
export class Handlers {
  readonly isa: Isa;
  readonly state: StateLayout;
  readonly #places = new Map<Row, Place>();
  #all: readonly Handler[] | undefined;
  readonly #code = new Map<Row, Map<number, InstructionCode>>();

  constructor(isa: Isa) {
    this.isa = isa;
    this.state = layoutState(isa);
    this.#placeRows();
  }

  #placeRows(): void {
    const { isa } = this;
    let inlined = FIRST;
    let other = FIRST;
    for (const row of isa.rows) if (row.common) other += combinationCount(row);
    for (const row of isa.rows) {
      const count = combinationCount(row);
      const differs = differsInItBlock(isa, row);
      const step = differs && !row.common ? 2 : 1;
      const outside = row.common ? inlined : other;
      const inside = differs ? other + (row.common ? 0 : 1) : outside;
      this.#places.set(row, { outside, inside, step });
      if (row.common) inlined += count;
      if (differs || !row.common) other += count * step;
    }
  }

  /** In order: what the engine is generated from, and only then made. */
  get all(): readonly Handler[] {
    this.#all ??= this.#listed();
    return this.#all;
  }
  #listed(): readonly Handler[] {
    const variants = this.isa.rows.flatMap((row) => variantsOf(this.isa, row));
    const inlined = (variant: Variant) => variant.row.common && !variant.inItBlock;
    const ordered = [...variants.filter(inlined), ...variants.filter((variant) => !inlined(variant))];
    return ordered.map((variant, index) => ({ variant, number: index + FIRST, inlined: inlined(variant) }));
  }

  /** The handler numbers of an instruction outside and inside IT blocks; they index `all` from `FIRST` on. Other fields do not matter. */
  numbers(row: Row, statics: Fields): { outside: number; inside: number } {
    const place = this.#places.get(row)!;
    const index = combinationIndex(row, statics);
    return { outside: place.outside + index * place.step, inside: place.inside + index * place.step };
  }

  /** An instruction's operations and record, made when first asked for. Other fields than static ones do not matter. */
  code(row: Row, fields: Fields): InstructionCode {
    let known = this.#code.get(row);
    if (known === undefined) {
      known = new Map<number, InstructionCode>();
      this.#code.set(row, known);
    }
    const index = combinationIndex(row, fields);
    let code = known.get(index);
    if (!code) {
      const statics = staticsOf(row, fields);
      const programs = (differsInItBlock(this.isa, row) ? [false, true] : [false]).map((inItBlock) =>
        emit(this.isa, { row, statics, inItBlock }),
      );
      code = { programs, record: layoutRecord(programs, this.state.registerSize, row.text) };
      known.set(index, code);
    }
    return code;
  }
}

/** A row has a handler of its own inside IT blocks where its text says that it behaves differently there. */
const differsInItBlock = (isa: Isa, row: Row) => isa.predication !== undefined && row.text.includes('{s}');

function variantsOf(isa: Isa, row: Row): Variant[] {
  const inside = differsInItBlock(isa, row) ? [false, true] : [false];
  return staticCombinations(row).flatMap((statics) => inside.map((inItBlock) => ({ row, statics, inItBlock })));
}
