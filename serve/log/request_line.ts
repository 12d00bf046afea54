// RequestLine: what the log says of a request. Nothing else of it is logged: no header, no query, no body.

export interface RequestLine {
  /** What the answer's X-Request-Id says. */
  request_id: string;
  /** Of traceparent, where the request had one. */
  trace_id?: string | undefined;
  /** The caller's span. */
  parent_span_id?: string | undefined;
  method: string;
  /** The pattern, such as /v2/models/:model/infer; "unknown" where none fits. */
  route: string;
  status: number;
  /** From the request's headers until its answer was made. */
  ms: number;
  /** Of the request's body, as its header says. */
  bytes_in?: number | undefined;
  address?: string | undefined;
  /** Of a problem, in a word of ProblemReason. */
  reason?: string | undefined;
  /** Of a problem, as it was answered. */
  problem?: string | undefined;
}
