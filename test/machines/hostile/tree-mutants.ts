import { mutant, type Random } from '../mutants.js';
import { longText, ODD_WORDS, pick } from './odd-values.js';

/** Devicetree sources damaged as trees: references in circles, cells of all lengths, statements where none belongs. */

interface TreeNode {
  name: string;
  labels: string[];
  /** Name and value; without one it is a property that is there or not. */
  properties: (readonly [string, string?])[];
  children: TreeNode[];
  /** Statements behind the properties. */
  statements: string[];
}

const node = (
  name: string,
  labels: string[],
  properties: TreeNode['properties'],
  children: TreeNode[] = [],
): TreeNode => ({ name, labels, properties, children, statements: [] });

const cells = (address: number, size: number): TreeNode['properties'] => [
  ['#address-cells', `<${address}>`],
  ['#size-cells', `<${size}>`],
];

const riscv = (): TreeNode =>
  node('', [], cells(1, 1), [
    node('chosen', [], [['stdout-path', '"serial0:115200"']]),
    node('aliases', [], [['serial0', '&uart']]),
    node(
      'cpus',
      [],
      [...cells(1, 0), ['timebase-frequency', '<1000000>']],
      [
        node(
          'cpu@0',
          [],
          [
            ['device_type', '"cpu"'],
            ['compatible', '"riscv"'],
            ['reg', '<0>'],
            ['riscv,isa', '"rv32imac"'],
          ],
          [node('ic', ['intc'], [['interrupt-controller'], ['#interrupt-cells', '<1>']])],
        ),
      ],
    ),
    node(
      'memory@80000000',
      [],
      [
        ['device_type', '"memory"'],
        ['reg', '<0x80000000 0x100000>'],
      ],
    ),
    node(
      'osc',
      ['osc'],
      [
        ['compatible', '"fixed-clock"'],
        ['clock-frequency', '<16000000>'],
        ['#clock-cells', '<0>'],
      ],
    ),
    node(
      'soc',
      [],
      [...cells(1, 1), ['compatible', '"simple-bus"'], ['ranges']],
      [
        node(
          'clint@2000000',
          [],
          [
            ['compatible', '"riscv,clint0"'],
            ['reg', '<0x2000000 0x10000>'],
            ['interrupts-extended', '<&intc 3 &intc 7>'],
          ],
        ),
        node(
          'plic@c000000',
          ['plic'],
          [
            ['compatible', '"riscv,plic0"'],
            ['reg', '<0xc000000 0x4000000>'],
            ['interrupt-controller'],
            ['#interrupt-cells', '<1>'],
            ['interrupts-extended', '<&intc 11>'],
          ],
        ),
        node(
          'serial@10000000',
          ['uart'],
          [
            ['compatible', '"ns16550a"'],
            ['reg', '<0x10000000 0x100>'],
            ['interrupt-parent', '<&plic>'],
            ['interrupts', '<10>'],
            ['clocks', '<&osc>'],
          ],
        ),
      ],
    ),
  ]);

const arm = (): TreeNode =>
  node('', [], cells(1, 1), [
    node('cpus', [], cells(1, 0), [
      node(
        'cpu@0',
        [],
        [
          ['device_type', '"cpu"'],
          ['compatible', '"arm,cortex-m4f"'],
          ['reg', '<0>'],
        ],
      ),
    ]),
    node(
      'memory@20000000',
      ['sram0'],
      [
        ['compatible', '"mmio-sram"'],
        ['reg', '<0x20000000 0x20000>'],
      ],
    ),
    node('chosen', [], [['zephyr,sram', '&sram0']]),
    node(
      'soc',
      [],
      [...cells(1, 1), ['compatible', '"st,stm32f407", "simple-bus"'], ['interrupt-parent', '<&nvic>'], ['ranges']],
      [
        node(
          'nvic@e000e100',
          ['nvic'],
          [
            ['compatible', '"arm,v7m-nvic"'],
            ['reg', '<0xe000e100 0xc00>'],
            ['interrupt-controller'],
            ['#interrupt-cells', '<2>'],
          ],
        ),
        node(
          'gpio@40020000',
          ['gpioa'],
          [
            ['compatible', '"st,stm32-gpio"'],
            ['gpio-controller'],
            ['#gpio-cells', '<2>'],
            ['reg', '<0x40020000 0x400>'],
          ],
        ),
        node(
          'serial@40004400',
          ['usart2'],
          [
            ['compatible', '"st,stm32-usart"'],
            ['reg', '<0x40004400 0x400>'],
            ['interrupts', '<38 0>'],
            ['pinctrl-0', '<&tx>'],
          ],
        ),
        node('tx', ['tx'], [['pinmux', '<0x207>']]),
      ],
    ),
    node('leds', [], [['compatible', '"gpio-leds"']], [node('led', ['led0'], [['gpios', '<&gpioa 5 0>']])]),
  ]);

