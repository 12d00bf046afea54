// Requests for inference by the Open Inference Protocol, as JSON.
//
// Garbage: an answer to what a plain reader takes for no request, for other outputs or in another form than was asked for, or with
// other bits than the library's forward gives for the numbers that the plain reader finds.

import { hostileText } from "../hostile_text.ts";
import { type Answer, askApp, encodeRequest, Refusal } from "../http_request.ts";
import { mutateBytes, utf8 } from "../mutate_bytes.ts";
import { mutateJson } from "../mutate_json.ts";
import { answerFault, asData, describeAnswer, hollowInput, someImages, somePath, someRequest } from "../oip_request.ts";
import type { FuzzTarget } from "../target.ts";

export const target: FuzzTarget<Answer> = {
  name: "oip_json",
  errors: [Refusal],
  mutate: (random) => {
    const count = random.pick([1, 1, 1, 2]);
    const data = asData(random, someImages(random, count), count);
    const input = { name: "images", shape: [count, 1, 28, 28], datatype: "FP32", data };
    const request = someRequest(random, random.oneIn(20) ? hollowInput(random) : input);
    const text = utf8(random.oneIn(8) ? JSON.stringify(request) : mutateJson(random, request));
    const body = random.oneIn(30) ? mutateBytes(random, text) : text;
    const path = random.oneIn(40) ? `/v2/models/${encodeURIComponent(wellFormed(hostileText(random)))}/infer` : somePath(random); // biome-ignore format: one line
    const headers = { "content-type": random.pick(["application/json", "text/plain", "application/octet-stream"]) };
    return encodeRequest({ path, headers, body });
  },
  read: askApp,
  garbage: answerFault,
  describe: describeAnswer,
  leastRefusals: 25,
};

/** encodeURIComponent takes no halves of pairs. */
function wellFormed(text: string): string {
  return text.replace(/\p{Cs}/gu, "\ufffd");
}
