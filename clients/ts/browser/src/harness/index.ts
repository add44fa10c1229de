// Everything that suites in browsers share: servers, browsers, pages. README.md shows a suite.

export { BROWSERS, type BrowserName, executable, type LaunchOptions, launch, leaveOut } from "./browsers.js";
export { leaveOutTls } from "./certificate.js";
export { CLIENT_ALIASES, type ServedPage, screenshot, servePage } from "./pages.js";
export { type Program, type ProgramOptions, startProgram } from "./processes.js";
export { BINARY, REPOSITORY, type Server, type ServerOptions, startServer, startTestService } from "./servers.js";
export { UdpRelay } from "./udp-relay.js";
