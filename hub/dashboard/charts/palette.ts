/** The style sheet's colours and font for a canvas, which cannot read custom properties by itself. */

export type PaletteColor = 'peers' | 'origin' | 'cache' | 'ink' | 'ink-soft' | 'line' | 'surface' | 'accent';

let resolved = new Map<string, string>();

/** The colour `--name` as the theme has it now. */
export function paletteColor(name: PaletteColor): string {
  return remember(name, () => resolve(`var(--${name})`));
}

/** The same, mixed with transparency: `share` from 0 to 1 is what is left of it. */
export function paletteTint(name: PaletteColor, share: number): string {
  const mix = `color-mix(in srgb, var(--${name}) ${Math.round(share * 100)}%, transparent)`;
  return remember(`${name}/${share}`, () => resolve(mix));
}

/** The axes' font, as the page sets its body text. */
export function axisFont(): string {
  return remember('font', () => `11px ${getComputedStyle(document.body).fontFamily}`);
}

/** After a change of theme. */
export function forgetPalette(): void {
  resolved = new Map();
}

function remember(key: string, make: () => string): string {
  const known = resolved.get(key);
  if (known !== undefined) return known;
  const made = make();
  resolved.set(key, made);
  return made;
}

/** The computed value of a colour is what it comes to, whatever functions it was written with. */
function resolve(color: string): string {
  const probe = document.createElement('span');
  probe.style.color = color;
  document.body.append(probe);
  const computed = getComputedStyle(probe).color;
  probe.remove();
  return computed;
}
