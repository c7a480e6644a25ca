// What a user agent says about itself, in two names a person knows. A guess for reading, never for a decision.
const BROWSERS = [
  ["Edge", /\bEdgA?\//], ["Opera", /\bOPR\//], ["Samsung Internet", /\bSamsungBrowser\//], ["Yandex", /\bYaBrowser\//],
  ["Firefox", /\b(Firefox|FxiOS)\//], ["Chrome", /\b(Chrome|Chromium|HeadlessChrome|CriOS)\//], ["Safari", /\bVersion\/.+Safari\//],
];
const PROGRAMS = /^(curl|wget|python-requests|python-httpx|httpx|okhttp|grpc-[\w-]+|Go-http-client|PostmanRuntime|Dart|node|undici)\b/i;
const SYSTEMS = [
  ["iPhone", /\biPhone\b/, "phone"], ["iPad", /\biPad\b/, "phone"], ["Android", /\bAndroid\b/, "phone"],
  ["Windows", /\bWindows\b/, "computer"], ["macOS", /\bMac OS X\b/, "computer"], ["ChromeOS", /\bCrOS\b/, "computer"],
  ["Linux", /\bLinux\b/, "computer"],
];

/** {browser, system, kind}: names or null; `kind` is phone, computer or program. */
export function readAgent(agent) {
  const text = agent ?? "";
  const program = PROGRAMS.exec(text)?.[1] ?? null;
  if (program) return { browser: program, system: null, kind: "program" };
  const browser = BROWSERS.find(([, pattern]) => pattern.test(text))?.[0] ?? null;
  const system = SYSTEMS.find(([, pattern]) => pattern.test(text));
  return { browser, system: system?.[0] ?? null, kind: system?.[2] ?? "program" };
}
