// The name of each request, by which whoever asked and the log of the process mean the same one.
import { randomUUID } from "node:crypto";
import { type NextFunction, type Request, type Response } from "express";

/** What ids of requests look like elsewhere; whatever else comes is not repeated, neither in headers nor in logs. */
const SANE = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/;

/** Takes the id over that a proxy or whoever asks has given, or makes one. */
export const nameRequest = (request: Request, response: Response, next: NextFunction): void => {
  const given = request.get("request-id") ?? request.get("x-request-id");
  response.setHeader("request-id", given !== undefined && SANE.test(given) ? given : randomUUID());
  next();
};
