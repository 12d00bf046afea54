// Forms with pictures, as browsers, curl and scripts send them, and as nobody should.
//
// Garbage: an answer that is no prediction, whose probabilities do not add up, or of another number of pictures than a plain reader
// finds in a form that is written as RFC 7578 has it.

import { hostileText } from "../hostile_text.ts";
import { type Answer, askApp, encodeRequest, Refusal } from "../http_request.ts";
import { concat, mutateBytes, utf8 } from "../mutate_bytes.ts";
import { predictionFault, predictionsOf } from "../prediction_fault.ts";
import type { Random } from "../random.ts";
import { somePicture } from "../some_picture.ts";
import type { FuzzTarget } from "../target.ts";

/** Of forms that are written as they should be. */
const PLAIN = "plain-form";

export const target: FuzzTarget<Answer> = {
  name: "multipart",
  errors: [Refusal],
  mutate: (random) => {
    if (random.oneIn(3)) return plainForm(random);
    const boundary = random.pick(["x", "----WebKitFormBoundary7MA4YWxkTrZu0gW", "a b", "'()+_,-./:=?", "b".repeat(70), "b".repeat(71)]); // biome-ignore format: one line
    const line = random.oneIn(12) ? "\n" : "\r\n";
    const count = random.oneIn(40) ? random.between(60, 120) : random.between(0, 4);
    const parts = Array.from({ length: count }, () => part(random, boundary, line));
    const end = random.oneIn(8) ? random.pick(["", "--", `--${boundary}`, `--${boundary}-`, `--${boundary}--${line}epilogue`]) : `--${boundary}--${line}`; // biome-ignore format: one line
    const whole = concat(utf8(random.oneIn(12) ? `preamble${line}` : ""), ...parts, utf8(end));
    const body = random.oneIn(8) ? mutateBytes(random, whole) : whole;
    return encodeRequest({ path: "/predict", headers: typeOf(random, boundary), body });
  },
  read: askApp,
  garbage: (answer) => {
    const fault = predictionFault(answer);
    if (fault !== null || !answer.request.headers["content-type"]?.endsWith(PLAIN)) return fault;
    // Nothing in a plain form looks like a file's header but the headers of files.
    const text = Buffer.from(answer.request.body).toString("latin1");
    const files = text.match(/filename="/g)?.length ?? 0;
    const found = predictionsOf(answer)?.length;
    return files === found ? null : `${found} predictions for ${files} pictures`;
  },
  describe: (answer) => `${predictionsOf(answer)?.map(({ predicted_class }) => predicted_class)}`,
  leastRefusals: 8,
};

function plainForm(random: Random): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let n = random.between(1, 3); n > 0; n--) {
    parts.push(utf8(`--${PLAIN}\r\nContent-Disposition: form-data; name="file"; filename="${n}.png"\r\nContent-Type: image/png\r\n\r\n`), somePicture(random), utf8("\r\n")); // biome-ignore format: one line
  }
  if (random.oneIn(2)) parts.push(utf8(`--${PLAIN}\r\nContent-Disposition: form-data; name="model_type"\r\n\r\nlinear\r\n`)); // biome-ignore format: one line
  const headers = { "content-type": `multipart/form-data; boundary=${PLAIN}` };
  return encodeRequest({ path: "/predict", headers, body: concat(...parts, utf8(`--${PLAIN}--\r\n`)) });
}

function part(random: Random, boundary: string, line: string): Uint8Array {
  const isField = random.oneIn(3);
  const name = random.oneIn(8) ? quoted(random) : isField ? "model_type" : "file";
  const disposition = random.oneIn(8)
    ? random.pick(["Content-Disposition: attachment", "Content-Disposition: form-data", "Content-Disposition:", `Content-Disposition: form-data; name=${name}`, `content-disposition:form-data;name="${name}";filename*=UTF-8''%e2%82%ac.png`, `Content-Disposition: form-data; name="file"; filename="a"; filename="b"; name="c"`, ""]) // biome-ignore format: one line
    : `Content-Disposition: form-data; name="${name}"${isField ? "" : `; filename="${random.oneIn(6) ? quoted(random) : "7.png"}"`}`;
  const more = random.oneIn(8)
    ? random.pick([`${line}Content-Transfer-Encoding: base64`, `${line}X: ${"a".repeat(random.pick([100, 4000, 9000]))}`, `${line} folded`, `${line}no colon`, `${line}Content-Type: multipart/mixed; boundary=inner`, `${line}:`, `${line}\0: \0`]) // biome-ignore format: one line
    : `${line}Content-Type: image/png`;
  const content = isField
    ? utf8(random.oneIn(4) ? hostileText(random) : random.pick(["linear", "cnn", "CNN", "mlp", "", "linear\r\n", "a".repeat(2000)])) // biome-ignore format: one line
    : random.oneIn(20)
      ? utf8(`${line}--${boundary}${random.pick(["", "--", "x", line])}`)
      : somePicture(random);
  const start = random.oneIn(30)
    ? random.pick(["", `-${boundary}`, `--${boundary}x`, `--${boundary} \t`])
    : `--${boundary}`;
  return concat(
    utf8(`${start}${line}${disposition}${more}${line}${line}`),
    content,
    utf8(random.oneIn(30) ? "" : line),
  );
}

function quoted(random: Random): string {
  return hostileText(random).replace(/[\r\n"]/g, random.oneIn(2) ? "" : "%22");
}

function typeOf(random: Random, boundary: string): Record<string, string> {
  if (!random.oneIn(10)) {
    const isBare = /^[\w-]+$/.test(boundary) && random.oneIn(2);
    return { "content-type": `multipart/form-data; boundary=${isBare ? boundary : `"${boundary}"`}` };
  }
  const types = ["multipart/form-data", "multipart/form-data; boundary=", 'multipart/form-data; boundary=""', `Multipart/Form-Data; charset=utf-8; Boundary=${boundary.replace(/\W/g, "x")}`, "multipart/mixed; boundary=x", "application/json", "image/png", "multipart/form-data; boundary=x; boundary=y", `multipart/form-data;${" ".repeat(2000)}boundary=x`, `multipart/form-data; boundary="${"x".repeat(5000)}`]; // biome-ignore format: one line
  return random.oneIn(10) ? {} : { "content-type": random.pick(types) };
}
