import { Command } from "commander";
import { type Services } from "../application/services.js";
import { adoptCommand } from "./adopt.js";
import { auditCommand } from "./audit.js";
import { bondPoolCommand } from "./bond-pool.js";
import { compareCommand } from "./compare.js";
import { cycleCommand } from "./cycle.js";
import { delegatorCommand } from "./delegator.js";
import { endOf, EXIT } from "./exit.js";
import { inspectCommands } from "./inspect.js";
import { surviveClosedPipe, tell } from "./io.js";
import { moneyCommands } from "./money.js";
import { logCommand } from "./log.js";
import { ledgerCommand } from "./ledger.js";
import { operateCommands } from "./operate.js";
import { paymentCommand } from "./payment.js";
import { payerCommand } from "./payer.js";
import { payoutCommand } from "./payout.js";
import { policyCommand } from "./policy.js";
import { projectionsCommand } from "./projections.js";
import { reconcileCommand } from "./reconcile.js";
import { replayCommand } from "./replay.js";
import { serveCommands } from "./serve.js";
import { tokenCommand } from "./token.js";
import { userCommand } from "./user.js";
import { walletCommand } from "./wallet.js";
import { whatIfCommand } from "./what-if.js";

const buildProgram = (services: Services): Command => {
  const program = new Command("taps")
    .description("Pays a Tezos baker's delegators their share of every cycle's rewards, exactly once.")
    .exitOverride()
    .addHelpText(
      "after",
      "\nExit codes: 0 done, 1 failed, 2 usage, 3 refused with the reason, 4 a dependency is unreachable.",
    );
  for (const add of [
    serveCommands,
    inspectCommands,
    logCommand,
    auditCommand,
    operateCommands,
    adoptCommand,
    policyCommand,
    delegatorCommand,
    bondPoolCommand,
    walletCommand,
    payerCommand,
    cycleCommand,
    paymentCommand,
    moneyCommands,
    payoutCommand,
    reconcileCommand,
    ledgerCommand,
    replayCommand,
    compareCommand,
    whatIfCommand,
    projectionsCommand,
    userCommand,
    tokenCommand,
  ]) {
    add(program, services);
  }
  return program;
};

/** Runs one command and closes what it opened; answers the exit code. */
export const runCommand = async (args: readonly string[], services: Services): Promise<number> => {
  surviveClosedPipe();
  const end = await buildProgram(services)
    .parseAsync([...args], { from: "user" })
    .then(
      () => ({ code: EXIT.done, message: "" }),
      (error: unknown) => endOf(error, (unexpected) => services.isExplained(unexpected)),
    );
  if (end.message !== "") tell(end.message);
  await services.close().catch((error: unknown) => {
    tell(`not everything was closed: ${error instanceof Error ? error.message : String(error)}`);
  });
  return end.code;
};
