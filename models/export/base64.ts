// Bytes as text.

/** What one call of String.fromCharCode is given: engines bound the number of arguments. A multiple of 3. */
const CHUNK = 0x6000;

/** Base64 of RFC 4648, padded. */
export function base64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += CHUNK) {
    text += btoa(String.fromCharCode(...bytes.subarray(at, at + CHUNK)));
  }
  return text;
}
