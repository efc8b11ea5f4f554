// Every command over HTTP, on a real PostgreSQL log: what it writes, in whose name, and that it is carried out once.
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { expect } from "chai";
import { documentOf } from "../../../src/api/document.js";
import { jsonOf } from "../../../src/api/json.js";
import { routes } from "../../../src/api/routes.js";
import { ROLES } from "../../../src/application/ports/accounts.js";
import { type Answered } from "../../support/api/answered.js";
import { commandCases } from "../../support/api/command-cases.js";
import { serveWorld, type ServedWorld } from "../../support/api/commanded-world.js";

const commands = routes.filter(({ demands }) => demands.includes("idempotency-key"));

interface Described {
  readonly paths: Readonly<
    Record<
      string,
      Record<string, { responses: Record<string, { content: Record<string, { schema: object }> }> }>
    >
  >;
}
const document = JSON.parse(jsonOf(documentOf(routes, "test"))) as Described;
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);

/** What is wrong with an answer of a route, by the document; undefined: nothing. */
const faultOf = (id: string, body: unknown): string | undefined => {
  const { path = "", method = "" } = routes.find((route) => route.id === id) ?? {};
  const schema = document.paths[path]?.[method]?.responses["200"]?.content["application/json"]?.schema;
  if (schema === undefined) return "it is not in the document";
  const validate = ajv.compile(schema);
  return validate(body) ? undefined : ajv.errorsText(validate.errors);
};

const reasonOf = ({ body: { code, type } }: Answered): unknown =>
  code ?? (typeof type === "string" ? type.split("/").at(-1) : type);

describe("commands over HTTP", function () {
  this.timeout(60_000);
  let served: ServedWorld;
  afterEach(async () => {
    await served.close();
    expect(served.reports).to.deep.equal([]);
  });

  it("has a case of each", async () => {
    expect(commandCases.map(({ id }) => id)).to.have.members(commands.map(({ id }) => id));
    served = await serveWorld(await (commandCases[0]?.world ?? expect.fail)());
  });

  for (const { id, world: open, before = [], said, writes, answers = {}, anew } of commandCases)
    it(`${id}: is carried out once for its key, in the name of who asks`, async () => {
      const world = await open();
      served = await serveWorld(world);
      for (const earlier of before) expect((await served.say(earlier)).status).to.equal(200);
      const earlier = (await served.written()).length;
      const command = typeof said === "function" ? said(world) : said;
      const { access = "public" } = routes.find((route) => route.id === id) ?? {};
      expect((await served.say({ ...command, by: "nobody" })).status).to.equal(401);
      for (const role of ROLES.slice(
        0,
        ROLES.findIndex((name) => name === access),
      ))
        expect((await served.say({ ...command, by: role })).status, role).to.equal(403);
      const first = await served.say({ ...command, key: "k" });
      const events = (await served.written()).slice(earlier);
      expect(events.map(({ event }) => event.type)).to.deep.equal(writes, JSON.stringify(first.body));
      expect([first.status, first.body]).to.deep.equal([
        200,
        { ...answers, position: events.at(-1)?.position.toString() ?? null },
      ]);
      expect(faultOf(id, first.body)).to.equal(undefined);
      const actor = `api:${command.by ?? "admin"}`;
      for (const { event } of events) if ("actor" in event.data) expect(event.data.actor).to.equal(actor);

      const second = await served.say({ ...command, key: "k" });
      expect([second.status, second.body]).to.deep.equal([200, first.body]);
      expect(second.headers.get("idempotency-replayed")).to.equal("true");
      const third = await served.say(command);
      if (anew === undefined) expect([third.status, third.body["position"]]).to.deep.equal([200, null]);
      else expect([third.status >= 400, reasonOf(third)]).to.deep.equal([true, anew.refused]);
      expect((await served.written()).length - earlier).to.equal(events.length);
    });
});
