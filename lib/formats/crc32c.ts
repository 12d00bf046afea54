// CRC-32C (Castagnoli): the checksum of TensorBoard's records.

/** The polynomial x³² + x²⁸ + x²⁷ + … + 1, its bits reversed. */
const POLYNOMIAL = 0x82f63b78;

/** For each byte, what eight steps make of it; filled at first use. */
const TABLE = new Int32Array(256);

/**
 * The CRC-32C of `bytes`, from 0 to 2³² − 1.
 *
 * Cost: one pass, byte by byte. Source: RFC 3720, appendix B.4.
 * @example crc32c(new TextEncoder().encode("123456789")) // 0xe3069283
 */
export function crc32c(bytes: Uint8Array): number {
  if (TABLE[1] === 0) fillTable();
  let crc = -1;
  for (const byte of bytes) crc = TABLE[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return ~crc >>> 0;
}

function fillTable(): void {
  for (let byte = 0; byte < TABLE.length; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? POLYNOMIAL : 0);
    TABLE[byte] = crc;
  }
}
