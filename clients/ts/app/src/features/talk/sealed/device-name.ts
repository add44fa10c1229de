// What a browser calls itself for people who look at a list of devices.

const BROWSERS = [
  [/Edg\//, "Edge"],
  [/Firefox\//, "Firefox"],
  [/Chrome\//, "Chrome"],
  [/Safari\//, "Safari"],
] as const;
const SYSTEMS = [
  [/iPhone|iPad/, "iOS"],
  [/Android/, "Android"],
  [/Windows/, "Windows"],
  [/Mac OS/, "macOS"],
  [/Linux/, "Linux"],
] as const;

/** Such as `Firefox, Linux`. */
export function deviceName(agent: string = navigator.userAgent): string {
  const find = (all: readonly (readonly [RegExp, string])[]) => all.find(([pattern]) => pattern.test(agent))?.[1];
  return [find(BROWSERS) ?? "Browser", find(SYSTEMS)].filter(Boolean).join(", ");
}
