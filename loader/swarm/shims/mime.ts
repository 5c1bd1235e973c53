/** In place of `mime`: content types come from the signed release. */

export default {
  getType(): null {
    return null;
  },
};
