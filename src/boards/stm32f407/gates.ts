/** Rows of a peripheral with the same bit in its bus's ENR and RSTR: RM0090 7.3. AHB peripherals run on HCLK. */
export function on(bus: 'AHB1' | 'AHB2' | 'AHB3' | 'APB1' | 'APB2', bit: number) {
  const gates = { enable: `rcc.${bus}ENR.${bit}`, reset: `rcc.${bus}RSTR.${bit}` };
  return bus.startsWith('APB') ? { clock: bus.toLowerCase(), ...gates } : gates;
}

type Wires = Readonly<Record<string, string | readonly string[]>>;

/**
 * Wires of DMA requests, RM0090 tables 42 and 43: `dmaRequests({ rx: 'dma1.5.4' })` joins the device's output `rxDma` with input `5.4`
 * (stream 5, channel 4) of `dma1`, and that stream's acknowledge `5.4.ack` with the device's input `rxDma.ack`, if `acknowledged`.
 */
export function dmaRequests(
  requests: Readonly<Record<string, string | readonly string[]>>,
  options: { readonly acknowledged?: boolean } = {},
): Wires {
  const wires: Record<string, string | readonly string[]> = {};
  for (const [name, places] of Object.entries(requests)) {
    wires[`${name}Dma`] = places;
    if (options.acknowledged) wires[`${name}Dma.ack`] = [places].flat().map((place) => `${place}.ack`);
  }
  return wires;
}
