import { type TzAddress } from "../../domain/identifiers.js";
import { bakerOf } from "../aggregates.js";
import { type Acts } from "../commands/acts.js";

/** The wallet that pays; undefined before one is registered. */
export const payingWallet = async ({ repository, baker }: Acts): Promise<TzAddress | undefined> =>
  (await repository.load(bakerOf(baker))).state.payer;
