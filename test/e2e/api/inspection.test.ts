// What log, node and read models tell together, over HTTP, on a log that was paid on a chain and signed.
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { expect } from "chai";
import { z } from "zod";
import { jsonOf } from "../../../src/api/json.js";
import { auditRoutes } from "../../../src/api/resources/audit.js";
import { installationRoutes } from "../../../src/api/resources/installation.js";
import { walletRoutes } from "../../../src/api/resources/wallet.js";
import { whatIfRoutes } from "../../../src/api/resources/what-if.js";
import { checkProof } from "../../../src/application/audit/check.js";
import { type PayoutShown } from "../../../src/application/audit/check-payout.js";
import { auditPayout } from "../../../src/application/audit/payout.js";
import { readPolicy } from "../../../src/application/commands/policy.js";
import { type EventLog } from "../../../src/application/ports/event-log.js";
import { inspectionOf } from "../../../src/application/read-side/inspection.js";
import { otherTerms } from "../../../src/application/read-side/what-if.js";
import { route } from "../../../src/api/route.js";
import { type Role, ROLES } from "../../../src/application/ports/accounts.js";
import { status } from "../../../src/application/queries/status.js";
import { whatIf } from "../../../src/application/replay/what-if.js";
import { asCycle } from "../../../src/domain/identifiers.js";
import { eventReading } from "../../../src/infrastructure/eventstore/codec.js";
import { answered } from "../../support/api/answered.js";
import { serveHistory, type ServedHistory } from "../../support/api/served-history.js";
import { serveSigned } from "../../support/api/served-world.js";
import { type SignedLog, signedLog } from "../../support/audit/signed-log.js";
import { BAKER } from "../../support/chain-model.js";
import { addressOf } from "../../support/rewards.js";
import { PlainCodec } from "../../support/world/memory-chain.js";
import { actsOf } from "../../support/world/people.js";

const asksNodes = walletRoutes.filter(({ model }) => model === undefined);
const inspected = [...installationRoutes, ...auditRoutes, ...whatIfRoutes, ...asksNodes];
const FREE = { cycles: { first: 0, last: 1 }, policy: { feeBps: 0 } };
const HELD = addressOf(3);
const PAYMENT = `/payments/${BAKER}_0/delegator:${HELD}`;

const ask = (
  { port, tokens }: ServedHistory,
  path: string,
  role: Role | "nobody" = "viewer",
  body?: unknown,
) => {
  const headers = { authorization: `Bearer ${tokens[role]}`, "content-type": "application/json" };
  const sent = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  return answered(fetch(`http://127.0.0.1:${port}/api/v1${path}`, { headers, ...sent }));
};
const typeOf = ({ status: code, body }: Awaited<ReturnType<typeof ask>>) => [
  code,
  String(body["type"]).replace("/api/problems/", ""),
];
const asJson = (value: unknown): unknown => JSON.parse(jsonOf(value));

