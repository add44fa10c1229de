// The table of bounds against the proto that it mirrors.
import { describe, expect, it } from "vitest";
import source from "../../../../../../../proto/trivium/v1/quiz.proto?raw";
import { COUNT, lengthOf, NUMBERS, TEXT } from "./bounds";

/** Rules of a field: its own, and those of each item. */
interface Rules {
  readonly own: ReadonlyMap<string, number>;
  readonly items: ReadonlyMap<string, number>;
}

/** The numeric rules of `buf.validate` by `Message.field`. */
function readProto(): Map<string, Rules> {
  const found = new Map<string, Rules>();
  for (const [, message, body] of source.replaceAll(/\/\/.*$/gm, "").matchAll(/^message (\w+) \{(.*?)^\}/gms)) {
    for (const [, field, options] of (body ?? "").matchAll(/(\w+) = \d+ \[(.*?)\];/gs)) {
      const at = options?.search(/\bitems:/) ?? -1;
      const [own, items] = at < 0 ? [options, ""] : [options?.slice(0, at), options?.slice(at)];
      found.set(`${message}.${field}`, { own: rules(own), items: rules(items) });
    }
  }
  return found;
}

function rules(text = ""): Map<string, number> {
  const found = text.matchAll(/\b(min_len|max_len|min_items|max_items|gte|lte)(?: = |: )(-?\d+)/g);
  return new Map([...found].map(([, name, value]) => [name ?? "", Number(value)]));
}

const proto = readProto();

describe("bounds", () => {
  it.each(Object.entries(TEXT))("%s", (name, { min, max }) => {
    const { own, items } = proto.get(name) ?? { own: new Map(), items: new Map() };
    const of = items.size > 0 ? items : own;
    expect({ min: of.get("min_len") ?? 0, max: of.get("max_len") }).toEqual({ min, max });
  });

  it.each(Object.entries(COUNT))("%s", (name, { min, max }) => {
    const own = proto.get(name)?.own;
    expect({ min: own?.get("min_items"), max: own?.get("max_items") }).toEqual({ min, max });
  });

  it.each(Object.entries(NUMBERS))("%s", (name, { min, max }) => {
    const own = proto.get(name)?.own;
    expect({ min: own?.get("gte") ?? 0, max: own?.get("lte") }).toEqual({ min, max });
  });

  it("leave out no text, list or number of a quiz", () => {
    const known = new Set<string>([...Object.keys(TEXT), ...Object.keys(COUNT), ...Object.keys(NUMBERS)]);
    const messages = new Set([...known].map((name) => name.split(".")[0]));
    const missing = [...proto]
      .filter(([name, { own }]) => messages.has(name.split(".")[0]) && own.size > 0 && !known.has(name))
      .map(([name]) => name);
    expect(missing).toEqual(["Quiz.id"]);
  });

  it("count characters as the server does", () => {
    expect([lengthOf("Zoë"), lengthOf("🦉🦉"), lengthOf("")]).toEqual([3, 2, 0]);
  });
});
