// mnist serve: what cannot be listened on is told by the flag that named it.

import { createServer } from "node:net";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { serveModels } from "../../cli/serve/serve_models.ts";
import { UsageError } from "../../cli/terminal/exit_codes.ts";

const test = suite("serve");

test("of two ports the one that is taken is named", async () => {
  const taken = createServer();
  const port = await new Promise<string>((resolve) => {
    taken.listen(0, "127.0.0.1", () => resolve(String((taken.address() as { port: number }).port)));
  });
  for (const [flags, says] of [
    [{ port: "0", "metrics-port": port }, `--metrics-port ${port} is taken on 127.0.0.1;`],
    [{ port, "metrics-port": "0" }, `--port ${port} is taken on 127.0.0.1;`],
    [{ port }, `--port ${port} is taken on 127.0.0.1;`],
  ] as const) {
    const error = await serveModels({ ...flags, "log-level": "silent" }).catch((each: unknown) => each);
    assert.instance(error, UsageError);
    assert.ok((error as Error).message.startsWith(says), (error as Error).message);
  }
  taken.close();
});

test.run();
