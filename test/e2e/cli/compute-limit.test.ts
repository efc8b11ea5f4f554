import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { fixture } from "../../support/fixtures.js";
import { type RecordedTzkt, startRecordedTzkt } from "../../support/whole/recorded-tzkt.js";
import { type SandboxProcess, startSandboxProcess } from "../../support/whole/sandbox.js";
import { killWhatRuns } from "../../support/whole/taps.js";
import { endWithin } from "../../support/whole/within.js";

const BAKER = "tz1NRGxXV9h6SdNaZLcgmjuLx3hyy2f8YoGN";

describe("the limit of delegation that cycle compute goes by", function () {
  this.timeout(30_000);
  let folder: string;
  let tzkt: RecordedTzkt;
  let sandbox: SandboxProcess;
  let node: Server;
  let url: string;
  /** What the node says of its constants; undefined: it does not answer. */
  let constants: (known: Record<string, unknown>) => unknown;

  const compute = async (env: Record<string, string>, ...args: string[]) => {
    const { code, out, err } = await endWithin({ TZKT_URL: tzkt.url, ...env }, [
      ...["cycle", "compute", "750", "--baker", BAKER, "--json"],
      ...args,
    ]);
    const { policy } = out === "" ? {} : (JSON.parse(out) as { policy?: { delegationLimit?: number } });
    return { code, limit: policy?.delegationLimit, err: err.trim() };
  };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "taps-limit-"));
    tzkt = await startRecordedTzkt(new Map([[750, fixture("tzkt/split_750.json")]]));
    sandbox = await startSandboxProcess({ TAPS_DATA_DIR: folder });
    node = createServer((request, response) => {
      const path = request.url ?? "";
      void fetch(`${sandbox.url}${path}`).then(async (reply) => {
        const body = await reply.text();
        const edited = path.endsWith("/context/constants")
          ? constants(JSON.parse(body) as Record<string, unknown>)
          : undefined;
        response.writeHead(reply.status).end(edited === undefined ? body : JSON.stringify(edited));
      });
    }).listen(0, "127.0.0.1");
    await once(node, "listening");
    url = `http://127.0.0.1:${(node.address() as AddressInfo).port}`;
  });
  after(async () => {
    node.closeAllConnections();
    node.close();
    await tzkt.stop();
    await killWhatRuns();
    await rm(folder, { recursive: true });
  });

  it("is the published one without a node, and the node's with one", async () => {
    expect(await compute({})).to.deep.equal({ code: 0, limit: 9, err: "" });
    constants = (known) => ({ ...known, limit_of_delegation_over_baking: 7 });
    expect(await compute({ TEZOS_RPC_URL: url })).to.deep.equal({ code: 0, limit: 7, err: "" });
  });

  it("is refused by name where the node's protocol has none, never the published one", async () => {
    constants = ({ limit_of_delegation_over_baking: _none, ...rest }) => rest;
    expect(await compute({ TEZOS_RPC_URL: url })).to.deep.equal({
      code: 3,
      limit: undefined,
      err: "missing-constant: limit_of_delegation_over_baking is not known for cycle 750",
    });
  });

  it("is not known where no node gives a usable answer, and not asked for where nothing protects", async () => {
    const nobody = { TEZOS_RPC_URL: "http://127.0.0.1:9" };
    expect(await compute(nobody)).to.include({ code: 4, limit: undefined });
    constants = () => "busy";
    expect(await compute({ TEZOS_RPC_URL: url })).to.include({ code: 4, limit: undefined });
    expect(await compute(nobody, "--preset", "trd")).to.deep.equal({ code: 0, limit: undefined, err: "" });
  });
});
