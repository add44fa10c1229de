// Documentation of everything public, into the repository's `target`. A warning is an error.
import { OptionDefaults } from "typedoc";

/** @type {Partial<import("typedoc").TypeDocOptions>} */
export default {
  name: "@trivium/client",
  entryPoints: ["index", "react/index", "transport/index", "testing/index", "seal/index", "seal/react", "proto"].map(
    (name) => `src/${name}.*`,
  ),
  tsconfig: "tsconfig.json",
  out: "../../../target/typedoc",
  readme: "README.md",
  excludePrivate: true,
  excludeExternals: true,
  disableSources: true,
  // Where generated code comes from is told by the generator in a tag of its own.
  blockTags: [...OptionDefaults.blockTags, "@generated"],
  excludeTags: [...OptionDefaults.excludeTags, "@generated"],
  treatWarningsAsErrors: true,
};
