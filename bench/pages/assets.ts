/** Fetches all assets at once; their number is in the page's address. Resolves to the number of bytes. */
export async function fetchAssets(init: RequestInit = {}): Promise<number> {
  const count = Number(new URLSearchParams(location.search).get('assets'));
  const lengths = await Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const response = await fetch(`/assets/${i}.bin`, init);
      return (await response.arrayBuffer()).byteLength;
    }),
  );
  return lengths.reduce((sum, length) => sum + length, 0);
}
