/** Damaged copies of files, for tests: the same ones in every run. */

/** The same numbers in every run (xorshift32). */
function* randoms(seed: number): Generator<number, never> {
  for (let x = seed | 1; ; ) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    yield x >>> 0;
  }
}

export type Random = (below: number) => number;

/** Bytes that mean something to one of the formats. */
const TOKENS = [
  '{',
  '}',
  '<',
  '>',
  ';',
  '&',
  '/',
  '"',
  "'",
  '(',
  ')',
  '/*',
  '*/',
  '//',
  '[',
  ']',
  '@',
  ':',
  '#',
  '0x',
  '%s',
  '</',
  '/>',
  '\0',
  '\n',
].map((text) => new TextEncoder().encode(text));

/** One change: bytes set, cut out, doubled, put in, or numbers made extreme. */
function mutate(bytes: Uint8Array, random: Random): Uint8Array {
  const at = random(bytes.length + 1);
  const length = 1 + random(Math.min(64, bytes.length + 1));
  const [head, middle, tail] = [bytes.subarray(0, at), bytes.subarray(at, at + length), bytes.subarray(at + length)];
  const joined = (...parts: Uint8Array[]) => Uint8Array.from(Buffer.concat(parts));
  switch (random(7)) {
    case 0:
      return joined(
        head,
        middle.map(() => random(256)),
        tail,
      );
    case 1:
      return joined(head, tail);
    case 2:
      return joined(head, middle, middle, tail);
    case 3:
      return joined(head, TOKENS[random(TOKENS.length)]!, middle, tail);
    case 4:
      return joined(
        head,
        middle.map(() => (random(2) === 0 ? 0xff : 0)),
        tail,
      );
    case 5: {
      const from = random(bytes.length);
      return joined(head, bytes.subarray(from, from + length * 4), tail);
    }
    default:
      return bytes.slice(0, at);
  }
}

/** A source of numbers below a limit. */
export function randomOf(seed: number): Random {
  const numbers = randoms(seed);
  return (below) => (below <= 0 ? 0 : numbers.next().value % below);
}

/** Up to four changes. */
export function mutant(sample: Uint8Array, random: Random): Uint8Array {
  let bytes = sample;
  for (let change = random(4); change >= 0; change--) bytes = mutate(bytes, random);
  return bytes;
}

/** A tree with every kind of reference between nodes. */
export const RISCV_TREE = `/dts-v1/; /memreserve/ 0x80000000 0x1000;
/ { #address-cells = <1>; #size-cells = <1>; aliases { serial0 = &uart; }; chosen { stdout-path = "serial0:115200"; };
  cpus { #address-cells = <1>; #size-cells = <0>; timebase-frequency = <(1000 * 1000)>;
    cpu@0 { device_type = "cpu"; compatible = "riscv"; reg = <0>; riscv,isa = "rv32imac";
      intc: ic { interrupt-controller; #interrupt-cells = <1>; }; }; };
  clk: clk { compatible = "fixed-factor-clock"; clocks = <&osc>; clock-mult = <2>; clock-div = <4>; #clock-cells = <0>; };
  osc: osc { compatible = "fixed-clock"; clock-frequency = <'a' 0x10>; #clock-cells = <0>; };
  memory@80000000 { device_type = "memory"; reg = <0x80000000 0x100000>; };
  soc { #address-cells = <1>; #size-cells = <1>; ranges = <0 0 0x40000000>;
    clint@2000000 { compatible = "riscv,clint0"; reg = <0x2000000 0x10000>; interrupts-extended = <&intc 3 &intc 7>; };
    plic: plic@c000000 { compatible = "riscv,plic0"; reg = <0xc000000 0x4000000>; interrupt-controller; #interrupt-cells = <1>; };
    map: map { #interrupt-cells = <1>; #address-cells = <1>; interrupt-map-mask = <0 3>; interrupt-map = <0 1 &plic 5 0 2 &map 1>; };
    uart: serial@10000000 { compatible = "ns16550a"; reg = <0x10000000 0x100>; interrupt-parent = <&map>; interrupts = <1 2>; clocks = <&clk>; };
    npu@11000000 { compatible = "acme,npu"; reg = <0x11000000 0x1000>, <0x12000000 0x1000>; }; }; };`;
