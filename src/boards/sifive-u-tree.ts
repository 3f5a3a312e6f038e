import { type DtNode, type DtTree, node, tree } from '../machine-file/devicetree/tree.js';
import { empty, strings, u32 } from '../machine-file/devicetree/values.js';
import { type Chosen, chosenNode, memoryNode, place, rootNode, socNode, TreeHarts, unit } from './riscv-tree.js';
import { UNLEASHED } from './sifive-u-map.js';

export interface UnleashedTreeOptions extends Omit<Chosen, 'stdout'> {
  /** U54 harts. */
  readonly harts: number;
  readonly ramSize: number;
}

/** Clocks of PRCI by number (Linux's binding `sifive,fu540-c000-prci`). */
const TLCLK = 3;

/** The device tree of HiFive Unleashed as QEMU 7.2 writes it, without what the board here does not have. */
export function unleashedTree({ harts, ramSize, append, initrd }: UnleashedTreeOptions): DtTree {
  const application = { isa: 'rv64imafdc_zicsr_zifencei', mmu: 'riscv,sv39' };
  const cpus = new TreeHarts(UNLEASHED.timebase, [
    { isa: 'rv64imac_zicsr_zifencei' },
    ...Array.from({ length: harts }, () => application),
  ]);
  const { phandles } = cpus;
  const hfclk = clock('hfclk', UNLEASHED.hfclk);
  const rtcclk = clock('rtcclk', UNLEASHED.timebase);
  const { prci, clint, plic: map } = UNLEASHED;
  const clocks = node(`clock-controller@${unit(prci.address)}`, {
    '#clock-cells': u32(1),
    clocks: u32(phandles.of(hfclk), phandles.of(rtcclk)),
    reg: place([prci.address, prci.size]),
    compatible: strings('sifive,fu540-c000-prci'),
  });
  const plic = cpus.plic(map.address, map.size, map.sources);
  const wired = (...irqs: readonly number[]) => ({
    interrupts: u32(...irqs),
    'interrupt-parent': u32(phandles.of(plic)),
  });
  const clocked = { clocks: u32(phandles.of(clocks), TLCLK) };
  const gpio = gpioNode(wired(...sixteen(UNLEASHED.gpio.irq)), clocked);
  const soc = socNode([
    cpus.clint(clint.address, clint.size),
    otpNode(),
    clocks,
    plic,
    cacheNode(wired(...UNLEASHED.l2cc.irqs)),
    ...[UNLEASHED.qspi0, UNLEASHED.qspi1, UNLEASHED.qspi2].map((one) => spiNode(one, wired(one.irq), clocked)),
    ...[UNLEASHED.pwm0, UNLEASHED.pwm1].map((one) => pwmNode(one, wired(...four(one.irq)), clocked)),
    gpio,
    ...[UNLEASHED.uart1, UNLEASHED.uart0].map((one) => serialNode(one, wired(one.irq), clocked)),
  ]);
  const serial = (one: { address: number }) => strings(`/soc/serial@${unit(one.address)}`);
  const root = rootNode(['sifive,hifive-unleashed-a00', 'sifive,hifive-unleashed'], 'SiFive HiFive Unleashed A00', [
    hfclk,
    rtcclk,
    memoryNode(UNLEASHED.ram.address, ramSize),
    cpus.node,
    soc,
    restartNode(phandles.of(gpio)),
    chosenNode({ append, initrd, stdout: `/soc/serial@${unit(UNLEASHED.uart0.address)}` }),
    node('aliases', { serial0: serial(UNLEASHED.uart0), serial1: serial(UNLEASHED.uart1) }),
  ]);
  return tree(root);
}

type Properties = Readonly<Record<string, Uint8Array>>;
interface Place {
  readonly address: number;
  readonly size: number;
}

const four = (first: number) => [0, 1, 2, 3].map((i) => first + i);
const sixteen = (first: number) => Array.from({ length: 16 }, (_, i) => first + i);

function clock(name: string, hertz: number): DtNode {
  return node(name, {
    '#clock-cells': u32(0),
    compatible: strings('fixed-clock'),
    'clock-frequency': u32(hertz),
    'clock-output-names': strings(name),
  });
}

function otpNode(): DtNode {
  const { address, size } = UNLEASHED.otp;
  return node(`otp@${unit(address)}`, {
    compatible: strings('sifive,fu540-c000-otp'),
    reg: place([address, size]),
    'fuse-count': u32(0x1000),
  });
}

function cacheNode(wired: Properties): DtNode {
  const { address, size } = UNLEASHED.l2cc;
  return node(`cache-controller@${unit(address)}`, {
    reg: place([address, size]),
    ...wired,
    'cache-unified': empty,
    'cache-size': u32(2_097_152),
    'cache-sets': u32(1024),
    'cache-level': u32(2),
    'cache-block-size': u32(64),
    compatible: strings('sifive,fu540-c000-ccache'),
  });
}

function spiNode({ address, size }: Place, wired: Properties, clocked: Properties): DtNode {
  return node(`spi@${unit(address)}`, {
    '#size-cells': u32(0),
    '#address-cells': u32(1),
    ...clocked,
    ...wired,
    reg: place([address, size]),
    compatible: strings('sifive,spi0'),
  });
}

function pwmNode({ address, size }: Place, wired: Properties, clocked: Properties): DtNode {
  return node(`pwm@${unit(address)}`, {
    compatible: strings('sifive,pwm0'),
    reg: place([address, size]),
    ...wired,
    ...clocked,
    '#pwm-cells': u32(0),
  });
}

function gpioNode(wired: Properties, clocked: Properties): DtNode {
  const { address, size } = UNLEASHED.gpio;
  return node(`gpio@${unit(address)}`, {
    ...clocked,
    'interrupt-controller': empty,
    '#interrupt-cells': u32(2),
    'gpio-controller': empty,
    '#gpio-cells': u32(2),
    ...wired,
    reg: place([address, size]),
    compatible: strings('sifive,gpio0'),
  });
}

const ACTIVE_LOW = 1;
function restartNode(gpio: number): DtNode {
  return node('gpio-restart', {
    compatible: strings('gpio-restart'),
    gpios: u32(gpio, UNLEASHED.gpio.restart, ACTIVE_LOW),
  });
}

function serialNode({ address, size }: Place, wired: Properties, clocked: Properties): DtNode {
  return node(`serial@${unit(address)}`, {
    ...wired,
    ...clocked,
    reg: place([address, size]),
    compatible: strings('sifive,uart0'),
  });
}
