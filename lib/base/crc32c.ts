// CRC-32C (Castagnoli): the checksum of TensorBoard's records.

/** The polynomial x³² + x²⁸ + x²⁷ + … + 1, its bits reversed. */
const POLYNOMIAL = 0x82f63b78;

/** For each byte, what eight steps make of it; made at first use. */
let table: Int32Array | null = null;

/**
 * The CRC-32C of `bytes`, from 0 to 2³² − 1.
 *
 * Cost: one pass, byte by byte. Source: RFC 3720, appendix B.4.
 * @example crc32c(new TextEncoder().encode("123456789")) // 0xe3069283
 */
export function crc32c(bytes: Uint8Array): number {
  table ??= makeTable();
  let crc = -1;
  for (const byte of bytes) crc = table[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return ~crc >>> 0;
}

function makeTable(): Int32Array {
  return Int32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? POLYNOMIAL : 0);
    return crc;
  });
}
