import { type DtNode, node } from '../machine-file/devicetree/tree.js';
import { empty, Phandles, strings, u32, u64 } from '../machine-file/devicetree/values.js';

/** What the device trees of RISC-V boards have in common (RISC-V bindings as QEMU 7.2 writes them). */

export interface TreeHart {
  /** `rv64imafdc` */
  readonly isa: string;
  /** `riscv,sv39`; undefined for a hart without paging. */
  readonly mmu?: string | undefined;
}

export interface Chosen {
  readonly stdout?: string | undefined;
  readonly append?: string | undefined;
  readonly initrd?: { readonly start: number; readonly end: number } | undefined;
}

/** Interrupt numbers of a hart's own controller: the bits of mip. */
const LOCAL = { software: 3, timer: 7, external: 11, supervisorExternal: 9 } as const;

export const unit = (address: number): string => address.toString(16);
/** `reg` with two cells each for address and size. */
export const place = (...pairs: readonly (readonly [address: number, size: number])[]): Uint8Array =>
  u64(...pairs.flat());

/** The harts of a board, and what refers to them. */
export class TreeHarts {
  readonly node: DtNode;
  readonly phandles: Phandles;
  readonly #controllers: readonly DtNode[];
  readonly #harts: readonly TreeHart[];

  constructor(timebase: number, harts: readonly TreeHart[], phandles = new Phandles()) {
    this.phandles = phandles;
    this.#harts = harts;
    this.#controllers = harts.map(() =>
      node('interrupt-controller', {
        '#interrupt-cells': u32(1),
        'interrupt-controller': empty,
        compatible: strings('riscv,cpu-intc'),
      }),
    );
    for (const controller of this.#controllers) phandles.of(controller);
    const cpus = harts.map((hart, index) => cpuNode(index, hart, this.#controllers[index]!));
    this.node = node(
      'cpus',
      { '#address-cells': u32(1), '#size-cells': u32(0), 'timebase-frequency': u32(timebase) },
      cpus,
    );
  }

  clint(address: number, size: number): DtNode {
    return node(`clint@${unit(address)}`, {
      'interrupts-extended': this.#each(() => [LOCAL.software, LOCAL.timer]),
      reg: place([address, size]),
      compatible: strings('sifive,clint0', 'riscv,clint0'),
    });
  }
  /** Contexts in the order of the harts: M mode, then S mode of those with paging. */
  plic(address: number, size: number, sources: number): DtNode {
    const plic = node(`interrupt-controller@${unit(address)}`, {
      'riscv,ndev': u32(sources),
      reg: place([address, size]),
      'interrupts-extended': this.#each(({ mmu }) =>
        mmu === undefined ? [LOCAL.external] : [LOCAL.external, LOCAL.supervisorExternal],
      ),
      'interrupt-controller': empty,
      compatible: strings('sifive,plic-1.0.0', 'riscv,plic0'),
      '#interrupt-cells': u32(1),
      '#address-cells': u32(0),
    });
    this.phandles.of(plic);
    return plic;
  }

  #each(interrupts: (hart: TreeHart) => readonly number[]): Uint8Array {
    const cells = this.#controllers.flatMap((controller, index) =>
      interrupts(this.#harts[index]!).flatMap((one) => [this.phandles.of(controller), one]),
    );
    return u32(...cells);
  }
}

function cpuNode(index: number, { isa, mmu }: TreeHart, controller: DtNode): DtNode {
  const properties = {
    device_type: strings('cpu'),
    reg: u32(index),
    status: strings('okay'),
    compatible: strings('riscv'),
    'riscv,isa': strings(isa),
    ...(mmu !== undefined && { 'mmu-type': strings(mmu) }),
  };
  return node(`cpu@${index}`, properties, [controller]);
}

export function memoryNode(address: number, size: number): DtNode {
  return node(`memory@${unit(address)}`, { device_type: strings('memory'), reg: place([address, size]) });
}

export function chosenNode({ stdout, append, initrd }: Chosen): DtNode {
  return node('chosen', {
    ...(initrd && { 'linux,initrd-end': u32(initrd.end), 'linux,initrd-start': u32(initrd.start) }),
    ...(append !== undefined && append !== '' && { bootargs: strings(append) }),
    ...(stdout !== undefined && { 'stdout-path': strings(stdout) }),
  });
}

/** The root of a board with 64-bit addresses. */
export function rootNode(compatible: string | readonly string[], model: string, children: readonly DtNode[]): DtNode {
  const properties = {
    '#address-cells': u32(2),
    '#size-cells': u32(2),
    compatible: strings(...[compatible].flat()),
    model: strings(model),
  };
  return node('', properties, children);
}

export function socNode(children: readonly DtNode[]): DtNode {
  const properties = {
    '#address-cells': u32(2),
    '#size-cells': u32(2),
    compatible: strings('simple-bus'),
    ranges: empty,
  };
  return node('soc', properties, children);
}
