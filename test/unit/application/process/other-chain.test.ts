import { expect } from "chai";
import { chainId } from "../../../../src/domain/identifiers.js";
import { referenceWorld } from "../../../support/world/scenario.js";

describe("a node of another chain than the registered one", () => {
  it("is not believed: nothing is written of it, and nothing signed", async () => {
    const world = referenceWorld();
    await world.setUp();
    const head = world.chain.head.bind(world.chain);
    const found = chainId.parse("NetXdQprcVkpaWU");
    world.chain.head = async () => ({ ...(await head()), chainId: found });
    const { process } = world.start();
    let waiting: unknown;
    for (let block = 0; block < 20; block += 1) {
      ({ waiting } = (await process.step()) as { readonly waiting: unknown });
      world.bake();
    }
    const registered = world.chain.chainId;
    expect(waiting).to.deep.equal({ reason: "other-chain", registered, found });
    const types = world.events().map(({ event }) => event.type);
    expect(types.slice(types.indexOf("ModeChanged") + 1)).to.deep.equal([]);
    expect(world.injected).to.deep.equal([]);
  });
});
