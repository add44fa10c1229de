// Formats of quiz files: what each is called, whether it is written too, and what a file of it ends with.
//
// Texts: `format.NAME.name` and `format.NAME.holds`.

import { QuizFileFormat } from "@trivium/client/proto";

/** One format. */
export interface Format {
  readonly format: QuizFileFormat;
  /** Key of its texts. */
  readonly name: string;
  /** Whether quizzes can be exported to it. */
  readonly written: boolean;
}

/** The formats, the ones that hold everything first. */
export const FORMATS = [
  { format: QuizFileFormat.BUNDLE, name: "bundle", written: true },
  { format: QuizFileFormat.JSON, name: "json", written: true },
  { format: QuizFileFormat.CSV, name: "csv", written: true },
  { format: QuizFileFormat.KAHOOT_XLSX, name: "kahoot", written: true },
  { format: QuizFileFormat.GIFT, name: "gift", written: true },
  { format: QuizFileFormat.QTI, name: "qti", written: true },
  { format: QuizFileFormat.AIKEN, name: "aiken", written: true },
  { format: QuizFileFormat.RAZZIA_JSON, name: "razzia", written: true },
  { format: QuizFileFormat.CLASSQUIZ_XLSX, name: "classquiz", written: false },
  { format: QuizFileFormat.ARSNOVA_JSON, name: "arsnova", written: false },
  { format: QuizFileFormat.BLACKBOARD, name: "blackboard", written: false },
] as const satisfies readonly Format[];

/** What the file dialog offers. */
export const ACCEPTED_FILES = ".json,.zip,.csv,.tsv,.xlsx,.txt,.gift,.xml,.aiken";
/** Largest file that the server reads, in bytes. */
export const MAX_FILE_BYTES = 8 * 1024 * 1024;

/** Key of the texts of a format; `undefined` where it is not known. */
export function formatName(format: QuizFileFormat): (typeof FORMATS)[number]["name"] | undefined {
  return FORMATS.find((each) => each.format === format)?.name;
}
