// Bodies of /predict/base64: JSON with pictures in base64 or as data URLs.
//
// Garbage: an answer that is no prediction or whose probabilities do not add up; or of another number of pictures than there are texts.

import { hostileText } from "../hostile_text.ts";
import { type Answer, askApp, encodeRequest, Refusal } from "../http_request.ts";
import { mutateBytes, utf8 } from "../mutate_bytes.ts";
import { mutateJson } from "../mutate_json.ts";
import { predictionFault, predictionsOf } from "../prediction_fault.ts";
import type { Random } from "../random.ts";
import { somePicture } from "../some_picture.ts";
import type { FuzzTarget } from "../target.ts";

export const target: FuzzTarget<Answer> = {
  name: "base64",
  errors: [Refusal],
  mutate: (random) => {
    const count = random.oneIn(30) ? random.between(60, 100) : random.between(1, 3);
    const image = random.oneIn(3) ? Array.from({ length: count }, () => text(random)) : text(random);
    const request = { image, ...(random.oneIn(2) ? { model_type: random.pick(["cnn", "linear", "mlp"]) } : {}) };
    const json = utf8(random.oneIn(3) ? mutateJson(random, request) : JSON.stringify(request));
    const body = random.oneIn(20) ? mutateBytes(random, json) : json;
    return encodeRequest({ path: "/predict/base64", headers: { "content-type": "application/json" }, body });
  },
  read: askApp,
  garbage: (answer) => {
    const { image } = JSON.parse(new TextDecoder().decode(answer.request.body));
    const [texts, found] = [Array.isArray(image) ? image.length : 1, predictionsOf(answer)?.length];
    return predictionFault(answer) ?? (texts === found ? null : `${found} predictions for ${texts} texts`);
  },
  describe: (answer) => `${predictionsOf(answer)?.map(({ predicted_class }) => predicted_class)}`,
  leastRefusals: 8,
};

function text(random: Random): string {
  const plain = Buffer.from(somePicture(random)).toString(random.oneIn(4) ? "base64url" : "base64");
  const spaced = random.oneIn(8) ? plain.replace(/.{76}/g, "$&\r\n") : plain;
  const prefix = random.oneIn(3) ? random.pick(["data:image/png;base64,", "data:;base64,", "DATA:image/png;charset=utf-8;BASE64,", "data:image/png,", "data:image/png;base64", `data:${"a".repeat(3000)};base64,`]) : ""; // biome-ignore format: one line
  const whole = prefix + spaced;
  if (!random.oneIn(6)) return whole;
  const at = random.below(whole.length + 1);
  return random.pick([whole.slice(0, at), `${whole}=`, whole.slice(0, at) + hostileText(random) + whole.slice(at), `${whole}${"=".repeat(5)}`, ` ${whole} `, "=".repeat(at), hostileText(random)]); // biome-ignore format: one line
}
