// A form with a picture as a browser or Python's requests sends it: bytes that are no text, between lines that are.

import type { Asked } from "./gateway_events.ts";

const BOUNDARY = "----digits";

/** POST /predict */
export function pictureForm(fields: Readonly<Record<string, string>>, picture: Uint8Array): Asked {
  const head = (name: string, more = ""): string =>
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n`;
  const texts = Object.entries(fields).map(([name, value]) => `${head(name)}${value}\r\n`);
  const file = head("file", '; filename="digit.png"\r\nContent-Type: image/png');
  return {
    method: "POST",
    path: "/predict",
    headers: { "content-type": `multipart/form-data; boundary=${BOUNDARY}` },
    body: Buffer.concat([Buffer.from(texts.join("") + file), picture, Buffer.from(`\r\n--${BOUNDARY}--\r\n`)]),
  };
}
