/** Fonts that wait, as all heavy files do. Liberation Sans has Arial's widths, so nothing moves when it comes. */

const faces = [
  ['Liberation Sans Web', 'fonts/LiberationSans-Regular.ttf', '400'],
  ['Liberation Sans Web', 'fonts/LiberationSans-Bold.ttf', '700'],
  ['Codicon', 'fonts/codicon.ttf', '400'],
] as const;

/** @throws Error when a font does not load */
export async function loadFonts(): Promise<string> {
  await Promise.all(
    faces.map(async ([family, path, weight]) => {
      const face = new FontFace(family, `url(${new URL(path, document.baseURI).href})`, { weight });
      document.fonts.add(await face.load());
    }),
  );
  document.documentElement.classList.add('icons');
  return `${faces.length} fonts`;
}
