/** `npm run soak` sets it: the same tests, with more of everything. */
export const isSoak = process.env['SHOAL_SOAK'] === '1';
