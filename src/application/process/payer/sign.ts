// From a batch that is formed to bytes on their way: simulate, forge, compare, sign, append, witness, inject.
import { isDeepStrictEqual } from "node:util";
import { isRefused } from "../../../domain/decision.js";
import { sha256 } from "../../../domain/digest.js";
import { asLevel, type Counter, type Digest, type OperationHash } from "../../../domain/identifiers.js";
import { type Purpose } from "../../../domain/wallet/events.js";
import * as Wallet from "../../../domain/wallet/wallet.js";
import { walletOf } from "../../aggregates.js";
import {
  type Content,
  type NodeError,
  SignerUnavailable,
  type UnsignedOperation,
} from "../../ports/chain.js";
import { type Revision } from "../../ports/event-store.js";
import { type WitnessRecord } from "../../ports/system.js";
import { type Facts } from "./facts.js";
import { type PayerPorts } from "./ports.js";
import { type LogView } from "./view.js";

/** Blocks of life that an operation is given, so that doubt lasts minutes and not an hour. */
const LIFE = 64;

/** The block to branch from: young enough to be included, old enough to expire soon (PAYMENT section 4). */
export const branchFor = async ({ chain }: PayerPorts, { final }: Facts, payer: LogView["payer"]) => {
  const level = Math.min(final.level, Math.max(1, final.level - final.maxOperationsTtl + LIFE));
  return level === final.level ? final : chain.block(asLevel(level), payer);
};

const inText = (content: Content): object =>
  Object.fromEntries(
    Object.entries(content).map(([name, value]: [string, unknown]) => [
      name,
      typeof value === "bigint" ? value.toString() : value,
    ]),
  );

/** Of an operation's unsigned contents. */
export const contentsDigest = ({ contents }: UnsignedOperation): Digest =>
  sha256(JSON.stringify(contents.map(inText)));

/** The bytes parsed back are not the plan: nothing is signed. */
export class ForgedOtherwise extends Error {
  override readonly name = "ForgedOtherwise";
}

/** Forges and parses back; the bytes must say exactly what is planned. */
export const forgeExactly = async ({ codec }: PayerPorts, operation: UnsignedOperation): Promise<string> => {
  const forged = await codec.forge(operation);
  if (!isDeepStrictEqual(await codec.parse(forged), operation)) {
    throw new ForgedOtherwise("forged bytes do not say what was planned");
  }
  return forged;
};

export interface Intent {
  readonly operation: UnsignedOperation;
  readonly branchLevel: number;
  readonly purpose: Purpose;
  readonly batchId: string | null;
  readonly payment: string | null;
}

const counterOf = (operation: UnsignedOperation, index: number): Counter => {
  const content = operation.contents.at(index);
  if (content === undefined) throw new RangeError("an operation without contents");
  return content.counter;
};

/** Signed bytes, which nobody may see before they are appended. */
export const signBytes = async ({ signer }: PayerPorts, view: LogView, forged: string): Promise<string> => {
  if ((await signer.address()) !== view.payer)
    throw new SignerUnavailable(`the signer is not that of ${view.payer}, which pays`);
  const bytes = await signer.sign(forged);
  if (!bytes.startsWith(forged))
    throw new ForgedOtherwise("the signer returned other bytes than it was given");
  return bytes;
};

/** Appends signed bytes at the view's wallet revision; where that is refused they are worth nothing. */
export const appendSigned = async (
  ports: PayerPorts,
  view: LogView,
  facts: Facts,
  token: bigint,
  intent: Intent & { readonly bytes: string },
): Promise<{ readonly hash: OperationHash; readonly revision: Revision } | undefined> => {
  const { operation, bytes, branchLevel, purpose, batchId, payment } = intent;
  const hash = ports.codec.hash(bytes);
  const decision = Wallet.sign({
    hash,
    bytes,
    branch: operation.branch,
    branchLevel: asLevel(branchLevel),
    finalLevel: facts.final.level,
    ttl: facts.final.maxOperationsTtl,
    firstCounter: counterOf(operation, 0),
    lastCounter: counterOf(operation, -1),
    purpose,
    batchId,
    payment,
    digest: contentsDigest(operation),
    token,
  })(view.wallet.state);
  if (isRefused(decision)) return undefined;
  const stream = Wallet.stream(view.payer);
  const outcome = await ports.repository.append(stream, view.wallet.revision, decision, ports.metadata());
  return outcome.appended ? { hash, revision: outcome.revision } : undefined;
};

/**
 * Reads the bytes back from the log, leaves the witness, and only then hands them to a node. Without the revision
 * of its event an operation is looked for from the stream's end: the witness names the newest operation that may have
 * left, not an older one that is handed over again, as after a reorganisation.
 */
export const injectFromLog = async (
  ports: PayerPorts,
  payer: LogView["payer"],
  { hash, revision }: { readonly hash: OperationHash; readonly revision?: Revision },
): Promise<void> => {
  const stream = Wallet.stream(payer);
  const place = revision === undefined ? {} : { from: revision, limit: 1 };
  let newest: WitnessRecord | undefined;
  for await (const logged of ports.log.read(stream, { direction: "backwards", ...place })) {
    if (logged.event.type !== "OperationSigned") continue;
    newest ??= { payer, revision: logged.revision, eventId: logged.id };
    if (logged.event.data.hash !== hash) continue;
    await ports.witness.write(newest);
    const injection = await ports.chain.inject(logged.event.data.bytes);
    if (injection.outcome === "refused") await recordRefusal(ports, payer, hash, injection.errors);
    return;
  }
  throw new Error(`the log does not hold operation ${hash}`);
};

const recordRefusal = async (
  ports: PayerPorts,
  payer: LogView["payer"],
  hash: OperationHash,
  errors: readonly NodeError[],
): Promise<void> => {
  const { state, revision } = await ports.repository.load(walletOf(payer));
  const kind = errors.find((error) => error.kind === "permanent")?.kind ?? errors[0]?.kind ?? "temporary";
  const decision = Wallet.recordRefusal({ hash, kind, errors: errors.map((error) => error.id) })(state);
  if (isRefused(decision) || decision.length === 0) return;
  await ports.repository.append(Wallet.stream(payer), revision, decision, ports.metadata());
};
