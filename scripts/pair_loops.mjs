// For the variant `wide`: loops that take four channels or elements a turn take eight where there are as many.
//
// V8 joins vectors of four lanes that lie one behind the other in memory, and what comes of both alike. It begins at pairs of
// stores, and goes up to the loads, between which there must be no store. So all loads come first, and each statement is
// followed by the same for the four lanes behind:
//
//   for (let i: usize = 0; i < c; i += 4) {          for (; i + 8 <= c; i += 8) {
//     const a = load4(x, i);                           const loaded0 = load4(x, i);
//     store4(y, i, f32x4.add(a, a));            →      const loaded0Next = v128.load(x + (i << 2), 16);
//   }                                                  const a = loaded0;
//                                                      const aNext = loaded0Next;
//                                                      store4(y, i, f32x4.add(a, a));
//                                                      v128.store(y + (i << 2), f32x4.add(aNext, aNext), 16);
//                                                    }
//
// Only so do two addresses count as neighbours: one base, and offsets that the instructions hold.
// What is left over the loop does as it stands. Only loops without branches are taken, which use their index in load4, load4U8
// and store4 alone, as a term of the place. No bit changes: each element has the same operations, and whatever a turn stores it does not load again.
import ts from "typescript";

/** A kernel's source, with such loops in pairs. */
export function pairLoops(text) {
  const source = ts.createSourceFile("kernel.ts", text, ts.ScriptTarget.ES2022, true);
  const changes = [];
  const visit = (node) => {
    const paired = ts.isForStatement(node) ? pairOf(node, source) : null;
    if (paired === null) ts.forEachChild(node, visit);
    else changes.push({ from: node.getStart(source), to: node.end, paired });
  };
  visit(source);
  return changes.reduceRight((rest, { from, to, paired }) => rest.slice(0, from) + paired + rest.slice(to), text);
}

/** @returns null where it is no such loop */
function pairOf(loop, source) {
  const i = loop.incrementor?.getText(source).match(/^(\w+) \+= 4$/)?.[1];
  if (i === undefined) return null;
  const condition = loop.condition?.getText(source) ?? "";
  const start = loop.initializer?.getText(source) ?? "";
  const below = start === `let ${i}: usize = 0` ? condition.match(new RegExp(`^${i} < (\\w+)$`)) : null;
  const whole = start === "" ? condition.match(new RegExp(`^${i} \\+ 4 <= (\\w+)$`)) : null;
  const limit = (below ?? whole)?.[1];
  if (limit === undefined) return null;
  const body = doubled(statementsOf(loop), { i, source, names: new Map(), loads: 0 });
  if (body === null) return null;
  const left = `for (; ${condition}; ${i} += 4) ${loop.statement.getText(source)}`;
  const both = `for (; ${i} + 8 <= ${limit}; ${i} += 8) {\n${body.join("\n")}\n}\n${left}`;
  return start ? `{\n${start};\n${both}\n}` : both;
}

/**
 * @param pairing the index; the variables that were met, and what the four lanes behind call them; the number of loads
 * @returns null where a statement is none of a declaration, an assignment to what was declared, a store, and a loop over such
 *   that counts something else
 */
