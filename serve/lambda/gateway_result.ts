// GatewayResult: an answer as whatever stands before the function wants it in JSON.

/** Where several values of a header stand: in `cookies`, in lists of all headers, or nowhere, so that the last one counts. */
export type ResultForm = "cookies" | "lists" | "single";

export interface GatewayResult {
  statusCode: number;
  headers?: Record<string, string>;
  multiValueHeaders?: Record<string, string[]>;
  cookies?: string[];
  body: string;
  isBase64Encoded: boolean;
}

/** Of one connection, which is the gateway's business. */
const OF_THE_CONNECTION = new Set(["connection", "content-length", "keep-alive", "transfer-encoding", "upgrade"]);
const TEXT = /^(text\/|application\/([\w.+-]+\+)?(json|xml|javascript|yaml)\b|image\/svg\+xml\b)/i;

export async function gatewayResult(response: Response, form: ResultForm): Promise<GatewayResult> {
  const { status: statusCode, headers } = response;
  const bytes = Buffer.from(await response.arrayBuffer());
  const isText = TEXT.test(headers.get("content-type") ?? "") && !headers.has("content-encoding");
  const text = isText ? bytes.toString() : "";
  // A text in another encoding than UTF-8 would come out as another.
  const isBase64Encoded = isText
    ? Buffer.byteLength(text) !== bytes.length || !Buffer.from(text).equals(bytes)
    : bytes.length > 0;
  const body = isBase64Encoded ? bytes.toString("base64") : text;
  return { statusCode, ...headersIn(form, headers), body, isBase64Encoded };
}

function headersIn(form: ResultForm, headers: Headers): Omit<GatewayResult, "statusCode" | "body" | "isBase64Encoded"> {
  const single: [string, string][] = [];
  headers.forEach((value, name) => {
    if (name !== "set-cookie" && !OF_THE_CONNECTION.has(name)) single.push([name, value]);
  });
  const cookies = headers.getSetCookie();
  switch (form) {
    case "cookies":
      return { headers: Object.fromEntries(single), ...(cookies.length > 0 ? { cookies } : {}) };
    case "lists":
      return {
        multiValueHeaders: Object.fromEntries([
          ...single.map(([name, value]) => [name, [value]]),
          ...(cookies.length > 0 ? [["set-cookie", cookies]] : []),
        ]),
      };
    case "single":
      return { headers: Object.fromEntries([...single, ...cookies.slice(-1).map((cookie) => ["set-cookie", cookie])]) };
  }
}