const COMPATIBLE = [
  'riscv',
  'riscv,clint0',
  'riscv,plic0',
  'sifive,plic-1.0.0',
  'ns16550a',
  'ns16550',
  'virtio,mmio',
  'sifive,test0',
  'google,goldfish-rtc',
  'cfi-flash',
  'qemu,fw-cfg-mmio',
  'ucb,htif0',
  'simple-bus',
  'fixed-clock',
  'fixed-factor-clock',
  'mmio-sram',
  'memory',
  'arm,v7m-nvic',
  'arm,cortex-m4f',
  'st,stm32-gpio',
  'st,stm32-usart',
  'st,stm32f4-rcc',
  'st,stm32-pinctrl',
  'st,stm32-i2c-v1',
  'st,stm32-flash-controller',
  'soc-nv-flash',
  'national,lm75',
  'atmel,at24',
  'solomon,ssd1306fb',
  'gpio-leds',
  'gpio-keys',
  'syscon',
  'syscon-poweroff',
  'sifive,uart0',
  'sifive,gpio0',
  'acme,npu',
] as const; // prettier-ignore

const PROPERTIES = [
  'reg',
  'ranges',
  'dma-ranges',
  'compatible',
  'status',
  'phandle',
  'linux,phandle',
  'name',
  'device_type',
  '#address-cells',
  '#size-cells',
  '#interrupt-cells',
  '#clock-cells',
  '#gpio-cells',
  'interrupt-parent',
  'interrupts',
  'interrupts-extended',
  'interrupt-map',
  'interrupt-map-mask',
  'interrupt-controller',
  'clocks',
  'clock-frequency',
  'clock-mult',
  'clock-div',
  'timebase-frequency',
  'riscv,isa',
  'riscv,ndev',
  'mmu-type',
  'reg-shift',
  'reg-names',
  'gpios',
  'ngpios',
  'pinmux',
  'pinctrl-0',
  'stdout-path',
  'bootargs',
  'size',
  'pagesize',
  'bank-width',
  'regmap',
  'offset',
  'value',
] as const; // prettier-ignore

const NUMBERS = [
  '0',
  '1',
  '2',
  '3',
  '4',
  '0xff',
  '0x7fffffff',
  '0x80000000',
  '0xfffffffc',
  '0xffffffff',
  '0x100000000',
  '-1',
  '(1 << 31)',
  '(1/0)',
  "'a'",
  '08',
  '0x',
  '99999999999999999999',
  '(1?2:3)',
] as const; // prettier-ignore
const LABELS = [
  'uart',
  'plic',
  'intc',
  'osc',
  'nvic',
  'gpioa',
  'usart2',
  'tx',
  'led0',
  'sram0',
  'a',
  'nobody',
] as const; // prettier-ignore

const reference = (random: Random): string =>
  pick(random, [`&${pick(random, LABELS)}`, '&{/soc}', '&{/}', '&{/soc/serial@10000000}', '&{/no/such}']);

function value(random: Random): string | undefined {
  switch (random(10)) {
    case 0:
      return undefined;
    case 1:
      return `"${pick(random, [...COMPATIBLE, ...ODD_WORDS.filter((one) => !one.includes('"'))])}"`;
    case 2:
      return reference(random);
    case 3:
      return `[${pick(random, ['', '0', '00', '00 01 02', 'ff '.repeat(random(40)), 'xy', '000'])}]`;
    case 4:
      return `/bits/ ${pick(random, ['8', '16', '32', '64', '7', '0', '-1'])} <${pick(random, NUMBERS)}>`;
    case 5:
      return pick(random, [
        '/incbin/("data.bin")',
        '/incbin/("data.bin", 1, 3)',
        '/incbin/("../x", 0, -1)',
        '/incbin/("/etc/passwd")',
        '/incbin/("data.bin", 0, 0xffffffff)',
      ]);
    case 6:
      return `<${'('.repeat(random(80))}1${')'.repeat(random(80))}>`;
    case 7:
      return random(8) === 0 ? `"${longText(random).replaceAll(/["\\\n]/g, '')}"` : `"${'a\\0'.repeat(random(20))}"`;
    default: {
      const length = random(12);
      return `<${Array.from({ length }, () => (random(4) === 0 ? reference(random) : pick(random, NUMBERS))).join(' ')}>`;
    }
  }
}

