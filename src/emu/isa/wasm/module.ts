import type { Type } from '../ir.js';
import { Bytes, type FunctionBody } from './code.js';
import { VALUE_TYPE } from './opcodes.js';

interface Signature {
  readonly params: readonly Type[];
  readonly results: readonly Type[];
}

/** Assembles a WebAssembly module: imported memory and functions, functions, one table, exports. Deterministic. */
export class ModuleBuilder {
  readonly #types: Signature[] = [];
  readonly #imports: { name: string; type: number }[] = [];
  readonly #functions: { type: number; body: () => FunctionBody }[] = [];
  readonly #exports: { name: string; index: number }[] = [];
  readonly #memoryPages: number;
  #table: readonly number[] | undefined;
  #importedTable = false;

  /** The module imports `host.memory` of at least `memoryPages` pages. */
  constructor(memoryPages: number) {
    this.#memoryPages = memoryPages;
  }

  type(params: readonly Type[], results: readonly Type[]): number {
    const same = (a: readonly Type[], b: readonly Type[]) => a.join() === b.join();
    const known = this.#types.findIndex((type) => same(type.params, params) && same(type.results, results));
    return known >= 0 ? known : this.#types.push({ params, results }) - 1;
  }

  /** Imports `host.name`; all imports come before the first function. */
  import(name: string, params: readonly Type[], results: readonly Type[]): number {
    return this.#imports.push({ name, type: this.type(params, results) }) - 1;
  }

  /** Adds a function whose body is made when the module is assembled, so that functions can call each other. */
  function(params: readonly Type[], results: readonly Type[], body: () => FunctionBody): number {
    this.#functions.push({ type: this.type(params, results), body });
    return this.#imports.length + this.#functions.length - 1;
  }

  export(name: string, index: number): void {
    this.#exports.push({ name, index });
  }

  /** Imports the table `host.regions`; it is table 0. */
  importTable(): void {
    this.#importedTable = true;
  }

  /** The module's own table of functions; gives its number for `call_indirect`. */
  table(functions: readonly number[]): number {
    this.#table = functions;
    return this.#importedTable ? 1 : 0;
  }

  build(): Uint8Array<ArrayBuffer> {
    // bodies first: they may ask for types
    const code = this.#functions.map(({ body }) => body().encode());
    const out = new Bytes().byte(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);
    const section = (id: number, fill: (bytes: Bytes) => void) => {
      const content = new Bytes();
      fill(content);
      out.byte(id).u32(content.length).bytes(content.view());
    };
    section(1, (s) => {
      s.u32(this.#types.length);
      for (const { params, results } of this.#types) {
        s.byte(0x60).u32(params.length);
        for (const type of params) s.byte(VALUE_TYPE[type]);
        s.u32(results.length);
        for (const type of results) s.byte(VALUE_TYPE[type]);
      }
    });
    section(2, (s) => {
      s.u32(this.#imports.length + 1 + Number(this.#importedTable));
      s.text('host').text('memory').byte(0x02, 0x00).u32(this.#memoryPages);
      if (this.#importedTable) s.text('host').text('regions').byte(0x01, 0x70, 0x00).u32(0);
      for (const { name, type } of this.#imports) s.text('host').text(name).byte(0x00).u32(type);
    });
    section(3, (s) => {
      s.u32(this.#functions.length);
      for (const { type } of this.#functions) s.u32(type);
    });
    const table = this.#table;
    if (table) section(4, (s) => s.u32(1).byte(0x70, 0x00).u32(table.length));
    section(7, (s) => {
      s.u32(this.#exports.length);
      for (const { name, index } of this.#exports) s.text(name).byte(0x00).u32(index);
    });
    if (table) {
      section(9, (s) => {
        s.u32(1);
        if (this.#importedTable) s.byte(0x02, 0x01, 0x41, 0x00, 0x0b, 0x00);
        else s.byte(0x00, 0x41, 0x00, 0x0b);
        s.u32(table.length);
        for (const index of table) s.u32(index);
      });
    }
    section(10, (s) => {
      s.u32(code.length);
      for (const body of code) s.u32(body.length).bytes(body);
    });
    return out.view().slice();
  }
}
