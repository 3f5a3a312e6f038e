import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FloatHart } from './riscv-float/hart.js';
const dir='/tmp/rvt/out';
test('riscv-tests', () => {
  const counts: Record<string,[number,number]> = {}; const bad: string[]=[];
  for (const f of readdirSync(dir).filter((n)=>n.endsWith('.bin'))) {
    const xlen = f.startsWith('rv32')?32:64;
    const hart = new FloatHart(xlen, 0x20000);
    hart.ram.set(readFileSync(`${dir}/${f}`));
    let ok=false; let why='';
    hart.onEcall = () => { if (hart.x(17)===93) { ok = hart.x(10)===0; why=`a0=${hart.x(10)}`; return true;} return false; };
    try { const pc=hart.run(1e6); why+=` pc ${pc.toString(16)}`; } catch(e) { why=String(e).slice(0,200); }
    const g=f.split('-')[0]!; counts[g]??=[0,0]; counts[g][ok?0:1]++;
    if(!ok) bad.push(`${f} ${why}`);
  }
  console.log(JSON.stringify(counts)); console.log(bad.join('\n'));
}, 600000);