describe("what the installation tells over HTTP", function () {
  this.timeout(60_000);
  let log: SignedLog;
  let served: ServedHistory;
  before(async () => {
    log = await signedLog();
    served = await serveSigned(log);
  });
  after(() => served.close());
  afterEach(() => {
    expect(served.reports).to.deep.equal([]);
  });

  it("is as the document says, for who may ask", async () => {
    const document = (await answered(fetch(`http://127.0.0.1:${served.port}/api/openapi.json`)))
      .body as unknown as {
      paths: Record<
        string,
        Record<string, { responses: Record<string, { content: Record<string, { schema: object }> }> }>
      >;
    };
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats.default(ajv);
    for (const { path, method, access } of inspected) {
      const at = path.replace(/\{(\w+)\}/g, (_, name: string) => served.samples[name] ?? "?");
      const body = method === "post" ? FREE : undefined;
      for (const role of ROLES) {
        const may = access === "public" || ROLES.indexOf(role) >= ROLES.indexOf(access);
        expect((await ask(served, at, role, body)).status, `${path} ${role}`).to.equal(may ? 200 : 403);
      }
      expect(typeOf(await ask(served, at, "nobody", body)), path).to.deep.equal([401, "unauthenticated"]);
      const schema = document.paths[path]?.[method]?.responses["200"]?.content["application/json"]?.schema;
      if (schema === undefined) throw new Error(`${path} is not in the document`);
      const validate = ajv.compile(schema);
      const { body: answer } = await ask(served, at, "admin", body);
      expect(validate(answer), `${path}: ${ajv.errorsText(validate.errors)}`).to.equal(true);
    }
  });

  it("is what taps status shows", async () => {
    const { readModels, ...shown } = (await ask(served, "/status")).body;
    expect(shown).to.deep.equal(asJson(await status(actsOf(log.world))));
    expect(shown["head"]).to.not.equal(null);
    expect(readModels).to.include({ settings: "at-head", payment: "at-head" });
  });

  it("is the rest of it where no node answers", async () => {
    const alone = await serveHistory();
    const { body, status: code } = await ask(alone, "/status");
    expect([code, body["head"], (body["wallet"] as { funds: unknown }).funds]).to.deep.equal([
      200,
      null,
      null,
    ]);
    expect(alone.reports).to.deep.equal([]);
    await alone.close();
  });

  it("is where each read model stands", async () => {
    const { body } = await ask(served, "/projections");
    const models = body["projections"] as { name: string; state: string; position: string; head: string }[];
    expect(models.map(({ name }) => name)).to.include.members(["settings", "cycles", "payment"]);
    for (const { name, state, position, head } of models)
      expect([state, position, head], name).to.deep.equal(["at-head", `${served.head}`, `${served.head}`]);
  });

  it("is the story that taps audit payout tells", async () => {
    const story = await auditPayout(actsOf(log.world), asCycle(0), HELD);
    const { status: code, body } = await ask(served, `${PAYMENT}/explain`);
    const steps = (of: typeof story.steps) =>
      of.map(({ time, text, event }) => [time.toISOString(), text, event.id]);
    expect(code).to.equal(200);
    expect(body["outcome"])
      .to.equal(story.outcome)
      .and.match(/^paid: /);
    const told = body["steps"] as { time: string; text: string; event: { id: string } }[];
    expect(told.map(({ time, text, event }) => [time, text, event.id])).to.deep.equal(steps(story.steps));
    expect(body["unread"]).to.deep.equal([]);
  });

  it("is a proof that taps audit check takes as it was sent", async () => {
    const { body } = await ask(served, `${PAYMENT}/proof`);
    const shown = (await checkProof(JSON.stringify(body), {
      ...{ key: log.key, reading: eventReading, codec: new PlainCodec() },
    })) as PayoutShown;
    expect([shown.delegator, shown.cycle, shown.payment?.recipient]).to.deep.equal([HELD, 0, HELD]);
  });

  it("is the same proof for the delegator itself, without a token", async () => {
    const { body } = await ask(served, `/public/delegators/${HELD}/payments/0/proof`, "nobody");
    expect(body).to.deep.equal((await ask(served, `${PAYMENT}/proof`)).body);
    const nobody = await ask(served, `/public/delegators/${HELD}/payments/9/proof`, "nobody");
    expect(typeOf(nobody)).to.deep.equal([404, "not-found"]);
  });

  it("is the paying wallet with what it holds by the node", async () => {
    const { status: code, body } = await ask(served, "/wallet");
    const { balance } = body["funds"] as { balance: { balance: string; level: number; isOld: boolean } };
    const { model } = log.world;
    expect([code, body["wallet"], balance.isOld]).to.deep.equal([200, log.world.payer, false]);
    expect([balance.balance, balance.level]).to.deep.equal([
      model.account(log.world.payer)?.balance.toString(),
      model.head.level,
    ]);
  });

  it("is no proof of what no checkpoint covers, and says so", async () => {
    const first = log.events.findIndex(({ type }) => type === "LogCheckpointed");
    const signed = log.events.findIndex(
      ({ type, data }) => type === "LogCheckpointed" && !data.includes(`"size":${first},`),
    );
    for (const [count, cycle, why] of [
      [first, 0, /^the log has no checkpoint yet/],
      [signed, 1, /is behind the newest checkpoint/],
    ] as const) {
      const young = await serveSigned(log, count);
      const refused = await ask(young, `/payments/${BAKER}_${cycle}/delegator:${HELD}/proof`);
      expect(typeOf(refused)).to.deep.equal([409, "not-provable"]);
      expect(refused.body["detail"]).to.match(why);
      await young.close();
    }
  });

  it("is nothing of what no cycle pays a delegator", async () => {
    const names = [
      "x/y",
      `${BAKER}_0/manager:${HELD}`,
      `${BAKER}_bond_0/delegator:${HELD}`,
      `${BAKER}_77/delegator:${HELD}`,
    ];
    for (const name of names)
      expect(typeOf(await ask(served, `/payments/${name}/explain`)), name).to.deep.equal([404, "not-found"]);
    for (const name of names.slice(0, 3))
      expect(typeOf(await ask(served, `/payments/${name}/proof`)), name).to.deep.equal([404, "not-found"]);
  });

  it("is what cycles would have given by other terms; nothing is written", async () => {
    const { body } = await ask(served, "/whatif", "viewer", FREE);
    const acts = actsOf(log.world);
    const cycles = { first: asCycle(0), last: asCycle(1) };
    const expected = await whatIf(acts, cycles, readPolicy({ feeBps: 0 }), async () => 9);
    expect(body).to.deep.equal(asJson(expected));
    const preset = await ask(served, "/whatif", "viewer", { cycles: FREE.cycles, preset: "trd" });
    expect(preset.status).to.equal(200);
    const [{ head }] = (await ask(served, "/projections")).body["projections"] as [{ head: string }];
    expect(head).to.equal(`${served.head}`);
  });

  it("is computed for one at a time, and the others are told to come again", async () => {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const acts = actsOf(log.world);
    const slow = Object.assign(Object.create(acts.log) as EventLog, {
      async *read(...asked: Parameters<EventLog["read"]>) {
        await gate;
        yield* acts.log.read(...asked);
      },
    });
    const inspect = inspectionOf({
      ...{ ...acts, log: slow, store: log.world.store, clock: log.world.clock, reading: eventReading },
      readModels: { status: async () => [] },
      standing: async () => [],
      limitOf: async () => 9,
    });
    const computing = () =>
      inspect.whatIf({ first: asCycle(0), last: asCycle(0) }, readPolicy({ feeBps: 0 }));
    const asking = route({
      ...{ id: "compute", path: "/compute", tag: "audit", summary: "As POST /whatif", access: "public" },
      ...{ params: z.object({}), query: z.object({}), result: otherTerms },
      answer: async () => ({ value: await computing() }),
    });
    const api = await served.serve([asking]);
    const { port } = api;
    const first = computing();
    const refused = await ask({ ...served, port }, "/compute");
    expect([...typeOf(refused), refused.headers.get("retry-after")]).to.deep.equal([503, "busy", "2"]);
    release();
    const { cycles } = await first;
    expect(cycles.map(({ cycle }) => cycle)).to.deep.equal([0]);
    expect((await ask({ ...served, port }, "/compute")).status).to.equal(200);
    await api.close();
  });

  it("says what is wrong with other terms", async () => {
    const cases = [
      [{ cycles: { first: 0, last: 20 }, preset: "trd" }, 400, "/body/cycles"],
      [{ cycles: { first: 1, last: 0 }, preset: "trd" }, 400, "/body/cycles"],
      [{ cycles: FREE.cycles }, 400, "/body/policy"],
      [{ ...FREE, preset: "trd" }, 400, "/body/policy"],
      [{ cycles: FREE.cycles, policy: { feeBps: 10_001 } }, 400, "/body/policy/feeBps"],
      [{ cycles: FREE.cycles, policy: { fee: 1 } }, 400, "/body/policy/fee"],
    ] as const;
    for (const [asked, code, pointer] of cases) {
      const refused = await ask(served, "/whatif", "viewer", asked);
      const faults = refused.body["faults"] as { pointer: string }[];
      expect([refused.status, faults.map((fault) => fault.pointer)]).to.deep.equal([code, [pointer]]);
    }
    const beyond = await ask(served, "/whatif", "viewer", {
      cycles: { first: 500, last: 519 },
      preset: "trd",
    });
    expect(typeOf(beyond)).to.deep.equal([409, "not-computable"]);
  });
});
