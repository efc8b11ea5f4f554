import { Router, type Request, type Response } from "express";
import { type Json } from "../../domain/digest.js";
import { asCycle, isAddress } from "../../domain/identifiers.js";
import { isContract } from "../model/application.js";
import { type Sandbox } from "../sandbox.js";
import { cycleInfo, isKnownCycle, rewardSplit } from "./rewards.js";
import { sentBy, transactions } from "./transactions.js";

const MAX_LIMIT = 10_000;
const MAX_ACCOUNT_LIMIT = 1_000;

/** A query that TzKT answers with 400, naming the field. */
export class BadQuery extends Error {
  override readonly name = "BadQuery";
  constructor(
    readonly field: string,
    message: string,
  ) {
    super(message);
  }
  toJSON(): Json {
    return { code: 400, errors: { [this.field]: this.message } };
  }
}

const text = (request: Request, name: string): string | undefined => {
  const value = request.query[name];
  if (value === undefined || typeof value === "string") return value;
  throw new BadQuery(name, "Duplicated parameter.");
};

const number = (request: Request, name: string): number | undefined => {
  const value = text(request, name);
  if (value === undefined) return undefined;
  if (!/^[0-9]{1,15}$/.test(value)) throw new BadQuery(name, `The value '${value}' is not valid.`);
  return Number(value);
};

/** Offset and limit; TzKT gives 100 rows if not told, and no more than 10,000. */
const pageOf = (request: Request) => {
  const limit = number(request, "limit") ?? 100;
  if (limit > MAX_LIMIT) throw new BadQuery("limit", `The field limit must be between 0 and ${MAX_LIMIT}.`);
  return { offset: number(request, "offset") ?? 0, limit };
};

/** Sorting by id or level, which is the same; TzKT's transactions come in order, its cycles newest first. */
const isDescending = (request: Request, byDefault: boolean): boolean => {
  if (text(request, "sort.desc") !== undefined) return true;
  return text(request, "sort.asc") === undefined && text(request, "sort") === undefined && byDefault;
};

const levelsOf = (request: Request) => {
  const exact = number(request, "level");
  const bound = (...bounds: (number | undefined)[]) => bounds.filter((each) => each !== undefined);
  const above = number(request, "level.gt");
  const below = number(request, "level.lt");
  const from = bound(exact, number(request, "level.ge"), above === undefined ? above : above + 1);
  const to = bound(exact, number(request, "level.le"), below === undefined ? below : below - 1);
  return { from: Math.max(0, ...from), to: Math.min(Number.MAX_SAFE_INTEGER, ...to) };
};

/** TzKT answers 204 where it has nothing. */
const send = (response: Response, value: Json | undefined): void => {
  if (value === undefined) response.status(204).end();
  else response.json(value);
};

const head = ({ chain, chainId }: Sandbox): Json => {
  const { level, hash, timestamp } = chain.head;
  const { protocol } = chain.genesis.rules.constants;
  return {
    chain: "private",
    chainId,
    cycle: chain.cycleOf(level),
    level,
    hash,
    protocol,
    nextProtocol: protocol,
    timestamp,
    votingEpoch: 0,
    votingPeriod: 0,
    knownLevel: level,
    lastSync: timestamp,
    synced: true,
    quoteLevel: level,
    quoteBtc: 0,
    quoteEur: 0,
    quoteUsd: 0,
    quoteCny: 0,
    quoteJpy: 0,
    quoteKrw: 0,
    quoteEth: 0,
    quoteGbp: 0,
  };
};

const currentProtocol = ({ chain }: Sandbox): Json => {
  const { constants } = chain.genesis.rules;
  return {
    code: 25,
    hash: constants.protocol,
    firstLevel: 1,
    firstCycle: 0,
    firstCycleLevel: 1,
    constants: {
      blocksPerCycle: constants.blocksPerCycle,
      timeBetweenBlocks: constants.minimalBlockDelaySeconds,
      attestersPerBlock: 7000,
      hardOperationGasLimit: Number(constants.hardGasLimitPerOperation),
      hardOperationStorageLimit: Number(constants.hardStorageLimitPerOperation),
      hardBlockGasLimit: Number(constants.hardGasLimitPerBlock),
      byteCost: Number(constants.costPerByte),
      originationSize: Number(constants.originationSize),
      consensusRightsDelay: 2,
      maxDelegatedOverFrozenRatio: constants.limitOfDelegationOverBaking,
      stakePowerMultiplier: 3,
    },
  };
};

const accountInfo = ({ chain }: Sandbox, address: string): Json => {
  if (!isAddress(address)) throw new BadQuery("address", "Invalid address.");
  const account = chain.account(address);
  if (account === undefined) return { type: "empty", address, counter: Number(chain.globalCounter() ?? 0n) };
  const isDelegate = account.delegate === address;
  return {
    type: isContract(address) ? "contract" : isDelegate ? "delegate" : "user",
    address,
    ...(account.publicKey !== undefined && { publicKey: account.publicKey }),
    ...(!isContract(address) && { revealed: account.publicKey !== undefined }),
    balance: Number(account.balance),
    counter: Number(account.counter),
    ...(account.delegate !== undefined && !isDelegate && { delegate: { address: account.delegate } }),
  };
};

/** The parts of TzKT's API that a payer reads, under `/v1`. */
export const tzktRoutes = (sandbox: Sandbox): Router => {
  const router = Router();
  const { chain } = sandbox;

  router.get("/head", (_, response) => send(response, head(sandbox)));
  router.get("/cycles", (request, response) => {
    const { offset, limit } = pageOf(request);
    const known = Array.from({ length: chain.cycleOf(chain.head.level) + 3 }, (_, cycle) => cycle);
    const ordered = isDescending(request, true) ? known.reverse() : known;
    send(
      response,
      ordered.slice(offset, offset + limit).map((cycle) => cycleInfo(chain, asCycle(cycle))),
    );
  });
  router.get("/cycles/:index", (request, response) => {
    const index = Number(request.params.index);
    send(response, isKnownCycle(chain, index) ? cycleInfo(chain, asCycle(index)) : undefined);
  });
  router.get("/protocols/current", (_, response) => send(response, currentProtocol(sandbox)));
  router.get("/rewards/split/:baker/:cycle", (request, response) => {
    const cycle = Number(request.params.cycle);
    const baker = chain.genesis.bakers.find(({ address }) => address === request.params.baker);
    const page = pageOf(request);
    const known = baker !== undefined && isKnownCycle(chain, cycle);
    send(response, known ? rewardSplit(chain, baker, asCycle(cycle), page) : undefined);
  });
  router.get("/operations/transactions", (request, response) => {
    const sender = text(request, "sender") ?? text(request, "anyof.sender.initiator");
    const filters = { sender, target: text(request, "target"), hash: text(request, "hash") };
    const where = { ...filters, ...levelsOf(request), after: number(request, "offset.cr") ?? 0 };
    const order = { ...pageOf(request), descending: isDescending(request, false) };
    send(response, transactions(chain, { ...where, ...order }));
  });
  router.get("/accounts/:address/operations", (request, response) => {
    const limit = number(request, "limit") ?? 100;
    if (limit > MAX_ACCOUNT_LIMIT)
      throw new BadQuery("limit", `The field limit must be between 0 and ${MAX_ACCOUNT_LIMIT}.`);
    const sender = request.params.address;
    const query = { ...levelsOf(request), limit, after: number(request, "lastId") ?? 0 };
    send(response, sentBy(chain, sender, query));
  });
  router.get("/accounts/:address", (request, response) => {
    send(response, accountInfo(sandbox, request.params.address));
  });
  return router;
};
