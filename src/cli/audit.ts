import { type Command } from "commander";
import { type Services } from "../application/services.js";
import { auditProofCommands } from "./audit-proofs.js";

export const auditCommand = (program: Command, services: Services): void => {
  const audit = program.command("audit").description("examine the log, and prove what it says");
  auditProofCommands(audit, services);
};
