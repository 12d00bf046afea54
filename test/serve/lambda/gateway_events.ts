// Requests as what stands before a function describes them: the same request in each format.

export interface Asked {
  method?: string;
  path?: string;
  /** As it is sent, without the question mark. */
  query?: string;
  headers?: Readonly<Record<string, string>>;
  cookies?: readonly string[];
  body?: Uint8Array | string;
}

const ADDRESS = "203.0.113.7";

/** Text goes as text, bytes as base64. */
function bodyOf(body: Asked["body"]): { body: string | null; isBase64Encoded: boolean } {
  if (body === undefined) return { body: null, isBase64Encoded: false };
  return typeof body === "string"
    ? { body, isBase64Encoded: false }
    : { body: Buffer.from(body).toString("base64"), isBase64Encoded: true };
}

/** Of a Function URL, or of an HTTP API with another stage than the default one. */
export function functionUrlEvent(asked: Asked, stage = "$default"): Record<string, unknown> {
  const { method = "GET", path = "/", query = "", headers = {}, cookies, body } = asked;
  const rawPath = stage === "$default" ? path : `/${stage}${path}`;
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath,
    rawQueryString: query,
    headers: { host: "abc.lambda-url.us-east-1.on.aws", "x-forwarded-for": ADDRESS, ...headers },
    ...(cookies ? { cookies } : {}),
    ...(query ? { queryStringParameters: Object.fromEntries(new URLSearchParams(query)) } : {}),
    requestContext: {
      accountId: "anonymous",
      apiId: "abc",
      domainName: "abc.lambda-url.us-east-1.on.aws",
      http: { method, path: rawPath, protocol: "HTTP/1.1", sourceIp: ADDRESS, userAgent: "test" },
      requestId: "5b2a6c5c-0000-4000-8000-000000000000",
      routeKey: "$default",
      stage,
      timeEpoch: 1_700_000_000_000,
    },
    ...bodyOf(body),
  };
}

/** Of API Gateway's REST API: payload 1.0, queries decoded, every header in two forms. */
export function restEvent(asked: Asked): Record<string, unknown> {
  const { method = "GET", path = "/", query = "", headers = {}, cookies, body } = asked;
  const sent = {
    Host: "abc.execute-api.us-east-1.amazonaws.com",
    "X-Forwarded-For": ADDRESS,
    ...headers,
    ...(cookies ? { Cookie: cookies.join("; ") } : {}),
  };
  const pairs = [...new URLSearchParams(query)];
  return {
    resource: "/{proxy+}",
    path,
    httpMethod: method,
    headers: sent,
    multiValueHeaders: Object.fromEntries(Object.entries(sent).map(([name, value]) => [name, [value]])),
    queryStringParameters: pairs.length === 0 ? null : Object.fromEntries(pairs),
    multiValueQueryStringParameters: pairs.length === 0 ? null : grouped(pairs),
    pathParameters: { proxy: path.slice(1) },
    stageVariables: null,
    requestContext: {
      resourcePath: "/{proxy+}",
      httpMethod: method,
      path: `/prod${path}`,
      stage: "prod",
      requestId: "5b2a6c5c-0000-4000-8000-000000000000",
      identity: { sourceIp: ADDRESS, userAgent: "test" },
    },
    ...bodyOf(body),
  };
}

/** Of an Application Load Balancer: queries as they were sent. @param hasLists as its target group is set */
export function loadBalancerEvent(asked: Asked, hasLists = false): Record<string, unknown> {
  const { method = "GET", path = "/", query = "", headers = {}, cookies, body } = asked;
  const sent = {
    host: "balancer.us-east-1.elb.amazonaws.com",
    "x-forwarded-for": `198.51.100.9, ${ADDRESS}`,
    ...headers,
    ...(cookies ? { cookie: cookies.join("; ") } : {}),
  };
  const pairs = query === "" ? [] : query.split("&").map((pair) => pair.split("=") as [string, string]);
  return {
    requestContext: {
      elb: { targetGroupArn: "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/digits/1" },
    },
    httpMethod: method,
    path,
    ...(hasLists
      ? {
          multiValueHeaders: Object.fromEntries(Object.entries(sent).map(([name, value]) => [name, [value]])),
          multiValueQueryStringParameters: grouped(pairs),
        }
      : { headers: sent, queryStringParameters: Object.fromEntries(pairs) }),
    ...bodyOf(body),
    body: bodyOf(body).body ?? "",
  };
}

function grouped(pairs: readonly (readonly [string, string])[]): Record<string, string[]> {
  const lists: Record<string, string[]> = {};
  for (const [name, value] of pairs) lists[name] = [...(lists[name] ?? []), value];
  return lists;
}
