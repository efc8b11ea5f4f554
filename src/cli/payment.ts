import { type Command } from "commander";
import { holdPayment, releasePayment } from "../application/commands/payments.js";
import { type Services } from "../application/services.js";
import { type Address, type Cycle } from "../application/arguments.js";
import { tell, toAddress, toCycle } from "./io.js";

export const paymentCommand = (program: Command, services: Services): void => {
  const payment = program.command("payment").description("hold or release one delegator's payment");
  payment
    .command("hold")
    .description("keep a delegator's payment of a cycle from being sent")
    .argument("<cycle>", "the cycle's number", toCycle)
    .argument("<delegator>", "the delegator's address", toAddress)
    .option("--reason <text>", "why", "held by a person")
    .action(async (cycle: Cycle, delegator: Address, { reason }: { reason: string }) => {
      await holdPayment(await services.acts(), cycle, delegator, reason);
      tell(`the payment of ${delegator} for cycle ${cycle} is held`);
    });
  payment
    .command("release")
    .description("let a held payment be sent, alone, to the recipient of now")
    .argument("<cycle>", "the cycle's number", toCycle)
    .argument("<delegator>", "the delegator's address", toAddress)
    .action(async (cycle: Cycle, delegator: Address) => {
      await releasePayment(await services.acts(), cycle, delegator);
      tell(`the payment of ${delegator} for cycle ${cycle} is released`);
    });
};