const STATEMENTS = [
  '/delete-node/ uart;',
  '/delete-node/ &uart;',
  '/delete-node/ serial@10000000;',
  '/delete-property/ reg;',
  '/include/ "self.dtsi"',
  '/include/ "../outside.dts"',
  '/include/ "/etc/passwd"',
  '/include/ "node.dtsi"',
  '/omit-if-no-ref/ x: y { };',
  '/memreserve/ 0 1;',
  '/dts-v1/;',
  '/plugin/;',
  '/bits/ 8;',
  '&uart { };',
  'x: { };',
  '# 1 "other.dts"',
  '#include <x.h>',
  '// \n',
  '/*',
] as const; // prettier-ignore

const all = (root: TreeNode): TreeNode[] => [root, ...root.children.flatMap(all)];

function damage(root: TreeNode, random: Random): void {
  const nodes = all(root);
  const one = pick(random, nodes);
  const at = random(one.properties.length + 1);
  switch (random(14)) {
    case 0:
      one.properties.splice(at, 1);
      break;
    case 1:
      one.properties.push([pick(random, PROPERTIES), value(random)]);
      break;
    case 2:
      one.properties.push(['compatible', `"${pick(random, COMPATIBLE)}"`]);
      break;
    case 3:
      one.properties = [
        ...one.properties.filter(([name]) => name !== 'compatible'),
        ['compatible', `"${pick(random, COMPATIBLE)}"`],
      ];
      break;
    case 4:
      one.children.splice(random(one.children.length + 1), 1);
      break;
    case 5:
      one.children.push(structuredClone(pick(random, nodes)));
      break;
    case 6:
      one.name = pick(random, [
        '',
        'a',
        'a@',
        '@1',
        'cpu@1',
        'cpus',
        'soc',
        'memory@0',
        'a@b@c',
        'chosen',
        'aliases',
        '__symbols__',
        '__proto__',
        'x'.repeat(300),
      ]);
      break;
    case 7:
      one.labels.push(pick(random, LABELS));
      break;
    case 8:
      one.statements.push(pick(random, STATEMENTS));
      break;
    case 9: {
      const copy = structuredClone(one);
      copy.labels = [];
      if (random(8) === 0)
        for (let i = 0; i < 1 << random(8); i++) one.children.push({ ...copy, name: `${copy.name}${i}` });
      else for (let i = random(70); i > 0; i--) one.children = [node(`n${i}`, [], [], one.children)];
      break;
    }
    default: {
      const [name] = one.properties[at] ?? [pick(random, PROPERTIES)];
      one.properties.splice(at, 1, [name, value(random)]);
    }
  }
}

function text({ name, labels, properties, children, statements }: TreeNode): string {
  const values = properties.map(([key, given]) => (given === undefined ? `${key};` : `${key} = ${given};`));
  const heads = labels.map((label) => `${label}: `).join('');
  return `${heads}${name || '/'} {\n${[...values, ...statements, ...children.map(text)].join('\n')}\n};`;
}

const write = (root: TreeNode): string => `/dts-v1/;\n${text(root)}\n`;

/** What they are damaged from. */
export const GOOD_TREES: readonly string[] = [write(riscv()), write(arm())];

export function damagedTree(random: Random): Uint8Array {
  const root = random(2) === 0 ? riscv() : arm();
  for (let edits = 1 + random(4); edits > 0; edits--) damage(root, random);
  const bytes = new TextEncoder().encode(`${write(root)}${random(10) === 0 ? pick(random, STATEMENTS) : ''}`);
  return random(8) === 0 ? mutant(bytes, random) : bytes;
}
