/**
 * The part of the WebAssembly JavaScript interface that the engines use. The compiler's own declaration comes with the
 * whole browser DOM, which nothing here may use.
 */
declare namespace WebAssembly {
  type ImportValue = Memory | Table | ((...args: never[]) => unknown);
  type ModuleImports = Record<string, ImportValue>;
  class Memory {
    constructor(descriptor: { initial: number; maximum?: number });
    readonly buffer: ArrayBuffer;
  }
  class Table {
    constructor(descriptor: { element: 'anyfunc'; initial: number });
    readonly length: number;
    grow(by: number): number;
    set(index: number, value: unknown): void;
  }
  class Module {
    constructor(bytes: Uint8Array<ArrayBuffer>);
  }
  class Instance {
    constructor(module: Module, imports: Record<string, ModuleImports>);
    readonly exports: Record<string, unknown>;
  }
}
