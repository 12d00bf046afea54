// A transform for the AssemblyScript compiler: every function in kernels/shared/ is inlined at its call sites, and every
// other one behind a comment `// @inline`, as formatters and tsc reject the decorator before a function. What is neither is
// inlined seldom, by "shrinkLevel" in asconfig.json: a kernel's inner loops make no calls, and the rest may be small.
import { FunctionDeclaration, Node } from "assemblyscript";
import { Transform } from "assemblyscript/transform";

export default class InlineShared extends Transform {
  afterParse(parser) {
    for (const source of parser.sources) {
      for (const statement of source.statements) {
        if (!(statement instanceof FunctionDeclaration)) continue;
        const isMarked = /\/\/ @inline.*\n\s*$/.test(source.text.slice(0, statement.range.start));
        if (!isMarked && !source.normalizedPath.startsWith("kernels/shared/")) continue;
        const inline = Node.createDecorator(
          Node.createIdentifierExpression("inline", statement.range),
          null,
          statement.range,
        );
        statement.decorators = [...(statement.decorators ?? []), inline];
      }
    }
  }
}
