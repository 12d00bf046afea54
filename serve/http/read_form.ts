// A form with files: multipart/form-data, whole in memory, since the body's limit is.

import {
  MaxFileSizeExceededError,
  MaxHeaderSizeExceededError,
  MaxPartsExceededError,
  MaxTotalSizeExceededError,
  MultipartParseError,
  parseMultipart,
} from "@remix-run/multipart-parser";
import { badRequest, Problem } from "./problem.ts";

export interface FormFile {
  /** The field's. */
  field: string;
  /** As the client calls it; for messages only. */
  name: string;
  bytes: Uint8Array;
}

export interface Form {
  files: FormFile[];
  /** Of a field that comes twice, the last. */
  fields: Map<string, string>;
}

export interface FormLimits {
  maxParts: number;
}

const MAX_HEADER_BYTES = 4096;
const MAX_FIELD_BYTES = 1024;
const MAX_NAME = 100;
const BOUNDARY = /^multipart\/form-data\b.*?;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i;

/** @throws {Problem} 415 another type, 400 damaged, 413 too many parts */
export function readForm(contentType: string | undefined, body: Uint8Array, { maxParts }: FormLimits): Form {
  if (!/^multipart\/form-data\b/i.test(contentType ?? "")) {
    throw new Problem(
      415,
      `the body must be multipart/form-data with a part named file; got ${contentType || "no Content-Type"}. With curl: -F file=@digit.png`,
      { reason: "unsupported_media" },
    );
  }
  const [, quoted, bare] = BOUNDARY.exec(contentType ?? "") ?? [];
  const boundary = quoted ?? bare;
  if (boundary === undefined) {
    throw badRequest(
      "the Content-Type names no boundary of at most 70 characters; let your client library make this header",
    );
  }
  const form: Form = { files: [], fields: new Map() };
  try {
    const limits = { maxHeaderSize: MAX_HEADER_BYTES, maxFileSize: body.length, maxTotalSize: body.length, maxParts };
    for (const part of parseMultipart(body, { boundary, ...limits })) {
      const { name: field } = part;
      if (field === undefined || field.length > MAX_NAME)
        throw badRequest("a part has no name, or one of over 100 characters");
      const { bytes, filename } = part;
      if (filename !== undefined) form.files.push({ field, name: filename.slice(0, MAX_NAME) || field, bytes });
      else if (bytes.length > MAX_FIELD_BYTES)
        throw badRequest(`the field ${field} has ${bytes.length} bytes; at most ${MAX_FIELD_BYTES} are read`); // biome-ignore format: one line
      else form.fields.set(field, new TextDecoder().decode(bytes));
    }
  } catch (error) {
    throw problemOf(error, maxParts);
  }
  return form;
}

function problemOf(error: unknown, maxParts: number): unknown {
  if (error instanceof MaxPartsExceededError) {
    return new Problem(413, `the form has more than ${maxParts} parts; send several requests.`, {
      reason: "body_too_large",
    });
  }
  if (error instanceof MaxHeaderSizeExceededError)
    return badRequest(`a part's headers exceed ${MAX_HEADER_BYTES} bytes`);
  if (error instanceof MaxFileSizeExceededError || error instanceof MaxTotalSizeExceededError) {
    return badRequest("the parts are larger than the body");
  }
  // Thrown as headers are looked at, by the decoder itself.
  if ((error as NodeJS.ErrnoException).code === "ERR_ENCODING_INVALID_ENCODED_DATA") {
    return badRequest("a part's headers are not text in UTF-8");
  }
  if (error instanceof MultipartParseError) return badRequest("the form is damaged or ends early");
  return error;
}
