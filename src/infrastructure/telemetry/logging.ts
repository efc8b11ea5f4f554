import winston from "winston";

export type Logger = Pick<winston.Logger, "error" | "warn" | "info" | "debug">;

/** Structured logs, one JSON object a line, on standard error. Fields that could hold a secret are never logged. */
export const createLogger = (level: string): Logger =>
  winston.createLogger({
    level,
    format: winston.format.combine(winston.format.timestamp(), winston.format.json()),
    transports: [new winston.transports.Console({ stderrLevels: ["error", "warn", "info", "debug"] })],
  });