function doubled(statements, pairing) {
  const { i, source, names } = pairing;
  const loads = [];
  const rest = [];
  for (const statement of statements) {
    if (ts.isForStatement(statement)) {
      const inner = doubled(statementsOf(statement), pairing);
      const header = source.text.slice(statement.getStart(source), statement.statement.getStart(source));
      if (inner === null || isMentioned([i, ...names.keys()], header)) return null;
      rest.push(`${header}{\n${inner.join("\n")}\n}`);
      continue;
    }
    const isDeclaration = ts.isVariableStatement(statement);
    const { expression } = statement;
    if (isDeclaration) {
      for (const { name } of statement.declarationList.declarations) names.set(name.text, `${name.text}Next`);
    } else if (expression === undefined || (calleeOf(expression) !== "store4" && !isAssignment(expression, names))) {
      return null;
    }
    if (calleeOf(expression) === "store4" && !goesOn(expression, pairing)) return null;
    const found = { loads: new Map(), usesIndex: false };
    look(statement, i, found);
    if (found.usesIndex) return null;
    for (const load of found.loads.keys()) {
      if (!goesOn(load, pairing) || isMentioned([...names.keys()], load.getText(source))) return null;
      const name = `loaded${pairing.loads++}`;
      found.loads.set(load, name);
      loads.push(...loadsOf(load, name, source));
    }
    rest.push(written(statement, found.loads, null, source));
    if (calleeOf(expression) === "store4") {
      const value = written(expression.arguments[2], found.loads, names, source);
      rest.push(`v128.store(${addressOf(expression, source)}, ${value}, 16);`);
    } else {
      rest.push(written(statement, found.loads, names, source));
    }
  }
  return [...loads, ...rest];
}

const statementsOf = ({ statement }) => (ts.isBlock(statement) ? [...statement.statements] : [statement]);

const isAssignment = (node, names) =>
  ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken && names.has(node.left.text);

const isMentioned = (names, text) => names.some((name) => new RegExp(`\\b${name}\\b`).test(text));

/** Whether the four lanes behind lie right behind: the index is a term of the place, and nowhere else. */
function goesOn({ arguments: [x, place] }, { i, source }) {
  const isPlus = (node) => ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken;
  const terms = (node) => (isPlus(node) ? [...terms(node.left), ...terms(node.right)] : [node.getText(source)]);
  const others = terms(place).filter((term) => term !== i);
  return others.length === terms(place).length - 1 && !isMentioned([i], [x.getText(source), ...others].join(" "));
}

/** Two constants. Bytes are made integers half by half of one vector, which V8 joins as well. */
function loadsOf(load, name, source) {
  if (calleeOf(load) === "load4") {
    return [
      `const ${name} = ${load.getText(source)};`,
      `const ${name}Next = v128.load(${addressOf(load, source)}, 16);`,
    ];
  }
  const [x, i] = load.arguments;
  return [
    `const ${name}Bytes = v128.load_ext<u8>(${x.getText(source)} + ${i.getText(source)});`,
    `const ${name} = i32x4.extend_low_i16x8_u(${name}Bytes);`,
    `const ${name}Next = i32x4.extend_high_i16x8_u(${name}Bytes);`,
  ];
}

const calleeOf = (node) =>
  node !== undefined && ts.isCallExpression(node) && ts.isIdentifier(node.expression) ? node.expression.text : null;

/** Of load4(x, i) and store4(x, i, …), in bytes. */
function addressOf({ arguments: [x, i] }, source) {
  return `${x.getText(source)} + ((${i.getText(source)}) << 2)`;
}

/** Its loads, and whether the index is used beside them and the store's own place. */
function look(node, i, found) {
  const callee = calleeOf(node);
  if (callee === "load4" || callee === "load4U8") {
    found.loads.set(node, "");
    return;
  }
  if (ts.isIdentifier(node) && node.text === i) found.usesIndex = true;
  const children = callee === "store4" ? [node.arguments[0], node.arguments[2]] : [];
  if (callee === "store4") for (const child of children) look(child, i, found);
  else ts.forEachChild(node, (child) => look(child, i, found));
}

/** The text with loads by their names; where `names` are given, those of the four lanes behind. */
function written(node, loads, names, source) {
  let text = "";
  let at = node.getStart(source);
  const put = (part, replacement) => {
    text += source.text.slice(at, part.getStart(source)) + replacement;
    at = part.end;
  };
  const visit = (part) => {
    const load = loads.get(part);
    if (load !== undefined) return put(part, names ? `${load}Next` : load);
    const isMember = ts.isPropertyAccessExpression(part.parent) && part.parent.name === part;
    if (ts.isIdentifier(part) && !isMember && names?.has(part.text)) return put(part, names.get(part.text));
    return ts.forEachChild(part, visit);
  };
  visit(node);
  return text + source.text.slice(at, node.end);
}
