/** Hard limits, checked before anything is parsed (clause M3). Bytes unless the name says otherwise. */
export const limits = {
  headBytes: 8 * 1024,
  rootBytes: 64 * 1024,
  releaseBytes: 5_000_000,
  layersBytes: 8 * 1024 * 1024,
  torrentBytes: 2 * 1024 * 1024,
  rootRotations: 256,
  keysPerRole: 16,
  signatures: 32,
  assets: 50_000,
  packs: 4_096,
  pathBytes: 1_024,
  assetBytes: 2 * 1024 * 1024 * 1024,
  headerValueBytes: 8 * 1024,
  /** BEP 52 leaf. */
  leafBytes: 16 * 1024,
  minChunkBytes: 16 * 1024,
  maxChunkBytes: 1024 * 1024,
  /** How far ahead of the origin's clock a head's `seq` may be (fast-forward attack). */
  fastForwardMs: 24 * 60 * 60 * 1000,
} as const;
