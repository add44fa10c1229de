// Refusals as the server makes them: a reason, or broken rules by field.
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { Code, ConnectError } from "@connectrpc/connect";

/** A refusal with a reason. */
export function refusal(reason: string, message = reason): ConnectError {
  const error = new ConnectError(message, Code.FailedPrecondition);
  const value = texts(reason, "trivium").finish();
  error.details.push({ type: "google.rpc.ErrorInfo", value });
  return error;
}

/** A refusal that names fields. */
export function violations(...broken: readonly (readonly [field: string, description: string])[]): ConnectError {
  const error = new ConnectError("the request breaks rules", Code.InvalidArgument);
  const writer = new BinaryWriter();
  for (const [field, description] of broken) {
    writer.tag(1, WireType.LengthDelimited).bytes(texts(field, description).finish());
  }
  error.details.push({ type: "google.rpc.BadRequest", value: writer.finish() });
  return error;
}

/** A message with two texts. */
function texts(first: string, second: string): BinaryWriter {
  return new BinaryWriter()
    .tag(1, WireType.LengthDelimited)
    .string(first)
    .tag(2, WireType.LengthDelimited)
    .string(second);
}
