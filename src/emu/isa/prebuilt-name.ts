/** The name in `prebuilt` of an ISA's cold engine: of the one that waits for slow code, or of the other. */
export const prebuiltName = (isa: string, slowCode: boolean): string => (slowCode ? `${isa}, slow code` : isa);
