import type { Resources } from './resources.js';
import { type DtNode, nodeAt } from './tree.js';

/** Which kinds of devices nodes are, by `compatible`. A node's names are tried in its order, most specific first. */

export interface ModelRow {
  readonly compatible: readonly string[];
  /** Kind of device, as machine files name it. */
  readonly type: string;
  /** Options that the node gives; a text says why the model does not do for it. */
  readonly options?: (node: DtNode, resources: Resources) => Readonly<Record<string, unknown>> | string;
  /** Outputs for the node's interrupts in order; by default the only one is `irq`. */
  readonly outputs?: readonly string[] | ((index: number) => string);
  /** Wires that no tree mentions. */
  readonly wires?: Readonly<Record<string, string>>;
  /** Each pair of `reg` is a device of its own. */
  readonly each?: boolean;
}

/** A 16550's registers are bytes one behind the other here. */
function bytewise(node: DtNode, resources: Resources): Readonly<Record<string, unknown>> | string {
  const shift = resources.u32(node, 'reg-shift') ?? 0;
  if (shift !== 0) return `its registers are ${1 << shift} bytes apart (reg-shift), the model's are 1`;
  return { lineControl: 3 };
}

/** What it tells firmware about the machine. */
function hartCount(_: DtNode, resources: Resources): Readonly<Record<string, unknown>> {
  const cpus = nodeAt(resources.root, '/cpus')?.children ?? [];
  return { cpus: Math.max(1, cpus.filter((one) => resources.text(one, 'device_type') === 'cpu').length) };
}

/** Several ports must not have pins of one name. */
function pinCount(node: DtNode, resources: Resources): Readonly<Record<string, unknown>> {
  const pins = resources.u32(node, 'ngpios') ?? (resources.interrupts(node).length || undefined);
  return pins === undefined ? {} : { pins };
}

/** The model has QEMU's geometry. */
function wholeFlash(node: DtNode, resources: Resources): Readonly<Record<string, unknown>> | string {
  const size = 32 * 1024 * 1024;
  return resources.spans(node).every((span) => span.size === size) ? {} : "it has not the model's 32 MiB";
}

const STM32_USART = /^st,stm32(f1|f2|f4|l1)/;
const STM32_GPIO = /^st,stm32(f0|f2|f3|f4|f7|g0|g4|h7|l0|l1|l4|wb)/;

/** ST's blocks have one name in all families, whatever their registers. */
const onStm32 = (families: RegExp) => (node: DtNode, resources: Resources) => {
  const soc = nodeAt(resources.root, '/soc') ?? resources.root;
  const [family] = resources.compatible(soc);
  if (family !== undefined && families.test(family)) return portOption(node, resources);
  return `the registers of ${family ?? 'this chip'} are not those of the model`;
};

/** Ports of pins have letters: those of their labels. */
function portOption(node: DtNode, resources: Resources): Readonly<Record<string, unknown>> {
  const port = resources.read.labels(node).map((label) => /^gpio([a-i])$/.exec(label)?.[1])[0];
  return port === undefined ? {} : { port: port.toUpperCase() };
}

export const MODELS: readonly ModelRow[] = [
  { compatible: ['ns16550a', 'ns16550', 'ns16450', 'snps,dw-apb-uart'], type: 'ns16550', options: bytewise },
  { compatible: ['google,goldfish-rtc'], type: 'goldfish-rtc' },
  { compatible: ['sifive,test0', 'sifive,test1'], type: 'test-finisher', wires: { halt: 'cpu.halt' } },
  { compatible: ['virtio,mmio'], type: 'virtio-mmio' },
  { compatible: ['cfi-flash'], type: 'cfi-flash', each: true, options: wholeFlash },
  { compatible: ['qemu,fw-cfg-mmio'], type: 'fw-cfg', options: hartCount },
  { compatible: ['sifive,uart0'], type: 'sifive-uart' },
  { compatible: ['sifive,gpio0'], type: 'sifive-gpio', options: pinCount, outputs: (pin) => `irq${pin}` },
  { compatible: ['sifive,spi0'], type: 'sifive-spi' },
  { compatible: ['sifive,pwm0'], type: 'sifive-pwm', outputs: (channel) => `irq${channel}` },
  { compatible: ['sifive,fe310-g002-prci', 'sifive,fe310-prci', 'sifive,fe310-g000,prci'], type: 'fe310-prci' },
  { compatible: ['sifive,aon0', 'sifive,fe310-aon'], type: 'sifive-aon', outputs: ['wdogirq', 'rtcirq'] },
  { compatible: ['sifive,i2c0'], type: 'sifive-i2c' },
  { compatible: ['sifive,fu540-c000-otp'], type: 'fu540-otp' },
  { compatible: ['st,stm32-usart'], type: 'stm32-usart', options: onStm32(STM32_USART) },
  { compatible: ['st,stm32-uart'], type: 'stm32-uart', options: onStm32(STM32_USART) },
  { compatible: ['st,stm32-gpio'], type: 'stm32-gpio', options: onStm32(STM32_GPIO) },
];

/** Buses and the like: nothing of their own to model. */
export const PASSIVE: ReadonlySet<string> = new Set([
  'simple-bus',
  'simple-mfd',
  'simple-pm-bus',
  'fixed-clock',
  'fixed-factor-clock',
  'fixed-partitions',
  'fixed-layout',
  'gpio-leds',
  'gpio-keys',
  'gpio-keys-polled',
  'pwm-leds',
  'syscon-poweroff',
  'syscon-reboot',
  'riscv,cpu-intc',
  'riscv,pmu',
  'arm,v7m-nvic',
  'arm,v6m-nvic',
  'arm,armv7m-systick',
  'arm,armv6m-systick',
  'shared-dma-pool',
]);

/** @param own names that are types of devices of the user's own, which come first */
export function modelOf(node: DtNode, resources: Resources, own: ReadonlySet<string>): ModelRow | undefined {
  for (const name of resources.compatible(node)) {
    if (own.has(name)) return { compatible: [name], type: name };
    const row = MODELS.find(({ compatible }) => compatible.includes(name));
    if (row) return row;
  }
  return undefined;
}
