/** Privilege levels by their encodings (Priv table 1.1). */
export const PRIVILEGE = { user: 0, supervisor: 1, machine: 3 } as const;
export type Privilege = (typeof PRIVILEGE)[keyof typeof PRIVILEGE];

const NAMES: Readonly<Record<Privilege, string>> = { 0: 'user mode', 1: 'supervisor mode', 3: 'machine mode' };

/** `supervisor mode` */
export function privilegeName(privilege: Privilege): string {
  return NAMES[privilege];
}
