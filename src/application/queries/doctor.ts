import { type TzAddress } from "../../domain/identifiers.js";
import * as Wallet from "../../domain/wallet/wallet.js";
import { bakerOf, walletOf } from "../aggregates.js";
import { type Acts } from "../commands/acts.js";
import { type Chain, type Head, type NodeHealth } from "../ports/chain.js";
import { type RewardSource } from "../ports/reward-source.js";
import { type Clock } from "../ports/system.js";
import { isKnownProtocol } from "../process/payer/next.js";

export interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly found: string;
  /** What to do about it; empty when all is well. */
  readonly fix: string;
}

const good = (check: string, found: string): Finding => ({ check, ok: true, found, fix: "" });
const bad = (check: string, found: string, fix: string): Finding => ({ check, ok: false, found, fix });
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const MOST_SKEW_MS = 60_000;

const FIXES: Readonly<Record<Exclude<NodeHealth["state"], "good">, string>> = {
  lags: "wait until it is synchronised, or name another",
  foreign: "it is on another chain than the one registered or seen first: check its address",
  unreachable: "check its address, and that it runs",
};

const checkNode = ({ node, state, level, chainId }: NodeHealth): Finding => {
  if (state === "good") return good("node", `${node}, head ${level}`);
  const found = chainId === undefined ? "" : `, head ${level} of ${chainId}`;
  return bad("node", `${node}: ${state}${found}`, FIXES[state]);
};

const checkHead = (head: Head): Finding[] => [
  good("cycle", `${head.cycle}, head ${head.level}`),
  isKnownProtocol(head.protocol)
    ? good("protocol", head.protocol)
    : bad("protocol", head.protocol, "this release does not know it: install a newer one"),
];

const checkChain = async ({ repository, baker }: Acts, { chainId }: Head): Promise<Finding> => {
  const { registered } = (await repository.load(bakerOf(baker))).state;
  return registered === undefined || registered.chainId === chainId
    ? good("chain", chainId)
    : bad("chain", chainId, `the baker is registered on ${registered.chainId}: check TEZOS_RPC_URL`);
};

const checkClock = (head: Head, now: Date): Finding => {
  const behind = now.getTime() - head.timestamp.getTime();
  return Math.abs(behind) <= MOST_SKEW_MS
    ? good("clock", `${Math.round(behind / 1000)} s after the head`)
    : bad(
        "clock",
        `${Math.round(behind / 1000)} s after the head`,
        "set this machine's clock, or wait until the node is synchronised",
      );
};

const checkSource = async (source: RewardSource, head: Head | undefined): Promise<Finding> => {
  try {
    const { level, chainId } = await source.head();
    return head === undefined || chainId === head.chainId
      ? good("TzKT", `head ${level}`)
      : bad("TzKT", `shows chain ${chainId}`, "point TZKT_URL at the node's chain");
  } catch (error) {
    return bad("TzKT", messageOf(error), "check TZKT_URL and that it can be reached");
  }
};

const checkSigner = async (acts: Acts, payer: TzAddress): Promise<Finding> => {
  try {
    await acts.assertSigns(payer);
    return good("signer", "has the wallet's key");
  } catch (error) {
    const fix = "check SIGNER_URL, or WALLET_ENCRYPTION_KEY and WALLET_ENCRYPTION_IV and the imported wallet";
    return bad("signer", messageOf(error), fix);
  }
};

/** Of the mode nothing is said here: it is no fault. */
const STOP_FIXES: Readonly<Record<string, string>> = {
  person: 'run "taps resume" to sign again',
  finding: 'mend what it says, then run "taps resume"',
  restored: 'wait; see "taps reconcile"',
  "foreign-operations": 'run "taps reconcile", and classify them',
};

const checkStops = async ({ repository }: Acts, payer: TzAddress): Promise<readonly Finding[]> => {
  const stops = Wallet.stopsSigning((await repository.load(walletOf(payer))).state).filter(
    ({ reason }) => reason !== "mode",
  );
  return stops.length === 0
    ? [good("signing", "nothing stops it")]
    : stops.map(({ reason, detail }) =>
        bad("signing", `stopped, ${reason}: ${detail}`, STOP_FIXES[reason] ?? ""),
      );
};

const checkWallet = async (acts: Acts, head: Head): Promise<Finding[]> => {
  const { repository, baker, chain } = acts;
  const { payer } = (await repository.load(bakerOf(baker))).state;
  if (payer === undefined) return [bad("wallet", "none", 'run "npx --no-install taps wallet import"')];
  const { balance, revealed } = await chain.account(payer, head.hash);
  return [
    good("wallet", payer),
    await checkSigner(acts, payer),
    ...(await checkStops(acts, payer)),
    revealed
      ? good("reveal", "the wallet's key is revealed")
      : good("reveal", "not revealed yet: TAPS does it before the first payout"),
    balance > 0n
      ? good("balance", `${balance} mutez`)
      : bad(
          "balance",
          "0 mutez",
          `send tez to ${payer}: a payout needs all its sums and fees before it begins`,
        ),
  ];
};

/** Looks at everything a payout needs and says how to mend what is missing. */
export const examineInstallation = async (
  acts: Acts,
  {
    nodes,
    source,
    clock,
  }: { readonly nodes: readonly NodeHealth[]; readonly source: RewardSource; readonly clock: Clock },
): Promise<readonly Finding[]> => {
  const { head, findings } = await lookAtHead(acts.chain);
  const seen = [...nodes.map(checkNode), ...findings];
  if (head === undefined) return [...seen, await checkSource(source, undefined)];
  return [
    ...seen,
    await checkChain(acts, head),
    checkClock(head, clock.now()),
    await checkSource(source, head),
    ...(await checkWallet(acts, head)),
  ];
};

const lookAtHead = async (chain: Chain): Promise<{ head: Head | undefined; findings: Finding[] }> => {
  try {
    const head = await chain.head();
    return { head, findings: checkHead(head) };
  } catch (error) {
    return {
      head: undefined,
      findings: [bad("head", messageOf(error), "without a node that can be believed nothing is paid")],
    };
  }
};
