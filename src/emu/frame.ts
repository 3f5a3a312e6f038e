/** A picture as a display shows it. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue of each pixel, row by row from the top left. */
  readonly pixels: Uint8Array;
}

/** A part that shows a picture. */
export interface FrameSource {
  frame(): Frame;
}

/** Makes a frame by asking for each pixel's colour, 0xrrggbb. */
export function frameOf(width: number, height: number, colour: (x: number, y: number) => number): Frame {
  const pixels = new Uint8Array(width * height * 3);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const rgb = colour(x, y);
      pixels[at++] = rgb >> 16;
      pixels[at++] = (rgb >> 8) & 0xff;
      pixels[at++] = rgb & 0xff;
    }
  }
  return { width, height, pixels };
}
