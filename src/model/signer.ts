/** What signs manifests and heads with the archive's Ed25519 key. */
export interface Signer {
  /** 8 hex digits by c2sp.org/signed-note; names `keys/<keyid>.pem` in the archive. */
  readonly keyId: string;
  /** The raw 64-byte Ed25519 signature over `bytes` (RFC 8032). */
  sign(bytes: Uint8Array): Uint8Array;
}
