// What is no HTTP, or too large or slow for it: answered on the bare connection.
import { randomUUID } from "node:crypto";
import { STATUS_CODES, type Server } from "node:http";
import { type Socket } from "node:net";
import { jsonOf } from "./json.js";
import { bodyOf, Problem, PROBLEMS, type ProblemType } from "./problem.js";
import { PAGES } from "./refusal.js";

const BY_CODE: Readonly<Record<string, ProblemType>> = {
  HPE_HEADER_OVERFLOW: "headers-too-large",
  HPE_CHUNK_EXTENSIONS_OVERFLOW: "too-large",
  ERR_HTTP_REQUEST_TIMEOUT: "too-slow",
};

const textOf = (problem: Problem): string => {
  const { status } = PROBLEMS[problem.type];
  const id = randomUUID();
  const body = jsonOf(bodyOf(problem, PAGES, id));
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`,
    "Connection: close",
    "Content-Type: application/problem+json",
    "Cache-Control: no-store",
    `Content-Length: ${Buffer.byteLength(body)}`,
    `Request-Id: ${id}`,
    "",
    body,
  ].join("\r\n");
};

/** Says what is wrong, unless an answer has begun: whoever asked would take this for a part of it. */
export const refuseUnreadable = (server: Server, isAnswering: (socket: Socket) => boolean): void => {
  server.on("clientError", (error: Error & { readonly code?: string }, duplex) => {
    const socket = duplex as Socket; // of an HTTP server it always is
    if (!socket.writable || isAnswering(socket)) {
      socket.destroy();
      return;
    }
    const type = BY_CODE[error.code ?? ""] ?? "bad-request";
    socket.end(textOf(new Problem(type, "the request cannot be read")), () => socket.destroy());
  });
};
