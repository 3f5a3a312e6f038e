import { type DtNode, type DtTree, node, tree } from '../machine-file/devicetree/tree.js';
import { empty, strings, u32, u64 } from '../machine-file/devicetree/values.js';
import { VIRT } from './riscv-virt-map.js';

/** The device tree of `virt`, in the order and with the phandles of QEMU 7.2's; what the board does not have is left out. */

export interface VirtTreeOptions {
  readonly harts: number;
  /** `rv64imafdc_zicsr_zifencei` */
  readonly isa: string;
  /** `riscv,sv39` */
  readonly mmu: string;
  readonly ramSize: number;
  readonly append?: string | undefined;
  readonly initrd?: { readonly start: number; readonly end: number } | undefined;
}

/** `reg` with two cells each for address and size. */
const place = (...pairs: readonly (readonly [address: number, size: number])[]) => u64(...pairs.flat());

const INTERRUPT = { software: 3, timer: 7, external: 11, supervisorExternal: 9 } as const;

/** QEMU gives phandles from the last hart to the first, two each, then to PLIC and test device. */
function phandlesOf(harts: number) {
  const first = (hart: number) => 2 * (harts - 1 - hart) + 1;
  return {
    cpu: first,
    controller: (hart: number) => first(hart) + 1,
    plic: 2 * harts + 1,
    test: 2 * harts + 2,
  };
}
type Phandles = ReturnType<typeof phandlesOf>;

export function virtTree(options: VirtTreeOptions): DtTree {
  const phandles = phandlesOf(options.harts);
  const { fwCfg, flash, ram } = VIRT;
  const properties = {
    '#address-cells': u32(2),
    '#size-cells': u32(2),
    compatible: strings('riscv-virtio'),
    model: strings('riscv-virtio,qemu'),
  };
  const flashes = Array.from({ length: flash.count }, (_, i) => [flash.address + i * flash.size, flash.size] as const);
  return tree(
    node('', properties, [
      node(`fw-cfg@${unit(fwCfg.address)}`, {
        'dma-coherent': empty,
        reg: place([fwCfg.address, fwCfg.size]),
        compatible: strings('qemu,fw-cfg-mmio'),
      }),
      node(`flash@${unit(flash.address)}`, {
        'bank-width': u32(4),
        reg: place(...flashes),
        compatible: strings('cfi-flash'),
      }),
      chosen(options),
      syscon('poweroff', 0x5555, phandles),
      syscon('reboot', 0x7777, phandles),
      node(`memory@${unit(ram.address)}`, {
        device_type: strings('memory'),
        reg: place([ram.address, options.ramSize]),
      }),
      cpus(options, phandles),
      soc(options.harts, phandles),
    ]),
  );
}

const unit = (address: number) => address.toString(16);

/** Numbers that no run changes, where QEMU's are other ones each time. */
const SEED = [0x6677_7465, 0x7374_2072, 0x6973_6376, 0x2076_6972, 0x7420_7365, 0x6564_2030, 0x3030_3030, 0x3030_3031];

function chosen({ append, initrd }: VirtTreeOptions): DtNode {
  return node('chosen', {
    ...(initrd && { 'linux,initrd-end': u32(initrd.end), 'linux,initrd-start': u32(initrd.start) }),
    'rng-seed': u32(...SEED),
    ...(append !== undefined && append !== '' && { bootargs: strings(append) }),
    'stdout-path': strings(`/soc/serial@${unit(VIRT.uart0.address)}`),
  });
}

function syscon(name: string, value: number, { test }: Phandles): DtNode {
  return node(name, {
    value: u32(value),
    offset: u32(0),
    regmap: u32(test),
    compatible: strings(`syscon-${name}`),
  });
}

function cpus({ harts, isa, mmu }: VirtTreeOptions, phandles: Phandles): DtNode {
  const numbers = Array.from({ length: harts }, (_, hart) => hart);
  const cpu = (hart: number) =>
    node(
      `cpu@${hart}`,
      {
        phandle: u32(phandles.cpu(hart)),
        device_type: strings('cpu'),
        reg: u32(hart),
        status: strings('okay'),
        compatible: strings('riscv'),
        'riscv,isa': strings(isa),
        'mmu-type': strings(mmu),
      },
      [
        node('interrupt-controller', {
          '#interrupt-cells': u32(1),
          'interrupt-controller': empty,
          compatible: strings('riscv,cpu-intc'),
          phandle: u32(phandles.controller(hart)),
        }),
      ],
    );
  const cluster = numbers.map((hart) => node(`core${hart}`, { cpu: u32(phandles.cpu(hart)) }));
  const properties = {
    '#address-cells': u32(1),
    '#size-cells': u32(0),
    'timebase-frequency': u32(VIRT.timebase),
  };
  return node('cpus', properties, [...numbers.map(cpu), node('cpu-map', {}, [node('cluster0', {}, cluster)])]);
}

function soc(harts: number, phandles: Phandles): DtNode {
  const properties = {
    '#address-cells': u32(2),
    '#size-cells': u32(2),
    compatible: strings('simple-bus'),
    ranges: empty,
  };
  const { rtc, uart0, finisher, virtio } = VIRT;
  const wired = (irq: number) => ({ interrupts: u32(irq), 'interrupt-parent': u32(phandles.plic) });
  const slots = Array.from({ length: virtio.count }, (_, i) => virtio.count - 1 - i).map((slot) => {
    const address = virtio.address + slot * virtio.stride;
    const reg = place([address, virtio.stride]);
    return node(`virtio_mmio@${unit(address)}`, {
      ...wired(virtio.irq + slot),
      reg,
      compatible: strings('virtio,mmio'),
    });
  });
  return node('soc', properties, [
    node(`rtc@${unit(rtc.address)}`, {
      ...wired(rtc.irq),
      reg: place([rtc.address, rtc.size]),
      compatible: strings('google,goldfish-rtc'),
    }),
    node(`serial@${unit(uart0.address)}`, {
      ...wired(uart0.irq),
      'clock-frequency': u32(uart0.hertz),
      reg: place([uart0.address, uart0.size]),
      compatible: strings('ns16550a'),
    }),
    node(`test@${unit(finisher.address)}`, {
      phandle: u32(phandles.test),
      reg: place([finisher.address, finisher.size]),
      compatible: strings('sifive,test1', 'sifive,test0', 'syscon'),
    }),
    ...slots,
    ...interruptControllers(harts, phandles),
  ]);
}

function interruptControllers(harts: number, phandles: Phandles): DtNode[] {
  const { plic, clint } = VIRT;
  /** Two interrupts of each hart. */
  const ofEach = (first: number, second: number) =>
    u32(
      ...Array.from({ length: harts }, (_, hart) => phandles.controller(hart)).flatMap((controller) => [
        controller,
        first,
        controller,
        second,
      ]),
    );
  return [
    node(`plic@${unit(plic.address)}`, {
      phandle: u32(phandles.plic),
      'riscv,ndev': u32(plic.sources),
      reg: place([plic.address, plic.size]),
      'interrupts-extended': ofEach(INTERRUPT.external, INTERRUPT.supervisorExternal),
      'interrupt-controller': empty,
      compatible: strings('sifive,plic-1.0.0', 'riscv,plic0'),
      '#address-cells': u32(0),
      '#interrupt-cells': u32(1),
    }),
    node(`clint@${unit(clint.address)}`, {
      'interrupts-extended': ofEach(INTERRUPT.software, INTERRUPT.timer),
      reg: place([clint.address, clint.size]),
      compatible: strings('sifive,clint0', 'riscv,clint0'),
    }),
  ];
}
