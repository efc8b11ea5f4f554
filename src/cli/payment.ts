import { type Command } from "commander";
import { type Address, cycleFrom } from "../application/arguments.js";
import { holdOther, releaseOther } from "../application/commands/other-payments.js";
import { holdPayment, releasePayment } from "../application/commands/payments.js";
import { type Services } from "../application/services.js";
import { toPayout } from "./payout.js";
import { tell, toAddress } from "./io.js";

const PAYMENT = "the payment's id: 750, bond_750 or batch_<id>";
const ADDRESS = "the delegator's address; a member's or receiver's";

export const paymentCommand = (program: Command, services: Services): void => {
  const payment = program
    .command("payment")
    .description("hold or release what a payment owes to one address");
  payment
    .command("hold")
    .description("keep what a payment owes to an address from being sent")
    .argument("<id>", PAYMENT)
    .argument("<address>", ADDRESS, toAddress)
    .option("--reason <text>", "why", "held by a person")
    .action(async (id: string, address: Address, { reason }: { reason: string }) => {
      const acts = await services.acts();
      const cycle = cycleFrom(id);
      if (cycle === undefined) await holdOther(acts, toPayout(acts.baker, id), address, reason);
      else await holdPayment(acts, cycle, address, reason);
      tell(`the payment of ${address} in ${id} is held`);
    });
  payment
    .command("release")
    .description("let what is held be sent, alone; to the recipient that a delegator's terms name now")
    .argument("<id>", PAYMENT)
    .argument("<address>", ADDRESS, toAddress)
    .action(async (id: string, address: Address) => {
      const acts = await services.acts();
      const cycle = cycleFrom(id);
      if (cycle === undefined) await releaseOther(acts, toPayout(acts.baker, id), address);
      else await releasePayment(acts, cycle, address);
      tell(`the payment of ${address} in ${id} is released`);
    });
};
