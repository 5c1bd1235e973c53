/** The part of `bencode` 4 that we use; the package has no types of its own. */
declare module 'bencode' {
  type Bencodable =
    number | string | Uint8Array | readonly Bencodable[] | { readonly [key: string]: Bencodable };
  const bencode: { encode(value: Bencodable): Uint8Array };
  export default bencode;
}
