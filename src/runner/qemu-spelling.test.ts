import { expect, test } from 'vitest';
import { fromQemu } from './qemu-spelling.js';

const of = (text: string) => fromQemu(text.split(' ')).join(' ');

test.each([
  ['-drive disk.img', '--drive disk.img'],
  ['--drive disk.img', '--drive disk.img'],
  ['-drive file=disk.img,format=raw,if=virtio', '--drive disk.img'],
  ['-drive file=a,,b.img,format=raw', '--drive a,b.img'],
  [
    '-drive file=fs.img,if=none,format=raw,id=x0 -device virtio-blk-device,drive=x0,bus=virtio-mmio-bus.0',
    '--drive fs.img',
  ],
  ['-device virtio-blk-device,drive=x0 -drive file=fs.img,if=none,id=x0', '--drive fs.img'],
  ['-pflash a.fd -pflash b.fd', '--pflash a.fd --pflash b.fd'],
  ['-drive if=pflash,unit=1,file=b.fd,format=raw', '--pflash none --pflash b.fd'],
  ['-M virt -smp 2 -m 512', '--machine virt --option harts=2 --option ram=512M'],
  ['-M sifive_u,msel=1 -smp cpus=5 -m size=1G', '--machine sifive_u,msel=1 --option harts=4 --option ram=1G'],
  ['-M virt -smp sockets=2,cores=2,threads=1', '--machine virt --option harts=4'],
  ['-M virt -smp 4,maxcpus=8', '--machine virt --option harts=4'],
  ['-smp 5 -machine microchip-icicle-kit', '--machine microchip-icicle-kit'],
  ['--machine microchip-icicle-kit -smp 5', '--machine microchip-icicle-kit'],
  ['--board=sifive-u -smp 5', '--board=sifive-u --option harts=4'],
  ['-M shakti_c -smp 1', '--machine shakti_c'],
  ['-device virtio-rng-device', '--option rng=true'],
  ['-device loader,file=a.bin,addr=0x80000000 x.elf', '--image a.bin@0x80000000 x.elf'],
])('%s', (qemu, ours) => {
  expect(of(qemu)).toBe(ours);
});

test.each([
  ['-drive file=x.qcow2,format=qcow2', 'images are raw, not qcow2'],
  ['-drive format=raw', 'names no file'],
  ['-drive file=x,if=ide', 'there is no ide bus'],
  ['-drive file=x,colour=red', "'colour' has no meaning here"],
  ['-drive file=x,if=none,id=hd0', 'add -device virtio-blk-device,drive=hd0'],
  ['-device virtio-blk-device,drive=hd0', "there is no drive 'hd0'"],
  ['-device virtio-blk-device', 'names no drive'],
  ['-device virtio-blk-device,drive=hd0,bus=virtio-mmio-bus.3', 'the first slot'],
  ['-device virtio-blk-pci,drive=hd0', 'there is no PCI'],
  ['-device virtio-net-device', 'there are no networks'],
  ['-drive if=pflash,unit=2,file=b.fd', 'flash 0 and flash 1'],
  ['-drive', 'names no file'],
  ['-smp dies=2', 'give -smp 4'],
  ['-smp cores=0', 'give -smp 4'],
])('%s is refused', (qemu, part) => {
  expect(() => of(qemu)).toThrow(part);
});
